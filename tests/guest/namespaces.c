/*
 * This kernel has no namespaces, and clone and unshare say so as a Linux
 * that was built without them.
 * only: fork.nw: Linux has namespaces
 */
#include "tap.h"

static const struct {
	unsigned long flag;
	const char *name;
} kinds[] = {
	{ CLONE_NEWNS, "CLONE_NEWNS" },
	{ CLONE_NEWUTS, "CLONE_NEWUTS" },
	{ CLONE_NEWIPC, "CLONE_NEWIPC" },
	{ CLONE_NEWPID, "CLONE_NEWPID" },
	{ CLONE_NEWNET, "CLONE_NEWNET" },
	{ CLONE_NEWUSER, "CLONE_NEWUSER" },
};

static int cloned(unsigned long flag)
{
	pid_t pid = clone_raw(flag | SIGCHLD, NULL, NULL, NULL, NULL);

	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid < 0 ? -pid : 0;
}

static int as_user(void *arg)
{
	if (setuid(1000))
		return 255;
	return cloned((unsigned long)arg);
}

int main(void)
{
	unsigned i;
	pid_t pid, last;

	last = fork();
	if (!last)
		_exit(0);
	waitpid(last, NULL, 0);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		is(cloned(kinds[i].flag), EINVAL, "%s for root", kinds[i].name);
	is(waitpid(-1, NULL, WNOHANG | __WALL) < 0 ? errno : 0, ECHILD,
	   "there is no child");
	pid = fork();
	if (!pid)
		_exit(0);
	is(pid, last + 1, "row 16: no number was used up");
	waitpid(pid, NULL, 0);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].flag != CLONE_NEWUSER)
			is(in_child(as_user, (void *)kinds[i].flag), EPERM << 8,
			   "row 49: %s for another user", kinds[i].name);
	return done_testing();
}
