/*
 * The page allocator and the slab allocator against a model: who owns which
 * page or object, and how many are free. Machine: 16 MiB in an array, of which
 * three odd pieces are taken at boot.
 */
#define _ASM_IRQFLAGS_H
#define X86_EFLAGS_IF 0x200
#define local_irq_disable()	do { } while (0)
#define local_irq_enable()	do { } while (0)
#define local_irq_save(f)	((f) = 0)
#define local_irq_restore(f)	((void)(f))

#include "tap.h"
#include <asm/page.h>

#define MEM_PAGES	4096
static char arena[MEM_PAGES * 4096] __attribute__((aligned(4096)));
#undef __va
#undef __pa
#define __va(x)		((void *)(arena + (unsigned long)(x)))
#define __pa(x)		((unsigned long)((char *)(x) - arena))

#include "mm/page_alloc.c"
#include "mm/slab.c"

unsigned long max_low_pfn;
struct boot_info boot_info;

void *memset(void *s, int c, size_t n)
{
	char *p = s;

	while (n--)
		*p++ = c;
	return s;
}

int printk(const char *fmt, ...)
{
	return 0;
}

void panic(const char *fmt, ...)
{
	printf("Bail out! panic: %s\n", fmt);
	abort();
	for (;;)
		;
}

static unsigned int random_below(unsigned int n)
{
	static unsigned int seed = 12345;

	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/* The model: frame f belongs to block owner[f], 0 if to nobody. */
static int owner[MEM_PAGES];
static struct { unsigned long addr; unsigned int order; } block[2000];

static void range(struct boot_range *r, unsigned long start, unsigned long end)
{
	r->start = start;
	r->end = end;
}

static void boot(void)
{
	unsigned int i;
	unsigned long f;

	max_low_pfn = MEM_PAGES;
	range(&boot_info.usable[0], 0, 159 * 4096);
	range(&boot_info.usable[1], 0x100000, MEM_PAGES * 4096UL);
	boot_info.nr_usable = 2;
	range(&boot_info.reserved[0], 0, 4096);
	range(&boot_info.reserved[1], 0x100000, 0x153000);
	range(&boot_info.reserved[2], 0x160000, 0x161fff);
	boot_info.nr_reserved = 3;
	mem_init();
	for (f = 0; f < MEM_PAGES; f++)
		owner[f] = -1;
	for (f = 0; f < MEM_PAGES; f++)
		if (f < 159 || f >= 256)
			owner[f] = 0;
	for (i = 0; i < boot_info.nr_reserved; i++)
		for (f = boot_info.reserved[i].start >> 12;
		     f < (boot_info.reserved[i].end + 4095) >> 12; f++)
			owner[f] = -1;
	owner[page_to_pfn(ZERO_PAGE)] = -1;
}

static unsigned long model_free(void)
{
	unsigned long f, n = 0;

	for (f = 0; f < MEM_PAGES; f++)
		n += owner[f] == 0;
	return n;
}

/* Every free block: inside memory, aligned, of free frames, counted once. */
static int lists_agree(void)
{
	static char seen[MEM_PAGES];
	unsigned long n = per_cpu(hot_pages, 0).count;
	struct list_head *l;
	struct page *page;
	unsigned int o, f;

	for (f = 0; f < MEM_PAGES; f++)
		seen[f] = 0;
	for (page = per_cpu(hot_pages, 0).list; page; page = page->freelist) {
		f = page_to_pfn(page);
		if (seen[f]++ || owner[f])
			return 0;
	}
	for (o = 0; o < MAX_ORDER; o++)
		for (l = free_area[o].next; l != &free_area[o]; l = l->next) {
			unsigned int base;

			page = list_entry(l, struct page, lru);
			base = page_to_pfn(page);
			if (page->order != o || base % (1U << o))
				return 0;
			for (f = base; f < base + (1U << o); f++, n++)
				if (f >= MEM_PAGES || seen[f]++ || owner[f])
					return 0;
		}
	return n == model_free();
}

static void test_buddy(void)
{
	unsigned long start = model_free();
	unsigned int step, b, good = 1, zero = 1, agree = 1, failed = 0;

	is(nr_free_pages(), start, "all unreserved pages are free at boot");
	ok(lists_agree(), "free lists agree with the memory map at boot");
	for (step = 0; step < 60000; step++) {
		unsigned int order = random_below(8) ? 0 : random_below(11);
		unsigned long f, first;

		b = random_below(2000);
		if (block[b].addr) {
			first = __pa(block[b].addr) >> 12;
			for (f = first; f < first + (1UL << block[b].order); f++) {
				good &= owner[f] == (int)b + 1;
				owner[f] = 0;
			}
			free_pages(block[b].addr, block[b].order);
			block[b].addr = 0;
		} else {
			block[b].addr = __get_free_pages(__GFP_ZERO, order);
			block[b].order = order;
			if (!block[b].addr) {
				failed++;
				continue;
			}
			first = __pa(block[b].addr) >> 12;
			good &= first % (1U << order) == 0;
			for (f = first; f < first + (1UL << order); f++) {
				good &= f < MEM_PAGES && owner[f] == 0;
				owner[f] = b + 1;
				zero &= *(int *)__va(f << 12) == 0;
				*(int *)__va(f << 12) = step + 1;
			}
		}
		good &= nr_free_pages() == model_free();
		if (step % 500 == 0)
			agree &= lists_agree();
	}
	ok(good, "blocks are aligned, free when given, counted exactly");
	ok(zero, "__GFP_ZERO clears");
	ok(agree, "free lists agree with the model all the time");
	ok(failed, "memory ran out at times (%u)", failed);
	for (b = 0; b < 2000; b++)
		if (block[b].addr)
			free_pages(block[b].addr, block[b].order);
	for (b = 0; b < MEM_PAGES; b++)
		if (owner[b] > 0)
			owner[b] = 0;
	is(nr_free_pages(), start, "all pages are back");
	hot_drain(&this_cpu(hot_pages), ~0U);
	ok(!list_empty(&free_area[10]), "and have merged into largest blocks");
	ok(lists_agree(), "and the lists agree");
}

static void test_reference_counts(void)
{
	unsigned long before = nr_free_pages();
	struct page *page = alloc_page(GFP_KERNEL);

	is(page_count(page), 1, "a new page has one reference");
	get_page(page);
	put_page(page);
	is(nr_free_pages(), before - 1, "with one of two dropped it stays");
	put_page(page);
	is(nr_free_pages(), before, "with the last it goes");
	ok(!alloc_pages(GFP_KERNEL, MAX_ORDER), "order 11 is refused");
	free_reserved_area(0x160000, 0x162000);
	is(nr_free_pages(), before + 2, "reserved pages can be returned");
}

#define OBJECTS	3000
static struct { unsigned char *p; struct kmem_cache *c; size_t size; } obj[OBJECTS];

static int intact(int i)
{
	size_t k;

	for (k = 0; k < obj[i].size; k++)
		if (obj[i].p[k] != (unsigned char)(i * 7))
			return 0;
	return 1;
}

static void test_slab(void)
{
	struct kmem_cache *odd, *exact;
	unsigned long before;
	unsigned int step, active, total, nulls = 0, good = 1, aligned = 1;
	const char *name;
	size_t size;
	int n, i, live = 0, counted = 0;

	kmem_cache_init();
	odd = kmem_cache_create("odd", 100, 0);
	exact = kmem_cache_create("exact", 300, 64);
	kfree(NULL);
	before = nr_free_pages();
	for (step = 0; step < 200000; step++) {
		i = random_below(OBJECTS);
		if (obj[i].p) {
			good &= intact(i);
			if (obj[i].c)
				kmem_cache_free(obj[i].c, obj[i].p);
			else
				kfree(obj[i].p);
			obj[i].p = NULL;
			live--;
			continue;
		}
		obj[i].c = NULL;
		switch (random_below(4)) {
		case 0:
			obj[i].c = odd;
			obj[i].size = 100;
			break;
		case 1:
			obj[i].c = exact;
			obj[i].size = 300;
			break;
		case 2:
			obj[i].size = random_below(200);
			break;
		default:
			obj[i].size = random_below(9000);
		}
		obj[i].p = obj[i].c ? kmem_cache_alloc(obj[i].c, GFP_KERNEL) :
				      kmalloc(obj[i].size, GFP_KERNEL);
		if (!obj[i].p) {
			nulls++;
			continue;
		}
		live++;
		if (obj[i].c == exact)
			aligned &= (unsigned long)obj[i].p % 64 == 0;
		for (n = 0; n < (int)obj[i].size; n++)
			obj[i].p[n] = i * 7;
	}
	ok(good, "objects do not overlap (%u times no memory)", nulls);
	ok(aligned, "alignment is respected");
	for (i = 0; i < OBJECTS; i++)
		if (obj[i].p && !obj[i].c && obj[i].size > 2048)
			live--;
	for (n = 0; kmem_cache_stat(n, &name, &size, &active, &total); n++) {
		counted += active;
		good &= active <= total;
	}
	is(n, 9, "nine caches exist");
	is(counted, live, "the caches count the objects in use");
	ok(good, "and never more than there are");
	for (i = 0; i < OBJECTS; i++)
		if (obj[i].p)
			kfree(obj[i].p);
	is(nr_free_pages(), before, "with all objects gone all pages are free");
	for (n = 0; kmem_cache_stat(n, &name, &size, &active, &total); n++)
		good &= !active && total <= PAGE_SIZE / size;
	ok(good, "each cache keeps one empty slab at most");
}

static void test_full_slab(void)
{
	struct kmem_cache *c = kmem_cache_create("full", 512, 0);
	unsigned int active, total;
	const char *name;
	size_t size;
	void *p[8];
	int i;

	for (i = 0; i < 8; i++)
		p[i] = kmem_cache_alloc(c, GFP_KERNEL);
	kmem_cache_free(c, p[3]);
	ok(kmem_cache_alloc(c, GFP_KERNEL) == p[3],
	   "a full slab is used again once an object is freed");
	kmem_cache_stat(9, &name, &size, &active, &total);
	ok(active == 8 && total == 8, "and no second slab is made");
	for (i = 0; i < 8; i++)
		kmem_cache_free(c, p[i]);
}

static void test_exhaustion(void)
{
	unsigned long before = nr_free_pages();
	struct page *list = NULL, *page;
	struct kmem_cache *c = kmem_cache_create("late", 64, 0);
	unsigned long n = 0;

	while ((page = alloc_page(GFP_KERNEL)) != NULL) {
		page->private = list;
		list = page;
		n++;
	}
	ok(!kmem_cache_alloc(c, GFP_KERNEL), "no page, no object");
	ok(!kmalloc(100000, GFP_KERNEL), "nor a large piece");
	while (list) {
		page = list->private;
		put_page(list);
		list = page;
	}
	ok(n > 1000, "%lu pages were there", n);
	is(nr_free_pages(), before, "and came back");
}

int main(void)
{
	boot();
	test_buddy();
	test_reference_counts();
	test_slab();
	test_full_slab();
	test_exhaustion();
	return done_testing();
}
