# html.awk: noweb's pipeline format -> Markdown for pandoc.
# Prose passes through (noweb's [[code]] becomes `code`); a chunk becomes a line
# with its name and a block of code in HTML, where uses link to definitions.
# The anchor of a chunk is made from its name; a continued one keeps the first.

function escape(s)
{
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	return s
}

function anchor(n)
{
	gsub(/[^A-Za-z0-9]+/, "-", n)
	return "chunk-" n
}

# [@sec:name], a reference to a labelled heading, becomes a link.
function references(s,    out, label)
{
	while (match(s, /\[@[a-z]+:[A-Za-z0-9_-]+\]/)) {
		label = substr(s, RSTART + 2, RLENGTH - 3)
		out = out substr(s, 1, RSTART - 1) "[" label "](#" label ")"
		s = substr(s, RSTART + RLENGTH)
	}
	return out s
}

/^@file /	{ source = substr($0, 7); line = 1; next }
/^@begin code/	{ code = 1; next }
/^@end code/	{ print "</code></pre>\n"; code = 0; next }
/^@defn / {
	n = substr($0, 7)
	printf "\n<pre class=\"chunk\"%s><code>", \
		(n in seen) ? "" : " id=\"" anchor(n) "\""
	printf "<b>&lt;&lt;%s&gt;&gt;%s=</b>  <small>%s:%d</small>", escape(n), \
		(n in seen) ? "+" : "", source, line
	seen[n] = 1
	next
}
/^@use / {
	n = substr($0, 6)
	if (code)
		printf "<a href=\"#%s\">&lt;&lt;%s&gt;&gt;</a>", anchor(n), escape(n)
	else
		printf "<<%s>>", n
	next
}
/^@quote$/	{ printf "`"; next }
/^@endquote$/	{ printf "`"; next }
/^@text /	{ s = substr($0, 7); printf "%s", code ? escape(s) : references(s); next }
/^@(index )?nl$/ { line++; print ""; next }
