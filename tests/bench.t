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
large=$(awk -F'|' '$1 ~ /64 MiB/ { print $2 }' build/bench.txt)
[ $(((large - small) / 16384)) -le 30 ]
ok $? "fork of a touched page costs at most 30 ($(((large - small) / 16384)))"
done_testing
