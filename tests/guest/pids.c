/*
 * Which numbers processes get. The sysctl ns_last_pid says after which number
 * the search goes on; on the host it belongs to the test's pid namespace.
 * needs: root
 */
#include "tap.h"

#define LAST	"/proc/sys/kernel/ns_last_pid"
#define MAX	"/proc/sys/kernel/pid_max"

static void test_last_pid(void)
{
	pid_t pid = one_fork();
	long max = atoi(file_text(MAX));

	is(atoi(file_text(LAST)), pid, "5.3.12: ns_last_pid is the last pid");
	ok(write_number(LAST, 2000) > 0, "5.3.12: it can be written");
	is(one_fork(), 2001, "5.3.12: then the next pid is one more");
	is(atoi(file_text(LAST)), 2001, "5.3.12: and is the last pid");
	is(write_number(LAST, max + 1), -EINVAL,
	   "5.3.12: a number above pid_max: EINVAL");
	is(write_number(LAST, -1), -EINVAL, "5.3.12: a negative one: EINVAL");
	is(write_text(LAST, "many\n"), -EINVAL, "5.3.12: no number: EINVAL");
	is(one_fork(), 2002, "5.3.12: and nothing has changed");
}

static int write_as_user(void *arg)
{
	(void)arg;
	setgid(1000);
	setuid(1000);
	return write_number(LAST, 5000) == 5;
}

static void test_wrap(void)
{
	long max = atoi(file_text(MAX));
	pid_t pid, kept[10];
	int i, low = 0, rising = 1;

	write_number(LAST, max - 2);
	is(one_fork(), max - 1, "row 11: the highest pid is pid_max - 1");
	is(one_fork(), 300, "row 11: then follows 300");

	write_number(LAST, max - 2);
	for (i = 0; i < 10; i++)
		kept[i] = sleeper();
	for (i = 1; i < 10; i++) {
		low += kept[i] < 300;
		rising &= kept[i] == 299 + i;
	}
	is(low, 0, "row 13: after the wrap none is below 300");
	ok(rising, "row 13: the lowest free ones in turn");
	is(kept[0], max - 1, "row 11: pid_max - 1 again");

	/* The search goes around those in use. */
	write_number(LAST, 299);
	is(one_fork(), 309, "row 13: living ones are left out");
	end_child(kept[3]);
	write_number(LAST, 299);
	is(one_fork(), 302, "row 13: a hole is found");
	is(one_fork(), 309, "row 12: but not the one just freed");
	write_number(LAST, max - 2);
	is(one_fork(), 302, "row 11: a wrap around the highest in use");
	for (i = 0; i < 10; i++)
		if (i != 3)
			end_child(kept[i]);
	pid = one_fork();
	is(pid, 303, "row 12: the search goes on from the last pid");
	is(in_child(write_as_user, NULL), 0,
	   "5.3.12: a user must not write ns_last_pid");
}

static int refused(void *arg)
{
	struct rlimit limit = { 1, 1 };
	int i;

	(void)arg;
	setgid(1000);
	setuid(1000);
	setrlimit(RLIMIT_NPROC, &limit);
	for (i = 0; i < 100; i++)
		if (syscall(__NR_fork) != -EAGAIN)
			return 1;
	return 0;
}

static void test_failure(void)
{
	pid_t pid;
	int i, bad = 0;

	write_number(LAST, 4000);
	for (i = 0; i < 1000; i++)
		bad += clone_raw(CLONE_SIGHAND | SIGCHLD, NULL, NULL, NULL,
				 NULL) != -EINVAL;
	is(bad, 0, "row 45: CLONE_SIGHAND without CLONE_VM");
	is(one_fork(), 4001, "row 16: 1000 failures used up no pid");
	for (i = 0; i < 100; i++)
		bad += clone_raw(CLONE_SETTLS | SIGCHLD, NULL, NULL, NULL,
				 NULL) != -EFAULT;
	is(bad, 0, "row 72: CLONE_SETTLS without a pointer");
	is(one_fork(), 4002, "row 16: nor did 100 late ones");
	is(in_child(refused, NULL), 0, "row 17: 100 times over RLIMIT_NPROC");
	pid = one_fork();
	is(pid, 4004, "row 16: the same");
}

static volatile int tid, leave;
static char stack[8192] __attribute__((aligned(16)));

static int thread(void *arg)
{
	(void)arg;
	tid = syscall(__NR_gettid);
	while (!leave)
		usleep(1000);
	return 0;
}

static void test_threads(void)
{
	pid_t pid;
	int i;

	write_number(LAST, 5000);
	pid = clone(thread, stack + sizeof(stack), CLONE_VM | CLONE_FS |
		    CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL, NULL,
		    NULL, NULL);
	is(pid, 5001, "row 78: a thread's number is one of the same row");
	for (i = 0; i < 5000 && !tid; i++)
		usleep(1000);
	is(tid, 5001, "row 78: gettid gives it");
	is(one_fork(), 5002, "row 10: the next process has the next");
	write_number(LAST, 5000);
	is(one_fork(), 5002, "row 14: a thread's number is not given away");
	leave = 1;
	for (i = 0; i < 5000 && tgkill(getpid(), 5001, 0) == 0; i++)
		usleep(1000);
	is(syscall(__NR_tgkill, getpid(), 5001, 0), -ESRCH,
	   "row 79: the thread is gone");
	write_number(LAST, 5000);
	is(one_fork(), 5001, "row 14: its number is free again");
}

static void test_lookup(void)
{
	pid_t pid = one_fork();

	is(syscall(__NR_kill, pid, 0), -ESRCH, "9.7.4: kill: a dead pid");
	is(syscall(__NR_kill, 0x7fffffff, 0), -ESRCH, "9.7.4: a huge pid");
	is(syscall(__NR_kill, -0x7fffffff, 0), -ESRCH, "9.7.4: a huge group");
	is(syscall(__NR_kill, getpid(), 65), -EINVAL, "9.7.4: signal 65");
	is(syscall(__NR_kill, getpid(), -1), -EINVAL, "9.7.4: signal -1");
	is(syscall(__NR_getpgid, pid), -ESRCH, "5.2.2: getpgid: a dead pid");
	is(syscall(__NR_getpgid, -1), -ESRCH, "5.2.2: getpgid(-1)");
	is(syscall(__NR_getsid, 0x7fffffff), -ESRCH, "5.2.2: getsid");
	is(getpgid(0), getpgrp(), "5.2.2: getpgid(0) is one's own");
	is(getpgid(getpid()), getpgrp(), "5.2.2: so is that by pid");
	is(gettid(), getpid(), "row 78: the first thread's tid is the pid");
	is(syscall(__NR_tgkill, 0, getpid(), 0), -EINVAL, "9.7.4: tgid 0");
	is(syscall(__NR_tgkill, getpid(), -1, 0), -EINVAL, "9.7.4: tid -1");
	is(syscall(__NR_tgkill, 1, getpid(), 0), -ESRCH,
	   "9.7.4: another's thread");
}

int main(void)
{
	want_last_pid();
	test_last_pid();
	test_wrap();
	test_failure();
	test_threads();
	test_lookup();
	return done_testing();
}
