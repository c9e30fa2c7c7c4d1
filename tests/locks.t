#!/bin/sh
# Lock discipline: a kernel whose spinlocks are checked flags (taking one twice,
# or dropping one untaken, panics) runs guest programs that use most of them.
. "$(dirname "$0")/tap.sh"

make -s -f arch/i386/build.mk OUT=build/config-DEBUG_SPINLOCK \
	CONFIG=DEBUG_SPINLOCK kernel > "$tmp/log" 2>&1
ok $? "the kernel with checked locks builds" || sed 's/^/# /' "$tmp/log" >&2
programs="fork clone threads signals wait family futex files memory proc vfork"
make -s -f arch/i386/build.mk $(printf 'build/tests/guest/%s.cpio ' $programs) \
	> "$tmp/log" 2>&1
ok $? "the guest programs build" || sed 's/^/# /' "$tmp/log" >&2
for program in $programs; do
	KERNEL=build/config-DEBUG_SPINLOCK/kernel.elf INPUT=none \
		INITRD=build/tests/guest/$program.cpio APPEND="-- /test/$program" \
		timeout 90 arch/i386/qemu 2>&1 | tr -d '\r' > "$tmp/out"
	grep -q '^testinit: exit 0' "$tmp/out"
	ok $? "$program runs with checked locks" ||
		grep -v '^ok' "$tmp/out" | tail -n 20 | sed 's/^/# /' >&2
done
done_testing
