/*
 * The small library against the host's: formatted printing, strings, bitmaps
 * and 64-bit division on random input.
 */
#include "tap.h"
#include <linux/kernel.h>
#include <linux/string.h>

int memcmp_host(const void *a, const void *b, size_t n) __asm__("memcmp");
int snprintf_host(char *buf, size_t n, const char *fmt, ...)
	__asm__("snprintf");

#undef memcpy
#undef memset
#define memcpy		kernel_memcpy
#define memset		kernel_memset
#define memmove		kernel_memmove
#define memcmp		kernel_memcmp
#define strlen		kernel_strlen
#define strnlen		kernel_strnlen
#define strcmp		kernel_strcmp
#define strncmp		kernel_strncmp
#define strchr		kernel_strchr
#define strrchr		kernel_strrchr
#define strlcpy		kernel_strlcpy
#define snprintf	kernel_snprintf
#define vsnprintf	kernel_vsnprintf
void *kernel_memcpy(void *to, const void *from, size_t n);
void *kernel_memset(void *s, int c, size_t n);
size_t kernel_strlen(const char *s);
size_t kernel_strnlen(const char *s, size_t max);
int kernel_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
#include "lib/string.c"
#include "lib/vsprintf.c"
#include "lib/div64.c"
#include "lib/bitmap.c"

static unsigned int random_below(unsigned int n)
{
	static unsigned int seed = 4711;

	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static u64 random64(void)
{
	u64 v = (u64)random_below(1 << 24) << 40 | (u64)random_below(1 << 24)
		<< 16 | random_below(1 << 16);

	return v >> random_below(64);
}

/* One conversion with these flags and this letter, here and on the host. */
static int same_number(char letter, int longs)
{
	char format[32];
	char want[64];
	char got[64];
	int size = random_below(40) + 1;
	u64 v = random64();
	int n[2];

	snprintf_host(format, sizeof(format), "<%%%s%.*u%.*s%c>",
		      random_below(2) ? "-" : random_below(2) ? "0" : "",
		      1, random_below(30) + 1, longs, "ll", letter);
	if (longs == 2) {
		n[0] = snprintf_host(want, size, format, v);
		n[1] = snprintf(got, size, format, v);
	} else {
		n[0] = snprintf_host(want, size, format, (u32)v);
		n[1] = snprintf(got, size, format, (u32)v);
	}
	if (n[0] == n[1] && !memcmp_host(want, got, strlen(want) + 1))
		return 1;
	printf("# %s: expected %d '%s', got %d '%s'\n", format, n[0], want,
	       n[1], got);
	return 0;
}

static void test_numbers(void)
{
	int good = 0;
	int i;

	for (i = 0; i < 20000; i++)
		good += same_number("diuxo"[random_below(5)],
				    random_below(3));
	is(good, 20000, "numbers print as on the host");
}

static void test_text(void)
{
	char got[64];

	snprintf(got, sizeof(got), "[%s|%-4s|%4s|%.2s|%*s|%c%%|%p]", "abc",
		 "ab", "ab", "xyz", 3, "q", 'c', (void *)0xbeef);
	ok(!strcmp(got, "[abc|ab  |  ab|xy|  q|c%|0000beef]"), "text: %s",
	   got);
	is(snprintf(got, 4, "%s", "abcdef"), 6, "the full length is told");
	ok(!strcmp(got, "abc"), "and the text cut off");
	is(simple_strtoul("0x1fz", NULL, 0), 31, "hexadecimal by prefix");
	is(simple_strtoul("017", NULL, 0), 15, "octal by prefix");
	is(simple_strtoul("0x", NULL, 16), 0, "a prefix without digits");
}

static void test_memory(void)
{
	unsigned char a[300];
	unsigned char b[300];
	unsigned int from;
	unsigned int to;
	unsigned int n;
	int good = 0;
	int round;
	unsigned int i;

	for (round = 0; round < 3000; round++) {
		for (i = 0; i < sizeof(a); i++)
			a[i] = b[i] = random_below(256);
		n = random_below(100);
		from = random_below(200);
		to = random_below(200);
		memmove(a + to, a + from, n);
		for (i = 0; i < n; i++)
			if (a[to + i] != b[from + i])
				break;
		memcpy(b + to, a + to, n);
		good += i == n && !memcmp_host(a, b, sizeof(a));
		memset(a + to, round, n);
		for (i = 0; i < n && a[to + i] == (round & 255); i++)
			;
		good += i == n && memcmp(a, b, to) == 0 &&
			!memcmp(a + to + n, b + to + n, 300 - to - n);
	}
	is(good, 6000, "memory moves, copies and fills");
}

static void test_strings(void)
{
	char to[8];

	is(strlen(""), 0, "the empty string");
	is(strnlen("abcdef", 3), 3, "a bounded length");
	ok(strcmp("ab", "abc") < 0 && strcmp("b", "abc") > 0, "order");
	ok(strcmp("\x80", "a") > 0, "bytes compare unsigned");
	ok(!strncmp("abx", "aby", 2) && strncmp("abx", "aby", 3) < 0,
	   "bounded order");
	is(*strchr("a=b=c", '='), '=', "strchr");
	ok(!strcmp(strrchr("a/b/c", '/'), "/c"), "strrchr");
	ok(!strchr("abc", 'x') && *strchr("abc", 0) == 0, "not there; the NUL");
	is(strlcpy(to, "0123456789", sizeof(to)), 10, "strlcpy's result");
	ok(!strcmp(to, "0123456"), "strlcpy cuts off and ends");
}

static void test_bitmaps(void)
{
	u32 map[8];
	unsigned int size;
	unsigned int start;
	unsigned int i;
	unsigned int one;
	unsigned int zero;
	int good = 0;
	int round;

	for (round = 0; round < 5000; round++) {
		for (i = 0; i < 8; i++)
			map[i] = random_below(3) ? 0U - random_below(2) :
				 random64();
		size = random_below(257);
		start = random_below(258);
		for (one = start; one < size; one++)
			if (map[one >> 5] >> (one & 31) & 1)
				break;
		for (zero = start; zero < size; zero++)
			if (!(map[zero >> 5] >> (zero & 31) & 1))
				break;
		if (start > size)
			one = zero = size;
		good += find_next_bit(map, size, start) == one &&
			find_next_zero_bit(map, size, start) == zero;
	}
	is(good, 5000, "bitmaps are searched");
}

int main(void)
{
	test_numbers();
	test_text();
	test_memory();
	test_strings();
	test_bitmaps();
	return done_testing();
}
