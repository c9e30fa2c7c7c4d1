# defs.awk: finds what a chunk of C or assembly defines.
#
# Input:  noweb's pipeline format, from markup -t.
# Output: the same, with "@index defn NAME" lines at the end of each code chunk;
#         finduses then marks every use.
#
# What counts is text in column 0: functions with a body, macros, structures,
# members of enums, labels that are .globl; globals in chunks named by a path,
# since a step of a function has its local variables in column 0 too.

function define(name)
{
	if (name !~ /^(if|for|while|switch|do|else|return|sizeof|case|goto|__attribute__)$/ \
	    && length(name) > 1 && !(name in here)) {
		here[name] = 1
		found[++count] = name
	}
}

# The name before the first "(" of a line that may begin a function.
function function_name(s)
{
	sub(/[ \t]*\(.*/, "", s)
	sub(/.*[ \t*]/, "", s)
	return s
}

function look(    i, j, word, s, open, candidate)
{
	for (i = 1; i <= lines; i++) {
		s = text[i]
		if (s ~ /^#[ \t]*define[ \t]+[A-Za-z_]/) {
			sub(/^#[ \t]*define[ \t]+/, "", s)
			sub(/[^A-Za-z0-9_].*/, "", s)
			if (s !~ /^_[A-Z].*_H_?$/)
				define(s)
			continue
		}
		# DOOR(name, ...) of fs/ and SIMPLE_CALL(name, ...) make sys_name;
		# WRAPn(type, name, ...) of
		# user/lib/syscall.c makes a function.
		if (s ~ /^(DOOR|SIMPLE_CALL)\(/) {
			gsub(/^[A-Z_]+\(|[,)].*/, "", s)
			define("sys_" s)
			continue
		}
		# ID_CALL(name, ...) of kernel/cred.c makes sys_name32, ID_CALLS(id, ...) six.
		if (s ~ /^ID_CALL\(/) {
			gsub(/^ID_CALL\(|[,)].*/, "", s)
			define("sys_" s "32")
			continue
		}
		if (s ~ /^ID_CALLS\(/) {
			gsub(/^ID_CALLS\(|[,)].*/, "", s)
			split("get gete set setre setres getres", word, " ")
			for (j = 1; j <= 6; j++)
				define("sys_" word[j] s "32")
			continue
		}
		if (s ~ /^WRAP[0-9]\(/) {
			split(s, word, /, */)
			define(word[2])
			continue
		}
		if (s ~ /^\.globl[ \t]/) {
			sub(/^\.globl[ \t]+/, "", s)
			sub(/[^A-Za-z0-9_].*/, "", s)
			define(s)
			continue
		}
		if (s ~ /^(struct|union) [A-Za-z_0-9]+ \{/) {
			split(s, word, " ")
			define(word[1] " " word[2])
			continue
		}
		if (s ~ /^enum .*\{/ || s ~ /^enum \{/)
			open = 1
		else if (s ~ /^\}/)
			open = 0
		if (open && s ~ /^\t[A-Z][A-Z0-9_]+[ \t]*(=|,|$)/) {
			sub(/^\t/, "", s)
			sub(/[^A-Za-z0-9_].*/, "", s)
			define(s)
			continue
		}
		if (s ~ /^[A-Za-z_][A-Za-z0-9_ *]*[ *][A-Za-z_0-9]+\(/ && \
		    s !~ /[;=]/ && s !~ /^(else|return|case) /)
			candidate = function_name(s)
		if (candidate != "" && s ~ /;[ \t]*$/)
			candidate = ""
		if (candidate != "" && (s ~ /^\{/ || s ~ /\{[ \t]*$/)) {
			define(candidate)
			candidate = ""
		}
		if (root && s ~ /^[a-z_][A-Za-z0-9_ *]*[ *][A-Za-z_0-9]+(\[[^]]*\])*[ \t]*(=|;)/ && \
		    s !~ /^(return|goto|typedef|case|else) / && \
		    s !~ /^(struct|union) [A-Za-z0-9_]+;/) {
			sub(/[ \t]*(\[.*|=.*|;.*)$/, "", s)
			sub(/.*[ *]/, "", s)
			define(s)
		}
	}
}

/^@begin code/	{ lines = count = 0; buffer = ""; code = 1; delete here }
code && /^@defn /	{ root = substr($0, 7) ~ /^[^ ]*\/[^ ]*$/ }
code && /^@text /	{ buffer = buffer substr($0, 7) }
code && /^@use /	{ buffer = buffer "<<" substr($0, 6) ">>" }
code && /^@nl/		{ text[++lines] = buffer; buffer = "" }
/^@end code/ {
	look()
	for (i = 1; i <= count; i++)
		print "@index defn " found[i]
	code = 0
}
{ print }
