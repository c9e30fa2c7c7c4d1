/*
 * The pid bitmap against a model, and identities in nested namespaces with
 * their hash: random operations with a fixed seed.
 */
#include "tap.h"

/* cli and sti are not for user programs. */
#define _ASM_IRQFLAGS_H
#define local_irq_save(f)	((f) = 0)
#define local_irq_restore(f)	((void)(f))
#define local_irq_disable()	do { } while (0)
#define local_irq_enable()	do { } while (0)

#include "lib/bitmap.c"
#include "kernel/pid.c"

/* What pid.c calls outside. */
struct task_struct init_task;
rwlock_t tasklist_lock;
unsigned long totalram_pages = 16384;
struct kmem_cache {
	size_t size;
};
static int no_memory;		/* the next allocations fail */
static int objects;		/* of struct pid, not yet freed */

void panic(const char *fmt, ...)
{
	printf("Bail out! panic: %s\n", fmt);
	abort();
	__builtin_unreachable();
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	return no_memory ? 0 : (unsigned long)calloc(1, 4096UL << order);
}

void free_pages(unsigned long addr, unsigned int order)
{
	free((void *)addr);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return calloc(1, size);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size,
				     size_t align)
{
	struct kmem_cache *c = malloc(sizeof(*c));

	c->size = size;
	return c;
}

void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	if (no_memory)
		return NULL;
	objects++;
	return malloc(c->size);
}

void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	objects--;
	free(obj);
}

static u32 seed = 20260;

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

/* The model: a byte for each number and the rules of SEMANTICS.md 5.1. */
static char used[PID_MAX_LIMIT];
static int last, nr_used;

static int model_search(int from, int to)
{
	for (; from < to; from++)
		if (!used[from])
			return from;
	return -1;
}

static int model_alloc(void)
{
	int start = last + 1 < pid_max ? last + 1 : RESERVED_PIDS;
	int pid = model_search(start, pid_max);

	if (pid < 0 && last != RESERVED_PIDS) {
		/* The second round looks at 300 in any case, then below last. */
		if (!used[RESERVED_PIDS])
			pid = RESERVED_PIDS;
		else
			pid = model_search(RESERVED_PIDS + 1,
					   last + 1 == BITS_PER_PAGE ||
					   last > pid_max ? pid_max : last);
	}
	if (pid >= 0) {
		used[pid] = 1;
		nr_used++;
		last = pid;
	}
	return pid;
}

static void give_back(struct pid_namespace *ns, int nr)
{
	struct upid upid = { .nr = nr, .ns = ns };

	free_pidmap(&upid);
	used[nr] = 0;
	nr_used--;
}

/* How many numbers differ between map and model; 0 is right. */
static int differences(struct pid_namespace *ns)
{
	struct pidmap *map = &ns->pidmap_array[0];
	int i, wrong = 0;

	for (i = 0; i < PID_MAX_LIMIT; i++)
		wrong += !!test_bit(i, map->page) != used[i];
	wrong += atomic_read(&map->nr_free) != PID_MAX_LIMIT - nr_used;
	wrong += ns->last_pid != last;
	return wrong;
}

/* n times: allocate with this chance in 100, free a random one otherwise. */
static int play(struct pid_namespace *ns, int n, u32 chance)
{
	int i, nr, wrong = 0;

	for (i = 0; i < n; i++) {
		if (rnd(100) < chance) {
			wrong += alloc_pidmap(ns) != model_alloc();
			continue;
		}
		nr = rnd(pid_max);
		if (nr && used[nr])
			give_back(ns, nr);
	}
	return wrong + differences(ns);
}

static void test_map(struct pid_namespace *ns)
{
	int i, wrong;

	pidmap_init();
	used[0] = 1;
	nr_used = 1;
	is(differences(ns), 0, "number 0 is taken from the start");
	for (wrong = 0, i = 1; i <= 1000; i++)
		wrong += alloc_pidmap(ns) != i || model_alloc() != i;
	is(wrong, 0, "the first numbers are 1, 2, 3...");
	give_back(ns, 500);
	is(alloc_pidmap(ns), model_alloc(), "a freed number waits its turn");
	is(last, 1001, "so the next is still the next");

	last = ns->last_pid = PID_MAX_LIMIT - 2;
	is(alloc_pidmap(ns), model_alloc(), "one before the wrap");
	is(last, PID_MAX_LIMIT - 1, "is the highest number");
	is(alloc_pidmap(ns), model_alloc(), "behind the wrap");
	is(last, 500, "comes the lowest free one above 299");
	give_back(ns, 20);
	is(play(ns, 40000, 90), 0, "rising fast, through a wrap or two");
	ok(!used[20], "below 300 nothing is used again");
	is(play(ns, 100000, 50), 0, "as much freed as allocated");
}

static void test_exhaustion(struct pid_namespace *ns)
{
	int i, pid, wrong = 0;

	while (model_alloc() >= 0)
		wrong += alloc_pidmap(ns) != last;
	is(wrong, 0, "allocated until none is left");
	is(alloc_pidmap(ns), -1, "then -1");
	give_back(ns, 20);
	is(alloc_pidmap(ns), -1, "and -1 with only a reserved one free");
	for (i = 0; i < 100; i++) {
		pid = RESERVED_PIDS + rnd(pid_max - RESERVED_PIDS);
		if (pid == last || !used[pid])
			continue;
		give_back(ns, pid);
		wrong += alloc_pidmap(ns) != pid;
		model_alloc();
	}
	is(wrong, 0, "the only free number is found wherever it is");
	is(differences(ns), 0, "and map and model agree");
	give_back(ns, last);
	is(alloc_pidmap(ns), model_alloc(), "the quirk: last itself is not");
}

static void test_pid_max(struct pid_namespace *ns)
{
	int i, wrong = 0;

	for (i = 1; i < PID_MAX_LIMIT; i++)
		if (used[i] && rnd(4))
			give_back(ns, i);
	for (i = 0; i < 200; i++) {
		pid_max = PID_MAX_MIN + rnd(PID_MAX_LIMIT - PID_MAX_MIN + 1);
		if (rnd(3) == 0)
			last = ns->last_pid = rnd(PID_MAX_LIMIT);
		wrong += play(ns, 100, 70);
	}
	is(wrong, 0, "pid_max and last_pid changed 200 times on the way");
	pid_max = PID_MAX_MIN;
	last = ns->last_pid = RESERVED_PIDS;
	if (used[RESERVED_PIDS])
		give_back(ns, RESERVED_PIDS);
	is(alloc_pidmap(ns), RESERVED_PIDS, "pid_max 301 leaves number 300");
	is(alloc_pidmap(ns), -1, "and no other");
	pid_max = PID_MAX_DEFAULT;
}

#define NPIDS	3000

/* Identities in two nested namespaces: numbers, hash, unwinding. */
static void test_pids(void)
{
	struct pid_namespace *outer = &init_pid_ns;
	struct pid_namespace inner = { .level = 1, .parent = outer };
	static struct pid *pids[NPIDS];
	struct pid *p;
	int i, free_outer, free_inner, wrong = 0, nr, listed = 0;

	atomic_set(&inner.pidmap_array[0].nr_free, BITS_PER_PAGE);
	inner.pid_cachep = kmem_cache_create("pid_1", sizeof(struct pid) +
					     sizeof(struct upid), 0);
	p = alloc_pid(&inner);
	is(p->numbers[1].nr, 1, "a namespace counts from the first number on");
	is(find_pid_ns(1, &inner) == p, 1, "found by its inner number");
	is(find_pid_ns(pid_nr(p), outer) == p, 1, "and by its outer one");
	is(pid_nr_ns(p, &inner), 1, "seen from inside");
	is(pid_nr_ns(p, outer), p->numbers[0].nr, "seen from outside");
	free_pid(p);
	for (i = 0; i < 50000; i++) {
		nr = rnd(NPIDS);
		if (!pids[nr]) {
			pids[nr] = alloc_pid(rnd(2) ? &inner : outer);
			continue;
		}
		p = pids[nr];
		nr = pid_nr(p);
		wrong += find_pid_ns(nr, outer) != p;
		if (p->level)
			wrong += find_pid_ns(p->numbers[1].nr, &inner) != p;
		else
			wrong += pid_nr_ns(p, &inner) != 0;
		free_pid(p);
		wrong += find_pid_ns(nr, outer) != NULL;
		for (nr = 0; pids[nr] != p; nr++)
			;
		pids[nr] = NULL;
	}
	is(wrong, 0, "3000 identities come and go, always found by number");
	for (nr = 0; (p = find_ge_pid(nr + 1, outer)); listed++) {
		wrong += pid_nr(p) <= nr;
		nr = pid_nr(p);
	}
	is(wrong, 0, "find_ge_pid lists them in order");
	for (i = 0; i < NPIDS; i++) {
		if (pids[i]) {
			free_pid(pids[i]);
			listed--;
		}
	}
	is(listed, 0, "all of them, and no other");
	is(objects, 0, "all memory is back");

	free_outer = atomic_read(&outer->pidmap_array[0].nr_free);
	free_inner = atomic_read(&inner.pidmap_array[0].nr_free);
	no_memory = 1;
	is(alloc_pid(&inner) == NULL, 1, "no memory, no identity");
	no_memory = 0;
	pid_max = PID_MAX_MIN;
	outer->last_pid = RESERVED_PIDS;
	set_bit(RESERVED_PIDS, outer->pidmap_array[0].page);
	inner.last_pid = 10;
	is(alloc_pid(&inner) == NULL, 1, "none when the outer map is full");
	is(atomic_read(&inner.pidmap_array[0].nr_free), free_inner,
	   "the inner number went back");
	is(atomic_read(&outer->pidmap_array[0].nr_free), free_outer,
	   "the outer count is untouched");
	is(objects, 0, "and so is the object");
	pid_max = PID_MAX_DEFAULT;
}

/* A number stays taken while any task uses it in any role. */
static void test_roles(void)
{
	static struct task_struct a, b;
	struct pid *pa = alloc_pid(&init_pid_ns), *pb = alloc_pid(&init_pid_ns);
	int na = pid_nr(pa), nb = pid_nr(pb);

	a.group_leader = &a;
	b.group_leader = &b;
	attach_pid(&a, PIDTYPE_PID, pa);
	attach_pid(&a, PIDTYPE_PGID, pa);
	attach_pid(&b, PIDTYPE_PID, pb);
	attach_pid(&b, PIDTYPE_PGID, pa);
	is(pid_task(pb, PIDTYPE_PID) == &b, 1, "a task by its number");
	is(pid_task(pb, PIDTYPE_PGID) == NULL, 1, "which leads no group");
	is(task_pgrp(&b) == pa, 1, "b is in a's group");
	detach_pid(&a, PIDTYPE_PID);
	detach_pid(&a, PIDTYPE_PGID);
	is(find_pid_ns(na, &init_pid_ns) == pa, 1, "a is gone, its group not");
	is(find_ge_pid(na, &init_pid_ns) == pa, 1, "and it is still listed");
	change_pid(&b, PIDTYPE_PGID, pb);
	is(find_pid_ns(na, &init_pid_ns) == NULL, 1, "b left: number is free");
	is(test_bit(na, init_pid_ns.pidmap_array[0].page), 0, "in the map too");
	get_pid(pb);
	attach_pid(&a, PIDTYPE_PID, pb);
	detach_pid(&b, PIDTYPE_PID);
	is(pid_task(pb, PIDTYPE_PID) == &a, 1, "a took b's number over");
	detach_pid(&b, PIDTYPE_PGID);
	is(find_pid_ns(nb, &init_pid_ns) == pb, 1, "which stays in use");
	detach_pid(&a, PIDTYPE_PID);
	is(find_pid_ns(nb, &init_pid_ns) == NULL, 1, "to the end");
	is(objects, 1, "a reference keeps the memory, not the number");
	put_pid(pb);
	is(objects, 0, "until it is put");
}

int main(void)
{
	struct pid_namespace *ns = &init_pid_ns;

	test_map(ns);
	test_exhaustion(ns);
	test_pid_max(ns);
	pidhash_init();
	test_pids();
	test_roles();
	return done_testing();
}
