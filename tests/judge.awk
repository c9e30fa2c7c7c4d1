# judge.awk: from two runs of a guest program to one TAP.
#
#   awk -v test=... -v machine=STATUS -v why=... -v timeout=... \
#	-f tests/judge.awk tests/differences GUEST.log HOST.log
#
# machine  exit status of arch/i386/qemu
# why      "" if the program also ran on the host; "only REASON" if it is not
#          meant to; "SKIP REASON" if it could not
# Prints the guest's lines, then two of its own: that the program ended well, and
# that the host's Linux gave the same lines. Lines of tests/differences are
# "program, row, reason": there Linux's result for the row (its number, or how
# the line's text begins) does not count.

function complain(s)	{ print "# " s > "/dev/stderr" }

function result(bad, text)
{
	print (bad ? "not ok " : "ok ") ++n " - " text
	failed += bad
}

# Is there a reason why Linux may say something else on this line?
function excused(text,    row)
{
	for (row in reason)
		if (index(text, "row " row ":") == 1 || index(text, row) == 1)
			return 1
	return 0
}

FNR == 1	{ part++ }
		{ sub(/\r+$/, "") }

part == 1 && /^[^#]/ {
	if (split($0, word, / *, */) >= 3 &&
	    (word[1] == base() || word[1] == test))
		reason[word[2]] = word[3]
	next
}
part == 1	{ next }

function base(    b)
{
	b = test
	sub(/^.*\//, "", b)
	sub(/\.c$/, "", b)
	return b
}

/^(not )?ok [0-9]+/ {
	good = /^ok/
	text = $0
	sub(/^(not )?ok [0-9]+( - | )?/, "", text)
	if (part == 2) {
		lines++
		result(!good, text)
		guest[lines] = text
		guest_good[lines] = good
		showing = !good
		if (!good)
			complain("guest: " $0)
	} else {
		host_lines++
		host[host_lines] = text
		host_good[host_lines] = good
	}
	next
}
part == 2 && /^1\.\.[0-9]+/	{ plan = substr($0, 4) + 0; planned = 1; next }
part == 2 && /^testinit: /	{ ended = substr($0, 11); next }
part == 2 && /^Bail out!/	{ complain($0); bailed = 1; next }
part == 2 && showing && /^#/	{ complain("guest: " substr($0, 3)); next }
part == 2			{ tail[++tails] = $0 }

function show_tail(    i)
{
	for (i = tails > 12 ? tails - 11 : 1; i <= tails; i++)
		complain("console: " tail[i])
}

function compare(    i, bad, max)
{
	max = lines > host_lines ? lines : host_lines
	for (i = 1; i <= max; i++) {
		if (guest[i] == host[i] && guest_good[i] == host_good[i])
			continue
		if (guest[i] == host[i] && excused(guest[i]))
			continue
		if (host[i] ~ /# SKIP/ && i <= lines && guest[i] !~ /# SKIP/) {
			skipped[++skips] = host[i]
			continue
		}
		bad++
		if (bad <= 5) {
			complain("expected (Linux): " \
				(i > host_lines ? "nothing" : \
				(host_good[i] ? "ok " : "not ok ") i " - " host[i]))
			complain("got (fork.nw):    " \
				(i > lines ? "nothing" : \
				(guest_good[i] ? "ok " : "not ok ") i " - " guest[i]))
		}
	}
	return bad
}

END {
	wrong = ""
	if (machine == 124)
		wrong = "it did not end in " timeout " seconds"
	else if (machine != 0)
		wrong = "the machine ended with status " machine
	else if (ended != "exit 0")
		wrong = "it ended with: " (ended ? ended : "no word")
	else if (bailed)
		wrong = "it gave up"
	else if (!planned || plan != lines)
		wrong = "it printed " lines + 0 " results and planned " plan + 0
	result(wrong != "", test " runs to its end" (wrong ? ": " wrong : ""))
	if (wrong) {
		complain(wrong)
		show_tail()
	}
	if (why ~ /^SKIP/) {
		result(0, test " agrees with Linux # " why)
	} else if (why == "") {
		result(compare() > 0, test " agrees with Linux")
		for (i = 1; i <= skips; i++)
			result(0, "on Linux: " skipped[i])
	}
	print "1.." n
	if (failed)
		complain("rerun: make check T=" test)
	exit failed > 0
}
