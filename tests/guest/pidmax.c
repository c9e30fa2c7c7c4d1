/*
 * The limit of pids, lowered until there are none left.
 * only: fork.nw: it changes pid_max, a setting of the whole machine
 */
#include "tap.h"
#include <linux/sysinfo.h>

#define LAST	"/proc/sys/kernel/ns_last_pid"
#define MAX	"/proc/sys/kernel/pid_max"

static pid_t pids[400];

static void test_range(void)
{
	is(atoi(file_text(MAX)), 32768, "5.1.4: pid_max is 32768");
	is(write_number(MAX, 300), -EINVAL, "5.1.4: 300 is too low");
	is(write_number(MAX, 32769), -EINVAL, "5.1.4: 32769 too high");
	is(write_number(MAX, -5), -EINVAL, "5.1.4: -5 is no number of pids");
	is(atoi(file_text(MAX)), 32768, "5.1.4: it has not changed");
	write_number(LAST, 32766);
	is(one_fork(), 32767, "row 11: pid 32767");
	is(one_fork(), 300, "row 11: then 300");
}

static int fill(int *err)
{
	int n;

	for (n = 0; n < 400; n++) {
		pids[n] = syscall(__NR_fork);
		if (pids[n] == 0)
			for (;;)
				pause();
		if (pids[n] < 0)
			break;
	}
	*err = n < 400 ? pids[n] : 0;
	return n;
}

static void empty(int n)
{
	while (n-- > 0)
		end_child(pids[n]);
}

static void test_full(void)
{
	struct sysinfo before, after;
	pid_t freed;
	int n, again, i, j, err, high = 0, twice = 0;

	syscall(__NR_sysinfo, &before);
	ok(write_number(MAX, 340) > 0, "row 15: pid_max can be 340");
	n = fill(&err);
	is(err, -EAGAIN, "row 15: no pid left: EAGAIN");
	is(n, 40, "row 15: after 300 to 339");
	for (i = 0; i < n; i++) {
		high += pids[i] >= 340 || pids[i] < 300;
		for (j = 0; j < i; j++)
			twice += pids[i] == pids[j];
	}
	is(high, 0, "row 15: none outside");
	is(twice, 0, "row 15: none twice");
	for (i = 0; i < 1000; i++)
		if (syscall(__NR_fork) != -EAGAIN)
			break;
	is(i, 1000, "row 15: it stays so");
	is(clone_raw(CLONE_VM | CLONE_VFORK | SIGCHLD, NULL, NULL, NULL,
		     NULL), -EAGAIN, "row 15: for clone as well");
	freed = pids[17];
	end_child(freed);
	pids[17] = sleeper();
	is(pids[17], freed, "row 15: one freed pid is found");
	is(syscall(__NR_fork), -EAGAIN, "row 15: the only one");
	empty(n);
	ok(one_fork() > 0, "row 15: when all are gone fork works");
	again = fill(&err);
	is(again, n, "row 15: as often as before");
	empty(again);
	is(syscall(__NR_wait4, -1, NULL, WNOHANG, NULL), -ECHILD,
	   "row 15: and failures left no child");
	syscall(__NR_sysinfo, &after);
	is(after.procs, before.procs, "row 186: no task");
	ok(before.freeram - after.freeram + 32 < 64, "row 186: and no page");

	/* last_pid lies above the new limit. */
	write_number(MAX, 32768);
	write_number(LAST, 20000);
	write_number(MAX, 1000);
	is(one_fork(), 300, "row 11: a limit below the last pid: 300");
	write_number(MAX, 32768);
	write_number(LAST, 20000);
	is(one_fork(), 20001, "5.1.4: and up again");
}

int main(void)
{
	test_range();
	test_full();
	return done_testing();
}
