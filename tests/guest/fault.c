/*
 * Every allocation that fork, clone and execve make is made to fail once; each
 * failure must leave no trace: free pages, objects of every cache, open files,
 * pids and the caller's memory are exactly what they were.
 * only: fork.nw: needs a kernel whose n-th allocation fails
 * config: FAIL_ALLOC
 * timeout: 120
 */
#include "tap.h"

#define PAGES	64

static char *self;
static char *memory;			/* content that must survive */

/* What the machine holds: numbers that must not change. */
struct state {
	long	free_kib;
	long	files;
	long	last_pid;
	long	processes;
	int	caches;
	long	active[40];		/* objects of each cache */
};

static char text[8192];

static char *slurp(const char *name)
{
	int fd = open(name, O_RDONLY);
	int n, len = 0;

	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = 0;
	return text;
}

/*
 * /proc/self/fail-nth, open beforehand: opening it would use up the very
 * allocations that it counts.  A child's own is another file.
 */
static int fail_fd;

static void open_fail_nth(void)
{
	fail_fd = open("/proc/self/fail-nth", O_RDWR);
}

static void set_fail_nth(int n)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", n);
	lseek(fail_fd, 0, SEEK_SET);
	write(fail_fd, number, strlen(number));
}

static int fail_nth(void)
{
	char number[16] = "";

	lseek(fail_fd, 0, SEEK_SET);
	read(fail_fd, number, sizeof(number) - 1);
	return atoi(number);
}

static void look(struct state *s)
{
	char *p;

	memset(s, 0, sizeof(*s));
	s->last_pid = atoi(slurp("/proc/sys/kernel/ns_last_pid"));
	s->files = atoi(slurp("/proc/sys/fs/file-nr"));
	p = strstr(slurp("/proc/stat"), "processes ");
	s->processes = p ? atoi(p + 10) : -1;
	p = strstr(slurp("/proc/meminfo"), "MemFree:");
	s->free_kib = p ? strtol(p + 8, NULL, 10) : -1;
	p = slurp("/proc/slabinfo");
	while ((p = strchr(p, '\n')) && *++p) {
		while (*p && *p != ' ')
			p++;
		if (s->caches < 40)
			s->active[s->caches++] = strtol(p, NULL, 10);
	}
}

static int memory_intact(void)
{
	int i;

	for (i = 0; i < PAGES; i++)
		if (memory[i * 4096] != (char)i)
			return 0;
	return 1;
}

/* Say what differs; 1 if nothing does. */
static int same(const struct state *a, const struct state *b, int n)
{
	int i, good = 1;

	if (a->free_kib != b->free_kib || a->files != b->files ||
	    a->last_pid != b->last_pid || a->processes != b->processes) {
		dprintf(1, "# at failure %d: free KiB %d -> %d, files %d -> %d, "
			"last pid %d -> %d, processes %d -> %d\n", n,
			(int)a->free_kib, (int)b->free_kib, (int)a->files,
			(int)b->files, (int)a->last_pid, (int)b->last_pid,
			(int)a->processes, (int)b->processes);
		good = 0;
	}
	for (i = 0; i < a->caches; i++)
		if (a->active[i] != b->active[i]) {
			dprintf(1, "# at failure %d: cache %d has %d -> %d "
				"objects\n", n, i, (int)a->active[i],
				(int)b->active[i]);
			good = 0;
		}
	return good;
}

static int thread_main(void *arg)
{
	(void)arg;
	return 0;
}

static volatile int tid;
static char stack[8192] __attribute__((aligned(16)));

static long make_process(void)
{
	long r = clone_raw(CLONE_PARENT_SETTID | SIGCHLD, NULL, (int *)&tid,
			   NULL, NULL);

	if (!r)
		_exit(0);
	if (r > 0)
		waitpid(r, NULL, 0);
	return r;
}

static long make_vfork(void)
{
	long r = syscall(__NR_clone, CLONE_VFORK | CLONE_PARENT_SETTID |
			 SIGCHLD, 0, &tid, 0, 0);

	if (!r)
		_exit(0);
	if (r > 0)
		waitpid(r, NULL, 0);
	return r;
}

static long make_thread(void)
{
	static volatile int gone;
	long r;

	gone = 1;
	r = clone(thread_main, stack + sizeof(stack),
		  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		  CLONE_THREAD | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
		  NULL, (int *)&tid, NULL, (int *)&gone);
	if (r < 0)
		return -errno;
	while (gone)
		futex((int *)&gone, FUTEX_WAIT, 1, NULL);
	usleep(1000);
	return r;
}

/* Let each allocation of make fail in turn, and check; how many failed. */
static int sweep(long (*make)(void), int check, int *bad)
{
	struct state before, after;
	int n, failures = 0;
	long r;

	for (n = 1; n < 1000; n++) {
		look(&before);
		look(&before);
		tid = -7;
		set_fail_nth(n);
		r = make();
		if (r > 0 && fail_nth() > 0) {
			set_fail_nth(0);
			return failures;
		}
		set_fail_nth(0);
		if (r >= 0)
			continue;
		failures++;
		look(&after);
		if (!check)
			continue;
		if ((r != -ENOMEM && r != -EAGAIN) || tid != -7 ||
		    !memory_intact() || waitpid(-1, NULL, 0) != -1 ||
		    !same(&before, &after, n)) {
			dprintf(1, "# failure %d gave %d\n", n, (int)r);
			++*bad;
		}
	}
	return -1;
}

static void sweep_creation(const char *what, long (*make)(void), int least)
{
	int bad = 0, failures;

	sweep(make, 0, &bad);
	failures = sweep(make, 1, &bad);
	ok(failures >= least, "%s fails at each of its allocations, then works",
	   what);
	if (failures < least)
		dprintf(1, "# it failed %d times\n", failures);
	is(bad, 0, "row 22: a failed %s leaves no trace", what);
}

/* The child: execute ourselves while allocation n fails. */
static int exec_child(int n)
{
	char number[16];
	char *argv[] = { "fault", number, NULL };
	char *envp[] = { NULL };
	int error;

	close(fail_fd);
	open_fail_nth();
	snprintf(number, sizeof(number), "%d", fail_fd);
	set_fail_nth(n);
	error = -syscall(__NR_execve, self, argv, envp);
	if (!memory_intact())
		return 98;
	return error;
}

static void sweep_exec(void)
{
	struct state before, after;
	int n, status = 0, failed = 0, killed = 0, bad = 0;
	pid_t pid;

	for (n = -3; n < 1000; n++) {
		look(&before);
		look(&before);
		pid = fork();
		if (!pid)
			_exit(exec_child(n < 0 ? 0 : n));
		waitpid(pid, &status, 0);
		look(&after);
		after.last_pid = before.last_pid;
		after.processes = before.processes;
		if (n <= 0)
			continue;
		if (!same(&before, &after, n))
			bad++;
		if (status == 100 << 8)
			break;
		if (status == ENOMEM << 8 || status == ENFILE << 8)
			failed++;
		else if (status == SIGKILL || status == SIGSEGV)
			killed++;
		else if (status != 101 << 8) {
			dprintf(1, "# failure %d: status 0x%x\n", n, status);
			bad++;
		}
	}
	is(status, 100 << 8, "execve works once nothing fails");
	ok(failed >= 5, "execve fails cleanly before the point of no return");
	ok(killed >= 1, "and kills behind it");
	is(bad, 0, "a failed execve leaves no trace");
}

int main(int argc, char **argv)
{
	int i;

	if (argc > 1) {
		fail_fd = atoi(argv[1]);
		return fail_nth() > 0 ? 100 : 101;
	}
	self = argv[0];
	open_fail_nth();
	memory = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < PAGES; i++)
		memory[i * 4096] = i;
	sweep_creation("fork", make_process, 8);
	sweep_creation("clone with CLONE_VFORK", make_vfork, 8);
	sweep_creation("thread creation", make_thread, 3);
	sweep_exec();
	return done_testing();
}
