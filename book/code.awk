# Counts lines of code in C and assembly: lines that hold more than blanks and
# comments, line directives apart.
#
#   awk -f book/code.awk FILE...	prints "LINES FILE" for each
FNR == 1 && NR > 1 { print n, file; n = inside = 0 }
{ file = FILENAME }
/^#line / { next }
{
	text = $0
	if (inside) {
		if (!sub(/^.*\*\//, "", text))
			next
		inside = 0
	}
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", text)
	if (sub(/\/\*.*/, "", text))
		inside = 1
	if (FILENAME ~ /\.S$/)
		sub(/^[ \t]*# .*/, "", text)
	if (text ~ /[^ \t]/)
		n++
}
END { if (NR) print n, file }
