# links.awk: finds links that lead nowhere, and ids that stand twice on a page.
#
#   awk -f tests/links.awk PAGE...	pages of one folder, HTML or XHTML
#
# Prints a line "fork.nw:LINE: PAGE: what is wrong", where LINE is that of the
# paragraph or the code before it. Links to files that are no pages of the list
# must lead to a file; links to the web are left alone.

BEGIN { RS = ">"; line = "?" }

FNR == 1 {
	page = FILENAME
	sub(/.*\//, "", page)
	folder = substr(FILENAME, 1, length(FILENAME) - length(page))
	known[page] = 1
	line = "?"
}

{
	if (!sub(/^[^<]*</, "") || /^[!\/?]/)
		next
	tag = $0
	while (match(tag, /[ \n](id|href|src)="[^"]*"/)) {
		attribute = substr(tag, RSTART + 1, RLENGTH - 2)
		tag = substr(tag, RSTART + RLENGTH)
		at = index(attribute, "=")
		value = substr(attribute, at + 2)
		if (attribute ~ /^id/) {
			if (value ~ /^[lL][0-9]+$/)
				line = substr(value, 2)
			if ((page, value) in id)
				print "fork.nw:" line ": " page ": id twice: " value
			id[page, value] = 1
		} else {
			links++
			from[links] = page
			to[links] = value
			place[links] = line
			dir[links] = folder
		}
	}
}

function wrong(i)
{
	print "fork.nw:" place[i] ": " from[i] ": broken link: " to[i]
}

function there(file,    s)
{
	if (!(file in exists)) {
		exists[file] = (getline s < file) >= 0
		close(file)
	}
	return exists[file]
}

END {
	for (i = 1; i <= links; i++) {
		target = to[i]
		if (target ~ /^(https?|mailto|data):/)
			continue
		at = index(target, "#")
		fragment = at ? substr(target, at + 1) : ""
		file = at ? substr(target, 1, at - 1) : target
		if (file == "")
			file = from[i]
		if (!(file in known)) {
			if (!there(dir[i] file))
				wrong(i)
		} else if (fragment != "" && !((file, fragment) in id))
			wrong(i)
	}
	print links + 0 " links" > "/dev/stderr"
}
