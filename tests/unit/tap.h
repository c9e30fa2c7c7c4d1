/*
 * Test Anything Protocol for unit tests. They include tangled kernel files and
 * with them the kernel's headers, so nothing here needs a header of the host's
 * C library. Write what the included files need (panic, printk) as stubs.
 *	#include "tap.h"
 *	#include "kernel/pid.c"
 *	int main(void) { ok(1 + 1 == 2, "sums"); return done_testing(); }
 */
#ifndef TAP_H
#define TAP_H

int printf(const char *format, ...);
void *malloc(__SIZE_TYPE__ size);
void *calloc(__SIZE_TYPE__ n, __SIZE_TYPE__ size);
void free(void *p);
void abort(void);

static int tap_n, tap_bad;

#define ok(condition, ...) \
	tap_result(!!(condition), __FILE__, __LINE__, #condition, __VA_ARGS__)
#define is(got, expected, ...) \
	tap_is((long long)(got), (long long)(expected), __FILE__, __LINE__, \
	       __VA_ARGS__)

#define tap_result(good, file, line, condition, ...) ({			\
	int tap_good = (good);						\
	printf(tap_good ? "ok %d - " : "not ok %d - ", ++tap_n);	\
	printf(__VA_ARGS__);						\
	printf("\n");							\
	if (!tap_good)							\
		printf("# %s:%d: not true: %s\n", file, line, condition); \
	tap_bad += !tap_good;						\
	tap_good; })

#define tap_is(got, expected, file, line, ...) ({			\
	long long tap_got = (got), tap_expected = (expected);		\
	int tap_same = tap_result(tap_got == tap_expected, file, line,	\
				  "got == expected", __VA_ARGS__);	\
	if (!tap_same)							\
		printf("# expected: %lld\n# got:      %lld\n",		\
		       tap_expected, tap_got);				\
	tap_same; })

static inline int done_testing(void)
{
	printf("1..%d\n", tap_n);
	return tap_bad != 0;
}

#endif
