#!/bin/sh
# The benchmarks: two runs agree to the last instruction, and no metric is above
# its bound. Bounds are instructions, the same on every machine, and leave some
# room above what was measured; DESIGN.md's goals are lower.
. "$(dirname "$0")/tap.sh"

make -s -f arch/i386/build.mk bench > "$tmp/out" 2>&1 &&
	tests/bench/run >> "$tmp/out" 2>&1
ok $? "the benchmarks run" || sed 's/^/# /' "$tmp/out" >&2
cp build/bench.txt "$tmp/first"
tests/bench/run > /dev/null 2>&1
is "$(cat build/bench.txt)" "$(cat "$tmp/first")" "a second run gives the same numbers"

while IFS='|' read -r metric bound; do
	got=$(awk -F'|' -v m="$metric" '$1 == m { print $2 }' build/bench.txt)
	[ -n "$got" ] && [ "$got" -le "$bound" ]
	ok $? "$metric: ${got:-nothing}, at most $bound"
done <<'EOF'
boot, entry to /init|20000000
null system call|120
fork + exit + wait, small|9000
fork + exit + wait, 16 MiB touched|132000
vfork + exit + wait|5500
vfork + exec + wait|20000
fork + exec + wait|24000
thread create + join|3200
copy-on-write fault, copying|1400
copy-on-write fault, last owner|230
pipe round trip|2300
sched_yield switch, one way|290
signal to self|1900
bytes per sleeping process|40000
EOF

# The number of sleepers must not matter.
few=$(awk -F'|' '$1 ~ /among 10 / { print $2 }' build/bench.txt)
many=$(awk -F'|' '$1 ~ /among 1000 / { print $2 }' build/bench.txt)
[ "$many" -le $((few + few / 20)) ]
ok $? "fork among 1000 sleepers costs what it costs among 10 ($many, $few)"
# And a page costs no more than 30 instructions.
small=$(awk -F'|' '$1 ~ /wait, small/ { print $2 }' build/bench.txt)
large=$(awk -F'|' '$1 ~ /64 MiB touched/ { print $2 }' build/bench.txt)
[ $(((large - small) / 16384)) -le 30 ]
ok $? "fork of a touched page costs at most 30 ($(((large - small) / 16384)))"

# What the chapters sec:price and sec:verdict say in words about their tables.
of() {
	awk -F'|' -v m="$2" '$1 == m { print $2 }' "build/$1.txt"
}
# between TEXT LOW A B HIGH: LOW hundredths of B <= A <= HIGH hundredths of B.
between() {
	[ "$3" ] && [ "$4" ] && [ $(($3 * 100)) -ge $(($2 * $4)) ] &&
		[ $(($3 * 100)) -le $(($5 * $4)) ]
	ok $? "$1 ($3 and $4)"
}
# shapes FILE KERNEL: what the interface decides, and so holds for both kernels.
shapes() {
	for way in 'vfork + exit' 'vfork + exec' 'clone as posix_spawn + exec'; do
		between "$2: memory does not make $way dearer" 95 \
			"$(of $1 "$way @ 64 MiB")" "$(of $1 "$way @ 0 MiB")" 105
	done
	between "$2: a small fork and exec cost about a fifth more than with vfork" \
		110 "$(of $1 'fork + exec @ 0 MiB')" \
		"$(of $1 'vfork + exec @ 0 MiB')" 130
	between "$2: with 64 MiB more than twenty times as much" 2000 \
		"$(of $1 'fork + exec @ 64 MiB')" \
		"$(of $1 'vfork + exec @ 64 MiB')" 3000
	between "$2: writing it all again costs several times the fork" 300 \
		"$(of $1 'fork + exit, then written to @ 64 MiB')" \
		"$(of $1 'fork + exit @ 64 MiB')" 1000
	between "$2: spawn costs what vfork and exec do" 95 \
		"$(of $1 'clone as posix_spawn + exec @ 16 MiB')" \
		"$(of $1 'vfork + exec @ 16 MiB')" 105
}
shapes bench fork.nw
between "exec takes down what fork has copied as exit does" 90 \
	$(($(of bench 'fork + exec + wait') - $(of bench 'vfork + exec + wait'))) \
	$(($(of bench 'fork + exit + wait, small') - $(of bench 'vfork + exit + wait'))) \
	110
# Linux, where it was measured: make bench-linux.
if [ -s build/bench-linux.txt ]; then
	shapes bench-linux Linux
	for way in 'fork + exec @ 64 MiB' 'vfork + exit @ 0 MiB' \
		'fork + exit, then written to @ 16 MiB'; do
		between "an order of magnitude more on Linux: $way" 600 \
			"$(of bench-linux "$way")" "$(of bench "$way")" 3000
	done
	for way in 'null system call' 'zero-fill fault'; do
		between "a few times as much on Linux: $way" 150 \
			"$(of bench-linux "$way")" "$(of bench "$way")" 700
	done
fi
done_testing
