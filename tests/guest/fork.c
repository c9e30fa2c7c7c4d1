/*
 * What fork gives back, and what the child has of its parent.
 */
#include "tap.h"

static int shared_value = 1;

/* Fork with patterns in all registers; 0 if they came back in both. */
static long registers_kept(void)
{
	long regs[6], flags;
	int status;

	__asm__ volatile(
		"pushl %%ebp\n\t"
		"movl $0x11111111, %%ecx\n\t"
		"movl $0x22222222, %%edx\n\t"
		"movl $0x33333333, %%esi\n\t"
		"movl $0x44444444, %%ebx\n\t"
		"movl $0x55555555, %%ebp\n\t"
		"stc\n\t"
		"int $0x80\n\t"
		"pushfl\n\t"
		"movl %%eax, 0(%%edi)\n\t"
		"movl %%ecx, 4(%%edi)\n\t"
		"movl %%edx, 8(%%edi)\n\t"
		"movl %%esi, 12(%%edi)\n\t"
		"movl %%ebx, 16(%%edi)\n\t"
		"movl %%ebp, 20(%%edi)\n\t"
		"popl %%eax\n\t"
		"popl %%ebp"
		: "=a" (flags)
		: "0" (__NR_fork), "D" (regs)
		: "ebx", "ecx", "edx", "esi", "memory", "cc");
	status = regs[1] != 0x11111111 || regs[2] != 0x22222222 ||
		 regs[3] != 0x33333333 || regs[4] != 0x44444444 ||
		 regs[5] != 0x55555555 ? 1 : !(flags & 1) ? 2 : 0;
	if (regs[0] == 0)
		_exit(status);
	waitpid(regs[0], (int *)&regs[1], 0);
	return status << 16 | regs[1];
}

static void test_return(void)
{
	int *cell = shared(4096);
	unsigned long here, there;
	pid_t pid, first;
	long r;

	cell[0] = -1;
	__asm__ volatile("movl %%esp, %0" : "=r" (here));
	pid = fork();
	__asm__ volatile("movl %%esp, %0" : "=r" (there));
	if (!pid) {
		cell[0] = 0;
		cell[1] = getpid();
		cell[2] = there == here;
		_exit(shared_value += 41);
	}
	waitpid(pid, &cell[3], 0);
	ok(pid > 0 && cell[0] == 0, "row 1: fork returns the pid and 0");
	is(cell[1], pid, "row 1: the number is the child's own");
	ok(cell[2] && there == here, "row 3: the stack pointer is the same");
	is(cell[3], 42 << 8, "row 118: the exit code is the child's");
	is(shared_value, 1, "row 41: what the child stores stays its own");

	r = registers_kept();
	ok((r & ~0x200ff) == 0 && !(r & 0x100),
	   "row 2: registers survive fork in parent and child");
	ok(!(r & 0x20000) && !(r & 0x200), "row 4: so does the carry flag");

	first = fork();
	if (!first)
		_exit(0);
	pid = fork();
	if (!pid)
		_exit(0);
	waitpid(first, NULL, 0);
	waitpid(pid, NULL, 0);
	is(pid, first + 1, "row 10: consecutive forks, consecutive pids");
}

static void test_unknown_calls(void)
{
	is(syscall(9999), -ENOSYS, "row 7: call 9999 does not exist");
	is(syscall(-5), -ENOSYS, "row 7: nor does call -5");
}

static void test_order(void)
{
	pid_t pid, last = 0;
	int i, rising = 1;

	for (i = 0; i < 100; i++) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
		if (pid <= last)
			rising = 0;
		last = pid;
	}
	ok(rising, "row 12: a freed pid is not used again at once");
	for (i = 0; i < 1000; i++)
		if (clone_raw(CLONE_THREAD | SIGCHLD, NULL, NULL, NULL,
			      NULL) != -EINVAL)
			break;
	is(i, 1000, "row 44: CLONE_THREAD without CLONE_SIGHAND");
	pid = fork();
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	is(pid, last + 1, "row 16: a failed clone uses up no pid");
}

static void test_fpu(void)
{
	long double pi = 0;
	int status;
	pid_t pid;

	__asm__ volatile("fninit; fldpi");
	pid = syscall(__NR_fork);
	__asm__ volatile("fstpt %0" : "=m" (pi));
	if (!pid)
		_exit(pi > 3.14159L && pi < 3.1416L ? 7 : 1);
	waitpid(pid, &status, 0);
	is(status, 7 << 8, "row 6: the child has the FPU's registers");
	ok(pi > 3.14159L && pi < 3.1416L, "row 6: and so has the parent");
}

static volatile int handled;

static void count(int sig)
{
	(void)sig;
	handled++;
}

static int pending_in_child(void *arg)
{
	sigset_t set;

	(void)arg;
	sigpending(&set);
	if (sigismember(&set, SIGUSR2))
		return 1;
	sigprocmask(SIG_SETMASK, NULL, &set);
	if (!sigismember(&set, SIGUSR2))
		return 2;
	raise(SIGUSR1);
	return handled == 1 ? 0 : 3;
}

static void test_signals(void)
{
	struct itimerval timer = { { 0, 0 }, { 100, 0 } };
	sigset_t set;
	int status, before;
	pid_t pid;

	signal(SIGUSR1, count);
	signal(SIGUSR2, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR2);
	handled = 0;
	status = in_child(pending_in_child, NULL);
	ok(status != 1 << 8, "row 25: pending signals are not inherited");
	ok(status != 2 << 8, "row 26: the mask is");
	is(status, 0, "row 27: and so are the handlers");
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);

	setitimer(ITIMER_REAL, &timer, NULL);
	pid = fork();
	if (!pid) {
		struct itimerval left;

		getitimer(ITIMER_REAL, &left);
		_exit((left.it_value.tv_sec || left.it_value.tv_usec) |
		      (alarm(0) != 0) << 1);
	}
	waitpid(pid, &status, 0);
	ok(!(status & 0x200), "row 28: the alarm is not inherited");
	ok(!(status & 0x100), "row 29: nor are interval timers");
	ok(alarm(0) > 90, "row 28: the parent's goes on");

	/* A signal that arrives between block and unblock is taken first. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	before = handled;
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	pid = fork();
	if (!pid)
		_exit(handled - before);
	waitpid(pid, &status, 0);
	is(status, 1 << 8, "row 24: the handler ran before the child was made");
}

static void test_storm(void)
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };
	struct itimerval off = { { 0, 0 }, { 0, 0 } };
	int i, good = 0;
	pid_t pid;

	signal(SIGALRM, count);
	handled = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
	for (i = 0; i < 1000; i++) {
		pid = fork();
		if (!pid)
			_exit(0);
		if (pid < 0)
			break;
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		good++;
	}
	setitimer(ITIMER_REAL, &off, NULL);
	is(good, 1000, "row 23: 1000 forks in a storm of signals");
}

static void burn(int ticks)
{
	struct tms t;

	do
		times(&t);
	while (t.tms_utime + t.tms_stime < ticks);
}

static void test_times(void)
{
	struct tms before, after;
	struct rusage ru;
	int status;
	pid_t pid;

	burn(5);
	pid = fork();
	if (!pid) {
		struct tms t;

		times(&t);
		_exit(t.tms_utime + t.tms_stime > 1 || t.tms_cutime ||
		      t.tms_cstime);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "row 30: the child's times start at zero");
	times(&before);
	pid = fork();
	if (!pid) {
		burn(10);
		_exit(0);
	}
	usleep(50000);
	times(&after);
	is(after.tms_cutime, before.tms_cutime,
	   "row 31: a child's time does not count before the wait");
	wait4(pid, &status, 0, &ru);
	times(&after);
	ok(after.tms_cutime + after.tms_cstime >=
	   before.tms_cutime + before.tms_cstime + 9,
	   "row 31: and counts after it");
	ok(ru.ru_utime.tv_sec || ru.ru_utime.tv_usec ||
	   ru.ru_stime.tv_sec || ru.ru_stime.tv_usec,
	   "row 32: wait4 tells the child's usage");
}

int main(void)
{
	test_return();
	test_unknown_calls();
	test_order();
	test_fpu();
	test_signals();
	test_storm();
	test_times();
	return done_testing();
}
