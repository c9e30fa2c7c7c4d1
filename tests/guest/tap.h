/*
 * TAP for guest programs.  Lines go out unbuffered, since tests fork.  A test
 * names the rows of SEMANTICS.md it covers: "row 105: the parent waits".
 */
#ifndef GUEST_TAP_H
#define GUEST_TAP_H

#include <libc.h>

static int tap_count;
static int tap_failed;
static const char *tap_skip;	/* why results do not count for now */

static int tap_ok(int good, const char *file, int line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (tap_skip) {
		dprintf(1, "ok %d - %s # SKIP %s\n", ++tap_count, text,
			tap_skip);
		return good;
	}
	dprintf(1, "%sok %d - %s\n", good ? "" : "not ", ++tap_count, text);
	if (!good) {
		tap_failed = 1;
		dprintf(1, "# at %s:%d\n", file, line);
	}
	return good;
}

/* A condition; the rest is a format and its arguments. */
#define ok(good, ...)	tap_ok(!!(good), __FILE__, __LINE__, __VA_ARGS__)

/* Two numbers that must be equal; a failure shows both. */
#define is(got, want, ...) do {						\
	long _got = (long)(got), _want = (long)(want);			\
	if (!tap_ok(_got == _want, __FILE__, __LINE__, __VA_ARGS__))	\
		dprintf(1, "# expected: %d (0x%x)\n# got: %d (0x%x)\n",	\
			(int)_want, (unsigned)_want, (int)_got,		\
			(unsigned)_got);				\
} while (0)

/* The plan, at the end; the program's status. */
static inline int done_testing(void)
{
	dprintf(1, "1..%d\n", tap_count);
	return tap_failed;
}

/* Run fn(arg) in a forked child and give its wait status. */
static inline int in_child(int (*fn)(void *), void *arg)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(arg));
	if (pid < 0)
		return -1;
	waitpid(pid, &status, 0);
	return status;
}

/* Fork a child that ends at once, and reap it; its pid, or -1 and errno. */
static inline pid_t one_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid;
}

/* The same for its result alone: 0, or the error. */
static inline long try_fork(void)
{
	return one_fork() < 0 ? -errno : 0;
}

/* Memory that survives fork as one: n bytes of zeroes. */
static inline void *shared(size_t n)
{
	return mmap(NULL, n, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* The field numbered from 1 of /proc/PID/stat, as text; "" if none. */
static inline const char *proc_stat(pid_t pid, int field)
{
	static char buf[1024];
	char name[64];
	char *p, *word;
	int fd, n;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	if (fd < 0)
		return "";
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n < 0)
		return "";
	buf[n] = 0;
	p = strrchr(buf, ')');
	if (!p)
		return "";
	for (p += 2, field -= 3; field > 0 && *p; p++)
		if (*p == ' ')
			field--;
	for (word = p; *p && *p != ' ' && *p != '\n'; p++)
		;
	*p = 0;
	return word;
}

/* The state letter of a process. */
static inline char proc_state(pid_t pid)
{
	return *proc_stat(pid, 3);
}

/* Wait until a process is in one of the states, for 5 s; its state then. */
static inline char await_state(pid_t pid, const char *states)
{
	char c = 0;
	int i;

	for (i = 0; i < 500; i++) {
		c = proc_state(pid);
		if (c && strchr(states, c))
			break;
		usleep(10000);
	}
	return c;
}

/* The top of a new stack of 64 KiB, for clone. */
static inline void *new_stack(void)
{
	char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p + 65536;
}

/* Wait by futex until a word is no longer value, for 5 s; its value then. */
static inline int await_word(volatile int *word, int value)
{
	struct timespec tick = { 0, 50000000 };
	int i;

	for (i = 0; i < 100 && *word == value; i++)
		futex((int *)word, FUTEX_WAIT, value, &tick);
	return *word;
}

/* Store a word and wake who waits for it. */
static inline void set_word(volatile int *word, int value)
{
	*word = value;
	futex((int *)word, FUTEX_WAKE, 1000, NULL);
}

/* The flags of a thread as C libraries make them, without TLS. */
#define THREAD_FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
			 CLONE_THREAD | CLONE_SYSVSEM | CLONE_DETACHED | \
			 CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* Start fn(arg) as a thread; *tid is its number while it lives, then 0. */
static inline pid_t start_thread(int (*fn)(void *), void *arg, int *tid)
{
	return clone(fn, new_stack(), THREAD_FLAGS, arg, tid, NULL, tid);
}

/* Wait until a thread is gone; 0 if it is. */
static inline int join_thread(volatile int *tid)
{
	int value;

	while ((value = *tid) != 0)
		if (await_word(tid, value) == value)
			return -1;
	return 0;
}

/* The text of a file, up to 16 KiB; "" if it cannot be read. */
static inline const char *file_text(const char *name)
{
	static char buf[16384];
	int fd = open(name, O_RDONLY), n = 0, r;

	if (fd >= 0) {
		while (n < (int)sizeof(buf) - 1 &&
		       (r = read(fd, buf + n, sizeof(buf) - 1 - n)) > 0)
			n += r;
		close(fd);
	}
	buf[n] = 0;
	return buf;
}

/* The number after a word in a file such as /proc/meminfo; -1 if none. */
static inline long file_number(const char *name, const char *word)
{
	const char *text = file_text(name), *p = text;
	size_t n = strlen(word);

	for (; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : p)
		if (!strncmp(p, word, n)) {
			for (p += n; *p == ':' || *p == ' ' || *p == '\t'; p++)
				;
			return strtol(p, NULL, 10);
		}
	return -1;
}

/* Does this kernel come from the book? */
static inline int on_fork_nw(void)
{
	struct utsname u;

	return uname(&u) == 0 && strstr(u.release, "fork.nw") != NULL;
}

/* A child that sleeps until a signal ends it. */
static inline pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

/* End a child and give its status. */
static inline int end_child(pid_t pid)
{
	int status = -1;

	kill(pid, SIGKILL);
	waitpid(pid, &status, __WALL);
	return status;
}

/* Write to a file such as a sysctl; bytes or -errno. */
static inline long write_text(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY);
	long r;

	if (fd < 0)
		return -errno;
	r = syscall(__NR_write, fd, text, strlen(text));
	close(fd);
	return r;
}

static inline long write_number(const char *name, long n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", (int)n);
	return write_text(name, text);
}

/*
 * On a host that does not let us set ns_last_pid the results that follow do
 * not count.
 */
static inline void want_last_pid(void)
{
	const char *name = "/proc/sys/kernel/ns_last_pid";

	if (!on_fork_nw() && write_number(name, atoi(file_text(name))) < 0)
		tap_skip = "this host does not let us set ns_last_pid";
}

#endif
