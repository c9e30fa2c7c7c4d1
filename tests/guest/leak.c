/*
 * Nothing remains: free memory and the number of objects in every cache are
 * what they were, after thousands of successes and failures of each kind.
 * only: fork.nw: exact numbers of pages and of the kernel's objects
 */
#include "tap.h"
#include <linux/prctl.h>
#include <linux/sysinfo.h>

#define THREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
		 CLONE_THREAD)
#define PAGE	4096

struct books {
	long	free;			/* kB */
	long	tasks;
	char	slabs[8192];
};

static struct books before, after;
static const char *self;

static void read_books(struct books *b)
{
	struct sysinfo si;

	usleep(20000);			/* the last dead task is freed */
	file_text("/proc/slabinfo");
	strncpy(b->slabs, file_text("/proc/slabinfo"), sizeof(b->slabs) - 1);
	b->free = file_number("/proc/meminfo", "MemFree");
	syscall(__NR_sysinfo, &si);
	b->tasks = si.procs;
}

/* The next line of slabinfo: a cache's name and its objects in use. */
static const char *next_cache(const char *p, char *name, long *used)
{
	int n;

	while (*p == '#' || !strncmp(p, "slabinfo", 8)) {
		p = strchr(p, '\n');
		if (!p)
			return NULL;
		p++;
	}
	for (n = 0; *p && *p != ' ' && n < 31; p++)
		name[n++] = *p;
	name[n] = 0;
	if (!n)
		return NULL;
	*used = strtol(p, NULL, 10);
	p = strchr(p, '\n');
	return p ? p + 1 : "";
}

/* How many caches hold another number of objects; tells which. */
static int differences(void)
{
	const char *p = before.slabs, *q = after.slabs;
	char one[32], two[32];
	int count = 0, caches = 0;
	long a, b;

	while ((p = next_cache(p, one, &a)) &&
	       (q = next_cache(q, two, &b))) {
		caches++;
		if (a == b && !strcmp(one, two))
			continue;
		dprintf(1, "# %s: %d before, %s: %d after\n", one, (int)a,
			two, (int)b);
		count++;
	}
	return caches > 5 ? count : -1;
}

/*
 * Run fn n times and compare the books before and after. A tenth of it first,
 * so that caches have grown to the size they need.
 */
static void keeps(const char *what, void (*fn)(void), int n)
{
	int i, bad;

	for (i = 0; i < n / 10 + 3; i++)
		fn();
	read_books(&before);
	for (i = 0; i < n; i++)
		fn();
	read_books(&after);
	bad = differences();
	is(bad, 0, "row 186: no object after %d %s", n, what);
	if (!ok(before.free - after.free <= 0 && before.free > 0,
		"row 186: no page after %d %s", n, what))
		dprintf(1, "# MemFree: %d kB before, %d kB after\n",
			(int)before.free, (int)after.free);
	if (after.tasks != before.tasks)
		is(after.tasks, before.tasks, "row 186: no task, %s", what);
}

static void fork_exit(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void fork_killed(void)
{
	end_child(sleeper());
}

static void fork_touching(void)
{
	static char data[16 * PAGE];
	pid_t pid;

	memset(data, 1, sizeof(data));
	pid = fork();
	if (!pid) {
		memset(data, 2, sizeof(data));
		memset((char *)shared(8 * PAGE), 3, 8 * PAGE);
		mkdir("/tmp", 0777);
		open("/dev/null", O_RDWR);
		setsid();
		kill(getpid(), SIGRTMIN);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void orphans(void)
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		if (!fork()) {
			setpgid(0, 0);
			_exit(0);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	usleep(1000);
}

static void vforks(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static char stack[8192] __attribute__((aligned(16)));

static int thread(void *arg)
{
	(void)arg;
	return 0;
}

static void threads(void)
{
	static int ctid;

	ctid = 1;
	clone(thread, stack + sizeof(stack), THREAD | CLONE_CHILD_CLEARTID,
	      NULL, NULL, NULL, &ctid);
	while (ctid)
		futex(&ctid, FUTEX_WAIT, 1, NULL);
}

/* Failures at each stage that flags can reach, and at the very end. */
static void bad_clones(void)
{
	static const unsigned long flags[] = {
		CLONE_THREAD, CLONE_SIGHAND, CLONE_NEWNS | CLONE_FS,
		CLONE_SETTLS, CLONE_SETTLS | CLONE_VM,
		CLONE_SETTLS | THREAD, CLONE_SETTLS | CLONE_FILES,
		CLONE_THREAD | CLONE_VM
	};
	unsigned i;
	long r;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		r = clone_raw(flags[i] | SIGCHLD, NULL, NULL, NULL, NULL);
		if (r >= 0) {
			dprintf(1, "# flags %x succeeded\n",
				(unsigned)flags[i]);
			_exit(r ? 1 : 0);
		}
	}
}

static void over_nproc(void)
{
	pid_t pid = fork();

	if (!pid) {
		struct rlimit r = { 1, 1 };

		setgid(1000);
		setuid(1000);
		setrlimit(RLIMIT_NPROC, &r);
		_exit(syscall(__NR_fork) != -EAGAIN);
	}
	waitpid(pid, NULL, 0);
}

static void execs(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execve(self, (char *[]){ "x", "exit", NULL }, environ);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void bad_execs(void)
{
	execve("/none", (char *[]){ "x", NULL }, environ);
	execve("/dev/null", (char *[]){ "x", NULL }, environ);
	syscall(__NR_execve, self, 1, environ);
	execve(self, (char *[]){ "x", (char *)1, NULL }, environ);
	execve("/tmp/guest-leak", (char *[]){ "x", "y", NULL }, environ);
}

static void files(void)
{
	char buf[64];
	int fds[2], fd, i;

	pipe(fds);
	write(fds[1], buf, sizeof(buf));
	for (i = 0; i < 10; i++)
		dup(fds[0]);
	for (i = 0; i < 10; i++)
		close(fds[1] + 1 + i);
	close(fds[0]);
	close(fds[1]);
	fd = open("/tmp/guest-file", O_RDWR | O_CREAT, 0600);
	for (i = 0; i < 10; i++)
		write(fd, before.slabs, 4096);
	rename("/tmp/guest-file", "/tmp/guest-name");
	mkdir("/tmp/guest-dir", 0700);
	symlink("x", "/tmp/guest-dir/link");
	unlink("/tmp/guest-name");
	unlink("/tmp/guest-dir/link");
	rmdir("/tmp/guest-dir");
	close(fd);
	open("/tmp/guest-none", O_RDONLY);
}

static void mappings(void)
{
	char *p = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *s = shared(16 * PAGE);
	int i;

	for (i = 0; i < 64; i += 2)
		mprotect(p + i * PAGE, PAGE, PROT_READ);
	for (i = 1; i < 64; i += 2)
		p[i * PAGE] = 1;
	s[0] = 1;
	munmap(p, 64 * PAGE);
	munmap(s, 16 * PAGE);
	mmap(NULL, 0xfff00000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p = sbrk(20 * PAGE);
	memset(p, 1, 20 * PAGE);
	sbrk(-20 * PAGE);
}

static void handler(int sig)
{
	(void)sig;
}

static void signals(void)
{
	sigset_t set, old;
	int i;

	signal(40, handler);
	sigemptyset(&set);
	sigaddset(&set, 40);
	sigprocmask(SIG_BLOCK, &set, &old);
	for (i = 0; i < 10; i++)
		kill(getpid(), 40);
	sigprocmask(SIG_SETMASK, &old, NULL);
	for (i = 0; i < 3; i++)
		kill(getpid(), 40);
	signal(40, SIG_IGN);
}

static void status_files(void)
{
	char name[32];
	pid_t pid = sleeper();

	snprintf(name, sizeof(name), "/proc/%d/status", pid);
	file_text(name);
	proc_state(pid);
	end_child(pid);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc > 1 && !strcmp(argv[1], "exit"))
		return 0;
	self = argv[0];
	mkdir("/tmp", 0777);
	fd = open("/tmp/guest-leak", O_WRONLY | O_CREAT, 0700);
	write(fd, "\177ELF broken", 11);
	close(fd);
	read_books(&before);	/* our own pages first */
	read_books(&after);
	keeps("forks and exits", fork_exit, 10000);
	keeps("killed children", fork_killed, 500);
	keeps("children that do much", fork_touching, 500);
	keeps("orphans", orphans, 300);
	keeps("vforks", vforks, 2000);
	keeps("threads", threads, 2000);
	keeps("rounds of bad clones", bad_clones, 500);
	keeps("forks over RLIMIT_NPROC", over_nproc, 500);
	keeps("execs", execs, 500);
	keeps("rounds of bad execs", bad_execs, 300);
	keeps("rounds with files", files, 300);
	keeps("rounds with mappings", mappings, 300);
	keeps("rounds with signals", signals, 300);
	keeps("readers of /proc", status_files, 200);
	unlink("/tmp/guest-leak");
	return done_testing();
}
