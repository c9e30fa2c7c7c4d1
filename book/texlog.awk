# texlog.awk: what a TeX run complains of, as lines of fork.nw.
#
# Input:  book.tex, then book.log. Output: "fork.nw:LINE: message" for the first
#         error, characters that no font has, lines more than 2 pt too long, pages
#         more than 2 pt too high, and labels that lead nowhere; status 1 if there was any.
#
# book.tex says where its lines come from: by comments "% fork.nw:LINE" before
# prose, by \cl{LINE} before each line of code.

function complain(at, message)
{
	message = "fork.nw:" (at in origin ? origin[at] : "?") ": " message
	if (!(message in said))
		print message
	said[message] = bad = 1
}

FNR == 1 { file++ }
file == 1 {
	if (/^% fork\.nw:[0-9]/)
		line = substr($0, 11)
	else if (match($0, /\\cl\{[0-9]+/))
		line = substr($0, RSTART + 4, RLENGTH - 4)
	origin[FNR] = line
	text[FNR] = $0
	lines = FNR
	next
}

/^! / && !error	{ error = substr($0, 3) }
/^l\.[0-9]+ / && error && !told {
	at = substr($1, 3)
	sub(/^l\.[0-9]+ /, "")
	complain(at, "TeX: " error ", at: " $0)
	told = 1
}
/^Missing character: There is no / {
	c = $6
	for (i = 1; i <= lines && !index(text[i], c); i++)
		;
	complain(i, "no font has the character " c)
}
/^Overfull .hbox \(/ {
	width = $0
	sub(/.*hbox \(/, "", width)
	at = $0
	if (!sub(/.* at lines? /, "", at))
		at = 0
	if (width + 0 > 2)
		complain(at + 0, "a line is " (width + 0) " pt too long")
}
/^Overfull .vbox \(/ {
	height = $0
	sub(/.*vbox \(/, "", height)
	if (height + 0 > 2)
		complain(0, "a page is " (height + 0) " pt too high: " $0)
}
/^LaTeX Warning: (Reference|Label|Hyper reference) .*(undefined|multiply)/ {
	at = $0
	if (!sub(/.* on input line /, "", at))
		at = 0
	complain(at + 0, substr($0, 16))
}
END {
	if (error && !told)
		complain(0, "TeX: " error)
	exit bad
}
