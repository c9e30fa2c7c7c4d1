/*
 * Signals without a machine: the two boxes against a model that keeps plain
 * queues; frames and sigreturn on an array that plays the user's memory; the
 * restart table; stop, continue and CLONE_STOPPED with a parent that listens.
 */
#include "tap.h"

/* A program of the host may not touch the interrupt flag. */
#define _ASM_IRQFLAGS_H
#define X86_EFLAGS_TF	0x100
#define X86_EFLAGS_DF	0x400
#define local_irq_disable()	((void)0)
#define local_irq_enable()	((void)0)
#define local_irq_save(f)	((void)((f) = 0))
#define local_irq_restore(f)	((void)(f))

#include <asm/thread_info.h>
#undef current
static struct task_struct *current;
#define current_thread_info()	(current->thread_info)
#include <linux/sched.h>

#undef task_pt_regs
static struct pt_regs regs;
#define task_pt_regs(t)	(&regs)
#include <asm/uaccess.h>
#undef get_user
#define get_user(x, p)	(copy_from_user(&(x), p, sizeof(x)) ? -EFAULT : 0)
#include "kernel/signal.c"
#include "arch/i386/kernel/signal.c"

rwlock_t tasklist_lock;
struct task_struct init_task;
static struct user_struct user;
static struct cred cred = { .user = &user };
static struct sighand_struct sighand[2];
static struct signal_struct sig[2];
static struct thread_info info[3];
static struct task_struct task[3];	/* parent; child and its thread */
static struct pid pids[3];
static struct task_struct *const parent = &task[0];
static struct task_struct *const child = &task[1];
static struct task_struct *const thread = &task[2];

static unsigned char memory[1 << 16];	/* the user's */
static int nodes;			/* queue nodes alive */
static int orphaned, foreign, chld_wakeups;
static int exit_code;			/* of do_group_exit */
static void *death[5];
static void (*in_schedule)(void);
static long slept;

void panic(const char *fmt, ...)
{
	for (;;)
		abort();
}
struct kmem_cache *kmem_cache_create(const char *n, size_t size, size_t align)
{
	return (void *)size;
}
void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	nodes++;
	return malloc((size_t)c);
}
void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	nodes--;
	free(obj);
}
void free_uid(struct user_struct *u) { atomic_dec(&u->count); }
bool capable(int cap) { return false; }
struct pid_namespace *task_active_pid_ns(struct task_struct *p) { return NULL; }
int pid_nr_ns(const struct pid *pid, const struct pid_namespace *ns)
{
	return foreign ? 0 : 100 + (pid - pids);
}
int pid_vnr(const struct pid *pid) { return pid_nr_ns(pid, NULL); }
struct pid *find_vpid(int nr) { return NULL; }
struct task_struct *pid_task(struct pid *pid, enum pid_type t) { return NULL; }
struct task_struct *find_task_by_vpid(int nr)
{
	return nr >= 100 && nr < 103 ? &task[nr - 100] : NULL;
}
int is_current_pgrp_orphaned(void) { return orphaned; }
int wake_up_state(struct task_struct *p, unsigned int state)
{
	if (!(p->state & state))
		return 0;
	p->state = TASK_RUNNING;
	return 1;
}
void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr)
{
	chld_wakeups += q == &sig[0].wait_chldexit;
}
void schedule(void)
{
	if (current->state && in_schedule)
		in_schedule();
}
long schedule_timeout(long timeout)
{
	schedule();
	return slept;
}
unsigned long timespec_to_jiffies(s64 sec, long nsec) { return sec + !!nsec; }
void do_group_exit(int code)
{
	exit_code = code;
	__builtin_longjmp(death, 1);
}
void save_fpu(struct task_struct *t) { t->thread.fpu.magic = 0xffff; }
void restore_fpu(struct task_struct *t) { t->thread.used_math = 1; }
static int in_memory(const void *p, unsigned long n)
{
	unsigned long off = (unsigned long)p - (unsigned long)memory;

	return off <= sizeof(memory) && n <= sizeof(memory) - off;
}
unsigned long copy_to_user(void *to, const void *from, unsigned long n)
{
	if (!in_memory(to, n))
		return n;
	__builtin_memcpy(to, from, n);
	return 0;
}
unsigned long copy_from_user(void *to, const void *from, unsigned long n)
{
	if (!in_memory(from, n))
		return n;
	__builtin_memcpy(to, from, n);
	return 0;
}

static unsigned int random_below(unsigned int n)
{
	static unsigned int seed = 4711;

	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static void handler(int n)
{
}

static void set_action(int n, sighandler_t h, unsigned long flags)
{
	struct k_sigaction ka = { .sa = { .sa_handler = h, .sa_flags = flags } };

	do_sigaction(n, &ka, true);
}

static void add_task(struct task_struct *t, int group, struct task_struct *lead)
{
	__builtin_memset(t, 0, sizeof(*t));
	t->thread_info = &info[t - task];
	__builtin_memset(t->thread_info, 0, sizeof(*t->thread_info));
	t->thread_info->task = t;
	t->thread_info->restart_block.fn = do_no_restart_syscall;
	t->signal = &sig[group];
	t->sighand = &sighand[group];
	t->group_leader = lead;
	t->parent = t->real_parent = parent;
	t->cred = &cred;
	t->pids[PIDTYPE_PID].pid = &pids[t - task];
	INIT_LIST_HEAD(&t->thread_group);
	if (t != lead)
		list_add_tail(&t->thread_group, &lead->thread_group);
	init_sigpending(&t->pending);
}

static void begin(int threads)
{
	int i;

	for (i = 0; i < 3; i++)
		if (task[i].signal) {
			flush_sigqueue(&task[i].pending);
			flush_sigqueue(&task[i].signal->shared_pending);
		}
	__builtin_memset(sig, 0, sizeof(sig));
	__builtin_memset(sighand, 0, sizeof(sighand));
	for (i = 0; i < 2; i++) {
		init_sigpending(&sig[i].shared_pending);
		sig[i].rlim[RLIMIT_SIGPENDING].rlim_cur = 40;
	}
	sighand[0].action[SIGCHLD - 1].sa.sa_handler = handler;
	add_task(parent, 0, parent);
	add_task(child, 1, child);
	if (threads > 1)
		add_task(thread, 1, child);
	else
		thread->signal = NULL;
	current = child;
	in_schedule = NULL;
	orphaned = foreign = chld_wakeups = exit_code = 0;
	regs = (struct pt_regs){ .orig_eax = -1, .cs = 0x73, .ss = 0x7b,
		.ds = 0x7b, .es = 0x7b, .gs = 0x33, .eflags = 0x202,
		.eip = 0x08048000, .esp = (long)memory + 0x8000 };
}

/* Run the way to user mode; the status it died with, or 0. */
static int deliver(void)
{
	exit_code = 0;
	if (!__builtin_setjmp(death))
		while (current->thread_info->flags &
		       (_TIF_SIGPENDING | _TIF_RESTORE_SIGMASK))
			do_notify_resume(&regs, current->thread_info->flags);
	return exit_code;
}

/* --- the boxes against a model -------------------------------------------- */

#define DEPTH	64
static struct {
	int n;			/* how many wait */
	int value[DEPTH];	/* oldest first */
} model[2][_NSIG + 1];
static int model_nodes;

static void model_take(int box, int n, int i)
{
	model_nodes--;
	for (model[box][n].n--; i < model[box][n].n; i++)
		model[box][n].value[i] = model[box][n].value[i + 1];
}

static void model_drop(int n)
{
	int box;

	for (box = 0; box < 2; box++)
		while (model[box][n].n)
			model_take(box, n, 0);
}

static int model_send(int box, int n, int value)
{
	int stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (n == stops[i])
			model_drop(SIGCONT);
		else if (n == SIGCONT)
			model_drop(stops[i]);
	if (n < SIGRTMIN && model[box][n].n)
		return 0;
	if (model_nodes >= 40 && n >= SIGRTMIN)
		return -EAGAIN;
	model_nodes++;
	model[box][n].value[model[box][n].n++] = value;
	return 0;
}

static int model_next(sigset_t *mask, int *box)
{
	static const int first[] = { 4, 5, 7, 8, 11, 31 };
	unsigned int i;
	int n;

	for (*box = 0; *box < 2; ++*box) {
		for (i = 0; i < ARRAY_SIZE(first); i++)
			if (model[*box][first[i]].n &&
			    !sigismember(mask, first[i]))
				return first[i];
		for (n = 1; n <= _NSIG; n++)
			if (model[*box][n].n && !sigismember(mask, n))
				return n;
	}
	return 0;
}

static void try_queues(void)
{
	int wrong_send = 0, wrong_take = 0, wrong_flag = 0, full = 0, taken = 0;
	int step, n, box, want, got;
	siginfo_t si;
	sigset_t mask;

	begin(1);
	for (n = 1; n <= _NSIG; n++)
		sighand[1].action[n - 1].sa.sa_handler = handler;
	for (step = 1; step <= 200000; step++) {
		n = 1 + random_below(_NSIG);
		if (n == SIGKILL)
			continue;
		if (random_below(100) < 55) {
			si = (siginfo_t){ .si_signo = n, .si_code = SI_QUEUE };
			si.si_value.sival_int = step;
			box = random_below(2);
			want = model_send(box, n, step);
			full += want == -EAGAIN;
			got = do_send_sig_info(n, &si, child, box);
			wrong_send += got != want;
			continue;
		}
		sigbits(&mask) = 0;
		while (random_below(3))
			sigaddset(&mask, 1 + random_below(_NSIG));
		set_current_blocked(&mask);
		want = model_next(&current->blocked, &box);
		wrong_flag += !!want != !!signal_pending(current);
		got = dequeue_signal(&current->blocked, &si);
		wrong_take += got != want || (got && si.si_signo != got);
		if (got && got == want) {
			wrong_take += si.si_value.sival_int !=
				      model[box][n = got].value[0];
			model_take(box, n, 0);
			taken++;
		}
		if (nodes != model_nodes ||
		    atomic_read(&user.sigpending) != nodes)
			wrong_take++;
	}
	is(wrong_send, 0, "random sends: result as the model's");
	is(wrong_take, 0, "random takes: signal, value and nodes as the model's");
	is(wrong_flag, 0, "TIF_SIGPENDING is right after each change of mask");
	ok(full > 100 && taken > 10000, "the limit was met and signals flowed");
	flush_sigqueue(&child->pending);
	flush_sigqueue(&sig[1].shared_pending);
	is(nodes, 0, "flushed: no node left");
	is(atomic_read(&user.count), 0, "and no reference to the user");
}

/* --- frames ---------------------------------------------------------------- */

#define word(addr)	(*(unsigned long *)(addr))

static void try_frames(void)
{
	struct pt_regs before;
	unsigned long f;

	begin(1);
	set_action(SIGUSR1, handler, SA_SIGINFO);
	regs.eax = 0x1234;
	regs.gs = 0x33;
	regs.eflags = 0x202 | X86_EFLAGS_DF | X86_EFLAGS_TF;
	current->thread.cr2 = 0xdead;
	before = regs;
	send_sig(SIGUSR1, child, 0);
	is(deliver(), 0, "rt frame: delivered");
	f = regs.esp;
	is(f % 16, 12, "frame modulo 16 [1.6.4]");
	is(regs.eip, (long)handler, "eip is the handler");
	ok(regs.eax == SIGUSR1 && regs.edx == (long)f + 16 &&
	   regs.ecx == (long)f + 144, "eax, edx, ecx carry the arguments");
	ok(word(f + 4) == SIGUSR1 && word(f + 8) == f + 16 &&
	   word(f + 12) == f + 144, "and so does the stack");
	is(word(f), f + 260, "without a restorer it returns to the frame");
	ok(memory[f + 260 - (long)memory] == 0xb8 &&
	   memory[f + 266 - (long)memory] == 0x80, "where code stands");
	is(word(f + 16), SIGUSR1, "si_signo at +16");
	is(word(f + 164 + 44), 0x1234, "sigcontext at +164: eax");
	is(word(f + 164 + 84), 0xdead, "cr2");
	is(word(f + 164 + 76), 0, "fpstate is NULL");
	ok(!(regs.eflags & (X86_EFLAGS_DF | X86_EFLAGS_TF)), "DF, TF clear");
	ok(sigismember(&child->blocked, SIGUSR1), "the signal is blocked");
	word(f + 252) |= 1 << (SIGHUP - 1);	/* uc_sigmask */
	word(f + 164 + 64) |= 0x3000;		/* IOPL */
	regs.esp = f + 4;
	regs.orig_eax = __NR_rt_sigreturn;
	is(sys_rt_sigreturn(&regs), 0x1234, "rt_sigreturn gives eax back");
	before.orig_eax = -1;
	ok(!__builtin_memcmp(&before, &regs, sizeof(regs)),
	   "and all registers, IOPL refused");
	ok(sigbits(&child->blocked) == 1, "the mask is the frame's");

	begin(1);
	set_action(SIGUSR2, handler, SA_NODEFER | SA_RESETHAND);
	current->thread.used_math = 1;
	sigbits(&current->blocked) = 0x80000000;
	current->blocked.sig[1] = 0x55;
	before = regs;
	send_sig(SIGUSR2, child, 0);
	is(deliver(), 0, "old frame: delivered");
	f = regs.esp;
	is(f % 16, 12, "frame modulo 16");
	ok(regs.edx == 0 && regs.ecx == 0, "no second and third argument");
	ok(word(f + 8 + 76) == f + 96 && !current->thread.used_math,
	   "x87 state at +96, the handler starts afresh");
	is(word(f + 720), 0x55, "high half of the mask at +720");
	is(memory[f + 724 - (long)memory], 0x58, "code at +724");
	ok(!sigismember(&child->blocked, SIGUSR2), "SA_NODEFER");
	ok(sighand[1].action[SIGUSR2 - 1].sa.sa_handler == SIG_DFL,
	   "SA_RESETHAND");
	regs.esp = f + 8;
	regs.orig_eax = __NR_sigreturn;
	sys_sigreturn(&regs);
	before.orig_eax = -1;
	ok(!__builtin_memcmp(&before, &regs, sizeof(regs)), "sigreturn: all back");
	ok(current->thread.used_math, "x87 state too");
	is(child->blocked.sig[1], 0x55, "the mask too");
}

static void try_bad_stacks(void)
{
	begin(1);
	set_action(SIGUSR1, handler, 0);
	regs.esp = 0;
	send_sig(SIGUSR1, child, 0);
	is(deliver(), SIGSEGV, "esp 0: killed by SIGSEGV");
	begin(1);
	set_action(SIGSEGV, handler, 0);
	regs.esp = 0x1000;
	force_sig_fault(SIGSEGV, SEGV_MAPERR, NULL);
	is(deliver(), SIGSEGV, "SIGSEGV's own frame fails: killed");
	begin(1);
	current->sas_ss_sp = (unsigned long)memory + 0x1000;
	current->sas_ss_size = 4096;
	set_action(SIGSEGV, handler, SA_ONSTACK);
	regs.esp = 0x1000;
	force_sig_fault(SIGSEGV, SEGV_MAPERR, NULL);
	is(deliver(), 0, "the alternate stack saves it");
	is(sas_ss_flags(regs.esp), SS_ONSTACK, "and is stood upon");
	begin(1);
	regs.esp = 0x1000;
	sys_sigreturn(&regs);
	is(deliver(), SIGSEGV, "sigreturn without a frame: SIGSEGV");
	begin(1);
	sig[1].rlim[RLIMIT_CORE].rlim_cur = RLIM_INFINITY;
	force_sig(SIGABRT, child);
	is(deliver(), SIGABRT | 0x80, "core limit: 0x80 in the status [9.1]");
}

/* --- restarting ------------------------------------------------------------ */

static void try_restart(long code, long none, long plain, long again)
{
	static const char *const name[] = { "no handler", "handler",
					    "SA_RESTART" };
	long want[] = { none, plain, again };
	long eip, eax;
	int i;

	for (i = 0; i < 3; i++) {
		begin(1);
		if (i)
			set_action(SIGUSR1, handler, i == 2 ? SA_RESTART : 0);
		regs.orig_eax = 7;
		regs.eax = -code;
		if (i)
			send_sig(SIGUSR1, child, 0);
		else
			set_thread_flag(TIF_SIGPENDING);
		deliver();
		eax = i ? (long)word(regs.esp + 8 + 44) : regs.eax;
		eip = i ? (long)word(regs.esp + 8 + 56) : regs.eip;
		ok(eax == want[i] && eip == 0x08048000 - 2 * (want[i] >= 0),
		   "restart code %ld, %s", code, name[i]);
	}
}

/* --- stopping -------------------------------------------------------------- */

static int parent_hears(void)
{
	siginfo_t si;
	struct task_struct *me = current;
	int got;

	current = parent;
	got = dequeue_signal(&parent->blocked, &si);
	current = me;
	return got ? si.si_code << 8 | si.si_status : 0;
}

static void then_continue(void)
{
	is(parent_hears(), CLD_STOPPED << 8 | SIGTSTP, "the parent hears STOPPED");
	ok(sig[1].flags & SIGNAL_STOP_STOPPED, "and wait could report it");
	is(current->state, TASK_STOPPED, "the child is stopped");
	send_sig(SIGCONT, child, 1);
	is(current->state, TASK_RUNNING, "SIGCONT wakes it");
}

static void try_stop(void)
{
	begin(1);
	send_sig(SIGTSTP, child, 1);
	in_schedule = then_continue;
	is(deliver(), 0, "SIGTSTP stops, SIGCONT continues");
	is(parent_hears(), CLD_CONTINUED << 8 | SIGCONT,
	   "the parent hears CONTINUED");
	ok(sig[1].flags & SIGNAL_STOP_CONTINUED, "and wait can report it");
	ok(!(sig[1].flags & SIGNAL_STOP_STOPPED) && !sig[1].group_exit_code,
	   "but not the stop any more");
	begin(1);
	orphaned = 1;
	send_sig(SIGTSTP, child, 1);
	is(deliver(), 0, "orphaned group: SIGTSTP has no effect");
	is(parent_hears(), 0, "nobody hears of it");
	begin(1);
	send_sig(SIGTSTP, child, 1);
	send_sig(SIGCONT, child, 1);
	is(child->pending.signal.sig[0], 0, "SIGCONT voids a stop not yet taken");
}

static void second_stops(void)
{
	in_schedule = NULL;
	is(sig[1].group_stop_count, 1, "one thread has yet to stop");
	is(parent_hears(), 0, "the parent hears nothing yet");
	current = thread;
	thread->state = TASK_RUNNING;
	set_tsk_thread_flag(thread, TIF_SIGPENDING);
	spin_lock_irq(&current->sighand->siglock);
	do_signal_stop(0);
	spin_unlock_irq(&current->sighand->siglock);
	is(thread->state, TASK_STOPPED, "the second stops");
	is(parent_hears(), CLD_STOPPED << 8 | SIGSTOP, "now the parent hears");
	current = child;
	send_sig(SIGCONT, child, 1);
	is(child->state | thread->state, 0, "SIGCONT wakes both");
}

static void try_group_stop(void)
{
	begin(2);
	thread->state = TASK_INTERRUPTIBLE;
	send_sig(SIGSTOP, child, 1);
	in_schedule = second_stops;
	is(deliver(), 0, "a group stop takes all threads");
	is(parent_hears(), CLD_CONTINUED << 8 | SIGCONT, "continued, once");
	begin(2);
	thread->state = TASK_KILLABLE;
	do_send_sig_info(SIGTERM, SEND_SIG_NOINFO, child, 1);
	is(thread->state, TASK_RUNNING, "a fatal signal ends a killable sleep");
	is(deliver(), SIGKILL, "the taker dies of SIGKILL");
	is(sig[1].group_exit_code, SIGTERM, "the status is the signal's");
}

static void born_stopped(void)
{
	begin(1);
	sigaddset(&child->pending.signal, SIGSTOP);
	set_tsk_thread_flag(child, TIF_SIGPENDING);
	child->state = TASK_STOPPED;
	current = parent;
}

static void try_clone_stopped(void)
{
	born_stopped();
	is(do_send_sig_info(SIGCONT, SEND_SIG_NOINFO, child, 1), 0,
	   "CLONE_STOPPED: SIGCONT");
	is(child->state, TASK_RUNNING, "wakes the child");
	current = child;
	is(deliver(), 0, "it runs");
	ok(!sig[1].flags && !parent_hears(), "nothing to report");
	born_stopped();
	do_send_sig_info(SIGTERM, SEND_SIG_NOINFO, child, 1);
	is(child->state, TASK_STOPPED, "SIGTERM does not wake it");
	do_send_sig_info(SIGCONT, SEND_SIG_NOINFO, child, 1);
	current = child;
	is(deliver(), SIGTERM, "but kills it after SIGCONT");
	born_stopped();
	do_send_sig_info(SIGKILL, SEND_SIG_NOINFO, child, 1);
	is(child->state, TASK_RUNNING, "SIGKILL wakes it");
	current = child;
	deliver();
	is(sig[1].group_exit_code, SIGKILL, "and kills it");
}

/* --- parents, inits, threads ------------------------------------------------ */

static void try_parent(void)
{
	begin(1);
	child->exit_signal = SIGCHLD;
	child->exit_code = 3 << 8;
	do_notify_parent(child, SIGCHLD);
	is(parent_hears(), CLD_EXITED << 8 | 3, "death by exit(3)");
	child->exit_code = SIGABRT | 0x80;
	do_notify_parent(child, SIGCHLD);
	is(parent_hears(), CLD_DUMPED << 8 | SIGABRT, "death by abort");
	sighand[0].action[SIGCHLD - 1].sa.sa_handler = SIG_DFL;
	do_notify_parent(child, SIGCHLD);
	is(child->exit_signal, SIGCHLD, "the default action keeps the zombie");
	sighand[0].action[SIGCHLD - 1].sa.sa_handler = handler;
	sighand[0].action[SIGCHLD - 1].sa.sa_flags = SA_NOCLDWAIT;
	do_notify_parent(child, SIGCHLD);
	is(child->exit_signal, -1, "SA_NOCLDWAIT: no zombie");
	is(parent_hears(), CLD_DUMPED << 8 | SIGABRT, "but the signal is sent");
	child->exit_signal = SIGCHLD;
	sighand[0].action[SIGCHLD - 1].sa.sa_handler = SIG_IGN;
	do_notify_parent(child, SIGUSR1);
	is(child->exit_signal, SIGCHLD, "ignoring SIGCHLD: a USR1 child stays");
	do_notify_parent(child, SIGCHLD);
	is(child->exit_signal, -1, "a SIGCHLD child does not");
	do_notify_parent(child, 65);
	is(chld_wakeups, 7, "wait was woken each time");
}

static void try_init(void)
{
	begin(1);
	sig[1].flags = SIGNAL_UNKILLABLE;
	do_send_sig_info(SIGKILL, SEND_SIG_NOINFO, child, 1);
	do_send_sig_info(SIGTERM, SEND_SIG_NOINFO, child, 1);
	is(deliver(), 0, "an init survives SIGKILL from inside");
	foreign = 1;
	do_send_sig_info(SIGTERM, SEND_SIG_NOINFO, child, 1);
	is(deliver(), 0, "and SIGTERM from outside");
	set_action(SIGTERM, handler, SA_SIGINFO);
	do_send_sig_info(SIGTERM, SEND_SIG_NOINFO, child, 1);
	is(deliver(), 0, "with a handler it is delivered");
	is(regs.eip, (long)handler, "to the handler");
	is(word(regs.esp + 16 + 12), 0, "si_pid of a foreigner is 0");
	do_send_sig_info(SIGKILL, SEND_SIG_NOINFO, child, 1);
	is(deliver(), SIGKILL, "SIGKILL from outside kills");
}

static void try_masks(void)
{
	sigset_t *set = (sigset_t *)memory;
	unsigned long *low = (unsigned long *)(memory + 64);

	begin(2);
	sigbits(set) = ~0ULL;
	is(sys_rt_sigprocmask(SIG_BLOCK, set, NULL, 8), 0, "block all");
	ok(sigbits(&child->blocked) ==
	   ~(u64)(sigmask(SIGKILL) | sigmask(SIGSTOP)), "but KILL and STOP");
	is(sys_rt_sigprocmask(7, set, NULL, 8), -EINVAL, "bad how");
	is(sys_rt_sigprocmask(SIG_BLOCK, set, NULL, 4), -EINVAL, "bad size");
	*low = 1;
	is(sys_sigprocmask(SIG_SETMASK, low, low), 0, "old call, in and out");
	ok(child->blocked.sig[0] == 1 && child->blocked.sig[1] == ~0UL &&
	   *low == ~(sigmask(SIGKILL) | sigmask(SIGSTOP)), "low word alone");
	is(sys_sigprocmask(SIG_SETMASK, low, (void *)1), -EFAULT, "bad pointer");
	is(child->blocked.sig[0], 1, "changed nothing");
	set_action(SIGUSR1, handler, 0);
	do_send_sig_info(SIGUSR1, SEND_SIG_NOINFO, child, 1);
	ok(signal_pending(child) && !signal_pending(thread), "the leader is asked");
	sigbits(set) = ~0ULL;
	sys_rt_sigprocmask(SIG_BLOCK, set, NULL, 8);
	ok(!signal_pending(child), "it blocks the signal: nothing to take now");
	is(sys_rt_sigpending(set, 8), 0, "sigpending");
	ok(sigbits(set) == sigbit(SIGUSR1), "finds it in the common box");
	set_action(SIGUSR1, SIG_IGN, 0);
	sys_rt_sigpending(set, 8);
	ok(sigbits(set) == 0, "ignoring it drops it");
	is(sys_tgkill(101, 100, SIGUSR1), -ESRCH, "tgkill: wrong process");
	is(sys_tgkill(0, 100, SIGUSR1), -EINVAL, "tgkill: no process");
	is(sys_tkill(102, 65), -EINVAL, "signal 65");
}

int main(void)
{
	signals_init();
	try_queues();
	try_frames();
	try_bad_stacks();
	try_restart(ERESTARTSYS, 7, -EINTR, 7);
	try_restart(ERESTARTNOINTR, 7, 7, 7);
	try_restart(ERESTARTNOHAND, 7, -EINTR, -EINTR);
	try_restart(ERESTART_RESTARTBLOCK, 0, -EINTR, -EINTR);
	try_stop();
	try_group_stop();
	try_clone_stopped();
	try_parent();
	try_init();
	try_masks();
	begin(1);
	is(nodes, 0, "no queue node was lost");
	is(atomic_read(&user.sigpending), 0, "no charge either");
	return done_testing();
}
