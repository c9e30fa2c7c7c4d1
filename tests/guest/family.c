/*
 * Orphans and who takes them, death signals, groups and sessions.
 * needs: root
 */
#include "tap.h"
#include <linux/prctl.h>

#define LAST	"/proc/sys/kernel/ns_last_pid"
#define THREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
		 CLONE_THREAD)

static volatile int *cell;	/* shared by all processes; 0 at first */
static char stack[16384] __attribute__((aligned(16)));

/* Wait until a cell has a value, for 5 s. */
static int await(int i, int value)
{
	int n;

	for (n = 0; n < 5000 && cell[i] != value; n++)
		usleep(1000);
	return cell[i];
}

static void clear(void)
{
	memset((void *)cell, 0, 4096);
}

static int subreaper(void)
{
	int value = -1;

	prctl(PR_GET_CHILD_SUBREAPER, (unsigned long)&value);
	return value;
}

/* fork, with the child's pid in cell 9. */
static pid_t fork_told(void)
{
	pid_t pid = fork();

	if (pid)
		cell[9] = pid;
	return pid;
}

/* ---- orphans ---- */

static void test_orphan(void)
{
	int status;
	pid_t pid;

	clear();
	pid = fork();
	if (!pid) {
		pid_t parent = getpid();

		if (fork() == 0) {
			int i;

			cell[1] = getppid() == parent;
			cell[0] = 1;
			for (i = 0; i < 5000 && getppid() == parent; i++)
				usleep(1000);
			cell[2] = getppid();
			cell[0] = 2;
			_exit(0);
		}
		await(0, 1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	await(0, 2);
	is(cell[1], 1, "row 143: a child's parent is who forked it");
	is(cell[2], 1, "row 143: an orphan's parent is init");
	is(syscall(__NR_wait4, -1, NULL, 0, NULL), -ECHILD,
	   "row 143: it is no child of its grandparent");
}

static int forks_and_ends(void *arg)
{
	pid_t pid = syscall(__NR_fork);

	(void)arg;
	if (!pid) {
		cell[1] = getppid();
		cell[0] = 1;
		while (cell[0] == 1)
			usleep(1000);
		cell[2] = getppid();
		syscall(__NR_exit_group, 8);
	}
	cell[3] = pid;
	return 0;
}

static void test_thread_group(void)
{
	int status = 0, tid, i;

	clear();
	tid = clone(forks_and_ends, stack + sizeof(stack), THREAD, NULL, NULL,
		    NULL, NULL);
	await(0, 1);
	for (i = 0; i < 5000 && tgkill(getpid(), tid, 0) == 0; i++)
		usleep(1000);
	cell[0] = 2;
	is(waitpid(-1, &status, 0), cell[3],
	   "row 144: the thread that forked has ended, a sibling waits");
	is(status, 8 << 8, "row 144: and gets the status");
	is(cell[1], getpid(), "row 144: the child's parent is the process");
	is(cell[2], getpid(), "row 144: after the thread's end, too");
}

/* A child that leaves a child; the latter's pid. */
static pid_t leave_orphan(unsigned long flags, void (*fn)(void))
{
	pid_t pid = fork();

	if (!pid) {
		pid = clone_raw(flags, NULL, NULL, NULL, NULL);
		if (!pid) {
			fn();
			_exit(0);
		}
		cell[9] = pid;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return cell[9];
}

static void tell_parent(void)
{
	int i;

	for (i = 0; i < 5000 && getppid() != cell[8]; i++)
		usleep(1000);
	cell[0] = getppid();
	_exit(6);
}

static void end_at_once(void)
{
	_exit(7);
}

static volatile int chlds;

static void count_chld(int sig)
{
	(void)sig;
	chlds++;
}

static void test_subreaper(void)
{
	int status, i, got;
	pid_t pid, orphan;

	clear();
	is(subreaper(), 0, "row 145: nobody is a subreaper at first");
	is(prctl(PR_SET_CHILD_SUBREAPER, 1), 0, "row 145: one can become one");
	is(subreaper(), 1, "row 145: and sees it");
	pid = fork();
	if (!pid)
		_exit(subreaper());
	waitpid(pid, &status, 0);
	is(status, 0, "row 146: a child is none");

	cell[8] = getpid();
	orphan = leave_orphan(SIGCHLD, tell_parent);
	is(waitpid(-1, &status, 0), orphan, "row 145: it reaps the orphan");
	is(status, 6 << 8, "row 145: with its status");
	is(cell[0], getpid(), "row 145: which had it as parent");

	/* A zombie changes its parent, too, and the new one is told. */
	signal(SIGCHLD, count_chld);
	signal(SIGUSR1, SIG_IGN);
	pid = clone_raw(SIGUSR1, NULL, NULL, NULL, NULL);
	if (!pid) {
		pid = fork_told();
		if (!pid)
			_exit(7);
		_exit(await_state(pid, "Z") != 'Z');
	}
	waitpid(pid, &status, __WALL);
	is(status, 0, "row 145: a zombie was left");
	for (i = 0; i < 5000 && (got = waitpid(cell[9], &status, WNOHANG)) <= 0
	     ; i++)
		usleep(1000);
	is(got, cell[9], "row 145: a zombie is inherited");
	is(status, 7 << 8, "row 145: with its status");
	is(chlds, 1, "row 145: the new parent gets SIGCHLD for it");
	signal(SIGCHLD, SIG_DFL);

	orphan = leave_orphan(SIGUSR1, end_at_once);
	got = waitpid(orphan, &status, 0);
	is(got, orphan, "row 145: an orphan's signal becomes SIGCHLD");

	/* The nearest one counts, and only while it lives. */
	pid = fork();
	if (!pid) {
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		cell[8] = getpid();
		orphan = leave_orphan(SIGCHLD, tell_parent);
		got = waitpid(orphan, &status, 0);
		_exit(got != orphan || cell[0] != getpid());
	}
	waitpid(pid, &status, 0);
	is(status, 0, "row 145: the nearest subreaper takes it");
	pid = fork();
	if (!pid) {
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		cell[8] = getppid();
		leave_orphan(SIGCHLD, tell_parent);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	is(waitpid(cell[9], &status, 0), cell[9],
	   "row 145: after its death the next one");
	is(cell[0], getpid(), "row 145: is the parent");

	/* A reaper that ignores SIGCHLD leaves no zombies. */
	signal(SIGCHLD, SIG_IGN);
	leave_orphan(SIGCHLD, end_at_once);
	is(syscall(__NR_wait4, -1, NULL, 0, NULL), -ECHILD,
	   "row 145: an ignoring reaper has none to wait for");
	signal(SIGCHLD, SIG_DFL);
}

/* ---- death signals ---- */

static void on_death(int sig)
{
	cell[1] = sig;
	cell[2]++;
}

static int pdeathsig(void)
{
	int sig = -1;

	prctl(PR_GET_PDEATHSIG, (unsigned long)&sig);
	return sig;
}

static void wait_for_death(void)
{
	signal(SIGUSR1, on_death);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	cell[0] = 1;
	await(1, SIGUSR1);
	cell[3] = 1;
	_exit(0);
}

static int thread_with_child(void *arg)
{
	pid_t pid = syscall(__NR_fork);

	(void)arg;
	if (!pid)
		wait_for_death();
	cell[9] = pid;
	await(0, 1);
	return 0;
}

static void test_pdeathsig(void)
{
	int status;
	pid_t pid;

	clear();
	is(pdeathsig(), 0, "row 147: there is no death signal at first");
	is(syscall(__NR_prctl, PR_SET_PDEATHSIG, 65), -EINVAL,
	   "row 147: signal 65 does not exist");
	is(syscall(__NR_prctl, PR_SET_PDEATHSIG, -1), -EINVAL,
	   "row 147: nor does -1");
	is(syscall(__NR_prctl, PR_GET_PDEATHSIG, 1), -EFAULT,
	   "row 147: a bad pointer");
	is(prctl(PR_SET_PDEATHSIG, SIGUSR2), 0, "row 147: set");
	is(pdeathsig(), SIGUSR2, "row 147: and read");
	pid = fork();
	if (!pid)
		_exit(pdeathsig());
	waitpid(pid, &status, 0);
	is(status, 0, "row 148: a child has none");
	prctl(PR_SET_PDEATHSIG, 0);

	pid = fork();
	if (!pid) {
		pid = fork_told();
		if (!pid)
			wait_for_death();
		await(0, 1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	waitpid(cell[9], &status, 0);
	is(cell[1], SIGUSR1, "row 147: the signal comes at the parent's death");
	is(cell[2], 1, "row 147: once");

	clear();
	clone(thread_with_child, stack + sizeof(stack), THREAD, NULL, NULL,
	      NULL, NULL);
	await(3, 1);
	is(cell[1], SIGUSR1, "row 147: the parent is the thread that forked");
	waitpid(cell[9], &status, 0);
}

/* ---- orphaned process groups ---- */

static void count_sig(int sig)
{
	if (sig == SIGHUP)
		cell[1] = ++cell[3];
	else
		cell[2] = ++cell[3];
}

/* In a group of its own; stop, and say what came. */
static void stop_and_see(void)
{
	setpgid(0, 0);
	signal(SIGHUP, count_sig);
	signal(SIGCONT, count_sig);
	cell[0] = 1;
	raise(SIGSTOP);
	while (!cell[1] || !cell[2])
		usleep(1000);
	_exit(9);
}

static void run_and_see(void)
{
	setpgid(0, 0);
	signal(SIGHUP, count_sig);
	signal(SIGCONT, count_sig);
	cell[0] = 1;
	while (cell[0] != 2)
		usleep(1000);
	_exit(9);
}

static void stop_and_die(void)
{
	setpgid(0, 0);
	cell[0] = 1;
	raise(SIGSTOP);
	_exit(9);
}

/* A session whose leader dies when its child is in that state. */
static pid_t session(void (*fn)(void), const char *state)
{
	pid_t pid;

	clear();
	pid = fork();
	if (!pid) {
		setsid();
		pid = fork_told();
		if (!pid)
			fn();
		await(0, 1);
		_exit(await_state(cell[9], state) != *state);
	}
	waitpid(pid, NULL, 0);
	return cell[9];
}

static void test_orphaned(void)
{
	int status = 0;
	pid_t pid;

	pid = session(stop_and_see, "T");
	is(waitpid(pid, &status, 0), pid,
	   "row 149: a stopped group that is orphaned goes on");
	is(status, 9 << 8, "row 149: having got SIGHUP and SIGCONT");
	is(cell[3], 2, "row 149: each once");

	pid = session(stop_and_die, "T");
	is(waitpid(pid, &status, 0), pid, "row 149: without a handler");
	is(status, SIGHUP, "row 149: SIGHUP ends it");

	pid = session(run_and_see, "SR");
	usleep(50000);
	cell[0] = 2;
	waitpid(pid, &status, 0);
	is(cell[3], 0, "row 149: a group without stopped members gets nothing");

	/* The last link is a member's own parent in another group. */
	clear();
	pid = fork();
	if (!pid) {
		setsid();
		pid = fork();
		if (!pid) {
			setpgid(0, 0);
			pid = fork_told();
			if (!pid) {
				signal(SIGHUP, count_sig);
				signal(SIGCONT, count_sig);
				raise(SIGSTOP);
				while (!cell[1] || !cell[2])
					usleep(1000);
				_exit(9);
			}
			await_state(cell[9], "T");
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		await(3, 2);
		_exit(cell[3] != 2);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "row 149: also when a member's own exit cuts the link");
	end_child(cell[9]);
}

static int tstp(void *arg)
{
	int sig = (int)(long)arg;

	setsid();
	raise(sig);
	return 7;
}

static int sigstop(void *arg)
{
	(void)arg;
	setsid();
	raise(SIGSTOP);
	return 7;
}

static void test_tstp(void)
{
	int status;
	pid_t pid;

	is(in_child(tstp, (void *)SIGTSTP), 7 << 8,
	   "row 150: SIGTSTP does not stop an orphaned group");
	is(in_child(tstp, (void *)SIGTTIN), 7 << 8, "row 150: nor SIGTTIN");
	is(in_child(tstp, (void *)SIGTTOU), 7 << 8, "row 150: nor SIGTTOU");
	pid = fork();
	if (!pid)
		_exit(sigstop(NULL));
	waitpid(pid, &status, WUNTRACED);
	is(status, 0x137f, "row 150: SIGSTOP does");
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	is(status, 7 << 8, "row 150: until SIGCONT");
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		raise(SIGTSTP);
		_exit(7);
	}
	waitpid(pid, &status, WUNTRACED);
	is(status, 0x147f, "row 150: a group with a parent outside stops");
	end_child(pid);
}

/* ---- setpgid and setsid ---- */

static int sessions(void *arg)
{
	pid_t group = getpgrp(), sid = getsid(0);

	(void)arg;
	if (getsid(getppid()) != sid || getpgid(getppid()) != group)
		return 1;
	if (setsid() != getpid())
		return 2;
	if (getpgrp() != getpid() || getsid(0) != getpid())
		return 3;
	if (syscall(__NR_setsid) != -EPERM)
		return 4;
	if (syscall(__NR_setpgid, 0, 0) != -EPERM)
		return 5;
	if (syscall(__NR_setpgid, 0, group) != -EPERM)
		return 6;
	return 0;
}

static int leader(void *arg)
{
	(void)arg;
	return setpgid(0, 0) || syscall(__NR_setsid) != -EPERM;
}

/* Its group lives on in a child, though it has left it. */
static int former_leader(void *arg)
{
	pid_t group = getpgrp(), pid;
	long r;

	(void)arg;
	setpgid(0, 0);
	pid = sleeper();
	setpgid(0, group);
	r = syscall(__NR_setsid);
	end_child(pid);
	return r != -EPERM || setsid() != getpid();
}

static void test_setpgid(void)
{
	pid_t pid, grandchild, leads;

	is(in_child(sessions, NULL), 0, "row 152: what a session leader may");
	is(in_child(leader, NULL), 0, "row 152: a group leader: EPERM");
	is(in_child(former_leader, NULL), 0,
	   "row 152: so is who gave a group its name");

	clear();
	pid = fork();
	if (!pid) {
		cell[1] = sleeper();
		cell[0] = 1;
		for (;;)
			pause();
	}
	await(0, 1);
	grandchild = cell[1];
	leads = fork();
	if (!leads) {
		setsid();
		cell[0] = 2;
		for (;;)
			pause();
	}
	await(0, 2);
	is(syscall(__NR_setpgid, grandchild, 0), -ESRCH,
	   "row 151: setpgid of a grandchild: ESRCH");
	is(syscall(__NR_setpgid, 1, 0), -ESRCH, "row 151: of init: ESRCH");
	is(syscall(__NR_setpgid, 0x7fffffff, 0), -ESRCH,
	   "row 151: of nobody: ESRCH");
	is(syscall(__NR_setpgid, pid, -1), -EINVAL,
	   "row 151: a negative group: EINVAL");
	is(syscall(__NR_setpgid, pid, 0x7fffffff), -EPERM,
	   "row 151: a group that does not exist: EPERM");
	is(syscall(__NR_setpgid, pid, leads), -EPERM,
	   "row 151: one of another session: EPERM");
	is(syscall(__NR_setpgid, leads, 0), -EPERM,
	   "row 151: a child in another session: EPERM");
	is(getpgid(pid), getpgrp(), "row 151: none of these moved it");
	is(setpgid(pid, 0), 0, "row 151: a child into its own group");
	is(getpgid(pid), pid, "row 151: it is there");
	is(getpgid(grandchild), getpgrp(), "row 151: its child is not");
	is(setpgid(pid, getpgrp()), 0, "row 151: and back");
	is(getpgid(pid), getpgrp(), "row 151: it is back");
	kill(grandchild, SIGKILL);
	end_child(pid);
	waitpid(grandchild, NULL, 0);
	end_child(leads);
}

static void test_group_kill(void)
{
	pid_t pid[3];
	int i, status, sum = 0;

	for (i = 0; i < 3; i++) {
		pid[i] = sleeper();
		setpgid(pid[i], pid[0]);
	}
	is(kill(-pid[0], 0), 0, "4.4.2: a group can be asked for");
	kill(-pid[0], SIGTERM);
	for (i = 0; i < 3; i++) {
		waitpid(-pid[0], &status, 0);
		sum += status;
	}
	is(sum, 3 * SIGTERM, "4.4.2: a signal to a group reaches all members");
	is(syscall(__NR_kill, -pid[0], 0), -ESRCH, "4.4.2: then it is gone");
}

/* Row 14: a number that names a group or a session is in use. */
static void hold(int by_session)
{
	const char *what = by_session ? "session" : "group";
	pid_t pid, member;
	int i, taken = 0;

	clear();
	pid = fork();
	if (!pid) {
		if (by_session)
			setsid();
		else
			setpgid(0, 0);
		member = fork();
		if (!member) {
			if (by_session)
				setpgid(0, 0);
			cell[0] = 1;
			for (;;)
				pause();
		}
		cell[9] = member;
		await(0, 1);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	member = cell[9];
	is(syscall(__NR_kill, pid, 0), -ESRCH,
	   "row 14: the leader of a %s is reaped", what);
	is(by_session ? getsid(member) : getpgid(member), pid,
	   "row 14: the %s keeps its number", what);
	for (i = 0; i < 3; i++) {
		write_number(LAST, pid - 1);
		taken += one_fork() == pid;
	}
	is(taken, 0, "row 14: while the %s lives nobody gets it", what);
	end_child(member);
	write_number(LAST, pid - 1);
	is(one_fork(), pid, "row 14: then it is free again");
}

int main(void)
{
	cell = shared(4096);
	setpgid(0, 0);
	test_orphan();
	test_thread_group();
	test_subreaper();	/* from here on we are one */
	test_pdeathsig();
	test_orphaned();
	test_tstp();
	test_setpgid();
	test_group_kill();
	want_last_pid();
	hold(0);
	hold(1);
	return done_testing();
}
