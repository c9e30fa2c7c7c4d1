#!/bin/sh
# The console sessions of the book are what a run shows; and the tool that says so
# finds a wrong one, repairs it, and runs nothing twice.
. "$(dirname "$0")/tap.sh"

[ -f build/kernel.elf ] || skip_all "there is no kernel"

out=$(book/sessions fork.nw 2>&1)
ok $? "every session of fork.nw is what a run shows" ||
	echo "$out" | sed 's/^/# /' >&2

# --- a small book, kept away from the real one's runs --------------------------
copy_tools "$tmp/book"
mkdir "$tmp/book/build"
cp build/kernel.elf build/initramfs.cpio "$tmp/book/build"
cd "$tmp/book" || exit 1
cat > small.nw <<'END'
# 标题 | Title {#sec:title}

```text
# not typed
```

```session
# echo one two | wc
wrong
# ls /bin/ls
```

```{.session append="panic=1"}
# cat
^D
```
@
<<a chunk>>=
# echo code
@
END
out=$(book/sessions small.nw 2>&1)
is "$?" 1 "a wrong transcript is found"
is "$(echo "$out" | grep -v '^@@\|^  RUN')" \
"--- small.nw:8, as it stands
+++ as it was run
 # echo one two | wc
-wrong
+1 2 8
 # ls /bin/ls
+/bin/ls
to renew: book/sessions -w small.nw" "the diff, its line and the remedy are shown"
like "$out" '^@@ -8,3 +8,4 @@' "the hunk has lines of the file"
is "$(echo "$out" | grep -c '^  RUN')" 2 "each session was run"

out=$(book/sessions small.nw 2>&1)
is "$?$(echo "$out" | grep -c RUN)" 10 "the second time none is run, and it is as wrong"

if command -v pandoc > /dev/null; then
	book/tree tree.json small.nw 2> err
	like "$(pandoc -f json -t plain tree.json)" '^ *1 2 8$' \
		"the weave sets what came, not what is written"
	is "$(cat err)" "" "the weave finds every run"
else
	skip "the weave sets what came" "pandoc is missing: make deps-book"
fi

cp small.nw before.nw
book/sessions -w small.nw > /dev/null 2>&1
ok $? "-w renews them"
is "$(diff before.nw small.nw)" "9c9
< wrong
---
> 1 2 8
10a11
> /bin/ls" "-w changes nothing but the transcript"
out=$(book/sessions small.nw 2>&1)
is "$?$out" 0 "what -w wrote is right"

sed 's/one two/three/' before.nw > small.nw
out=$(book/sessions -w small.nw 2>&1)
is "$out" "  RUN     the session at small.nw:8" "another command: only that session is run"
head -c 512 /dev/zero >> build/initramfs.cpio
out=$(book/sessions small.nw 2>&1)
is "$(echo "$out" | grep -c RUN)" 2 "other programs: all are run"

printf '```session\n# exit\n# ls\n```\n' > small.nw
out=$(book/sessions small.nw 2>&1)
is "$?" 2 "a machine that ends too early is no session"
like "$out" '^small.nw:2: the machine ended after: # exit' "which is said with its line"
done_testing
