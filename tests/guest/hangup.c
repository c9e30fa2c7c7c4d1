/*
 * When the leader of a session ends, its terminal is hung up: the foreground
 * group gets SIGHUP and SIGCONT, and nobody of the session has a terminal.
 * only: fork.nw: the host's test has no terminal to lose
 */
#include "tap.h"

static int report[2];

static void on_signal(int sig)
{
	char c = sig == SIGHUP ? 'H' : 'C';

	write(report[1], &c, 1);
}

/* A member of the session in a group of its own; tells what hits it. */
static void member(int ready)
{
	signal(SIGHUP, on_signal);
	signal(SIGCONT, on_signal);
	signal(SIGTTOU, SIG_IGN);
	setpgid(0, 0);
	write(ready, "r", 1);
	for (;;) {
		pause();
		if (open("/dev/tty", O_RDWR) < 0 && errno == ENXIO) {
			write(report[1], "N", 1);
			_exit(0);
		}
	}
}

static int leader(void *unused)
{
	int ready[2], tty;
	pid_t fore, back;
	char c;

	(void)unused;
	pipe(ready);
	if (setsid() < 0)
		return 1;
	tty = open("/dev/ttyS0", O_RDWR);
	if (tty < 0 || open("/dev/tty", O_RDWR) < 0)
		return 2;
	fore = fork();
	if (!fore)
		member(ready[1]);
	read(ready[0], &c, 1);
	signal(SIGTTOU, SIG_IGN);
	if (ioctl(tty, TIOCSPGRP, &fore))
		return 3;
	back = fork();
	if (!back) {
		/* In the background: not for it. */
		signal(SIGHUP, SIG_DFL);
		setpgid(0, 0);
		write(ready[1], "r", 1);
		sleep(3);
		_exit(0);
	}
	read(ready[0], &c, 1);
	return 0;
}

int main(void)
{
	struct pollfd p;
	char got[8] = "";
	int n = 0;

	pipe(report);
	p.fd = report[0];
	p.events = POLLIN;
	is(in_child(leader, NULL), 0, "a session with a terminal, and its end");
	while (n < 3 && poll(&p, 1, 2000) == 1)
		n += read(report[0], got + n, 1);
	ok(strchr(got, 'H') != NULL,
	   "row 153: the foreground group gets SIGHUP");
	ok(strchr(got, 'C') != NULL, "row 153: and SIGCONT");
	ok(strchr(got, 'N') != NULL, "and has no terminal any more");
	return done_testing();
}
