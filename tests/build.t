#!/bin/sh
# The build: what an edit recompiles, the plain copy, clang, and the image.
. "$(dirname "$0")/tap.sh"
export LC_ALL=C

[ -f fork.nw ] || skip_all "there is no fork.nw"
copy_tools "$tmp/w"
cp fork.nw "$tmp/w"
cd "$tmp/w" || exit 1

start=$(date +%s%N)
make -j2 > ../log 2>&1
ok $? "a clean build" || sed 's/^/# /' ../log >&2
whole=$((($(date +%s%N) - start) / 1000000))

{ sed -n 1p fork.nw; echo; echo prose; sed 1d fork.nw; } > n && mv n fork.nw
is "$(make | grep -E '^  (CC|AS|LD|CPIO)')" "" "prose recompiles nothing"

victim=kernel/pid.c
[ -f build/src/$victim ] || victim=$(grep -m 1 '^[^u].*\.c$' build/src.files)
printf '\n<<%s>>=\n/* another line */\n@\n' "$victim" >> fork.nw
start=$(date +%s%N)
is "$(make | grep -E '^  (CC|AS)' | grep -v kallsyms)" "  CC      $victim" \
	"a line of code recompiles its file alone"
one=$((($(date +%s%N) - start) / 1000000))
[ $((one * 2)) -lt $whole ]
ok $? "in less than half the time of a clean build (ms: $one of $whole)"

make tangle PLAIN=1 > /dev/null
bad=
for file in $(grep '\.c$' build/plain.files | grep -v '^user/'); do
	make -s -f arch/i386/build.mk SRC=build/plain V= OUT=build/try \
		"build/try/obj/$file.o" > ../log 2>&1 || bad="$bad $file"
done
is "$bad" "" "each file of the plain copy compiles" || sed 's/^/# /' ../log >&2

if command -v clang > /dev/null; then
	out=$(make -s -j2 CC=clang -f arch/i386/build.mk OUT=build/clang 2>&1)
	ok $? "clang builds kernel and programs" || echo "$out" | head -n 20 >&2
else
	skip "clang builds kernel and programs" "there is no clang"
fi

text=$(size build/kernel.elf | awk 'NR == 2 { print $1 }')
[ "$text" -lt 307200 ]
ok $? "kernel text is under 300 KiB (bytes: $text)"
lines=$(grep -v '^user/' build/src.files | grep '\.[cS]$' | sed 's:^:build/src/:' |
	xargs awk -f book/code.awk | awk '{ n += $1 } END { print n }')
[ "$lines" -lt 12000 ]
ok $? "the kernel is under 12,000 lines of C and assembly (code lines: $lines)"
is "$(readelf -lW build/kernel.elf | awk '$1 == "LOAD" && /RWE/')" "" \
	"no segment is both writable and executable"
is "$(nm -u build/kernel.elf)" "" "the kernel lacks no symbol"

cp build/initramfs.cpio ../first.cpio
sleep 1
rm build/initramfs.cpio
make > /dev/null
cmp -s build/initramfs.cpio ../first.cpio
ok $? "the initramfs has the same bytes when made again"

printf '<<kernel/pid.c>>=\n<<this is nowhere>>\n@\n' >> fork.nw
line=$(grep -n 'this is nowhere' fork.nw | cut -d: -f1)
like "$(make 2>&1)" "^fork.nw:$line: undefined chunk" \
	"make stops at an undefined chunk"
done_testing
