/*
 * The timer wheel: timers armed, moved and disarmed at random, over short and
 * long distances and across the wrap of jiffies; each must run at its tick, not
 * before and not after, and exactly once.
 */
#include "tap.h"

/* A program of the host may not touch the interrupt flag. */
#define _ASM_IRQFLAGS_H
#define local_irq_disable()	((void)0)
#define local_irq_enable()	((void)0)
#define local_irq_save(f)	((void)((f) = 0))
#define local_irq_restore(f)	((void)(f))

#include <asm/thread_info.h>
#undef current
static struct task_struct *current;

#include "kernel/timer.c"

#define TIMERS	200

void scheduler_tick(void) { }
void itimer_tick(struct task_struct *p, int user) { }
void schedule(void) { }
void thread_group_usage(struct task_struct *p, int who, struct usage *u) { }
u32 arch_tick_ns(void) { return 999; }
int wake_up_process(struct task_struct *p) { return 0; }
int do_send_sig_info(int sig, siginfo_t *info, struct task_struct *p, int group)
{
	return 0;
}
u64 div64_u32(u64 n, u32 d, u32 *rem)
{
	if (rem)
		*rem = n % d;
	return n / d;
}

static unsigned int seed = 1;
static unsigned int rnd(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static struct timer_list timer[TIMERS];
static unsigned long due[TIMERS];	/* the model: when, if armed */
static int armed[TIMERS];
static int ran, wrong;

static unsigned long distance(void)
{
	switch (rnd(5)) {
	case 0:
		return 1 + rnd(3);
	case 1:
		return 1 + rnd(300);
	case 2:
		return 254 + rnd(5);
	case 3:
		return 65530 + rnd(12);
	default:
		return 1 + rnd(200000);
	}
}

static void arm(int i)
{
	due[i] = jiffies + distance();
	wrong += mod_timer(&timer[i], due[i]) != armed[i];
	armed[i] = 1;
}

static void expired(unsigned long i)
{
	ran++;
	wrong += !armed[i] || due[i] != jiffies || timer_pending(&timer[i]);
	armed[i] = 0;
	if (rnd(2))
		arm(i);
}

static void run(unsigned long start, int ticks, const char *what)
{
	int i, t, late = 0;

	jiffies = start;
	jiffies_64 = start;
	init_timers();
	ran = wrong = 0;
	for (i = 0; i < TIMERS; i++) {
		init_timer(&timer[i]);
		timer[i].function = expired;
		timer[i].data = i;
		armed[i] = 0;
	}
	for (t = 0; t < ticks; t++) {
		i = rnd(TIMERS);
		if (rnd(4)) {
			arm(i);
		} else {
			wrong += del_timer(&timer[i]) != armed[i];
			armed[i] = 0;
		}
		do_timer();
		if (t % 1000 == 0)
			for (i = 0; i < TIMERS; i++)
				late += armed[i] && (long)(due[i] - jiffies) <= 0;
	}
	ok(ran > ticks / 20, "%s: %d timers ran", what, ran);
	is(wrong, 0, "%s: all at their tick", what);
	is(late, 0, "%s: none was forgotten", what);
}

int main(void)
{
	struct timer_list t = { .function = expired };
	u64 before, after;

	run(0, 400000, "from boot");
	run(-100000UL, 400000, "across the wrap");
	run(0x7fff0000, 200000, "across the sign");
	is(get_jiffies_64() >> 16, (0x7fff0000U + 200000) >> 16,
	   "64-bit ticks count on");
	before = ktime_get();
	do_timer();
	after = ktime_get();
	is(after - before, 1000000, "a tick is a million nanoseconds");
	init_timers();
	init_timer(&t);
	is(del_timer(&t), 0, "an idle timer is not armed");
	mod_timer(&t, jiffies - 5);
	t.data = 0;
	armed[0] = 1;
	due[0] = jiffies + 1;
	ran = 0;
	do_timer();
	is(ran, 1, "a time gone by runs at the next tick");
	is(schedule_timeout(MAX_SCHEDULE_TIMEOUT), MAX_SCHEDULE_TIMEOUT,
	   "no timeout");
	is(schedule_timeout(7), 7, "woken at once: all ticks are left");
	return done_testing();
}
