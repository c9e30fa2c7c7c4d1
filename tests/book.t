#!/bin/sh
# The book: pairs of paragraphs, labels, and the three editions as they are set:
# glyphs, fonts, lines that are too long, references that lead nowhere.
. "$(dirname "$0")/tap.sh"

for tool in pandoc xelatex latexmk pdffonts pdftotext; do
	command -v $tool > /dev/null || skip_all "$tool is missing: make deps-book"
done

# Prints what is wrong with the prose of the tree $1.
prose() {
	pandoc -f json -t native -o /dev/null -L book/check.lua "$1" 2>&1
}

# --- the checks find what they are there for ---------------------------------
cat > "$tmp/bad.nw" << 'END'
# 坏 | Bad {#sec:bad}

没有伙伴。

这是好的一对，参看[@sec:nowhere]。

This is a good pair.

Nobody stands before this.

[[code]]放在句首也是一对。

[[code]] at the head of a sentence makes a pair too.

::: pitfall
盒子里只有中文。
:::

# 只有中文 {#sec:bad}
END
book/tree "$tmp/bad.json" "$tmp/bad.nw"
is "$(prose "$tmp/bad.json" | cut -d: -f2-3 | sort -n)" \
"3: Chinese without English
5: undefined label
9: English without Chinese
16: Chinese without English
16: heading in one language (after this line)
16: label defined twice (after this line)" "what is unpaired or undefined is found"

# --- the book ----------------------------------------------------------------
# Tests run side by side, and what they measure and the tree are made once.
mkdir -p build
flock build/tree.lock sh -c 'make measured && make build/book/tree.json' > /dev/null 2>&1
out=$(make book 2>&1)
ok $? "make book" || echo "$out" | tail -n 20 | sed 's/^/# /' >&2
is "$(prose build/book/tree.json)" "" "paragraphs are pairs, labels are defined"

for edition in '' -zh -en; do
	pdf=build/book/one-call-two-returns$edition.pdf
	log=${pdf%.pdf}.d/book.log
	[ -f "$pdf" ]
	ok $? "${pdf##*/} is there" || continue
	is "$(grep '^Missing character' "$log" | sort -u | head)" "" \
		"$pdf: no glyph is missing"
	# TeX shows the line of book.tex; the code before it has lines of fork.nw.
	is "$(awk -v tex="${pdf%.pdf}.d/book.tex" '
	/^Overfull .hbox/ {
		width = $0
		sub(/.*\(/, "", width)
		if (width + 0 <= 2)
			next
		at = $0
		if (!sub(/.*at lines? /, "", at))
			at = 0
		bad[at + 0] = $0
	}
	END {
		while ((getline s < tex) > 0) {
			n++
			if (match(s, /\\cl\{[0-9]+/))
				line = substr(s, RSTART + 4, RLENGTH - 4)
			if (n in bad)
				print "after fork.nw:" line ": " bad[n]
		}
	}' "$log")" "" "$pdf: no line is over 2 pt too long"
	is "$(pdffonts "$pdf" | awk 'NR > 2 && $(NF - 4) != "yes"')" "" \
		"$pdf: every font is embedded"
	is "$(pdftotext -q "$pdf" - | grep -cE '(^|[^0-9a-z?])\?\?([^?]|$)')" 0 \
		"$pdf: no reference leads nowhere"
	is "$(grep -c 'LaTeX Warning: Reference\|multiply defined' "$log")" 0 \
		"$pdf: TeX knows every label"
done
text=$(pdftotext -q build/book/one-call-two-returns-en.pdf - 2> /dev/null)
like "$text" 'A function that is called once returns once' "the English edition is in English"
like "$(pdftotext -q build/book/one-call-two-returns-zh.pdf - 2> /dev/null)" \
	'一次调用' "the Chinese edition is in Chinese"

again=$(make book 2>&1 | grep -E '^  (TEX|BOOK) ')
is "$again" "" "nothing is set again when nothing changed"
done_testing
