/*
 * What a program gets for an instruction that cannot be completed, and what a
 * system call says to a pointer that leads nowhere.  (Alignment checks are left
 * out, as QEMU's processor does not make them.)
 */
#include "tap.h"

/* Run fn in a child; the signal's number and si_code, or its exit status. */
static volatile int *seen;

static void note(int sig, siginfo_t *info, void *context)
{
	seen[0] = sig;
	seen[1] = info->si_code;
	_exit(0);
}

static void trap(const char *what, void (*fn)(void), int sig, int code)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };
	int status;
	pid_t pid;

	seen[0] = seen[1] = 0;
	pid = fork();
	if (!pid) {
		act.sa_handler = (void *)note;
		sigaction(sig, &act, NULL);
		fn();
		_exit(1);
	}
	waitpid(pid, &status, 0);
	ok(seen[0] == sig && seen[1] == code, "%s: signal %d, code %d", what,
	   sig, code);
	if (seen[0] != sig || seen[1] != code)
		dprintf(1, "# got signal %d, code %d, status %x\n", seen[0],
			seen[1], status);
}

static void divide(void)
{
	__asm__ volatile("divl %0" :: "r" (0), "a" (1), "d" (0));
}

static void divide_overflow(void)
{
	__asm__ volatile("divl %0" :: "r" (1), "a" (1), "d" (1));
}

static void undefined(void)
{
	__asm__ volatile("ud2");
}

static void breakpoint(void)
{
	__asm__ volatile("int3");
}

static void overflow(void)
{
	__asm__ volatile("movl $0x7fffffff, %%eax; incl %%eax; into"
			 ::: "eax", "cc");
}

static void bounds(void)
{
	int pair[2] = { 1, 2 };

	__asm__ volatile("boundl %0, %1" :: "r" (3), "m" (pair));
}

static void privileged(void)
{
	__asm__ volatile("hlt");
}

static void forged_fault(void)
{
	__asm__ volatile("int $14");
}

static void empty_gate(void)
{
	__asm__ volatile("int $0xf0");
}

static void bad_selector(void)
{
	__asm__ volatile("movw %w0, %%fs" :: "r" (0x33 + 0x100));
}

static void port(void)
{
	__asm__ volatile("outb %%al, $0x80" :: "a" (0));
}

static void single_step(void)
{
	__asm__ volatile("pushfl; orl $0x100, (%%esp); popfl; nop"
			 ::: "cc", "memory");
}

static void float_divide(void)
{
	static const unsigned short control = 0x37b;

	__asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait"
			 :: "m" (control));
}

static char *volatile nowhere = (char *)16;

static void null_read(void)
{
	*(volatile char *)nowhere;
}

static void kernel_read(void)
{
	*(volatile char *)0xfffff000;
}

static void text_write(void)
{
	*(volatile char *)text_write = 0;
}

static void jump_nowhere(void)
{
	((void (*)(void))nowhere)();
}

/* There is nowhere to put a signal frame: the handler cannot run. */
static int bad_esp(void *unused)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };

	act.sa_handler = (void *)note;
	sigaction(SIGSEGV, &act, NULL);
	__asm__ volatile("xorl %esp, %esp; pushl $0");
	return 1;
}

static void test_pointers(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fds[2];

	munmap(page + 4096, 4096);
	pipe(fds);
	is(syscall(__NR_write, fds[1], 0, 1), -14, "write from NULL");
	is(syscall(__NR_write, fds[1], 0xfffff000, 1), -14,
	   "write from the kernel");
	is(syscall(__NR_write, fds[1], page + 4096, 4), -14,
	   "write from a hole");
	is(syscall(__NR_write, fds[1], 0xfffffff0, 0x20), -14,
	   "write from across the end of memory");
	is(syscall(__NR_pipe, page + 4092), -14, "pipe across an edge");
	is(syscall(__NR_pipe, test_pointers), -14, "pipe into text");
	is(syscall(__NR_chdir, page + 4096), -14, "a path in a hole");
	page[4095] = 'x';
	is(syscall(__NR_chdir, page + 4095), -14, "a path into a hole");
	page[4094] = '/';
	page[4095] = 0;
	is(syscall(__NR_chdir, page + 4094), 0, "a path up to the edge");
	is(syscall(__NR_write, fds[1], page, 4096), 4096, "a whole page");
	is(syscall(__NR_read, fds[0], text_write, 4), -14, "read into text");
}

int main(void)
{
	seen = shared(4096);
	trap("division by zero", divide, SIGFPE, FPE_INTDIV);
	trap("quotient too large", divide_overflow, SIGFPE, FPE_INTDIV);
	trap("undefined instruction", undefined, SIGILL, ILL_ILLOPN);
	trap("int3", breakpoint, SIGTRAP, SI_KERNEL);
	trap("into", overflow, SIGSEGV, SI_KERNEL);
	trap("bound", bounds, SIGSEGV, SI_KERNEL);
	trap("hlt", privileged, SIGSEGV, SI_KERNEL);
	trap("int $14", forged_fault, SIGSEGV, SI_KERNEL);
	trap("an empty gate", empty_gate, SIGSEGV, SI_KERNEL);
	trap("a bad selector", bad_selector, SIGSEGV, SI_KERNEL);
	trap("a port", port, SIGSEGV, SI_KERNEL);
	trap("single step", single_step, SIGTRAP, TRAP_TRACE);
	trap("x87 division by zero", float_divide, SIGFPE, 3);
	trap("read of NULL", null_read, SIGSEGV, SEGV_MAPERR);
	trap("read of the kernel", kernel_read, SIGSEGV, SEGV_MAPERR);
	trap("write to text", text_write, SIGSEGV, SEGV_ACCERR);
	trap("jump to nowhere", jump_nowhere, SIGSEGV, SEGV_MAPERR);
	is(in_child(bad_esp, NULL) & 0x7f, SIGSEGV, "a stack at zero kills");
	test_pointers();
	return done_testing();
}
