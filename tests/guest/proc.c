/*
 * /proc: what it says of processes, of the machine, and what can be set.
 * needs: root
 */
#include "tap.h"
#include <linux/prctl.h>

#define PAGE	4096

static char maps[16384];	/* a copy of some file's text */

static const char *of(pid_t pid, const char *file)
{
	static char name[64];

	snprintf(name, sizeof(name), "/proc/%d/%s", pid, file);
	return name;
}

/* Has the text a line that begins like this? */
static int has_line(const char *text, const char *start)
{
	const char *p = text;
	size_t n = strlen(start);

	for (; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : p)
		if (!strncmp(p, start, n))
			return 1;
	return 0;
}

static int has_area(const char *text, char *from, int pages, const char *how)
{
	char line[64];

	snprintf(line, sizeof(line), "%08x-%08x %s 00000000 ",
		 (unsigned)from, (unsigned)from + pages * PAGE, how);
	return has_line(text, line);
}

static void test_maps(void)
{
	char *p = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *s = shared(2 * PAGE);
	const char *text;
	int status;
	pid_t pid;

	mprotect(p + PAGE, PAGE, PROT_READ);
	mprotect(p + 3 * PAGE, PAGE, PROT_NONE);
	strcpy(maps, file_text("/proc/self/maps"));
	ok(strlen(maps) > 100, "10.14: maps has something to say");
	pid = fork();
	if (!pid)
		_exit(strcmp(maps, file_text("/proc/self/maps")) != 0);
	waitpid(pid, &status, 0);
	is(status, 0, "10.14: the child's maps are its parent's");
	ok(!strcmp(maps, file_text("/proc/self/maps")),
	   "10.14: which have not changed");
	ok(has_area(maps, p + PAGE, 1, "r--p"), "10.14: PROT_READ: r--p");
	ok(has_area(maps, p + 2 * PAGE, 1, "rw-p"), "10.14: both: rw-p");
	ok(has_area(maps, p + 3 * PAGE, 1, "---p"), "10.14: none: ---p");
	ok(has_area(maps, s, 2, "rw-s"), "10.14: shared: rw-s");
	ok(strstr(maps, "[stack]") != NULL, "10.14: the stack has a name");
	munmap(p, 5 * PAGE);
	munmap(s, 2 * PAGE);
	text = file_text("/proc/self/maps");
	ok(!has_area(text, p + 2 * PAGE, 1, "rw-p") &&
	   !has_area(text, s, 2, "rw-s"), "10.14: after munmap they are gone");

	pid = sleeper();
	await_state(pid, "S");
	strcpy(maps, file_text("/proc/self/maps"));
	ok(!strcmp(maps, file_text(of(pid, "maps"))),
	   "10.14: another's maps can be read");
	end_child(pid);
}

static void test_stat(void)
{
	struct tms t;
	int status;
	pid_t pid;

	is(atoi(file_text("/proc/self/stat")), getpid(),
	   "4.2: stat begins with the pid");
	is(atoi(proc_stat(getpid(), 4)), getppid(), "4.2: the parent");
	is(atoi(proc_stat(getpid(), 5)), getpgrp(), "4.2: the group");
	is(atoi(proc_stat(getpid(), 6)), getsid(0), "4.2: the session");
	is(*proc_stat(getpid(), 3), 'R', "4.2: who reads is running");
	is(atoi(proc_stat(getpid(), 20)), 1, "4.2: one thread");
	ok(atoi(proc_stat(getpid(), 23)) > 5 * PAGE, "4.2: bytes of memory");
	is(atoi(proc_stat(getpid(), 38)), SIGCHLD, "4.2: the exit signal");
	do
		times(&t);
	while (t.tms_utime + t.tms_stime < 5);
	ok(atoi(proc_stat(getpid(), 14)) >= 3 ||
	   atoi(proc_stat(getpid(), 15)) >= 3, "4.2: time used");

	pid = sleeper();
	is(await_state(pid, "S"), 'S', "4.2: S sleeps");
	ok(atoi(proc_stat(pid, 22)) >= atoi(proc_stat(getpid(), 22)),
	   "row 228: a child starts no earlier than its parent");
	ok(atoi(proc_stat(pid, 14)) <= 1, "row 30: its time starts at 0");
	kill(pid, SIGSTOP);
	is(await_state(pid, "T"), 'T', "4.2: T is stopped");
	kill(pid, SIGCONT);
	is(await_state(pid, "S"), 'S', "4.2: and goes on");
	kill(pid, SIGKILL);
	is(await_state(pid, "Z"), 'Z', "4.2: Z is dead");
	is(*file_text(of(pid, "cmdline")), 0, "4.2: a zombie has no arguments");
	is(*file_text(of(pid, "maps")), 0, "4.2: and no memory");
	ok(has_line(file_text(of(pid, "status")), "State:\tZ (zombie)"),
	   "4.2: status says so, too");
	waitpid(pid, &status, 0);
	is(open(of(pid, "stat"), O_RDONLY), -1, "4.2: after wait it is gone");
	pid = clone_raw(0, NULL, NULL, NULL, NULL);
	if (!pid)
		_exit(0);
	await_state(pid, "Z");
	is(atoi(proc_stat(pid, 38)), 0, "row 58: exit signal 0");
	waitpid(pid, NULL, __WALL);
	usleep(30000);
	pid = fork();
	if (!pid)
		_exit(0);
	await_state(pid, "Z");
	ok(atoi(proc_stat(pid, 22)) >= atoi(proc_stat(getpid(), 22)) + 3,
	   "row 228: the start time goes on with the clock");
	waitpid(pid, NULL, 0);
}

static void nothing(int sig)
{
	(void)sig;
}

static void test_status(void)
{
	const char *text;
	char line[64];
	sigset_t set, old;

	signal(SIGUSR1, nothing);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, 40);
	sigprocmask(SIG_SETMASK, &set, &old);
	kill(getpid(), SIGUSR1);
	raise(40);
	text = file_text("/proc/self/status");
	snprintf(line, sizeof(line), "Pid:\t%d\n", getpid());
	ok(has_line(text, line), "4.2: status: the pid");
	snprintf(line, sizeof(line), "Tgid:\t%d\n", getpid());
	ok(has_line(text, line), "4.2: status: the thread group");
	snprintf(line, sizeof(line), "PPid:\t%d\n", getppid());
	ok(has_line(text, line), "4.2: status: the parent");
	ok(has_line(text, "Name:\tproc\n"), "4.2: status: the name");
	ok(has_line(text, "State:\tR (running)\n"), "4.2: status: the state");
	snprintf(line, sizeof(line), "Uid:\t%d\t%d\t%d\t%d\n", getuid(),
		 geteuid(), geteuid(), geteuid());
	ok(has_line(text, line), "4.2: status: four user ids");
	ok(has_line(text, "Threads:\t1\n"), "4.2: status: the threads");
	ok(has_line(text, "SigBlk:\t0000008000000200\n"),
	   "4.2: status: blocked signals");
	ok(has_line(text, "SigPnd:\t0000008000000000\n"),
	   "4.2: status: pending for the thread");
	ok(has_line(text, "ShdPnd:\t0000000000000200\n"),
	   "4.2: status: pending for the process");
	ok(has_line(text, "SigIgn:\t0000000000000800\n"),
	   "4.2: status: ignored signals");
	ok(has_line(text, "SigCgt:\t0000000000000200\n"),
	   "4.2: status: caught signals");
	is(file_number("/proc/self/status", "VmLck"), 0,
	   "row 181: status: locked memory");
	ok(file_number("/proc/self/status", "VmStk") >= 4,
	   "4.2: status: the stack's size");
	ok(file_number("/proc/self/status", "VmRSS") > 8 &&
	   file_number("/proc/self/status", "VmRSS") <=
	   file_number("/proc/self/status", "VmSize"),
	   "4.2: status: memory present and promised");
	signal(40, SIG_IGN);
	sigprocmask(SIG_SETMASK, &old, NULL);

	prctl(PR_SET_NAME, (unsigned long)"a) R (b 0123456789");
	ok(strstr(file_text("/proc/self/stat"), " (a) R (b 0123456) ") != NULL,
	   "4.2: a name of 15 letters, whatever they are");
	is(*proc_stat(getpid(), 3), 'R', "4.2: the fields follow it");
	ok(!strcmp(file_text("/proc/self/comm"), "a) R (b 0123456\n"),
	   "4.2: comm is the name");
	prctl(PR_SET_NAME, (unsigned long)"proc");
}

static int count_entries(const char *name, const char *wanted, int *found)
{
	char buf[2048];
	int fd = open(name, O_RDONLY | O_DIRECTORY), count = 0, n, i;

	*found = 0;
	while ((n = getdents64(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n;) {
			struct linux_dirent64 *d = (void *)(buf + i);

			count += d->d_name[0] != '.';
			*found += !strcmp(d->d_name, wanted);
			i += d->d_reclen;
		}
	close(fd);
	return count;
}

static volatile int leave;
static char stack[8192] __attribute__((aligned(16)));

static int thread(void *arg)
{
	(void)arg;
	while (!leave)
		usleep(1000);
	return 0;
}

static void test_folders(void)
{
	char name[32], link[256];
	int found, n, fd, tid, i;
	pid_t pid;

	snprintf(name, sizeof(name), "%d", getpid());
	n = readlink("/proc/self", link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = 0;
	ok(!strcmp(name, link), "4.2: /proc/self leads to the pid");
	count_entries("/proc", name, &found);
	is(found, 1, "4.2: /proc lists the process");
	pid = sleeper();
	snprintf(name, sizeof(name), "%d", pid);
	count_entries("/proc", name, &found);
	is(found, 1, "4.2: and its child");
	fd = open(of(pid, "stat"), O_RDONLY);
	end_child(pid);
	is(syscall(__NR_read, fd, link, sizeof(link)), -ESRCH,
	   "4.2: an open file of a dead process: ESRCH");
	close(fd);
	count_entries("/proc", name, &found);
	is(found, 0, "4.2: it is not listed any more");
	is(open("/proc/99999999/stat", O_RDONLY), -1, "4.2: nobody's file");
	is(syscall(__NR_open, "/proc/self/none", O_RDONLY), -ENOENT,
	   "4.2: no such file");
	is(syscall(__NR_chdir, "/proc/self/stat"), -ENOTDIR,
	   "4.2: stat is no directory");
	ok(syscall(__NR_mkdir, "/proc/new", 0700) < 0 &&
	   syscall(__NR_unlink, "/proc/stat") < 0,
	   "4.2: nothing can be made or removed");

	is(count_entries("/proc/self/task", "x", &found), 1,
	   "4.2: task has one folder");
	tid = clone(thread, stack + sizeof(stack), CLONE_VM | CLONE_FS |
		    CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL, NULL,
		    NULL, NULL);
	snprintf(name, sizeof(name), "%d", tid);
	is(count_entries("/proc/self/task", name, &found), 2,
	   "4.2: with a thread two");
	is(found, 1, "4.2: of the thread's number");
	count_entries("/proc", name, &found);
	is(found, 0, "4.2: which /proc does not list");
	is(atoi(proc_stat(getpid(), 20)), 2, "4.2: stat says two threads");
	ok(has_line(file_text("/proc/self/status"), "Threads:\t2\n"),
	   "4.2: status as well");
	leave = 1;
	for (i = 0; i < 5000 && tgkill(getpid(), tid, 0) == 0; i++)
		usleep(1000);
	is(atoi(proc_stat(getpid(), 20)), 1, "4.2: then one again");

	mkdir("/tmp", 0777);
	chdir("/tmp");
	n = readlink("/proc/self/cwd", link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = 0;
	ok(!strcmp(link, "/tmp"), "4.2: cwd leads to the directory");
	fd = open("/dev/null", O_RDONLY);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = 0;
	ok(!strcmp(link, "/dev/null"), "4.2: fd/N leads to the file");
	close(fd);
	is(readlink(name, link, sizeof(link)), -1, "4.2: while it is open");
}

static void test_cmdline(const char *self)
{
	char *argv[] = { "first", "cmdline", "", "x y", NULL };
	char *env[] = { "A=1", "B=2", NULL };
	int status;
	pid_t pid = fork();

	if (!pid) {
		execve(self, argv, env);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "1.4: cmdline and environ are those of the exec");
}

static int mode_cmdline(void)
{
	static const char want[] = "first\0cmdline\0\0x y";

	if (memcmp(file_text("/proc/self/cmdline"), want, sizeof(want)))
		return 2;
	if (memcmp(file_text("/proc/self/environ"), "A=1\0B=2", 8))
		return 3;
	return 0;
}

static long hundredths(void)
{
	const char *p = file_text("/proc/uptime");
	char *end;
	long s = strtol(p, &end, 10);

	return *end == '.' ? s * 100 + strtol(end + 1, NULL, 10) : -1;
}

static void test_machine(void)
{
	long total = file_number("/proc/meminfo", "MemTotal"), before, after;
	long free = file_number("/proc/meminfo", "MemFree");

	ok(total > 8000 && free > 0 && free < total,
	   "12: meminfo: total and free memory");
	ok(!strncmp(file_text("/proc/stat"), "cpu  ", 5),
	   "12: stat begins with the processor's times");
	ok(file_number("/proc/stat", "processes") >= getpid() ||
	   file_number("/proc/stat", "processes") > 10,
	   "row 227: stat counts processes");
	ok(file_number("/proc/stat", "procs_running") >= 1,
	   "12: one is running");
	before = hundredths();
	usleep(100000);
	after = hundredths();
	ok(before >= 0 && after >= before + 9 && after < before + 300,
	   "12: uptime goes on by the second");
}

static int user_writes(void *arg)
{
	(void)arg;
	setgid(1000);
	setuid(1000);
	return write_text("/proc/sys/kernel/pid_max", "32768\n") != -EACCES ||
	       write_text("/proc/sys/kernel/threads-max", "100\n") != -EACCES;
}

static void test_sysctl(void)
{
	static const char *const max = "/proc/sys/kernel/pid_max";
	char one[20];
	struct utsname u;
	int fd, n, old = atoi(file_text(max));

	uname(&u);
	ok(!strcmp(file_text("/proc/sys/kernel/ostype"), "Linux\n"),
	   "12: ostype");
	ok(!strncmp(file_text("/proc/sys/kernel/osrelease"), u.release,
		    strlen(u.release)), "12: osrelease is uname's");
	ok(!strncmp(file_text("/proc/sys/kernel/hostname"), u.nodename,
		    strlen(u.nodename)), "12: hostname as well");
	ok(old >= 301, "5.1.4: pid_max");
	ok(atoi(file_text("/proc/sys/kernel/threads-max")) >= 20,
	   "4.4.1: threads-max");
	fd = open(max, O_RDONLY);
	n = read(fd, one, sizeof(one));
	ok(n > 3 && n < 20 && read(fd, one, sizeof(one)) == 0,
	   "12: a number has an end");
	close(fd);
	is(write_text(max, "many\n"), -EINVAL, "12: no number: EINVAL");
	is(write_text(max, "0\n"), -EINVAL, "5.1.4: too low: EINVAL");
	is(write_text(max, "2000000000\n"), -EINVAL,
	   "5.1.4: too high: EINVAL");
	is(atoi(file_text(max)), old, "5.1.4: nothing has changed");
	ok(write_text("/proc/sys/kernel/ostype", "x\n") < 0,
	   "12: ostype cannot be written");
	ok(!strcmp(file_text("/proc/sys/kernel/ostype"), "Linux\n"),
	   "12: and is as before");
	fd = open(max, O_WRONLY);
	is(syscall(__NR_write, fd, (void *)1, 4), -EFAULT,
	   "12: a bad pointer");
	close(fd);
	is(in_child(user_writes, NULL), 0, "12: a user may not: EACCES");
	is(syscall(__NR_open, "/proc/sys/kernel/none", O_RDONLY), -ENOENT,
	   "12: no such setting");
}

static void test_pieces(void)
{
	static char piece[16384];
	int fd = open("/proc/self/maps", O_RDONLY), n = 0;
	char c;

	while (n < 16383 && read(fd, &c, 1) == 1)
		piece[n++] = c;
	piece[n] = 0;
	ok(!strcmp(piece, file_text("/proc/self/maps")),
	   "12: maps in pieces is maps as a whole");
	lseek(fd, 0, SEEK_SET);
	n = read(fd, piece, 20);
	ok(n == 20 && !strncmp(piece, file_text("/proc/self/maps"), 20),
	   "12: and from the beginning again");
	close(fd);
}

int main(int argc, char **argv)
{
	char self[256];
	int n;

	if (argc > 1 && !strcmp(argv[1], "cmdline"))
		return mode_cmdline();
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n < 0 ? 0 : n] = 0;
	ok(argv[0] && strlen(self) && !strcmp(strrchr(self, '/'), "/proc"),
	   "4.2: exe leads to the program");
	test_maps();
	test_pieces();
	test_stat();
	test_status();
	test_folders();
	test_cmdline(self);
	test_machine();
	test_sysctl();
	return done_testing();
}
