/*
 * Limits and counters of the whole machine: threads-max and /proc/stat.
 * only: fork.nw: it changes threads-max, and other processes would count
 */
#include "tap.h"
#include <linux/sysinfo.h>

#define THREADS	"/proc/sys/kernel/threads-max"

static int tasks(void)
{
	struct sysinfo si;

	syscall(__NR_sysinfo, &si);
	return si.procs;
}

static void test_threads_max(void)
{
	long max = atoi(file_text(THREADS));
	struct rlimit r;
	pid_t a, b;
	long c;

	ok(max >= 20, "row 21: threads-max is at least 20");
	getrlimit(RLIMIT_NPROC, &r);
	is(r.rlim_cur, max / 2, "row 17: RLIMIT_NPROC is half of it");
	is(r.rlim_max, max / 2, "row 17: and so is its ceiling");
	ok(write_number(THREADS, tasks() + 2) > 0,
	   "row 21: two more than there are");
	a = sleeper();
	b = sleeper();
	c = syscall(__NR_fork);
	if (c == 0)
		_exit(0);
	ok(a > 0 && b > 0, "row 21: two forks succeed");
	is(c, -EAGAIN, "row 21: the third: EAGAIN, root or not");
	is(clone_raw(CLONE_VM | CLONE_VFORK | SIGCHLD, NULL, NULL, NULL, NULL),
	   -EAGAIN, "row 21: vfork as well");
	end_child(a);
	is(try_fork(), 0, "row 21: after one is reaped fork works");
	end_child(b);
	write_number(THREADS, max);
	is(atoi(file_text(THREADS)), max, "row 21: as before");
	is(syscall(__NR_wait4, -1, NULL, WNOHANG, NULL), -ECHILD,
	   "row 21: the failures left no child");
}

static int over_limit(void *arg)
{
	struct rlimit r = { 1, 1 };
	int i;

	(void)arg;
	setgid(1000);
	setuid(1000);
	setrlimit(RLIMIT_NPROC, &r);
	for (i = 0; i < 100; i++)
		if (try_fork() != -EAGAIN)
			return 1;
	return 0;
}

static volatile int done;
static char stack[8192] __attribute__((aligned(16)));

static int thread(void *arg)
{
	(void)arg;
	done = 1;
	return 0;
}

static void test_processes(void)
{
	long before = file_number("/proc/stat", "processes"), after;
	int i, bad = 0;

	for (i = 0; i < 10; i++)
		bad += try_fork() != 0;
	for (i = 0; i < 50; i++)
		bad += clone_raw(CLONE_THREAD | SIGCHLD, NULL, NULL, NULL,
				 NULL) != -EINVAL;
	for (i = 0; i < 50; i++)
		bad += clone_raw(CLONE_SETTLS | SIGCHLD, NULL, NULL, NULL,
				 NULL) != -EFAULT;
	bad += in_child(over_limit, NULL) != 0;		/* one more success */
	clone(thread, stack + sizeof(stack), CLONE_VM | CLONE_FS |
	      CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL, NULL, NULL,
	      NULL);
	while (!done)
		usleep(1000);
	after = file_number("/proc/stat", "processes");
	is(bad, 0, "row 227: forks that must fail did, others not");
	ok(before > 0, "row 227: /proc/stat counts processes");
	is(after - before, 12, "row 227: threads too, but only successes");
}

int main(void)
{
	test_threads_max();
	test_processes();
	return done_testing();
}
