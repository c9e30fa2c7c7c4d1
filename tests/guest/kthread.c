/*
 * Kernel threads, seen from outside.
 * only: fork.nw: the host's kernel threads are not in the test's namespace
 */
#include "tap.h"

static void test_kthreadd(void)
{
	char buf[64];
	int i, wrong = 0;
	pid_t pid;

	await_state(2, "SD");
	is(atoi(proc_stat(2, 4)), 0, "row 223: pid 2 has the parent 0");
	snprintf(buf, sizeof(buf), "%s", file_text("/proc/2/stat"));
	ok(strstr(buf, "(kthreadd)") != NULL, "row 223: its name is kthreadd");
	for (i = 3; i < getpid(); i++) {
		if (*proc_stat(i, 4))
			wrong += atoi(proc_stat(i, 4)) != 2;
	}
	is(wrong, 0, "row 223: and its children have the parent 2");
	is(atoi(proc_stat(1, 4)), 0, "row 223: init's parent is 0");
	is(*file_text("/proc/2/cmdline"), 0, "11.2: no arguments");
	is(*file_text("/proc/2/maps"), 0, "11.2: no memory");
	is(atoi(proc_stat(2, 23)), 0, "11.2: of size 0");
	is(readlink("/proc/2/exe", buf, sizeof(buf)), -1, "11.2: no file");

	is(kill(2, SIGKILL), 0, "row 224: kill -9 2 gives 0");
	is(kill(2, SIGTERM), 0, "row 224: kill -15 as well");
	is(kill(2, SIGSTOP), 0, "row 224: and SIGSTOP");
	usleep(100000);
	is(kill(2, 0), 0, "row 224: it is still there");
	ok(strchr("SD", await_state(2, "SD")) != NULL, "row 224: and sleeps");
	is(syscall(__NR_setpgid, 2, 0), -ESRCH, "row 223: no child of ours");
	is(syscall(__NR_wait4, 2, NULL, WNOHANG, NULL), -ECHILD,
	   "row 223: nor to wait for");
	is(syscall(__NR_kill, 0, 0), 0, "11.6: kill(0) is one's own group");
	pid = fork();
	if (!pid)
		_exit(3);
	is(waitpid(pid, &i, 0), pid, "row 224: and the machine lives on");
}

int main(void)
{
	test_kthreadd();
	return done_testing();
}
