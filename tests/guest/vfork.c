/*
 * vfork: the parent sleeps until its child gives the memory back.
 */
#include "tap.h"

static volatile int stored;
static int *cell;
static char **args;

static void sleep_ms(int ms)
{
	usleep(ms * 1000);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void test_blocks(void)
{
	volatile long start = now_ms();
	int status;
	pid_t pid;

	stored = 1;
	pid = vfork();
	if (!pid) {
		sleep_ms(100);
		stored = 2;
		_exit(7);
	}
	is(stored, 2, "row 105: the parent sees what its child stored");
	ok(now_ms() - start >= 99, "row 105: and slept as long as it ran");
	ok(waitpid(pid, &status, 0) == pid && status == 7 << 8,
	   "row 105: vfork gave the child's number");
}

static void test_exec(void)
{
	volatile long start;
	int status;
	pid_t pid;

	start = now_ms();
	pid = vfork();
	if (!pid) {
		execve(args[0], (char *[]){ args[0], "sleep", NULL }, environ);
		_exit(99);
	}
	is(waitpid(pid, &status, WNOHANG), 0,
	   "row 106: exec lets the parent go on while the child runs");
	ok(now_ms() - start < 290, "row 106: at once");
	waitpid(pid, &status, 0);
	is(status, 6 << 8, "row 106: the child ends later");

	stored = 1;
	pid = vfork();
	if (!pid) {
		execve("/nonexistent", (char *[]){ "x", NULL }, environ);
		sleep_ms(50);
		stored = errno;
		_exit(8);
	}
	is(stored, ENOENT, "row 107: a failed exec leaves the parent asleep");
	waitpid(pid, &status, 0);
	is(status, 8 << 8, "row 107: until the child ends");
}

static void test_killed(void)
{
	int status;
	pid_t pid;

	stored = 1;
	pid = vfork();
	if (!pid) {
		stored = 2;
		kill(getpid(), SIGKILL);
		for (;;)
			;
	}
	is(stored, 2, "row 108: a killed child lets the parent go on");
	waitpid(pid, &status, 0);
	is(status, SIGKILL, "row 108: and was killed");
}

/*
 * A process that vforks a child that stops, or waits for a signal; cell[0] is
 * the number of the child, cell[1] becomes 1 when the parent goes on.
 */
static pid_t vfork_and_wait(int how)
{
	pid_t pid;

	memset(cell, 0, 4096);
	pid = fork();
	if (pid)
		return pid;
	pid = vfork();
	if (!pid) {
		set_word(&cell[0], getpid());
		if (how)
			kill(getpid(), how);
		else
			for (;;)
				pause();
		_exit(9);
	}
	cell[1] = 1;
	waitpid(pid, &cell[2], 0);
	_exit(cell[2] == 9 << 8 ? 0 : 1);
}

static void test_stopped(void)
{
	int status;
	pid_t pid = vfork_and_wait(SIGSTOP);

	await_word(&cell[0], 0);
	is(await_state(cell[0], "T"), 'T', "row 109: a child that stops");
	is(await_state(pid, "D"), 'D', "row 109: leaves its parent in state D");
	sleep_ms(50);
	is(cell[1], 0, "row 109: not running");
	kill(cell[0], SIGCONT);
	waitpid(pid, &status, 0);
	is(status, 0, "row 109: until the child is continued and ends");
	is(cell[1], 1, "row 109: then it runs");
}

static void test_killed_parent(void)
{
	int status, i;
	pid_t pid = vfork_and_wait(0);

	await_word(&cell[0], 0);
	await_state(pid, "D");
	kill(pid, SIGKILL);
	is(waitpid(pid, &status, 0), pid,
	   "row 110: a parent in vfork is killed");
	is(status, SIGKILL, "row 110: while its child lives");
	is(kill(cell[0], 0), 0, "row 110: which it still does");
	is(cell[1], 0, "row 110: the parent never went on");
	kill(cell[0], SIGKILL);

	pid = vfork_and_wait(SIGSTOP);
	await_word(&cell[0], 0);
	await_state(cell[0], "T");
	await_state(pid, "D");
	kill(pid, SIGTERM);
	is(waitpid(pid, &status, 0), pid,
	   "row 110: so it is by any signal that kills");
	is(status, SIGTERM, "row 110: which its status names");
	kill(cell[0], SIGKILL);

	/* The child of a killed parent ends as any other. */
	pid = vfork_and_wait(SIGSTOP);
	await_word(&cell[0], 0);
	await_state(cell[0], "T");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	kill(cell[0], SIGCONT);
	for (i = 0; i < 500 && kill(cell[0], 0) == 0 &&
	     proc_state(cell[0]) != 'Z'; i++)
		usleep(10000);
	ok(i < 500, "row 110: the child ends later without harm");
}

static void handler(int sig)
{
	(void)sig;
	cell[3] = stored;
	stored = 20;
}

static void test_handler(void)
{
	volatile pid_t parent = getpid();
	int status;
	pid_t pid;

	signal(SIGUSR1, handler);
	stored = 1;
	pid = vfork();
	if (!pid) {
		kill(parent, SIGUSR1);
		sleep_ms(50);
		if (stored == 1)
			stored = 2;
		_exit(0);
	}
	is(stored, 20, "row 111: a handler runs when vfork returns");
	is(cell[3], 2, "row 111: and not before");
	waitpid(pid, &status, 0);

	/* Stopping waits, too: the parent cannot stop inside vfork. */
	pid = vfork_and_wait(0);
	await_word(&cell[0], 0);
	await_state(pid, "D");
	kill(pid, SIGSTOP);
	sleep_ms(50);
	is(proc_state(pid), 'D', "row 111: SIGSTOP waits until vfork returns");
	is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0,
	   "row 111: and is not reported");
	kill(cell[0], SIGKILL);
	is(waitpid(pid, &status, WUNTRACED) == pid ? status : -1, 0x137f,
	   "row 111: then it stops");
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	is(status, 1 << 8, "row 111: and goes on");
	signal(SIGUSR1, SIG_DFL);
}

static void test_no_vm(void)
{
	int status;
	pid_t pid;

	cell[0] = 0;
	stored = 1;
	pid = clone_raw(CLONE_VFORK | SIGCHLD, NULL, NULL, NULL, NULL);
	if (!pid) {
		sleep_ms(100);
		stored = 2;
		cell[0] = 1;
		_exit(0);
	}
	is(cell[0], 1, "row 112: CLONE_VFORK without CLONE_VM waits");
	is(stored, 1, "row 112: and shares nothing");
	waitpid(pid, &status, 0);
}

static int is_set(void *arg)
{
	stack_t now;

	(void)arg;
	sigaltstack(NULL, &now);
	return now.ss_flags == SS_DISABLE ? 2 : now.ss_size == 8192 ? 1 : 3;
}

static int cloned(unsigned long flags)
{
	int status = -1;
	pid_t pid = clone(is_set, new_stack(), flags, NULL, NULL, NULL, NULL);

	waitpid(pid, &status, __WALL);
	return status;
}

static void test_altstack(void)
{
	stack_t alt = { new_stack() - 8192, 0, 8192 };
	stack_t off = { 0, SS_DISABLE, 0 };
	int status;
	pid_t pid;

	sigaltstack(&alt, NULL);
	is(in_child(is_set, NULL), 1 << 8,
	   "row 113: fork keeps the signal stack");
	pid = vfork();
	if (!pid)
		_exit(is_set(NULL));
	waitpid(pid, &status, 0);
	is(status, 1 << 8, "row 113: so does vfork");
	is(cloned(CLONE_VM | CLONE_VFORK | SIGCHLD), 1 << 8,
	   "row 113: and clone with CLONE_VFORK and CLONE_VM");
	is(cloned(CLONE_VM | SIGCHLD), 2 << 8,
	   "row 114: with CLONE_VM alone the child has none");
	is(is_set(NULL), 1, "row 114: the parent keeps its own");
	sigaltstack(&off, NULL);
}

static void test_tables(void)
{
	int status, fds[2];
	sigset_t set, old;
	pid_t pid;
	char c;

	pipe(fds);
	pid = vfork();
	if (!pid) {
		close(fds[1]);
		signal(SIGUSR2, SIG_IGN);
		sigemptyset(&set);
		sigaddset(&set, SIGUSR2);
		sigprocmask(SIG_BLOCK, &set, NULL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(write(fds[1], "x", 1) == 1 && read(fds[0], &c, 1) == 1,
	   "row 105: the child of vfork has a descriptor table of its own");
	ok(signal(SIGUSR2, SIG_DFL) == SIG_DFL, "row 105: and handlers");
	sigprocmask(SIG_SETMASK, NULL, &old);
	ok(!sigismember(&old, SIGUSR2), "row 105: and a mask");
	close(fds[0]);
	close(fds[1]);
}

/* vfork holds up one thread, not its process. */

static volatile int counter, over;

static int count_on(void *arg)
{
	(void)arg;
	while (!over) {
		counter++;
		sched_yield();
	}
	return 0;
}

static int leave(void *arg)
{
	await_word(&cell[0], 0);
	sleep_ms(50);
	_exit((int)arg);
}

static void test_threads(void)
{
	volatile int before = 0;
	int status, tid;
	pid_t pid;

	start_thread(count_on, NULL, &tid);
	pid = vfork();
	if (!pid) {
		before = counter;
		sleep_ms(100);
		_exit(counter != before ? 3 : 4);
	}
	waitpid(pid, &status, 0);
	is(status, 3 << 8, "row 105: other threads of the parent go on");
	over = 1;
	is(join_thread(&tid), 0, "row 105: and are there after it");

	memset(cell, 0, 4096);
	pid = fork();
	if (!pid) {
		start_thread(leave, (void *)5, &tid);
		if (!vfork()) {
			set_word(&cell[0], getpid());
			for (;;)
				pause();
		}
		_exit(6);
	}
	waitpid(pid, &status, 0);
	is(status, 5 << 8, "row 110: exit_group ends a thread in vfork");
	is(kill(cell[0], SIGKILL), 0, "row 110: and leaves the child alone");
}

int main(int argc, char **argv)
{
	args = argv;
	if (argc > 1) {
		sleep_ms(300);
		return 6;
	}
	cell = shared(4096);
	test_blocks();
	test_exec();
	test_killed();
	test_stopped();
	test_killed_parent();
	test_handler();
	test_no_vm();
	test_altstack();
	test_tables();
	test_threads();
	return done_testing();
}
