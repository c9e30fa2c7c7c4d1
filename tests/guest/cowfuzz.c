/*
 * A tree of 50 forks whose processes write into random pages, by stores and
 * through the kernel. What each page must hold is also noted in shared memory,
 * which copy-on-write does not touch.
 */
#include "tap.h"

#define PAGE	4096
#define PAGES	64		/* the last 16 are private pages of a file */
#define FORKS	50
#define STEPS	40

static volatile struct {
	int tickets;			/* forks so far */
	int ended;			/* processes that came to their end */
	int wrong;			/* pages that held something else */
	int failed;			/* calls that failed */
	unsigned want[FORKS + 1][PAGES];
} *all;

static char *memory;
static unsigned seed;
static int me;

static unsigned next_random(void)
{
	seed = seed * 1103515245 + 12345;
	return seed >> 8;
}

/* A page holds its value in the first, the last, and a middle word. */
static unsigned *word(int page, int where)
{
	static const int at[] = { 0, 500, 1023 };

	return (unsigned *)(memory + page * PAGE) + at[where];
}

static void check(int page)
{
	unsigned v = all->want[me][page];
	int i;

	for (i = 0; i < 3; i++)
		if (*word(page, i) != v)
			__sync_fetch_and_add(&all->wrong, 1);
}

static void write_page(int page, int through_kernel)
{
	unsigned v = next_random();
	int i, fds[2];

	all->want[me][page] = v;
	if (!through_kernel) {
		for (i = 0; i < 3; i++)
			*word(page, i) = v;
		return;
	}
	pipe(fds);
	for (i = 0; i < 3; i++)
		if (write(fds[1], &v, 4) != 4 ||
		    read(fds[0], word(page, i), 4) != 4)
			__sync_fetch_and_add(&all->failed, 1);
	close(fds[0]);
	close(fds[1]);
}

static void toggle(int page)
{
	char *p = memory + page * PAGE;

	if (mprotect(p, PAGE, PROT_READ) ||
	    mprotect(p, PAGE, PROT_READ | PROT_WRITE))
		__sync_fetch_and_add(&all->failed, 1);
}

static void live(void);

/* Fork, if one of the 50 tickets is left. */
static void branch(void)
{
	int i, ticket = __sync_fetch_and_add(&all->tickets, 1) + 1;
	pid_t pid;

	if (ticket > FORKS)
		return;
	for (i = 0; i < PAGES; i++)
		all->want[ticket][i] = all->want[me][i];
	pid = fork();
	if (pid == 0) {
		me = ticket;
		seed = ticket * 7919;
		live();
		_exit(0);
	}
	if (pid < 0)
		__sync_fetch_and_add(&all->failed, 1);
}

static void live(void)
{
	int i;

	for (i = 0; i < STEPS; i++) {
		unsigned r = next_random();
		int page = r / 16 % PAGES;

		switch (r % 16) {
		case 0 ... 7:
			write_page(page, 0);
			break;
		case 8 ... 10:
			write_page(page, 1);
			break;
		case 11:
			toggle(page);
			break;
		case 12:
			sched_yield();
			break;
		case 13:
			while (waitpid(-1, NULL, WNOHANG) > 0)
				;
			break;
		default:
			branch();
		}
		check(next_random() % PAGES);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	for (i = 0; i < PAGES; i++)
		check(i);
	__sync_fetch_and_add(&all->ended, 1);
}

int main(void)
{
	static char zeroes[PAGE];
	const char *name = "guest-cowfuzz";
	int fd, i;

	all = shared(sizeof(*all));
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (i = 0; i < 16; i++)
		write(fd, zeroes, PAGE);
	mmap(memory + (PAGES - 16) * PAGE, 16 * PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_FIXED, fd, 0);
	seed = 1;
	for (i = 0; i < 100 && all->tickets < FORKS; i++) {
		live();
		all->ended--;
	}
	all->ended++;
	is(all->ended, FORKS + 1, "row 185: 51 processes came to their end");
	is(all->failed, 0, "row 185: no call failed");
	is(all->wrong, 0, "row 185: each page held its owner's value");
	for (i = 0; i < 16; i++) {
		char buf[PAGE];

		if (syscall(__NR_pread64, fd, buf, PAGE, i * PAGE, 0) != PAGE ||
		    memcmp(buf, zeroes, PAGE))
			break;
	}
	is(i, 16, "row 185: nothing went into the file");
	close(fd);
	unlink(name);
	return done_testing();
}
