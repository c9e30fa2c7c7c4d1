/*
 * The line discipline: keys go in, what a program reads and what the screen
 * shows come out. Then random keys and random reads against a model that keeps
 * a list of lines.
 */
#include "tap.h"
#include <linux/tty.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <asm/uaccess.h>

/* The machine around it: no interrupts, one task, a screen in memory. */
#undef local_irq_save
#undef local_irq_restore
#define local_irq_save(f)	((f) = 0)
#define local_irq_restore(f)	((void)(f))
#undef current
#define current			(&task)
static struct task_struct task;
static struct thread_info info;

static unsigned char screen[65536];
static unsigned int shown;
static int room = 1 << 30;		/* bytes the line takes before it is full */
static unsigned int slept;		/* times that a reader went to sleep */
static bool hung;

#include "drivers/n_tty.c"

void *memset(void *s, int c, size_t n)
{
	char *p = s;

	while (n--)
		*p++ = c;
	return s;
}

int serial_write_room(void)
{
	return room;
}

void serial_put(unsigned char c)
{
	screen[shown++ % sizeof(screen)] = c;
	room--;
}

void serial_flush(void)
{
}

void serial_unthrottle(void)
{
}

bool tty_hung_up_p(const struct file *f)
{
	return hung;
}

void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr)
{
}

void prepare_to_wait(wait_queue_head_t *q, struct wait_queue *w, int state)
{
}

void finish_wait(wait_queue_head_t *q, struct wait_queue *w)
{
}

/* A sleeping writer finds the line free again. */
void schedule(void)
{
	room = 1 << 30;
}

/* A sleeping reader sleeps until its time is up. */
long schedule_timeout(long timeout)
{
	slept++;
	return 0;
}

unsigned long copy_to_user(void *to, const void *from, unsigned long n)
{
	char *d = to;
	const char *s = from;

	while (n--)
		*d++ = *s++;
	return 0;
}

unsigned long copy_from_user(void *to, const void *from, unsigned long n)
{
	return copy_to_user(to, from, n);
}

void panic(const char *fmt, ...)
{
	printf("Bail out! panic: %s\n", fmt);
	abort();
	for (;;)
		;
}

static struct tty_struct tty;
static struct file file;
static char got[N_TTY_BUF_SIZE + 1];

static void reset(unsigned int lflag)
{
	static const unsigned char cc[NCCS] = {
		[VINTR] = 3, [VQUIT] = 034, [VERASE] = 0177, [VKILL] = 025,
		[VEOF] = 4, [VMIN] = 1, [VSTART] = 021, [VSTOP] = 023,
		[VSUSP] = 032,
	};

	memset(&tty, 0, sizeof(tty));
	copy_to_user(tty.termios.c_cc, cc, sizeof(cc));
	tty.termios.c_iflag = ICRNL | IXON;
	tty.termios.c_oflag = OPOST | ONLCR;
	tty.termios.c_lflag = lflag;
	/* Positions near the end of their range: they must wrap well. */
	tty.read_head = tty.read_tail = tty.canon_head = -100U;
	file.f_flags = O_NONBLOCK;
	shown = 0;
	hung = false;
}

#define COOKED	(ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN)

/* Type keys; the last signal that came of them. */
static int type(const char *keys, unsigned int n)
{
	int sig = 0;
	int s;

	while (n--) {
		s = n_tty_receive(&tty, *keys++);
		sig = s ? s : sig;
	}
	return sig;
}

static long take(size_t n)
{
	return n_tty_read(&tty, &file, got, n);
}

static bool same(const void *a, const char *b, unsigned int n)
{
	return !__builtin_memcmp(a, b, n);
}

#define TYPE(keys)	type(keys, sizeof(keys) - 1)
#define READS(n, text)	(take(n) == sizeof(text) - 1 && \
			 same(got, text, sizeof(text) - 1))
#define SHOWS(text)	(shown == sizeof(text) - 1 && \
			 same(screen, text, sizeof(text) - 1))

static void test_lines(void)
{
	reset(COOKED);
	TYPE("ls");
	is(take(100), -EAGAIN, "an unfinished line is not there");
	TYPE("\rpwd\n");
	ok(READS(100, "ls\n"), "return ends a line, and a read gives one line");
	ok(READS(2, "pw") && READS(100, "d\n"), "a short read leaves the rest");
	ok(SHOWS("ls\r\npwd\r\n"), "echo adds the carriage return");
	reset(COOKED);
	TYPE("ab\004");
	ok(READS(100, "ab"), "^D in a line hands it over");
	TYPE("\004");
	is(take(100), 0, "^D at the beginning is the end of the file");
	TYPE("abc\004");
	ok(READS(3, "abc"), "a read that just fits");
	is(take(3), -EAGAIN, "... takes the ^D as well");
	TYPE("\004\004x\n");
	ok(take(9) == 0 && take(9) == 0 && READS(9, "x\n"), "two ends, a line");
}

static void test_editing(void)
{
	reset(COOKED);
	TYPE("abc\177\bd\r");
	ok(SHOWS("abc\b \b\b \bd\r\n"), "DEL and ^H erase on the screen");
	ok(READS(100, "ad\n"), "... and in the line");
	reset(COOKED);
	TYPE("x\ny\177\177\177z\n");
	ok(READS(9, "x\n") && READS(9, "z\n"), "erasing stops at the line");
	reset(COOKED);
	TYPE("a\001\t\177\177b\n");
	ok(READS(9, "ab\n"), "a tab and a control character erased");
	ok(SHOWS("a^A\t\b \b\b \b\b \b\b \b\b \b\b \b\b \bb\r\n"),
	   "... go back by the columns they took");
	reset(COOKED);
	TYPE("ab\025c\n");
	ok(READS(9, "c\n") && SHOWS("ab\b \b\b \bc\r\n"), "^U kills the line");
	reset(COOKED & ~(ECHOE | ECHOKE));
	TYPE("ab\025c\n");
	ok(READS(9, "c\n") && SHOWS("ab^U\r\nc\r\n"), "... on paper");
	reset(COOKED & ~ECHO);
	TYPE("secret\177\n");
	ok(READS(9, "secre\n") && SHOWS(""), "no echo, not of erasing either");
	reset((COOKED & ~ECHO) | ECHONL);
	TYPE("pw\n");
	ok(SHOWS("\r\n"), "ECHONL shows the newline alone");
}

static void test_signals(void)
{
	reset(COOKED);
	is(TYPE("abc\003"), SIGINT, "^C is SIGINT");
	TYPE("\n");
	ok(READS(9, "\n"), "... and what was typed before is gone");
	is(TYPE("\032"), SIGTSTP, "^Z is SIGTSTP");
	is(TYPE("\034"), SIGQUIT, "^\\ is SIGQUIT");
	reset(COOKED | NOFLSH);
	TYPE("ab\003c\n");
	ok(READS(9, "abc\n"), "NOFLSH keeps the line");
	reset(COOKED & ~ISIG);
	is(TYPE("\003\n"), 0, "without ISIG no signal");
	ok(READS(9, "\003\n"), "... but a character");
	reset(ISIG);
	is(TYPE("a\003"), SIGINT, "raw mode with ISIG still interrupts");
	reset(COOKED);
	TYPE("\023");
	is(n_tty_write(&tty, &file, "x", 1), -EAGAIN, "^S stops the output");
	TYPE("\021");
	is(n_tty_write(&tty, &file, "x", 1), 1, "^Q starts it");
}

static void test_raw(void)
{
	struct termios t;

	reset(0);
	TYPE("a\r\004\177");
	ok(READS(99, "a\n\004\177") && SHOWS(""), "raw: every key, no echo");
	tty.termios.c_cc[VMIN] = 3;
	file.f_flags = 0;
	TYPE("abcd");
	ok(READS(99, "abcd"), "VMIN reached: all there is");
	TYPE("ab");
	ok(READS(2, "ab"), "a read for fewer than VMIN");
	tty.termios.c_cc[VTIME] = 1;
	slept = 0;
	TYPE("ab");
	ok(READS(99, "ab") && slept == 1, "VTIME ends the wait for more");
	tty.termios.c_cc[VMIN] = 0;
	is(take(99), 0, "VMIN 0: the time is up, nothing came");
	is(slept, 2, "... after a wait");
	tty.termios.c_cc[VTIME] = 0;
	is(take(99), 0, "VMIN 0, VTIME 0: no wait");
	is(slept, 2, "... indeed");
	reset(COOKED);
	TYPE("half");
	t = tty.termios;
	t.c_lflag &= ~ICANON;
	n_tty_set_termios(&tty, &t);
	ok(READS(2, "ha"), "to raw: a half line is readable");
	t.c_lflag |= ICANON;
	n_tty_set_termios(&tty, &t);
	ok(READS(99, "lf"), "to canonical: what was typed is a line");
	hung = true;
	is(take(9), 0, "hung up: end of file");
	is(n_tty_write(&tty, &file, "x", 1), -EIO, "... and no writing");
}

static void test_long(void)
{
	int i;

	reset(COOKED & ~ECHO);
	for (i = 0; i < 10000; i++)
		TYPE("x");
	ok(n_tty_room(&tty), "an endless line does not shut out its end");
	TYPE("\177\177yz\n");
	is(take(9999), N_TTY_BUF_SIZE, "it is cut");
	ok(same(got + N_TTY_BUF_SIZE - 4, "xyz\n", 4), "... and can be edited");
	for (i = 0; i < 5000; i++)
		TYPE("\n");
	ok(!n_tty_room(&tty), "full of lines: the driver is told to wait");
	for (i = 0; take(9) == 1; i++)
		;
	is(i, N_TTY_BUF_SIZE, "so many empty lines");
	for (i = 0; i < 5000; i++)
		TYPE("x");
	is(TYPE("\003"), SIGINT, "^C comes through a full line");
	reset(COOKED);
	room = 100;
	file.f_flags = 0;
	is(n_tty_write(&tty, &file, got, 1000), 1000, "a writer waits for room");
}

static u32 rnd(u32 n)
{
	static u32 seed = 20260101;

	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* The model: finished lines one after the other, and the one being typed. */
#define CUT	(N_TTY_BUF_SIZE - 1)
static char lines[N_TTY_BUF_SIZE + 1];
static int ends[N_TTY_BUF_SIZE + 1];	/* 1: newline, 2: ^D with no byte */
static unsigned int nlines, nedit;

static void model_key(char c)
{
	if (c == '\177') {
		nedit -= nedit > 0;
	} else if (c == '\025') {
		nedit = 0;
	} else if (c == '\003') {
		nlines = nedit = 0;
	} else if (c == '\n' || c == '\004') {
		if (nlines + nedit > CUT)
			return;
		lines[nlines + nedit] = c;
		ends[nlines + nedit] = c == '\n' ? 1 : 2;
		nlines += nedit + 1;
		nedit = 0;
	} else if (nlines + nedit < CUT) {
		lines[nlines + nedit] = c;
		ends[nlines + nedit++] = 0;
	}
}

/* How many bytes a read for n bytes gives; they are at the front of lines. */
static long model_read(unsigned int n, unsigned int *used)
{
	long count = 0;

	*used = 0;
	if (!nlines)
		return -EAGAIN;
	while (*used < nlines) {
		if (ends[*used] != 2 && count == (long)n)
			break;
		count += ends[*used] != 2;
		if (ends[(*used)++])
			break;
	}
	return count;
}

static void test_random(void)
{
	static const char keys[] = "aaaabbbbccccdddd\n\n\n\004\177\177\025\003";
	unsigned int round, i, used, n, bad = 0;
	long want, have;

	reset(COOKED);
	nlines = nedit = 0;
	for (round = 0; round < 200000 && !bad; round++) {
		if (rnd(8) || round % 40000 < 20000) {
			char c = keys[rnd(rnd(50) ? 20 : sizeof(keys) - 1)];

			n_tty_receive(&tty, c);
			model_key(c);
			if (rnd(4))
				continue;
		}
		n = 1 + rnd(rnd(2) ? 8 : 5000);
		if (round % 40000 < 10000 && rnd(500))
			continue;
		want = model_read(n, &used);
		have = take(n);
		bad += want != have;
		for (i = 0; !bad && i < (want > 0 ? want : 0); i++)
			bad += got[i] != lines[i];
		for (i = 0; i + used < nlines + nedit; i++) {
			lines[i] = lines[i + used];
			ends[i] = ends[i + used];
		}
		nlines -= used;
	}
	is(bad, 0, "random keys and reads agree with the model");
	is(round, 200000, "... to the end");
}

int main(void)
{
	task.thread_info = &info;
	test_lines();
	test_editing();
	test_signals();
	test_raw();
	test_long();
	test_random();
	return done_testing();
}
