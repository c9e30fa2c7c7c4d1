/*
 * What a hostile program may try: every system call with arguments that make no
 * sense, wild jumps and stores, a stack pointer of zero, a fork bomb, all memory.
 * The machine must live on and hold afterwards what it held before.
 * only: fork.nw: the host is not to be attacked
 * timeout: 120
 */
#include "tap.h"

#define USER	1000

static char *readonly;

/* Values that are wrong as pointers, and as most other things. */
static unsigned long bad_value(int i)
{
	static const unsigned long values[] = {
		0, 1, -1, -4096, 0xc0000000, 0xbffffffc, 0xc0100000,
		0x80000000, 0x7fffffff, 4096, 17, 3,
	};

	i %= ARRAY_SIZE(values) + 1;
	return i == ARRAY_SIZE(values) ? (unsigned long)readonly : values[i];
}

static unsigned seed;

static unsigned next(void)
{
	seed = seed * 1103515245 + 12345;
	return seed >> 16;
}

/* Calls that would end the test rather than test the kernel. */
static int harmful(int nr)
{
	return nr == __NR_reboot || nr == __NR_kill || nr == __NR_exit ||
	       nr == __NR_exit_group || nr == __NR_tkill ||
	       nr == __NR_tgkill;
}

/* The child: call nr many times with nonsense; it may well die of it. */
static void attack(int nr, int uid, int rounds)
{
	struct itimerval timer = { { 0, 0 }, { 0, 30000 } };
	pid_t me = getpid();

	int fd = open("/dev/null", O_RDWR);

	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	setpgid(0, 0);
	if (uid && setuid(uid))
		_exit(99);
	setitimer(ITIMER_REAL, &timer, NULL);
	while (rounds--) {
		syscall(nr, bad_value(next()), bad_value(next()),
			bad_value(next()), bad_value(next()),
			bad_value(next()), bad_value(next()));
		if (syscall(__NR_getpid) != me)
			_exit(0);
	}
	_exit(0);
}

/* It may have blocked its timer and gone to sleep: then it is killed. */
static void reap_group(pid_t pid)
{
	int i;

	for (i = 0; i < 20 && waitpid(pid, NULL, WNOHANG) == 0; i++)
		usleep(i ? 5000 : 300);
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
		;
}

static void attack_all(int uid, unsigned start)
{
	int nr;

	for (nr = -1; nr <= 440; nr++) {
		pid_t pid;

		if (!uid && harmful(nr))
			continue;
		seed = start + nr;
		pid = fork();
		if (!pid)
			attack(nr, uid, 60);
		if (pid > 0)
			reap_group(pid);
	}
}

static long free_kib(void)
{
	static char buf[1024];
	int fd = open("/proc/meminfo", O_RDONLY);
	int n = read(fd, buf, sizeof(buf) - 1);
	char *p;

	close(fd);
	buf[n < 0 ? 0 : n] = 0;
	p = strstr(buf, "MemFree:");
	return p ? strtol(p + 8, NULL, 10) : -1;
}

static int jump_to(void *where)
{
	((void (*)(void))where)();
	return 0;
}

static int store_at(void *where)
{
	*(volatile int *)where = 1;
	return 0;
}

static void handler(int sig)
{
	(void)sig;
}

static int no_stack(void *unused)
{
	(void)unused;
	signal(SIGUSR1, handler);
	signal(SIGSEGV, handler);
	__asm__ volatile("xorl %%esp, %%esp\n\tint $0x80"
			 :: "a" (__NR_kill), "b" (getpid()), "c" (SIGUSR1));
	return 0;
}

static int privileged(void *unused)
{
	(void)unused;
	__asm__ volatile("cli; hlt");
	return 0;
}

static int eat_memory(void *unused)
{
	char *p;
	int i;

	(void)unused;
	for (;;) {
		p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			return 7;
		for (i = 0; i < 1 << 20; i += 4096)
			p[i] = 1;
	}
}

/* Everybody forks; nobody waits. */
static void bomb(void)
{
	for (;;)
		fork();
}

static void test_bomb(void)
{
	long before, after;
	pid_t pid, group;
	int i, status;

	before = free_kib();
	group = fork();
	if (!group) {
		setpgid(0, 0);
		setuid(USER);
		bomb();
	}
	usleep(1500000);
	pid = fork();
	if (!pid)
		_exit(5);
	ok(pid > 0, "root can fork while a bomb goes off");
	waitpid(pid, &status, 0);
	is(status, 5 << 8, "and its child runs");
	for (i = 0; i < 200; i++) {
		kill(-group, SIGSTOP);
		kill(-group, SIGKILL);
		waitpid(group, NULL, WNOHANG);
		usleep(10000);
		if (kill(-group, 0) < 0)
			break;
	}
	ok(i < 200, "the bomb's group can be killed");
	waitpid(group, NULL, WNOHANG);
	after = free_kib();
	ok(after > before - 2048, "its memory comes back");
	if (after <= before - 2048)
		dprintf(1, "# free before %d KiB, after %d KiB\n",
			(int)before, (int)after);
}

int main(void)
{
	long before, after;
	int status;

	readonly = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	attack_all(USER, 1);
	before = free_kib();
	attack_all(USER, 20000);
	ok(1, "nonsense in every call, as a user: the machine lives");
	attack_all(0, 40000);
	ok(1, "and as root");
	after = free_kib();
	ok(after > before - 1024, "no memory is lost by it");
	if (after <= before - 1024)
		dprintf(1, "# free before %d KiB, after %d KiB\n",
			(int)before, (int)after);

	is(in_child(jump_to, (void *)0xdeadbeec), SIGSEGV, "a jump to nowhere");
	is(in_child(jump_to, NULL), SIGSEGV, "a jump to zero");
	is(in_child(jump_to, (void *)0xc0100000), SIGSEGV,
	   "a jump into the kernel");
	is(in_child(store_at, (void *)0xc0100000), SIGSEGV,
	   "a store to kernel text");
	is(in_child(store_at, (void *)0xfffffffc), SIGSEGV,
	   "a store to the last word");
	is(in_child(store_at, readonly), SIGSEGV, "a store to a read-only page");
	is(in_child(no_stack, NULL), SIGSEGV,
	   "row 214: a signal when the stack pointer is zero");
	is(in_child(privileged, NULL), SIGSEGV, "cli in user mode");

	before = free_kib();
	status = in_child(eat_memory, NULL);
	ok(status == SIGKILL || status == 7 << 8,
	   "a process that eats all memory ends, and the machine lives");
	after = free_kib();
	ok(after > before - 1024, "and its memory comes back");
	test_bomb();
	return done_testing();
}
