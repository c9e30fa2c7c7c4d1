/*
 * The calls on names, attributes and the tree: every result, good or bad, is
 * part of a line, so that the host's Linux is the model.
 * needs: root
 */
#include "tap.h"
#include <asm/unistd.h>

#define CALL(nr, ...) say(#nr "(" #__VA_ARGS__ ")", syscall(__NR_##nr, __VA_ARGS__))
#define AT_CWD	(-100)
#define BAD	((void *)0xc0001000)

static long say(const char *what, long r)
{
	ok(1, "%s = %d", what, (int)r);
	return r;
}

/* Open, say success or the error, close. */
static void try(const char *what, long fd)
{
	ok(1, "%s = %d", what, fd < 0 ? (int)fd : 0);
	if (fd >= 0)
		close(fd);
}
#define OPEN(...) try("open(" #__VA_ARGS__ ")", syscall(__NR_open, __VA_ARGS__))
#define OPENAT(...) try("openat(" #__VA_ARGS__ ")", syscall(__NR_openat, __VA_ARGS__))

static void show(const char *name)
{
	struct stat64 st;
	long r = syscall(__NR_lstat64, name, &st);

	ok(1, "lstat %s: %d mode %o nlink %d uid %d gid %d size %d", name,
	   (int)r, r ? 0 : st.st_mode, r ? 0 : S_ISDIR(st.st_mode) ? 0 :
	   st.st_nlink, r ? 0 : st.st_uid, r ? 0 : st.st_gid,
	   r || S_ISDIR(st.st_mode) ? 0 : (int)st.st_size);
}

static void names(void)
{
	CALL(mkdir, "d", 0755);
	CALL(mkdir, "d", 0755);
	CALL(mkdir, "d/", 0755);
	CALL(mkdir, "d/e/", 0700);
	CALL(mkdir, ".", 0755);
	CALL(mkdir, "..", 0755);
	CALL(mkdir, "/", 0755);
	CALL(mkdir, "", 0755);
	CALL(mkdir, "none/x", 0755);
	CALL(mkdir, BAD, 0755);
	CALL(mkdirat, 99, "x", 0755);
	CALL(mknod, "d/f", S_IFREG | 0644, 0);
	CALL(mknod, "d/f", S_IFREG | 0644, 0);
	CALL(mknod, "d/g/", S_IFREG | 0644, 0);
	CALL(mknod, "d/p", S_IFIFO | 0600, 0);
	CALL(mknod, "d/n", S_IFCHR | 0600, 0x103);
	CALL(mknod, "d/dir", S_IFDIR | 0600, 0);
	CALL(mkdir, "d/f/x", 0755);
	CALL(mkdir, "d/f/", 0755);
	show("d");
	show("d/e");
	show("d/f");
	show("d/p");
	show("d/n");
}

static void links(void)
{
	char buf[64];

	CALL(symlink, "f", "d/l");
	CALL(symlink, "f", "d/l");
	CALL(symlink, "", "d/l2");
	CALL(symlink, "x", "d/l2/");
	CALL(symlink, BAD, "d/l2");
	CALL(symlink, "x", BAD);
	CALL(symlink, "loop", "d/loop");
	CALL(symlink, "e", "d/le");
	CALL(symlink, "nowhere", "d/dang");
	CALL(symlinkat, "t", AT_CWD, "d/at");
	CALL(readlink, "d/l", buf, sizeof(buf));
	CALL(readlink, "d/l", buf, 0);
	CALL(readlink, "d/dang", buf, 3);
	CALL(readlink, "d/f", buf, 3);
	CALL(readlink, "d/dang", BAD, 3);
	CALL(readlinkat, AT_CWD, "d/dang", buf, 64);
	CALL(link, "d/f", "d/h");
	CALL(link, "d/f", "d/h");
	CALL(link, "d/e", "d/h2");
	CALL(link, "d/l", "d/hl");
	CALL(link, "d/none", "d/h3");
	CALL(link, "d/f", "d/h3/");
	CALL(link, BAD, "d/h3");
	CALL(link, "d/f", BAD);
	show("d/f");
	show("d/l");
	show("d/hl");
	show("d/le");
	show("d/le/");
	show("d/loop");
	CALL(access, "d/loop", 0);
	CALL(access, "d/le/.", 0);
	CALL(access, "d/le/..", 0);
	CALL(access, "d/l/", 0);
	CALL(access, "d/f/..", 0);
	CALL(access, "d/dang", 0);
}

static void opens(void)
{
	OPEN("d/f", O_RDONLY, 0);
	OPEN("d/f/", O_RDONLY, 0);
	OPEN("d/none", O_RDONLY, 0);
	OPEN("d", O_RDONLY, 0);
	OPEN("d", O_RDWR, 0);
	OPEN("d", O_RDONLY | O_DIRECTORY, 0);
	OPEN("d/f", O_RDONLY | O_DIRECTORY, 0);
	OPEN("d/l", O_RDONLY | O_NOFOLLOW, 0);
	OPEN("d/l", O_RDONLY, 0);
	OPEN("d/dang", O_RDONLY, 0);
	OPEN("d/loop", O_RDWR | O_CREAT, 0600);
	OPEN("d/dang", O_RDWR | O_CREAT | O_EXCL, 0600);
	OPEN("d/dang", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	OPEN("d/dang", O_RDWR | O_CREAT, 0600);
	show("d/nowhere");
	OPEN("d/new", O_RDWR | O_CREAT | O_EXCL, 0666);
	OPEN("d/new", O_RDWR | O_CREAT | O_EXCL, 0600);
	OPEN("d/new", O_RDWR | O_CREAT, 0600);
	OPEN("d/ro", O_RDWR | O_CREAT, 0400);
	OPEN("d/new/", O_RDWR | O_CREAT, 0600);
	OPEN("d/none/", O_RDWR | O_CREAT, 0600);
	OPEN("d/e", O_RDWR | O_CREAT, 0600);
	OPEN("d/le", O_RDONLY | O_CREAT, 0600);
	OPEN(".", O_RDWR | O_CREAT, 0600);
	OPEN("d/..", O_RDWR | O_CREAT, 0600);
	OPEN("/", O_RDWR | O_CREAT, 0600);
	OPEN("", O_RDWR | O_CREAT, 0600);
	OPEN("none/x", O_RDWR | O_CREAT, 0600);
	OPEN("d/f/x", O_RDWR | O_CREAT, 0600);
	OPEN(BAD, O_RDWR | O_CREAT, 0600);
	OPEN("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	OPEN("/proc/self/exe", O_RDONLY, 0);
	OPEN("/proc/self/exe", O_RDWR, 0);
	OPEN("/proc/self/cwd", O_RDONLY | O_DIRECTORY, 0);
	OPEN("/proc/self/cwd", O_RDONLY | O_CREAT, 0600);
	OPEN("/proc/self/cwd/d/f", O_RDWR, 0);
	OPEN("/proc/self/cwd/d/viaproc", O_RDWR | O_CREAT, 0640);
	OPEN("/proc/none", O_RDWR | O_CREAT, 0640);
	OPENAT(99, "x", O_RDONLY, 0);
	OPENAT(99, "/", O_RDONLY, 0);
	try("creat", syscall(__NR_creat, "d/c", 0644));
	show("d/new");
	show("d/ro");
	show("d/c");
	show("d/viaproc");
}

static void truncation(void)
{
	int fd = open("d/t", O_RDWR | O_CREAT, 0644);

	write(fd, "hello, world", 12);
	show("d/t");
	CALL(ftruncate, fd, 5);
	show("d/t");
	CALL(truncate64, "d/t", 100, 0);
	show("d/t");
	CALL(truncate64, "d/t", -1, -1);
	CALL(truncate64, "d/none", 1, 0);
	CALL(truncate64, "d/e", 1, 0);
	CALL(truncate64, "/proc/self/exe", 1, 0);
	CALL(ftruncate64, fd, -1, -1);
	CALL(ftruncate64, 99, 1, 0);
	close(fd);
	fd = open("d/t", O_RDONLY);
	CALL(ftruncate64, fd, 1, 0);
	close(fd);
	OPEN("d/t", O_RDONLY | O_TRUNC, 0);
	show("d/t");
}

static void attributes(void)
{
	int fd = open("d/f", O_RDONLY), dir = open("d", O_RDONLY);

	CALL(chmod, "d/f", 04755);
	show("d/f");
	CALL(chown32, "d/f", 7, 8);
	show("d/f");
	CALL(fchmod, fd, 0640);
	CALL(fchmod, 99, 0640);
	CALL(fchmod, -100, 0640);
	CALL(fchmodat, dir, "l", 0644);
	CALL(chmod, "d/none", 0);
	CALL(chmod, NULL, 0);
	CALL(fchown32, fd, -1, 9);
	CALL(fchown32, 99, -1, 9);
	show("d/f");
	CALL(lchown32, "d/l", 3, 4);
	show("d/l");
	CALL(chown32, "d/l", 5, 6);
	show("d/f");
	CALL(chown32, "d/none", 5, 6);
	CALL(fsync, fd);
	CALL(fsync, 99);
	close(fd);
	close(dir);
}

static void queries(void)
{
	int fd = open("d/f", O_RDONLY), dir = open("d", O_RDONLY);
	struct stat64 st;
	struct statx sx;

	CALL(stat64, "d/l", &st);
	CALL(stat64, "d/l", BAD);
	CALL(stat64, "d/dang2", &st);
	CALL(fstat64, fd, &st);
	CALL(fstat64, fd, BAD);
	CALL(fstat64, 99, &st);
	CALL(fstatat64, dir, "f", &st, 0);
	CALL(fstatat64, dir, "", &st, 0);
	CALL(fstatat64, dir, "", &st, 0x1000);
	ok(1, "a directory %d", S_ISDIR(st.st_mode));
	CALL(fstatat64, dir, "f", &st, 1);
	CALL(fstatat64, fd, "f", &st, 0);
	CALL(statx, fd, "", 0x1000, 0x7ff, &sx);
	ok(1, "statx mode %o size %d", sx.stx_mode, (int)sx.stx_size);
	CALL(statx, AT_CWD, "d/l", 0x100, 0x7ff, &sx);
	ok(1, "statx mode %o", sx.stx_mode);
	CALL(statx, AT_CWD, "d/l", 0x6000, 0x7ff, &sx);
	CALL(statx, AT_CWD, "d/l", 0, 0x80000000, &sx);
	CALL(access, "d/f", 8);
	CALL(access, "d/f", 0);
	CALL(faccessat, dir, "f", 4);
	close(fd);
	close(dir);
}

static void removal(void)
{
	CALL(mkdir, "r", 0755);
	CALL(mkdir, "r/a", 0755);
	CALL(mkdir, "r/a/b", 0755);
	CALL(mknod, "r/f", S_IFREG | 0644, 0);
	CALL(mknod, "r/g", S_IFREG | 0644, 0);
	CALL(link, "r/f", "r/h");
	CALL(rename, "r/f", "r/h");
	show("r/f");
	CALL(rename, "r/none", "r/h");
	CALL(rename, "r/f", "r/i");
	CALL(rename, "r/i", "r/g");
	show("r/g");
	CALL(rename, "r/a", "r/a/b/c");
	CALL(rename, "r/a/b", "r/a");
	CALL(rename, "r/a", "r/g");
	CALL(rename, "r/g", "r/a");
	CALL(rename, "r/g", "r/j/");
	CALL(rename, "r/g/", "r/j");
	CALL(rename, "r/a", "r/k/");
	CALL(rename, "r/k/b", "r/b");
	CALL(mkdir, "r/m", 0755);
	CALL(rename, "r/b", "r/m");
	CALL(mknod, "r/m/x", S_IFREG | 0644, 0);
	CALL(rename, "r/k", "r/m");
	CALL(rename, "r/m", "/");
	CALL(rename, "r/.", "r/q");
	CALL(rename, "r/..", "r/q");
	CALL(rename, "r/m", "r/.");
	CALL(rename, BAD, "r/q");
	CALL(rename, "r/m", BAD);
	CALL(rename, "r/m", "/proc/x");
	CALL(renameat, AT_CWD, "r/m", AT_CWD, "r/n");
	CALL(renameat, 99, "r/m", AT_CWD, "r/n");
	CALL(rmdir, "r/n");
	CALL(rmdir, "r/n/x");
	CALL(rmdir, "r/.");
	CALL(rmdir, "r/n/..");
	CALL(rmdir, "/");
	CALL(rmdir, "r/none");
	CALL(rmdir, "");
	CALL(rmdir, BAD);
	CALL(unlink, "r/n");
	CALL(unlink, "r/none");
	CALL(unlink, "r/.");
	CALL(unlink, "r/n/x/");
	CALL(unlink, "r/n/x/y");
	CALL(unlink, "r/n/x");
	CALL(unlink, "/proc/self/stat");
	CALL(unlinkat, AT_CWD, "r/n", 1);
	CALL(unlinkat, AT_CWD, "r/n", 0x200);
	CALL(unlinkat, 99, "r/n", 0x200);
	CALL(rmdir, "r/k/");
	show("r");
}

static void directories(void)
{
	char buf[256];
	int fd, n;

	CALL(mkdir, "w", 0755);
	CALL(mkdir, "w/in", 0755);
	CALL(chdir, "w");
	CALL(chdir, "none");
	CALL(chdir, "../d/f");
	CALL(chdir, BAD);
	fd = open("in", O_RDONLY | O_DIRECTORY);
	CALL(fchdir, fd);
	CALL(fchdir, 99);
	CALL(getcwd, buf, 2);
	CALL(getcwd, BAD, 200);
	n = syscall(__NR_getcwd, buf, sizeof(buf));
	ok(n > 5 && !strcmp(buf + n - 6, "/w/in"), "in /w/in");
	CALL(rmdir, "../in");
	CALL(getcwd, buf, 200);
	CALL(mkdir, "x", 0755);
	OPEN("x", O_CREAT | O_RDWR, 0644);
	CALL(getdents64, fd, buf, 200);
	CALL(chdir, "..");
	close(fd);
	fd = open("../d/f", O_RDONLY);
	CALL(fchdir, fd);
	CALL(getdents64, fd, buf, 200);
	close(fd);
	CALL(getdents64, 99, buf, 200);
	fd = open("../r", O_RDONLY);
	CALL(getdents64, fd, buf, 3);
	close(fd);
	CALL(chdir, "..");
	CALL(umask, 077);
	CALL(mkdir, "um", 0777);
	OPEN("um/f", O_CREAT | O_RDWR, 0666);
	CALL(mknod, "um/g", S_IFREG | 0666, 0);
	CALL(umask, 022);
	show("um");
	show("um/f");
	show("um/g");
}

/* What one without privilege may do; tells how many lines he printed. */
static int stranger(void *lines)
{
	int fd;

	CALL(setgid32, 1000);
	CALL(setuid32, 1000);
	CALL(mkdir, "s/x", 0755);
	CALL(mkdir, "no/x", 0755);
	CALL(mkdir, "no", 0755);
	CALL(unlink, "s/theirs");
	CALL(rename, "s/theirs", "s/y");
	CALL(rename, "s/x", "no/x");
	CALL(mknod, "s/dev", S_IFCHR | 0600, 0x103);
	CALL(mknod, "s/mine", S_IFREG | 0600, 0);
	CALL(link, "s/mine", "no/mine");
	CALL(chown32, "s/mine", 0, -1);
	CALL(chown32, "s/mine", -1, 1000);
	CALL(chown32, "s/mine", -1, 0);
	CALL(chmod, "s/mine", 02755);
	CALL(chmod, "s/theirs", 0777);
	CALL(truncate64, "s/theirs", 1, 0);
	CALL(access, "s/theirs", 4);
	CALL(access, "s/theirs", 2);
	CALL(access, "shut/x", 0);
	CALL(chdir, "shut");
	OPEN("s/theirs", O_RDONLY, 0);
	OPEN("s/theirs", O_RDWR, 0);
	OPEN("s/theirs", O_RDONLY | O_TRUNC, 0);
	OPEN("no/x", O_RDWR | O_CREAT, 0600);
	OPEN("shut/x", O_RDWR | O_CREAT, 0600);
	CALL(mount, "x", "s", "tmpfs", 0, NULL);
	CALL(umount2, "s", 0);
	fd = open("s/mine", O_RDONLY);
	CALL(fchmod, fd, 0);
	OPEN("s/mine", O_RDONLY, 0);
	*(int *)lines = tap_count;
	return 0;
}

static void permission(void)
{
	int *lines = shared(sizeof(*lines));

	CALL(mkdir, "s", 0);
	CALL(chmod, "s", 01777);
	CALL(mkdir, "no", 0755);
	CALL(mkdir, "shut", 0700);
	CALL(mknod, "s/theirs", S_IFREG | 0644, 0);
	CALL(chmod, ".", 0755);
	in_child(stranger, lines);
	tap_count = *lines;
}

static void mounts(void)
{
	int fd;

	CALL(mkdir, "m", 0755);
	CALL(mknod, "m/under", S_IFREG | 0644, 0);
	CALL(mount, "x", "m", "nosuchfs", 0, NULL);
	CALL(mount, "x", "m/under", "tmpfs", 0, NULL);
	CALL(mount, "x", "m/none", "tmpfs", 0, NULL);
	CALL(mount, "x", "m", "tmpfs", 0, NULL);
	CALL(access, "m/under", 0);
	CALL(mknod, "m/over", S_IFREG | 0644, 0);
	CALL(rename, "m/over", "over");
	CALL(link, "m/over", "over");
	CALL(rmdir, "m");
	CALL(rename, "m", "m2");
	CALL(access, "m/../d", 0);
	fd = open("m/over", O_RDONLY);
	CALL(umount2, "m", 0);
	CALL(umount2, "m/over", 0);
	CALL(umount2, "d", 0);
	CALL(umount2, "m", 2);
	CALL(access, "m/under", 0);
	CALL(access, "m/over", 0);
	close(fd);
	CALL(mount, NULL, "m", "tmpfs", 0, NULL);
	CALL(mount, "y", "m", "tmpfs", 0, NULL);
	CALL(access, "m/../d", 0);
	CALL(access, "m/../m/../d", 0);
	CALL(mkdir, "m/sub", 0755);
	CALL(access, "m/sub/../../d", 0);
	CALL(access, "/../../../proc", 0);
	CALL(access, "/proc/../proc", 0);
	CALL(umount2, "m", 0);
	CALL(umount2, "m", 0);
	CALL(umount2, "m", 0);
	CALL(umount2, "m", 0x80);
	CALL(mount, "x", "m", BAD, 0, NULL);
	CALL(access, "m/under", 0);
}

int main(void)
{
	syscall(__NR_umask, 022);
	names();
	links();
	opens();
	truncation();
	attributes();
	queries();
	removal();
	directories();
	permission();
	mounts();
	return done_testing();
}
