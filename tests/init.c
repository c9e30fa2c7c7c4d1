/*
 * /init of a guest test: runs the program that the kernel's command line names
 * after "--", so that this program is no pid 1, which has signal rules of its
 * own. Then it ends what is left, says on a line of its own
 *	testinit: exit N     or     testinit: signal N
 * and turns the machine off. On the host's Linux (environment HOST=1) the same
 * program starts the same test, as pid 1 of a pid namespace if it could get one,
 * and exits. "init -t" exits at once: a trial whether this machine runs us.
 */
#include <libc.h>
#include <asm/unistd.h>

static void report(int status)
{
	if (WIFEXITED(status))
		dprintf(1, "\ntestinit: exit %d\n", WEXITSTATUS(status));
	else
		dprintf(1, "\ntestinit: signal %d\n", WTERMSIG(status));
}

int main(int argc, char **argv, char **envp)
{
	int host = getenv("HOST") != NULL;
	int status;
	pid_t pid, got;

	if (argc < 2)
		dprintf(2, "init: the kernel gave no program to run\n");
	else if (strcmp(argv[1], "-t") == 0)
		return 0;
	if (!host)
		mount("proc", "/proc", "proc", 0, NULL);
	pid = argc < 2 ? -1 : fork();
	if (pid == 0) {
		/* What the host's shell ignored must not tell in the test. */
		for (status = 1; status <= 64; status++)
			signal(status, SIG_DFL);
		execve(argv[1], argv + 1, envp);
		dprintf(2, "init: cannot execute %s: errno %d\n", argv[1], errno);
		_exit(127);
	}
	if (pid > 0) {
		do {
			got = waitpid(-1, &status, 0);
		} while (got != pid && (got > 0 || errno == EINTR));
		if (got == pid)
			report(status);
	}
	if (getpid() == 1) {
		kill(-1, SIGKILL);
		while (waitpid(-1, &status, 0) > 0)
			;
	}
	if (!host)
		syscall(__NR_reboot, 0xfee1dead, 0x28121969, 0x4321fedc, 0);
	return 0;
}
