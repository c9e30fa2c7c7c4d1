/*
 * What a handler finds on its stack, and what sigreturn makes of it.
 */
#include "tap.h"

/* The registers at the first instruction of a handler, eax first. */
static volatile unsigned long entry[8];
static unsigned char *frame;		/* where it was */
static unsigned char copy[736];		/* what was there */
static volatile int handled;
static void (*change)(struct sigcontext *);

/* The body of both handlers; old frames have no ucontext. */
static void __attribute__((used)) look(unsigned char *f, int siginfo)
{
	frame = f;
	memcpy(copy, f, sizeof(copy));
	handled++;
	if (change)
		change((void *)(f + (siginfo ? 164 : 8)));
}

/*
 * A handler in assembly, so that nothing is touched before it looks: stores the
 * registers, then calls look(frame, siginfo) and returns with junk in all.
 */
#define HANDLER(name, siginfo)						\
	__asm__(".text\n" name ":\n\t"					\
		"movl %eax, entry\n\t"					\
		"movl %edx, entry+4\n\t"				\
		"movl %ecx, entry+8\n\t"				\
		"movl %esp, entry+12\n\t"				\
		"pushfl\n\t"						\
		"popl entry+16\n\t"					\
		"movw %ds, entry+20\n\t"				\
		"movw %es, entry+24\n\t"				\
		"movw %ss, entry+28\n\t"				\
		"cld\n\t"						\
		"movl %esp, %eax\n\t"					\
		"pushl $" siginfo "\n\t"				\
		"pushl %eax\n\t"					\
		"call look\n\t"						\
		"addl $8, %esp\n\t"					\
		"movl $-1, %eax\n\t"					\
		"movl %eax, %ebx\n\t"					\
		"movl %eax, %ecx\n\t"					\
		"movl %eax, %edx\n\t"					\
		"movl %eax, %esi\n\t"					\
		"movl %eax, %edi\n\t"					\
		"movl %eax, %ebp\n\t"					\
		"std\n\t"						\
		"fninit\n\t"						\
		"fldz\n\t"						\
		"ret\n")

void plain_handler(int sig);
void info_handler(int sig);
HANDLER("plain_handler", "0");
HANDLER("info_handler", "1");

static void catch(int sig, unsigned long flags)
{
	struct sigaction sa = {
		.sa_handler = flags & SA_SIGINFO ? info_handler : plain_handler,
		.sa_flags = flags,
	};

	sigaddset(&sa.sa_mask, SIGHUP);
	sigaction(sig, &sa, NULL);
}

static unsigned long word(int offset)
{
	return *(unsigned long *)(copy + offset);
}

/* tgkill ourselves with patterns in the registers; what is left of them. */
static struct regs {
	unsigned long esi, edi, ebp, ebx, ecx, edx, eax, flags, esp, esp_before;
} left;

static void signal_self(int sig)
{
	static int tid, signo;

	tid = gettid();
	signo = sig;
	__asm__ volatile(
		"pushl %%ebp\n\t"
		"pushl %%ebx\n\t"
		"movl %%esp, left+36\n\t"
		"movl %0, %%ebx\n\t"
		"movl %1, %%ecx\n\t"
		"movl $0x44444444, %%edx\n\t"
		"movl $0x11111111, %%esi\n\t"
		"movl $0x22222222, %%edi\n\t"
		"movl $0x33333333, %%ebp\n\t"
		"movl $238, %%eax\n\t"
		"stc\n\t"
		"int $0x80\n\t"
		"movl %%esi, left\n\t"
		"movl %%edi, left+4\n\t"
		"movl %%ebp, left+8\n\t"
		"movl %%ebx, left+12\n\t"
		"movl %%ecx, left+16\n\t"
		"movl %%edx, left+20\n\t"
		"movl %%eax, left+24\n\t"
		"pushfl\n\t"
		"popl left+28\n\t"
		"movl %%esp, left+32\n\t"
		"cld\n\t"
		"popl %%ebx\n\t"
		"popl %%ebp"
		: : "m" (tid), "m" (signo)
		: "eax", "ecx", "edx", "esi", "edi", "memory", "cc");
}

static int registers_kept(int sig)
{
	return left.esi == 0x11111111 && left.edi == 0x22222222 &&
		left.ebp == 0x33333333 && (int)left.ebx == gettid() &&
		(int)left.ecx == sig && left.edx == 0x44444444;
}

static void test_rt_frame(void)
{
	static const unsigned char code[] = {
		0xb8, 0xad, 0, 0, 0, 0xcd, 0x80,
	};
	siginfo_t *info;
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, 40);
	sigprocmask(SIG_BLOCK, &set, &old);
	catch(SIGUSR1, SA_SIGINFO);
	signal_self(SIGUSR1);
	is(handled, 1, "row 212: a handler with SA_SIGINFO runs");
	is(word(4), SIGUSR1, "row 212: the signal at +4");
	ok(word(8) == (unsigned long)frame + 16, "row 212: at +8 &info: +16");
	ok(word(12) == (unsigned long)frame + 144, "row 212: at +12 &uc: +144");
	info = (void *)(copy + 16);
	ok(info->si_signo == SIGUSR1 && info->si_code == SI_TKILL &&
	   info->si_pid == getpid(), "row 212: info says who sent it, and how");
	is(word(144 + 108), 1 << (SIGTERM - 1),
	   "row 212: the old mask at +108 of uc");
	is(word(144 + 112), 1 << (40 - 33), "row 212: its second half follows");
	ok(memcmp(copy + 260, code, sizeof(code)) == 0,
	   "row 212: then the code of rt_sigreturn");
	is((unsigned long)frame % 16, 12, "row 213: frame mod 16");
	is(entry[3], frame, "row 213: esp is the frame");
	is(entry[0], SIGUSR1, "row 212: the signal is in eax too");
	is(entry[1], frame + 16, "row 212: &info in edx");
	is(entry[2], frame + 144, "row 212: &uc in ecx");
	ok(registers_kept(SIGUSR1), "row 211: registers come back");
	is(left.eax, 0, "row 211: and the call's result");
	ok(left.flags & 1, "row 211: and the carry flag");
	ok(!(left.flags & 0x400), "row 211: and the direction flag");
	is(left.esp, left.esp_before, "row 211: and the stack");
	ok(word(164 + 4 * 4) == 0x22222222 && word(164 + 5 * 4) == 0x11111111 &&
	   word(164 + 6 * 4) == 0x33333333 && word(164 + 9 * 4) == 0x44444444,
	   "row 212: they are in the frame");
	is(word(164 + 7 * 4), left.esp_before, "row 212: esp, too");
	is(word(164 + 17 * 4), left.esp_before, "row 212: twice");
	is(word(164 + 16 * 4) & 0x401, 1, "row 212: and the flags");
	sigprocmask(SIG_SETMASK, &old, &set);
	is(set.sig[0], 1 << (SIGTERM - 1), "row 211: the mask is as it was");
	is(set.sig[1], 1 << (40 - 33), "row 211: in both halves");
}

static void test_old_frame(void)
{
	static const unsigned char code[] = {
		0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80,
	};
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, 40);
	sigprocmask(SIG_BLOCK, &set, &old);
	catch(SIGUSR1, 0);
	handled = 0;
	signal_self(SIGUSR1);
	is(handled, 1, "row 212: a handler without SA_SIGINFO runs");
	is(word(4), SIGUSR1, "row 212: the signal at +4");
	ok(word(8 + 4 * 4) == 0x22222222 && word(8 + 5 * 4) == 0x11111111 &&
	   word(8 + 6 * 4) == 0x33333333 && word(8 + 9 * 4) == 0x44444444,
	   "row 212: the registers at +8");
	is(word(8 + 20 * 4), 1 << (SIGTERM - 1),
	   "row 212: the old mask in the last but one of them");
	is(word(720), 1 << (40 - 33), "row 212: its second half at +720");
	ok(memcmp(copy + 724, code, sizeof(code)) == 0,
	   "row 212: then the code of sigreturn");
	is((unsigned long)frame % 16, 12, "row 213: frame mod 16");
	is(entry[0], SIGUSR1, "row 212: the signal is in eax too");
	is(entry[1], 0, "row 212: nothing in edx");
	is(entry[2], 0, "row 212: nor in ecx");
	ok(registers_kept(SIGUSR1), "row 211: registers come back");
	ok((left.flags & 0x401) == 1, "row 211: and the flags");
	is(left.esp, left.esp_before, "row 211: and the stack");
	sigprocmask(SIG_SETMASK, &old, &set);
	is(set.sig[0], 1 << (SIGTERM - 1), "row 211: the mask is as it was");
	is(set.sig[1], 1 << (40 - 33), "row 211: in both halves");
}

static void test_entry(void)
{
	unsigned long ss = 0;

	/* The direction flag is set when the signal comes. */
	catch(SIGUSR1, SA_SIGINFO);
	__asm__ volatile(
		"std\n\t"
		"int $0x80\n\t"
		"pushfl\n\t"
		"popl %0\n\t"
		"cld"
		: "=a" (left.flags)
		: "0" (__NR_tkill), "b" (gettid()), "c" (SIGUSR1)
		: "memory", "cc");
	ok(!(entry[4] & 0x400),
	   "row 212: the direction flag is off in a handler");
	ok(left.flags & 0x400, "row 211: and on again after it");
	__asm__ volatile("movl %%ss, %0" : "=r" (ss));
	ok(entry[5] == ss && entry[6] == ss && entry[7] == ss,
	   "row 212: ds, es and ss are the user's");
}

/* A handler set without a restorer returns through code of the kernel's. */
static void test_no_restorer(void)
{
	struct sigaction sa = { .sa_handler = plain_handler };

	handled = 0;
	syscall(__NR_rt_sigaction, SIGUSR1, &sa, NULL, 8);
	signal_self(SIGUSR1);
	ok(handled == 1 && registers_kept(SIGUSR1),
	   "row 211: a handler without a restorer returns");
	sa.sa_handler = info_handler;
	sa.sa_flags = SA_SIGINFO;
	syscall(__NR_rt_sigaction, SIGUSR1, &sa, NULL, 8);
	signal_self(SIGUSR1);
	ok(handled == 2 && registers_kept(SIGUSR1),
	   "row 211: with SA_SIGINFO as well");
}

/* Handlers that change what they return to. */

static volatile int skipped;

static void skip_fault(struct sigcontext *sc)
{
	sc->eip += 2;			/* movl (%eax), %eax */
	sc->eax = 1234;
	skipped++;
}

static void new_registers(struct sigcontext *sc)
{
	sc->esi = 0xaaaa;
	sc->edx = 0xbbbb;
	sc->eax = 0xcccc;
}

static void high_flags(struct sigcontext *sc)
{
	sc->eflags |= 0x3000 | 0x4000 | 0x200000;	/* IOPL, NT, ID */
}

static void restart_code(struct sigcontext *sc)
{
	sc->eax = -512;
}

static void test_change(void)
{
	long value = 0;

	catch(SIGSEGV, SA_SIGINFO);
	change = skip_fault;
	__asm__ volatile("movl (%0), %0" : "+a" (value));
	is(value, 1234, "row 211: a handler may step over a fault");
	is(skipped, 1, "row 211: which is not tried again");
	catch(SIGSEGV, 0);
	value = 0;
	__asm__ volatile("movl (%0), %0" : "+a" (value));
	is(value, 1234, "row 211: with an old frame, too");

	catch(SIGUSR1, SA_SIGINFO);
	change = new_registers;
	signal_self(SIGUSR1);
	ok(left.esi == 0xaaaa && left.edx == 0xbbbb && left.eax == 0xcccc,
	   "row 211: what it stores into the frame is loaded");
	change = restart_code;
	signal_self(SIGUSR1);
	is(left.eax, -512, "row 211: even what looks like a restart");
	change = high_flags;
	signal_self(SIGUSR1);
	is(left.flags & 0x7000, 0, "row 211: but no privilege comes that way");
	change = NULL;
	signal(SIGSEGV, SIG_DFL);
}

/* The FPU. */

static volatile int had_state;

static void double_st0(struct sigcontext *sc)
{
	long double *st;

	if (!sc->fpstate)
		return;
	had_state = (sc->fpstate->env[0] & 0xffff) == 0x37f;
	st = (long double *)sc->fpstate->st;
	*st += *st;
}

static void test_fpu(void)
{
	long double pi = 0;
	unsigned short cw = 0;

	catch(SIGUSR1, SA_SIGINFO);
	__asm__ volatile("fninit; fldpi");
	syscall(__NR_tkill, gettid(), SIGUSR1);
	__asm__ volatile("fstpt %0; fnstcw %1" : "=m" (pi), "=m" (cw));
	ok(pi > 3.14159L && pi < 3.1416L,
	   "row 6: FPU registers outlive a handler that uses them");
	is(cw, 0x37f, "row 6: and so does the control word");
	change = double_st0;
	__asm__ volatile("fninit; fldpi");
	syscall(__NR_tkill, gettid(), SIGUSR1);
	__asm__ volatile("fstpt %0" : "=m" (pi));
	change = NULL;
	is(had_state, 1, "row 212: they are in the frame, as fsave has them");
	ok(pi > 6.2831L && pi < 6.2832L, "row 211: and come from there");
}

/* Children that must die. */

static void kernel_eip(struct sigcontext *sc)
{
	sc->eip = 0xc0100000;
}

static void kernel_cs(struct sigcontext *sc)
{
	sc->cs = 0x60;
}

static void kernel_ss(struct sigcontext *sc)
{
	sc->ss = 0x68;
}

static void null_ss(struct sigcontext *sc)
{
	sc->ss = 0;
}

static void junk_fpstate(struct sigcontext *sc)
{
	sc->fpstate = (void *)0xfffffff0;
}

static int returns_with(void *arg)
{
	catch(SIGUSR1, SA_SIGINFO);
	change = arg;
	raise(SIGUSR1);
	return 0;
}

static int bad_sigreturn(void *arg)
{
	__asm__ volatile(
		"movl $16, %%esp\n\t"
		"int $0x80\n\t"
		"hlt"
		: : "a" (arg) : "memory");
	return 0;
}

/* A signal when there is no stack to put a frame on. */
static int no_stack(void *arg)
{
	struct sigaction sa = { .sa_handler = plain_handler };

	sigaction(SIGUSR1, &sa, NULL);
	if (arg)
		sigaction(SIGSEGV, &sa, NULL);
	__asm__ volatile(
		"movl $0, %%esp\n\t"
		"int $0x80\n\t"
		"movl $1, %%eax\n\t"
		"movl $99, %%ebx\n\t"
		"int $0x80"
		: : "a" (__NR_tkill), "b" (gettid()), "c" (SIGUSR1) : "memory");
	return 0;
}

static int read_only_stack(void *arg)
{
	char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	(void)arg;
	catch(SIGUSR1, 0);
	__asm__ volatile(
		"movl %3, %%esp\n\t"
		"int $0x80\n\t"
		"movl $1, %%eax\n\t"
		"movl $99, %%ebx\n\t"
		"int $0x80"
		: : "a" (__NR_tkill), "b" (gettid()), "c" (SIGUSR1),
		    "r" (p + 4096) : "memory");
	return 0;
}

static int kernel_stack(void *arg)
{
	(void)arg;
	catch(SIGUSR1, 0);
	__asm__ volatile(
		"movl $0xc0200000, %%esp\n\t"
		"int $0x80\n\t"
		"movl $1, %%eax\n\t"
		"movl $99, %%ebx\n\t"
		"int $0x80"
		: : "a" (__NR_tkill), "b" (gettid()), "c" (SIGUSR1) : "memory");
	return 0;
}

static void leave(int sig)
{
	_exit(sig);
}

static int blocked_fault(void *arg)
{
	sigset_t all;

	signal(SIGSEGV, leave);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	*(volatile int *)arg = 1;
	return 0;
}

static int ignored_fault(void *arg)
{
	signal(SIGSEGV, SIG_IGN);
	*(volatile int *)arg = 1;
	return 0;
}

static int double_fault(void *arg)
{
	struct sigaction sa = { .sa_handler = (sighandler_t)16 };

	sigaction(SIGSEGV, &sa, NULL);
	*(volatile int *)arg = 1;
	return 0;
}

static void test_deaths(void)
{
	static const struct {
		int (*fn)(void *);
		void *arg;
		const char *text;
	} deaths[] = {
		{ no_stack, NULL,
		  "row 214: esp 0, and a signal with a handler" },
		{ no_stack, "", "row 214: with a handler for SIGSEGV as well" },
		{ read_only_stack, NULL, "row 214: a stack that is read only" },
		{ kernel_stack, NULL, "row 214: a stack in the kernel" },
		{ bad_sigreturn, (void *)119,
		  "row 211: sigreturn without frame" },
		{ bad_sigreturn, (void *)173,
		  "row 211: rt_sigreturn without frame" },
		{ returns_with, kernel_eip,
		  "row 211: a return into the kernel" },
		{ returns_with, kernel_cs,
		  "row 211: a frame with kernel code" },
		{ returns_with, kernel_ss, "row 211: with a kernel stack" },
		{ returns_with, null_ss, "row 211: with no stack segment" },
		{ returns_with, junk_fpstate,
		  "row 211: with FPU state in the kernel" },
		{ blocked_fault, (void *)16,
		  "row 211: a fault that is blocked" },
		{ ignored_fault, (void *)16,
		  "row 211: a fault that is ignored" },
		{ double_fault, (void *)16, "row 211: a fault in its handler" },
	};
	struct rlimit none = { 0, 0 };
	unsigned i;

	setrlimit(RLIMIT_CORE, &none);
	for (i = 0; i < ARRAY_SIZE(deaths); i++)
		is(in_child(deaths[i].fn, deaths[i].arg), SIGSEGV, "%s",
		   deaths[i].text);
}

/* The alternate stack. */

static char alt_stack[16384] __attribute__((aligned(16)));
static volatile int inside[4];

static int on_alt(void)
{
	char here;

	return &here >= alt_stack && &here < alt_stack + sizeof(alt_stack);
}

static void inner(int sig)
{
	(void)sig;
	inside[2] = on_alt();
}

static void outer(int sig)
{
	stack_t now, other = { alt_stack, 0, 8192 };

	(void)sig;
	inside[0] = on_alt();
	sigaltstack(NULL, &now);
	inside[1] = now.ss_flags;
	inside[3] = sigaltstack(&other, NULL) < 0 ? errno : 0;
	raise(SIGUSR2);
}

static int overflow(void *arg)
{
	stack_t alt = { alt_stack, 0, sizeof(alt_stack) };
	struct sigaction sa = { .sa_handler = leave, .sa_flags = SA_ONSTACK };

	(void)arg;
	sigaltstack(&alt, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	__asm__ volatile("movl $0, %%esp; pushl $1" : : : "memory");
	return 0;
}

static void test_altstack(void)
{
	stack_t alt = { alt_stack, 0, sizeof(alt_stack) }, now;
	struct sigaction sa = { .sa_handler = outer, .sa_flags = SA_ONSTACK };

	sigaltstack(NULL, &now);
	is(now.ss_flags, SS_DISABLE, "sigaltstack: there is none at first");
	alt.ss_size = 1024;
	is(sigaltstack(&alt, NULL) < 0 ? errno : 0, ENOMEM,
	   "sigaltstack: 1 KiB is too small");
	alt.ss_size = sizeof(alt_stack);
	alt.ss_flags = 16;
	is(sigaltstack(&alt, NULL) < 0 ? errno : 0, EINVAL,
	   "sigaltstack: an unknown flag");
	is(syscall(__NR_sigaltstack, 16, NULL), -EFAULT,
	   "sigaltstack: a bad address");
	alt.ss_flags = 0;
	is(sigaltstack(&alt, &now), 0, "sigaltstack: sets one");
	is(now.ss_flags, SS_DISABLE, "sigaltstack: and tells what was before");
	sigaltstack(NULL, &now);
	ok(now.ss_sp == alt_stack && now.ss_size == sizeof(alt_stack) &&
	   now.ss_flags == 0, "sigaltstack: it can be asked for");

	sigaction(SIGUSR1, &sa, NULL);
	sa.sa_handler = inner;
	sigaction(SIGUSR2, &sa, NULL);
	raise(SIGUSR1);
	is(inside[0], 1, "a handler with SA_ONSTACK runs on it");
	is(inside[1], SS_ONSTACK, "where sigaltstack says so");
	is(inside[3], EPERM, "and refuses to change it");
	is(inside[2], 1, "a handler within a handler goes on there");
	is(sigaltstack(&alt, NULL), 0, "after that it can be changed again");
	sa.sa_flags = 0;
	sigaction(SIGUSR2, &sa, NULL);
	raise(SIGUSR2);
	is(inside[2], 0, "a handler without SA_ONSTACK runs on the old stack");
	is(in_child(overflow, NULL), SIGSEGV << 8,
	   "row 214: with it a handler runs that has no other stack");
	alt.ss_flags = SS_DISABLE;
	sigaltstack(&alt, NULL);
	sigaltstack(NULL, &now);
	is(now.ss_flags, SS_DISABLE, "sigaltstack: SS_DISABLE takes it away");
	sa.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR2, &sa, NULL);
	inside[2] = 7;
	raise(SIGUSR2);
	is(inside[2], 0, "then SA_ONSTACK has no effect");
}

int main(void)
{
	test_rt_frame();
	test_old_frame();
	test_entry();
	test_no_restorer();
	test_change();
	test_fpu();
	test_deaths();
	test_altstack();
	return done_testing();
}
