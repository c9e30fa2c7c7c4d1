/*
 * Who runs first after a fork, and who gets how much of the processor.
 * only: fork.nw: the order is that of the O(1) scheduler on one processor
 */
#include "tap.h"

static char stack[8192] __attribute__((aligned(16)));
static int fds[2];

static int child_writes(void *arg)
{
	(void)arg;
	syscall(__NR_write, fds[1], "C", 1);
	return 0;
}

/* How often in 100 forks the child's byte came first. */
static int child_first(unsigned long flags)
{
	int i, count = 0;
	char two[2];
	pid_t pid;

	pipe(fds);
	for (i = 0; i < 100; i++) {
		if (flags & CLONE_VM) {
			pid = clone(child_writes, stack + sizeof(stack),
				    flags, NULL, NULL, NULL, NULL);
			write(fds[1], "P", 1);
		} else {
			pid = fork();
			write(fds[1], pid ? "P" : "C", 1);
			if (!pid)
				_exit(0);
		}
		waitpid(pid, NULL, __WALL);
		read(fds[0], two, 2);
		count += two[0] == 'C';
	}
	close(fds[0]);
	close(fds[1]);
	return count;
}

/* The order in shared memory, without a system call in between. */
static int child_first_in_memory(void)
{
	volatile int *next = shared(4096);
	int i, count = 0;
	pid_t pid;

	for (i = 0; i < 100; i++) {
		*next = 0;
		pid = fork();
		if (!pid) {
			*next = *next ? *next : 1;
			_exit(0);
		}
		*next = *next ? *next : 2;
		count += *next == 1;
		waitpid(pid, NULL, 0);
	}
	return count;
}

static void test_order(void)
{
	/* A tick may fall between; it must be rare. */
	ok(child_first(SIGCHLD) >= 97, "row 115: after fork the child first");
	ok(child_first_in_memory() >= 97, "row 115: before the call returns");
	ok(child_first(CLONE_VM | SIGCHLD) <= 3,
	   "row 116: with CLONE_VM the parent first");
}

static volatile int *go;	/* 1: run; 2: stop */

static void spin(void)
{
	while (*go == 1)
		;
	_exit(0);
}

/* Spin for so many ticks of processor time. */
static void burn(int ticks)
{
	struct tms t;
	clock_t start;

	times(&t);
	start = t.tms_utime + t.tms_stime;
	do
		times(&t);
	while (t.tms_utime + t.tms_stime < start + ticks && *go == 1);
}

/* Forks children that run for a while, and runs beside them. */
static void bomb(void)
{
	pid_t pid;

	while (*go == 1) {
		pid = fork();
		if (!pid) {
			burn(1);
			_exit(0);
		}
		while (waitpid(pid, NULL, WNOHANG) == 0)
			;
	}
	_exit(0);
}

static void niced(void)
{
	nice(19);
	spin();
}

static void forks_only(void)
{
	pid_t pid;

	while (*go == 1) {
		pid = fork();
		if (!pid)
			_exit(0);
		while (waitpid(pid, NULL, WNOHANG) == 0)
			;
	}
	_exit(0);
}

static long used(const struct rusage *ru)
{
	return (ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000 +
	       (ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) / 1000;
}

/* Let both run for 0.8 s; the first one's part in percent. */
static int share(void (*one)(void), void (*two)(void))
{
	struct rusage a, b;
	pid_t first, second;

	*go = 0;
	first = fork();
	if (!first) {
		while (!*go)
			usleep(1000);
		one();
	}
	second = fork();
	if (!second) {
		while (!*go)
			usleep(1000);
		two();
	}
	*go = 1;
	usleep(800000);
	*go = 2;
	wait4(first, NULL, 0, &a);
	wait4(second, NULL, 0, &b);
	dprintf(1, "# %d ms and %d ms\n", (int)used(&a), (int)used(&b));
	return used(&a) * 100 / (used(&a) + used(&b) + 1);
}

static void test_shares(void)
{
	int part;

	go = shared(4096);
	part = share(spin, spin);
	ok(part >= 33 && part <= 67, "row 117: two hogs share evenly");
	part = share(niced, spin);
	ok(part <= 20, "row 117: nice 19 gets little beside nice 0");
	part = share(bomb, spin);
	ok(part <= 67, "row 117: who forks gets no more");
	part = share(forks_only, spin);
	ok(part >= 33 && part <= 67,
	   "row 117: nor does a loop of forks lose its slice");
}

int main(void)
{
	test_order();
	test_shares();
	return done_testing();
}
