/*
 * clone: what parent and child share with each flag, the numbers it stores,
 * the signal at the child's death, and the flags it refuses.
 */
#include "tap.h"

static char **args;
static volatile int stored;
static int fd;
static int *cell;		/* one page that all share */

static int nothing(void *arg)
{
	return (int)arg;
}

/* Clone with flags that must be refused; the errno, or 0 if they were not. */
static int refused_with(unsigned long flags, int *ptid, void *tls)
{
	pid_t pid = clone(nothing, new_stack(), flags, NULL, ptid, tls, NULL);

	if (pid < 0)
		return errno;
	usleep(50000);
	waitpid(pid, NULL, __WALL);
	return 0;
}

static int refused(unsigned long flags)
{
	return refused_with(flags, NULL, NULL);
}

/* Run fn as a child made with flags; its wait status. */
static int run(unsigned long flags, int (*fn)(void *), void *arg)
{
	int status = -1;
	pid_t pid = clone(fn, new_stack(), flags, arg, NULL, NULL, NULL);

	if (pid < 0 || waitpid(pid, &status, __WALL) != pid)
		return -1;
	return status;
}

/* Files and directories. */

static int ask_lock(void *arg)
{
	struct flock lock = { .l_type = F_WRLCK };

	(void)arg;
	if (fcntl(fd, F_GETLK, &lock))
		return 1;
	if (lock.l_type != F_WRLCK || lock.l_pid != getppid())
		return 2;
	lock = (struct flock){ .l_type = F_WRLCK };
	if (fcntl(fd, F_SETLK, &lock) == 0 ||
	    (errno != EAGAIN && errno != EACCES))
		return 3;
	close(fd);
	return 0;
}

static int move_and_close(void *arg)
{
	(void)arg;
	lseek(fd, 10, SEEK_SET);
	return close(fd) ? 1 : 0;
}

static int has_cloexec(void *arg)
{
	return fcntl((int)arg, F_GETFD) == FD_CLOEXEC;
}

static int set_append(void *arg)
{
	return fcntl((int)arg, F_SETFL, O_APPEND) ? 1 : 0;
}

static int open_another(void *arg)
{
	(void)arg;
	cell[0] = open("/dev/null", O_RDWR);
	return 0;
}

static int run_self(void *arg)
{
	execve(args[0], (char *[]){ args[0], arg, NULL }, environ);
	return 99;
}

static void test_files(void)
{
	struct flock lock = { .l_type = F_WRLCK };
	int other;

	fd = open("clone-test", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (write(fd, "0123456789abcdefghij", 20) != 20)
		ok(0, "a file of 20 bytes can be written");
	ok(fcntl(fd, F_SETLK, &lock) == 0, "row 33: the parent locks a file");
	is(in_child(ask_lock, NULL), 0, "row 33: the child has not its lock");
	is(in_child(ask_lock, NULL), 0,
	   "row 33: and cannot lose it by closing the file");

	lseek(fd, 3, SEEK_SET);
	is(in_child(move_and_close, NULL), 0,
	   "row 35: the child closes a file");
	is(fcntl(fd, F_GETFD), 0, "row 35: it is still open in the parent");
	is(lseek(fd, 0, SEEK_CUR), 10, "row 34: and the offset is the child's");
	in_child(set_append, (void *)fd);
	ok(fcntl(fd, F_GETFL) & O_APPEND, "row 34: so are the status flags");

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	is(in_child(has_cloexec, (void *)fd), 1 << 8,
	   "row 37: close-on-exec is copied");
	other = dup(fd);
	is(in_child(has_cloexec, (void *)other), 0,
	   "row 37: descriptor by descriptor");

	is(run(CLONE_FILES | SIGCHLD, open_another, NULL), 0,
	   "row 36: a child with CLONE_FILES opens a file");
	is(fcntl(cell[0], F_GETFD), 0, "row 36: the parent has it too");
	is(run(CLONE_FILES | SIGCHLD, run_self, "closed"), 0,
	   "row 36: exec gives the child a table of its own");
	is(fcntl(fd, F_GETFD), FD_CLOEXEC,
	   "row 36: so that close-on-exec closes nothing in the parent");
	is(run(CLONE_FILES | SIGCHLD, move_and_close, NULL), 0,
	   "row 36: a child with CLONE_FILES closes a file");
	is(fcntl(fd, F_GETFD) < 0 ? errno : 0, EBADF,
	   "row 36: it is closed in the parent");
	is(fcntl(other, F_GETFD), 0, "row 36: another stays open");
	fd = other;
	run(CLONE_VM | SIGCHLD, move_and_close, NULL);
	is(fcntl(fd, F_GETFD), 0, "row 35: CLONE_VM alone shares no table");
	unlink("clone-test");
}

static int move_away(void *arg)
{
	(void)arg;
	umask(077);
	return chdir("clone-dir") ? 1 : 0;
}

static void test_fs(void)
{
	char here[256], there[256];

	mkdir("clone-dir", 0755);
	getcwd(here, sizeof(here));
	umask(022);
	is(run(CLONE_VM | SIGCHLD, move_away, NULL), 0,
	   "row 39: the child goes elsewhere");
	getcwd(there, sizeof(there));
	ok(strcmp(here, there) == 0, "row 39: the parent stays");
	is(umask(022), 022, "row 39: and keeps its umask");
	is(run(CLONE_FS | SIGCHLD, move_away, NULL), 0,
	   "row 38: the child goes elsewhere with CLONE_FS");
	getcwd(there, sizeof(there));
	ok(strlen(there) > strlen(here) &&
	   strcmp(there + strlen(there) - 9, "clone-dir") == 0,
	   "row 38: the parent goes with it");
	is(umask(022), 077, "row 38: and has its umask");
	chdir(here);
	rmdir("clone-dir");
}

/* Memory and signal handlers. */

static int store(void *arg)
{
	stored = (int)arg;
	return 0;
}

static int map_page(void *arg)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	*p = 'x';
	cell[0] = (int)p;
	return 0;
}

static void handler(int sig)
{
	(void)sig;
	stored++;
}

static int change_action(void *arg)
{
	(void)arg;
	signal(SIGUSR1, handler);
	return 0;
}

static int block_usr1(void *arg)
{
	sigset_t set;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	tgkill(getpid(), gettid(), SIGUSR1);
	sigpending(&set);
	return sigismember(&set, SIGUSR1) ? 0 : 1;
}

static sighandler_t action(int sig)
{
	struct sigaction sa;

	sigaction(sig, NULL, &sa);
	return sa.sa_handler;
}

static void test_sharing(void)
{
	sigset_t set;

	stored = 1;
	is(run(SIGCHLD, store, (void *)2), 0, "row 41: a child stores");
	is(stored, 1, "row 41: without CLONE_VM for itself");
	is(run(CLONE_VM | SIGCHLD, store, (void *)3), 0,
	   "row 40: a child stores");
	is(stored, 3, "row 40: with CLONE_VM for its parent too");
	run(CLONE_VM | SIGCHLD, map_page, NULL);
	is(*(volatile char *)cell[0], 'x',
	   "row 40: what the child maps outlives it");

	signal(SIGUSR1, SIG_DFL);
	run(CLONE_VM | SIGCHLD, change_action, NULL);
	ok(action(SIGUSR1) == SIG_DFL,
	   "row 42: CLONE_VM alone leaves the handlers apart");
	run(CLONE_VM | CLONE_SIGHAND | SIGCHLD, change_action, NULL);
	ok(action(SIGUSR1) == handler,
	   "row 42: with CLONE_SIGHAND the child sets them for both");
	is(run(CLONE_VM | CLONE_SIGHAND | SIGCHLD, block_usr1, NULL), 0,
	   "row 43: the child blocks and raises a signal");
	sigprocmask(SIG_SETMASK, NULL, &set);
	ok(!sigismember(&set, SIGUSR1), "row 43: the parent's mask is its own");
	sigpending(&set);
	ok(!sigismember(&set, SIGUSR1), "row 43: and its pending signals are");
	is(run(CLONE_VM | CLONE_SIGHAND | SIGCHLD, run_self, "default"), 0,
	   "row 42: exec resets the handlers of the child");
	ok(action(SIGUSR1) == handler, "row 42: and leaves the parent's");
	signal(SIGUSR1, SIG_DFL);
}

/* The signal at the child's death. */

static siginfo_t last;

static void keep_info(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)uc;
	last = *info;
	stored++;
}

static void catch_info(int sig)
{
	struct sigaction sa = { .sa_flags = SA_SIGINFO };

	sa.sa_handler = (void *)keep_info;
	sigaction(sig, &sa, NULL);
}

static void test_exit_signal(void)
{
	sigset_t all, set, none;
	int status;
	pid_t pid;

	sigfillset(&all);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &all, NULL);

	pid = clone_raw(65, NULL, NULL, NULL, NULL);
	if (!pid)
		_exit(3);
	ok(pid > 0, "row 57: exit signal 65 is taken");
	is(waitpid(pid, &status, __WALL) == pid ? status : -1, 3 << 8,
	   "row 57: such a child can be waited for");
	sigpending(&set);
	ok(!set.sig[0] && !set.sig[1], "row 57: and sends nothing");

	pid = clone_raw(0, NULL, NULL, NULL, NULL);
	if (!pid)
		_exit(4);
	is(waitpid(pid, &status, 0) < 0 ? errno : 0, ECHILD,
	   "row 58: exit signal 0: a plain wait does not see it");
	is(waitpid(-1, &status, WNOHANG) < 0 ? errno : 0, ECHILD,
	   "row 58: nor among all");
	is(waitpid(pid, &status, __WCLONE) == pid ? status : -1, 4 << 8,
	   "row 58: a wait for clones does");
	sigpending(&set);
	ok(!set.sig[0] && !set.sig[1], "row 58: and it sends nothing");

	pid = fork();
	if (!pid)
		_exit(0);
	is(waitpid(pid, &status, __WCLONE) < 0 ? errno : 0, ECHILD,
	   "row 58: a wait for clones does not see a forked child");
	waitpid(pid, &status, 0);
	sigpending(&set);
	ok(set.sig[0] == 1UL << (SIGCHLD - 1) && !set.sig[1],
	   "row 59: which sends SIGCHLD alone");
	signal(SIGCHLD, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);

	catch_info(SIGUSR1);
	catch_info(SIGCHLD);
	pid = clone_raw(SIGUSR1, NULL, NULL, NULL, NULL);
	if (!pid)
		_exit(5);
	waitpid(pid, &status, __WALL);
	is(status, 5 << 8, "row 59: a child that ends with SIGUSR1");
	sigpending(&set);
	ok(set.sig[0] == 1UL << (SIGUSR1 - 1) && !set.sig[1],
	   "row 59: sends it, and no SIGCHLD");
	stored = 0;
	sigprocmask(SIG_SETMASK, &none, NULL);
	is(stored, 1, "row 59: once");
	is(last.si_signo, SIGUSR1, "row 59: si_signo says SIGUSR1");
	is(last.si_code, CLD_EXITED, "row 59: si_code says CLD_EXITED");
	ok(last.si_pid == pid, "row 59: si_pid is the child");

	sigprocmask(SIG_SETMASK, &all, NULL);
	pid = clone_raw(SIGUSR1, NULL, NULL, NULL, NULL);
	if (!pid) {
		run_self("six");
		_exit(99);
	}
	await_state(pid, "Z");
	is(waitpid(pid, &status, WNOHANG) == pid ? status : -1, 6 << 8,
	   "row 60: after exec it is an ordinary child");
	sigpending(&set);
	ok(set.sig[0] == 1UL << (SIGCHLD - 1),
	   "row 60: that sends SIGCHLD at its end");
	signal(SIGCHLD, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Thread numbers in memory. */

static int ctid, ptid;

static int pause_child(void *arg)
{
	set_word(&cell[0], 1);
	for (;;)
		pause();
	return (int)arg;
}

static int other_address(void *arg)
{
	return syscall(__NR_set_tid_address, arg) == gettid() ? 0 : 1;
}

static void test_tids(void)
{
	int status, word = -1;
	pid_t pid;

	ptid = 0;
	pid = clone_raw(CLONE_PARENT_SETTID | SIGCHLD, NULL, &ptid, NULL, NULL);
	if (!pid)
		_exit(ptid == 0 ? 0 : 1);
	ok(ptid == pid, "row 61: the number is stored when clone returns");
	waitpid(pid, &status, 0);
	is(status, 0, "row 61: not in the child's memory");
	pid = clone_raw(CLONE_PARENT_SETTID | SIGCHLD, NULL, (int *)1, NULL,
			NULL);
	if (!pid)
		_exit(0);
	ok(pid > 0, "row 62: a bad address for it is no failure");
	is(waitpid(pid, &status, 0) == pid ? status : -1, 0,
	   "row 62: the child runs");
	ptid = 7;
	is(refused_with(CLONE_PARENT_SETTID | CLONE_SIGHAND, &ptid, NULL),
	   EINVAL, "row 61: a clone that fails");
	is(ptid, 7, "row 61: stores no number");

	ctid = 7;
	pid = clone_raw(CLONE_CHILD_SETTID | SIGCHLD, NULL, NULL, NULL, &ctid);
	if (!pid)
		_exit(ctid == gettid() ? 0 : 1);
	waitpid(pid, &status, 0);
	is(status, 0, "row 63: the child finds its number");
	is(ctid, 7, "row 63: the parent's copy is untouched");
	pid = clone_raw(CLONE_CHILD_SETTID | SIGCHLD, NULL, NULL, NULL,
			(int *)1);
	if (!pid)
		_exit(0);
	waitpid(pid, &status, 0);
	is(status, 0, "row 64: a bad address for it does not harm the child");

	cell[0] = 7;
	pid = clone_raw(CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, NULL,
			cell);
	if (!pid)
		_exit(cell[0] == 7 ? 0 : 1);
	waitpid(pid, &status, 0);
	is(status, 0, "row 66: CLONE_CHILD_CLEARTID writes nothing at first");
	is(cell[0], 7, "row 66: nor at the end, if the memory is not shared");

	cell[0] = 0;
	pid = clone(pause_child, new_stack(), CLONE_VM | CLONE_CHILD_SETTID |
		    CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, NULL, &ctid);
	await_word(&cell[0], 0);
	ok(ctid == pid, "row 67: a child in our memory has its number there");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	is(status, SIGKILL, "row 67: it is killed");
	is(ctid, 0, "row 67: and 0 is written nevertheless");

	ctid = 7;
	word = 8;
	pid = clone(other_address, new_stack(), CLONE_VM | SIGCHLD |
		    CLONE_CHILD_CLEARTID, &word, NULL, NULL, &ctid);
	waitpid(pid, &status, 0);
	is(status, 0, "row 68: set_tid_address gives the thread's number");
	is(ctid, 7, "row 68: and forgets the address before");
	is(word, 0, "row 68: the new word is cleared at the end");
	is(syscall(__NR_set_tid_address, 1), getpid(),
	   "row 68: any address will do");
	syscall(__NR_set_tid_address, &ctid);
}

/* Whose child, which stack. */

static int tell_parent(void *arg)
{
	(void)arg;
	cell[1] = getppid();
	return 8;
}

static int sibling(void *arg)
{
	pid_t pid = clone(tell_parent, new_stack(), CLONE_PARENT | SIGUSR1,
			  NULL, NULL, NULL, NULL);
	cell[0] = pid;
	(void)arg;
	return waitpid(pid, NULL, __WALL) == -1 && errno == ECHILD ? 0 : 1;
}

static void test_parent(void)
{
	sigset_t set, old;
	int status;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	is(in_child(sibling, NULL), 0,
	   "row 81: with CLONE_PARENT the caller has no child");
	pid = waitpid(cell[0], &status, __WALL);
	ok(pid == cell[0], "row 81: but its parent has one more");
	is(status, 8 << 8, "row 81: with a status");
	ok(cell[1] == getpid(), "row 81: whose getppid says so");
	sigpending(&set);
	ok(!sigismember(&set, SIGUSR1),
	   "row 81: the signal at its end is the caller's");
	sigprocmask(SIG_SETMASK, &old, NULL);

	stored = 1;
	pid = clone_raw(SIGCHLD, NULL, NULL, NULL, NULL);
	if (!pid)
		_exit(++stored);
	waitpid(pid, &status, 0);
	is(status, 2 << 8, "row 83: stack 0 gives the child the parent's");
	is(stored, 1, "row 83: in memory of its own");
	pid = clone_raw(CLONE_VM | SIGCHLD, (void *)4, NULL, NULL, NULL);
	is(waitpid(pid, &status, 0) == pid ? status & 0x7f : -1, SIGSEGV,
	   "row 84: a bad stack kills the child when it is used");
}

/* What is refused. */

static int refused_as_user(void *arg)
{
	struct rlimit limit = { 1, 1 };

	if (setuid(1000))
		return getenv("HOST") ? 98 : 97;
	if (arg)
		setrlimit(RLIMIT_NPROC, &limit);
	cell[0] = refused(CLONE_NEWNS | CLONE_FS | SIGCHLD);
	cell[1] = refused(CLONE_NEWPID | SIGCHLD);
	cell[2] = refused(CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD);
	cell[3] = refused(CLONE_THREAD | CLONE_VM);
	cell[4] = refused_with(CLONE_NEWPID | CLONE_SETTLS | SIGCHLD, NULL,
			       NULL);
	cell[5] = refused_with(CLONE_SETTLS | SIGCHLD, NULL, NULL);
	return waitpid(-1, NULL, WNOHANG | __WALL) == -1 && errno == ECHILD ?
		0 : 1;
}

static void test_refused(void)
{
	const unsigned long thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	int status;

	is(refused(CLONE_THREAD | CLONE_VM | SIGCHLD), EINVAL,
	   "row 44: CLONE_THREAD without CLONE_SIGHAND");
	is(refused(CLONE_SIGHAND | SIGCHLD), EINVAL,
	   "row 45: CLONE_SIGHAND without CLONE_VM");
	is(refused(CLONE_THREAD | CLONE_SIGHAND), EINVAL,
	   "row 45: CLONE_THREAD and CLONE_SIGHAND without CLONE_VM");
	is(refused(CLONE_NEWNS | CLONE_FS | SIGCHLD), EINVAL,
	   "row 46: CLONE_NEWNS with CLONE_FS");
	is(refused(CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD), EINVAL,
	   "row 50: CLONE_NEWIPC with CLONE_SYSVSEM");
	is(refused(thread | CLONE_NEWPID), EINVAL,
	   "row 51: CLONE_THREAD with CLONE_NEWPID");
	is(refused(thread | CLONE_NEWUSER), EINVAL,
	   "row 52: CLONE_THREAD with CLONE_NEWUSER");
	is(refused(CLONE_NEWUSER | CLONE_FS | SIGCHLD), EINVAL,
	   "row 53: CLONE_NEWUSER with CLONE_FS");
	is(refused_with(CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, &ptid,
			NULL), EINVAL,
	   "row 54: CLONE_PIDFD with CLONE_PARENT_SETTID");
	is(refused_with(CLONE_PIDFD | CLONE_DETACHED | SIGCHLD, &ptid, NULL),
	   EINVAL, "row 55: CLONE_PIDFD with CLONE_DETACHED");
	is(run(CLONE_DETACHED | SIGCHLD, nothing, (void *)9), 9 << 8,
	   "row 56: CLONE_DETACHED alone means nothing");
	is(run(CLONE_UNTRACED | CLONE_PTRACE | CLONE_SYSVSEM | CLONE_IO |
	       SIGCHLD, nothing, (void *)9), 9 << 8,
	   "row 56: nor do flags about what is not there");
	is(refused_with(CLONE_NEWNS | CLONE_FS | CLONE_SETTLS | SIGCHLD, NULL,
			NULL), EINVAL,
	   "row 46: combinations are looked at before the TLS pointer");
	is(waitpid(-1, NULL, WNOHANG | __WALL) < 0 ? errno : 0, ECHILD,
	   "no refused clone left a child");

	status = in_child(refused_as_user, NULL);
	if (status == 98 << 8) {
		ok(1, "rows 47, 48, 49, 50 # SKIP cannot become user 1000");
		return;
	}
	is(status, 0, "row 49: another user is refused without a trace");
	is(cell[1], EPERM, "row 49: a pid namespace");
	is(cell[2], EPERM, "row 50: and hears EPERM before EINVAL");
	is(cell[4], EPERM, "row 49: and before EFAULT for a TLS pointer");
	is(cell[5], EFAULT, "row 72: which comes else");
	status = in_child(refused_as_user, (void *)1);
	is(status, 0, "row 47: the same with too many processes");
	is(cell[0], EINVAL, "row 47: a bad combination is said first");
	is(cell[3], EINVAL, "row 47: another, too");
	is(cell[1], EAGAIN, "row 48: the limit comes before the namespaces");
	is(cell[2], EAGAIN, "row 48: and before their combinations");
	is(cell[5], EAGAIN, "row 48: and before the TLS pointer");
}

int main(int argc, char **argv)
{
	args = argv;
	if (argc > 1 && strcmp(argv[1], "closed") == 0)
		return fcntl(3, F_GETFD) < 0 && fcntl(4, F_GETFD) == 0 ? 0 : 1;
	if (argc > 1 && strcmp(argv[1], "default") == 0)
		return action(SIGUSR1) == SIG_DFL ? 0 : 1;
	if (argc > 1)
		return 6;
	cell = shared(4096);
	close(3);
	close(4);
	test_files();
	test_fs();
	test_sharing();
	test_exit_signal();
	test_tids();
	test_parent();
	test_refused();
	return done_testing();
}
