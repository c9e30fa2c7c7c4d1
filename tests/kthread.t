#!/bin/sh
# Kernel threads, tested inside a kernel that was built with CONFIG_KTHREAD_TEST.
. "$(dirname "$0")/tap.sh"

make -s -f arch/i386/build.mk OUT=build/config-KTHREAD_TEST \
	CONFIG=KTHREAD_TEST kernel > "$tmp/log" 2>&1
ok $? "the kernel with its own test builds" || sed 's/^/# /' "$tmp/log" >&2
KERNEL=build/config-KTHREAD_TEST/kernel.elf INPUT=none APPEND="-- /bin/echo up" \
	timeout 60 arch/i386/qemu 2>&1 | tr -d '\r' > "$tmp/out"
for row in 225 226; do
	line=$(grep "ok [0-9]* - row $row:" "$tmp/out")
	case $line in
	ok*) ok 0 "${line#* - }" ;;
	*) ok 1 "row $row: the kernel says so" ; sed 's/^/# /' "$tmp/out" >&2 ;;
	esac
done
like "$(cat "$tmp/out")" '^up$' "and goes on to run init"
done_testing
