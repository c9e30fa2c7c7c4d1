#!/bin/sh
# The commands: help fits a screen, deps is silent and quick, and what is asked
# for in vain says so in a sentence.
. "$(dirname "$0")/tap.sh"

help=$(make help)
[ "$(echo "$help" | wc -l)" -le 24 ]
ok $? "make help fits 24 lines"
is "$(echo "$help" | grep -E '.{81}')" "" "make help fits 80 columns"
for goal in deps tangle qemu gdb check bench metrics book clean; do
	like "$help" "make $goal" "make help names make $goal"
done

if .ci/deps core > "$tmp/deps" < /dev/null && [ ! -s "$tmp/deps" ]; then
	start=$(date +%s%N)
	is "$(make deps 2>&1)" "" "make deps is silent when nothing is missing"
	ms=$((($(date +%s%N) - start) / 1000000))
	[ $ms -lt 500 ]
	ok $? "make deps takes under 0.5 s (ms: $ms)"
else
	skip "make deps is silent and quick" "a tool is missing"
fi

# A system without apt-get: no tools, and nothing to install them with.
mkdir "$tmp/bin"
for tool in sh cat uname cut dirname; do
	ln -s "$(command -v $tool)" "$tmp/bin/$tool"
done
out=$(PATH=$tmp/bin .ci/deps core 2>&1)
status=$?
is "$status" 1 "without apt-get, deps stops with status 1"
like "$out" 'qemu-system-x86 ' "and names what is missing"

# A user without sudo is told what to ask for.
for tool in apt-get id; do
	printf '#!/bin/sh\n' > "$tmp/bin/$tool"
	chmod 755 "$tmp/bin/$tool"
done
out=$(PATH=$tmp/bin .ci/deps core 2>&1)
status=$?
is "$status" 1 "without sudo, deps stops with status 1"
like "$out" '^apt-get install .* qemu-system-x86 ' "and says what to run"

out=$(KERNEL=nowhere.elf INITRD=none arch/i386/qemu 2>&1 < /dev/null)
status=$?
is "$status" 2 "no kernel: status 2"
like "$out" 'no kernel nowhere.elf' "no kernel: a sentence"
out=$(tests/check tests/none.t 2>&1)
is "$?:$out" "2:check: no test tests/none.t" "no such test: a sentence"

# A test whose tool is missing is skipped.
mkdir -p "$tmp/w/tests"
cp tests/run "$tmp/w/tests"
echo '#!/usr/bin/env nonesuch' > "$tmp/w/tests/x.t"
chmod 755 "$tmp/w/tests/x.t"
is "$("$tmp/w/tests/run" tests/x.t)" "# test: tests/x.t
1..0 # SKIP there is no nonesuch" "no tool for a test: skipped, with the reason"

if git rev-parse > /dev/null 2>&1; then
	# The templates of the HTML and the cover of the EPUB are written by hand.
	is "$(git ls-files | grep -E '\.(o|elf|cpio|pdf|html|png|svg|aux|log|epub)$' |
		grep -vE '^book/(html|html-front)\.html$|^book/epub-cover\.svg$')" "" \
		"nothing generated is committed"
	is "$(git grep -nE '/(home|work)/[a-z]+/|/tmp/(w|parts|contract)/' -- . ':!tests')" "" \
		"no path of one machine in the files"
else
	skip "nothing generated is committed" "this is no git clone"
fi
done_testing
