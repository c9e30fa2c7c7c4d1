/*
 * The run queue: two arrays of lists beside a model that keeps plain arrays of
 * pointers, random operations with a fixed seed; where fork puts a child; what
 * becomes of time slices.
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

#include "kernel/sched.c"
#undef need_resched
#define need_resched()	test_tsk_thread_flag(current, TIF_NEED_RESCHED)

#define TASKS	64
#define STEPS	20000

volatile unsigned long jiffies;
struct task_struct init_task;
rwlock_t tasklist_lock;
static struct thread_info info[TASKS + 1];
static struct task_struct task[TASKS];
static struct task_struct *died;
static struct cred root;
static struct mm_struct idle_mm;

void panic(const char *fmt, ...)
{
	for (;;)
		abort();
}
void switch_mm(struct mm_struct *prev, struct mm_struct *next) { }
void __mmdrop(struct mm_struct *mm) { abort(); }
void __put_task_struct(struct task_struct *t) { died = t; }
bool capable(int cap) { return true; }
int pid_vnr(const struct pid *pid) { return 1; }
struct pid *find_vpid(int nr) { return NULL; }
struct task_struct *find_task_by_vpid(int nr)
{
	return nr < TASKS ? &task[nr] : NULL;
}
unsigned long copy_to_user(void *to, const void *from, unsigned long n)
{
	return n;
}
unsigned long copy_from_user(void *to, const void *from, unsigned long n)
{
	return n;
}
/* The switch itself: from now on another task is current. */
struct task_struct *switch_to(struct task_struct *prev,
			      struct task_struct *next)
{
	current = next;
	return prev;
}

static unsigned int seed = 1;
static unsigned int rnd(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static struct rq *rq;

static void make_task(struct task_struct *p, struct thread_info *ti)
{
	__builtin_memset(p, 0, sizeof(*p));
	p->thread_info = ti;
	ti->flags = 0;
	p->active_mm = &idle_mm;
	p->mm = &idle_mm;
	p->cred = &root;
	p->static_prio = NICE_TO_PRIO(0);
	p->prio = p->static_prio;
	p->time_slice = DEF_TIMESLICE;
	p->usage.counter = 2;
	p->state = TASK_INTERRUPTIBLE;
}

static void reset(void)
{
	int i;

	__builtin_memset(rq, 0, sizeof(*rq));
	idle_mm.mm_count.counter = 1 << 20;
	make_task(&init_task, &info[TASKS]);
	init_task.mm = NULL;
	current = &init_task;
	sched_init();
	for (i = 0; i < TASKS; i++)
		make_task(&task[i], &info[i]);
}

/* Bitmap, counters and lists of both arrays agree with each other. */
static int consistent(void)
{
	unsigned int a, i, n, all = 0, members;
	struct list_head *l;

	for (a = 0; a < 2; a++) {
		struct prio_array *array = &rq->arrays[a];

		for (i = 0, members = 0; i < MAX_PRIO; i++) {
			n = 0;
			for (l = array->queue[i].next; l != &array->queue[i];
			     l = l->next, n++) {
				struct task_struct *p = list_entry(l,
					struct task_struct, run_list);

				if (p->array != array || l->next->prev != l ||
				    p->prio != (int)i)
					return 0;
			}
			if ((n > 0) != test_bit(i, array->bitmap))
				return 0;
			members += n;
		}
		if (members != array->nr_active)
			return 0;
		all += members;
	}
	return all == rq->nr_running;
}

/* The model: an unordered set of tasks, each with a number of arrival. */
static struct prio_array *in[TASKS];
static unsigned long arrival[TASKS];
static unsigned long now;

static struct task_struct *model_first(struct prio_array *array)
{
	int i, best = -1;

	for (i = 0; i < TASKS; i++) {
		if (in[i] != array)
			continue;
		if (best < 0 || task[i].prio < task[best].prio ||
		    (task[i].prio == task[best].prio &&
		     arrival[i] < arrival[best]))
			best = i;
	}
	return best < 0 ? NULL : &task[best];
}

static void test_arrays(void)
{
	int step, i, bad = 0;

	reset();
	for (i = 0; i < TASKS; i++)
		in[i] = NULL;
	for (step = 0; step < STEPS && !bad; step++) {
		struct prio_array *array = &rq->arrays[rnd(2)];

		i = rnd(TASKS);
		if (in[i]) {
			dequeue_task(&task[i]);
			in[i] = NULL;
			rq->nr_running--;
		} else {
			task[i].prio = MAX_RT_PRIO + rnd(40);
			enqueue_task(&task[i], array);
			in[i] = array;
			arrival[i] = ++now;
			rq->nr_running++;
		}
		bad |= !consistent();
		if (array->nr_active)
			bad |= first_task(array) != model_first(array);
		else
			bad |= model_first(array) != NULL;
	}
	ok(!bad, "%d random moves agree with the model", step);
	is(step, STEPS, "all moves were made");
}

static unsigned int sum_slices(int n)
{
	unsigned int sum = 0;

	while (n--)
		sum += task[n].time_slice;
	return sum;
}

/* current forks task[n]. */
static void do_fork_to(int n, unsigned long flags)
{
	struct thread_info *ti = task[n].thread_info;

	task[n] = *current;
	task[n].thread_info = ti;
	*ti = *current->thread_info;
	task[n].parent = current;
	task[n].usage.counter = 1;
	sched_fork(&task[n]);
	wake_up_new_task(&task[n], flags);
}

static void start(int n)
{
	wake_up_process(&task[n]);
	schedule();
}

static void test_fork_order(void)
{
	reset();
	start(0);
	ok(current == &task[0], "a woken task takes over from the idle task");
	wake_up_process(&task[1]);
	do_fork_to(2, 0);
	ok(need_resched(), "row 115: fork asks for a switch");
	ok(task[2].run_list.next == &task[0].run_list,
	   "row 115: the child stands right before its parent");
	ok(!test_tsk_thread_flag(&task[2], TIF_NEED_RESCHED),
	   "the child does not inherit need_resched");
	schedule();
	ok(current == &task[2], "row 115: the child runs first");
	current->state = TASK_INTERRUPTIBLE;
	schedule();
	ok(current == &task[0], "then its parent, before other tasks");
	do_fork_to(3, CLONE_VM);
	ok(!need_resched(), "row 116: with CLONE_VM the parent goes on");
	ok(rq->active->queue[current->prio].prev == &task[3].run_list,
	   "row 116: the child stands at the tail");
	schedule();
	ok(current == &task[0], "row 116: the parent is still the first");
	ok(consistent(), "the queue is consistent");
}

static void test_slices(void)
{
	int i;
	unsigned int before;

	reset();
	start(0);
	for (i = 1; i <= 6; i++) {
		do_fork_to(i, 0);
		is(sum_slices(i + 1), 100 , "row 117: %d tasks share one slice",
		   i + 1);
		schedule();
	}
	reset();
	start(0);
	task[0].time_slice = 1;
	do_fork_to(1, 0);
	is(task[1].time_slice, 1, "of one tick the child gets all");
	ok(task[0].array == rq->expired,
	   "row 117: and the parent waits for the next round");
	ok(task[1].array == rq->expired, "with the child in front of it");
	ok(consistent(), "the queue is consistent");

	reset();
	start(0);
	before = task[0].time_slice;
	for (i = 0; i < 1000; i++) {
		do_fork_to(1, 0);
		schedule();
		current->state = TASK_DEAD;
		sched_exit(current);
		schedule();
	}
	ok(current == &task[0] && died == &task[1],
	   "a dead task's reference is dropped by its successor");
	is(task[0].time_slice, before, "fork and exit 1,000 times cost no slice");
}

/* One round of a hog against a process that has forked six others. */
static void test_bomb(void)
{
	struct prio_array *round;
	int n, hog = 0, bomb = 0;

	reset();
	start(1);
	for (n = 2; n < 8; n++)
		do_fork_to(n, CLONE_VM);
	wake_up_process(&task[0]);
	round = rq->active;
	for (;;) {
		if (need_resched())
			schedule();
		if (rq->active != round)
			break;
		if (current == &task[0])
			hog++;
		else
			bomb++;
		jiffies++;
		scheduler_tick();
	}
	is(hog, 100, "row 117: in one round the hog has its 100 ticks");
	is(bomb, 100, "row 117: and a fork bomb of seven no more together");
}

static void test_fairness(void)
{
	static int got[TASKS];
	int i, t;

	reset();
	for (i = 0; i < 8; i++) {
		got[i] = 0;
		wake_up_process(&task[i]);
	}
	task[7].static_prio = NICE_TO_PRIO(19);
	schedule();
	for (t = 0; t < 200000; t++) {
		got[current - task]++;
		jiffies++;
		scheduler_tick();
		if (need_resched())
			schedule();
	}
	for (i = 1; i < 7; i++)
		ok(got[i] > got[0] * 9 / 10 && got[i] < got[0] * 11 / 10,
		   "equal hogs get equal time (%d, %d)", got[0], got[i]);
	ok(got[7] > 0 && got[7] < got[0] / 10,
	   "nice 19 gets little, not nothing (%d)", got[7]);
	ok(consistent(), "the queue is consistent");
}

static void test_yield_and_nice(void)
{
	unsigned long switches;

	reset();
	wake_up_process(&task[0]);
	wake_up_process(&task[1]);
	schedule();
	ok(current == &task[0], "first come, first served");
	switches = nr_context_switches();
	sys_sched_yield();
	ok(current == &task[1], "yield switches");
	sys_sched_yield();
	ok(current == &task[0], "and back");
	is(nr_context_switches() - switches, 2, "two switches were counted");
	set_user_nice(&task[0], 5);
	ok(need_resched(), "nicer: another may be better now");
	schedule();
	ok(current == &task[1], "and it is");
	is(sys_getpriority(PRIO_PROCESS, 0), 20, "getpriority of 0");
	current = &task[0];
	is(sys_getpriority(PRIO_PROCESS, 0), 15, "getpriority of 5");
	is(sys_getpriority(3, 0), -EINVAL, "getpriority of nothing");
	current = &task[1];
	ok(consistent(), "the queue is consistent");
}

static void test_signals(void)
{
	reset();
	start(0);
	current->state = TASK_INTERRUPTIBLE;
	wake_up_process(current);
	schedule();
	ok(current == &task[0] && !current->state,
	   "a wake-up before schedule is not lost");
	current->state = TASK_INTERRUPTIBLE;
	set_tsk_thread_flag(current, TIF_SIGPENDING);
	schedule();
	ok(current == &task[0] && !current->state,
	   "nor is a signal slept through");
	current->state = TASK_UNINTERRUPTIBLE;
	schedule();
	ok(current == &init_task, "an uninterruptible sleep heeds none");
	is(wake_up_state(&task[0], TASK_INTERRUPTIBLE), 0,
	   "woken only in the states named");
	is(wake_up_state(&task[0], TASK_NORMAL), 1, "woken");
	is(wake_up_state(&task[0], TASK_NORMAL), 0, "only once");
	is(nr_running(), 1, "and counted");
}

static void test_bonus(void)
{
	reset();
	task[0].timestamp = 0;
	jiffies = 100000;
	wake_up_process(&task[0]);
	is(task[0].prio, 115, "a long sleeper is 5 better");
	schedule();
	do_fork_to(1, CLONE_VM);
	is(task[1].prio, 116, "its child one level less");
	jiffies += 20000;
	current->state = TASK_INTERRUPTIBLE;
	schedule();
	is(effective_prio(&task[0]), 116, "running wears the bonus down");
	is(task_timeslice(&task[0]), 100, "slice at nice 0");
	task[0].static_prio = 100;
	is(task_timeslice(&task[0]), 800, "slice at nice -20");
	task[0].static_prio = 139;
	is(task_timeslice(&task[0]), 5, "slice at nice 19");
	jiffies = 0;
}

int main(void)
{
	rq = this_rq();
	test_arrays();
	test_fork_order();
	test_slices();
	test_bomb();
	test_fairness();
	test_yield_and_nice();
	test_signals();
	test_bonus();
	return done_testing();
}
