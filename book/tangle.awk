# tangle.awk: from noweb's pipeline format (markup -t) to a tree of files.
# Called by book/tangle, whose head says what it promises.
#
# In:  out    folder to write to; out ".files" is the list of what stands there
#      plain  1: indented copy for readers; 0: with #line directives
#      fresh  1: files of which only the directives moved are replaced as well
# The code of the chunks is kept as a list of items, in order of the source:
#      kind[i]  "t" text, "u" use of a chunk, "n" end of line
#      val[i]   the text or the name;  file[i], at[i]: where it stands
# A chunk is a chain of pieces (one a definition); piece p is first[p]..last[p].

function fault(f, l, msg)
{
	fault_line[++faults] = sprintf("%s:%d: %s", f, l, msg)
	fault_key[faults] = l
}

function add(k, v)
{
	if (!incode || name == "" || (k == "t" && v == ""))
		return
	kind[++items] = k
	val[items] = v
	file[items] = source
	at[items] = line
	last[pieces] = items
}

/^@file /	{ source = substr($0, 7); line = 1; sources++; next }
/^@begin code/	{ incode = 1; name = ""; next }
/^@end code/	{ incode = 0; next }
/^@defn /	{ define(substr($0, 7)); next }
/^@use /	{ use(substr($0, 6)); next }
/^@text /	{ add("t", substr($0, 7)); next }
/^@nl$/		{ end_line(); next }
/^@index nl$/	{ line++; next }
/^@fatal/	{ fault(source, line, substr($0, 8)); next }

function define(n)
{
	# A definition in a later source replaces those of the earlier ones.
	if (n in owner && owner[n] < sources)
		n_pieces[n] = 0
	owner[n] = sources
	if (!(n in def_line)) {
		names[++n_names] = n
	}
	if (!n_pieces[n]) {
		def_file[n] = source
		def_line[n] = line
	}
	piece[n, ++n_pieces[n]] = ++pieces
	first[pieces] = items + 1
	last[pieces] = items
	fresh_defn = 1
	name = n
}

function use(n)
{
	if (incode)
		add("u", n)
}

function end_line()
{
	if (fresh_defn)		# the end of the line <<name>>=
		fresh_defn = 0
	else
		add("n", "")
	line++
}

# --- faults in the web ----------------------------------------------------

# The name without what people misspell: case, blanks and punctuation.
function skeleton(n)
{
	n = tolower(n)
	gsub(/[ \t!-\/:-@\[-`{-~]/, "", n)
	return n
}

function is_path(n)
{
	return n ~ /\// && n !~ /[ \t]/
}

# Number of letters to add, drop or change to turn a into b; more than 2 is 3.
function distance(a, b,    i, j, la, lb, row, diag, up, best)
{
	la = length(a)
	lb = length(b)
	if (la - lb > 2 || lb - la > 2)
		return 3
	for (j = 0; j <= lb; j++)
		row[j] = j
	for (i = 1; i <= la; i++) {
		diag = row[0]
		row[0] = best = i
		for (j = 1; j <= lb; j++) {
			up = row[j]
			row[j] = diag + (substr(a, i, 1) != substr(b, j, 1))
			if (up + 1 < row[j])
				row[j] = up + 1
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1
			if (row[j] < best)
				best = row[j]
			diag = up
		}
		if (best > 2)
			return 3
	}
	return row[lb]
}

# " (did you mean ...?)" if another known name is nearly the same.
function hint(n,    m)
{
	if (length(n) >= 6)
		for (m in def_line)
			if (m != n && distance(n, m) <= 2)
				return sprintf(" (did you mean <<%s>> of %s:%d?)",
					m, def_file[m], def_line[m])
	return ""
}

# Two names that are the same but for case, blanks or punctuation.
function compare_spelling(n, f, l,    s)
{
	s = skeleton(n)
	if (!(s in spelt)) {
		spelt[s] = n
		spelt_at[s] = f ":" l
	} else if (spelt[s] != n && !(is_path(n) && is_path(spelt[s]) &&
				      tolower(n) != tolower(spelt[s])))
		fault(f, l, "chunk <<" n ">> differs only in spelling from <<" \
			spelt[s] ">> of " spelt_at[s])
}

# A root becomes a file: its path must stay in the tree and be no folder.
function check_root(n,    part, parts, i, dir)
{
	if (!is_path(n)) {
		fault(def_file[n], def_line[n], "unused chunk <<" n ">>" hint(n))
		return
	}
	parts = split(n, part, "/")
	for (i = 1; i <= parts; i++)
		if (part[i] == "" || part[i] == "." || part[i] == "..") {
			fault(def_file[n], def_line[n], "root <<" n ">> leaves " out)
			return
		}
	if (n !~ /^[A-Za-z0-9_.+\/-]+$/) {
		fault(def_file[n], def_line[n],
			"root <<" n ">> is not a plain path")
		return
	}
	roots[++n_roots] = n
	dir = part[1]
	for (i = 2; i <= parts; i++) {
		if (!(dir in folder))
			folder[dir] = n
		dir = dir "/" part[i]
	}
}

# Follows the uses from a root; a chunk met while it is open uses itself.
function visit(n,    p, i)
{
	state[n] = "open"
	for (p = 1; p <= n_pieces[n]; p++)
		for (i = first[piece[n, p]]; i <= last[piece[n, p]]; i++) {
			if (kind[i] != "u" || !(val[i] in def_line))
				continue
			if (state[val[i]] == "open")
				fault(file[i], at[i], "chunk <<" val[i] ">> uses itself")
			else if (state[val[i]] == "")
				visit(val[i])
		}
	state[n] = "done"
}

function check(    i, n)
{
	for (i = 1; i <= n_names; i++)
		compare_spelling(names[i], def_file[names[i]], def_line[names[i]])
	for (i = 1; i <= n_names; i++)
		for (p = 1; p <= n_pieces[names[i]]; p++)
			check_uses(piece[names[i], p])
	for (i = 1; i <= n_names; i++) {
		n = names[i]
		if (!(n in used))
			check_root(n)
	}
	for (i = 1; i <= n_roots; i++) {
		n = roots[i]
		if (n in folder)
			fault(def_file[n], def_line[n], "root <<" n \
				">> is a file here and a folder for <<" folder[n] ">>")
	}
	for (i = 1; i <= n_roots; i++)
		visit(roots[i])
	if (!faults)		# rings of chunks that no root reaches
		for (i = 1; i <= n_names; i++)
			if (state[names[i]] == "")
				fault(def_file[names[i]], def_line[names[i]],
					"unused chunk <<" names[i] ">>")
}

function check_uses(p,    i, n)
{
	for (i = first[p]; i <= last[p]; i++) {
		if (kind[i] != "u")
			continue
		n = val[i]
		used[n] = 1
		if (n in def_line || n in missing)
			continue
		missing[n] = 1
		fault(file[i], at[i], "undefined chunk <<" n ">>" hint(n))
		compare_spelling(n, file[i], at[i])
	}
}

# --- expansion --------------------------------------------------------------
# o[1..no]: finished lines of the file; buf: the line that is being made;
# indent: what each line of the chunk starts with; now_file, now_line: the place
# that the compiler believes the next line of output to have.

function put(text)
{
	if (text == "")
		return
	if (!started)
		buf = indent
	started = 1
	if (!placed && text ~ /[^ \t]/)
		place()
	buf = buf text
}

# Before a line of output: a directive, if the place is not what it would be.
function place()
{
	placed = 1
	if (!directives || continued)
		return
	if (here_file != now_file || here_line != now_line) {
		o[++no] = "#line " here_line " \"" here_file "\""
		now_file = here_file
		now_line = here_line
	}
}

function newline()
{
	o[++no] = buf
	continued = buf ~ /\\$/
	if (plain && ccode)
		track_comment(buf)
	buf = ""
	started = placed = 0
	now_line++
}

function track_comment(s)
{
	while (s != "")
		if (incomment) {
			if (!match(s, /\*\//))
				return
			incomment = 0
			s = substr(s, RSTART + 2)
		} else {
			if (!match(s, /\/\*/))
				return
			incomment = 1
			s = substr(s, RSTART + 2)
		}
}

# The chunk's name as a comment above its code, when it stands on its own line.
function name_comment(n, alone,    cont)
{
	if (!plain || !ccode || !alone || incomment)
		return
	cont = continued
	gsub(/\*\//, "* /", n)
	o[++no] = indent "/* <<" n ">> */" (cont ? " \\" : "")
	continued = cont
}

function expand(n,    p, i, j, old, lead, alone, pending)
{
	pending = 0
	for (p = 1; p <= n_pieces[n]; p++)
		for (i = first[piece[n, p]]; i <= last[piece[n, p]]; i++) {
			if (pending) {
				newline()
				pending = 0
			}
			if (kind[i] == "n") {
				pending = 1	# the last one is the user's
				continue
			}
			here_file = file[i]
			here_line = at[i]
			if (kind[i] == "t") {
				put(val[i])
				continue
			}
			old = indent
			alone = 0
			if (!started)
				alone = (kind[i + 1] == "n" && i < last[piece[n, p]])
			else if (buf ~ /^[ \t]*$/) {
				alone = (kind[i + 1] == "n")
				indent = buf
				buf = ""
				started = 0
			} else {
				lead = buf
				gsub(/[^\t]/, " ", lead)
				indent = lead
			}
			name_comment(val[i], alone)
			expand(val[i])
			indent = old
		}
}

# Makes o[] for one root and puts it where it differs from what stands there.
function write_root(n,    path, i)
{
	no = 0
	buf = indent = now_file = ""
	now_line = started = placed = continued = incomment = 0
	ccode = n ~ /\.[chS]$/
	directives = ccode && !plain
	expand(n)
	newline()
	if (faults)
		return
	path = out "/" n
	if (same(path))
		return
	changed++
	printf "" > path
	for (i = 1; i <= no; i++)
		print o[i] > path
	close(path)
}

function same(path,    i, s, equal, got)
{
	equal = 1
	i = 0
	while ((got = (getline s < path)) > 0) {
		if (!fresh && s ~ /^#line [0-9]+ "/)
			continue
		i++
		while (!fresh && i <= no && o[i] ~ /^#line [0-9]+ "/)
			i++
		if (i > no || o[i] != s) {
			equal = 0
			break
		}
	}
	close(path)
	while (!fresh && i < no && o[i + 1] ~ /^#line [0-9]+ "/)
		i++
	return equal && i == no
}

# --- the tree ---------------------------------------------------------------

function remove_vanished(    s, keep, i, list)
{
	for (i = 1; i <= n_roots; i++)
		keep[roots[i]] = 1
	while ((getline s < (out ".files")) > 0)
		if (!(s in keep))
			list = list " " s
	close(out ".files")
	if (list != "")
		system("cd " out " && rm -f" list " && for f in" list \
			"; do rmdir -p $(dirname $f) 2>/dev/null; done")
}

function make_folders(    d, list)
{
	for (d in folder)
		list = list " " out "/" d
	if (list != "")
		system("mkdir -p" list)
}

# The list changes only when the set of files does.
function write_list(    i, s, got, equal)
{
	equal = 1
	for (i = 1; (got = (getline s < (out ".files"))) > 0; i++)
		if (i > n_roots || s != roots[i])
			equal = 0
	close(out ".files")
	if (equal && i > n_roots)
		return
	for (i = 1; i <= n_roots; i++)
		print roots[i] > (out ".files")
}

function report(    i, j, least, done)
{
	for (i = 1; i <= faults; i++) {
		least = 0
		for (j = 1; j <= faults; j++)
			if (!(j in done) && (!least || fault_key[j] < fault_key[least]))
				least = j
		done[least] = 1
		print fault_line[least] > "/dev/stderr"
	}
	exit 1
}

END {
	check()
	if (!faults && !n_roots)
		fault(source, 1, "no root chunk is named by a path")
	if (faults)
		report()
	remove_vanished()
	make_folders()
	for (r = 1; r <= n_roots; r++)
		write_root(roots[r])
	write_list()
	printf "  TANGLE  %s: %d files, %d changed\n", out, n_roots, changed
}
