#!/bin/sh
# The book: pairs of paragraphs, labels, and the three editions as they are set:
# glyphs, fonts, lines that are too long, references that lead nowhere.
. "$(dirname "$0")/tap.sh"

for tool in pandoc xelatex latexmk pdffonts pdftotext; do
	command -v $tool > /dev/null || skip_all "$tool is missing: make deps-book"
done

# --- the checks find what they are there for ---------------------------------
cat > "$tmp/bad.nw" << 'END'
# 坏 | Bad {#sec:bad}

没有伙伴。

这是好的一对，参看[@sec:nowhere]，见[[<<nothing>>]]。

This is a good pair.

Nobody stands before this.

[[code]]放在句首也是一对。

[[code]] at the head of a sentence makes a pair too.

::: pitfall
盒子里只有中文。
:::

# 只有中文 {#sec:bad}

![只有中文的说明](figures/none.tex){#fig:none}

```text
 {好|good}  坏
 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
```

| 好 / good | 坏 bad |
|---|---|
| 1 | 2 |

<<a.c>>=
/* 3456789012345678901234567890123456789012345678901234567890123456789012345678901 */
@
END
book/tree "$tmp/bad.json" "$tmp/bad.nw" 2> /dev/null
is "$(book/check "$tmp/bad.json" 2>&1 | grep '^fork.nw' | cut -d: -f2-3)" \
"3: Chinese without English
5: undefined chunk
5: undefined label
9: English without Chinese
16: Chinese without English
19: heading in one language
19: label defined twice
21: caption in one language
21: no such figure
24: Chinese in the English edition; write {中文|English}
25: wider than 80 columns
28: a cell of the table in Chinese only
33: code wider than 80 columns" "what is wrong with prose, labels, figures, widths is found"
book/check "$tmp/bad.json" > /dev/null 2>&1
is $? 1 "and stops the book"

# What TeX complains of comes with the line of the source.
cat > "$tmp/tex.nw" << 'END'
# 坏 | Bad {#sec:bad}

𓀀这个字没有字体。

[[a_word_that_is_very_long_and_has_no_place_to_break_at_all]]x.

<<a.c>>=
int i;	/* xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx */
@

![不在 | not there](figures/none.tex){#fig:none}
END
book/tree "$tmp/tex.json" "$tmp/tex.nw"
like "$(book/weave zh "$tmp/tex.pdf" "$tmp/tex.json" 2>&1)" \
	'^fork.nw:11: TeX: .*none-zh.pdf' "an error of TeX names the line of fork.nw"
sed -i '/^!/d' "$tmp/tex.nw"
book/tree "$tmp/tex.json" "$tmp/tex.nw"
out=$(book/weave zh "$tmp/tex.pdf" "$tmp/tex.json" 2>&1)
like "$out" '^fork.nw:3: no font has the character 𓀀' "a missing glyph stops the book"
like "$out" '^fork.nw:8: a line is .* pt too long' "a line that is too long stops the book"

# --- the book ----------------------------------------------------------------
# Tests run side by side, and what they measure and the tree are made once.
mkdir -p build
flock build/tree.lock sh -c 'make measured && make build/book/tree.json' > /dev/null 2>&1
flock build/tree.lock sh -c 'make measured && make build/book/tree.json' > /dev/null 2>&1
out=$(make book 2>&1)
ok $? "make book: checks of prose, glyphs, widths, labels" ||
	echo "$out" | tail -n 20 | sed 's/^/# /' >&2
for edition in '' -zh -en; do
	pdf=build/book/one-call-two-returns$edition.pdf
	[ -f "$pdf" ]
	ok $? "${pdf##*/} is there" || continue
	is "$(pdffonts "$pdf" | awk 'NR > 2 && $(NF - 4) != "yes"')" "" \
		"$pdf: every font is embedded"
	is "$(pdftotext -q "$pdf" - | grep -cE '(^|[^0-9a-z?])\?\?([^?]|$)')" 0 \
		"$pdf: no reference leads nowhere"
done
make html > /dev/null 2>&1
is "$(awk -f tests/numbers.awk build/book/one-call-two-returns.d/book.aux \
	build/html/*.html 2> "$tmp/compared")" "" \
	"numbers on paper are those of the HTML ($(cat "$tmp/compared"))"
text=$(pdftotext -q build/book/one-call-two-returns-en.pdf - 2> /dev/null)
like "$text" 'A function that is called once returns once' "the English edition is in English"
like "$(pdftotext -q build/book/one-call-two-returns-zh.pdf - 2> /dev/null)" \
	'一次调用' "the Chinese edition is in Chinese"

again=$(make book 2>&1 | grep -E '^  (TEX|BOOK) ')
is "$again" "" "nothing is set again when nothing changed"
done_testing
