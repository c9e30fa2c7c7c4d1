# The commands of fork.nw; `make help` lists them.
#
# This file decides order: install, tangle, build, run. How an object is made
# stands in arch/i386/build.mk, which is called after tangling, when the list of
# files is known and the compiler is surely installed.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all

# fork.nw, then overlays: their chunks replace those of the same name.
SOURCES ?= fork.nw
export SOURCES

Q := $(if $(V),,@)
# Objects are made by as many jobs as there are processors, unless -j says else.
BUILD = +$(Q)$(MAKE) $(if $(findstring jobserver,$(MAKEFLAGS)),,$(JOBS)) \
	-f arch/i386/build.mk
JOBS = -j$(shell nproc 2> /dev/null || echo 2)
export V KERNEL INITRD APPEND MEM CPU ICOUNT GDBARGS SERIAL

# Goals that come first when they are asked for together with others.
FIRST := $(filter deps deps-book deps-all clean,$(MAKECMDGOALS))
GOALS := all tangle kernel qemu gdb check bench bench-linux metrics sessions \
	book html epub
.PHONY: $(GOALS) measured deps deps-book deps-all clean help FORCE
$(GOALS) build/src.stamp build/plain.stamp: | $(FIRST)

help:
	@sed -n 's/^#? \{0,1\}//p' Makefile

#? fork.nw: one source, a kernel and a book         (V=1 shows the commands)
#?
#?   make deps       install what is missing to build, run and test
#?   make deps-book  the same for the book; deps-all: everything
#?   make            build/kernel.elf and build/initramfs.cpio
#?   make tangle     fork.nw -> build/src; PLAIN=1: build/plain, for reading
#?   make qemu       boot, console on this terminal; Ctrl-A x leaves
#?                     APPEND="..." INITRD=f KERNEL=f MEM=MiB ICOUNT=1
#?   make gdb        the same machine, halted, under gdb on lines of fork.nw
#?                     GDBARGS="-batch -ex ..."
#?   make check      every test; T=tests/x.t runs one, or several
#?   make bench      guest instructions per fork, exec, switch ...
#?   make bench-linux  the same on Debian's Linux, which is fetched once
#?   make metrics    lengths of chunks and functions, density of prose, sizes
#?   make sessions   run the book's console sessions; shows what differs
#?   make book       build/book/: the PDFs, bilingual, Chinese and English
#?                     EDITION=both|zh|en makes one
#?   make html       build/html/: pages with search, in both languages
#?   make epub       the bilingual EPUB; EDITION=zh|en another
#?   make clean      remove build/
#?
#?   CC=clang             another compiler
#?   SOURCES="fork.nw lab.nw"  a lab's chunks replace those of fork.nw

deps:
	$(Q).ci/deps core
deps-book:
	$(Q).ci/deps book
deps-all:
	$(Q).ci/deps core book check

# --- tangle ------------------------------------------------------------------
# Files of which only the line directives moved are left alone, so that prose
# costs no compilation; FRESH=1 renews them. `make gdb`, `make check` and
# `make bench` do so, because they show lines.
TANGLE := book/tangle book/tangle.awk
FRESH ?= $(filter gdb check bench,$(MAKECMDGOALS))
# The stamp holds the list of sources that were tangled.
ifneq ($(file < build/src.stamp),$(SOURCES))
build/src.stamp: FORCE
endif
tangle: $(if $(PLAIN),build/plain.stamp,build/src.stamp)
build/src.stamp: $(SOURCES) $(TANGLE) $(if $(FRESH)$(filter clean,$(FIRST)),FORCE)
	$(Q)book/tangle $(if $(FRESH),-f) build/src $(SOURCES) \
		&& echo '$(SOURCES)' > $@
build/plain.stamp: $(SOURCES) $(TANGLE)
	$(Q)book/tangle -p build/plain $(SOURCES) && touch $@
FORCE:

# --- build -------------------------------------------------------------------
all: build/src.stamp
	$(BUILD) all
kernel: build/src.stamp
	$(BUILD) kernel

# --- run ---------------------------------------------------------------------
qemu: $(if $(and $(KERNEL),$(INITRD)),,all)
	$(Q)arch/i386/qemu
gdb: all
	$(Q)arch/i386/gdb

# --- test and measure --------------------------------------------------------
check: all
	+$(Q)MAKE="$(MAKE)" tests/check $(T)
bench: all
	$(BUILD) bench
	$(Q)tests/bench/run
bench-linux: bench
	$(Q)tests/bench/linux
metrics: all
	$(Q)book/metrics $(SOURCES)

# --- the book ----------------------------------------------------------------
# tree: one document tree for all editions; weave: an edition of it, set only if
# its LaTeX changed. Two editions are set at a time. What the book measures is
# measured first.
PDF := build/book/one-call-two-returns
PDFS := $(PDF).pdf $(PDF)-zh.pdf $(PDF)-en.pdf
ifneq ($(filter-out both zh en,$(EDITION)),)
$(error EDITION=$(EDITION): there are both, zh and en)
endif
ifeq ($(EDITION),both)
PDFS := $(PDF).pdf
else ifneq ($(EDITION),)
PDFS := $(PDF)-$(EDITION).pdf
endif
LAYOUT := $(addprefix book/,weave template.tex texlog.awk $(addsuffix .lua,edition \
	script labels glossary latex code path index))
figures = $(patsubst %,build/figures/%-$1.pdf,$(notdir $(basename $(wildcard \
	figures/*.tex figures/*.dot build/cost.tex))))
PAGES := $(wildcard book/html* book/epub*) $(addprefix book/,$(addsuffix .lua,edition \
	script labels path index glossary code))
book: measured
	+$(Q)$(MAKE) $(if $(V),,-s) \
		$(if $(findstring jobserver,$(MAKEFLAGS)),,-j2) $(PDFS)
html: measured
	+$(Q)$(MAKE) $(if $(V),,-s) build/html/index.html
epub: measured
	+$(Q)$(MAKE) $(if $(V),,-s) $(PDF)$(filter-out -both,$(EDITION:%=-%)).epub
sessions: all
	$(Q)book/sessions $(SOURCES) README.md
measured: all
	$(Q)book/sessions $(SOURCES) || [ $$? = 1 ]
	$(BUILD) -s bench
	$(Q)[ build/bench.txt -nt build/kernel.elf ] || tests/bench/run > /dev/null
	$(Q)tests/bench/linux -t
build/book/tree.json: $(SOURCES) $(wildcard build/*.md build/sessions/*.txt) \
		$(wildcard figures/*) $(addprefix book/,tree defs.awk check $(addsuffix .lua, \
		reader structure links check terms glossary labels script))
	$(Q)book/tree $@ $(SOURCES) && book/check $@ || { rm -f $@; exit 1; }
define edition
$(PDF)$2.pdf: build/book/tree.json $(LAYOUT) $(call figures,$1)
	$(Q)book/weave $1 $$@ $$<
$(PDF)$2.epub: build/book/tree.json $(PAGES) $(call figures,$1)
	$(Q)book/epub $1 $$@ $$<
build/figures/%-$1.pdf: figures/%.tex book/figure book/figure.tex book/template.tex
	$(Q)book/figure $1 $$< $$@
build/figures/%-$1.pdf: build/%.tex book/figure book/figure.tex book/template.tex
	$(Q)book/figure $1 $$< $$@
build/figures/layers-$1.pdf: figures/layers.data build/kernel.elf
build/figures/%-$1.pdf: figures/%.dot book/figure book/figure.tex book/template.tex
	$(Q)book/figure $1 $$< $$@
endef
build/html/index.html: build/book/tree.json $(PAGES) \
		$(foreach e,both zh en,$(call figures,$e))
	$(Q)book/html build/html $<
$(eval $(call edition,both,))
$(eval $(call edition,zh,-zh))
$(eval $(call edition,en,-en))

clean:
	$(Q)rm -rf build
