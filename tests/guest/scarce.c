/*
 * Out of memory: fork says ENOMEM and changes nothing; a process that eats
 * everything is ended, and the others live on.
 * only: fork.nw: the machine must have little memory
 * mem: 24
 */
#include "tap.h"
#include <linux/sysinfo.h>

#define PAGE	4096
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define STEP	0x400000	/* what one page table maps */

static long free_pages(void)
{
	struct sysinfo si;

	syscall(__NR_sysinfo, &si);
	return (long long)si.freeram * si.mem_unit / PAGE;
}

/* A page in each of many page tables: fork needs as many tables. */
static int spread(char **where, int max)
{
	int n;

	for (n = 0; n < max; n++) {
		where[n] = mmap((char *)0x50000000 + n * STEP, PAGE, RW,
				ANON, -1, 0);
		if (where[n] == MAP_FAILED)
			break;
		where[n][0] = n;
	}
	return n;
}

#define CHUNK	(1 << 20)

static char *chunk[64];

/* Use memory up until so many pages are left; how many went. */
static long eat(long left)
{
	long n = 0;
	int i, j;

	for (i = 0; i < 64; i++) {
		chunk[i] = mmap(NULL, CHUNK, RW, ANON, -1, 0);
		for (j = 0; j < CHUNK; j += PAGE) {
			if (left >= 0 && free_pages() <= left)
				return n;
			chunk[i][j] = n++;
		}
	}
	return n;
}

static int eaten_wrong(long n)
{
	long i, wrong = 0;

	for (i = 0; i < n; i++)
		wrong += chunk[i / 256][i % 256 * PAGE] != (char)i;
	return wrong;
}

static char *where[400];

static void test_fork(void)
{
	int n = spread(where, 400), i, bad = 0, wrong = 0;
	long before, pages, r, lost;

	is(n, 400, "row 22: 400 areas with a page table each");
	pages = eat(200);
	r = syscall(__NR_fork);		/* once, to warm the caches */
	if (!r)
		_exit(0);
	before = free_pages();
	for (i = 0; i < 20; i++) {
		r = syscall(__NR_fork);
		if (!r)
			_exit(0);
		bad += r != -ENOMEM;
	}
	lost = before - free_pages();
	is(bad, 0, "row 22: no memory for the tables: ENOMEM");
	is(syscall(__NR_wait4, -1, NULL, WNOHANG, NULL), -ECHILD,
	   "row 22: there is no child");
	is(lost, 0, "row 22: and no page is lost");
	for (i = 0; i < n; i++)
		wrong += where[i][0] != (char)i;
	wrong += eaten_wrong(pages);
	is(wrong, 0, "row 22: the parent's memory is as it was");
	for (i = 0; i < n; i++)
		where[i][1] = 1;
	for (i = 0; i < 64 && chunk[i]; i++)
		munmap(chunk[i], CHUNK);
	r = syscall(__NR_fork);
	if (!r)
		_exit(where[399][0] == (char)399 ? 5 : 6);
	i = 0;
	waitpid(r, &i, 0);
	is(i, 5 << 8, "row 22: with memory again fork works");
	for (i = 0; i < n; i++)
		munmap(where[i], PAGE);
}

static int eats_all(void *arg)
{
	(void)arg;
	eat(-1);
	return 1;
}

static void test_eater(void)
{
	long before, i;
	int status = 0;

	before = free_pages();
	for (i = 0; i < 5; i++)
		status |= in_child(eats_all, NULL);
	is(status, SIGKILL, "10.13: who uses up all memory is ended");
	ok(before - free_pages() < 16, "row 186: it gives everything back");
}

/* Use up every page that is given: MAP_POPULATE just ends when none is left. */
static void eat_all(void)
{
	static const int sizes[] = { 256, 16, 1, 1, 1 };
	unsigned i;
	long before;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		do {
			before = free_pages();
			mmap(NULL, sizes[i] * PAGE, RW, ANON | MAP_POPULATE,
			     -1, 0);
		} while (free_pages() < before);
}

static volatile int *other;

/* With no page left only stores that need no copy can succeed. */
static int last_owner(void *arg)
{
	static volatile char data[100 * PAGE];
	int i;

	(void)arg;
	memset((void *)data, 1, sizeof(data));
	end_child(sleeper());
	eat_all();
	for (i = 0; i < 100; i++)
		data[i * PAGE] = 2;
	return 0;
}

/* The same while another process has the pages, too. */
static int second_owner(void *arg)
{
	static volatile char data[100 * PAGE];
	int i;

	(void)arg;
	memset((void *)data, 1, sizeof(data));
	*other = sleeper();
	eat_all();
	for (i = 0; i < 100; i++)
		data[i * PAGE] = 2;
	return 0;
}

static void test_reuse(void)
{
	other = shared(PAGE);
	*other = 0;
	is(in_child(last_owner, NULL), 0,
	   "row 177: the last owner's store takes no page");
	is(in_child(second_owner, NULL), SIGKILL,
	   "row 177: that of one of two does");
	if (*other > 0)
		kill(*other, SIGKILL);
}

int main(void)
{
	test_fork();
	test_reuse();
	test_eater();
	return done_testing();
}
