/*
 * What a signal does to a system call that sleeps: end it, begin it again, or
 * pass without a trace.
 */
#include "tap.h"

static volatile int handled;
static int fds[2];

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static void catch(int sig, unsigned long flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	sigaction(sig, &sa, NULL);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Fork a helper that waits until we sleep in a call, then stays a little and
 * sends us a signal; then after is called in it, 50 ms later.
 */
static pid_t helper(int sig, void (*after)(void))
{
	pid_t parent = getpid(), pid;

	handled = 0;
	pid = fork();
	if (pid)
		return pid;
	await_state(parent, "S");
	usleep(30000);
	kill(parent, sig);
	if (sig == SIGSTOP) {
		await_state(parent, "T");
		usleep(30000);
		kill(parent, SIGCONT);
	}
	usleep(50000);
	if (after)
		after();
	_exit(3);
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void write_byte(void)
{
	if (write(fds[1], "x", 1) != 1)
		_exit(1);
}

static void test_read(void)
{
	char c;
	pid_t pid;
	long n;

	catch(SIGUSR1, 0);
	pid = helper(SIGUSR1, write_byte);
	n = read(fds[0], &c, 1);
	is(n < 0 ? errno : 0, EINTR, "read: a handler ends it");
	is(handled, 1, "read: after it has run");
	is(read(fds[0], &c, 1), 1, "read: nothing is lost");
	reap(pid);
	catch(SIGUSR1, SA_RESTART);
	pid = helper(SIGUSR1, write_byte);
	is(read(fds[0], &c, 1), 1, "read: with SA_RESTART it goes on");
	is(handled, 1, "read: after the handler");
	reap(pid);
	pid = helper(SIGSTOP, write_byte);
	is(read(fds[0], &c, 1), 1, "read: stop and continue do not end it");
	reap(pid);
	signal(SIGUSR1, SIG_IGN);
	pid = helper(SIGUSR1, write_byte);
	is(read(fds[0], &c, 1), 1, "read: an ignored signal does not");
	reap(pid);
	pid = helper(SIGWINCH, write_byte);
	is(read(fds[0], &c, 1), 1,
	   "read: nor one whose default is to be ignored");
	reap(pid);
}

static void test_write(void)
{
	static char block[65536 + 4096];
	int full[2];
	pid_t pid, parent = getpid();
	long n;

	/* More than a pipe holds: what was written counts. */
	pipe(full);
	catch(SIGUSR1, SA_RESTART);
	pid = fork();
	if (!pid) {
		await_state(parent, "S");
		usleep(30000);
		kill(parent, SIGUSR1);
		_exit(0);
	}
	n = write(full[1], block, sizeof(block));
	ok(n > 0 && n < (long)sizeof(block),
	   "write: a signal ends it early, but what went counts");
	reap(pid);
	close(full[0]);
	close(full[1]);
}

/* Send SIGUSR1 to our parent, who waits for us; then end. */
static pid_t waited_for(void)
{
	pid_t parent = getpid(), pid;

	handled = 0;
	pid = fork();
	if (pid)
		return pid;
	await_state(parent, "S");
	usleep(30000);
	kill(parent, SIGUSR1);
	usleep(50000);
	_exit(3);
}

static void test_wait(void)
{
	siginfo_t info;
	int status;
	pid_t pid;
	long r;

	catch(SIGUSR1, 0);
	pid = waited_for();
	r = waitpid(pid, &status, 0);
	is(r < 0 ? errno : 0, EINTR, "row 140: a handler ends waitpid");
	is(handled, 1, "row 140: after it has run");
	is(waitpid(pid, &status, 0) == pid ? status : -1, 3 << 8,
	   "row 140: the child can still be waited for");
	pid = waited_for();
	r = waitid(P_PID, pid, &info, WEXITED);
	is(r < 0 ? errno : 0, EINTR, "row 140: a handler ends waitid");
	reap(pid);
	catch(SIGUSR1, SA_RESTART);
	pid = waited_for();
	is(waitpid(pid, &status, 0) == pid ? status : -1, 3 << 8,
	   "row 140: with SA_RESTART waitpid goes on");
	is(handled, 1, "row 140: after the handler");
	pid = waited_for();
	is(waitid(P_PID, pid, &info, WEXITED), 0,
	   "row 140: and so does waitid");
	is(handled, 1, "row 140: after the handler");
}

static void test_sleep(void)
{
	struct timespec want = { 0, 150000000 }, rest = { 9, 9 };
	struct timespec two = { 2, 0 };
	long start = now_ms(), r;
	pid_t pid;

	pid = helper(SIGSTOP, NULL);
	r = nanosleep(&want, &rest);
	is(r, 0, "row 141: nanosleep outlives stop and continue");
	ok(now_ms() - start >= 149, "row 141: and sleeps no less");
	reap(pid);

	signal(SIGUSR1, SIG_IGN);
	start = now_ms();
	pid = helper(SIGUSR1, NULL);
	is(nanosleep(&want, NULL), 0,
	   "row 141: an ignored signal does not end it");
	ok(now_ms() - start >= 149, "row 141: nor shorten it");
	reap(pid);

	catch(SIGUSR1, SA_RESTART);
	pid = helper(SIGUSR1, NULL);
	r = nanosleep(&two, &rest);
	is(r < 0 ? errno : 0, EINTR,
	   "row 142: nanosleep ends by a handler even with SA_RESTART");
	ok(rest.tv_sec == 1 && rest.tv_nsec > 0,
	   "row 142: and says how much is left");
	reap(pid);
	rest.tv_sec = 9;
	pid = helper(SIGUSR1, NULL);
	r = syscall(__NR_clock_nanosleep, CLOCK_MONOTONIC, 0, &two, &rest);
	is(r, -EINTR, "row 142: so does clock_nanosleep");
	is(rest.tv_sec, 1, "row 142: with the rest");
	reap(pid);
}

static void test_poll(void)
{
	struct pollfd p = { .fd = fds[0], .events = POLLIN };
	long start, r;
	pid_t pid;
	char c;

	catch(SIGUSR1, SA_RESTART);
	pid = helper(SIGUSR1, NULL);
	r = poll(&p, 1, 5000);
	is(r < 0 ? errno : 0, EINTR,
	   "row 142: poll ends by a handler even with SA_RESTART");
	is(handled, 1, "row 142: which has run");
	reap(pid);
	start = now_ms();
	pid = helper(SIGSTOP, NULL);
	is(poll(&p, 1, 200), 0, "row 142: stop and continue do not end it");
	ok(now_ms() - start >= 199, "row 142: nor shorten it");
	reap(pid);
	pid = helper(SIGSTOP, write_byte);
	is(poll(&p, 1, -1), 1, "row 142: nor the wait without end");
	read(fds[0], &c, 1);
	reap(pid);
}

/* A process that calls one of these; SIGUSR2 has a handler that ends it. */

static void leave(int sig)
{
	(void)sig;
	_exit(20 + handled);
}

static int call_pause(void)
{
	return pause() < 0 ? errno : 0;
}

static int call_sigsuspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigsuspend(&none) < 0 ? errno : 0;
}

static int call_old_sigsuspend(void)
{
	return -syscall(__NR_sigsuspend, 0, 0, 0);
}

static int interrupted(int (*fn)(void), int sig, unsigned long flags)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		handled = 0;
		catch(SIGUSR1, flags);
		signal(SIGUSR2, leave);
		signal(SIGHUP, SIG_IGN);
		_exit(fn());
	}
	await_state(pid, "S");
	usleep(30000);
	kill(pid, sig);
	if (sig == SIGSTOP) {
		await_state(pid, "T");
		kill(pid, SIGCONT);
	}
	usleep(50000);
	kill(pid, SIGUSR2);
	waitpid(pid, &status, 0);
	return status;
}

static void test_pause(void)
{
	static const struct {
		int (*fn)(void);
		const char *name;
	} calls[] = {
		{ call_pause, "pause" },
		{ call_sigsuspend, "rt_sigsuspend" },
		{ call_old_sigsuspend, "sigsuspend" },
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		is(interrupted(calls[i].fn, SIGUSR1, SA_RESTART), EINTR << 8,
		   "%s ends by a handler even with SA_RESTART", calls[i].name);
		is(interrupted(calls[i].fn, SIGSTOP, 0), 20 << 8,
		   "%s outlives stop and continue", calls[i].name);
		is(interrupted(calls[i].fn, SIGHUP, 0), 20 << 8,
		   "%s outlives an ignored signal", calls[i].name);
	}
}

/* A call that begins again has its arguments and all registers. */
static void test_registers(void)
{
	static char c;
	long regs[6], status;
	pid_t pid;

	catch(SIGUSR1, SA_RESTART);
	pid = helper(SIGUSR1, write_byte);
	__asm__ volatile(
		"pushl %%ebp\n\t"
		"movl $0x33333333, %%esi\n\t"
		"movl $0x55555555, %%ebp\n\t"
		"int $0x80\n\t"
		"movl %%eax, 0(%%edi)\n\t"
		"movl %%ebx, 4(%%edi)\n\t"
		"movl %%ecx, 8(%%edi)\n\t"
		"movl %%edx, 12(%%edi)\n\t"
		"movl %%esi, 16(%%edi)\n\t"
		"movl %%ebp, 20(%%edi)\n\t"
		"popl %%ebp"
		: "=a" (status)
		: "0" (__NR_read), "b" (fds[0]), "c" (&c), "d" (1), "D" (regs)
		: "esi", "memory");
	is(regs[0], 1, "a restarted read gives its result");
	ok(regs[1] == fds[0] && regs[2] == (long)&c && regs[3] == 1 &&
	   regs[4] == 0x33333333 && regs[5] == 0x55555555,
	   "and leaves the other registers");
	reap(pid);
	is(syscall(__NR_restart_syscall), -EINTR,
	   "restart_syscall with nothing to restart");

	/* Code of a restart in eax is no restart outside a call. */
	handled = 0;
	status = -512;
	pid = fork();
	if (!pid) {
		usleep(50000);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	__asm__ volatile(
		"1: cmpl $0, %1\n\t"
		"je 1b"
		: "+a" (status) : "m" (handled) : "memory");
	is(status, -512, "outside a call -512 in eax is a number like others");
	reap(pid);
}

int main(void)
{
	pipe(fds);
	test_read();
	test_write();
	test_wait();
	test_sleep();
	test_poll();
	test_pause();
	test_registers();
	return done_testing();
}
