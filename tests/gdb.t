#!/bin/sh
# make gdb: a breakpoint by name, and the source it shows is fork.nw.
. "$(dirname "$0")/tap.sh"
[ -f build/kernel.elf ] || skip_all "there is no kernel"
command -v gdb > /dev/null || skip_all "there is no gdb"

out=$(GDBARGS="-batch -ex 'break do_fork' -ex continue -ex list -ex bt" \
	timeout 60 arch/i386/gdb 2>&1)
like "$out" '^Breakpoint 1, do_fork .*fork\.nw:[0-9]*' "it stops in do_fork"
line=$(echo "$out" | sed -n 's/^Breakpoint 1, do_fork .*fork\.nw:\([0-9]*\).*/\1/p')
text=$(sed -n "${line:-1}p" fork.nw | sed 's/^[ \t]*//; s/[][\\.*^$]/\\&/g')
like "$out" "^$line[ 	]*$text" "and shows that line of fork.nw"
like "$out" '^#1 .*fork\.nw:' "the caller is in fork.nw too"

# ^C stops the machine, not the command; at the end nothing is left.
command -v expect > /dev/null || {
	skip "after a ^C the machine is put away" "there is no expect"
	done_testing
}
mkdir "$tmp/left"
out=$(TMPDIR=$tmp/left timeout 60 expect -c 'spawn arch/i386/gdb
	expect "(gdb) "; send "continue\r"
	expect "two returns."; sleep 0.5; send "\003"
	expect "SIGINT"; expect "(gdb) "; send "quit\r"
	expect eof' 2>&1)
like "$out" 'received signal SIGINT' "^C stops the machine"
is "$(ls "$tmp/left")" "" "after a ^C the machine is put away"
done_testing
