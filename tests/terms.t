#!/bin/sh
# The terms: the check finds a rendering that the glossary forbids, the glossary is
# in order, and the book keeps to it.
. "$(dirname "$0")/tap.sh"

command -v pandoc > /dev/null || skip_all "pandoc is missing: make deps-book"

# Prints what is wrong with the terms of the tree $1.
terms() {
	pandoc -f json -t native -o /dev/null -L book/terms.lua "$1" 2>&1
}

# --- the check finds what it is there for ------------------------------------
cat > "$tmp/bad.nw" << 'END'
# 名字空间 | Namespaces {#sec:bad}

命名空间里有自旋锁。

A namespace holds a spinlock.

就绪队列不是运行队列；[[就绪队列]]在代码里不算。

A ready queue is no run queue, and two Ready Queues are none either.

这里什么也没有说，锁住了。

The spinlock is here, and the namespaces have no partner.

| 名字空间 / namespace | 命名空间 / name space |
|---|---|
| 一 / one | 二 / two |

```text
 namespace     名字空间
```

# 术语表 | Glossary {#sec:glossary}

::: glossary
| 中文 / Chinese | 拼音 / pinyin | 英文 / English | 解释 / meaning | 不作 / not | § |
|---|---|---|---|---|---|
| **命名空间** | mìngmíng kōngjiān | namespace | 一 / one | 名字空间, 名称空间 / name space | [@sec:bad] |
| 运行队列 | yùnxíng duìliè | run queue | 二 / two | 就绪队列 / ready queue, runnable queue | [@sec:bad] |
| **自旋锁** | zìxuán suǒ | spinlock | 三 / three | | [@sec:bad] |
:::
END
book/tree "$tmp/bad.json" "$tmp/bad.nw"
is "$(terms "$tmp/bad.json" | cut -d: -f2- | sort -n)" \
'1: term "名字空间": the glossary has "命名空间"
7: term "就绪队列": the glossary has "运行队列"
9: term "ready queue": the glossary has "run queue"
9: term "ready queue": the glossary has "run queue"
13: term "namespace" here, but no "命名空间" in the Chinese
15: term "name space": the glossary has "namespace"
15: term "名字空间": the glossary has "命名空间"
19: term "名字空间": the glossary has "命名空间"' \
	"forbidden renderings and missing partners are found"

# --- the book ----------------------------------------------------------------
# The pinyin column without tones and blanks, as it is sorted.
keys=$(awk -F' *\\| *' '/^:::/ { inside = /^::: glossary/ }
	inside && /\[@sec:/ { print $3 }' fork.nw |
	LC_ALL=C.UTF-8 sed 's/[āáǎà]/a/g; s/[ēéěè]/e/g; s/[īíǐì]/i/g; s/[ōóǒò]/o/g
		s/[ūúǔù]/u/g; s/[ǖǘǚǜü]/v/g; s/[ '"'"']//g')
ok $([ "$(echo "$keys" | wc -l)" -ge 100 ]; echo $?) "the glossary has its terms"
is "$(echo "$keys" | LC_ALL=C sort)" "$keys" "the glossary is in the order of pinyin"

book/tree "$tmp/tree.json" fork.nw 2> /dev/null
is "$(terms "$tmp/tree.json")" "" "the book keeps to its glossary"

# --- the flags of the appendix -----------------------------------------------
# Rows "| [[CLONE_X]] | [[0x...]] |" against the definitions in the code.
is "$(awk '/^#define (CLONE_|CSIGNAL)/ { value[$2] = $3 }
	/^\| \[\[(CLONE_|CSIGNAL)[A-Z_]*\]\] \| \[\[0x/ {
		gsub(/[][]/, "")
		row[$2] = $4
	}
	END {
		for (name in row)
			if (row[name] != value[name])
				print name, row[name], value[name]
		for (name in row)
			n++
		if (n < 25)
			print "only " n + 0 " flags"
	}' fork.nw)" "" "the table of flags has the values of the code"
done_testing
