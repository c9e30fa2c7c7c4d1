/*
 * Sending, blocking, queueing and handling signals.
 */
#include "tap.h"

#define RT	40		/* a real-time signal no library uses */

static int *cell;		/* one page that all share */
static char **args;
static int caught[64], n_caught;
static siginfo_t infos[64];

static void note(int sig)
{
	caught[n_caught++ & 63] = sig;
}

static void note_info(int sig, siginfo_t *info, void *uc)
{
	(void)uc;
	infos[n_caught & 63] = *info;
	note(sig);
}

static void catch(int sig, unsigned long flags)
{
	struct sigaction sa = { .sa_handler = note, .sa_flags = flags };

	if (flags & SA_SIGINFO)
		sa.sa_handler = (void *)note_info;
	sigaction(sig, &sa, NULL);
}

static sigset_t set_of(int a, int b)
{
	sigset_t set;

	sigemptyset(&set);
	if (a)
		sigaddset(&set, a);
	if (b)
		sigaddset(&set, b);
	return set;
}

static void block(int a, int b)
{
	sigset_t set = set_of(a, b);

	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void unblock_all(void)
{
	sigset_t none = set_of(0, 0);

	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int pending(int sig)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, sig);
}

static int blocked(int sig)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, sig);
}

static sighandler_t action(int sig)
{
	struct sigaction sa;

	sigaction(sig, NULL, &sa);
	return sa.sa_handler;
}

static long timedwait(const sigset_t *set, siginfo_t *info, long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	return syscall(__NR_rt_sigtimedwait, set, info, ms < 0 ? NULL : &t, 8);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int sigaction_error(int sig, const struct sigaction *sa)
{
	return sigaction(sig, sa, NULL) < 0 ? errno : 0;
}

static void test_actions(void)
{
	struct sigaction sa = { .sa_handler = note }, old;

	is(sigaction_error(0, NULL), EINVAL, "sigaction: signal 0");
	is(sigaction_error(65, NULL), EINVAL, "sigaction: signal 65");
	is(sigaction_error(64, NULL), 0, "sigaction: signal 64 exists");
	is(sigaction_error(SIGKILL, &sa), EINVAL, "sigaction: SIGKILL");
	is(sigaction_error(SIGSTOP, &sa), EINVAL, "sigaction: SIGSTOP");
	is(sigaction_error(SIGKILL, NULL), 0, "sigaction: may be asked about");
	is(syscall(__NR_rt_sigaction, SIGUSR1, &sa, NULL, 4), -EINVAL,
	   "sigaction: a mask of 4 bytes");
	is(syscall(__NR_rt_sigaction, SIGUSR1, 16, NULL, 8), -EFAULT,
	   "sigaction: a bad address");
	ok(action(SIGUSR1) == SIG_DFL,
	   "sigaction: nothing was changed by that");
	sigfillset(&sa.sa_mask);
	sa.sa_flags = SA_RESTART | SA_NODEFER | SA_ONSTACK;
	sigaction(SIGUSR1, &sa, NULL);
	sa = (struct sigaction){ .sa_handler = SIG_IGN };
	sigaction(SIGUSR1, &sa, &old);
	ok(old.sa_handler == note &&
	   old.sa_flags == (SA_RESTART | SA_NODEFER | SA_ONSTACK | SA_RESTORER),
	   "sigaction: tells what was set before");
	ok(!sigismember(&old.sa_mask, SIGKILL) &&
	   !sigismember(&old.sa_mask, SIGSTOP) &&
	   sigismember(&old.sa_mask, SIGTERM) && sigismember(&old.sa_mask, 64),
	   "sigaction: and its mask, without SIGKILL and SIGSTOP");
	signal(SIGUSR1, SIG_DFL);
}

static void test_old_calls(void)
{
	struct old_sigaction sa = { .sa_handler = note }, old;
	unsigned long mask = 1 << (SIGUSR1 - 1);

	n_caught = 0;
	is(syscall(__NR_signal, SIGUSR1, note), 0, "signal: was the default");
	raise(SIGUSR1);
	is(n_caught, 1, "signal: sets a handler");
	ok(action(SIGUSR1) == SIG_DFL, "signal: for one time");
	sa.sa_mask = 1 << (SIGTERM - 1);
	is(syscall(__NR_sigaction, SIGUSR1, &sa, NULL), 0,
	   "old sigaction: sets a handler");
	memset(&old, 0, sizeof(old));
	syscall(__NR_sigaction, SIGUSR1, NULL, &old);
	ok(old.sa_handler == note && old.sa_mask == sa.sa_mask &&
	   !(old.sa_flags & SA_RESETHAND), "old sigaction: and tells it");
	syscall(__NR_sigprocmask, SIG_BLOCK, &mask, NULL);
	raise(SIGUSR1);
	is(n_caught, 1, "old sigprocmask: blocks");
	mask = 0;
	syscall(__NR_sigpending, &mask);
	is(mask, 1 << (SIGUSR1 - 1), "old sigpending: has one word");
	block(RT, 0);
	mask = 0;
	syscall(__NR_sigprocmask, SIG_SETMASK, &mask, NULL);
	is(n_caught, 2, "old sigprocmask: and unblocks");
	ok(blocked(RT), "old sigprocmask: only the first 32 signals");
	unblock_all();
	signal(SIGUSR1, SIG_DFL);
}

/* Masks. */

static int in_handler[8];

static void look_at_mask(int sig)
{
	in_handler[0] = blocked(sig);
	in_handler[1] = blocked(SIGTERM);
	in_handler[2] = blocked(SIGUSR2);
	in_handler[3] = action(sig) == SIG_DFL;
	in_handler[4] = blocked(64);
}

static void run_with(unsigned long flags)
{
	struct sigaction sa = { .sa_handler = look_at_mask, .sa_flags = flags };

	sigaddset(&sa.sa_mask, SIGTERM);
	sigaddset(&sa.sa_mask, 64);
	sigaddset(&sa.sa_mask, SIGKILL);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
}

static volatile int depth, max_depth, runs;

static void recurse(int sig)
{
	if (++depth > max_depth)
		max_depth = depth;
	if (++runs < 5)
		raise(sig);
	depth--;
}

static void test_masks(void)
{
	struct sigaction sa = { .sa_handler = recurse };
	sigset_t set;

	block(SIGUSR2, 0);
	run_with(0);
	ok(in_handler[0], "a signal is blocked in its handler");
	ok(in_handler[1] && in_handler[4], "and so are those of sa_mask");
	ok(in_handler[2], "and those that were");
	ok(!in_handler[3], "the handler stays set");
	ok(!blocked(SIGUSR1) && !blocked(SIGTERM) && !blocked(64) &&
	   blocked(SIGUSR2), "after it the mask is as before");
	run_with(SA_NODEFER);
	ok(!in_handler[0], "SA_NODEFER: the signal itself is not blocked");
	ok(in_handler[1] && in_handler[4], "SA_NODEFER: those of sa_mask are");
	run_with(SA_RESETHAND);
	ok(in_handler[3], "SA_RESETHAND: the action is SIG_DFL in the handler");
	ok(in_handler[0], "SA_RESETHAND: which blocks its signal");
	ok(action(SIGUSR1) == SIG_DFL, "SA_RESETHAND: and SIG_DFL it stays");
	unblock_all();

	max_depth = depth = runs = 0;
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	is(max_depth, 1, "a handler that raises its signal is not nested");
	is(runs, 5, "but runs again");
	sa.sa_flags = SA_NODEFER;
	max_depth = depth = runs = 0;
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	is(max_depth, 5, "SA_NODEFER: it is");
	is(depth, 0, "SA_NODEFER: and all return");
	unblock_all();

	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	ok(!blocked(SIGKILL) && !blocked(SIGSTOP),
	   "SIGKILL and SIGSTOP cannot be blocked");
	ok(blocked(1) && blocked(32) && blocked(33) && blocked(64),
	   "all others can");
	unblock_all();
	is(sigprocmask(3, &set, NULL) < 0 ? errno : 0, EINVAL,
	   "sigprocmask: 3 is no way to do it");
	is(sigprocmask(77, NULL, &set), 0, "sigprocmask: but it may be asked");
	is(syscall(__NR_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4), -EINVAL,
	   "sigprocmask: a mask of 4 bytes");
	is(syscall(__NR_rt_sigprocmask, SIG_BLOCK, 16, NULL, 8), -EFAULT,
	   "sigprocmask: a bad address");
}

/* Pending signals. */

static void test_queue(void)
{
	static const int order[] = {
		SIGUSR1, SIGTERM, RT, RT, RT, RT + 1, 64,
	};
	int i, bad = 0;

	/* Handlers that block all, so that they run one after the other. */
	struct sigaction sa = { .sa_handler = (void *)note_info,
				.sa_flags = SA_SIGINFO };

	sigfillset(&sa.sa_mask);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(RT, &sa, NULL);
	sigaction(RT + 1, &sa, NULL);
	sigaction(64, &sa, NULL);
	block(SIGUSR1, SIGTERM);
	block(RT, RT + 1);
	block(64, 0);
	n_caught = 0;
	kill(getpid(), 64);
	kill(getpid(), RT + 1);
	for (i = 0; i < 3; i++)
		is(kill(getpid(), RT), 0,
		   "a real-time signal can be queued");
	kill(getpid(), SIGTERM);
	for (i = 0; i < 3; i++)
		kill(getpid(), SIGUSR1);
	ok(pending(SIGUSR1) && pending(SIGTERM) && pending(RT) && pending(64),
	   "blocked signals are pending");
	is(n_caught, 0, "and not handled");
	unblock_all();
	is(n_caught, 7,
	   "all come: real-time signals as often as they were sent");
	for (i = 0; i < 7; i++)
		bad |= caught[i] != order[i];
	ok(!bad, "the lowest comes first");
	ok(infos[0].si_code == SI_USER && infos[0].si_pid == getpid(),
	   "that of kill is the kernel's");
	ok(!pending(SIGUSR1) && !pending(RT) && !pending(64),
	   "nothing is left");

	block(SIGUSR1, RT);
	kill(getpid(), SIGUSR1);
	kill(getpid(), RT);
	kill(getpid(), RT);
	signal(SIGUSR1, SIG_IGN);
	signal(RT, SIG_IGN);
	ok(!pending(SIGUSR1) && !pending(RT),
	   "SIG_IGN discards what is pending");
	catch(SIGUSR1, 0);
	catch(RT, 0);
	n_caught = 0;
	unblock_all();
	is(n_caught, 0, "for good");
	block(SIGCHLD, 0);
	kill(getpid(), SIGCHLD);
	ok(pending(SIGCHLD), "a blocked SIGCHLD is pending");
	signal(SIGCHLD, SIG_DFL);
	ok(!pending(SIGCHLD), "SIG_DFL discards one that it ignores");

	/* To a thread and to its process: two sets. */
	block(SIGUSR1, 0);
	kill(getpid(), SIGUSR1);
	raise(SIGUSR1);
	unblock_all();
	is(n_caught, 2, "one for the thread and one for the process are two");
	signal(SIGUSR1, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(RT, SIG_DFL);
	signal(RT + 1, SIG_DFL);
	signal(64, SIG_DFL);
}

static void test_stop_signals(void)
{
	block(SIGTSTP, SIGCONT);
	block(SIGTTIN, 0);
	raise(SIGTSTP);
	kill(getpid(), SIGTTIN);
	ok(pending(SIGTSTP) && pending(SIGTTIN), "stop signals are pending");
	raise(SIGCONT);
	ok(!pending(SIGTSTP) && !pending(SIGTTIN), "SIGCONT takes them away");
	ok(pending(SIGCONT), "and is pending itself");
	raise(SIGTSTP);
	ok(!pending(SIGCONT), "until a stop signal takes it away");
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTSTP, SIG_DFL);
	unblock_all();
}

/* Waiting. */

static void test_timedwait(void)
{
	struct timespec bad = { 0, 1000000000 };
	sigset_t set = set_of(SIGUSR1, RT), all;
	siginfo_t info;
	long start, r;
	pid_t pid;

	block(SIGUSR1, RT);
	is(timedwait(&set, NULL, 0), -EAGAIN, "sigtimedwait: nothing is there");
	start = now_ms();
	is(timedwait(&set, NULL, 80), -EAGAIN, "sigtimedwait: 80 ms pass");
	ok(now_ms() - start >= 79 && now_ms() - start < 2000,
	   "sigtimedwait: not less, nor much more");
	is(syscall(__NR_rt_sigtimedwait, &set, NULL, &bad, 8), -EINVAL,
	   "sigtimedwait: too many nanoseconds");
	is(syscall(__NR_rt_sigtimedwait, &set, NULL, NULL, 4), -EINVAL,
	   "sigtimedwait: a mask of 4 bytes");
	is(syscall(__NR_rt_sigtimedwait, 16, NULL, NULL, 8), -EFAULT,
	   "sigtimedwait: a bad address");
	kill(getpid(), RT);
	kill(getpid(), RT);
	kill(getpid(), SIGUSR1);
	is(timedwait(&set, &info, 0), SIGUSR1,
	   "sigtimedwait: the lowest first");
	ok(info.si_signo == SIGUSR1 && info.si_code == SI_USER &&
	   info.si_pid == getpid(), "sigtimedwait: with its siginfo");
	is(timedwait(&set, &info, 0), RT, "sigtimedwait: then the next");
	ok(pending(RT), "sigtimedwait: which takes one only");
	is(timedwait(&set, &info, -1), RT, "sigtimedwait: the second");
	ok(!pending(RT), "sigtimedwait: and none is left");

	pid = fork();
	if (!pid) {
		await_state(getppid(), "S");
		usleep(30000);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	is(timedwait(&set, &info, -1), SIGUSR1,
	   "sigtimedwait: sleeps until one comes");
	ok(info.si_pid == pid, "sigtimedwait: from a child");
	waitpid(pid, NULL, 0);

	catch(SIGUSR2, SA_RESTART);
	n_caught = 0;
	pid = fork();
	if (!pid) {
		await_state(getppid(), "S");
		usleep(30000);
		kill(getppid(), SIGUSR2);
		_exit(0);
	}
	r = timedwait(&set, NULL, 5000);
	is(r, -EINTR, "sigtimedwait: a handler of another signal ends it");
	is(n_caught, 1, "sigtimedwait: after it has run");
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	sigfillset(&all);
	block(SIGCHLD, 0);
	pid = fork();
	if (!pid)
		_exit(9);
	is(timedwait(&all, &info, 5000), SIGCHLD,
	   "sigtimedwait: a child's end");
	ok(info.si_code == CLD_EXITED && info.si_pid == pid &&
	   info.si_status == 9, "sigtimedwait: says whose, and how");
	waitpid(pid, NULL, 0);
	unblock_all();
	signal(SIGUSR2, SIG_DFL);
}

static void test_sigsuspend(void)
{
	sigset_t none = set_of(0, 0), term = set_of(SIGTERM, 0);
	struct sigaction sa = { .sa_handler = look_at_mask };
	long r;

	block(SIGUSR1, SIGUSR2);
	catch(SIGUSR1, 0);
	n_caught = 0;
	kill(getpid(), SIGUSR1);
	r = sigsuspend(&none);
	ok(r == -1 && errno == EINTR, "sigsuspend: ends with EINTR");
	is(n_caught, 1, "sigsuspend: after the pending signal was handled");
	ok(blocked(SIGUSR1) && blocked(SIGUSR2),
	   "sigsuspend: the mask is back then");
	sigaction(SIGUSR1, &sa, NULL);
	kill(getpid(), SIGUSR1);
	sigsuspend(&term);
	ok(in_handler[1] && !in_handler[2] && in_handler[0],
	   "sigsuspend: in the handler its mask is in force");
	ok(!blocked(SIGTERM), "sigsuspend: and not after it");
	is(syscall(__NR_rt_sigsuspend, &none, 4), -EINVAL,
	   "sigsuspend: a mask of 4 bytes");
	is(syscall(__NR_rt_sigsuspend, 16, 8), -EFAULT,
	   "sigsuspend: a bad address");
	unblock_all();
	signal(SIGUSR1, SIG_DFL);
}

/* Who may send what to whom. */

static int error(long r)
{
	return r < 0 ? errno : 0;
}

static int as_user(void *arg)
{
	int bits;

	if (setuid(1000))
		return getenv("HOST") ? 98 : 97;
	bits = error(kill((pid_t)arg, 0)) == EPERM;
	bits |= (error(kill((pid_t)arg, SIGTERM)) == EPERM) << 1;
	bits |= (error(kill((pid_t)arg, SIGCONT)) == 0) << 2;
	bits |= (error(tgkill((pid_t)arg, (pid_t)arg, SIGTERM)) == EPERM) << 3;
	bits |= (error(kill(getpid(), 0)) == 0) << 4;
	return bits;
}

/* A number that nobody has: that of a child that is gone. */
static pid_t nobody(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void test_kill(void)
{
	pid_t pid, gone = nobody(), other;
	int status;

	is(error(kill(getpid(), 65)), EINVAL, "kill: signal 65");
	is(error(kill(getpid(), -1)), EINVAL, "kill: signal -1");
	is(error(kill(gone, 0)), ESRCH, "kill: no such process");
	is(error(kill(gone, 65)), ESRCH,
	   "kill: the process is looked for first");
	is(error(kill(-gone, SIGTERM)), ESRCH, "kill: no such group");
	is(error(kill(0x7fffffff, 0)), ESRCH, "kill: no such number");
	is(error(kill(getpid(), 0)), 0, "kill: signal 0 asks");
	is(error(tgkill(0, getpid(), 0)), EINVAL, "tgkill: group 0");
	is(error(tgkill(getpid(), -1, 0)), EINVAL, "tgkill: thread -1");
	is(error(tgkill(getppid(), getpid(), 0)), ESRCH, "tgkill: wrong group");
	is(error(tgkill(gone, gone, 0)), ESRCH, "tgkill: no such thread");
	is(error(tgkill(getpid(), getpid(), 65)), EINVAL, "tgkill: signal 65");
	is(syscall(__NR_tkill, 0, 0), -EINVAL, "tkill: thread 0");
	is(syscall(__NR_tkill, gone, 0), -ESRCH, "tkill: no such thread");

	/* A group. */
	pid = sleeper();
	setpgid(pid, pid);
	other = sleeper();
	setpgid(other, pid);
	is(kill(-pid, 0), 0, "kill: a group can be asked for");
	is(kill(-pid, SIGTERM), 0, "kill: and sent a signal");
	is(waitpid(pid, &status, 0) == pid ? status : -1, SIGTERM,
	   "kill: which reaches its leader");
	is(waitpid(other, &status, 0) == other ? status : -1, SIGTERM,
	   "kill: and its member");
	is(error(kill(-pid, 0)), ESRCH, "kill: then the group is gone");

	/* A zombie is there until it is waited for. */
	pid = fork();
	if (!pid)
		_exit(0);
	await_state(pid, "Z");
	is(kill(pid, SIGKILL), 0, "kill: a zombie takes every signal");
	is(waitpid(pid, &status, 0) == pid ? status : -1, 0,
	   "kill: to no effect");

	pid = sleeper();
	status = in_child(as_user, (void *)pid);
	if (status == 98 << 8)
		ok(1, "kill by another user # SKIP cannot become user 1000");
	else
		is(status, 31 << 8,
		   "kill: another user may send SIGCONT alone");
	is(end_child(pid), SIGKILL, "kill: SIGKILL");
}

/* Default actions: what a child does that raises the signal. */

static int raise_it(void *arg)
{
	signal((int)arg, SIG_DFL);
	unblock_all();
	raise((int)arg);
	return 77;
}

static void test_defaults(void)
{
	struct rlimit none = { 0, 0 };
	sigset_t all;
	int sig, status, fatal = 0, ignored = 0, stops = 0, blind = 0;
	pid_t pid;

	setrlimit(RLIMIT_CORE, &none);
	for (sig = 1; sig <= 64; sig++) {
		pid = fork();
		if (!pid) {
			/* A group of its own whose parent is in the session. */
			setpgid(0, 0);
			_exit(raise_it((void *)sig));
		}
		waitpid(pid, &status, WUNTRACED);
		if (status == sig)
			fatal++;
		else if (status == 77 << 8)
			ignored |= 1 << sig;
		else if (status == (sig << 8 | 0x7f)) {
			stops |= 1 << sig;
			kill(pid, SIGCONT);
			waitpid(pid, &status, 0);
			if (status != 77 << 8)
				fatal = -100;
		}
	}
	is(fatal, 56, "row 119: 56 signals kill by default, and say so");
	is(ignored, 1 << SIGCHLD | 1 << SIGCONT | 1 << SIGURG | 1 << SIGWINCH,
	   "four are ignored");
	is(stops, 1 << SIGSTOP | 1 << SIGTSTP | 1 << SIGTTIN | 1 << SIGTTOU,
	   "four stop the process");

	/* SIGKILL when everything else is blocked. */
	pid = fork();
	if (!pid) {
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		set_word(&cell[0], 1);
		for (;;)
			pause();
	}
	await_word(&cell[0], 0);
	for (sig = 1; sig <= 64; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			kill(pid, sig);
	usleep(30000);
	blind = waitpid(pid, &status, WNOHANG | WUNTRACED);
	is(blind, 0, "a process that blocks all takes no notice");
	kill(pid, SIGSTOP);
	is(waitpid(pid, &status, WUNTRACED) == pid ? status : -1, 0x137f,
	   "but SIGSTOP stops it");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	is(status, SIGKILL, "and SIGKILL kills it, stopped as it is");
}

static int stopped_child(int sig, int blocks)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	signal(SIGCONT, blocks ? SIG_IGN : SIG_DFL);
	if (blocks)
		block(SIGCONT, 0);
	catch(SIGUSR1, 0);
	n_caught = 0;
	kill(getpid(), sig);
	_exit(n_caught);
}

static void test_stop(void)
{
	int status;
	pid_t pid = stopped_child(SIGSTOP, 0);

	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGUSR1);
	usleep(30000);
	is(waitpid(pid, &status, WNOHANG), 0,
	   "a stopped process takes no other signal");
	is(proc_state(pid), 'T', "it stays in state T");
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	is(status, 1 << 8, "until SIGCONT; then its handler runs");
	pid = stopped_child(SIGSTOP, 0);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	is(status, SIGTERM, "or it dies of what was pending");
	pid = stopped_child(SIGSTOP, 1);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	is(status, 0, "an ignored and blocked SIGCONT continues as well");
}

/* What exec keeps. */

static int after_exec(void)
{
	return (action(SIGUSR1) != SIG_DFL) |
		(action(SIGUSR2) != SIG_IGN) << 1 |
		!blocked(SIGTERM) << 2 | !pending(SIGTERM) << 3 |
		!pending(RT) << 4 | blocked(SIGUSR1) << 5;
}

static void test_exec(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		catch(SIGUSR1, SA_ONSTACK);
		signal(SIGUSR2, SIG_IGN);
		block(SIGTERM, RT);
		raise(SIGTERM);
		kill(getpid(), RT);
		execve(args[0], (char *[]){ args[0], "x", NULL }, environ);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "exec: handlers go, all else about signals stays");
}

static void test_alarm(void)
{
	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } }, old;
	struct itimerval off = { { 0, 0 }, { 0, 0 } };
	struct itimerval bad = { { 0, 0 }, { 0, 1000000 } };
	long start = now_ms();

	catch(SIGALRM, SA_RESTART);
	n_caught = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
	while (n_caught < 5)
		pause();
	setitimer(ITIMER_REAL, &off, &old);
	ok(now_ms() - start >= 99, "an interval timer of 20 ms, five times");
	is(old.it_interval.tv_usec, 20000, "setitimer: tells what was set");
	is(error(setitimer(ITIMER_REAL, &bad, NULL)), EINVAL,
	   "setitimer: too many microseconds");
	is(error(setitimer(3, &timer, NULL)), EINVAL, "setitimer: timer 3");
	is(alarm(100), 0, "alarm: there was none");
	is(alarm(0), 100, "alarm: tells the seconds left, rounded");
	start = now_ms();
	alarm(1);
	n_caught = 0;
	pause();
	ok(n_caught == 1 && now_ms() - start >= 999,
	   "alarm: comes after a second");
	signal(SIGALRM, SIG_DFL);
}

int main(int argc, char **argv)
{
	args = argv;
	if (argc > 1)
		return after_exec();
	cell = shared(4096);
	test_actions();
	test_old_calls();
	test_masks();
	test_queue();
	test_stop_signals();
	test_timedwait();
	test_sigsuspend();
	test_kill();
	test_defaults();
	test_stop();
	test_exec();
	test_alarm();
	return done_testing();
}
