#!/bin/sh
# The README: its session is what a run shows, its commands are the ones of the
# Makefile, and what it names is there.
. "$(dirname "$0")/tap.sh"

[ -f build/kernel.elf ] || skip_all "there is no kernel"
out=$(book/sessions README.md 2>&1)
ok $? "the terminal session is what a run shows" || echo "$out" | sed 's/^/# /' >&2

for goal in $(grep -o 'make [a-z][a-z -]*' README.md | sed 's/^make//; s/-j2//g' |
	tr ' ' '\n' | sort -u); do
	grep -qE "^(GOALS :=.*\b)?$goal\b" Makefile
	ok $? "README's make $goal is a goal"
done
for path in $(sed -n 's/^| `\([^`]*\)` .*/\1/p' README.md); do
	[ -e "$path" ] || [ "$path" = build/ ]
	ok $? "README's map: $path is there"
done
done_testing
