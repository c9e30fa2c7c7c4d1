/*
 * The archive parser: good archives give what was put in, and no archive,
 * however broken, makes it read outside the buffer (ASan watches: each archive
 * lies in a block of exactly its size).
 */
#include "tap.h"
#include "lib/cpio.c"

#define SIZE	4096

static char image[SIZE];		/* the archive being built */
static size_t image_len;
static u32 seed = 20260101;

static u32 rnd(u32 n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* What emit saw. */
static unsigned int count, sum;
static struct cpio_entry last;
static int stop_at;			/* emit fails on this entry */

static int emit(void *arg, const struct cpio_entry *e)
{
	u32 i;

	++*(int *)arg;
	sum += strlen(e->name);
	for (i = 0; i < e->size; i++)
		sum += (unsigned char)e->data[i];
	last = *e;
	count++;
	return stop_at && count == (unsigned int)stop_at ? -ENOMEM : 0;
}

static void hex(u32 v)
{
	int shift;

	for (shift = 28; shift >= 0; shift -= 4)
		image[image_len++] = "0123456789abcdef"[v >> shift & 15];
}

static void pad(void)
{
	while (image_len & 3)
		image[image_len++] = 0;
}

/* Append one file. */
static void add(const char *name, u32 mode, const char *data, u32 size)
{
	u32 field[13] = { 7, mode, 1, 2, 1, 1234, size, 3, 4, 5, 6,
			  (u32)strlen(name) + 1, 0 };
	int i;

	memcpy(image + image_len, "070701", 6);
	image_len += 6;
	for (i = 0; i < 13; i++)
		hex(field[i]);
	memcpy(image + image_len, name, strlen(name) + 1);
	image_len += strlen(name) + 1;
	pad();
	memcpy(image + image_len, data, size);
	image_len += size;
	pad();
}

static void good(void)
{
	image_len = 0;
	add(".", 040755, "", 0);
	add("etc", 040755, "", 0);
	add("etc/motd", 0100644, "hello\n", 6);
	add("init", 0100755, "#!/bin/sh\n", 10);
	add("link", 0120777, "init", 4);
	add("TRAILER!!!", 0, "", 0);
}

static const char *why;
static size_t where;

/* Parse the first len bytes from a block of exactly that size. */
static int parse(size_t len)
{
	char *copy = malloc(len ? len : 1);
	int seen = 0, err;

	memcpy(copy, image, len);
	count = sum = 0;
	err = cpio_parse(copy, len, emit, &seen, &why, &where);
	if (where > len || (unsigned int)seen != count ||
	    (err == -EINVAL) != (why != NULL))
		abort();
	free(copy);
	return err;
}

static void test_good(void)
{
	good();
	is(parse(image_len), 0, "a good archive is accepted");
	is(count, 5, "all files are seen, the end mark is not");
	is(last.mode, 0120777, "mode");
	is(last.uid, 1, "uid");
	is(last.gid, 2, "gid");
	is(last.mtime, 1234, "time");
	is(last.size, 4, "size");
	is(last.rmajor * 10 + last.rminor, 56, "device");
	memset(image + image_len, 0, 512);
	is(parse(image_len + 511), 0, "zeros behind the end mark");
	image_len += 512;
	add("second", 0100644, "x", 1);
	add("TRAILER!!!", 0, "", 0);
	is(parse(image_len), 0, "a second archive behind zeros");
	is(count, 6, "its file is seen too");
	stop_at = 2;
	is(parse(image_len), -ENOMEM, "the visitor's error is passed on");
	is(count, 2, "and ends the walk");
	stop_at = 0;
}

static void test_truncated(void)
{
	size_t len, accepted = 0;

	good();
	for (len = 0; len < image_len; len++)
		accepted += parse(len) != -EINVAL;
	/* Only the padding behind the last name may be missing. */
	ok(accepted <= 3, "no truncated archive is accepted");
	is(parse(50), -EINVAL, "cut within a header");
	ok(!strcmp(why, "the archive is cut off within a header"), "says so");
	is(parse(0), -EINVAL, "an empty archive");
}

/* Overwrite a field (0..12) of the first header and parse. */
static int with_field(int field, const char *digits)
{
	good();
	memcpy(image + 6 + 8 * field, digits, 8);
	return parse(image_len);
}

static void test_fields(void)
{
	int i, refused = 0;

	for (i = 0; i < 13; i++)
		refused += with_field(i, "0000000g") == -EINVAL;
	is(refused, 13, "each field must be hexadecimal");
	is(with_field(0, "-0000001"), -EINVAL, "no signs");
	is(with_field(0, " 0000001"), -EINVAL, "no blanks");
	is(with_field(0, "ABCDEF01"), 0, "capitals are fine");
	is(with_field(11, "00000000"), -EINVAL, "an empty name");
	is(with_field(11, "ffffffff"), -EINVAL, "a name of 4 GiB");
	is(with_field(11, "00001001"), -EINVAL, "a name over 4096 bytes");
	is(with_field(11, "00000001"), -EINVAL, "a name that is cut");
	is(with_field(11, "00000003"), -EINVAL, "a NUL within a name");
	is(with_field(6, "ffffffff"), -EINVAL, "a file of 4 GiB");
	is(with_field(6, "fffffff0"), -EINVAL, "a size that would wrap");
	good();
	memcpy(image, "070707", 6);
	is(parse(image_len), -EINVAL, "the old format is refused");
	memcpy(image, "\x1f\x8b\x08", 4);
	is(parse(image_len), -EINVAL, "a compressed archive is refused");
}

static void test_random(void)
{
	int round, i, n, accepted = 0;

	for (round = 0; round < 20000; round++) {
		good();
		n = 1 + rnd(4);
		for (i = 0; i < n; i++)
			image[rnd(image_len)] = rnd(2) ? (char)rnd(256) :
				"0123456789abcdef"[rnd(16)];
		accepted += !parse(rnd(4) ? image_len : rnd(image_len));
	}
	ok(accepted > 100 && accepted < 20000,
	   "20000 damaged archives are survived");
	for (round = 0; round < 2000; round++) {
		for (i = 0; i < 300; i++)
			image[i] = rnd(256);
		parse(rnd(300));
	}
	ok(1, "2000 archives of noise are survived");
}

int main(void)
{
	test_good();
	test_truncated();
	test_fields();
	test_random();
	return done_testing();
}
