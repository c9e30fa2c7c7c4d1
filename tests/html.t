#!/bin/sh
# The HTML edition and the EPUB: links, and the HTML as a reader uses it, in headless
# Chromium, opened from file://. Screenshots are kept in build/html-shots.
. "$(dirname "$0")/tap.sh"
. tests/browser.sh

command -v pandoc > /dev/null || skip_all "pandoc is missing: make deps-book"

# --- the checker of links finds what it is there for -----------------------------
mkdir "$tmp/bad"
cat > "$tmp/bad/a.html" << 'END'
<p id="l7"><a href="b.html#there">good</a> <a href="b.html#nowhere">bad</a></p>
<p id="l9"><a
href="gone.html">bad</a> <a href="#l7">good</a> <img src="x.svg" alt="bad"/></p>
<p id="l9">twice <a href="https://example.org/">not looked at</a></p>
END
echo '<h1 id="there">b</h1>' > "$tmp/bad/b.html"
is "$(awk -f tests/links.awk "$tmp/bad/a.html" "$tmp/bad/b.html" 2> /dev/null)" \
"fork.nw:9: a.html: id twice: l9
fork.nw:7: a.html: broken link: b.html#nowhere
fork.nw:9: a.html: broken link: gone.html
fork.nw:9: a.html: broken link: x.svg" "broken links are found, with their lines"

# --- the pages ---------------------------------------------------------------------
# Tests run side by side, and what they measure and the tree are made once.
mkdir -p build
flock build/tree.lock sh -c 'make measured && make build/book/tree.json' > /dev/null 2>&1
out=$(make html 2>&1)
ok $? "make html" || echo "$out" | tail -n 20 | sed 's/^/# /' >&2
is "$(make html 2>&1 | grep ' HTML ')" "" "nothing is made again when nothing changed"
html=$PWD/build/html
is "$(awk -f tests/links.awk "$html"/*.html 2> "$tmp/links" | head -n 20)" "" \
	"no link and no anchor is broken ($(cat "$tmp/links"))"
is "$(grep -o 'id="[lL][0-9]*"\|class="missing"' "$html"/*.html | grep -B1 missing |
	head)" "" "no reference leads nowhere"
is "$(grep -c '<h1' "$html"/*.html | grep -v ':1$')" "" "a page has one heading of level 1"
is "$(grep -o '<img [^>]*>' "$html"/*.html | grep -v 'alt="[^"]')" "" \
	"every picture has words in its place"

# --- in a browser ------------------------------------------------------------------
if command -v chromedriver > /dev/null && command -v curl > /dev/null; then
	if browser_start; then
		trap 'browser_stop; rm -rf "$tmp"' EXIT
	else
		ok 1 "Chromium starts"
	fi
else
	skip "the pages in a browser" "chromedriver or curl is missing: make deps-all"
fi

# shot NAME: a picture of the page as it is.
mkdir -p build/html-shots
shot() {
	browser_shot "build/html-shots/$1.png"
}

# What is visible of the language $1 on the page: how many paragraphs.
seen() {
	browser_js "return [...document.querySelectorAll('main p.$1')]
		.filter(p => p.getClientRects().length).length > 3"
}

# The pages of which some element sticks out at the right: "PAGE: ELEMENT".
wide() {
	for page in "$html"/*.html; do
		browser_go "file://$page"
		browser_js 'const w = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= w && document.body.scrollWidth <= w)
			return "";
		const scrolls = (e) => e && e !== document.body &&
			(/auto|scroll|hidden/.test(getComputedStyle(e).overflowX) ||
			 scrolls(e.parentElement));
		const bad = [...document.body.querySelectorAll("*")].filter((e) =>
			e.getBoundingClientRect().right > w + 1 && !scrolls(e.parentElement));
		const e = bad[bad.length - 1];
		const near = e && [...document.querySelectorAll("[id]")].filter((x) =>
			/^[lL]\d+$/.test(x.id) && x.compareDocumentPosition(e) & 4).pop();
		return "fork.nw:" + (near ? near.id.slice(1) : "?") + ": '"${page##*/}"' is " +
			document.documentElement.scrollWidth + " wide: " +
			(e ? e.outerHTML.slice(0, 80) : "");'
		echo
	done | grep .
}

in_browser() {
	browser_size 1280 900
	browser_go "file://$html/index.html"
	is "$(browser_js 'return document.documentElement.dataset.lang')" en \
		"a browser that speaks English gets English first"
	shot index-1280

	browser_go "file://$html/gate.html"
	browser_click '.switch [data-set=both]'
	is "$(seen zh) $(seen en)" "true true" "both languages are shown"
	shot gate-1280

	# The paragraph at the top of the window stays where it is, whatever is shown.
	browser_js 'const p = document.querySelectorAll("main .pair")[12];
		scrollTo({ top: scrollY + p.getBoundingClientRect().top - 80,
			behavior: "instant" }); window.held = p;'  > /dev/null
	is "$(browser_js 'return Math.round(held.getBoundingClientRect().top)')" 80 \
		"a paragraph is at the top of the window"
	for language in zh en both; do
		browser_click ".switch [data-set=$language]"
		is "$(browser_js 'return Math.abs(held.getBoundingClientRect().top - 80) < 3')" \
			true "with $language it is still there"
	done
	browser_click '.switch [data-set=zh]'
	is "$(seen zh) $(seen en)" "true false" "the switch leaves Chinese alone"
	is "$(browser_js 'return document.documentElement.lang + " " +
		document.querySelector(".switch [data-set=zh]").ariaPressed')" "zh-CN true" \
		"the page says that it is in Chinese"
	browser_go "file://$html/task.html"
	is "$(seen zh) $(seen en)" "true false" "the next page remembers it"

	light=$(browser_js 'return getComputedStyle(document.body).backgroundColor')
	browser_click .dark
	dark=$(browser_js 'return getComputedStyle(document.body).backgroundColor')
	[ "$light" != "$dark" ]
	ok $? "the colours turn dark ($light, $dark)"
	shot task-dark-1280
	browser_go "file://$html/gate.html"
	is "$(browser_js 'return getComputedStyle(document.body).backgroundColor')" "$dark" \
		"the next page is dark too"
	browser_click .dark

	# Search, by keyboard: "/", words, down, Enter.
	browser_type body /
	is "$(browser_js 'return document.activeElement.type')" search "/ leads to the search"
	browser_type '.search input' 写时复制
	browser_wait 'return document.querySelectorAll("#results a").length > 5'
	ok $? "Chinese words are found within a sentence"
	shot search-1280
	browser_type '.search input' "$(printf '\356\200\225\356\200\207')"
	browser_wait 'return /cow\.html/.test(location.pathname) &&
		document.readyState === "complete"'
	ok $? "Enter leads to the chapter on copy-on-write" ||
		browser_js 'return location.href' | sed 's/^/# at /' >&2
	browser_click '.switch [data-set=en]'
	browser_type '.search input' alloc_pidmap
	browser_wait 'return document.querySelectorAll("#results a").length > 1'
	browser_js 'return document.querySelector("#results a small").textContent' > "$tmp/first"
	like "$(cat "$tmp/first")" '^identifier' "an identifier is found first of all"
	browser_click '#results a'
	browser_wait 'const t = document.querySelector(":target");
		return Boolean(t) && /alloc_pidmap/.test(t.textContent)'
	ok $? "its result leads to the chunk that defines it"
	browser_type '.search input' 'wakes its parent'
	browser_wait 'return !document.getElementById("results").hidden'
	ok $? "English words are found"
	browser_type '.search input' "$(printf '\356\200\214')"
	is "$(browser_js 'return document.getElementById("results").hidden')" true \
		"Escape closes the results"

	# A chunk's reference leads to the chunk.
	browser_go "file://$html/copy-process.html"
	name=$(browser_js 'const a = document.querySelector(".l a.use");
		a.scrollIntoView({ block: "center" });
		return a.querySelector("span").textContent')
	browser_click '.l a.use'
	browser_wait 'return Boolean(document.querySelector(".chunk:target"))'
	is "$(browser_js 'return document.querySelector(
		".chunk:target figcaption a").textContent')" "$name" \
		"a reference within code leads to its chunk"

	# Without localStorage the links carry what was chosen.
	browser_go "file://$html/gate.html"
	browser_js 'localStorage.clear()' > /dev/null
	browser_click '.switch [data-set=zh]'
	browser_js 'localStorage.clear()' > /dev/null
	browser_click '.turn a[rel=next]'
	browser_wait 'return !/gate/.test(location.pathname) &&
		document.readyState === "complete"'
	is "$(browser_js 'return document.documentElement.dataset.lang')" zh \
		"a link carries the language"

	browser_size 375 800
	browser_go "file://$html/gate.html?lang=both"
	shot gate-375
	browser_click .menu
	is "$(browser_js 'return document.querySelector("#contents a").offsetHeight > 0')" true \
		"the phone's menu opens"
	shot menu-375
	browser_go "file://$html/cow.html?lang=zh"
	shot cow-375
	browser_go "file://$html/gate.html?lang=both"
	is "$(wide)" "" "at 375 pixels nothing sticks out"
}
[ "$browser_id" ] && in_browser

# --- the EPUB ------------------------------------------------------------------------
out=$(make epub 2>&1)
ok $? "make epub" || echo "$out" | tail -n 20 | sed 's/^/# /' >&2
is "$(make epub 2>&1 | grep ' EPUB ')" "" "nothing is made again when nothing changed"
book=$PWD/build/book/one-call-two-returns.epub
if command -v unzip > /dev/null; then
	mkdir "$tmp/epub"
	unzip -q "$book" -d "$tmp/epub"
	is "$(awk -f tests/links.awk "$tmp"/epub/EPUB/text/ch*.xhtml 2> /dev/null | head)" "" \
		"no link of the EPUB is broken"
else
	skip "links of the EPUB" "unzip is missing: make deps-all"
fi
checker=$(command -v epubcheck)
if [ "$checker" ] && command -v java > /dev/null; then
	is "$(java -jar "$checker" "$book" 2>&1 | grep -E '^(ERROR|FATAL|WARNING)' | head)" "" \
		"epubcheck finds nothing"
fi
done_testing
