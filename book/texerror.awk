# texerror.awk: the first error of a TeX run, with its place in fork.nw.
#
# Input:  book.log, then book.tex. Output: the error; the nearest line of code
#         that book.tex names before the place (\cl{LINE}) is a line of fork.nw.

FNR == NR {
	if (!error && /^! /)
		error = $0
	if (error && !at && /^l\.[0-9]+/) {
		at = $0
		sub(/^l\./, "", at)
		at += 0
	}
	next
}
match($0, /\\cl\{[0-9]+/) && (!at || FNR <= at) {
	line = substr($0, RSTART + 4, RLENGTH - 4)
}
FNR == at { text = $0 }
END {
	printf "fork.nw:%d: (near) %s\n  %s\n", line, error, text
}
