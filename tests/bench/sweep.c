/*
 * What memory does to the price of a child: each way to make one, while the
 * parent has touched 0, 1, 4, 16 or 64 MiB. In instructions, as in bench.c.
 */
#include <libc.h>

#define WARMUP	2
#define ROUNDS	9
#define MIB	(1 << 20)
#define PAGE	4096

static char *memory;
static size_t size;
static char *exec_argv[] = { "sweep", "exit", NULL };
static char *exec_envp[] = { NULL };
static char *self;

static inline uint64_t now(void)
{
	uint64_t t;

	__asm__ volatile("rdtsc" : "=A" (t) :: "memory");
	return t;
}

static void die(const char *what)
{
	dprintf(2, "sweep: %s failed: %s\n", what, strerror(errno));
	_exit(1);
}

static void reap(pid_t pid, const char *what)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die(what);
}

static int become(void *arg)
{
	(void)arg;
	execve(self, exec_argv, exec_envp);
	return 1;
}

static void fork_exit(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	reap(pid, "fork");
}

/* The bill that comes later: the parent's pages are shared no more. */
static void fork_write(void)
{
	size_t i;

	fork_exit();
	for (i = 0; i < size; i += PAGE)
		memory[i]++;
}

static void vfork_exit(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	reap(pid, "vfork");
}

static void fork_exec(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(become(NULL));
	reap(pid, "fork and exec");
}

static void vfork_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execve(self, exec_argv, exec_envp);
		_exit(1);
	}
	reap(pid, "vfork and exec");
}

/* As C libraries make posix_spawn: the memory is borrowed, the stack is not. */
static void spawn(void)
{
	static char stack[8192] __attribute__((aligned(16)));
	pid_t pid = clone(become, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | SIGCHLD, NULL, NULL, NULL,
			  NULL);

	reap(pid, "spawn");
}

static const struct {
	const char *name;
	void (*round)(void);
} ways[] = {
	{ "fork + exit", fork_exit },
	{ "fork + exit, then written to", fork_write },
	{ "vfork + exit", vfork_exit },
	{ "fork + exec", fork_exec },
	{ "vfork + exec", vfork_exec },
	{ "clone as posix_spawn + exec", spawn },
};

static void measure(const char *name, unsigned mib, void (*round)(void))
{
	uint64_t sample[ROUNDS];
	uint64_t sum = 0;
	int i, j;

	for (i = -WARMUP; i < ROUNDS; i++) {
		uint64_t t = now();

		round();
		t = now() - t;
		if (i < 0)
			continue;
		sum += t;
		for (j = i; j > 0 && sample[j - 1] > t; j--)
			sample[j] = sample[j - 1];
		sample[j] = t;
	}
	dprintf(1, "bench: %s @ %u MiB %u %u instructions\n", name, mib,
		(unsigned)sample[ROUNDS / 2], (unsigned)(sum / ROUNDS));
}

int main(int argc, char **argv)
{
	static const unsigned sizes[] = { 0, 1, 4, 16, 64 };
	unsigned i, n;
	size_t at;

	if (argc > 1 && !strcmp(argv[1], "exit"))
		_exit(0);
	self = argv[0];
	for (n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		size = sizes[n] * MIB;
		if (size) {
			memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			if (memory == MAP_FAILED)
				die("mmap");
		}
		for (at = 0; at < size; at += PAGE)
			memory[at] = 1;
		for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			measure(ways[i].name, sizes[n], ways[i].round);
		if (size)
			munmap(memory, size);
	}
	return 0;
}
