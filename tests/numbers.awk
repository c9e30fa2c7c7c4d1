# numbers.awk: compares the numbers of headings on paper and on the pages.
#
#   awk -f tests/numbers.awk book.aux PAGE...
#
# Prints what differs: LABEL: number on paper, number on the page. The sections that
# are not in the table of contents have no number in the .aux.

FILENAME ~ /\.aux$/ {
	if (/^\\newlabel\{(sec|part):/) {
		label = $0
		sub(/^\\newlabel\{/, "", label)
		number = label
		sub(/\}.*/, "", label)
		sub(/^[^}]*\}\{\{/, "", number)
		sub(/\}.*/, "", number)
		gsub(/[^0-9A-Z.]/, "", number)
		paper[label] = number
	}
	next
}

/<h[1-3] / {
	s = $0
	while (match(s, /<h[1-3][ \n]id="(sec|part)-[^>]*>/)) {
		label = substr(s, RSTART, RLENGTH)
		s = substr(s, RSTART + RLENGTH)
		sub(/.*id="/, "", label)
		sub(/".*/, "", label)
		sub(/-/, ":", label)
		number = ""
		if (s ~ /^<span class="num">[0-9A-Z]/) {
			number = s
			sub(/^<span class="num">/, "", number)
			sub(/<.*/, "", number)
		}
		if (label in paper && label !~ /-(linux|exercises)$/) {
			compared++
			if (paper[label] != number && label !~ /^part/)
				print label ": " paper[label] ", " number
		}
	}
}

END { print compared + 0 " headings" > "/dev/stderr" }
