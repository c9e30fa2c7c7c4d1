/*
 * Nice values: nice, getpriority, setpriority. The raw getpriority gives 20
 * minus the nice value.
 * needs: root
 */
#include "tap.h"

#define S(nr, ...)	syscall(__NR_##nr, ##__VA_ARGS__)

static int level(int which, int who)
{
	return 20 - (int)S(getpriority, which, who);
}

static int inherited(void *arg)
{
	return level(PRIO_PROCESS, 0) != (int)(long)arg;
}

static int as_user(void *arg)
{
	(void)arg;
	setgid(1000);
	setuid(1000);
	if (S(nice, -1) != -EPERM)
		return 1;
	if (S(setpriority, PRIO_PROCESS, 0, -1) != -EACCES)
		return 2;
	if (S(setpriority, PRIO_PROCESS, getppid(), 10) != -EPERM)
		return 3;
	if (S(nice, 3) != 0 || level(PRIO_PROCESS, 0) != 8)
		return 4;
	if (S(setpriority, PRIO_PROCESS, 0, 8) != 0)
		return 5;
	return S(setpriority, PRIO_PROCESS, 0, 7) != -EACCES ? 6 : 0;
}

int main(void)
{
	pid_t a, b;

	setpgid(0, 0);
	is(level(PRIO_PROCESS, 0), 0, "row 117: the nice value is 0 at first");
	is(S(nice, 5), 0, "row 117: nice(5)");
	is(level(PRIO_PROCESS, 0), 5, "row 117: adds 5");
	is(atoi(proc_stat(getpid(), 19)), 5, "row 117: stat shows it");
	is(in_child(inherited, (void *)5), 0, "row 117: a child inherits it");
	is(in_child(as_user, NULL), 0, "row 117: a user may only raise it");
	S(nice, 100);
	is(level(PRIO_PROCESS, 0), 19, "row 117: 19 is the highest");
	S(nice, -100);
	is(level(PRIO_PROCESS, 0), -20, "row 117: -20 the lowest");
	is(S(setpriority, PRIO_PROCESS, 0, 30), 0, "row 117: setpriority(30)");
	is(level(PRIO_PROCESS, 0), 19, "row 117: is 19");
	S(setpriority, PRIO_PROCESS, 0, 0);

	a = sleeper();
	b = sleeper();
	is(S(setpriority, PRIO_PROCESS, a, 7), 0, "row 117: another process");
	is(level(PRIO_PROCESS, a), 7, "row 117: has 7 now");
	is(level(PRIO_PROCESS, 0), 0, "row 117: we have not");
	setpgid(a, a);
	setpgid(b, a);
	is(level(PRIO_PGRP, a), 0, "row 117: a group has the lowest of all");
	is(S(setpriority, PRIO_PGRP, a, 9), 0, "row 117: a whole group");
	is(level(PRIO_PROCESS, b), 9, "row 117: each member");
	is(level(PRIO_PGRP, 0), 0, "row 117: not one's own group");
	end_child(a);
	end_child(b);
	is(S(getpriority, 3, 0), -EINVAL, "row 117: no such kind");
	is(S(setpriority, 3, 0, 0), -EINVAL, "row 117: nor to set");
	is(S(getpriority, PRIO_PROCESS, 0x7fffffff), -ESRCH,
	   "row 117: nobody");
	is(S(setpriority, PRIO_PGRP, 0x7fffffff, 0), -ESRCH,
	   "row 117: no group");
	is(S(sched_yield), 0, "row 117: sched_yield");
	return done_testing();
}
