/*
 * CLONE_STOPPED: a child that is created but does not begin.
 * only: fork.nw: Linux dropped CLONE_STOPPED in 2.6.38
 */
#include "tap.h"

static int *cell;		/* shared by all; cell[0] is the marker */

static void sleep_ms(int ms)
{
	usleep(ms * 1000);
}

/* A stopped child that would set the marker and end with 7. */
static pid_t create(unsigned long flags)
{
	pid_t pid;

	cell[0] = 0;
	pid = clone_raw(CLONE_STOPPED | SIGCHLD | flags, NULL, NULL, NULL,
			NULL);
	if (!pid) {
		cell[0] = 1;
		_exit(7);
	}
	return pid;
}

static int finish(pid_t pid)
{
	int status = -1;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static int pending(int sig)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, sig);
}

static void test_life(void)
{
	sigset_t set, old;
	int status;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &old);
	pid = create(0);
	ok(pid > 0, "row 85: clone gives the number of the stopped child");
	sleep_ms(50);
	is(proc_state(pid), 'T', "row 85: the child is in state T");
	is(cell[0], 0, "row 85: and has done nothing");
	is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0,
	   "row 86: it is not reported as stopped");
	is(waitpid(-1, &status, WUNTRACED | WNOHANG), 0,
	   "row 86: though there is a child to wait for");
	ok(!pending(SIGCHLD), "row 86: nor is there a SIGCHLD");
	is(kill(pid, 0), 0, "row 86: kill finds it");
	is(kill(pid, SIGCONT), 0, "row 87: SIGCONT");
	is(finish(pid), 7 << 8, "row 87: makes it run to its end");
	is(cell[0], 1, "row 87: it has done its work");
	ok(pending(SIGCHLD), "row 87: its end sends SIGCHLD");
	signal(SIGCHLD, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void test_continued(void)
{
	int status;
	pid_t pid;

	pid = clone_raw(CLONE_STOPPED | SIGCHLD, NULL, NULL, NULL, NULL);
	if (!pid) {
		set_word(&cell[1], 1);
		pause();
		_exit(0);
	}
	kill(pid, SIGCONT);
	await_word(&cell[1], 0);
	is(cell[1], 1, "row 88: a child that was continued runs");
	is(waitpid(pid, &status, WCONTINUED | WNOHANG), 0,
	   "row 88: that is not reported");
	kill(pid, SIGSTOP);
	is(waitpid(pid, &status, WUNTRACED) == pid ? status : -1, 0x137f,
	   "row 88: a real stop is");
	kill(pid, SIGCONT);
	is(waitpid(pid, &status, WCONTINUED) == pid ? status : -1, 0xffff,
	   "row 88: and so is its end");
	kill(pid, SIGKILL);
	is(finish(pid), SIGKILL, "row 88: a child like any other");
}

static void test_killed(void)
{
	pid_t pid;

	pid = create(0);
	kill(pid, SIGKILL);
	is(finish(pid), SIGKILL, "row 89: SIGKILL ends it");
	is(cell[0], 0, "row 89: before its first instruction");

	pid = create(0);
	kill(pid, SIGTERM);
	sleep_ms(50);
	is(proc_state(pid), 'T', "row 90: SIGTERM waits");
	is(waitpid(pid, NULL, WNOHANG), 0, "row 90: until it is continued");
	kill(pid, SIGCONT);
	is(finish(pid), SIGTERM, "row 90: then it ends by that");
	is(cell[0], 0, "row 90: before its first instruction");
}

static void handler(int sig)
{
	(void)sig;
	cell[2]++;
}

static void test_ignored(void)
{
	sigset_t set, old;
	pid_t pid;

	signal(SIGCONT, SIG_IGN);
	pid = create(0);
	kill(pid, SIGCONT);
	is(finish(pid), 7 << 8, "row 87: an ignored SIGCONT continues too");
	signal(SIGCONT, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, &old);
	pid = create(0);
	kill(pid, SIGCONT);
	is(finish(pid), 7 << 8, "row 87: and a blocked one");
	sigprocmask(SIG_SETMASK, &old, NULL);
	cell[2] = 0;
	signal(SIGCONT, handler);
	pid = create(0);
	kill(pid, SIGCONT);
	is(finish(pid), 7 << 8, "row 87: and one with a handler");
	is(cell[2], 1, "row 87: which runs in the child");
	signal(SIGCONT, SIG_DFL);
}

static void test_vfork(void)
{
	int status;
	pid_t helper, pid;

	memset(cell, 0, 4096);
	helper = fork();
	if (!helper) {
		/* The stopped child has the number after ours. */
		await_state(getppid(), "D");
		sleep_ms(50);
		cell[3] = cell[4];
		kill(getpid() + 1, SIGCONT);
		_exit(0);
	}
	pid = clone_raw(CLONE_STOPPED | CLONE_VFORK | SIGCHLD, NULL, NULL, NULL,
			NULL);
	if (!pid) {
		sleep_ms(50);
		cell[4] = 1;
		_exit(3);
	}
	is(cell[4], 1, "row 91: with CLONE_VFORK the parent waits for the end");
	is(cell[3], 0, "row 91: which does not come before SIGCONT");
	is(finish(pid), 3 << 8, "row 91: of a child that does its work");
	waitpid(helper, &status, 0);

	/* A vfork child that is killed before it begins frees its parent. */
	helper = fork();
	if (!helper) {
		await_state(getppid(), "D");
		kill(getpid() + 1, SIGKILL);
		_exit(0);
	}
	pid = create(CLONE_VFORK);
	is(finish(pid), SIGKILL, "row 91: SIGKILL ends the wait as well");
	is(cell[0], 0, "row 91: and the child has done nothing");
	waitpid(helper, &status, 0);
}

static int nothing(void *arg)
{
	cell[0] = 1;
	return (int)arg;
}

static void test_threads(void)
{
	int status, tid = 0, i;
	pid_t pid;

	cell[0] = 0;
	pid = clone(nothing, new_stack(), CLONE_VM | CLONE_STOPPED | SIGCHLD,
		    (void *)9, NULL, NULL, NULL);
	sleep_ms(30);
	is(cell[0], 0, "row 85: a child in our memory waits too");
	kill(pid, SIGCONT);
	is(finish(pid), 9 << 8, "row 87: and goes on at SIGCONT");

	/* A thread, continued through its group. */
	cell[0] = 0;
	pid = clone(nothing, new_stack(), THREAD_FLAGS | CLONE_STOPPED, NULL,
		    &tid, NULL, &tid);
	ok(pid > 0, "row 85: a thread may begin stopped");
	sleep_ms(30);
	is(cell[0], 0, "row 85: it does nothing");
	kill(getpid(), SIGCONT);
	is(join_thread(&tid), 0, "row 87: until its group has a SIGCONT");
	is(cell[0], 1, "row 87: then it runs");

	/* Its parent's end. */
	cell[5] = 0;
	pid = fork();
	if (!pid) {
		cell[5] = create(0);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	sleep_ms(20);
	is(kill(cell[5], 0), 0, "row 85: it outlives its parent");
	kill(cell[5], SIGCONT);
	for (i = 0; i < 500 && kill(cell[5], 0) == 0; i++)
		usleep(10000);
	is(cell[0], 1, "row 87: and can be continued then");
}

static void test_unshare(void)
{
	int r = syscall(__NR_unshare, CLONE_STOPPED);

	ok(r == 0 || r == -EINVAL, "row 92: unshare has no such flag");
	is(proc_state(getpid()), 'R', "row 92: and stops nobody");
}

int main(void)
{
	cell = shared(4096);
	test_life();
	test_continued();
	test_killed();
	test_ignored();
	test_vfork();
	test_threads();
	test_unshare();
	return done_testing();
}
