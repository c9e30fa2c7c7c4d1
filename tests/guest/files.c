/*
 * Files, directories, pipes and locks: the calls that touch them, and what
 * fork shares of them. Everything happens in a directory of its own.
 * needs: root
 */
#include "tap.h"

#define S(nr, ...)	syscall(__NR_##nr, ##__VA_ARGS__)
#define OPEN(...)	syscall(__NR_open, __VA_ARGS__)

static char home[256];	/* the path of that directory */

static int make(const char *name, const char *text)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	write(fd, text, strlen(text));
	return fd;
}

static void touch(const char *name)
{
	close(make(name, ""));
}

static int mode_of(const char *name)
{
	struct stat64 st;

	return lstat(name, &st) ? -1 : (int)st.st_mode;
}

static void test_open(void)
{
	char name[300];
	int fd, low;

	is(OPEN("none", O_RDONLY), -ENOENT, "open: ENOENT");
	is(OPEN("", O_RDONLY), -ENOENT, "open: an empty name");
	is(OPEN("none/x", O_RDWR | O_CREAT, 0600), -ENOENT,
	   "open: no directory to create in");
	fd = make("file", "content");
	is(OPEN("file", O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST,
	   "open: O_EXCL: EEXIST");
	is(OPEN("file", O_RDONLY | O_DIRECTORY), -ENOTDIR,
	   "open: O_DIRECTORY of a file");
	is(OPEN("file/", O_RDONLY), -ENOTDIR, "open: a slash behind a file");
	is(OPEN("file/x", O_RDONLY), -ENOTDIR, "open: a file as directory");
	is(OPEN(".", O_WRONLY), -EISDIR, "open: a directory for writing");
	is(OPEN(".", O_RDWR | O_CREAT, 0600), -EISDIR,
	   "open: or for creating");
	is(OPEN((char *)1, O_RDONLY), -EFAULT, "open: EFAULT");
	memset(name, 'n', sizeof(name));
	name[256] = 0;
	is(OPEN(name, O_RDWR | O_CREAT, 0600), -ENAMETOOLONG,
	   "open: a name of 256 letters");
	name[255] = 0;
	low = OPEN(name, O_RDWR | O_CREAT, 0600);
	ok(low >= 0, "open: one of 255 is allowed");
	close(low);
	unlink(name);
	low = open("file", O_RDONLY);
	is(low, fd + 1, "open: gives the lowest free number");
	is(S(write, low, "x", 1), -EBADF, "write: open for reading only");
	close(low);
	is(S(close, low), -EBADF, "close: twice");
	is(S(read, low, name, 1), -EBADF, "read: a closed descriptor");
	is(S(read, -1, name, 1), -EBADF, "read: -1");
	is(S(read, 1000000, name, 1), -EBADF, "read: a huge one");
	low = open("file", O_WRONLY);
	is(S(read, low, name, 1), -EBADF, "read: open for writing only");
	close(low);
	low = open("file", O_RDWR | O_TRUNC);
	is(S(pread64, fd, name, 10, 0, 0), 0, "open: O_TRUNC empties");
	close(low);
	close(fd);
	low = open(".", O_RDONLY);
	is(S(read, low, name, 10), -EISDIR, "read: a directory");
	close(low);
	fd = open("file", O_RDONLY | O_CLOEXEC);
	is(fcntl(fd, F_GETFD), FD_CLOEXEC, "row 37: O_CLOEXEC");
	close(fd);
	low = S(creat, "created", 0640);
	is(mode_of("created"), S_IFREG | 0640, "creat: makes a file");
	close(low);
	unlink("created");
	unlink("file");
}

static void test_offsets(void)
{
	char buf[100];
	int fd, other, status;
	pid_t pid;

	fd = make("file", "0123456789abcdefghij");
	other = dup(fd);
	lseek(fd, 2, SEEK_SET);
	pid = fork();
	if (!pid) {
		lseek(fd, 10, SEEK_SET);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	is(lseek(fd, 0, SEEK_CUR), 10, "row 34: the offset is shared by fork");
	is(lseek(other, 0, SEEK_CUR), 10, "row 34: and by dup");
	pid = fork();
	if (!pid) {
		read(fd, buf, 3);
		close(fd);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	is(read(fd, buf, 2), 2, "row 35: the child's close is its own");
	ok(!memcmp(buf, "de", 2), "row 34: reading goes on behind its read");
	close(other);
	other = open("file", O_RDONLY);
	is(lseek(other, 0, SEEK_CUR), 0, "row 34: another open has its own");
	close(other);

	is(lseek(fd, -5, SEEK_END), 15, "lseek: from the end");
	is(lseek(fd, -5, SEEK_CUR), 10, "lseek: from here");
	is(lseek(fd, -11, SEEK_CUR), -1, "lseek: not before the beginning");
	is(lseek(fd, 0, 9), -1, "lseek: a bad whence");
	is(lseek(fd, 0, SEEK_CUR), 10, "lseek: the offset stays");
	lseek(fd, 5000, SEEK_SET);
	is(read(fd, buf, 10), 0, "read: behind the end");
	write(fd, "end", 3);
	is(S(pread64, fd, buf, 100, 4000, 0), 100, "write: leaves a hole");
	is(buf[0] | buf[99], 0, "write: of zeroes");
	is(lseek(fd, 0, SEEK_END), 5003, "write: and moves the end");

	lseek(fd, 3, SEEK_SET);
	is(S(pwrite64, fd, "XY", 2, 5, 0), 2, "pwrite: writes");
	is(S(pread64, fd, buf, 4, 4, 0), 4, "pread: reads");
	ok(!memcmp(buf, "4XY7", 4), "pread: what pwrite wrote");
	is(lseek(fd, 0, SEEK_CUR), 3, "pread: the offset stays");
	is(S(pread64, fd, buf, 4, -1, -1), -EINVAL, "pread: offset -1");
	is(S(read, fd, buf, 0), 0, "read: nothing");
	is(S(read, fd, (char *)1, 4), -EFAULT, "read: EFAULT");
	is(lseek(fd, 0, SEEK_CUR), 3, "read: the offset stays then");

	S(ftruncate64, fd, 4, 0);
	is(lseek(fd, 0, SEEK_END), 4, "ftruncate: shortens");
	S(ftruncate64, fd, 10, 0);
	S(pread64, fd, buf, 10, 0, 0);
	ok(!memcmp(buf, "0123\0\0\0\0\0\0", 10),
	   "ftruncate: fills with zeroes");
	is(S(ftruncate64, fd, -1, -1), -EINVAL, "ftruncate: a length of -1");
	close(fd);
	fd = open("file", O_RDONLY);
	is(S(ftruncate64, fd, 0, 0), -EINVAL, "ftruncate: open for reading");
	close(fd);
	is(S(truncate64, "file", 2, 0), 0, "truncate: by name");
	is(S(truncate64, ".", 2, 0), -EISDIR, "truncate: a directory");
	unlink("file");
}

static void test_append(void)
{
	char buf[16];
	int fd = make("file", "abc"), app, status;
	pid_t pid;

	app = open("file", O_WRONLY | O_APPEND);
	write(app, "1", 1);
	S(pwrite64, fd, "zzz", 3, 4, 0);
	write(app, "2", 1);
	pid = fork();
	if (!pid)
		_exit(write(app, "3", 1) != 1);
	waitpid(pid, &status, 0);
	write(app, "4", 1);
	is(S(pread64, fd, buf, 16, 0, 0), 10, "O_APPEND: always at the end");
	ok(!memcmp(buf, "abc1zzz234", 10), "O_APPEND: of whoever wrote");
	is(fcntl(app, F_GETFL) & (O_APPEND | O_ACCMODE), O_APPEND | O_WRONLY,
	   "fcntl: F_GETFL");
	fcntl(app, F_SETFL, 0);
	is(fcntl(app, F_GETFL) & (O_APPEND | O_ACCMODE), O_WRONLY,
	   "fcntl: F_SETFL changes flags, not the mode");
	lseek(app, 0, SEEK_SET);
	write(app, "A", 1);
	S(pread64, fd, buf, 1, 0, 0);
	is(buf[0], 'A', "fcntl: no O_APPEND any more");
	close(app);
	close(fd);
	unlink("file");
}

static void test_dup(void)
{
	int fd = make("file", "dup"), a, b;

	a = dup(fd);
	is(a, fd + 1, "dup: the lowest free number");
	is(S(dup, 99), -EBADF, "dup: EBADF");
	is(dup2(fd, a), a, "dup2: onto an open one");
	is(dup2(fd, fd), fd, "dup2: onto itself");
	is(S(dup2, 99, 99), -EBADF, "dup2: a closed one onto itself");
	is(S(dup2, fd, -1), -EBADF, "dup2: onto -1");
	is(S(dup3, fd, fd, 0), -EINVAL, "dup3: onto itself");
	is(S(dup3, fd, a, 0x4), -EINVAL, "dup3: unknown flags");
	is(S(dup3, fd, a, O_CLOEXEC), a, "dup3: with O_CLOEXEC");
	is(fcntl(a, F_GETFD), FD_CLOEXEC, "dup3: sets it");
	b = dup(a);
	is(fcntl(b, F_GETFD), 0, "dup: does not take FD_CLOEXEC over");
	close(b);
	b = fcntl(a, F_DUPFD, 30);
	is(b, 30, "fcntl: F_DUPFD from 30 on");
	is(fcntl(a, F_DUPFD, 30), 31, "fcntl: the next is 31");
	is(fcntl(a, F_DUPFD_CLOEXEC, 40), 40, "fcntl: F_DUPFD_CLOEXEC");
	is(fcntl(40, F_GETFD), FD_CLOEXEC, "fcntl: sets it");
	fcntl(b, F_SETFL, O_NONBLOCK);
	is(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK,
	   "fcntl: flags belong to all who share");
	is(S(fcntl64, fd, 9999, 0), -EINVAL, "fcntl: an unknown command");
	is(S(fcntl64, 99, F_GETFD), -EBADF, "fcntl: EBADF");
	close(a);
	close(b);
	close(31);
	close(40);
	is(write(fd, "x", 1), 1, "dup: the last one works still");
	close(fd);
	unlink("file");
}

static int writes_to_nobody(void *arg)
{
	int fds[2];

	(void)arg;
	signal(SIGPIPE, SIG_DFL);
	pipe(fds);
	close(fds[0]);
	write(fds[1], "x", 1);
	return 1;
}

static void test_pipe(void)
{
	static char big[200000];
	struct stat64 st;
	char buf[64];
	int fds[2], status, n;
	long sum;
	pid_t pid;

	is(S(pipe, (int *)1), -EFAULT, "pipe: EFAULT");
	is(S(pipe2, fds, 0x4), -EINVAL, "pipe2: unknown flags");
	pipe(fds);
	is(fds[1], fds[0] + 1, "pipe: failures took no number");
	is(S(write, fds[0], "x", 1), -EBADF, "pipe: its reading end");
	is(S(read, fds[1], buf, 1), -EBADF, "pipe: its writing end");
	is(lseek(fds[0], 0, SEEK_SET), -1, "pipe: no lseek");
	is(S(pread64, fds[0], buf, 1, 0, 0), -ESPIPE, "pipe: nor pread");
	fstat(fds[0], &st);
	ok(S_ISFIFO(st.st_mode), "pipe: fstat");
	write(fds[1], "hello", 5);
	is(read(fds[0], buf, 64), 5, "pipe: what is there");
	is(write(fds[1], buf, 0), 0, "pipe: writing nothing");

	/* End of file comes with the last writer's close. */
	pid = fork();
	if (!pid) {
		close(fds[0]);
		usleep(30000);
		write(fds[1], "late", 4);
		_exit(0);
	}
	close(fds[1]);
	is(read(fds[0], buf, 64), 4, "pipe: a read waits for data");
	is(read(fds[0], buf, 64), 0, "pipe: then the end");
	waitpid(pid, NULL, 0);
	close(fds[0]);

	signal(SIGPIPE, SIG_IGN);
	pipe(fds);
	close(fds[0]);
	is(S(write, fds[1], "x", 1), -EPIPE, "pipe: EPIPE without readers");
	close(fds[1]);
	signal(SIGPIPE, SIG_DFL);
	is(in_child(writes_to_nobody, NULL), SIGPIPE, "pipe: and SIGPIPE");

	pipe2(fds, O_NONBLOCK | O_CLOEXEC);
	is(fcntl(fds[0], F_GETFD), FD_CLOEXEC, "pipe2: O_CLOEXEC");
	is(S(read, fds[0], buf, 1), -EAGAIN, "pipe2: O_NONBLOCK: EAGAIN");
	for (sum = 0; (n = S(write, fds[1], big, 4096)) > 0; sum += n)
		;
	is(n, -EAGAIN, "pipe: full: EAGAIN");
	is(sum, 65536, "pipe: holds 64 KiB");
	read(fds[0], big, 4096);
	is(S(write, fds[1], big, 4096), 4096, "pipe: room for what was read");
	close(fds[0]);
	close(fds[1]);

	/* More than it holds goes through in the right order. */
	pipe(fds);
	pid = fork();
	if (!pid) {
		for (n = 0; n < 200000; n++)
			big[n] = n % 251;
		_exit(write(fds[1], big, 200000) != 200000);
	}
	close(fds[1]);
	for (sum = 0; (n = read(fds[0], big + sum, 3000)) > 0; sum += n)
		;
	for (n = 0; n < 200000 && big[n] == (char)(n % 251); n++)
		;
	is(sum, 200000, "pipe: 200000 bytes");
	is(n, 200000, "pipe: all in order");
	waitpid(pid, &status, 0);
	is(status, 0, "pipe: the writer wrote all");
	close(fds[0]);
}

static void test_atomic(void)
{
	char rec[512];
	int fds[2], i, j, got, torn = 0, seen[4] = { 0, 0, 0, 0 };

	pipe(fds);
	for (i = 0; i < 4; i++)
		if (fork() == 0) {
			memset(rec, 'a' + i, sizeof(rec));
			for (j = 0; j < 200; j++)
				write(fds[1], rec, sizeof(rec));
			_exit(0);
		}
	close(fds[1]);
	for (;;) {
		for (got = 0; got < 512; got += i) {
			i = read(fds[0], rec + got, 512 - got);
			if (i <= 0)
				break;
		}
		if (got < 512)
			break;
		for (j = 1; j < 512 && rec[j] == rec[0]; j++)
			;
		torn += j < 512;
		if (rec[0] >= 'a' && rec[0] < 'e')
			seen[rec[0] - 'a']++;
	}
	is(torn, 0, "pipe: writes of 512 bytes are never mixed");
	ok(seen[0] == 200 && seen[1] == 200 && seen[2] == 200 &&
	   seen[3] == 200, "pipe: and none is lost");
	while (waitpid(-1, NULL, 0) > 0)
		;
	close(fds[0]);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void test_poll(void)
{
	struct pollfd p[3];
	int fds[2], fd;
	long start;
	pid_t pid;

	pipe(fds);
	p[0].fd = fds[0];
	p[0].events = POLLIN;
	p[1].fd = fds[1];
	p[1].events = POLLOUT;
	p[2].fd = -1;
	p[2].events = POLLIN;
	is(poll(p, 3, 1000), 1, "poll: one is ready");
	ok(p[0].revents == 0 && p[1].revents == POLLOUT && p[2].revents == 0,
	   "poll: an empty pipe can be written");
	start = now_ms();
	is(poll(p, 1, 50), 0, "poll: the time is over");
	ok(now_ms() - start >= 49, "poll: it was 50 ms");
	is(poll(p, 1, 0), 0, "poll: without waiting");
	pid = fork();
	if (!pid) {
		usleep(30000);
		write(fds[1], "x", 1);
		_exit(0);
	}
	is(poll(p, 1, 5000), 1, "poll: a child's write ends it");
	is(p[0].revents, POLLIN, "poll: POLLIN");
	waitpid(pid, NULL, 0);
	close(fds[1]);
	poll(p, 1, 0);
	is(p[0].revents, POLLIN | POLLHUP, "poll: POLLHUP with data left");
	read(fds[0], p, 0);
	p[1].fd = 99;
	is(poll(p, 2, 0), 2, "poll: a closed descriptor counts");
	is(p[1].revents, POLLNVAL, "poll: POLLNVAL");
	close(fds[0]);
	pipe(fds);
	close(fds[0]);
	p[0].fd = fds[1];
	p[0].events = POLLOUT;
	poll(p, 1, 0);
	is(p[0].revents, POLLOUT | POLLERR, "poll: POLLERR without readers");
	close(fds[1]);
	fd = make("file", "");
	p[0].fd = fd;
	p[0].events = POLLIN | POLLOUT;
	poll(p, 1, 0);
	is(p[0].revents, POLLIN | POLLOUT, "poll: a file is always ready");
	close(fd);
	unlink("file");
	is(S(poll, (void *)1, 1, 0), -EFAULT, "poll: EFAULT");
	is(S(poll, NULL, 0, 0), 0, "poll: nothing");
}

static int get_lock(int fd, int type, struct flock *l)
{
	memset(l, 0, sizeof(*l));
	l->l_type = type;
	l->l_start = 10;
	l->l_len = 10;
	return S(fcntl64, fd, F_GETLK, l);
}

static long set_lock(int fd, int cmd, int type, int start, int len)
{
	struct flock l;

	memset(&l, 0, sizeof(l));
	l.l_type = type;
	l.l_start = start;
	l.l_len = len;
	return S(fcntl64, fd, cmd, &l);
}

static void test_locks(void)
{
	int fd = make("file", "locks"), status, other;
	struct flock l;
	pid_t pid, parent = getpid();

	is(set_lock(fd, F_SETLK, F_WRLCK, 0, 100), 0, "row 33: a lock");
	get_lock(fd, F_WRLCK, &l);
	is(l.l_type, F_UNLCK, "row 33: one's own is none");
	pid = fork();
	if (!pid) {
		int r = 0;

		get_lock(fd, F_RDLCK, &l);
		r |= l.l_type != F_WRLCK || l.l_start != 0 || l.l_len != 100;
		r |= (l.l_pid != parent) << 1;
		r |= (set_lock(fd, F_SETLK, F_WRLCK, 50, 1) != -EAGAIN) << 2;
		r |= (set_lock(fd, F_SETLK, F_WRLCK, 100, 1) != 0) << 3;
		_exit(r);
	}
	waitpid(pid, &status, 0);
	is(status & 0x100, 0, "row 33: the child sees the parent's lock");
	is(status & 0x200, 0, "row 33: with its pid");
	is(status & 0x400, 0, "row 33: has it not, and gets EAGAIN");
	is(status & ~0x7ff, 0, "row 33: but may lock what is beside it");
	is(set_lock(fd, F_SETLK, F_WRLCK, 100, 1), 0,
	   "row 33: its death frees its locks");
	set_lock(fd, F_SETLK, F_UNLCK, 20, 30);
	pid = fork();
	if (!pid)
		_exit(set_lock(fd, F_SETLK, F_WRLCK, 20, 30) ||
		      set_lock(fd, F_SETLK, F_RDLCK, 19, 1) != -EAGAIN ||
		      set_lock(fd, F_SETLK, F_RDLCK, 50, 1) != -EAGAIN);
	waitpid(pid, &status, 0);
	is(status, 0, "row 33: unlocking the middle leaves both ends");

	/* A waiting one gets it when it is freed. */
	pid = fork();
	if (!pid)
		_exit(set_lock(fd, F_SETLKW, F_WRLCK, 0, 5) != 0);
	usleep(30000);
	is(waitpid(pid, &status, WNOHANG), 0, "row 33: F_SETLKW waits");
	set_lock(fd, F_SETLK, F_UNLCK, 0, 0);
	waitpid(pid, &status, 0);
	is(status, 0, "row 33: until the lock is freed");

	set_lock(fd, F_SETLK, F_RDLCK, 0, 0);
	pid = fork();
	if (!pid)
		_exit(set_lock(fd, F_SETLK, F_RDLCK, 0, 0) ||
		      set_lock(fd, F_SETLK, F_WRLCK, 0, 0) != -EAGAIN);
	waitpid(pid, &status, 0);
	is(status, 0, "row 33: readers share");
	other = open("file", O_RDONLY);
	is(set_lock(other, F_SETLK, F_WRLCK, 0, 1), -EBADF,
	   "row 33: a writer's lock on a file open for reading");
	close(other);
	pid = fork();
	if (!pid)
		_exit(set_lock(fd, F_SETLK, F_WRLCK, 0, 0) != 0);
	waitpid(pid, &status, 0);
	is(status, 0, "row 33: any close of the file frees them all");
	is(set_lock(fd, F_SETLK, 9, 0, 1), -EINVAL, "row 33: a bad type");
	is(set_lock(fd, F_SETLK, F_RDLCK, -5, 1), -EINVAL,
	   "row 33: a negative start");
	is(S(fcntl64, fd, F_SETLK, 1), -EFAULT, "row 33: EFAULT");
	close(fd);
	unlink("file");
}

static int listing(int fd, const char *name, int *type)
{
	char buf[512];
	int n, i, count = 0;

	*type = -1;
	lseek(fd, 0, SEEK_SET);
	while ((n = getdents64(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n;) {
			struct linux_dirent64 *d = (void *)(buf + i);

			count++;
			if (!strcmp(d->d_name, name))
				*type = d->d_type;
			i += d->d_reclen;
		}
	return n < 0 ? -errno : count;
}

static void test_dirs(void)
{
	char name[32], buf[256];
	int fd, i, type, file;

	is(mkdir("dir", 0755), 0, "mkdir: makes one");
	is(S(mkdir, "dir", 0755), -EEXIST, "mkdir: EEXIST");
	is(S(mkdir, "none/dir", 0755), -ENOENT, "mkdir: ENOENT");
	for (i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "dir/entry-number-%d", i);
		touch(name);
	}
	mkdir("dir/sub", 0700);
	symlink("x", "dir/link");
	fd = open("dir", O_RDONLY | O_DIRECTORY);
	is(listing(fd, "entry-number-33", &type), 64,
	   "getdents: all entries in pieces");
	ok(type == DT_REG || type == DT_UNKNOWN, "getdents: a file");
	listing(fd, "sub", &type);
	ok(type == DT_DIR || type == DT_UNKNOWN, "getdents: a directory");
	listing(fd, "link", &type);
	ok(type == DT_LNK || type == DT_UNKNOWN, "getdents: a link");
	listing(fd, "..", &type);
	ok(type == DT_DIR || type == DT_UNKNOWN, "getdents: the parent");
	lseek(fd, 0, SEEK_SET);
	is(S(getdents64, fd, buf, 8), -EINVAL, "getdents: too small a buffer");
	is(S(getdents64, fd, 1, 100), -EFAULT, "getdents: EFAULT");
	file = make("file", "");
	is(S(getdents64, file, buf, 256), -ENOTDIR, "getdents: of a file");
	close(file);

	is(S(rmdir, "dir"), -ENOTEMPTY, "rmdir: ENOTEMPTY");
	is(S(rmdir, "file"), -ENOTDIR, "rmdir: a file");
	is(S(rmdir, "none"), -ENOENT, "rmdir: ENOENT");
	is(S(rmdir, "dir/."), -EINVAL, "rmdir: a dot");
	is(S(unlink, "dir"), -EISDIR, "unlink: a directory");
	is(S(unlink, "none"), -ENOENT, "unlink: ENOENT");
	is(S(unlink, "file/"), -ENOTDIR, "unlink: a slash");
	for (i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "dir/entry-number-%d", i);
		unlink(name);
	}
	unlink("dir/link");
	is(listing(fd, "sub", &type), 3, "getdents: what is left");
	rmdir("dir/sub");
	close(fd);

	/* The current directory can be removed. */
	chdir("dir");
	ok(getcwd(buf, sizeof(buf)) && !strncmp(buf, home, strlen(home)) &&
	   !strcmp(buf + strlen(home), "/dir"), "getcwd: the path");
	is(S(getcwd, buf, 5), -ERANGE, "getcwd: too small a buffer");
	is(S(getcwd, 1, 256), -EFAULT, "getcwd: EFAULT");
	is(rmdir("../dir"), 0, "rmdir: the current directory");
	is(S(getcwd, buf, 256), -ENOENT, "getcwd: it has no path");
	is(OPEN("new", O_RDWR | O_CREAT, 0600), -ENOENT,
	   "open: nothing can be made in it");
	chdir(home);
	is(S(chdir, "file"), -ENOTDIR, "chdir: a file");
	is(S(chdir, "none"), -ENOENT, "chdir: ENOENT");
	fd = open("/", O_RDONLY);
	is(S(fchdir, fd), 0, "fchdir: by descriptor");
	close(fd);
	getcwd(buf, sizeof(buf));
	ok(!strcmp(buf, "/"), "fchdir: arrived");
	chdir(home);
	unlink("file");
}

static void test_stat(void)
{
	struct stat64 st, st2;
	struct statx sx;
	int fd = make("file", "12345");

	stat("file", &st);
	fstat(fd, &st2);
	ok(st.st_ino == st2.st_ino && st.st_dev == st2.st_dev,
	   "stat: the same file by name and descriptor");
	is(st.st_size, 5, "stat: the size");
	is(st.st_mode, S_IFREG | 0644, "stat: the mode");
	ok(st.st_uid == 0 && st.st_gid == 0, "stat: the owner");
	is(st.st_nlink, 1, "stat: one name");
	is(S(link, "file", "second"), 0, "link: a second name");
	stat("second", &st2);
	ok(st2.st_nlink == 2 && st2.st_ino == st.st_ino, "link: one file");
	is(S(link, "file", "second"), -EEXIST, "link: EEXIST");
	is(S(link, ".", "dir"), -EPERM, "link: a directory");
	unlink("file");
	stat("second", &st2);
	is(st2.st_nlink, 1, "unlink: takes one name");
	unlink("second");
	fstat(fd, &st2);
	is(st2.st_nlink, 0, "unlink: an open file without a name");
	is(lseek(fd, 0, SEEK_END), 5, "unlink: has its contents still");
	memset(&sx, 0x55, sizeof(sx));
	is(S(statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &sx), 0,
	   "statx: of a descriptor");
	ok(sx.stx_ino == st2.st_ino && sx.stx_size == 5 &&
	   sx.stx_mode == st2.st_mode, "statx: says the same");
	is(S(statx, fd, "", 0, STATX_BASIC_STATS, &sx), -ENOENT,
	   "statx: an empty path");
	is(S(statx, AT_FDCWD, ".", 0x80000000, STATX_BASIC_STATS, &sx),
	   -EINVAL, "statx: unknown flags");
	is(S(statx, AT_FDCWD, ".", 0, STATX_BASIC_STATS, (void *)1), -EFAULT,
	   "statx: EFAULT");
	close(fd);
	is(S(stat64, "none", &st), -ENOENT, "stat: ENOENT");
	is(S(stat64, ".", (void *)1), -EFAULT, "stat: EFAULT");
	is(S(fstat64, 99, &st), -EBADF, "fstat: EBADF");
	stat(".", &st);
	is(S(fstatat64, AT_FDCWD, ".", &st2, 0), 0, "fstatat: a directory");
	ok(st.st_ino == st2.st_ino && S_ISDIR(st2.st_mode),
	   "fstatat: the same one");
	stat("/dev/null", &st);
	ok(S_ISCHR(st.st_mode) && st.st_rdev == 0x103, "stat: a device");
}

static void test_links(void)
{
	char buf[64], name[16], last[16];
	struct stat64 st;
	int fd, i;

	close(make("file", "target"));
	symlink("file", "link");
	is(readlink("link", buf, sizeof(buf)), 4, "readlink: the length");
	ok(!memcmp(buf, "file", 4), "readlink: the text");
	is(readlink("link", buf, 2), 2, "readlink: cut off");
	is(S(readlink, "file", buf, 64), -EINVAL, "readlink: of a file");
	is(S(readlink, "link", buf, 0), -EINVAL, "readlink: no room");
	stat("link", &st);
	ok(S_ISREG(st.st_mode) && st.st_size == 6, "stat: follows");
	lstat("link", &st);
	ok(S_ISLNK(st.st_mode) && st.st_size == 4, "lstat: does not");
	is(S(symlink, "x", "link"), -EEXIST, "symlink: EEXIST");
	is(S(symlink, "", "empty"), -ENOENT, "symlink: to nothing");
	is(OPEN("link", O_RDONLY | O_NOFOLLOW), -ELOOP, "open: O_NOFOLLOW");
	symlink("made", "dangling");
	is(OPEN("dangling", O_RDONLY), -ENOENT, "open: to no file");
	is(OPEN("dangling", O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST,
	   "open: O_EXCL does not follow");
	fd = open("dangling", O_RDWR | O_CREAT, 0600);
	close(fd);
	is(mode_of("made"), S_IFREG | 0600, "open: O_CREAT does");
	symlink("loop", "loop");
	is(OPEN("loop", O_RDONLY), -ELOOP, "open: a loop");
	is(S(stat64, "loop", &st), -ELOOP, "stat: a loop");
	unlink("link");
	is(mode_of("file"), S_IFREG | 0644, "unlink: takes the link only");
	mkdir("dir", 0700);
	symlink("../file", "dir/up");
	symlink("dir", "short");
	fd = open("short/up", O_RDONLY);
	is(read(fd, buf, 64), 6, "open: a relative link in a linked directory");
	close(fd);
	is(S(rmdir, "short"), -ENOTDIR, "rmdir: a link");
	strcpy(last, "file");
	for (i = 0; i < 45; i++) {
		snprintf(name, sizeof(name), "chain%d", i);
		symlink(last, name);
		strcpy(last, name);
	}
	fd = open("chain30", O_RDONLY);
	ok(fd >= 0, "open: 31 links are followed");
	close(fd);
	is(OPEN("chain44", O_RDONLY), -ELOOP, "open: 45 are too many");
	for (i = 0; i < 45; i++) {
		snprintf(name, sizeof(name), "chain%d", i);
		unlink(name);
	}
	unlink("dir/up");
	rmdir("dir");
	unlink("short");
	unlink("loop");
	unlink("dangling");
	unlink("made");
	unlink("file");
}

static void test_rename(void)
{
	char buf[16];
	struct stat64 st;
	int a = make("a", "aaa"), b = make("b", "b");

	is(rename("a", "b"), 0, "rename: over a file");
	is(mode_of("a"), -1, "rename: the old name is gone");
	stat("b", &st);
	is(st.st_size, 3, "rename: the new one is the file");
	S(pread64, b, buf, 1, 0, 0);
	is(buf[0], 'b', "rename: the replaced one is still open");
	is(rename("b", "b"), 0, "rename: to itself");
	is(S(rename, "none", "c"), -ENOENT, "rename: ENOENT");
	mkdir("d", 0700);
	mkdir("e", 0700);
	touch("e/x");
	is(S(rename, "b", "d"), -EISDIR, "rename: a file over a directory");
	is(S(rename, "d", "b"), -ENOTDIR, "rename: a directory over a file");
	is(S(rename, "d", "e"), -ENOTEMPTY, "rename: over a full directory");
	is(S(rename, "e", "e/f"), -EINVAL, "rename: into itself");
	is(rename("e", "d"), 0, "rename: over an empty directory");
	is(mode_of("d/x"), S_IFREG | 0644, "rename: with its contents");
	is(rename("d/x", "x"), 0, "rename: to another directory");
	is(rmdir("d"), 0, "rename: it is empty now");
	mkdir("p", 0700);
	mkdir("p/q", 0700);
	rename("p/q", "q");
	stat("q/..", &st);
	is(st.st_ino, ({ struct stat64 s; stat(".", &s); s.st_ino; }),
	   "rename: a moved directory has another parent");
	rmdir("q");
	rmdir("p");
	is(S(rename, "b", (char *)1), -EFAULT, "rename: EFAULT");
	unlink("b");
	unlink("x");
	close(a);
	close(b);
}

/* What user 1000 may; a number for the first thing that is wrong. */
static int as_user(void *arg)
{
	int fd;

	(void)arg;
	setgid(1000);
	setuid(1000);
	if (OPEN("secret", O_RDONLY) != -EACCES)
		return 1;
	if (OPEN("shown", O_RDONLY) < 0)
		return 2;
	if (OPEN("shown", O_WRONLY) != -EACCES)
		return 3;
	if (OPEN("closed/x", O_RDONLY) != -EACCES)
		return 4;
	if (OPEN("mine", O_RDONLY) != -EACCES)	/* the owner's bits count */
		return 5;
	if (OPEN("group", O_RDONLY) < 0)
		return 6;
	if (OPEN("new", O_RDWR | O_CREAT, 0600) != -EACCES)
		return 7;
	if (S(unlink, "shown") != -EACCES)
		return 8;
	if (S(mkdir, "newdir", 0700) != -EACCES)
		return 9;
	if (S(rename, "shown", "other") != -EACCES)
		return 10;
	if (S(chmod, "shown", 0777) != -EPERM)
		return 11;
	if (S(chmod, "mine", 0700) != 0 || OPEN("mine", O_RDONLY) < 0)
		return 12;
	if (S(chown32, "mine", 0, 0) != -EPERM)
		return 13;
	if (S(access, "shown", W_OK) != -EACCES ||
	    S(access, "shown", R_OK) != 0 || S(access, "none", 0) != -ENOENT)
		return 14;
	fd = OPEN("sticky/own", O_RDWR | O_CREAT, 0600);
	if (fd < 0 || S(unlink, "sticky/own") != 0)
		return 15;
	if (S(unlink, "sticky/roots") != -EPERM)
		return 16;
	if (OPEN("search/known", O_RDONLY) < 0)
		return 17;
	if (OPEN("search", O_RDONLY) != -EACCES)
		return 18;
	if (S(chdir, "closed") != -EACCES)
		return 19;
	if (S(setuid32, 0) != -EPERM)
		return 20;
	return 0;
}

static void test_permissions(void)
{
	int fd;

	close(make("secret", "s"));
	chmod("secret", 0600);
	close(make("shown", "s"));
	mkdir("closed", 0700);
	touch("closed/x");
	close(make("mine", "m"));
	chmod("mine", 0077);
	S(chown32, "mine", 1000, 1000);
	close(make("group", "g"));
	chmod("group", 0040);
	S(chown32, "group", 0, 1000);
	mkdir("sticky", 0777);
	chmod("sticky", 01777);
	touch("sticky/roots");
	mkdir("search", 0711);
	touch("search/known");
	is(in_child(as_user, NULL), 0, "permissions: what user 1000 may");
	chmod("secret", 0);
	fd = open("secret", O_RDWR);
	ok(fd >= 0, "permissions: root reads and writes everything");
	close(fd);
	is(S(access, "secret", X_OK), -EACCES,
	   "permissions: but executes only what is executable");
	unlink("closed/x");
	rmdir("closed");
	unlink("sticky/roots");
	rmdir("sticky");
	unlink("search/known");
	rmdir("search");
	unlink("secret");
	unlink("shown");
	unlink("mine");
	unlink("group");

	is(umask(027), 022, "umask: gives the old one");
	close(open("u", O_RDWR | O_CREAT, 0666));
	is(mode_of("u"), S_IFREG | 0640, "umask: counts for files");
	mkdir("ud", 0777);
	is(mode_of("ud"), S_IFDIR | 0750, "umask: and directories");
	is(umask(07777), 027, "umask: only nine bits");
	is(umask(022), 0777, "umask: are kept");
	chmod("u", 04711);
	is(mode_of("u"), S_IFREG | 04711, "chmod: all bits");
	unlink("u");
	rmdir("ud");
}

static void test_vectors(void)
{
	char a[4] = "abc", b[8] = "defghij", x[3], y[16];
	struct iovec out[3] = { { a, 3 }, { NULL, 0 }, { b, 7 } };
	struct iovec in[2] = { { x, 3 }, { y, 16 } };
	struct iovec bad[2] = { { x, 3 }, { (void *)1, 4 } };
	int fd = make("file", "");

	is(S(writev, fd, out, 3), 10, "writev: three pieces");
	lseek(fd, 0, SEEK_SET);
	is(S(readv, fd, in, 2), 10, "readv: two pieces");
	ok(!memcmp(x, "abc", 3) && !memcmp(y, "defghij", 7),
	   "readv: filled in turn");
	is(S(readv, fd, in, 0), 0, "readv: no piece");
	is(S(readv, fd, in, -1), -EINVAL, "readv: -1 pieces");
	is(S(readv, fd, in, 1025), -EINVAL, "readv: 1025 pieces");
	is(S(readv, fd, (void *)1, 1), -EFAULT, "readv: EFAULT");
	lseek(fd, 0, SEEK_SET);
	is(S(readv, fd, bad, 2), 3, "readv: a bad second piece ends it");
	is(S(writev, 99, out, 1), -EBADF, "writev: EBADF");
	close(fd);
	unlink("file");
}

static void test_others(void)
{
	char buf[16], path[300];
	int fd, dir;

	fd = open("/dev/null", O_RDWR);
	is(read(fd, buf, 16), 0, "/dev/null: is empty");
	is(write(fd, buf, 16), 16, "/dev/null: takes all");
	close(fd);
	fd = open("/dev/zero", O_RDWR);
	memset(buf, 1, 16);
	is(read(fd, buf, 16), 16, "/dev/zero: as much as wanted");
	is(buf[0] | buf[15], 0, "/dev/zero: of zeroes");
	close(fd);

	mkdir("dir", 0700);
	dir = open("dir", O_RDONLY | O_DIRECTORY);
	fd = S(openat, dir, "file", O_RDWR | O_CREAT, 0600);
	ok(fd >= 0 && mode_of("dir/file") == (S_IFREG | 0600),
	   "openat: in a directory");
	is(S(openat, fd, "x", O_RDONLY), -ENOTDIR, "openat: in a file");
	is(S(openat, 99, "x", O_RDONLY), -EBADF, "openat: EBADF");
	snprintf(path, sizeof(path), "%s/dir/file", home);
	ok(S(openat, 99, path, O_RDONLY, 0) >= 0,
	   "openat: a full path needs no directory");
	is(S(mkdirat, dir, "sub", 0700), 0, "mkdirat: in a directory");
	is(S(unlinkat, dir, "sub", 0), -EISDIR, "unlinkat: a directory");
	is(S(unlinkat, dir, "sub", AT_REMOVEDIR), 0, "unlinkat: as rmdir");
	is(S(unlinkat, dir, "file", 0), 0, "unlinkat: a file");
	close(fd);
	close(dir);
	is(rmdir("dir"), 0, "unlinkat: nothing is left");
	is(S(ioctl, 99, 0, 0), -EBADF, "ioctl: EBADF");
	fd = make("file", "");
	is(S(ioctl, fd, TCGETS, buf), -ENOTTY, "ioctl: a file is no terminal");
	close(fd);
	unlink("file");
}

int main(void)
{
	int i;

	for (i = 3; i < 64; i++)
		close(i);
	umask(022);
	mkdir("guest-files", 0755);
	if (!ok(chdir("guest-files") == 0 && getcwd(home, sizeof(home)),
		"a directory to work in"))
		return done_testing();
	test_open();
	test_offsets();
	test_append();
	test_dup();
	test_pipe();
	test_atomic();
	test_poll();
	test_locks();
	test_dirs();
	test_stat();
	test_links();
	test_rename();
	test_permissions();
	test_vectors();
	test_others();
	chdir("..");
	is(rmdir("guest-files"), 0, "nothing is left behind");
	return done_testing();
}
