/*
 * What creation and its neighbours cost, in guest instructions.
 *
 * Runs under -icount shift=0, where a tick of the time-stamp counter is one
 * instruction.  Each metric is the median and mean of ROUNDS rounds after
 * WARMUP unmeasured ones; the cost of reading the counter is subtracted.
 * As process 1 (rdinit=) it reports only how long booting took.
 */
#include <libc.h>
#include <linux/reboot.h>
#include <asm/ldt.h>

#define WARMUP	8
#define ROUNDS	64
#define MIB	(1 << 20)
#define PAGE	4096

typedef uint64_t (*round_fn)(void);

static uint64_t overhead;
static char *self;

static inline uint64_t now(void)
{
	uint64_t t;

	__asm__ volatile("rdtsc" : "=A" (t) :: "memory");
	return t;
}

static void die(const char *what)
{
	dprintf(2, "bench: %s failed: %s\n", what, strerror(errno));
	_exit(1);
}

static void report(const char *name, uint64_t *sample, int n, unsigned per,
		   const char *unit)
{
	uint64_t sum = 0;
	int i, j;

	for (i = 1; i < n; i++) {
		uint64_t s = sample[i];

		for (j = i; j > 0 && sample[j - 1] > s; j--)
			sample[j] = sample[j - 1];
		sample[j] = s;
	}
	for (i = 0; i < n; i++)
		sum += sample[i];
	dprintf(1, "bench: %s %u %u %s\n", name,
		(unsigned)sample[n / 2] / per,
		(unsigned)sum / n / per, unit);
}

/* Measure rounds that return their own length, for per things each. */
static void measure(const char *name, round_fn round, int rounds, unsigned per)
{
	static uint64_t sample[ROUNDS];
	int i;

	for (i = 0; i < WARMUP; i++)
		round();
	for (i = 0; i < rounds; i++)
		sample[i] = round() - overhead;
	report(name, sample, rounds, per, "instructions");
}

static uint64_t nothing(void)
{
	uint64_t t = now();

	return now() - t;
}

/* The call alone, without the runtime's way to it. */
static uint64_t null_call(void)
{
	uint64_t t = now();
	long nr = __NR_getppid;

	__asm__ volatile("int $0x80" : "+a" (nr) :: "memory");
	return now() - t;
}

static void reap(pid_t pid, const char *what)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die(what);
}

static uint64_t fork_wait(void)
{
	uint64_t t = now();
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	reap(pid, "fork");
	return now() - t;
}

static uint64_t vfork_wait(void)
{
	uint64_t t = now();
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	reap(pid, "vfork");
	return now() - t;
}

static char *exec_argv[] = { "bench", "exit", NULL };
static char *exec_envp[] = { NULL };

static uint64_t vfork_exec(void)
{
	uint64_t t = now();
	pid_t pid = vfork();

	if (!pid) {
		execve(self, exec_argv, exec_envp);
		_exit(1);
	}
	reap(pid, "vfork and exec");
	return now() - t;
}

static uint64_t fork_exec(void)
{
	uint64_t t = now();
	pid_t pid = fork();

	if (!pid) {
		execve(self, exec_argv, exec_envp);
		_exit(1);
	}
	reap(pid, "fork and exec");
	return now() - t;
}

static int thread_main(void *arg)
{
	(void)arg;
	return 0;
}

static uint64_t thread_join(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	static volatile int tid;
	uint64_t t = now();

	tid = 1;
	if (clone(thread_main, stack + sizeof(stack),
		  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		  CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID |
		  CLONE_CHILD_CLEARTID, NULL, (int *)&tid, NULL,
		  (int *)&tid) < 0)
		die("thread creation");
	while (tid)
		futex((int *)&tid, FUTEX_WAIT, tid, NULL);
	return now() - t;
}

/* Anonymous memory, faulted in if touch. */
static char *map(size_t size, int touch)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (p == MAP_FAILED)
		die("mmap");
	for (i = 0; touch && i < size; i += PAGE)
		p[i] = 1;
	return p;
}

/* Write to every page of 1 MiB: the length of that. */
static uint64_t write_pages(char *p)
{
	uint64_t t = now();
	size_t i;

	for (i = 0; i < MIB; i += PAGE)
		p[i] = 2;
	return now() - t;
}

static uint64_t zero_fill(void)
{
	char *p = map(MIB, 0);
	uint64_t t = write_pages(p);

	munmap(p, MIB);
	return t;
}

/* A child writes to pages it shares with us (copying), or, once the child
 * is gone, we do (last owner). */
static uint64_t cow_fault(int copying)
{
	char *p = map(MIB, 1);
	volatile uint64_t *result = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t t;
	pid_t pid;

	*result = 0;
	pid = fork();
	if (!pid) {
		if (copying)
			*result = write_pages(p);
		_exit(0);
	}
	reap(pid, "fork");
	t = copying ? *result : write_pages(p);
	munmap((void *)result, PAGE);
	munmap(p, MIB);
	return t;
}

static uint64_t cow_copy(void)
{
	return cow_fault(1);
}

static uint64_t cow_reuse(void)
{
	return cow_fault(0);
}

/* A partner process that echoes bytes between two pipes. */
static int to_partner[2], from_partner[2];
static pid_t partner;

static void start_echo(void)
{
	char c;

	if (pipe(to_partner) || pipe(from_partner))
		die("pipe");
	partner = fork();
	if (partner)
		return;
	while (read(to_partner[0], &c, 1) == 1 && c)
		write(from_partner[1], &c, 1);
	_exit(0);
}

static uint64_t pipe_round(void)
{
	uint64_t t = now();
	char c = 1;

	write(to_partner[1], &c, 1);
	read(from_partner[0], &c, 1);
	return now() - t;
}

static void stop_echo(void)
{
	char c = 0;

	write(to_partner[1], &c, 1);
	reap(partner, "echo");
}

static volatile int *stop_yielding;

static uint64_t yield_pair(void)
{
	uint64_t t = now();

	sched_yield();
	return now() - t;
}

static void measure_yield(void)
{
	stop_yielding = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*stop_yielding = 0;
	partner = fork();
	if (!partner) {
		while (!*stop_yielding)
			sched_yield();
		_exit(0);
	}
	measure("sched_yield switch, one way", yield_pair, ROUNDS, 2);
	*stop_yielding = 1;
	reap(partner, "yield");
}

static volatile int handled;

static void on_signal(int sig)
{
	(void)sig;
	handled++;
}

static uint64_t signal_self(void)
{
	uint64_t t = now();

	syscall(__NR_kill, getpid(), SIGUSR1);
	return now() - t;
}

/* Pages free in the whole machine, from /proc/meminfo. */
static unsigned free_kib(void)
{
	char buf[512];
	int fd = open("/proc/meminfo", O_RDONLY);
	int n = read(fd, buf, sizeof(buf) - 1);
	char *p;

	close(fd);
	if (n < 0)
		die("reading /proc/meminfo");
	buf[n] = 0;
	p = strstr(buf, "MemFree:");
	return p ? strtoul(p + 8, NULL, 10) : 0;
}

static void measure_among(int sleepers)
{
	static pid_t pid[1000];
	char name[64];
	unsigned before = free_kib();
	uint64_t used;
	int i;

	for (i = 0; i < sleepers; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			pause();
			_exit(0);
		}
		if (pid[i] < 0)
			die("fork of a sleeper");
	}
	used = (before - free_kib()) * 1024 / sleepers;
	snprintf(name, sizeof(name), "fork + exit + wait among %d sleepers",
		 sleepers);
	measure(name, fork_wait, ROUNDS, 1);
	if (sleepers == 1000)
		report("bytes per sleeping process", &used, 1, 1, "bytes");
	for (i = 0; i < sleepers; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
}

static void measure_touched(unsigned mib)
{
	char name[64];
	char *p = map(mib * MIB, 1);

	snprintf(name, sizeof(name), "fork + exit + wait, %u MiB touched",
		 mib);
	measure(name, fork_wait, 16, 1);
	munmap(p, mib * MIB);
}

static void measure_all(void)
{
	overhead = 0;
	nothing();
	overhead = nothing();
	measure("null system call", null_call, ROUNDS, 1);
	measure("fork + exit + wait, small", fork_wait, ROUNDS, 1);
	measure_touched(1);
	measure_touched(4);
	measure_touched(16);
	measure_touched(64);
	measure("vfork + exit + wait", vfork_wait, ROUNDS, 1);
	measure("vfork + exec + wait", vfork_exec, ROUNDS, 1);
	measure("fork + exec + wait", fork_exec, ROUNDS, 1);
	measure("thread create + join", thread_join, ROUNDS, 1);
	measure("zero-fill fault", zero_fill, 16, MIB / PAGE);
	measure("copy-on-write fault, copying", cow_copy, 16, MIB / PAGE);
	measure("copy-on-write fault, last owner", cow_reuse, 16, MIB / PAGE);
	start_echo();
	measure("pipe round trip", pipe_round, ROUNDS, 1);
	stop_echo();
	measure_yield();
	signal(SIGUSR1, on_signal);
	measure("signal to self", signal_self, ROUNDS, 1);
	measure_among(10);
	measure_among(100);
	measure_among(1000);
}

int main(int argc, char **argv)
{
	uint64_t booted = now();

	if (argc > 1 && !strcmp(argv[1], "exit"))
		_exit(0);
	if (getpid() == 1) {
		report("boot, entry to /init", &booted, 1, 1, "instructions");
		reboot(LINUX_REBOOT_CMD_POWER_OFF);
	}
	self = argv[0];
	measure_all();
	return 0;
}
