/*
 * RLIMIT_NPROC and the other limits of a process. The user is one that nobody
 * else on the host is likely to be.
 * needs: root
 */
#include "tap.h"

#define USER	54321
#define THREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
		 CLONE_THREAD)

static int limit(int what, unsigned long n)
{
	struct rlimit r = { n, n };

	return setrlimit(what, &r);
}

static void become_user(void)
{
	setgid(USER);
	setuid(USER);
}

static int with_limit(void *arg)
{
	become_user();
	limit(RLIMIT_NPROC, (long)arg);
	return -try_fork();
}

static int clones(void *arg)
{
	long r;

	become_user();
	limit(RLIMIT_NPROC, 1);
	r = clone_raw((long)arg, NULL, NULL, NULL, NULL);
	return -r;
}

static int root_with_limit(void *arg)
{
	limit(RLIMIT_NPROC, (long)arg);
	return -try_fork();
}

static int inherited(void *arg)
{
	struct rlimit r;
	int status;
	pid_t pid;

	(void)arg;
	limit(RLIMIT_NPROC, 7);
	pid = fork();
	if (!pid) {
		getrlimit(RLIMIT_NPROC, &r);
		limit(RLIMIT_NPROC, 5);
		_exit(r.rlim_cur != 7 || r.rlim_max != 7);
	}
	waitpid(pid, &status, 0);
	getrlimit(RLIMIT_NPROC, &r);
	return status || r.rlim_cur != 7;
}

static void test_nproc(void)
{
	is(in_child(with_limit, (void *)1), EAGAIN << 8,
	   "row 17: a user with a limit of 1: EAGAIN");
	is(in_child(with_limit, (void *)0), EAGAIN << 8, "row 17: also with 0");
	is(in_child(with_limit, (void *)2), 0, "row 17: with 2 one child");
	is(in_child(root_with_limit, (void *)1), 0,
	   "row 18: root is exempt");
	is(in_child(clones, (void *)(CLONE_VM | CLONE_VFORK | SIGCHLD)),
	   EAGAIN << 8, "row 17: vfork likewise");
	is(in_child(clones, (void *)THREAD), EAGAIN << 8,
	   "row 19: a thread likewise");
	is(in_child(clones, (void *)(CLONE_SIGHAND | SIGCHLD)), EINVAL << 8,
	   "row 47: the flags are checked before");
	is(in_child(inherited, NULL), 0, "row 17: limits are copied at fork");
}

static char stacks[8][8192] __attribute__((aligned(16)));
static volatile int leave;

static int idle(void *arg)
{
	(void)arg;
	while (!leave)
		usleep(1000);
	return 0;
}

static int thread_count(void *arg)
{
	int i, r;

	(void)arg;
	become_user();
	limit(RLIMIT_NPROC, 5);
	for (i = 0; i < 8; i++) {
		r = clone(idle, stacks[i] + sizeof(stacks[i]), THREAD, NULL,
			  NULL, NULL, NULL);
		if (r < 0)
			break;
	}
	if (i != 4)
		return 1 + i;
	if (errno != EAGAIN && r != -EAGAIN)
		return 20;
	if (syscall(__NR_fork) != -EAGAIN)
		return 21;
	leave = 1;
	for (i = 0; i < 5000 && try_fork() < 0; i++)
		usleep(1000);
	return i == 5000 ? 22 : 0;
}

static int reaped(void *arg)
{
	pid_t first, second;

	(void)arg;
	become_user();
	limit(RLIMIT_NPROC, 3);
	first = sleeper();
	second = sleeper();
	if (first < 0 || second < 0)
		return 1;
	if (try_fork() != -EAGAIN)
		return 2;
	kill(first, SIGKILL);
	if (await_state(first, "Z") != 'Z')
		return 3;
	if (try_fork() != -EAGAIN)	/* a zombie counts */
		return 4;
	waitpid(first, NULL, 0);
	if (try_fork() != 0)
		return 5;
	end_child(second);
	return 0;
}

/* Another process of the user counts, and setuid moves the count. */
static int counted_together(void *arg)
{
	int go[2], status;
	pid_t pid;
	char c;

	(void)arg;
	pipe(go);
	pid = fork();
	if (!pid) {
		become_user();
		write(go[1], "x", 1);
		for (;;)
			pause();
	}
	read(go[0], &c, 1);
	status = in_child(with_limit, (void *)2);
	end_child(pid);
	if (status != EAGAIN << 8)
		return 1;
	return in_child(with_limit, (void *)2) ? 2 : 0;
}

static void test_counts(void)
{
	is(in_child(thread_count, NULL), 0,
	   "row 19: threads count as processes do");
	is(in_child(reaped, NULL), 0,
	   "row 20: a zombie counts, a reaped child does not");
	is(in_child(counted_together, NULL), 0,
	   "row 17: all processes of a user count");
}

static int user_sets(void *arg)
{
	struct rlimit r = { 10, 20 };

	(void)arg;
	setrlimit(RLIMIT_NPROC, &r);
	become_user();
	r.rlim_cur = 21;
	if (syscall(__NR_setrlimit, RLIMIT_NPROC, &r) != -EINVAL)
		return 1;
	r.rlim_cur = 5;
	r.rlim_max = 21;
	if (syscall(__NR_setrlimit, RLIMIT_NPROC, &r) != -EPERM)
		return 2;
	r.rlim_cur = 20;
	r.rlim_max = 20;
	return setrlimit(RLIMIT_NPROC, &r) ? 3 : 0;
}

static void test_calls(void)
{
	struct rlimit64 big;
	struct rlimit r;

	is(in_child(user_sets, NULL), 0, "4.4: what a user may set");
	is(syscall(__NR_ugetrlimit, 16, &r), -EINVAL, "4.4: no such limit");
	is(syscall(__NR_setrlimit, 16, &r), -EINVAL, "4.4: nor to set");
	is(syscall(__NR_ugetrlimit, 0, 1), -EFAULT, "4.4: a bad pointer");
	is(syscall(__NR_setrlimit, 0, 1), -EFAULT, "4.4: a bad one to set");
	is(syscall(__NR_prlimit64, 0, RLIMIT_NPROC, NULL, &big), 0,
	   "4.4: prlimit64");
	getrlimit(RLIMIT_NPROC, &r);
	ok(big.rlim_cur == r.rlim_cur ||
	   (big.rlim_cur > 0xffffffffULL && r.rlim_cur == RLIM_INFINITY),
	   "4.4: gives the same");
	is(syscall(__NR_prlimit64, 0x7fffffff, RLIMIT_NPROC, NULL, &big),
	   -ESRCH, "4.4: prlimit64 of nobody");
}

static int files(void *arg)
{
	int fds[2], n, i;

	(void)arg;
	limit(RLIMIT_NOFILE, 20);
	for (n = 0; n < 30; n++)
		if (syscall(__NR_dup, 0) < 0)
			break;
	for (i = 0; i < 20; i++)
		if (syscall(__NR_fcntl64, i, F_GETFD) < 0)
			return 1;
	if (syscall(__NR_dup, 0) != -EMFILE)
		return 2;
	if (syscall(__NR_open, "/", O_RDONLY, 0) != -EMFILE)
		return 3;
	if (syscall(__NR_pipe, fds) != -EMFILE)
		return 4;
	if (syscall(__NR_dup2, 0, 20) != -EBADF)
		return 5;
	if (syscall(__NR_fcntl64, 0, F_DUPFD, 20) != -EINVAL)
		return 6;
	close(19);
	if (syscall(__NR_pipe, fds) != -EMFILE)
		return 7;
	return dup(0) != 19 ? 8 : 0;	/* the failed pipe took nothing */
}

static int file_size(void *arg)
{
	const char *name = "guest-limits";
	int fd, result = 0;

	(void)arg;
	signal(SIGXFSZ, SIG_IGN);
	limit(RLIMIT_FSIZE, 10);
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (write(fd, "0123456", 7) != 7)
		result = 1;
	else if (write(fd, "789abcde", 8) != 3)
		result = 2;
	else if (syscall(__NR_write, fd, "x", 1) != -EFBIG)
		result = 3;
	else if (syscall(__NR_ftruncate64, fd, 11, 0) != -EFBIG)
		result = 4;
	unlink(name);
	if (result)
		return result;
	signal(SIGXFSZ, SIG_DFL);
	limit(RLIMIT_CORE, 0);
	write(fd, "x", 1);
	return 5;
}

static int space(void *arg)
{
	char *p;

	(void)arg;
	limit(RLIMIT_AS, 64 << 20);
	p = mmap(NULL, 128 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		 0);
	if (p != MAP_FAILED || errno != ENOMEM)
		return 1;
	p = mmap(NULL, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		 0);
	return p == MAP_FAILED ? 2 : 0;
}

static void test_others(void)
{
	is(in_child(files, NULL), 0, "4.4: RLIMIT_NOFILE: EMFILE");
	is(in_child(file_size, NULL), SIGXFSZ,
	   "4.4: RLIMIT_FSIZE: EFBIG and SIGXFSZ");
	is(in_child(space, NULL), 0, "4.4: RLIMIT_AS: ENOMEM");
}

int main(void)
{
	test_nproc();
	test_counts();
	test_calls();
	test_others();
	return done_testing();
}
