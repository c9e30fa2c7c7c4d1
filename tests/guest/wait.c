/*
 * What the parent learns: status words, SIGCHLD, wait4, waitpid and waitid.
 */
#include "tap.h"

static pid_t exiting(int code)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(code);
	return pid;
}

/* wait4 without errno in between. */
static long raw_wait(pid_t pid, int *status, int options)
{
	return syscall(__NR_wait4, pid, status, options, NULL);
}

static int exits_300(void *arg)
{
	(void)arg;
	return 300;
}

static int kills_itself(void *arg)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	raise((int)(long)arg);
	return 99;
}

static int divides(void *arg)
{
	struct rlimit none = { 0, 0 };
	volatile int zero = 0;

	(void)arg;
	setrlimit(RLIMIT_CORE, &none);
	return 1000 / zero;
}

/* Remove what a directory holds, and itself. */
static void remove_dir(const char *dir)
{
	char buf[2048];
	int fd, n, i;

	if (chdir(dir))
		return;
	fd = open(".", O_RDONLY | O_DIRECTORY);
	while ((n = getdents64(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n;) {
			struct linux_dirent64 *d = (void *)(buf + i);

			if (d->d_name[0] != '.')
				unlink(d->d_name);
			i += d->d_reclen;
		}
	close(fd);
	chdir("..");
	rmdir(dir);
}

static void test_core(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	const char *dir = "guest-wait";
	siginfo_t info;
	int status = 0;
	pid_t pid;

	mkdir(dir, 0700);
	pid = fork();
	if (!pid) {
		chdir(dir);
		if (setrlimit(RLIMIT_CORE, &all))
			_exit(1);
		raise(SIGABRT);
	}
	memset(&info, 0, sizeof(info));
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	waitpid(pid, &status, 0);
	is(status, 0x86, "row 120: a core dump shows in the status");
	is(info.si_code, CLD_DUMPED, "row 131: and in the code");
	remove_dir(dir);
}

static void test_status(void)
{
	is(in_child(exits_300, NULL), 0x2c00, "row 118: _exit(300)");
	is(in_child(kills_itself, (void *)SIGKILL), 9,
	   "row 119: the status of a kill is the signal");
	is(in_child(kills_itself, (void *)SIGTERM), 15, "row 119: SIGTERM");
	is(in_child(kills_itself, (void *)34), 34,
	   "row 119: a real-time signal");
	is(in_child(kills_itself, (void *)SIGABRT), 6,
	   "row 120: no core dump with a limit of 0");
	is(in_child(divides, NULL), SIGFPE, "row 119: a fault");
	is(in_child(kills_itself, (void *)SIGCHLD), 99 << 8,
	   "row 119: SIGCHLD kills nobody");
	test_core();
}

static volatile int count, codes[16], pids[16], stats[16], signo[16];

static void record(int sig, siginfo_t *info, void *uc)
{
	(void)uc;
	if (count < 16) {
		signo[count] = sig;
		codes[count] = info->si_code;
		pids[count] = info->si_pid;
		stats[count] = info->si_status;
	}
	count++;
}

static void catch(int sig, unsigned long flags)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = (void *)record;
	sa.sa_flags = SA_SIGINFO | SA_RESTART | flags;
	sigaction(sig, &sa, NULL);
	count = 0;
}

/* Wait until so many signals came, for 5 s. */
static int came(int n)
{
	int i;

	for (i = 0; i < 500 && count < n; i++)
		usleep(10000);
	return count;
}

static void test_ignored(void)
{
	int *cell = shared(4096);
	int status = -1;
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	pid = exiting(3);
	is(raw_wait(pid, &status, 0), -ECHILD,
	   "row 124: SIGCHLD ignored: nothing to wait for");
	is(status, -1, "row 124: and the status is not written");
	is(syscall(__NR_kill, pid, 0), -ESRCH,
	   "row 124: the child is gone by then");

	pid = fork();
	if (!pid) {
		usleep(100000);
		cell[0] = 1;
		_exit(0);
	}
	is(raw_wait(-1, &status, 0), -ECHILD,
	   "row 125: with SIGCHLD ignored wait ends with ECHILD");
	is(cell[0], 1, "row 125: but only after the child's death");

	signal(SIGUSR1, SIG_IGN);
	pid = clone_raw(SIGUSR1, NULL, NULL, NULL, NULL);
	if (!pid)
		_exit(5);
	is(await_state(pid, "Z"), 'Z',
	   "row 127: a child with another signal becomes a zombie");
	is(raw_wait(pid, &status, 0), -ECHILD,
	   "row 127: plain wait does not see it");
	is(raw_wait(pid, &status, __WALL), pid, "row 127: __WALL does");
	is(status, 5 << 8, "row 127: and gives its status");
	signal(SIGUSR1, SIG_DFL);

	catch(SIGCHLD, SA_NOCLDWAIT);
	pid = exiting(3);
	is(raw_wait(pid, &status, 0), -ECHILD,
	   "row 126: SA_NOCLDWAIT leaves no zombie");
	is(came(1), 1, "row 126: the handler is called");
	is(codes[0], CLD_EXITED, "row 126: with code 1");
	is(pids[0], pid, "row 126: and the child's pid");

	signal(SIGCHLD, SIG_DFL);
	pid = exiting(3);
	is(await_state(pid, "Z"), 'Z',
	   "row 124: the default action is not the same as ignoring");
	is(raw_wait(pid, &status, 0), pid, "row 124: the zombie is waited for");

	/* A zombie that exists already stays. */
	pid = exiting(4);
	await_state(pid, "Z");
	signal(SIGCHLD, SIG_IGN);
	is(raw_wait(pid, &status, 0), pid,
	   "row 124: ignoring SIGCHLD later frees no zombie");
	signal(SIGCHLD, SIG_DFL);
}

static void test_nocldstop(void)
{
	int status = 0;
	pid_t pid;

	catch(SIGCHLD, SA_NOCLDSTOP);
	pid = sleeper();
	kill(pid, SIGSTOP);
	is(raw_wait(pid, &status, WUNTRACED), pid,
	   "row 128: wait reports the stop");
	is(status, 0x137f, "row 128: as 0x137f");
	is(raw_wait(pid, &status, WUNTRACED | WNOHANG), 0,
	   "row 129: a stop is reported once");
	kill(pid, SIGCONT);
	is(raw_wait(pid, &status, WCONTINUED), pid,
	   "row 128: wait reports the continuation");
	is(status, 0xffff, "row 128: as 0xffff");
	is(raw_wait(pid, &status, WCONTINUED | WNOHANG), 0,
	   "row 129: a continuation is reported once");
	is(count, 0, "row 128: SA_NOCLDSTOP: no signals for both");
	kill(pid, SIGTERM);
	is(raw_wait(pid, &status, 0), pid, "row 128: the end is waited for");
	is(came(1), 1, "row 128: the end does signal");
	is(codes[0], CLD_KILLED, "row 128: with code 2");

	signal(SIGCHLD, SIG_IGN);
	pid = sleeper();
	setpgid(pid, pid);	/* SIGTSTP does nothing in an orphaned group */
	kill(pid, SIGTSTP);
	is(raw_wait(pid, &status, WUNTRACED), pid,
	   "row 128: ignoring SIGCHLD does not hide stops from wait");
	is(status, 0x147f, "row 128: SIGTSTP is 0x147f");
	kill(pid, SIGKILL);
	is(raw_wait(pid, &status, 0), -ECHILD, "row 124: SIGKILL as well");
	signal(SIGCHLD, SIG_DFL);
}

static void test_stops(void)
{
	int status = 0;
	pid_t pid;

	pid = sleeper();
	kill(pid, SIGSTOP);
	await_state(pid, "T");
	is(raw_wait(pid, &status, WNOHANG), 0,
	   "row 129: without WUNTRACED a stop is not reported");
	kill(pid, SIGCONT);
	await_state(pid, "S");
	is(raw_wait(pid, &status, WUNTRACED | WNOHANG), 0,
	   "row 130: stop and continue: the stop report is lost");
	is(raw_wait(pid, &status, WCONTINUED | WNOHANG), pid,
	   "row 130: the continuation is reported");
	is(status, 0xffff, "row 130: as 0xffff");

	kill(pid, SIGSTOP);
	await_state(pid, "T");
	kill(pid, SIGKILL);
	await_state(pid, "Z");
	is(raw_wait(pid, &status, WUNTRACED), pid,
	   "row 130: a stopped child is killed");
	is(status, 9, "row 130: and its death replaces the stop");
}

static void test_codes(void)
{
	int status;
	pid_t pid;

	catch(SIGCHLD, 0);
	pid = sleeper();
	kill(pid, SIGSTOP);
	came(1);
	is(codes[0], CLD_STOPPED, "row 131: the code of a stop");
	is(stats[0], SIGSTOP, "row 131: its status is the signal");
	kill(pid, SIGCONT);
	came(2);
	is(codes[1], CLD_CONTINUED, "row 131: the code of a continuation");
	is(stats[1], SIGCONT, "row 131: its status is SIGCONT");
	kill(pid, SIGKILL);
	came(3);
	is(codes[2], CLD_KILLED, "row 131: the code of a killed child");
	is(stats[2], SIGKILL, "row 131: its status is the signal");
	is(pids[0] == pid && pids[1] == pid && pids[2] == pid, 1,
	   "row 131: si_pid is the child");
	waitpid(pid, &status, 0);
	pid = exiting(300);
	came(4);
	is(codes[3], CLD_EXITED, "row 131: the code of an exit");
	is(stats[3], 44, "row 131: its status is the low byte");
	is(signo[3], SIGCHLD, "row 131: all with SIGCHLD");
	is(pids[3], pid, "row 131: si_pid is the second child");
	waitpid(pid, &status, 0);
	signal(SIGCHLD, SIG_DFL);
}

static void test_coalesce(void)
{
	sigset_t set, none;
	pid_t pid[3];
	int i;

	sigemptyset(&none);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	catch(SIGCHLD, 0);
	for (i = 0; i < 3; i++) {
		pid[i] = exiting(i);
		await_state(pid[i], "Z");
	}
	is(count, 0, "row 131: a blocked SIGCHLD waits");
	sigprocmask(SIG_SETMASK, &none, NULL);
	is(count, 1, "row 131: three deaths, one SIGCHLD");
	is(pids[0], pid[0], "row 131: that of the first");
	for (i = 0; i < 3; i++)
		is(raw_wait(-1, NULL, 0), pid[i],
		   "row 136: the oldest child first (%d)", i + 1);
	signal(SIGCHLD, SIG_DFL);
}

static void test_waitid(void)
{
	siginfo_t info;
	int status, i, zero = 1;
	pid_t pid;

	pid = exiting(7);
	memset(&info, 0x55, sizeof(info));
	is(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0,
	   "row 132: waitid gives 0");
	is(info.si_pid, pid, "row 132: and tells the child");
	is(info.si_signo, SIGCHLD, "row 132: si_signo is SIGCHLD");
	is(info.si_code, CLD_EXITED, "row 132: si_code");
	is(info.si_status, 7, "row 132: si_status is the plain code");
	is(info.si_uid, getuid(), "row 132: si_uid");
	is(info.si_errno, 0, "row 132: si_errno");
	is(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0,
	   "row 132: WNOWAIT left the child waitable");
	is(raw_wait(-1, &status, 0), pid, "row 132: wait reaps it then");
	is(status, 7 << 8, "row 132: with its status");
	is(syscall(__NR_waitid, P_PID, pid, &info, WEXITED, NULL), -ECHILD,
	   "row 136: waitid without a child");

	pid = sleeper();
	memset(&info, 0x55, sizeof(info));
	is(waitid(P_PID, pid, &info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG),
	   0, "row 133: nothing happened yet: 0");
	if (info.si_signo || info.si_errno || info.si_code || info.si_pid ||
	    info.si_uid || info.si_status)
		zero = 0;
	ok(zero, "row 133: and a siginfo of zeroes");
	kill(pid, SIGSTOP);
	is(waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT), 0,
	   "row 132: WSTOPPED with WNOWAIT");
	is(info.si_code, CLD_STOPPED, "row 131: tells code 5");
	is(info.si_status, SIGSTOP, "row 131: and the signal");
	is(waitid(P_PID, pid, &info, WSTOPPED), 0,
	   "row 132: and again without WNOWAIT");
	info.si_pid = 1;
	is(waitid(P_PID, pid, &info, WSTOPPED | WNOHANG), 0,
	   "row 129: a third time there is nothing");
	is(info.si_pid, 0, "row 129: as si_pid 0 says");
	kill(pid, SIGCONT);
	for (i = 0; i < 2; i++) {
		is(waitid(P_PID, pid, &info, WCONTINUED | (i ? 0 : WNOWAIT)),
		   0, "row 132: WCONTINUED%s", i ? "" : " with WNOWAIT");
		is(info.si_code, CLD_CONTINUED, "row 131: tells code 6");
		is(info.si_status, SIGCONT, "row 131: and SIGCONT");
	}
	is(waitid(P_PID, pid, NULL, WEXITED | WNOHANG), 0,
	   "row 133: no siginfo wanted");
	kill(pid, SIGKILL);
	is(waitid(P_PID, pid, &info, WEXITED), 0, "row 131: killed");
	is(info.si_code, CLD_KILLED, "row 131: tells code 2");
	is(info.si_status, SIGKILL, "row 131: and the signal");

	pid = exiting(0);
	is(syscall(__NR_waitid, P_PID, pid, NULL, WEXITED, NULL), 0,
	   "row 132: a child is reaped without a siginfo");
	is(raw_wait(pid, NULL, 0), -ECHILD, "row 132: it is gone");
}

static long waitid_raw(int type, int id, int options)
{
	siginfo_t info;

	return syscall(__NR_waitid, type, id, &info, options, NULL);
}

static void test_errors(void)
{
	int status = 77;
	pid_t pid;

	is(raw_wait(-1, &status, WNOHANG), -ECHILD,
	   "row 136: no children: ECHILD also with WNOHANG");
	is(raw_wait(1, &status, 0), -ECHILD, "row 136: init is no child");
	is(raw_wait(getpid(), &status, 0), -ECHILD, "row 136: nor am I");
	is(raw_wait(0x80000000, &status, 0), -ESRCH,
	   "row 136: INT_MIN has no opposite");
	pid = sleeper();
	is(waitid_raw(P_ALL, 0, 0), -EINVAL, "row 134: waitid: options 0");
	is(waitid_raw(P_ALL, 0, WNOHANG), -EINVAL,
	   "row 134: waitid: only WNOHANG");
	is(waitid_raw(P_ALL, 0, WEXITED | 0x100), -EINVAL,
	   "row 134: waitid: an unknown option");
	is(waitid_raw(7, 1, WEXITED), -EINVAL, "row 134: waitid: type 7");
	is(waitid_raw(P_PID, 0, WEXITED), -EINVAL, "row 134: waitid: pid 0");
	is(waitid_raw(P_PID, -1, WEXITED), -EINVAL, "row 134: waitid: pid -1");
	is(waitid_raw(P_PGID, -1, WEXITED), -EINVAL,
	   "row 134: waitid: group -1");
	is(waitid_raw(P_PGID, 0, WEXITED | WNOHANG), 0,
	   "row 134: waitid: group 0 is one's own");
	is(raw_wait(-1, &status, 4), -EINVAL, "row 135: wait4: WEXITED");
	is(raw_wait(-1, &status, WNOWAIT), -EINVAL, "row 135: wait4: WNOWAIT");
	is(raw_wait(-1, &status, 0x10000000), -EINVAL,
	   "row 135: wait4: an unknown option");
	is(raw_wait(-1, &status, WNOHANG | 0x40), -EINVAL,
	   "row 135: wait4: another one");
	is(raw_wait(pid, &status, WNOHANG | __WCLONE), -ECHILD,
	   "row 136: __WCLONE does not see a plain child");
	is(raw_wait(pid, &status, WNOHANG | __WALL), 0, "row 136: __WALL does");
	is(raw_wait(-1, &status, WNOHANG), 0, "row 136: nothing happened: 0");
	is(status, 77, "row 136: none of these wrote a status");
	end_child(pid);

	pid = exiting(1);
	await_state(pid, "Z");
	is(raw_wait(pid, (int *)1, 0), -EFAULT, "row 137: a bad pointer");
	is(raw_wait(pid, &status, 0), -ECHILD,
	   "row 137: the child is gone all the same");
	pid = exiting(1);
	is(syscall(__NR_wait4, pid, NULL, 0, (void *)1), -EFAULT,
	   "row 137: a bad pointer for the usage");
	is(raw_wait(pid, &status, 0), -ECHILD, "row 137: likewise");
	pid = exiting(1);
	is(syscall(__NR_waitid, P_PID, pid, (void *)1, WEXITED, NULL), -EFAULT,
	   "row 137: a bad pointer for the siginfo");
	is(raw_wait(pid, &status, 0), -ECHILD, "row 137: likewise");
	pid = exiting(1);
	is(syscall(__NR_waitpid, pid, (int *)0xc0000000, 0), -EFAULT,
	   "row 137: an address of the kernel");
	is(raw_wait(pid, &status, 0), -ECHILD, "row 137: likewise");
}

static void test_pgid(void)
{
	siginfo_t info;
	int status, go[2];
	pid_t pid, other;
	char c;

	pipe(go);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		write(go[1], "x", 1);
		_exit(6);
	}
	read(go[0], &c, 1);
	is(raw_wait(0, &status, 0), -ECHILD,
	   "row 138: wait(0): none in one's own group");
	is(raw_wait(-getpgrp(), &status, 0), -ECHILD,
	   "row 138: nor by the group's number");
	other = exiting(8);
	is(raw_wait(0, &status, 0), other,
	   "row 138: wait(0) finds a child of one's own group");
	is(raw_wait(-pid, &status, 0), pid, "row 138: wait(-pgid)");
	is(status, 6 << 8, "row 138: and its status");

	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		write(go[1], "x", 1);
		_exit(6);
	}
	read(go[0], &c, 1);
	is(waitid(P_PGID, pid, &info, WEXITED), 0, "row 138: waitid(P_PGID)");
	is(info.si_pid, pid, "row 138: finds the group's member");
	close(go[0]);
	close(go[1]);
}

static void test_selection(void)
{
	int *cell = shared(4096);
	int status;
	pid_t first, second;

	/* Waiting for one while another one ends. */
	first = fork();
	if (!first) {
		while (!cell[0])
			usleep(1000);
		usleep(30000);
		_exit(1);
	}
	second = fork();
	if (!second) {
		cell[0] = 1;
		_exit(2);
	}
	is(raw_wait(first, &status, 0), first,
	   "row 136: wait for one child is not content with another");
	is(status, 1 << 8, "row 136: its status");
	is(raw_wait(-1, &status, WNOHANG), second,
	   "row 136: the other one is there at once");
	is(status, 2 << 8, "row 136: with its own status");

	/* A grandchild is none of ours. */
	cell[0] = 0;
	first = fork();
	if (!first) {
		cell[1] = sleeper();
		cell[0] = 1;
		waitpid(cell[1], NULL, 0);
		_exit(0);
	}
	while (!cell[0])
		usleep(1000);
	is(raw_wait(cell[1], &status, WNOHANG), -ECHILD,
	   "row 136: a grandchild is no child");
	kill(cell[1], SIGKILL);
	waitpid(first, &status, 0);
}

static void test_zombie(void)
{
	int status;
	pid_t pid = exiting(1);

	is(await_state(pid, "Z"), 'Z', "row 118: a dead child is a zombie");
	is(kill(pid, 0), 0, "row 118: kill(0) finds it");
	is(kill(pid, SIGKILL), 0, "row 118: kill(SIGKILL) succeeds");
	is(waitpid(pid, &status, 0), pid, "row 118: wait reaps it");
	is(status, 1 << 8, "row 118: its status did not change");
	is(syscall(__NR_kill, pid, 0), -ESRCH, "row 118: then it is gone");
	is(proc_state(pid), 0, "row 118: also from /proc");
}

/* Row 139: a second thread. */
static char stack[16384] __attribute__((aligned(16)));
static volatile long seen[4];
static volatile pid_t by_main, by_thread;
static volatile int step;

static int second_thread(void *arg)
{
	(void)arg;
	by_thread = syscall(__NR_fork);
	if (by_thread == 0)
		for (;;)
			syscall(__NR_pause);
	seen[0] = raw_wait(by_main, NULL, WNOHANG | __WNOTHREAD);
	seen[1] = raw_wait(by_main, NULL, WNOHANG);
	seen[2] = raw_wait(by_thread, NULL, WNOHANG | __WNOTHREAD);
	syscall(__NR_kill, by_main, SIGKILL);
	seen[3] = raw_wait(by_main, NULL, 0);
	step = 1;
	while (step == 1)
		usleep(1000);
	return 0;
}

static void test_threads(void)
{
	by_main = sleeper();
	clone(second_thread, stack + sizeof(stack), CLONE_VM | CLONE_FS |
	      CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL, NULL, NULL,
	      NULL);
	while (!step)
		usleep(1000);
	is(seen[0], -ECHILD, "row 139: __WNOTHREAD: not another's child");
	is(seen[1], 0, "row 139: a plain wait sees it");
	is(seen[2], 0, "row 139: __WNOTHREAD sees one's own");
	is(seen[3], by_main, "row 139: and any thread may reap");
	is(raw_wait(by_thread, NULL, WNOHANG | __WNOTHREAD), -ECHILD,
	   "row 139: the same the other way round");
	kill(by_thread, SIGKILL);
	is(raw_wait(by_thread, NULL, 0), by_thread,
	   "row 139: the main thread reaps the second one's child");
	step = 2;
}

static void test_usage(void)
{
	struct rusage ru, all;
	struct tms t;
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		pid = fork();
		if (!pid) {
			do
				times(&t);
			while (t.tms_utime + t.tms_stime < 6);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	memset(&ru, 0x55, sizeof(ru));
	wait4(pid, &status, 0, &ru);
	ok(!ru.ru_utime.tv_sec && !ru.ru_stime.tv_sec &&
	   ru.ru_utime.tv_usec + ru.ru_stime.tv_usec >= 50000,
	   "row 32: the usage has that of waited-for grandchildren");
	getrusage(RUSAGE_CHILDREN, &all);
	ok(all.ru_utime.tv_sec * 1000000 + all.ru_utime.tv_usec +
	   all.ru_stime.tv_sec * 1000000 + all.ru_stime.tv_usec >= 50000,
	   "row 31: RUSAGE_CHILDREN counts it");
}

int main(void)
{
	setpgid(0, 0);
	test_status();
	test_zombie();
	test_ignored();
	test_nocldstop();
	test_stops();
	test_codes();
	test_coalesce();
	test_waitid();
	test_errors();
	test_pgid();
	test_selection();
	test_usage();
	test_threads();
	return done_testing();
}
