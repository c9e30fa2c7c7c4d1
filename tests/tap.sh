# Test Anything Protocol for tests in sh: . "$(dirname "$0")/tap.sh"
# Tests run in the top folder; $tmp is a scratch folder that is removed at the end.
#   ok STATUS TEXT             passes if STATUS is 0
#   is GOT EXPECTED TEXT       passes if both are the same; else shows them
#   like GOT PATTERN TEXT      passes if a line of GOT matches the grep pattern
#   skip TEXT REASON           counts as skipped; in CI that is a failure
#   skip_all REASON            skips the whole file
#   done_testing               must be the last line

tap_n=0
tap_bad=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$(dirname "$0")/.." || exit 1
# A test that calls make is not part of the make that called it.
unset MAKEFLAGS MAKELEVEL MFLAGS T V FRESH PLAIN KERNEL INITRD APPEND MEM \
	ICOUNT GDBARGS SERIAL

ok() {
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_n - $2"
		return 0
	fi
	tap_bad=$((tap_bad + 1))
	echo "not ok $tap_n - $2"
	echo "# failed: $2; rerun: make check T=tests/${0##*/}" >&2
	return 1
}

is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		echo "$2" | sed 's/^/# expected: /' >&2
		echo "$1" | sed 's/^/# got:      /' >&2
	fi
}

like() {
	if echo "$1" | grep -q -e "$2"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		echo "# expected a line like: $2" >&2
		echo "$1" | sed 's/^/# got: /' >&2
	fi
}

skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$tap_n"
	exit $((tap_bad != 0))
}

# A copy of the tool chain in $1, with a fork.nw of its own to be written.
copy_tools() {
	mkdir -p "$1"
	cp -R Makefile arch book "$1"
}
