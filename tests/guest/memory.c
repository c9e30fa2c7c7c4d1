/*
 * Memory and fork: copy-on-write, what madvise says about fork, brk, the
 * stack, mappings of files, and each way in which mmap and its kin say no.
 */
#include "tap.h"
#include <linux/sysinfo.h>

#define PAGE	4096
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

static const char *file = "guest-memory";

static void *pages(size_t n)
{
	return mmap(NULL, n * PAGE, RW, ANON, -1, 0);
}

static long mmap_raw(unsigned long addr, unsigned long n, int prot, int flags,
		     int fd)
{
	return syscall(__NR_mmap2, addr, n, prot, flags, fd, 0);
}

/* Free memory, in pages. */
static long free_pages(void)
{
	struct sysinfo si;

	syscall(__NR_sysinfo, &si);
	return (long long)si.freeram * si.mem_unit / PAGE;
}

static void no_core(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
}

/*
 * try_read and try_write touch a byte; -1 if that raised a signal, which the
 * handler tells of in fault.
 */
int try_read(const volatile void *p);
int try_write(volatile void *p);
extern char try_failed[];
__asm__(
	"try_read: movl 4(%esp), %eax\n\t"
	"movzbl (%eax), %eax\n\t"
	"ret\n"
	"try_write: movl 4(%esp), %eax\n\t"
	"movb $0x5a, (%eax)\n\t"
	"xorl %eax, %eax\n\t"
	"ret\n"
	"try_failed: movl $-1, %eax\n\t"
	"ret\n");

static volatile struct {
	int sig, code;
	void *addr;
} fault;

static void on_fault(int sig, siginfo_t *info, void *uc)
{
	fault.sig = sig;
	fault.code = info->si_code;
	fault.addr = info->si_addr;
	((struct ucontext *)uc)->uc_mcontext.eip = (unsigned long)try_failed;
}

static void catch_faults(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = (void *)on_fault;
	sa.sa_flags = SA_SIGINFO;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

/* Did that raise this signal with this code, and for this address? */
static int faulted(int result, int sig, int code, const volatile void *addr)
{
	int good = result == -1 && fault.sig == sig && fault.code == code &&
		   fault.addr == addr;

	if (!good)
		dprintf(1, "# result %d, signal %d, code %d, address %x\n",
			result, fault.sig, fault.code, (unsigned)fault.addr);
	fault.sig = 0;
	return good;
}

/* Parent and child take turns: wait until the cell says n; say n. */
static volatile int *turn;

static void await(int n)
{
	int i;

	for (i = 0; i < 5000 && *turn < n; i++)
		usleep(1000);
}

static void test_cow(void)
{
	volatile char *p = pages(3);
	int status;
	pid_t pid;

	turn = shared(PAGE);
	p[0] = 1;
	p[PAGE] = 2;
	pid = fork();
	if (!pid) {
		int bad = p[0] != 1 || p[PAGE] != 2 || p[2 * PAGE];

		p[0] = 11;
		*turn = 1;
		await(2);
		_exit(bad | (p[0] != 11) << 1 | (p[PAGE] != 2) << 2 |
		      (p[2 * PAGE] != 0) << 3);
	}
	await(1);
	is(p[0], 1, "row 174: the child's store is not the parent's");
	p[PAGE] = 12;
	p[2 * PAGE] = 13;
	*turn = 2;
	waitpid(pid, &status, 0);
	is(status, 0, "row 174: nor the parent's the child's");
	is(p[PAGE] * 100 + p[2 * PAGE], 1213, "row 174: each has its own");
	munmap((void *)p, 3 * PAGE);
	munmap((void *)turn, PAGE);
}

static volatile int frames;

static void count_frame(int sig)
{
	(void)sig;
	frames++;
}

/* Is the page still full of the byte? */
static int full(const char *p, size_t n, char c)
{
	size_t i;

	for (i = 0; i < n && p[i] == c; i++)
		;
	return i == n;
}

static void test_kernel_writes(void)
{
	char *p = pages(8);
	struct sigaction sa;
	stack_t ss;
	int fds[2], status;
	pid_t pid, sub;

	memset(p, 'p', 8 * PAGE);
	pipe(fds);
	write(fds[1], "0123456789", 10);
	pid = fork();
	if (!pid) {
		read(fds[0], p + PAGE - 5, 10);
		_exit(memcmp(p + PAGE - 6, "p0123456789p", 12) != 0);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "row 175: the child's read() arrives in the child");
	ok(full(p, 8 * PAGE, 'p'), "row 175: and not in the parent");

	turn = shared(PAGE);
	pid = fork();
	if (!pid) {
		*turn = 1;
		await(2);
		_exit(!full(p, 8 * PAGE, 'p'));
	}
	await(1);
	write(fds[1], "0123456789", 10);
	read(fds[0], p + PAGE - 5, 10);
	*turn = 2;
	waitpid(pid, &status, 0);
	is(status, 0, "row 175: the parent's read() not in the child");
	ok(!memcmp(p + PAGE - 6, "p0123456789p", 12),
	   "row 175: but in the parent");

	memset(p, 'p', 8 * PAGE);
	pid = fork();
	if (!pid) {
		sub = fork();
		if (!sub)
			_exit(3);
		waitpid(sub, (int *)p, 0);
		_exit(*(int *)p != 3 << 8);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "row 176: a wait status arrives in the child");
	ok(full(p, PAGE, 'p'), "row 176: and not in the parent");

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = count_frame;
	sa.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR1, &sa, NULL);
	ss.ss_sp = p + PAGE;
	ss.ss_size = 4 * PAGE;
	ss.ss_flags = 0;
	pid = fork();
	if (!pid) {
		sigaltstack(&ss, NULL);
		raise(SIGUSR1);
		_exit(frames != 1 || full(p + PAGE, 4 * PAGE, 'p'));
	}
	waitpid(pid, &status, 0);
	is(status, 0, "row 175: a signal frame is written in the child");
	ok(full(p, 8 * PAGE, 'p'), "row 175: and not in the parent");

	pid = clone_raw(SIGCHLD | CLONE_CHILD_SETTID, NULL, NULL, NULL,
			(int *)p);
	if (!pid)
		_exit(*(int *)p != getpid() || p[4] != 'p');
	waitpid(pid, &status, 0);
	is(status, 0, "row 63: the tid is stored in the child");
	ok(full(p, 8 * PAGE, 'p'), "row 63: and not in the parent");
	munmap(p, 8 * PAGE);
	munmap((void *)turn, PAGE);
	close(fds[0]);
	close(fds[1]);
}

/* How many pages 1000 stores use up, and how many faults they take. */
static long stores(volatile char *p, long *faults)
{
	struct rusage before, after;
	long free = free_pages();
	int i;

	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < 1000; i++)
		p[i * PAGE]++;
	getrusage(RUSAGE_SELF, &after);
	*faults = after.ru_minflt - before.ru_minflt;
	return free - free_pages();
}

static void test_reuse(void)
{
	volatile char *p = pages(1000);
	long used, faults;
	int i, here = on_fork_nw();
	pid_t pid;

	madvise((void *)p, 1000 * PAGE, 15);	/* no huge pages, please */
	for (i = 0; i < 1000; i++)
		p[i * PAGE] = 1;
	used = stores(p, &faults);
	ok(faults < 10 && (!here || used < 10),
	   "row 177: stores into one's own pages cost nothing");
	pid = sleeper();
	used = stores(p, &faults);
	ok(faults >= 1000 && faults < 1020,
	   "row 177: a fault for each page that the child has, too");
	ok(!here || (used >= 1000 && used < 1020),
	   "row 177: and a copy for each");
	end_child(pid);
	pid = sleeper();
	end_child(pid);
	used = stores(p, &faults);
	ok(!here || (used > -10 && used < 10),
	   "row 177: the stores of the last owner use no memory");
	ok(full((char *)p, 1, 4), "row 177: and has its contents");

	/* The child is the last one, too: the parent has copies. */
	turn = shared(PAGE);
	pid = fork();
	if (!pid) {
		*turn = 1;
		await(2);
		used = stores(p, &faults);
		_exit(here && (used < -10 || used > 10));
	}
	await(1);
	stores(p, &faults);
	*turn = 2;
	waitpid(pid, &i, 0);
	is(i, 0, "row 177: nor do those of a child that is the last");
	munmap((void *)p, 1000 * PAGE);
	munmap((void *)turn, PAGE);
}

static void test_shared(void)
{
	volatile int *p = shared(3 * PAGE);
	int status;
	pid_t pid;

	turn = shared(PAGE);
	p[0] = 1;
	pid = fork();
	if (!pid) {
		p[0]++;
		p[1024] = 7;	/* a page nobody touched before the fork */
		*turn = 1;
		await(2);
		_exit(p[0] != 3 || p[2048] != 9);
	}
	await(1);
	is(p[0], 2, "row 178: the parent sees a shared store");
	is(p[1024], 7, "row 178: also in a page new to both");
	p[0] = 3;
	p[2048] = 9;
	*turn = 2;
	waitpid(pid, &status, 0);
	is(status, 0, "row 178: and the child sees the parent's");

	pid = fork();
	if (!pid) {
		if (fork() == 0) {
			p[0] = 44;
			_exit(0);
		}
		wait(NULL);
		_exit(p[0] != 44);
	}
	waitpid(pid, &status, 0);
	ok(status == 0 && p[0] == 44, "row 178: so do three generations");
	munmap((void *)p, 3 * PAGE);
	munmap((void *)turn, PAGE);
}

static int reads(void *p)
{
	no_core();
	signal(SIGSEGV, SIG_DFL);
	return *(volatile char *)p;
}

static void test_madvise(void)
{
	char *p = pages(3), *s = shared(PAGE);

	memset(p, 'x', 3 * PAGE);
	is(madvise(p + PAGE, PAGE, MADV_DONTFORK), 0, "row 179: DONTFORK");
	is(in_child(reads, p + PAGE), SIGSEGV,
	   "row 179: the child has no such page");
	is(in_child(reads, p), 'x' << 8, "row 179: it has the page before");
	is(in_child(reads, p + 2 * PAGE), 'x' << 8, "row 179: and after");
	is(p[PAGE], 'x', "row 179: the parent keeps it");
	is(madvise(p + PAGE, PAGE, MADV_DOFORK), 0, "row 179: DOFORK");
	is(in_child(reads, p + PAGE), 'x' << 8, "row 179: takes it back");

	is(madvise(p + PAGE, PAGE, MADV_WIPEONFORK), 0, "row 180: WIPEONFORK");
	is(in_child(reads, p + PAGE), 0, "row 180: the child reads 0");
	is(in_child(reads, p), 'x' << 8, "row 180: not next to it");
	is(p[PAGE], 'x', "row 180: the parent's is unchanged");
	is(madvise(p + PAGE, PAGE, MADV_KEEPONFORK), 0, "row 180: KEEPONFORK");
	is(in_child(reads, p + PAGE), 'x' << 8, "row 180: takes it back");
	is(syscall(__NR_madvise, s, PAGE, MADV_WIPEONFORK), -EINVAL,
	   "row 180: not for shared memory");

	is(madvise(p, PAGE, MADV_DONTNEED), 0, "row 180: DONTNEED");
	is(p[0], 0, "row 180: leaves zeroes");
	is(p[PAGE], 'x', "row 180: in its range only");
	is(syscall(__NR_madvise, p + 1, PAGE, MADV_DONTNEED), -EINVAL,
	   "row 180: an unaligned address");
	is(syscall(__NR_madvise, p, PAGE, 9999), -EINVAL,
	   "row 180: unknown advice");
	is(madvise(p, 0, MADV_DONTNEED), 0, "row 180: nothing to do");
	munmap(p + PAGE, PAGE);
	is(syscall(__NR_madvise, p, 3 * PAGE, MADV_DONTNEED), -ENOMEM,
	   "row 180: a hole");
	is(p[2 * PAGE], 0, "row 180: the rest is done all the same");
	munmap(p, 3 * PAGE);
	munmap(s, PAGE);
}

static int locked(void *arg)
{
	return file_number("/proc/self/status", "VmLck") != (long)arg;
}

static void test_mlock(void)
{
	char *p = pages(4);

	is(syscall(__NR_mlock, p, 4 * PAGE), 0, "row 181: mlock");
	is(locked((void *)16), 0, "row 181: 16 kB are locked");
	is(in_child(locked, NULL), 0, "row 181: none in a child");
	is(syscall(__NR_munlock, p, 3 * PAGE), 0, "row 181: munlock");
	is(locked((void *)4), 0, "row 181: 4 kB are left");
	munmap(p, 4 * PAGE);
	is(locked(NULL), 0, "row 181: none after munmap");
	is(syscall(__NR_mlock, p, PAGE), -ENOMEM, "row 181: nothing there");
}

static void test_brk(void)
{
	unsigned long start = syscall(__NR_brk, 0);
	unsigned long top = (start + 0xfff) & ~0xfffUL;
	char *p = (char *)top;
	struct rlimit old, small;
	int status;
	pid_t pid;

	is(syscall(__NR_brk, 0xfffff000), start,
	   "row 182: a break too high leaves it where it is");
	is(syscall(__NR_brk, 0x1000), start, "row 182: so does one too low");
	is(syscall(__NR_brk, top + 5), top + 5, "row 182: to the byte");
	is(syscall(__NR_brk, 0), top + 5, "row 182: brk(0) asks");
	is(syscall(__NR_brk, top + 4 * PAGE), top + 4 * PAGE,
	   "row 183: the heap grows");
	ok(full(p, 4 * PAGE, 0), "row 183: with zeroes");
	memset(p, 'b', 4 * PAGE);
	syscall(__NR_brk, top + PAGE + 1);
	syscall(__NR_brk, top + 4 * PAGE);
	ok(full(p, 2 * PAGE, 'b'), "row 183: shrinking keeps what is below");
	ok(full(p + 2 * PAGE, 2 * PAGE, 0),
	   "row 183: grown again it reads zero");
	syscall(__NR_brk, top);
	ok(faulted(try_read(p), SIGSEGV, SEGV_MAPERR, p),
	   "row 183: what was given back is gone");

	/* Something stands in the way. */
	mmap(p + 16 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	is(syscall(__NR_brk, top + 32 * PAGE), top,
	   "row 182: the heap does not grow into a mapping");
	p[16 * PAGE] = 1;
	munmap(p + 16 * PAGE, PAGE);
	getrlimit(RLIMIT_DATA, &old);
	small = old;
	small.rlim_cur = PAGE;
	setrlimit(RLIMIT_DATA, &small);
	is(syscall(__NR_brk, top + 1024 * PAGE), top,
	   "row 182: nor beyond RLIMIT_DATA");
	setrlimit(RLIMIT_DATA, &old);

	pid = fork();
	if (!pid)
		_exit(syscall(__NR_brk, top + PAGE) != (long)top + PAGE);
	waitpid(pid, &status, 0);
	is(status, 0, "row 183: a child has its own break");
	is(syscall(__NR_brk, 0), top, "row 183: the parent's stays");
	is(syscall(__NR_brk, start), start, "row 183: back again");
}

static int recurse(int kib)
{
	volatile char block[1024];

	block[0] = kib;
	block[1023] = 1;
	return kib <= 0 ? 0 : recurse(kib - 1) + block[1023];
}

static int deep(void *arg)
{
	struct rlimit limit = { 2 << 20, 2 << 20 };

	no_core();
	signal(SIGSEGV, SIG_DFL);
	setrlimit(RLIMIT_STACK, &limit);
	return recurse((int)(long)arg) != (int)(long)arg;
}

static int kernel_extends(void *arg)
{
	int fds[2];
	char *low;

	__asm__("movl %%esp, %0" : "=r" (low));
	low -= 40 * PAGE;
	pipe(fds);
	write(fds[1], "abc", 3);
	return read(fds[0], low, 3) != 3 || low[2] != 'c';
}

static void test_stack(void)
{
	is(in_child(deep, (void *)1024), 0,
	   "row 184: the stack grows by 1 MiB");
	is(in_child(deep, (void *)4096), SIGSEGV,
	   "row 184: but not beyond RLIMIT_STACK");
	is(in_child(kernel_extends, NULL), 0,
	   "row 184: a system call's store extends it");
}

static void test_faults(void)
{
	char *p = pages(4);
	char *text = (char *)test_faults;

	ok(faulted(try_read(NULL), SIGSEGV, SEGV_MAPERR, NULL),
	   "10.12: reading address 0: MAPERR");
	ok(faulted(try_write((char *)0x123), SIGSEGV, SEGV_MAPERR,
		   (char *)0x123), "10.12: si_addr is exact");
	ok(faulted(try_write(text), SIGSEGV, SEGV_ACCERR, text),
	   "10.12: a store into the code: ACCERR");
	ok(faulted(try_read((char *)0xc0100000), SIGSEGV, SEGV_MAPERR,
		   (char *)0xc0100000), "10.12: 3 GiB is not the program's");
	mprotect(p, PAGE, PROT_NONE);
	mprotect(p + PAGE, PAGE, PROT_READ);
	ok(faulted(try_read(p + 7), SIGSEGV, SEGV_ACCERR, p + 7),
	   "10.12: PROT_NONE: ACCERR");
	is(try_read(p + PAGE), 0, "10.12: PROT_READ can be read");
	ok(faulted(try_write(p + PAGE + 1), SIGSEGV, SEGV_ACCERR, p + PAGE + 1),
	   "10.12: and not written");
	munmap(p + 2 * PAGE, PAGE);
	ok(faulted(try_read(p + 3 * PAGE - 1), SIGSEGV, SEGV_MAPERR,
		   p + 3 * PAGE - 1), "10.12: after munmap: MAPERR");
	is(try_read(p + 3 * PAGE), 0, "10.12: what follows is there");
	munmap(p, 4 * PAGE);
}

static void test_kernel_faults(void)
{
	char *p = pages(3);
	char *text = (char *)test_kernel_faults, first = *text;
	int fds[2];

	pipe(fds);
	write(fds[1], "0123456789", 10);
	mprotect(p, PAGE, PROT_READ);
	mprotect(p + PAGE, PAGE, PROT_NONE);
	is(syscall(__NR_read, fds[0], p, 4), -EFAULT,
	   "10.4: read() into a read-only page");
	is(p[0], 0, "10.4: which stays as it was");
	is(syscall(__NR_read, fds[0], text, 1), -EFAULT,
	   "10.4: read() into the code");
	is(*text, first, "10.4: which stays as it was");
	is(syscall(__NR_write, fds[1], p + PAGE, 4), -EFAULT,
	   "10.4: write() from a page without rights");
	is(syscall(__NR_read, fds[0], (char *)0xc0100000, 4), -EFAULT,
	   "10.4: read() to 3 GiB and above");
	is(syscall(__NR_write, fds[1], (char *)0xfffffff0, 32), -EFAULT,
	   "10.4: write() from a range that wraps");
	is(syscall(__NR_uname, p), -EFAULT, "10.4: a structure likewise");
	munmap(p, 3 * PAGE);
	is(syscall(__NR_write, fds[1], p, 4), -EFAULT,
	   "10.4: write() from nowhere");
	is(syscall(__NR_open, (char *)1, 0), -EFAULT, "10.4: a bad name");
	close(fds[0]);
	close(fds[1]);
}

static void test_mmap(void)
{
	char *p, *q;
	int fds[2], ro, wo;

	is(mmap_raw(0, 0, RW, ANON, -1), -EINVAL, "10.9: length 0");
	is(mmap_raw(0, PAGE, RW, MAP_ANONYMOUS, -1), -EINVAL,
	   "10.9: neither shared nor private");
	is(mmap_raw(0, PAGE, RW, ANON | MAP_SHARED, -1), -EINVAL,
	   "10.9: shared and private");
	is(mmap_raw(0x20000001, PAGE, RW, ANON | MAP_FIXED, -1), -EINVAL,
	   "10.9: MAP_FIXED unaligned");
	is(mmap_raw(0, 0xffffffff, RW, ANON, -1), -ENOMEM,
	   "10.9: too long by far");
	is(mmap_raw(0, 0xfff00000, RW, ANON, -1), -ENOMEM, "10.9: too long");
	is(mmap_raw(0xfffff000, PAGE, RW, ANON | MAP_FIXED, -1), -ENOMEM,
	   "10.9: MAP_FIXED at the very top");
	is(mmap_raw(0, PAGE, RW, MAP_PRIVATE, 99), -EBADF, "10.9: no file");
	pipe(fds);
	is(mmap_raw(0, PAGE, PROT_READ, MAP_PRIVATE, fds[0]), -ENODEV,
	   "10.9: a pipe has no pages");
	close(fds[0]);
	close(fds[1]);
	ro = open("/tmp", O_RDONLY | O_DIRECTORY);
	is(mmap_raw(0, PAGE, PROT_READ, MAP_PRIVATE, ro), -ENODEV,
	   "10.9: nor has a directory");
	close(ro);
	wo = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	write(wo, "content", 7);
	ro = open(file, O_RDONLY);
	is(mmap_raw(0, PAGE, PROT_WRITE, MAP_SHARED, wo), -EACCES,
	   "10.9: a file not open for reading");
	is(mmap_raw(0, PAGE, PROT_READ, MAP_PRIVATE, wo), -EACCES,
	   "10.9: not even privately");
	is(mmap_raw(0, PAGE, RW, MAP_SHARED, ro), -EACCES,
	   "10.9: shared stores into a file open for reading");
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	ok(p != MAP_FAILED && !memcmp(p, "content", 8),
	   "10.9: shared reading is allowed");
	is(syscall(__NR_mprotect, p, PAGE, RW), -EACCES,
	   "10.10: and cannot be made writing later");
	munmap(p, PAGE);
	p = mmap(NULL, PAGE, RW, MAP_PRIVATE, ro, 0);
	ok(p != MAP_FAILED && try_write(p) == 0,
	   "10.9: private stores are allowed");
	munmap(p, PAGE);
	close(ro);
	close(wo);

	p = pages(8);
	memset(p, 'm', 8 * PAGE);
	munmap(p + 2 * PAGE, 2 * PAGE);
	q = mmap(p + 2 * PAGE, 2 * PAGE, RW, ANON, -1, 0);
	ok(q == p + 2 * PAGE, "10.9: a hint is honoured");
	ok(full(q, 2 * PAGE, 0), "10.9: new pages are zero");
	q = mmap(p + PAGE, PAGE, RW, ANON, -1, 0);
	ok(q != p + PAGE && q != MAP_FAILED && p[PAGE] == 'm',
	   "10.9: but takes nothing away");
	munmap(q, PAGE);
	is(syscall(__NR_mmap2, p + PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE,
		   -1, 0), -EEXIST, "10.9: nor does MAP_FIXED_NOREPLACE");
	q = mmap(p + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	ok(q == p + PAGE && q[0] == 0, "10.9: MAP_FIXED does");
	ok(p[0] == 'm' && p[4 * PAGE] == 'm', "10.9: only there");
	munmap(p, 8 * PAGE);
}

static void test_munmap(void)
{
	char *p = pages(6);

	is(syscall(__NR_munmap, p, 0), -EINVAL, "10.10: munmap of length 0");
	is(syscall(__NR_munmap, p + 1, PAGE), -EINVAL, "10.10: unaligned");
	is(syscall(__NR_munmap, 0xfffff000, 0x10000), -EINVAL,
	   "10.10: beyond the end");
	is(syscall(__NR_munmap, p, 0xfffff000), -EINVAL,
	   "10.10: a length beyond the end");
	is(try_read(p), 0, "10.10: none of these took anything");
	is(munmap(p + PAGE, 1), 0, "10.10: a length is rounded up");
	is(try_read(p + PAGE), -1, "10.10: the page is gone");
	is(munmap(p + PAGE, 3 * PAGE), 0, "10.10: a hole does not matter");
	is(try_read(p + 3 * PAGE), -1, "10.10: what is behind goes");
	ok(try_read(p) == 0 && try_read(p + 4 * PAGE) == 0,
	   "10.10: both sides stay");
	is(munmap(p + PAGE, PAGE), 0, "10.10: nothing but a hole");

	is(syscall(__NR_mprotect, p + 1, PAGE, RW), -EINVAL,
	   "10.10: mprotect unaligned");
	is(syscall(__NR_mprotect, p, 6 * PAGE, PROT_READ), -ENOMEM,
	   "10.10: mprotect of a hole");
	is(mprotect(p, 0, PROT_NONE), 0, "10.10: mprotect of nothing");
	is(syscall(__NR_mprotect, p + 4 * PAGE, PAGE, 0x100), -EINVAL,
	   "10.10: mprotect with unknown rights");
	munmap(p, 6 * PAGE);
}

static int stores_in_child(void *arg)
{
	mprotect(arg, PAGE, PROT_READ);
	mprotect(arg, PAGE, RW);
	*(char *)arg = 'c';
	return *(char *)arg != 'c';
}

static void test_mprotect_cow(void)
{
	char *p = pages(1);
	pid_t pid;

	*p = 'p';
	is(in_child(stores_in_child, p), 0, "10.10: mprotect there and back");
	is(*p, 'p', "10.10: does not break copy-on-write");
	pid = sleeper();
	mprotect(p, PAGE, PROT_NONE);
	mprotect(p, PAGE, RW);
	*p = 'q';
	end_child(pid);
	pid = fork();
	if (!pid) {
		mprotect(p, PAGE, PROT_NONE);
		_exit(try_read(p) != -1);
	}
	waitpid(pid, NULL, 0);
	is(try_read(p), 'q', "10.10: a child's mprotect is its own");
	munmap(p, PAGE);
}

static void test_files(void)
{
	char buf[16], *p, *q;
	int fd, status;
	pid_t pid;

	fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
	memset(buf, 'f', sizeof(buf));
	syscall(__NR_pwrite64, fd, "0123456789", 10, 0, 0);
	syscall(__NR_pwrite64, fd, "second", 6, PAGE, 0);
	p = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
	q = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	ok(!memcmp(p, "0123456789\0", 11) && !memcmp(q, "0123456789\0", 11),
	   "10.5: both mappings show the file");
	is(p[PAGE + 6], 0, "10.5: and zeroes up to the end of the page");
	ok(faulted(try_read(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE),
	   "10.12: a page past the end of the file: SIGBUS");
	p[0] = 'P';
	q[1] = 'S';
	syscall(__NR_pread64, fd, buf, 3, 0, 0);
	ok(!memcmp(buf, "0S2", 3),
	   "10.5: only the shared store is in the file");
	ok(p[1] == '1' && q[0] == '0',
	   "10.5: the private page is a copy since its store");
	syscall(__NR_pwrite64, fd, "SECOND", 6, PAGE, 0);
	is(q[PAGE], 'S', "10.5: a write() shows in the shared mapping");

	pid = fork();
	if (!pid) {
		p[2] = 'C';
		q[2] = 'C';
		p[PAGE] = 'C';
		_exit(p[0] != 'P' || q[1] != 'S');
	}
	waitpid(pid, &status, 0);
	is(status, 0, "10.5: the child has both mappings");
	is(p[2], '2', "row 174: its private store is its own");
	is(p[PAGE], 'S', "row 174: also in a page that was the file's");
	is(q[2], 'C', "row 178: its shared store is not");

	unlink(file);
	close(fd);
	q[3] = 'U';
	pid = fork();
	if (!pid)
		_exit(q[3] != 'U' || (q[4] = 'u') != 'u');
	waitpid(pid, &status, 0);
	ok(status == 0 && q[4] == 'u',
	   "row 178: a mapping outlives the file's name, shared");
	munmap(p, 3 * PAGE);
	munmap(q, 2 * PAGE);

	fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
	syscall(__NR_ftruncate64, fd, 2 * PAGE, 0);
	q = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	memset(q, 't', 2 * PAGE);
	syscall(__NR_ftruncate64, fd, 100, 0);
	ok(faulted(try_read(q + PAGE + 5), SIGBUS, BUS_ADRERR, q + PAGE + 5),
	   "10.12: what truncation cut off: SIGBUS");
	ok(q[99] == 't' && q[100] == 0,
	   "10.5: the rest of the last page becomes zero");
	is(syscall(__NR_read, fd, q + PAGE, 8), -EFAULT,
	   "10.12: for a system call it is EFAULT");
	munmap(q, 2 * PAGE);
	q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	ok(faulted(try_read(q), SIGBUS, BUS_ADRERR, q),
	   "10.9: the offset counts pages");
	munmap(q, PAGE);
	close(fd);
	unlink(file);
}

static void use_memory(void)
{
	char *p = pages(100), *s = shared(100 * PAGE);
	pid_t pid;

	memset(p, 1, 100 * PAGE);
	memset(s, 1, 100 * PAGE);
	pid = fork();
	if (!pid) {
		memset(p, 2, 100 * PAGE);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	munmap(p, 100 * PAGE);
	munmap(s, 100 * PAGE);
}

static void test_no_leak(void)
{
	long before;
	int i;

	for (i = 0; i < 10; i++)
		use_memory();
	before = free_pages();
	for (i = 0; i < 40; i++)
		use_memory();
	ok(!on_fork_nw() || before - free_pages() < 16,
	   "row 186: mappings leave nothing behind");
}

int main(void)
{
	mkdir("/tmp", 0777);
	catch_faults();
	test_cow();
	test_kernel_writes();
	test_reuse();
	test_shared();
	test_madvise();
	test_mlock();
	test_brk();
	test_stack();
	test_faults();
	test_kernel_faults();
	test_mmap();
	test_munmap();
	test_mprotect_cow();
	test_files();
	test_no_leak();
	return done_testing();
}
