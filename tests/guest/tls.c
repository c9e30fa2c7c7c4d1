/*
 * Thread-local storage: three segments of the GDT for each thread. Which three
 * depends on the machine (Linux on a 64-bit processor has others), so the first
 * is asked for; the rows say 6, where it is 6.
 */
#include "tap.h"
#include <asm/ldt.h>

static int first;		/* the first of the three slots */
static int *cell;

static struct user_desc segment(int slot, void *base)
{
	return (struct user_desc){
		.entry_number = slot, .base_addr = (unsigned)base,
		.limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1,
		.useable = 1,
	};
}

static struct user_desc empty(int slot)
{
	return (struct user_desc){
		.entry_number = slot, .read_exec_only = 1, .seg_not_present = 1,
	};
}

static int set(struct user_desc desc)
{
	return set_thread_area(&desc) ? -errno : (int)desc.entry_number;
}

static struct user_desc get(int slot)
{
	struct user_desc desc = { .entry_number = slot };

	if (get_thread_area(&desc))
		desc.entry_number = -errno;
	return desc;
}

static void load_gs(int selector)
{
	__asm__ volatile("movw %w0, %%gs" : : "r" (selector));
}

static int gs(void)
{
	int selector = 0;

	__asm__ volatile("movw %%gs, %w0" : "=r" (selector));
	return selector & 0xffff;
}

static int at_gs(void)
{
	int value;

	__asm__ volatile("movl %%gs:0, %0" : "=r" (value));
	return value;
}

static int selector(int slot)
{
	return slot << 3 | 3;
}

static void test_areas(void)
{
	static int one = 111, two = 222;
	struct user_desc desc;
	int third;

	first = set(segment(-1, &one));
	ok(first > 0, "row 73: set_thread_area chooses a free slot");
	is(set(segment(-1, &two)), first + 1, "row 73: and the next");
	third = set(segment(-1, &one));
	is(third, first + 2, "row 73: and the third");
	is(set(segment(-1, &one)), -ESRCH, "row 73: there is no fourth");
	is(set(segment(99, &one)), -EINVAL, "row 74: slot 99 does not exist");
	is(set(segment(first - 1, &one)), -EINVAL,
	   "row 74: nor is the slot before the first for programs");
	is(set(segment(first + 3, &one)), -EINVAL,
	   "row 74: nor the slot after the third");
	is(syscall(__NR_set_thread_area, 1), -EFAULT,
	   "row 74: a bad address is EFAULT");
	is(get(first - 1).entry_number, -EINVAL,
	   "row 75: get_thread_area gives no slot before the first");
	is(get(first + 3).entry_number, -EINVAL,
	   "row 75: nor one after the third");
	is(get(-1).entry_number, -EINVAL, "row 75: nor slot -1");
	is(syscall(__NR_get_thread_area, 1), -EFAULT,
	   "row 75: a bad address is EFAULT");
	desc = get(first + 1);
	ok(desc.base_addr == (unsigned)&two && desc.limit == 0xfffff &&
	   desc.seg_32bit && desc.limit_in_pages && desc.useable &&
	   !desc.seg_not_present && !desc.read_exec_only && !desc.contents,
	   "row 75: what was set can be read back");

	load_gs(selector(first));
	is(at_gs(), 111, "row 73: the segment begins at its base");
	load_gs(selector(first + 1));
	is(at_gs(), 222, "row 73: and so does the next");
	set(segment(first + 1, &one));
	is(at_gs(), 111, "row 73: a new base counts at once");
	load_gs(0);

	is(set(empty(third)), third, "row 75: an empty descriptor is taken");
	desc = get(third);
	ok(desc.read_exec_only && desc.seg_not_present && !desc.base_addr &&
	   !desc.limit && !desc.seg_32bit && !desc.limit_in_pages &&
	   !desc.useable && !desc.contents, "row 75: the slot reads as empty");
	is(set(segment(-1, &two)), third, "row 75: and is free again");
	set((struct user_desc){ .entry_number = first + 1 });
	is(set(segment(-1, &two)), first + 1,
	   "row 75: a descriptor of zeroes empties a slot too");
}

/* What a child has in gs: 0 if all is as expected. */
struct want {
	int selector, value;
};

static int check_gs(void *arg)
{
	struct want *want = arg;

	return gs() != want->selector ? 1 : at_gs() != want->value ? 2 : 0;
}

static int clone_tls(unsigned long flags, struct user_desc *desc,
		     int (*fn)(void *), void *arg)
{
	int status;
	pid_t pid = clone(fn, new_stack(), flags | CLONE_SETTLS | SIGCHLD, arg,
			  NULL, desc, NULL);

	if (pid < 0)
		return -errno;
	waitpid(pid, &status, 0);
	return status;
}

static int slot_is_empty(void *arg)
{
	struct user_desc desc = get((int)arg);

	return desc.base_addr || desc.seg_32bit || !desc.seg_not_present;
}

static void test_clone(void)
{
	static int mine = 1111, other = 2222;
	struct want want = { selector(first), 1111 };
	struct user_desc desc;

	set(segment(first, &mine));
	load_gs(selector(first));
	is(in_child(check_gs, &want), 0, "row 5: a forked child has gs");
	want.value = 2222;
	desc = segment(first, &other);
	is(clone_tls(CLONE_VM, &desc, check_gs, &want), 0,
	   "row 69: with CLONE_SETTLS the child's gs has another base");
	is(at_gs(), 1111, "row 69: the parent's keeps its own");
	is(get(first).base_addr, (unsigned)&mine, "row 69: in its slot too");
	is(clone_tls(0, &desc, check_gs, &want), 0,
	   "row 69: without CLONE_VM as well");
	want.value = 1111;
	desc = segment(first + 1, &other);
	is(clone_tls(CLONE_VM, &desc, check_gs, &want), 0,
	   "row 69: setting another slot leaves gs alone");
	desc = empty(first + 1);
	is(clone_tls(CLONE_VM, &desc, slot_is_empty, (void *)(first + 1)), 0,
	   "row 69: an empty descriptor clears a slot of the child");
	desc = empty(first);
	is(clone_tls(CLONE_VM, &desc, slot_is_empty, (void *)first), 0,
	   "row 69: even that of its gs");
	is(at_gs(), 1111, "row 69: not the parent's");

	desc = segment(-1, &other);
	is(clone_tls(CLONE_VM, &desc, check_gs, &want), -EINVAL,
	   "row 70: CLONE_SETTLS chooses no slot");
	is((int)desc.entry_number, -1, "row 70: nor writes one back");
	desc = segment(first - 1, &other);
	is(clone_tls(CLONE_VM, &desc, check_gs, &want), -EINVAL,
	   "row 71: the slot before the first");
	desc = segment(first + 3, &other);
	is(clone_tls(CLONE_VM, &desc, check_gs, &want), -EINVAL,
	   "row 71: the slot after the third");
	is(clone_tls(0, NULL, check_gs, &want), -EFAULT,
	   "row 72: no descriptor");
	is(clone_tls(0, (void *)0xfffffff0, check_gs, &want), -EFAULT,
	   "row 72: a descriptor in the kernel");
	is(waitpid(-1, NULL, WNOHANG) < 0 ? errno : 0, ECHILD,
	   "row 72: what failed left no child");
	is(at_gs(), 1111, "row 72: and changed nothing");
}

static void change_gs(int sig)
{
	(void)sig;
	cell[0] = gs();
	load_gs(0);
}

static void test_signal(void)
{
	signal(SIGUSR1, change_gs);
	raise(SIGUSR1);
	is(cell[0], selector(first), "row 5: a handler has gs");
	is(gs(), selector(first), "row 5: and sigreturn brings it back");
	is(at_gs(), 1111, "row 5: with its base");
}

/* Yield many times and look whether gs is still ours. */
static int loop(void *arg)
{
	int *word = arg, i;

	set(segment(first, word));
	set(segment(first + 2, word + 1));
	load_gs(selector(first));
	for (i = 0; i < 2000; i++) {
		if (at_gs() != *word)
			return 1;
		load_gs(selector(first + 2));
		if (i % 8 == 0)
			sched_yield();
		if (at_gs() != word[1])
			return 2;
		sched_yield();
		load_gs(selector(first));
	}
	return 0;
}

static void test_switch(void)
{
	static int words[4][2] = {
		{ 10, 11 }, { 20, 21 }, { 30, 31 }, { 40, 41 },
	};
	int i, status, bad = 0;
	pid_t pid[4];

	for (i = 0; i < 4; i++)
		pid[i] = clone(loop, new_stack(), (i & 1 ? CLONE_VM : 0) |
			       SIGCHLD, words[i], NULL, NULL, NULL);
	for (i = 0; i < 4; i++) {
		waitpid(pid[i], &status, 0);
		bad |= status;
	}
	is(bad, 0, "row 76: four processes keep their segments apart");
	is(at_gs(), 1111, "row 76: and their parent keeps its own");
}

/* After exec: 0 if nothing is left in gs, fs and the slot. */
static int after_exec(int slot)
{
	int fs = 0;

	__asm__ volatile("movw %%fs, %w0" : "=r" (fs));
	return (gs() != 0) | (fs & 0xffff ? 2 : 0) |
		(slot_is_empty((void *)slot) ? 4 : 0);
}

int main(int argc, char **argv)
{
	char number[16];
	int status;
	pid_t pid;

	if (argc > 1)
		return after_exec(atoi(argv[1]));
	cell = shared(4096);
	test_areas();
	test_clone();
	test_signal();
	test_switch();
	snprintf(number, sizeof(number), "%d", first);
	pid = fork();
	if (!pid) {
		execve(argv[0], (char *[]){ argv[0], number, NULL }, environ);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "row 77: exec clears gs, fs and the slots");
	load_gs(0);
	return done_testing();
}
