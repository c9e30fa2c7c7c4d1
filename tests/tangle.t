#!/bin/sh
# The tangler: what it writes, what it refuses, and that it is quick.
. "$(dirname "$0")/tap.sh"
nw=$tmp/t.nw

# Tangles standard input; $out is what it said.
tangle() {
	cat > "$nw"
	(cd "$tmp" && "$OLDPWD/book/tangle" "$@" src t.nw 2>&1)
}
# tangle_fails LINE PATTERN TEXT: a fault at that line of standard input.
tangle_fails() {
	out=$(tangle)
	status=$?
	like "$out" "^t.nw:$1: .*$2" "$3"
	is "$status" 1 "$3: status 1"
}

tangle_fails 2 'undefined chunk <<b>>' "an undefined chunk" <<'END'
<<x/a.c>>=
<<b>>
@
END
tangle_fails 3 'unused chunk <<b c>>' "an unused chunk" <<'END'
<<x/a.c>>=
@
<<b c>>=
@
END
tangle_fails 6 'only in spelling from <<give it a pid>>' "a misspelt name" <<'END'
<<x/a.c>>=
<<give it a pid>>
@
<<give it a pid>>=
@
<<Give  it a PID>>=
@
END
tangle_fails 2 'did you mean <<give the child its pid>> of t.nw:4' \
	"a name one letter off" <<'END'
<<x/a.c>>=
<<give the child it pid>>
@
<<give the child its pid>>=
@
END
tangle_fails 1 'leaves src' "a root that leaves the tree" <<'END'
<<x/../../a.c>>=
@
END
tangle_fails 1 'leaves src' "an absolute root" <<'END'
<</etc/a.c>>=
@
END
tangle_fails 1 'a folder for' "a file that is a folder too" <<'END'
<<x/a>>=
@
<<x/a/b>>=
@
END
tangle_fails 6 'uses itself' "a chunk that uses itself" <<'END'
<<x/a.c>>=
<<b>>
<<b>>=
<<c>>
<<c>>=
<<b>>
@
END
tangle_fails 3 'unused chunk <<b>>' "a ring of chunks that no root uses" <<'END'
<<x/a.c>>=
@
<<b>>=
<<c>>
<<c>>=
<<b>>
@
END
[ ! -e "$tmp/src/x" ]
ok $? "a refused source writes nothing"

tangle > /dev/null <<'END'
中文。
<<x/a.c>>=
int f(void)
{
	<<step>>
	return 1;
}
#define M \
	<<step>>
@
More.
<<step>>=
one();
if (x)
	two();
@
<<y/rc>>=
echo <<word>>
@
<<word>>=
a
b
@
END
is "$(cat "$tmp/src/x/a.c")" "$(cat <<'END'
#line 3 "t.nw"
int f(void)
{
#line 13 "t.nw"
	one();
	if (x)
		two();
#line 6 "t.nw"
	return 1;
}
#define M \
	one();
#line 14 "t.nw"
	if (x)
		two();
END
)" "C has line directives and keeps its indentation"
is "$(cat "$tmp/src/y/rc")" "echo a
     b" "other files have none"
(cd "$tmp" && "$OLDPWD/book/tangle" -p plain t.nw) > /dev/null
is "$(sed -n 1,9p "$tmp/plain/x/a.c")" "int f(void)
{
	/* <<step>> */
	one();
	if (x)
		two();
	return 1;
}
#define M \\" "the plain copy names its chunks in comments"

touch -d '2020-01-01' "$tmp/src/x/a.c"
sed 's/^More/Much\nmore/' "$nw" > "$tmp/n" && mv "$tmp/n" "$nw"
old=$(stat -c %Y "$tmp/src/x/a.c")
(cd "$tmp" && "$OLDPWD/book/tangle" src t.nw) > /dev/null
is "$(stat -c %Y "$tmp/src/x/a.c")" "$old" "prose leaves a file alone"
(cd "$tmp" && "$OLDPWD/book/tangle" -f src t.nw) > /dev/null
like "$(cat "$tmp/src/x/a.c")" '#line 14' "a fresh tangle moves its lines"

cat > "$tmp/lab.nw" <<'END'
<<step>>=
mine();
@
END
(cd "$tmp" && "$OLDPWD/book/tangle" src t.nw lab.nw) > /dev/null
is "$(sed -n 4,5p "$tmp/src/x/a.c")" '#line 2 "lab.nw"
	mine();' "an overlay replaces a chunk, and its lines are its own"

sed -i '/y\/rc/,/^@/d; /word/,/^@/d' "$nw"
(cd "$tmp" && "$OLDPWD/book/tangle" src t.nw) > /dev/null
[ ! -e "$tmp/src/y" ]
ok $? "a root that vanished takes its file and folder along"

awk 'BEGIN {
	for (f = 1; f <= 100; f++)
		for (c = 1; c <= 10; c++) {
			k = f " " c
			print "prose\n<<k/" f ".c>>=\nint f\n{\n\t<<do step " k ">>\n}\n@"
			print "prose\n<<do step " k ">>="
			for (i = 1; i <= 15; i++)
				print "\tint x" i ";"
			print "@"
		}
}' > "$nw"
start=$(date +%s%N)
(cd "$tmp" && "$OLDPWD/book/tangle" src t.nw) > /dev/null
ms=$((($(date +%s%N) - start) / 1000000))
[ $ms -lt 1000 ]
ok $? "$(wc -l < "$nw") lines are tangled in under a second (ms: $ms)"
done_testing
