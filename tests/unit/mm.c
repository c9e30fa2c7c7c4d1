/*
 * Address spaces against a model: processes map, unmap, protect, lock, write,
 * fork and die at random, and what each page reads must be what the model says.
 * The CPU is played by touch(), with a TLB, so that a flush that is missing is
 * found; physical memory is an array.
 */
#define _ASM_IRQFLAGS_H
#define X86_EFLAGS_IF 0x200
#define local_irq_disable()	do { } while (0)
#define local_irq_enable()	do { } while (0)
#define local_irq_save(f)	((f) = 0)
#define local_irq_restore(f)	((void)(f))

#include "tap.h"
#include <asm/page.h>

#define MEM_PAGES	1024
static char arena[MEM_PAGES * 4096] __attribute__((aligned(4096)));
#undef __va
#undef __pa
#define __va(x)		((void *)(arena + (unsigned long)(x)))
#define __pa(x)		((unsigned long)((char *)(x) - arena))

#include <linux/sched.h>
#include <asm/pgtable.h>
static struct task_struct task;
#undef current
#define current		(&task)

static void tlb_forget(unsigned long addr);
#define flush_tlb()		tlb_forget(0)
#define flush_tlb_page(a)	tlb_forget(a)

#include <linux/gfp.h>
static unsigned int fail_in;		/* the allocation that fails */
#undef should_fail_alloc
#define should_fail_alloc(gfp) \
	(fail_in && !((gfp) & (GFP_ATOMIC | __GFP_NOFAIL)) && !--fail_in)

#include "mm/page_alloc.c"
#include "mm/slab.c"
#include "mm/memory.c"
#include "mm/mmap.c"
#include "arch/i386/mm/init.c"
#include "arch/i386/mm/fault.c"

unsigned long max_low_pfn = MEM_PAGES;
struct boot_info boot_info;
char _text[1], __rodata_end[1];

/* What the included files call elsewhere. */
void *memset(void *s, int c, size_t n)
{
	char *p = s;

	while (n--)
		*p++ = c;
	return s;
}

void *memcpy(void *to, const void *from, size_t n)
{
	char *p = to;
	const char *q = from;

	while (n--)
		*p++ = *q++;
	return to;
}

int printk(const char *fmt, ...) { return 0; }

void panic(const char *fmt, ...)
{
	printf("Bail out! panic: %s\n", fmt);
	abort();
	for (;;)
		;
}

void mutex_init(struct mutex *m) { m->count.counter = 1; }
void mutex_unlock(struct mutex *m)
{
	if (m->count.counter)
		panic("mutex not held");
	m->count.counter = 1;
}
void __mutex_lock_slow(struct mutex *m) { panic("mutex taken twice"); }
bool capable(int cap) { return false; }
void fput(struct file *f) { f->f_count.counter--; }
struct file *fget(unsigned int fd) { return NULL; }
struct file *shmem_file_setup(loff_t size) { return ERR_PTR(-ENOMEM); }
unsigned long copy_from_user(void *to, const void *from, unsigned long n)
{
	return n;
}
void die(const char *what, struct pt_regs *regs, long err) { panic("die"); }
int fixup_exception(struct pt_regs *regs) { return 0; }
void force_sig_info(int sig, siginfo_t *info, struct task_struct *p) { }
void force_sig_fault(int sig, int code, void *addr) { }
void yield(void) { }

static unsigned int random_below(unsigned int n)
{
	static unsigned int seed = 4711;

	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/* A file of pages, which it refers to itself. */
#define PAGES	48
#define BASE	(0x40400000UL - 20 * 4096)	/* across two page tables */
static struct page *file_page[PAGES];
static unsigned char file_model[PAGES];

static struct page *test_nopage(struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long i = vma->vm_pgoff + ((addr - vma->vm_start) >> 12);

	if (i >= PAGES)
		return NOPAGE_SIGBUS;
	get_page(file_page[i]);
	return file_page[i];
}

static const struct vm_operations_struct test_vm_ops = {
	.nopage = test_nopage,
};

static int test_mmap(struct file *f, struct vm_area_struct *vma)
{
	vma->vm_ops = &test_vm_ops;
	return 0;
}

static const struct file_operations test_fops = { .mmap = test_mmap };
static struct file test_file = {
	.f_op = &test_fops, .f_mode = FMODE_READ | FMODE_WRITE,
	.f_count = ATOMIC_INIT(1),
};

/* The model of a process's page. */
struct mpage {
	int mapped, shared, prot, file, dontfork, wipe, own, locked;
	unsigned char value;	/* private: once own, or anonymous */
};
#define PROCS	6
static struct { struct mm_struct *mm; struct mpage page[PAGES]; } proc[PROCS];

/* The CPU: a TLB for the space in use. */
static struct mm_struct *cpu_mm;
static unsigned long tlb[PAGES];

static void tlb_forget(unsigned long addr)
{
	int i;

	for (i = 0; i < PAGES; i++)
		if (!addr || addr >> 12 == (BASE >> 12) + i)
			tlb[i] = 0;
}

static void use(int p)
{
	if (cpu_mm != proc[p].mm)
		tlb_forget(0);
	cpu_mm = task.mm = task.active_mm = proc[p].mm;
}

/* A user access to page i; the byte's address, or NULL for a signal. */
static unsigned char *touch(int i, int write)
{
	unsigned long addr = BASE + i * 4096UL + 123;
	unsigned long need = _PAGE_PRESENT | _PAGE_USER | (write ? _PAGE_RW : 0);
	int code, result, tries;

	for (tries = 0; tries < 3; tries++) {
		pgd_t *pgd = pgd_offset(task.mm, addr);
		unsigned long v = tlb[i];

		if ((v & need) != need && !pgd_none(*pgd))
			v = pte_offset(pgd, addr)->pte;
		if ((v & need) == need) {
			tlb[i] = v;
			return (unsigned char *)__va(v & PAGE_MASK) + 123;
		}
		tlb[i] = 0;	/* as a fault does */
		mutex_lock(&task.mm->mmap_sem);
		result = supply_page(task.mm, addr, (write ? PF_WRITE : 0) |
				     PF_USER, &code);
		mutex_unlock(&task.mm->mmap_sem);
		if (result != VM_FAULT_MINOR)
			return NULL;
	}
	panic("a fault does not end");
}

static unsigned char expected(struct mpage *m, int i)
{
	return m->file && (m->shared || !m->own) ? file_model[i] : m->value;
}

static int check_page(int p, int i)
{
	struct mpage *m = &proc[p].page[i];
	unsigned char *c = touch(i, 0);

	if (!m->mapped || !m->prot)
		return c == NULL;
	return c && *c == expected(m, i);
}

static int write_page(int p, int i)
{
	struct mpage *m = &proc[p].page[i];
	unsigned char *c = touch(i, 1);
	unsigned char v = random_below(256);

	if (!m->mapped || !(m->prot & PROT_WRITE))
		return c == NULL;
	if (!c)
		return 0;
	*c = v;
	if (m->file && m->shared) {
		file_model[i] = v;
	} else {
		m->own = 1;
		m->value = v;
	}
	return 1;
}

static void new_process(int p)
{
	proc[p].mm = mm_alloc();
	memset(proc[p].page, 0, sizeof(proc[p].page));
}

static void end_process(int p)
{
	if (cpu_mm == proc[p].mm)
		cpu_mm = NULL;
	mmput(proc[p].mm);
	proc[p].mm = NULL;
}

static int fork_process(int p, int q)
{
	int i;

	use(p);
	proc[q].mm = dup_mm(&task);
	if (!proc[q].mm)
		return 0;
	for (i = 0; i < PAGES; i++) {
		struct mpage *m = &proc[q].page[i];

		*m = proc[p].page[i];
		m->locked = 0;
		if (m->dontfork)
			memset(m, 0, sizeof(*m));
		else if (m->wipe)
			m->value = 0;
	}
	return 1;
}

/* The list of areas: sorted, apart, and says what the model says. */
static int areas_agree(int p)
{
	struct mm_struct *mm = proc[p].mm;
	struct vm_area_struct *vma;
	unsigned long pages = 0, locked = 0, last = 0;
	int i, n = 0;

	for (vma = mm->mmap; vma; vma = vma->vm_next, n++) {
		if (vma->vm_start < last || vma->vm_start >= vma->vm_end)
			return 0;
		last = vma->vm_end;
		pages += vma_pages(vma);
	}
	if (n != mm->map_count || pages != mm->total_vm)
		return 0;
	for (i = 0; i < PAGES; i++) {
		struct mpage *m = &proc[p].page[i];

		vma = find_vma(mm, BASE + i * 4096UL);
		if (vma && vma->vm_start > BASE + i * 4096UL)
			vma = NULL;
		pages -= m->mapped;
		locked += m->locked;
		if (!!vma != m->mapped ||
		    (vma && ((vma->vm_flags & VM_ACCESS) != (unsigned)m->prot ||
			     !!(vma->vm_flags & VM_LOCKED) != m->locked)))
			return 0;
	}
	return pages == 0 && locked == mm->locked_vm;
}

static int do_random(int p)
{
	static const int prots[] = { 0, 1, 3, 3 };
	int i = random_below(PAGES), n = 1 + random_below(PAGES - i), k;
	unsigned long addr = BASE + i * 4096UL, len = n * 4096UL, ret;
	int prot = prots[random_below(4)], holes = 0;
	struct mpage *m = proc[p].page + i;
	int advice;

	for (k = 0; k < n; k++)
		holes += !m[k].mapped;
	use(p);
	switch (random_below(14)) {
	case 0: case 1:
		advice = random_below(3);
		mutex_lock(&task.mm->mmap_sem);
		ret = do_mmap_pgoff(advice ? &test_file : NULL, addr, len, prot,
				    MAP_FIXED | (advice == 2 ? MAP_SHARED :
						 MAP_PRIVATE), i);
		mutex_unlock(&task.mm->mmap_sem);
		for (k = 0; k < n; k++)
			m[k] = (struct mpage){ .mapped = 1, .prot = prot,
				.file = advice > 0, .shared = advice == 2 };
		return ret == addr;
	case 2:
		for (k = 0; k < n; k++)
			m[k].mapped = m[k].locked = 0;
		return sys_munmap(addr, len) == 0;
	case 3: case 4:
		ret = sys_mprotect(addr, len, prot);
		for (k = 0; k < n && m[k].mapped; k++)
			m[k].prot = prot;
		return ret == (holes ? (unsigned long)-ENOMEM : 0);
	case 5:
		k = random_below(2);
		ret = k ? sys_mlock(addr, len) : sys_munlock(addr, len);
		for (; n-- && m->mapped; m++, i++) {
			m->locked = k;
			if (k && !m->shared && (m->prot & PROT_WRITE)) {
				m->value = expected(m, i);
				m->own = 1;	/* as if written to */
			}
		}
		return ret == (holes ? (unsigned long)-ENOMEM : 0);
	case 6:
		advice = random_below(2) ? MADV_DONTFORK : MADV_DOFORK;
		for (k = 0; k < n; k++)
			m[k].dontfork = advice == MADV_DONTFORK;
		return sys_madvise(addr, len, advice) == (holes ? -ENOMEM : 0);
	case 7:
		for (k = 0; k < n; k++)
			if (m[k].file || m[k].locked || !m[k].mapped)
				return 1;
		if (random_below(2)) {
			for (k = 0; k < n; k++)
				m[k].wipe = 1;
			return sys_madvise(addr, len, MADV_WIPEONFORK) == 0;
		}
		for (k = 0; k < n; k++)
			m[k].value = 0;
		return sys_madvise(addr, len, MADV_DONTNEED) == 0;
	case 8:
		if (!m->mapped || m->locked)
			return 1;
		{
			unsigned char v = random_below(256);
			int may = !(m->shared && !(m->prot & PROT_WRITE));

			if (access_process_vm(task.mm, addr + 123, &v, 1, 1) !=
			    may)
				return 0;
			if (may && m->file && m->shared)
				file_model[i] = v;
			else if (may) {
				m->own = 1;
				m->value = v;
			}
			return 1;
		}
	case 9:
		return areas_agree(p);
	default:
		return write_page(p, i) && check_page(p, random_below(PAGES));
	}
}

static int check_all(void)
{
	int p, i, good = 1;

	for (p = 0; p < PROCS; p++)
		if (proc[p].mm) {
			use(p);
			good &= areas_agree(p);
			for (i = 0; i < PAGES; i++)
				good &= check_page(p, i);
		}
	return good;
}

static unsigned int active_objects(void)
{
	unsigned int active, total, sum = 0;
	const char *name;
	size_t size;
	int n;

	for (n = 0; kmem_cache_stat(n, &name, &size, &active, &total); n++)
		sum += active;
	return sum;
}

/* Fork while the TLB knows writable pages; they must not be written to. */
static int fork_and_write(int p, int q)
{
	int i, done;

	use(p);
	for (i = 0; i < PAGES; i += 3)
		write_page(p, i);
	done = fork_process(p, q);
	for (i = 0; i < PAGES; i += 3)
		write_page(p, i);
	return done;
}

static void test_random(void)
{
	unsigned long before = nr_free_pages();
	int step, p, q, ops = 1, forks = 0, all = 1;

	new_process(0);
	for (step = 0; step < 60000; step++) {
		p = random_below(PROCS);
		if (!proc[p].mm)
			continue;
		ops &= do_random(p);
		if (random_below(20) == 0) {
			q = random_below(PROCS);
			if (!proc[q].mm)
				forks += fork_and_write(p, q);
			else if (q != p)
				end_process(q);
		}
		if (step % 300 == 0)
			all &= check_all();
	}
	ok(ops, "each call returns what the model says");
	ok(all, "all processes read what the model says, after each 300 calls");
	ok(forks > 500, "%d forks", forks);
	for (p = 0; p < PROCS; p++)
		if (proc[p].mm)
			end_process(p);
	is(nr_free_pages(), before, "no page is lost");
	is(active_objects(), 0, "no object is lost");
	is(atomic_read(&test_file.f_count), 1, "no file reference is lost");
}

/* fork with the n-th allocation failing, for every n. */
static void test_failing_fork(void)
{
	unsigned long pages, n;
	unsigned int objects;
	int i, good = 1, refs;

	new_process(0);
	use(0);
	mutex_lock(&task.mm->mmap_sem);
	for (i = 0; i < PAGES; i += 3)
		do_mmap_pgoff(i % 2 ? &test_file : NULL, BASE + i * 4096UL,
			      8192, 3, MAP_FIXED | MAP_PRIVATE, i);
	mutex_unlock(&task.mm->mmap_sem);
	for (i = 0; i < PAGES; i += 3) {
		proc[0].page[i] = (struct mpage){ .mapped = 1, .prot = 3,
						  .file = i % 2 };
		proc[0].page[i + 1] = proc[0].page[i];
		good &= write_page(0, i);
	}
	if (fork_process(0, 1))
		end_process(1);		/* fills the caches */
	for (n = 1;; n++) {
		pages = nr_free_pages();
		objects = active_objects();
		refs = atomic_read(&test_file.f_count);
		use(0);
		fail_in = n;
		if (fork_process(0, 1))
			break;
		good &= !fail_in && pages == nr_free_pages() &&
			objects == active_objects() &&
			refs == atomic_read(&test_file.f_count);
		good &= check_all();
	}
	fail_in = 0;
	ok(n > 10, "fork makes %lu allocations", n - 1);
	ok(good, "after each failure all is as it was");
	ok(check_all(), "and at last it succeeds");
	end_process(1);
	use(0);
	pages = nr_free_pages();
	for (i = 0; i < PAGES; i += 3)
		good &= write_page(0, i);
	is(nr_free_pages(), pages, "the last owner's writes copy nothing");
	ok(good, "and succeed");
	end_process(0);
}

static void test_overcommit(void)
{
	unsigned long len = (totalram_pages + 1) << 12;
	unsigned long anon = MAP_PRIVATE | MAP_ANONYMOUS;

	new_process(0);
	use(0);
	is(sys_mmap2(0, len, 3, anon, 0, 0), -ENOMEM,
	   "more than all memory is refused");
	is(sys_mmap2(0, len, 3, anon | MAP_NORESERVE, 0, 0),
	   TASK_UNMAPPED_BASE, "but not to who wants no guarantee");
	end_process(0);
}

static void test_brk_and_stack(void)
{
	struct mm_struct *mm;
	struct vm_area_struct *stack;

	new_process(0);
	use(0);
	mm = task.mm;
	mm->start_brk = mm->brk = 0x0804c123;
	is(sys_brk(0), 0x0804c123, "brk(0) asks");
	is(sys_brk(0x08050001), 0x08050001, "brk grows to the byte");
	is(sys_brk(0xfffff000), 0x08050001, "brk too far says where it is");
	is(sys_brk(0x0804e000), 0x0804e000, "brk shrinks");
	is(mm->total_vm, 1, "by whole pages");
	is(sys_brk(0x08060000), 0x08060000, "and grows again");
	is(mm->map_count, 1, "as one area");
	ok(access_process_vm(mm, 0x0804fff8, "across pages.", 13, 1) == 13,
	   "memory written across two pages");
	is(setup_stack_vma(mm, &stack), 0, "a stack");
	is(expand_stack(stack, TASK_SIZE - (1 << 20) + 5), 0, "grows 1 MiB");
	is(stack->vm_start, TASK_SIZE - (1 << 20), "to the page");
	is(expand_stack(stack, TASK_SIZE - (9 << 20)), -ENOMEM,
	   "not beyond its limit");
	end_process(0);
}

static void test_arguments(void)
{
	unsigned long anon = MAP_PRIVATE | MAP_ANONYMOUS;
	unsigned long before;

	new_process(0);
	use(0);
	is(sys_mmap2(0, 0, 3, anon, -1, 0), -EINVAL, "mmap: no length");
	is(sys_mmap2(0, 1, 3, MAP_ANONYMOUS, -1, 0), -EINVAL, "no type");
	is(sys_mmap2(0, 1, 3, anon | MAP_SHARED, -1, 0), -EINVAL, "both types");
	is(sys_mmap2(1, 1, 3, anon | MAP_FIXED, -1, 0), -EINVAL, "odd address");
	is(sys_mmap2(0, 1, 3, MAP_PRIVATE, 99, 0), -EBADF, "bad descriptor");
	is(sys_mmap2(0, 8192, 3, anon, -1, ~0UL), -EOVERFLOW, "offset");
	is(sys_mmap2(0, TASK_SIZE, 0, anon, -1, 0), -ENOMEM, "no room");
	is(sys_mmap2(0x50000001, 1, 3, anon, -1, 0), 0x50001000, "hint");
	is(sys_mmap2(0x50001000, 1, 3, anon, -1, 0), TASK_UNMAPPED_BASE,
	   "hint taken");
	is(sys_mmap2(0x50001000, 1, 3, anon | MAP_FIXED_NOREPLACE, -1, 0),
	   -EEXIST, "fixed, no replacement");
	is(sys_mprotect(1, 1, 3), -EINVAL, "mprotect: odd address");
	is(sys_mprotect(0x60000000, 1, 3), -ENOMEM, "hole");
	is(sys_mprotect(0x60000000, 0, 3), 0, "no length");
	is(sys_munmap(0x60000000, 0), -EINVAL, "munmap: no length");
	is(sys_munmap(0x60000000, 4096), 0, "hole");
	is(sys_munmap(TASK_SIZE - 4096, 8192), -EINVAL, "kernel space");
	is(sys_madvise(0x50001000, 1, 77), -EINVAL, "madvise: unknown");
	is(sys_madvise(0x50001000, 8192, MADV_DONTNEED), -ENOMEM, "hole");
	is(sys_msync(0x50001000, 1, 5), -EINVAL, "msync: both");
	is(sys_mlock(0x50001000, 100 << 12), -ENOMEM, "mlock: hole");
	test_file.f_mode = FMODE_READ;
	is(do_mmap_pgoff(&test_file, BASE, 1, 3, MAP_FIXED | MAP_SHARED, 0),
	   (unsigned long)-EACCES, "file not open for writing: mmap");
	is(do_mmap_pgoff(&test_file, BASE, 1, 1, MAP_FIXED | MAP_SHARED, 0),
	   BASE, "read-only is fine");
	is(sys_mprotect(BASE, 1, 3), -EACCES, "mprotect");
	test_file.f_mode = FMODE_READ | FMODE_WRITE;
	sys_munmap(0, TASK_SIZE);
	is(task.mm->total_vm, 0, "all unmapped");
	before = nr_free_pages();
	sys_mmap2(BASE, PAGES << 12, 3, anon | MAP_FIXED | MAP_POPULATE, -1, 0);
	is(nr_free_pages(), before - PAGES - 3,
	   "pages, two tables and a slab in use");
	sys_munmap(BASE, PAGES << 12);
	is(nr_free_pages(), before, "tables go when they are empty");
	end_process(0);
}

int main(void)
{
	static struct signal_struct sig;
	int i;

	boot_info.usable[0].end = MEM_PAGES * 4096UL;
	boot_info.nr_usable = 1;
	boot_info.reserved[0].end = 4096;
	boot_info.nr_reserved = 1;
	mem_init();
	kmem_cache_init();
	mmap_init();
	for (i = 0; i < RLIM_NLIMITS; i++)
		sig.rlim[i].rlim_cur = RLIM_INFINITY;
	sig.rlim[RLIMIT_STACK].rlim_cur = 8 << 20;
	task.signal = &sig;
	for (i = 0; i < PAGES; i++) {
		file_page[i] = alloc_page(GFP_KERNEL);
		file_model[i] = i;
		((unsigned char *)page_address(file_page[i]))[123] = i;
	}
	test_random();
	test_failing_fork();
	test_overcommit();
	test_brk_and_stack();
	test_arguments();
	return done_testing();
}
