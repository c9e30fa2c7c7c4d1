/*
 * What pid 1 may not do, and what cannot be done to it. On this kernel the
 * program is /init itself; on Linux it is pid 1 of a pid namespace.
 * append: rdinit=/test/initclone
 * needs: root
 */
#include "tap.h"
#include <linux/reboot.h>

static int *cell;		/* one page that all share */

static int nothing(void *arg)
{
	return (int)arg;
}

static int orphan(void *arg)
{
	pid_t pid = fork();

	if (!pid) {
		int i;

		for (i = 0; i < 500 && !cell[0]; i++)
			usleep(10000);
		cell[1] = getppid();
		_exit(12);
	}
	return (int)arg;
}

static int attack(void *arg)
{
	static const int signals[] = {
		SIGKILL, SIGSTOP, SIGTERM, SIGHUP, SIGTSTP, SIGSEGV, 40,
	};
	unsigned i;
	int bad = 0;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		bad |= kill(1, signals[i]);
	usleep(30000);
	return bad ? 1 : 0;
}

static volatile int handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static int send_term(void *arg)
{
	(void)arg;
	return kill(1, SIGTERM) ? 1 : 0;
}

static int tests(void)
{
	int status;
	pid_t pid, other;

	cell = shared(4096);
	is(getpid(), 1, "the first process has number 1");
	is(getppid(), 0, "and no parent");
	pid = clone(nothing, new_stack(), CLONE_PARENT | SIGCHLD, NULL, NULL,
		    NULL, NULL);
	is(pid < 0 ? errno : 0, EINVAL, "row 82: it may not give it a sibling");
	is(waitpid(-1, NULL, WNOHANG | __WALL) < 0 ? errno : 0, ECHILD,
	   "row 82: and has got no child by trying");
	pid = clone(nothing, new_stack(), CLONE_VM | SIGCHLD, (void *)3, NULL,
		    NULL, NULL);
	is(waitpid(pid, &status, 0) == pid ? status : -1, 3 << 8,
	   "row 82: else it may clone");

	is(in_child(attack, NULL), 0,
	   "signals sent to it are no failure");
	is(getpid(), 1, "and have no effect, SIGKILL included");
	raise(SIGKILL);
	kill(1, SIGTERM);
	is(getpid(), 1, "nor have its own");
	signal(SIGTERM, handler);
	in_child(send_term, NULL);
	is(handled, 1, "but it may handle one");
	signal(SIGTERM, SIG_DFL);

	pid = sleeper();
	other = sleeper();
	setpgid(other, 0);
	is(kill(-1, SIGTERM), 0,
	   "kill -1 reaches every process but its sender");
	is(waitpid(pid, &status, 0) == pid ? status : -1, SIGTERM,
	   "and every group, ours");
	is(waitpid(other, &status, 0) == other ? status : -1, SIGTERM,
	   "and another");

	is(in_child(orphan, (void *)4), 4 << 8, "row 143: a process ends");
	cell[0] = 1;
	pid = waitpid(-1, &status, 0);
	ok(pid > 1 && status == 12 << 8, "row 143: its child is left to pid 1");
	is(cell[1], 1, "row 143: and knows");
	return done_testing();
}

int main(void)
{
	int status;
	pid_t pid;

	if (getpid() == 1 && !getenv("HOST")) {
		dprintf(1, "\ntestinit: exit %d\n", tests());
		reboot(LINUX_REBOOT_CMD_POWER_OFF);
	}
	pid = clone_raw(CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
	if (!pid)
		_exit(tests());
	if (pid < 0) {
		ok(1, "row 82 # SKIP no pid namespace here");
		return done_testing();
	}
	waitpid(pid, &status, 0);
	return status ? 1 : 0;
}
