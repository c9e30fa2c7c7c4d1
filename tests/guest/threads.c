/*
 * Threads as C libraries make them: clone into the same thread group.
 */
#include "tap.h"

static int *cell;		/* one page that all share */
static char **args;
static volatile int go, ids[4], sum;

static int tell_ids(void *arg)
{
	(void)arg;
	ids[0] = getpid();
	ids[1] = gettid();
	ids[2] = getppid();
	ids[3] = getpgrp();
	return 0;
}

static int wait_to_go(void *arg)
{
	(void)arg;
	__sync_fetch_and_add(&sum, 1);
	while (!go)
		await_word(&go, 0);
	return 0;
}

static void test_ids(void)
{
	sigset_t all, old, set;
	int tid;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = start_thread(tell_ids, NULL, &tid);
	ok(pid > 0 && pid != getpid(), "row 78: a thread has its own number");
	is(join_thread(&tid), 0, "row 78: it ends");
	ok(ids[0] == getpid(), "row 78: its getpid is the group's");
	ok(ids[1] == pid, "row 78: its gettid is what clone gave");
	ok(ids[2] == getppid(), "row 78: its parent is the group's");
	ok(ids[3] == getpgrp(), "row 78: and so is its process group");
	ok(gettid() == getpid(), "row 78: in the leader both are the same");

	go = 0;
	sum = 0;
	pid = start_thread(wait_to_go, NULL, &tid);
	is(waitpid(pid, NULL, __WALL | WNOHANG) < 0 ? errno : 0, ECHILD,
	   "row 79: a living thread is no child");
	is(waitpid(-1, NULL, __WALL | WNOHANG) < 0 ? errno : 0, ECHILD,
	   "row 79: nor among all");
	is(kill(pid, 0), 0, "row 79: kill finds it");
	is(tgkill(getpid(), pid, 0), 0, "row 79: and so does tgkill");
	is(tgkill(pid, pid, 0) < 0 ? errno : 0, ESRCH,
	   "row 79: if the group is named right");
	set_word(&go, 1);
	join_thread(&tid);
	is(waitpid(pid, NULL, __WALL) < 0 ? errno : 0, ECHILD,
	   "row 79: nor is one that has ended");
	/* The word is cleared a little before the number is free. */
	for (tid = 0; tid < 500 && tgkill(getpid(), pid, 0) == 0; tid++)
		usleep(10000);
	ok(tid < 500, "row 79: which leaves nothing behind");
	sigpending(&set);
	ok(!set.sig[0] && !set.sig[1], "row 80: its end sends no signal");
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* Everything is one: memory, descriptors, directory, handlers, children. */

static int use_all(void *arg)
{
	int *fds = arg;

	sum = 12;
	close(fds[0]);
	umask(027);
	signal(SIGUSR1, SIG_IGN);
	return 0;
}

static int make_child(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(5);
	cell[0] = pid;
	return 0;
}

static int long_child(void *arg)
{
	pid_t pid;

	(void)arg;
	pid = fork();
	if (!pid) {
		int i;

		/* Wait for the end of the thread that made us. */
		for (i = 0; i < 500 && !cell[1]; i++)
			usleep(10000);
		usleep(20000);
		cell[2] = getppid();
		_exit(6);
	}
	cell[0] = pid;
	return 0;
}

static int wait_as_thread(void *arg)
{
	int status = -1;

	cell[3] = waitpid((int)arg, &status, 0) == (int)arg ? status : -1;
	cell[4] = waitpid(-1, NULL, __WNOTHREAD) < 0 ? errno : 0;
	return 0;
}

static void test_one_process(void)
{
	int fds[2], tid, status;
	pid_t pid;

	pipe(fds);
	umask(022);
	signal(SIGUSR1, SIG_DFL);
	start_thread(use_all, fds, &tid);
	join_thread(&tid);
	is(sum, 12, "a thread stores into our memory");
	is(fcntl(fds[0], F_GETFD) < 0 ? errno : 0, EBADF,
	   "it closes our descriptor");
	is(umask(022), 027, "it sets our umask");
	ok(signal(SIGUSR1, SIG_DFL) == SIG_IGN, "it sets our handlers");
	close(fds[1]);

	start_thread(make_child, NULL, &tid);
	join_thread(&tid);
	is(waitpid(cell[0], &status, 0) == cell[0] ? status : -1, 5 << 8,
	   "row 139: a thread's child is every thread's");
	memset(cell, 0, 4096);
	start_thread(long_child, NULL, &tid);
	join_thread(&tid);
	set_word(&cell[1], 1);
	waitpid(cell[0], &status, 0);
	is(status, 6 << 8, "row 144: the child of a thread that has ended");
	ok(cell[2] == getpid(), "row 144: has the same parent as before");

	pid = fork();
	if (!pid)
		_exit(7);
	start_thread(wait_as_thread, (void *)pid, &tid);
	join_thread(&tid);
	is(cell[3], 7 << 8, "row 139: a thread waits for the leader's child");
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	/* This one lives, so that the wait cannot take it first. */
	start_thread(wait_as_thread, (void *)-77777, &tid);
	join_thread(&tid);
	is(cell[4], ECHILD, "row 139: but not with __WNOTHREAD");
	kill(pid, SIGKILL);
	is(waitpid(pid, NULL, __WNOTHREAD), pid,
	   "row 139: with which its own parent finds it");
}

static volatile unsigned char seen[200];

static int mark(void *arg)
{
	seen[(int)arg]++;
	if ((int)arg % 7 == 0)
		sched_yield();
	return 0;
}

static void test_many(void)
{
	static int tids[200];
	int i, bad = 0;

	go = 0;
	sum = 0;
	for (i = 0; i < 100; i++)
		bad |= start_thread(wait_to_go, NULL, &tids[i]) <= 0;
	for (i = 0; i < 500 && sum < 100; i++)
		usleep(10000);
	is(bad, 0, "a hundred threads can be made");
	is(sum, 100, "all of them live at once");
	set_word(&go, 1);
	for (i = 0; i < 100; i++)
		bad |= join_thread(&tids[i]);
	is(bad, 0, "and all of them end");
	for (i = 0; i < 200; i++) {
		bad |= start_thread(mark, (void *)i, &tids[i]) <= 0;
		if (i % 3)
			bad |= join_thread(&tids[i]);
	}
	for (i = 0; i < 200; i++)
		bad |= join_thread(&tids[i]);
	is(bad, 0, "two hundred short ones come and go");
	for (i = 0; i < 200; i++)
		bad |= seen[i] != 1;
	is(bad, 0, "each runs once");
}

/* The end of a process with threads. */

static int leave(void *arg)
{
	syscall(__NR_exit_group, (int)arg);
	return 0;
}

static int spin(void *arg)
{
	volatile int *counter = arg;

	for (;;)
		++*counter;
	return 0;
}

static int sleep_long(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 0;
}

static int group_exit(void *arg)
{
	static int tids[3];

	(void)arg;
	start_thread(spin, &cell[9], &tids[0]);
	start_thread(sleep_long, NULL, &tids[1]);
	usleep(20000);
	start_thread(leave, (void *)9, &tids[2]);
	for (;;)
		pause();
	return 1;
}

static int fault(void *arg)
{
	*(volatile int *)arg = 1;
	return 0;
}

static int group_fault(void *arg)
{
	static int tid;
	struct rlimit none = { 0, 0 };

	(void)arg;
	setrlimit(RLIMIT_CORE, &none);
	start_thread(fault, (void *)16, &tid);
	for (;;)
		pause();
	return 1;
}

static int run_self(void *arg)
{
	cell[5] = gettid();
	execve(args[0], (char *[]){ args[0], arg, NULL }, environ);
	return 99;
}

static int thread_exec(void *arg)
{
	static int tids[3];

	cell[6] = getpid();
	start_thread(sleep_long, NULL, &tids[0]);
	start_thread(spin, &cell[9], &tids[1]);
	start_thread(run_self, arg, &tids[2]);
	for (;;)
		pause();
	return 1;
}

static int leader_exec(void *arg)
{
	static int tids[2];

	start_thread(sleep_long, NULL, &tids[0]);
	start_thread(spin, &cell[9], &tids[1]);
	usleep(10000);
	return run_self(arg);
}

static int failed_exec(void *arg)
{
	(void)arg;
	execve("/nonexistent", args, environ);
	return 0;
}

static int exec_fails(void *arg)
{
	static int tids[2];

	(void)arg;
	go = 0;
	start_thread(wait_to_go, NULL, &tids[0]);
	start_thread(failed_exec, NULL, &tids[1]);
	join_thread(&tids[1]);
	if (!tids[0])
		return 1;
	set_word(&go, 1);
	return join_thread(&tids[0]) ? 2 : 0;
}

static int group_stop(void *arg)
{
	static int tid;

	(void)arg;
	start_thread(spin, &cell[9], &tid);
	for (;;)
		pause();
	return 1;
}

/* Does the counter of spin stand still? */
static int standing(void)
{
	int before = ((volatile int *)cell)[9];

	usleep(50000);
	return ((volatile int *)cell)[9] == before;
}

static void test_end(void)
{
	int status, i;
	pid_t pid;

	is(in_child(group_exit, NULL), 0x900,
	   "row 121: exit_group in a thread ends the process");
	ok(standing(), "row 121: with all its threads");
	is(in_child(group_fault, NULL), SIGSEGV,
	   "row 121: a fault in a thread kills the process");

	pid = fork();
	if (!pid)
		_exit(group_stop(NULL));
	for (i = 0; i < 100 && standing(); i++)
		;
	kill(pid, SIGSTOP);
	is(waitpid(pid, &status, WUNTRACED) == pid ? status : -1, 0x137f,
	   "row 131: SIGSTOP stops the process");
	ok(standing(), "row 131: with all its threads");
	is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0,
	   "row 129: and is told once");
	kill(pid, SIGCONT);
	is(waitpid(pid, &status, WCONTINUED) == pid ? status : -1, 0xffff,
	   "row 131: SIGCONT continues it");
	ok(!standing(), "row 131: with all its threads");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	is(status, SIGKILL, "row 119: SIGKILL kills it");
	ok(standing(), "row 119: with all its threads");

	memset(cell, 0, 4096);
	pid = fork();
	if (!pid)
		_exit(thread_exec("ids"));
	waitpid(pid, &status, 0);
	is(status, 8 << 8,
	   "row 123: exec in a thread keeps the process's number");
	ok(cell[6] == pid && cell[5] != pid,
	   "row 123: which the thread takes from the leader");
	ok(standing(), "row 123: the other threads are gone");
	is(in_child(leader_exec, "ids"), 8 << 8,
	   "row 123: exec in the leader ends the threads");
	ok(standing(), "row 123: all of them");
	is(in_child(exec_fails, NULL), 0,
	   "row 123: an exec that fails ends none");
}

/* Fork in a process with threads makes a process with one. */

static int alone(void)
{
	return strcmp(proc_stat(getpid(), 20), "1") == 0 &&
		getpid() == gettid();
}

static volatile int private_count;

static int spin_until_go(void *arg)
{
	(void)arg;
	while (!go)
		private_count++;
	return 0;
}

static int fork_in_thread(void *arg)
{
	int before, status;
	pid_t pid = fork();

	(void)arg;
	if (!pid) {
		if (!alone())
			_exit(1);
		before = private_count;
		usleep(50000);
		_exit(private_count == before ? 3 : 2);
	}
	waitpid(pid, &status, 0);
	cell[0] = status;
	return 0;
}

static void test_fork(void)
{
	int tids[2], i, before;

	go = 0;
	cell[0] = -1;
	start_thread(spin_until_go, NULL, &tids[0]);
	for (i = 0; i < 500 && !private_count; i++)
		usleep(10000);
	fork_in_thread(NULL);
	is(cell[0], 3 << 8, "a process forked among threads has one thread");
	cell[0] = -1;
	start_thread(fork_in_thread, NULL, &tids[1]);
	join_thread(&tids[1]);
	is(cell[0], 3 << 8, "and so has one that a thread forked");
	before = private_count;
	usleep(50000);
	ok(private_count != before,
	   "the other thread of the parent still runs");
	set_word(&go, 1);
	is(join_thread(&tids[0]), 0, "and ends when told");
}

/* Mask and pending signals are a thread's own; handlers and stop are not. */

static volatile int handled_by;

static void note(int sig)
{
	(void)sig;
	handled_by = gettid();
}

static int block_and_wait(void *arg)
{
	sigset_t set;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	set_word(&cell[0], 1);
	while (!go)
		await_word(&go, 0);
	sigpending(&set);
	return sigismember(&set, SIGUSR1);
}

static int wait_quietly(void *arg)
{
	(void)arg;
	set_word(&cell[0], 1);
	while (!go)
		usleep(1000);
	return 0;
}

static void await_handled(void)
{
	int i;

	for (i = 0; i < 500 && !handled_by; i++)
		usleep(10000);
}

static void test_signals(void)
{
	sigset_t set, pending;
	int tid;
	pid_t pid;

	signal(SIGUSR1, note);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);

	go = 0;
	cell[0] = 0;
	handled_by = 0;
	pid = start_thread(block_and_wait, NULL, &tid);
	await_word(&cell[0], 0);
	kill(getpid(), SIGUSR1);
	await_handled();
	ok(handled_by == getpid(),
	   "a signal to the process goes to the thread that does not block it");
	handled_by = 0;
	tgkill(getpid(), pid, SIGUSR1);
	usleep(30000);
	is(handled_by, 0, "a signal to a thread that blocks it stays there");
	sigpending(&pending);
	ok(!sigismember(&pending, SIGUSR1), "and is not pending in another");
	set_word(&go, 1);
	join_thread(&tid);
	is(handled_by, 0, "it ends with the thread");

	go = 0;
	cell[0] = 0;
	pid = start_thread(wait_quietly, NULL, &tid);
	await_word(&cell[0], 0);
	tgkill(getpid(), pid, SIGUSR1);
	await_handled();
	ok(handled_by == pid, "a signal to a thread is handled by it");
	sigprocmask(SIG_BLOCK, &set, NULL);
	handled_by = 0;
	kill(getpid(), SIGUSR1);
	await_handled();
	ok(handled_by == pid, "and one to the process too if we block it");
	handled_by = 0;
	syscall(__NR_tkill, pid, SIGUSR1);
	await_handled();
	ok(handled_by == pid, "tkill names a thread alone");
	set_word(&go, 1);
	join_thread(&tid);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR1, SIG_DFL);
}

/* Row 122. */
static int outlive(void *arg)
{
	(void)arg;
	while (!cell[1])
		usleep(1000);
	syscall(__NR_exit, 6);
	return 0;
}

static int leader_first(void *arg)
{
	static int tid;

	(void)arg;
	start_thread(outlive, NULL, &tid);
	syscall(__NR_exit, 4);
	return 0;
}

static void test_leader_first(void)
{
	int status;
	pid_t pid;

	memset(cell, 0, 4096);
	pid = fork();
	if (!pid)
		_exit(leader_first(NULL));
	is(await_state(pid, "Z"), 'Z',
	   "row 122: a leader that exits is a zombie");
	usleep(20000);
	is(waitpid(pid, &status, WNOHANG), 0,
	   "row 122: nobody can wait for while a thread lives");
	is(kill(pid, 0), 0, "row 122: but to kill it exists");
	cell[1] = 1;
	waitpid(pid, &status, 0);
	is(status, 0x400, "row 122: its code is the leader's");

	memset(cell, 0, 4096);
	pid = fork();
	if (!pid)
		_exit(leader_first(NULL));
	await_state(pid, "Z");
	usleep(20000);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	is(status, SIGTERM, "row 122: a signal kills what is left of it");
}

/* After exec: are we the thread that leads the process, and alone in it? */
static int after_exec(void)
{
	char word[16];

	if (gettid() != getpid())
		return 1;
	snprintf(word, sizeof(word), "%s", proc_stat(getpid(), 20));
	return strcmp(word, "1") == 0 ? 8 : 2;
}

int main(int argc, char **argv)
{
	args = argv;
	if (argc > 1)
		return after_exec();
	cell = shared(4096);
	test_ids();
	test_one_process();
	test_many();
	test_fork();
	test_signals();
	test_end();
	test_leader_first();
	return done_testing();
}
