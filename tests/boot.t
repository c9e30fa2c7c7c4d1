#!/bin/sh
# Booting: what a good machine passes on, and what a bad one says. A kernel that
# cannot go on names what is wrong in a sentence and stops with status 1.
. "$(dirname "$0")/tap.sh"

machine() { INPUT=none timeout 60 arch/i386/qemu 2>&1 | tr -d '\r'; }
status_of() { INPUT=none timeout 60 arch/i386/qemu > "$tmp/out" 2>&1; }

# refuses TEXT PATTERN: the machine panics, and a line matches.
refuses() {
	status_of
	is $? 1 "$1: status 1"
	like "$(tr -d '\r' < "$tmp/out")" "$2" "$1: a sentence"
}

export INITRD APPEND MEM KERNEL
INITRD=none refuses "no initrd" '^Kernel panic: .*initrd'
echo nonsense > "$tmp/bad.cpio"
INITRD=$tmp/bad.cpio refuses "an initrd that is no archive" \
	'^Kernel panic: .*\(cpio\|archive\)'
size=$(wc -c < build/initramfs.cpio)
head -c $((size / 2)) build/initramfs.cpio > "$tmp/half.cpio"
INITRD=$tmp/half.cpio refuses "half an archive" '^Kernel panic: '
mkdir -p "$tmp/empty/dev"
(cd "$tmp/empty" && find . | cpio --quiet -o -H newc) > "$tmp/empty.cpio"
INITRD=$tmp/empty.cpio refuses "no /init" '^Kernel panic: .*/init'
APPEND=rdinit=/nowhere refuses "rdinit= names nothing" '/nowhere'
APPEND=rdinit=/proc refuses "rdinit= names a directory" '/proc'
MEM=4 refuses "4 MiB of memory" '^Kernel panic: .*memory'

for mib in 16 64 895 1024 2048; do
	MEM=$mib APPEND="quiet -- /bin/echo alive" status_of
	is "$?:$(tr -d '\r' < "$tmp/out" | grep -c '^alive$')" 0:1 \
		"$mib MiB of memory"
done

# Words that the kernel does not know go to init, as Linux passes them on.
mkdir -p "$tmp/words"
cp build/user/sh build/user/echo "$tmp/words/"
cat > "$tmp/words/init" <<'EOF'
#!/sh
/echo "argv: $0 $@"
/echo "V: $V"
exit 3
EOF
chmod 755 "$tmp/words/init"
(cd "$tmp/words" && find . | cpio --quiet -o -H newc) > "$tmp/words.cpio"
out=$(INITRD=$tmp/words.cpio APPEND='V=five single -- last' machine)
like "$out" '^argv: /init single last$' "unknown words are init's arguments"
like "$out" '^V: five$' "name=value goes into its environment"
like "$out" '^Kernel panic: Attempted to kill init! exitcode=0x00000300' \
	"when init ends, the kernel says how"
cp "$tmp/words.cpio" "$tmp/two words, a comma.cpio"
out=$(INITRD="$tmp/two words, a comma.cpio" machine)
like "$out" '^argv: /init' "an archive with a blank and a comma in its name"

# A panic shows registers, and functions with lines of fork.nw.
out=$(INITRD=none machine)
like "$out" ' start_kernel\|kernel_init.* fork\.nw:[0-9]' \
	"a panic names functions and lines of fork.nw"

# reboot(2) ends the machine well; so does the end of a pipe.
out=$(printf 'echo from a pipe\n' | timeout 60 arch/i386/qemu 2>&1 | tr -d '\r')
like "$out" '^\(# \)*from a pipe$' "commands come from a pipe"
like "$out" '^Power down' "the end of the pipe ends shell and machine"
printf 'cat\necho "open\n' | timeout 60 arch/i386/qemu > "$tmp/out" 2>&1
is $? 0 "also a shell within a cat or an open quotation"
timeout 60 arch/i386/qemu > "$tmp/out" 2>&1 <&-
is $? 0 "standard input may be closed"
done_testing
