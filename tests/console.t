#!/usr/bin/env expect
# The console: line editing, signals from keys, jobs, as a person types them.
source [file dirname [info script]]/boot.exp

boot APPEND=quiet
see "the shell's prompt" {# $}
type "echo one two | wc\r"
see "a pipeline" {1 2 8\r+\n# $}
type "echo wronh\bg\025echo kill a line\r"
see "^U kills the line" {\nkill a line\r+\n# $}
type "echo fix\177x this\r"
see "DEL erases a character" {\nfix this\r+\n# $}
type "cat\r"
see "cat reads" {cat\r+\n$}
type "echoed\r"
see "and writes what it read" {echoed\r+\nechoed\r+\n$}
type "\004"
see "^D ends its input" {# $}

type "sleep 100\r"
after 300
type "\032"
see "row 218: ^Z stops the job" {\[1\] +Stopped +sleep 100\r+\n# $}
type "jobs\r"
see "row 218: jobs tells so" {Stopped +sleep 100\r+\n# $}
type "bg\r"
see "row 218: bg lets it go on" {sleep 100.*\r+\n# $}
type "jobs\r"
see "row 218: and jobs tells that" {Running +sleep 100.*\r+\n# $}
type "fg\r"
see "row 218: fg waits for it" {sleep 100\r+\n$}
after 300
type "\003"
see "row 218: ^C ends it" {# $}
type "echo status \$?\r"
see "row 218: its status is 128 + SIGINT" {status 130\r+\n# $}

type "cat &\r"
see "a background job" {# $}
after 300
type "jobs\r"
see "that reads the terminal is stopped" {Stopped +cat\r+\n# $}
type "kill -9 %1; wait; echo gone\r"
see "and can be killed" {gone\r+\n# $}

type "sh\r"
see "a shell in the shell" {# $}
type "sleep 50 &\r"
see "with a job" {# $}
type "exit\r"
see "leaves its parent in control" {# $}
type "\034"
after 100
type "\r"
see "^\\ does not kill the shell" {# $}

# The longest line: more than the line discipline holds does no harm.
type "echo [string repeat x 3000]\r"
see "a long line" {xxxx\r+\n# $}
type "exit\r"
ends "exit turns the machine off" 0
done_testing
