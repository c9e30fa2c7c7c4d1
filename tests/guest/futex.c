/*
 * futex: waiting for a word in memory, between threads and processes.
 */
#include "tap.h"

#define FUTEX_FD	2

static int *cell;		/* one page that all share */
static volatile int word, other, woken[8], arrived;
static int tids[8];

static long call(int op, volatile void *uaddr, long value, long timeout,
		 volatile void *uaddr2, long value3)
{
	return syscall(__NR_futex, uaddr, op, value, timeout, uaddr2, value3);
}

static long wake(volatile int *uaddr, int n)
{
	return call(FUTEX_WAKE, uaddr, n, 0, NULL, 0);
}

/* Wake until one was there to be woken, for 5 s; how many that were. */
static long wake_some(volatile int *uaddr, int n)
{
	long got = 0;
	int i;

	for (i = 0; i < 500 && got == 0; i++) {
		got = wake(uaddr, n);
		if (!got)
			usleep(10000);
	}
	return got;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void test_errors(void)
{
	struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 };
	struct timespec none = { 0, 0 }, short_time = { 0, 100000000 };
	long start;

	word = 1;
	is(call(FUTEX_WAIT, &word, 2, 0, NULL, 0), -EAGAIN,
	   "wait: the word has another value");
	is(call(FUTEX_WAIT, (char *)&word + 1, 1, 0, NULL, 0), -EINVAL,
	   "wait: the address is odd");
	is(call(FUTEX_WAKE, (char *)&word + 2, 1, 0, NULL, 0), -EINVAL,
	   "wake: the address is odd");
	is(call(FUTEX_WAIT, (void *)16, 1, 0, NULL, 0), -EFAULT,
	   "wait: nothing is mapped there");
	is(call(FUTEX_WAIT, (void *)0xfffff000, 1, 0, NULL, 0), -EFAULT,
	   "wait: the address is the kernel's");
	is(call(FUTEX_WAIT, &word, 1, 16, NULL, 0), -EFAULT,
	   "wait: the time is not mapped");
	is(call(FUTEX_WAIT, &word, 1, (long)&bad, NULL, 0), -EINVAL,
	   "wait: too many nanoseconds");
	is(call(FUTEX_WAIT, &word, 1, (long)&negative, NULL, 0), -EINVAL,
	   "wait: a negative time");
	is(call(FUTEX_WAIT, &word, 1, (long)&none, NULL, 0), -ETIMEDOUT,
	   "wait: no time at all");
	start = now_ms();
	is(call(FUTEX_WAIT, &word, 1, (long)&short_time, NULL, 0), -ETIMEDOUT,
	   "wait: 100 ms pass");
	ok(now_ms() - start >= 99 && now_ms() - start < 2000,
	   "wait: not less, nor much more");
	is(call(FUTEX_WAIT | FUTEX_PRIVATE_FLAG, &word, 1, (long)&none, NULL,
		0), -ETIMEDOUT, "wait: privately");
	is(wake(&word, 1), 0, "wake: nobody waits any more");
	is(call(99, &word, 1, 0, NULL, 0), -ENOSYS, "operation 99");
	is(call(FUTEX_FD, &word, 1, 0, NULL, 0), -ENOSYS,
	   "operation 2 is gone");
}

static void test_time64(void)
{
	struct timespec64 t = { 0, 50000000 }, bad = { 0, 1000000000 };
	struct timespec64 far = { 1LL << 33, 0 };
	struct timespec now;
	long start = now_ms();

	word = 1;
	is(syscall(__NR_futex_time64, &word, FUTEX_WAIT, 2, &t, NULL, 0),
	   -EAGAIN, "64-bit times: the word has another value");
	is(syscall(__NR_futex_time64, &word, FUTEX_WAIT, 1, &bad, NULL, 0),
	   -EINVAL, "64-bit times: too many nanoseconds");
	is(syscall(__NR_futex_time64, &word, FUTEX_WAIT, 1, &t, NULL, 0),
	   -ETIMEDOUT, "64-bit times: 50 ms pass");
	ok(now_ms() - start >= 49 && now_ms() - start < 2000,
	   "64-bit times: not less, nor much more");
	is(syscall(__NR_futex_time64, &word, FUTEX_WAIT, 2, &far, NULL, 0),
	   -EAGAIN, "64-bit times: 272 years are a good time");

	/* An absolute time for the bit set operation. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	t.tv_sec = now.tv_sec;
	t.tv_nsec = now.tv_nsec;
	is(syscall(__NR_futex_time64, &word, FUTEX_WAIT_BITSET, 1, &t, NULL,
		   ~0), -ETIMEDOUT, "bit set: a time that has passed");
	start = now_ms();
	t.tv_nsec += 60000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	is(syscall(__NR_futex_time64, &word, FUTEX_WAIT_BITSET, 1, &t, NULL,
		   ~0), -ETIMEDOUT, "bit set: a time to come");
	ok(now_ms() - start >= 40 && now_ms() - start < 2000,
	   "bit set: the time is absolute");
	t.tv_sec = 1;
	is(syscall(__NR_futex_time64, &word, FUTEX_WAIT_BITSET |
		   FUTEX_CLOCK_REALTIME, 1, &t, NULL, ~0), -ETIMEDOUT,
	   "bit set: a time of the other clock");
	is(call(FUTEX_WAIT_BITSET, &word, 1, 0, NULL, 0), -EINVAL,
	   "bit set: an empty one to wait for");
	is(call(FUTEX_WAKE_BITSET, &word, 1, 0, NULL, 0), -EINVAL,
	   "bit set: an empty one to wake");
}

static volatile int op = FUTEX_WAIT;
static unsigned bits[8];

/* Thread: wait for word; say when woken, and with what. */
static int waiter(void *arg)
{
	int n = (int)arg;
	long r;

	__sync_fetch_and_add(&arrived, 1);
	r = call(op, &word, 0, 0, NULL, bits[n] ? bits[n] : ~0U);
	woken[n] = r == 0 ? 1 : r;
	return 0;
}

/* Start n threads that wait, and give them the time to. */
static void start_waiters(int n)
{
	int i;

	word = 0;
	arrived = 0;
	memset((void *)woken, 0, sizeof(woken));
	for (i = 0; i < n; i++) {
		start_thread(waiter, (void *)i, &tids[i]);
		while (arrived <= i)
			sched_yield();
		/* Only their order of arrival needs this. */
		await_state(tids[i], "S");
		usleep(20000);
	}
}

static int count_woken(void)
{
	int i, n = 0;

	usleep(30000);
	for (i = 0; i < 8; i++)
		n += woken[i] == 1;
	return n;
}

static void join_all(int n)
{
	int i, bad = 0;

	word = 1;
	wake(&word, 1000);
	other = 1;
	wake(&other, 1000);
	for (i = 0; i < n; i++)
		bad |= join_thread(&tids[i]);
	if (bad)
		ok(0, "the waiting threads end");
}

static void test_wake(void)
{
	start_waiters(4);
	is(wake(&other, 4), 0, "wake: nobody waits for another word");
	is(wake(&word, 1), 1, "wake: one of four");
	is(count_woken(), 1, "wake: one goes on");
	ok(woken[0], "wake: the one that came first");
	is(wake(&word, 2), 2, "wake: two of three");
	is(count_woken(), 3, "wake: three have gone on");
	is(wake(&word, 100), 1, "wake: all of one");
	is(count_woken(), 4, "wake: all have gone on");
	join_all(4);

	op = FUTEX_WAIT | FUTEX_PRIVATE_FLAG;
	start_waiters(2);
	is(call(FUTEX_WAKE | FUTEX_PRIVATE_FLAG, &word, 9, 0, NULL, 0), 2,
	   "wake: two who wait privately");
	join_all(2);

	op = FUTEX_WAIT_BITSET;
	bits[0] = 1;
	bits[1] = 2;
	bits[2] = 3;
	start_waiters(3);
	is(call(FUTEX_WAKE_BITSET, &word, 3, 0, NULL, 4), 0,
	   "bit set: nobody waits for bit 2");
	is(call(FUTEX_WAKE_BITSET, &word, 3, 0, NULL, 2), 2,
	   "bit set: two wait for bit 1");
	is(count_woken(), 2, "bit set: and go on");
	ok(!woken[0] && woken[1] && woken[2], "bit set: those two");
	is(wake(&word, 3), 1, "bit set: a plain wake means all bits");
	join_all(3);
	memset(bits, 0, sizeof(bits));
	op = FUTEX_WAIT;
}

static void test_requeue(void)
{
	start_waiters(4);
	is(call(FUTEX_CMP_REQUEUE, &word, 1, 2, &other, 5), -EAGAIN,
	   "requeue: the word has another value");
	is(call(FUTEX_CMP_REQUEUE, &word, 1, 2, &other, 0), 3,
	   "requeue: one woken and two moved");
	is(count_woken(), 1, "requeue: one goes on");
	is(wake(&word, 10), 1, "requeue: one has stayed");
	is(wake(&other, 1), 1, "requeue: one of the moved is woken");
	is(count_woken(), 3, "requeue: and goes on");
	is(wake(&other, 10), 1, "requeue: the other too");
	is(count_woken(), 4, "requeue: that was all");
	join_all(4);

	start_waiters(3);
	is(call(FUTEX_REQUEUE, &word, 0, 10, &other, 0), 3,
	   "requeue: three moved without comparison");
	is(wake(&word, 10), 0, "requeue: none has stayed");
	is(wake(&other, 10), 3, "requeue: three were moved");
	join_all(3);

	start_waiters(3);
	is(call(FUTEX_REQUEUE, &word, 0, 0x7fffffff, &word, 0), 3,
	   "requeue: to the same word, each is met once");
	is(wake(&word, 10), 3, "requeue: and waits there still");
	join_all(3);
}

/* Threads and processes. */

static int child_waits(void *arg)
{
	struct timespec limit = { 5, 0 };
	int *w = arg;

	cell[8] = 1;
	return futex(w, FUTEX_WAIT, 0, &limit) == 0 ? 3 : 4;
}

static int *map_file(int fd)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

static int quick(void *arg)
{
	return (int)arg;
}

static int slow(void *arg)
{
	usleep(100000);
	return (int)arg;
}

static void test_processes(void)
{
	int status, tid, fd, private_word = 0;
	int *page;
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(child_waits(&cell[0]));
	is(wake_some(&cell[0], 1), 1,
	   "row 210: a wake reaches another process");
	waitpid(pid, &status, 0);
	is(status, 3 << 8, "row 210: which goes on");

	fd = open("futex-test", O_RDWR | O_CREAT | O_TRUNC, 0600);
	syscall(__NR_ftruncate, fd, 4096);
	page = map_file(fd);
	pid = fork();
	if (!pid) {
		int *another = map_file(fd);

		if (another == page || munmap(page, 4096))
			_exit(1);
		_exit(child_waits(&another[1]));
	}
	is(wake_some(&page[1], 1), 1, "row 210: wherever it maps the file");
	waitpid(pid, &status, 0);
	close(fd);
	unlink("futex-test");
	is(status, 3 << 8, "row 210: and it goes on");

	cell[8] = 0;
	pid = fork();
	if (!pid)
		_exit(child_waits(&private_word));
	while (!cell[8])
		usleep(1000);
	await_state(pid, "S");
	usleep(50000);
	is(wake(&private_word, 1), 0,
	   "row 210: a private page is another futex in each process");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);

	/* CLONE_CHILD_CLEARTID is how a thread says that it is gone. */
	tid = 77;
	pid = clone(slow, new_stack(),
		    CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD,
		    NULL, NULL, NULL, &tid);
	status = call(FUTEX_WAIT, &tid, 77, 0, NULL, 0);
	ok(status == 0 || status == -EAGAIN,
	   "row 65: the end of a child wakes");
	is(tid, 0, "row 65: and clears its word");
	waitpid(pid, &status, 0);
	start_thread(slow, NULL, &tid);
	is(join_thread(&tid), 0, "row 65: so does the end of a thread");
	start_thread(quick, NULL, &tid);
	is(join_thread(&tid), 0, "row 65: before or after the wait began");
}

static volatile int handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static void set_handler(unsigned long flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	sigaction(SIGUSR1, &sa, NULL);
}

/* Fork a child that sends us SIGUSR1 once we sleep, then wakes cell[2]. */
static pid_t interrupter(void)
{
	pid_t parent = getpid(), pid;

	handled = 0;
	pid = fork();
	if (pid)
		return pid;
	await_state(parent, "S");
	usleep(50000);
	kill(parent, SIGUSR1);
	usleep(50000);
	_exit(wake_some(&cell[2], 1));
}

static void test_signals(void)
{
	struct timespec limit = { 5, 0 };
	int status;

	cell[2] = 0;
	set_handler(0);
	interrupter();
	is(call(FUTEX_WAIT, &cell[2], 0, 0, NULL, 0), -EINTR,
	   "wait: a signal interrupts");
	is(handled, 1, "wait: its handler ran");
	call(FUTEX_WAIT, &cell[2], 0, (long)&limit, NULL, 0);
	wait(&status);
	set_handler(SA_RESTART);
	interrupter();
	is(call(FUTEX_WAIT, &cell[2], 0, 0, NULL, 0), 0,
	   "wait: with SA_RESTART it goes on until the wake");
	is(handled, 1, "wait: the handler ran then too");
	wait(&status);
	interrupter();
	is(call(FUTEX_WAIT, &cell[2], 0, (long)&limit, NULL, 0), -EINTR,
	   "wait: with a time even SA_RESTART does not help");
	call(FUTEX_WAIT, &cell[2], 0, (long)&limit, NULL, 0);
	wait(&status);
}

/* A lock after Drepper's paper: 0 free, 1 held, 2 held and awaited. */
static volatile int lock;
static volatile long counter;

static void take(void)
{
	int c = __sync_val_compare_and_swap(&lock, 0, 1);

	while (c) {
		if (c == 2 || __sync_val_compare_and_swap(&lock, 1, 2))
			call(FUTEX_WAIT, &lock, 2, 0, NULL, 0);
		c = __sync_val_compare_and_swap(&lock, 0, 2);
	}
}

static void give(void)
{
	if (__sync_fetch_and_sub(&lock, 1) != 1) {
		lock = 0;
		wake(&lock, 1);
	}
}

static int adder(void *arg)
{
	long i, seen;

	for (i = 0; i < 300; i++) {
		take();
		seen = counter;
		if (i % 4 == (int)arg % 4)
			sched_yield();
		counter = seen + 1;
		give();
	}
	return 0;
}

static void test_lock(void)
{
	int i, bad = 0;

	for (i = 0; i < 8; i++)
		start_thread(adder, (void *)i, &tids[i]);
	for (i = 0; i < 8; i++)
		bad |= join_thread(&tids[i]);
	is(bad, 0, "eight threads with a lock come to their end");
	is(counter, 2400, "and none of their sums is lost");
}

int main(void)
{
	cell = shared(4096);
	test_errors();
	test_time64();
	test_wake();
	test_requeue();
	test_processes();
	test_signals();
	test_lock();
	return done_testing();
}
