/*
 * Descriptors, pipes, record locks, poll: every result is part of a line, so that
 * the host's Linux is the model.
 */
#include "tap.h"

#define FILE	"zfile"
static char big[200000];

static long lk(int fd, int cmd, int type, int whence, long start, long len, struct flock *out)
{
	struct flock f = { type, whence, start, len, 0 };
	long r = syscall(__NR_fcntl64, fd, cmd, &f);

	if (out)
		*out = f;
	return r;
}

static long lk64(int fd, int cmd, int type, int whence, long long start, long long len, struct flock64 *out)
{
	struct flock64 f = { type, whence, start, len, 0 };
	long r = syscall(__NR_fcntl64, fd, cmd, &f);

	if (out)
		*out = f;
	return r;
}

/* What another process learns of the locks on [at, at + len). */
static void show(int fd, int at, int len)
{
	static struct { long r; struct flock f; long r64; struct flock64 g; } *m;
	pid_t me = getpid(), pid;

	if (!m)
		m = shared(4096);
	pid = fork();
	if (!pid) {
		m->r = lk(fd, F_GETLK, F_WRLCK, SEEK_SET, at, len, &m->f);
		m->r64 = lk64(fd, F_GETLK64, F_RDLCK, SEEK_SET, at, len,
			      &m->g);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	ok(1, "getlk %d+%d: %d type %d whence %d %d+%d mine %d", at, len,
	   (int)m->r, m->f.l_type, m->f.l_whence, (int)m->f.l_start,
	   (int)m->f.l_len, m->f.l_pid == me);
	ok(1, "getlk64 %d+%d: %d type %d whence %d %d+%d mine %d", at, len,
	   (int)m->r64, m->g.l_type, m->g.l_whence, (int)m->g.l_start,
	   (int)m->g.l_len, m->g.l_pid == me);
}

static void locks(void)
{
	int fd = open(FILE, O_RDWR | O_CREAT, 0600), r;
	pid_t pid;

	is(write(fd, big, 1000), 1000, "file");
	is(lk(fd, F_SETLK, F_WRLCK, SEEK_SET, 0, 100, NULL), 0, "lock");
	show(fd, 50, 10); show(fd, 100, 10);
	is(lk(fd, F_SETLK, F_UNLCK, SEEK_SET, 20, 30, NULL), 0, "unlock middle");
	show(fd, 0, 20); show(fd, 20, 30); show(fd, 50, 1); show(fd, 0, 0);
	is(lk(fd, F_SETLK, F_RDLCK, SEEK_SET, 10, 20, NULL), 0, "read lock over");
	show(fd, 10, 5); show(fd, 25, 5); show(fd, 29, 2); show(fd, 9, 1);
	is(lk64(fd, F_SETLK64, F_WRLCK, SEEK_END, -100, 0, NULL), 0, "to infinity");
	show(fd, 2000, 1);
	is(lk64(fd, F_SETLK64, F_WRLCK, SEEK_CUR, -100, -100, NULL), 0, "backwards");
	show(fd, 850, 1); show(fd, 799, 1);
	is(lk64(fd, F_SETLK64, F_WRLCK, SEEK_SET, 0x7fffffffffffffffLL, 2, NULL), -EOVERFLOW, "overflow");
	is(lk64(fd, F_SETLK64, F_WRLCK, SEEK_SET, 5, -6, NULL), -EINVAL, "below zero");
	is(lk64(fd, F_SETLK64, F_WRLCK, SEEK_SET, -1, 6, NULL), -EINVAL, "negative");
	is(lk64(fd, F_SETLK64, 7, SEEK_SET, 0, 6, NULL), -EINVAL, "type");
	is(lk64(fd, F_SETLK64, F_WRLCK, 9, 0, 6, NULL), -EINVAL, "whence");
	is(syscall(__NR_fcntl64, fd, F_SETLK64, 0), -EFAULT, "bad pointer");
	pid = fork();
	if (!pid) {
		long a = lk(fd, F_SETLK, F_WRLCK, SEEK_SET, 0, 10, NULL);
		long b = lk(fd, F_SETLKW, F_WRLCK, SEEK_SET, 0, 10, NULL);

		_exit(a == -EAGAIN && b == 0 ? 7 : 1);
	}
	usleep(50000);
	close(dup(fd));		/* drops all */
	waitpid(pid, &r, 0);
	is(r, 7 << 8, "waited for the lock");
	close(fd);
	fd = open(FILE, O_RDONLY, 0);
	is(lk(fd, F_SETLK, F_WRLCK, SEEK_SET, 0, 10, NULL), -EBADF, "opened for reading");
	close(fd);
}

static void pipes(void)
{
	int p[2], i, n, st, sum = 0;
	struct pollfd pf[2];
	struct iovec v[3] = { { "abc", 3 }, { "", 0 }, { "defg", 4 } };
	char buf[100];
	pid_t pid;

	is(pipe2(p, O_NONBLOCK | O_CLOEXEC), 0, "pipe2");
	is(syscall(__NR_fcntl64, p[0], F_GETFD, 0), 1, "cloexec");
	is(syscall(__NR_fcntl64, p[0], F_GETFL, 0) & ~0100000, O_NONBLOCK, "flags");
	is(syscall(__NR_read, p[0], buf, 1), -EAGAIN, "empty");
	is(syscall(__NR_read, p[0], buf, 0), 0, "nothing asked");
	is(syscall(__NR_read, p[1], buf, 1), -EBADF, "wrong end");
	is(syscall(__NR_writev, p[1], v, 3), 7, "writev");
	is(syscall(__NR_read, p[0], buf, 100), 7, "all of it");
	ok(!memcmp(buf, "abcdefg", 7), "text");
	for (n = 0; (i = syscall(__NR_write, p[1], big, 4096)) == 4096; n++)
		;
	is(n, 16, "pages");
	is(i, -EAGAIN, "full");
	pf[0].fd = p[0]; pf[0].events = POLLIN; pf[1].fd = p[1]; pf[1].events = POLLOUT;
	is(poll(pf, 2, 0), 1, "poll full");
	is(pf[0].revents, POLLIN, "in"); is(pf[1].revents, 0, "not out");
	is(syscall(__NR_read, p[0], big, 5000), 5000, "across a page");
	is(syscall(__NR_write, p[1], 1, 10), -EFAULT, "bad address");
	is(syscall(__NR_read, p[0], 1, 10), -EFAULT, "bad address");
	is(syscall(__NR_read, p[0], big, sizeof(big)), 65536 - 5000, "the rest");
	is(poll(pf, 2, 0), 1, "poll empty");
	is(pf[0].revents, 0, "nothing in"); is(pf[1].revents, POLLOUT, "out");
	is(poll(pf, 1, 30), 0, "times out");
	close(p[1]);
	is(poll(pf, 1, -1), 1, "hangup"); is(pf[0].revents, POLLHUP, "hup");
	is(pf[1].revents, POLLOUT, "untouched");
	is(poll(pf + 1, 1, -1), 1, "closed"); is(pf[1].revents, POLLNVAL, "nval");
	is(syscall(__NR_read, p[0], buf, 1), 0, "end");
	close(p[0]);
	is(syscall(__NR_pipe, 1), -EFAULT, "pipe fault");
	is(pipe(p), 0, "same numbers"); is(p[0], 3, "3"); is(p[1], 4, "4");
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < (int)sizeof(big); i++)
		big[i] = i * 7 + (i >> 9);
	pid = fork();
	if (!pid) {
		close(p[0]);
		_exit(write(p[1], big, sizeof(big)) == sizeof(big) ? 3 : 4);
	}
	close(p[1]);
	for (n = 0; (i = read(p[0], buf, 1 + n % 99)) > 0; n += i) {
		int k;

		for (k = 0; k < i; k++)
			sum += buf[k] != (char)((n + k) * 7 + ((n + k) >> 9));
	}
	is(n, sizeof(big), "all came"); is(sum, 0, "unchanged");
	waitpid(pid, &st, 0);
	is(st, 3 << 8, "and was written");
	close(p[0]);
	pipe(p); close(p[0]);
	is(syscall(__NR_write, p[1], buf, 1), -EPIPE, "EPIPE");
	is(poll((pf[0].fd = p[1], pf[0].events = POLLOUT, pf), 1, 0), 1, "poll");
	is(pf[0].revents, POLLOUT | POLLERR, "err");
	close(p[1]);
}

static void fds(void)
{
	int fd = open(FILE, O_RDWR | O_TRUNC, 0600), i, out, st;
	struct iovec v[2] = { { big, 10 }, { big, -1 } };
	char b[10];

	is(dup2(fd, 40), 40, "dup2 beyond 32");
	is(fcntl(40, F_DUPFD, 100), 100, "dupfd");
	is(fcntl(40, 1030, 35), 35, "dupfd cloexec");
	is(fcntl(35, F_GETFD, 0), 1, "is cloexec");
	is(fcntl(100, F_GETFD, 0), 0, "is not");
	is(syscall(__NR_dup2, 40, 40), 40, "same");
	is(syscall(__NR_dup2, 41, 41), -EBADF, "same closed");
	is(syscall(__NR_dup2, 40, 100000), -EBADF, "too big");
	if (!fork())
		_exit(fcntl(100, F_GETFD, 0) == 0 && fcntl(35, F_GETFD, 0) == 1 && dup(0) == fd + 1 &&
		      !close(100) && syscall(__NR_close, 100) == -EBADF ? 5 : 6);
	wait(&st);
	is(st, 5 << 8, "child has them");
	is(dup(0), fd + 1, "lowest");
	for (i = 0; syscall(__NR_dup, 0) >= 0; i++)
		;
	is(syscall(__NR_dup, 0), -EMFILE, "full");
	for (i = fd + 1; i < 1024; i++)
		close(i);
	is(syscall(__NR_writev, fd, v, 2), -EINVAL, "negative length");
	is(syscall(__NR_writev, fd, v, 1025), -EINVAL, "too many");
	is(syscall(__NR_readv, fd, 1, 1), -EFAULT, "fault");
	is(syscall(__NR_readv, -1, v, 0), -EBADF, "badf");
	is(write(fd, "hello world", 11), 11, "write");
	is(syscall(__NR_pread64, fd, b, 5, 6, 0), 5, "pread"); ok(!memcmp(b, "world", 5), "text");
	is(syscall(__NR_pread64, fd, b, 5, -1, -1), -EINVAL, "negative");
	is(syscall(__NR_pwrite64, fd, "W", 1, 6, 0), 1, "pwrite");
	is(lseek(fd, 0, SEEK_CUR), 11, "position stays");
	out = open("zout", O_RDWR | O_CREAT | O_TRUNC, 0600);
	is(write(out, "llo Wello Worldlo", 17), 17, "write");
	is(syscall(__NR_pread64, out, big, 100, 0, 0), 17, "length");
	ok(!memcmp(big, "llo Wello Worldlo", 17), "text");
	is(syscall(93, out, 5), 0, "truncate"); is(lseek(out, 0, SEEK_END), 5, "size");
	is(syscall(93, out, 9000), 0, "grow");
	is(syscall(__NR_pread64, out, b, 10, 3, 0), 10, "pread"); ok(!memcmp(b, " W\0\0\0\0\0\0\0\0", 10), "zeros");
	is(lseek(out, 100000, SEEK_SET), 100000, "hole"); is(write(out, "end", 3), 3, "end");
	is(syscall(__NR_pread64, out, big, 5000, 98000, 0), 2003, "over the hole");
	is(big[0], 0, "zero"); is(big[2000], 'e', "e");
	is(syscall(__NR_readlink, "zout", b, 10), -EINVAL, "no link");
	is(symlink("target", "zlink"), 0, "symlink"); is(readlink("zlink", b, 10), 6, "readlink");
	is(mkdir("zdir", 0755), 0, "mkdir");
	close(open("zdir/x", O_CREAT | O_RDWR, 0600));
	is(syscall(__NR_rmdir, "zdir"), -ENOTEMPTY, "not empty");
	is(syscall(__NR_rename, "zdir", "zdir2"), 0, "rename"); is(unlink("zdir2/x"), 0, "unlink"); is(rmdir("zdir2"), 0, "rmdir");
	unlink("zlink"); unlink("zout"); unlink(FILE);
	close(out); close(fd);
}

int main(void)
{
	locks();
	pipes();
	fds();
	return done_testing();
}
