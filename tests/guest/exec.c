/*
 * execve: what the new program finds, what it keeps of the old one, scripts,
 * and everything that is wrong with a file. The program runs itself: "args",
 * "auxv" and so on as first argument say what to look at, and descriptor 9
 * takes the result, a bit for each thing that is right.
 * needs: root
 */
#include "tap.h"
#include <asm/ldt.h>
#include <linux/elf.h>
#include <linux/prctl.h>
#include <linux/sysinfo.h>

#define DIR	"guest-exec"
#define LONG_NAME "/a-program-with-a-long-name"

static char **envp;
static const char *self;

static void right(unsigned bits)
{
	write(9, &bits, sizeof(bits));
	_exit(0);
}

/* Run a program with descriptor 9 a pipe; what came of it, -errno if failed. */
static int run(const char *path, char **argv, char **env, void *got, int n)
{
	int fds[2], err[2], status, value = 0, sum = 0, r;
	pid_t pid;

	pipe(fds);
	pipe2(err, O_CLOEXEC);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 9);
		close(fds[0]);
		close(fds[1]);
		value = syscall(__NR_execve, path, argv, env);
		write(err[1], &value, sizeof(value));
		_exit(1);
	}
	close(fds[1]);
	close(err[1]);
	while (sum < n && (r = read(fds[0], (char *)got + sum, n - sum)) > 0)
		sum += r;
	if (read(err[0], &value, sizeof(value)) != sizeof(value))
		value = sum;
	close(fds[0]);
	close(err[0]);
	waitpid(pid, &status, 0);
	return value;
}

/* The same in few words, with the bits as result. */
static unsigned ask(const char *mode)
{
	char *argv[] = { (char *)self, (char *)mode, NULL };
	unsigned bits = 0;

	run(self, argv, envp, &bits, sizeof(bits));
	return bits;
}

static long exec_errno(const char *path)
{
	char *argv[] = { (char *)path, NULL };
	unsigned bits;

	return run(path, argv, envp, &bits, sizeof(bits));
}

static void put_file(const char *name, const void *data, size_t n, int mode)
{
	int fd;

	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	write(fd, data, n);
	close(fd);
	chmod(name, mode);
}

static void put_text(const char *name, const char *text, int mode)
{
	put_file(name, text, strlen(text), mode);
}

/* Report bits: one line for each. */
static void tell(unsigned bits, const char *const *names)
{
	int i;

	for (i = 0; names[i]; i++)
		ok(bits >> i & 1, "%s", names[i]);
}

/* ---- argv, envp, auxv ---- */

static void mode_args(int argc, char **argv)
{
	unsigned bits = 0;
	char **env = argv + argc + 1;

	bits |= argc == 5;
	bits |= (!strcmp(argv[2], "two words") && !strcmp(argv[3], "") &&
		 !strcmp(argv[4], "last") && !argv[5]) << 1;
	bits |= (!strcmp(env[0], "A=1") && !strcmp(env[1], "EMPTY=") &&
		 !strcmp(env[2], "noequals") && !env[3]) << 2;
	bits |= (((long *)argv)[-1] == argc) << 3;
	bits |= ((unsigned long)(argv - 1) % 16 == 0) << 4;
	bits |= (argv[1] == argv[0] + strlen(argv[0]) + 1 &&
		 env[0] == argv[4] + 5) << 5;
	right(bits);
}

static void test_args(void)
{
	static const char *const names[] = {
		"row 215: argc", "row 215: the arguments, also an empty one",
		"row 215: the environment", "row 215: argc lies before argv",
		"row 215: at an address that is a multiple of 16",
		"row 215: the strings lie one behind the other", NULL
	};
	char *argv[] = { "name", "args", "two words", "", "last", NULL };
	char *env[] = { "A=1", "EMPTY=", "noequals", NULL };
	unsigned bits = 0;

	run(self, argv, env, &bits, sizeof(bits));
	tell(bits, names);
}

static unsigned long *find_auxv(char **argv)
{
	char **p = argv;
	int nulls = 0;

	while (nulls < 2)
		nulls += !*p++;
	return (unsigned long *)p;
}

static unsigned long aux(unsigned long *v, unsigned long type)
{
	for (; v[0]; v += 2)
		if (v[0] == type)
			return v[1];
	return -2UL;
}

static void mode_auxv(char **argv)
{
	unsigned long *v = find_auxv(argv);
	struct elf32_phdr *ph = (void *)aux(v, AT_PHDR);
	const char *fn = (char *)aux(v, AT_EXECFN);
	unsigned long i, entry = aux(v, AT_ENTRY), loads = 0, covered = 0;
	const char *random = (char *)aux(v, AT_RANDOM);
	unsigned bits = 0;

	for (i = 0; i < aux(v, AT_PHNUM); i++)
		if (ph[i].p_type == PT_LOAD) {
			loads++;
			covered += entry - ph[i].p_vaddr < ph[i].p_memsz;
		}
	bits |= loads && aux(v, AT_PHENT) == 32;
	bits |= (covered == 1) << 1;
	bits |= (aux(v, AT_PAGESZ) == 4096) << 2;
	bits |= (aux(v, AT_UID) == getuid() && aux(v, AT_EUID) == geteuid() &&
		 aux(v, AT_GID) == getgid() && aux(v, AT_EGID) == getegid())
		<< 3;
	bits |= (aux(v, AT_SECURE) == 0) << 4;
	bits |= (aux(v, AT_CLKTCK) == 100) << 5;
	for (i = 0; i < 16 && !random[i]; i++)
		;
	bits |= (i < 16) << 6;
	bits |= !strcmp((char *)aux(v, AT_PLATFORM), "i686") << 7;
	bits |= !strcmp(fn, self) << 8;
	fn += strlen(fn) + 1;
	bits |= (!fn[0] && !fn[1] && !fn[2] && !fn[3]) << 9;
	bits |= ((aux(v, 32) == -2UL && aux(v, 33) == -2UL) || !on_fork_nw())
		<< 10;
	bits |= (aux(v, AT_HWCAP) != -2UL && aux(v, AT_FLAGS) == 0 &&
		 aux(v, AT_BASE) == 0) << 11;
	right(bits);
}

static void test_auxv(void)
{
	static const char *const names[] = {
		"row 215: PHDR, PHNUM, PHENT tell the segments",
		"row 215: ENTRY lies in one of them", "row 215: PAGESZ",
		"row 215: the ids", "row 215: SECURE is 0",
		"row 215: CLKTCK is 100", "row 215: RANDOM points to 16 bytes",
		"row 215: PLATFORM", "row 215: EXECFN is the path",
		"row 215: a zero word ends the stack",
		"row 215: no SYSINFO without a vdso",
		"row 215: HWCAP, FLAGS, BASE", NULL
	};

	tell(ask("auxv"), names);
}

static void mode_sum(int argc, char **argv)
{
	unsigned sum = 0;
	int i;

	for (i = 2; i < argc; i++)
		sum = sum * 31 + strlen(argv[i]) + argv[i][0];
	right(sum);
}

static void test_long_args(void)
{
	static char big[101], *argv[603];
	unsigned want = 0, got = 0;
	int i;

	memset(big, 'x', 100);
	argv[0] = (char *)self;
	argv[1] = "sum";
	for (i = 2; i < 602; i++) {
		argv[i] = big + i % 90;
		want = want * 31 + strlen(argv[i]) + argv[i][0];
	}
	run(self, argv, envp, &got, sizeof(got));
	ok(got == want, "row 215: 600 arguments over many pages");
}

/* ---- what stays ---- */

#define KEEP_FD		50
#define CLOSE_FD	51

static void mode_state(char **argv)
{
	struct sigaction sa;
	struct rlimit limit;
	sigset_t set;
	stack_t ss;
	char name[16], cwd[256];
	int sig = 0, i, empty = 1;
	unsigned bits = 0;

	bits |= getpid() == atoi(argv[2]) && getppid() == atoi(argv[3]);
	bits |= (getpgrp() == atoi(argv[2]) &&
		 getsid(0) == atoi(argv[4])) << 1;
	sigprocmask(SIG_BLOCK, NULL, &set);
	bits |= (sigismember(&set, SIGUSR1) && !sigismember(&set, SIGUSR2))
		<< 2;
	sigpending(&set);
	bits |= sigismember(&set, SIGUSR1) << 3;
	sigaction(SIGUSR2, NULL, &sa);
	bits |= (sa.sa_handler == SIG_DFL) << 4;
	sigaction(SIGHUP, NULL, &sa);
	bits |= (sa.sa_handler == SIG_IGN) << 5;
	sigaction(SIGCHLD, NULL, &sa);
	bits |= (sa.sa_handler == SIG_IGN) << 6;
	bits |= (alarm(0) > 90) << 7;
	bits |= (fcntl(KEEP_FD, F_GETFD) == 0) << 8;
	bits |= (syscall(__NR_fcntl64, CLOSE_FD, F_GETFD) == -EBADF) << 9;
	getrlimit(RLIMIT_NOFILE, &limit);
	bits |= (limit.rlim_cur == 77) << 10;
	sigaltstack(NULL, &ss);
	bits |= (ss.ss_flags == SS_DISABLE) << 11;
	prctl(PR_GET_NAME, (unsigned long)name);
	bits |= !strncmp(name, "a-program-with-", 16) << 12;
	bits |= (umask(0) == 0123) << 13;
	bits |= (getcwd(cwd, sizeof(cwd)) &&
		 !strcmp(strrchr(cwd, '/'), "/" DIR)) << 14;
	prctl(PR_GET_PDEATHSIG, (unsigned long)&sig);
	bits |= (sig == SIGUSR2) << 15;
	for (i = 0; i < 20; i++) {
		struct user_desc d;

		memset(&d, 0, sizeof(d));
		d.entry_number = i;
		if (get_thread_area(&d) == 0 && d.base_addr)
			empty = 0;
	}
	bits |= empty << 16;
	bits |= (file_number("/proc/self/status", "VmLck") == 0) << 17;
	bits |= (syscall(__NR_getpriority, PRIO_PROCESS, 0) == 15) << 18;
	right(bits);
}

static int in_state(void *arg)
{
	char pid[12], ppid[12], sid[12];
	char *argv[] = { "x", "state", pid, ppid, sid, NULL };
	struct rlimit limit = { 77, 77 };
	struct user_desc d;
	stack_t ss = { 0 };
	sigset_t set;
	int fd;

	dup2((int)(long)arg, 9);
	setpgid(0, 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	snprintf(ppid, sizeof(ppid), "%d", getppid());
	snprintf(sid, sizeof(sid), "%d", getsid(0));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_SETMASK, &set, NULL);
	raise(SIGUSR1);
	signal(SIGUSR2, (void *)in_state);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	alarm(100);
	fd = open(self, O_RDONLY);
	dup2(fd, KEEP_FD);
	dup2(fd, CLOSE_FD);
	fcntl(CLOSE_FD, F_SETFD, FD_CLOEXEC);
	setrlimit(RLIMIT_NOFILE, &limit);
	ss.ss_sp = malloc(16384);
	ss.ss_size = 16384;
	sigaltstack(&ss, NULL);
	umask(0123);
	chdir(DIR);
	prctl(PR_SET_PDEATHSIG, SIGUSR2);
	memset(&d, 0, sizeof(d));
	d.entry_number = -1;
	d.base_addr = (unsigned long)ss.ss_sp;
	d.limit = 0xfffff;
	d.seg_32bit = d.limit_in_pages = d.useable = 1;
	set_thread_area(&d);
	syscall(__NR_mlock, ss.ss_sp, 4096);
	nice(5);
	execve("." LONG_NAME, argv, envp);
	return 1;
}

static void test_state(void)
{
	static const char *const names[] = {
		"row 215: exec keeps pid and ppid", "row 215: group, session",
		"row 26: the mask", "row 25: pending signals",
		"row 27: handlers become the default", "row 27: ignored stays",
		"row 124: also SIGCHLD", "row 28: the alarm stays",
		"row 37: a plain descriptor stays",
		"row 37: FD_CLOEXEC is closed", "row 17: limits stay",
		"row 113: the alternate stack is gone",
		"row 228: the name is the file's, 15 letters",
		"row 39: the umask stays", "row 39: the directory stays",
		"row 147: so does the death signal",
		"row 77: no TLS slot is set", "row 181: no memory is locked",
		"row 117: the nice value stays", NULL
	};
	unsigned bits = 0;
	int fds[2];

	symlink(self, DIR LONG_NAME);
	pipe(fds);
	in_child(in_state, (void *)(long)fds[1]);
	close(fds[1]);
	read(fds[0], &bits, sizeof(bits));
	close(fds[0]);
	tell(bits, names);
}

/* ---- a program made by hand ---- */

/* It writes its registers to descriptor 9 and exits. */
extern const char blob[], blob_end[];
__asm__(
	".section .rodata\n"
	"blob:\n\t"
	"pushfl\n\t"
	"pushal\n\t"
	"pushl %gs\n\t"
	"pushl %fs\n\t"
	"pushl %es\n\t"
	"pushl %ds\n\t"
	"pushl %ss\n\t"
	"movl $4, %eax\n\t"
	"movl $9, %ebx\n\t"
	"movl %esp, %ecx\n\t"
	"movl $56, %edx\n\t"
	"int $0x80\n\t"
	"movl $1, %eax\n\t"
	"xorl %ebx, %ebx\n\t"
	"int $0x80\n"
	"blob_end: .fill 64, 1, 0xf4\n"
	".text\n");

struct registers {
	unsigned ss, ds, es, fs, gs, edi, esi, ebp, esp, ebx, edx, ecx, eax,
		 eflags;
};

struct image {
	struct elf32_hdr h;
	struct elf32_phdr p[4];
	char code[256];
};

#define BASE	0x08048000

static void make_image(struct image *m)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->h.e_ident, "\177ELF\1\1\1", 7);
	m->h.e_type = ET_EXEC;
	m->h.e_machine = EM_386;
	m->h.e_version = 1;
	m->h.e_entry = BASE + (unsigned)((char *)m->code - (char *)m);
	m->h.e_phoff = sizeof(m->h);
	m->h.e_ehsize = sizeof(m->h);
	m->h.e_phentsize = sizeof(m->p[0]);
	m->h.e_phnum = 1;
	m->p[0].p_type = PT_LOAD;
	m->p[0].p_vaddr = m->p[0].p_paddr = BASE;
	m->p[0].p_filesz = m->p[0].p_memsz = sizeof(*m);
	m->p[0].p_flags = PF_R | PF_X;
	m->p[0].p_align = 4096;
	memset(m->code, 0xf4, sizeof(m->code));		/* hlt: SIGSEGV */
	memcpy(m->code, blob, blob_end - blob);
}

static const char *hand = DIR "/hand";

static void test_registers(void)
{
	struct registers r;
	struct image m;
	char *argv[] = { "hand", NULL };

	make_image(&m);
	put_file(hand, &m, sizeof(m), 0700);
	memset(&r, 0x55, sizeof(r));
	is(run(hand, argv, envp, &r, sizeof(r)), (int)sizeof(r),
	   "row 216: a program made by hand runs");
	ok(r.edx == 0, "row 216: edx is 0");
	ok(!(r.eax | r.ebx | r.ecx | r.esi | r.edi | r.ebp),
	   "row 216: and so are the others");
	is(r.eflags & ~2, 0x200, "row 216: eflags are clear");
	is((r.esp + 4) % 16, 0, "row 215: esp is a multiple of 16");
	ok(r.fs == 0 && r.gs == 0, "row 77: fs and gs are 0");
	ok(r.ds == r.ss && r.es == r.ss && (r.ss & 3) == 3,
	   "row 216: ds, es and ss are the user's data");
}

/* Run a hand-made image: its errno, RAN, or -1000 minus the signal. */
#define RAN	56

static int try_image(const void *m, size_t n)
{
	struct registers r;
	char *argv[] = { "hand", NULL };
	int got;

	put_file(hand, m, n, 0700);
	got = run(hand, argv, envp, &r, sizeof(r));
	return got;
}

static void test_malformed(void)
{
	struct image m;

#define REFUSED(text, change)						\
	make_image(&m);							\
	change;								\
	is(try_image(&m, sizeof(m)), -ENOEXEC, "1.4.6: " text ": ENOEXEC")
#define DIES(text, change)						\
	make_image(&m);							\
	change;								\
	ok(try_image(&m, sizeof(m)) != RAN, "1.4.6: " text ": no such program")
#define SURVIVED(text, change)						\
	make_image(&m);							\
	change;								\
	ok(try_image(&m, sizeof(m)) <= RAN, "1.4.6: " text ": survived")

	make_image(&m);
	is(try_image(&m, sizeof(m)), RAN, "1.4.6: the unchanged file runs");
	REFUSED("bad magic", m.h.e_ident[0] = 'X');
	REFUSED("an object file", m.h.e_type = 1);
	REFUSED("a core file", m.h.e_type = 4);
	REFUSED("another machine", m.h.e_machine = 40);
	REFUSED("a wrong size of segment headers", m.h.e_phentsize = 31);
	REFUSED("no segments", m.h.e_phnum = 0);
	REFUSED("65535 segments", m.h.e_phnum = 65535);
	REFUSED("segment headers beyond the file", m.h.e_phoff = 0x10000);
	REFUSED("segment headers at the end of numbers",
		m.h.e_phoff = 0xfffffff0);
	REFUSED("cut segment headers", m.h.e_phoff = sizeof(m) - 16);
	make_image(&m);
	is(try_image(&m, 3), -ENOEXEC, "1.4.6: a file of 3 bytes: ENOEXEC");
	is(try_image(&m, 20), -ENOEXEC, "1.4.6: of 20 bytes: ENOEXEC");
	is(try_image(&m, sizeof(m.h)), -ENOEXEC,
	   "1.4.6: of a header only: ENOEXEC");
	is(try_image(&m, 0), -ENOEXEC, "1.4.6: an empty file: ENOEXEC");

	DIES("entry at 0", m.h.e_entry = 0);
	DIES("entry above 3 GiB", m.h.e_entry = 0xc0000000);
	DIES("entry nowhere", m.h.e_entry = 0x50000000);
	DIES("more in the file than in memory", m.p[0].p_memsz = 16);
	DIES("nothing to load", m.p[0].p_type = 4);
	DIES("an offset and an address that do not fit",
	     m.p[0].p_offset = 16);
	DIES("contents beyond the file", m.p[0].p_offset = 0x100000);
	DIES("a segment at the end of memory",
	     m.p[0].p_vaddr = 0xfffff000; m.h.e_entry = m.p[0].p_vaddr +
	     sizeof(m) - sizeof(m.code));
	DIES("a segment that wraps around",
	     m.p[0].p_memsz = m.p[0].p_filesz = 0xfffff000);
	DIES("a second segment that wraps around", m.h.e_phnum = 2;
	     m.p[1] = m.p[0]; m.p[1].p_vaddr = 0xbffff000;
	     m.p[1].p_memsz = 0x80000000);
	DIES("a missing interpreter", m.h.e_phnum = 2; m.p[1] = m.p[0];
	     m.p[1].p_type = PT_INTERP; m.p[1].p_filesz = 8;
	     m.p[1].p_offset = sizeof(m) - 16;
	     memcpy(m.code + sizeof(m.code) - 16, "/nodir/", 8));
	DIES("an interpreter without end", m.h.e_phnum = 2; m.p[1] = m.p[0];
	     m.p[1].p_type = PT_INTERP; m.p[1].p_filesz = 8);
	SURVIVED("a segment above 3 GiB", m.h.e_phnum = 2;
		 m.p[1] = m.p[0]; m.p[1].p_vaddr = 0xc0100000;
		 m.p[1].p_flags = PF_R | PF_W);
	SURVIVED("a segment across 3 GiB", m.h.e_phnum = 2;
		 m.p[1] = m.p[0]; m.p[1].p_vaddr = 0xbffff000;
		 m.p[1].p_memsz = 0x10000; m.p[1].p_flags = PF_R | PF_W);
	SURVIVED("a segment of 2 GiB", m.p[0].p_memsz = 0x80000000;
		 m.p[0].p_flags = 7);
	SURVIVED("overlapping segments", m.h.e_phnum = 2; m.p[1] = m.p[0];
		 m.p[1].p_flags = 7; m.p[1].p_memsz = 8192);
	SURVIVED("segments in falling order", m.h.e_phnum = 2;
		 m.p[1] = m.p[0]; m.p[0].p_vaddr += 0x100000);
	SURVIVED("a segment at 0", m.h.e_phnum = 2;
		 m.p[1] = m.p[0]; m.p[1].p_vaddr = 0);
	SURVIVED("an empty segment", m.h.e_phnum = 2; m.p[1] = m.p[0];
		 m.p[1].p_filesz = m.p[1].p_memsz = 0;
		 m.p[1].p_vaddr += 0x10000);
	SURVIVED("a relocatable program", m.h.e_type = ET_DYN);
	SURVIVED("the class of 64 bits", m.h.e_ident[4] = 2);
}

static unsigned seed = 4242;

static unsigned next_random(void)
{
	seed = seed * 1103515245 + 12345;
	return seed >> 8;
}

static void test_fuzz(void)
{
	static const unsigned odd[] = {
		0, 1, 2, 4095, 4096, 4097, 0x7fffffff, 0x80000000, 0xbfffffff,
		0xc0000000, 0xfffff000, 0xffffffff, BASE, BASE + 4096, 7, 6
	};
	struct sysinfo before, after;
	struct image m;
	unsigned *word;
	int i, n, good = 0;

	for (i = 0; i < 300; i++) {
		if (i == 20)
			syscall(__NR_sysinfo, &before);
		make_image(&m);
		m.h.e_phnum = 1 + next_random() % 4;
		m.p[1] = m.p[2] = m.p[3] = m.p[0];
		for (n = 1; n < 4; n++) {
			m.p[n].p_vaddr += n * 0x10000;
			m.p[n].p_flags = PF_R | PF_W;
		}
		for (n = next_random() % 3; n >= 0; n--) {
			word = (unsigned *)m.p + next_random() % 32;
			*word = next_random() % 4 ? odd[next_random() % 16] :
				next_random() << 8;
		}
		good += try_image(&m, sizeof(m)) <= RAN;
	}
	syscall(__NR_sysinfo, &after);
	is(good, 300, "1.4.6: 300 files with damaged segment headers");
	ok(!on_fork_nw() || before.freeram - after.freeram + 32 < 64,
	   "row 186: and no page lost");
}

/* ---- scripts ---- */

static void mode_script(int argc, char **argv)
{
	right((argc == 4) | !strcmp(argv[1], "script one two") << 1 |
	      (argc > 3 && !strcmp(argv[2], DIR "/script")) << 2 |
	      (argc > 3 && !strcmp(argv[3], "three")) << 3 |
	      !strcmp(argv[0], self) << 4);
}

static void mode_plain(int argc, char **argv)
{
	right((argc == 2) | !strcmp(argv[0], self) << 1 |
	      !strcmp(argv[1], DIR "/script") << 2);
}

static void test_scripts(void)
{
	static const char *const names[] = {
		"1.4.7: a script: its arguments",
		"1.4.7: one optional argument, with its spaces",
		"1.4.7: then the script's path", "1.4.7: then the caller's",
		"1.4.7: argv[0] is the interpreter", NULL
	};
	static const char *const plain[] = {
		"1.4.7: a script without argument or newline",
		"1.4.7: argv[0] is the interpreter",
		"1.4.7: argv[1] the script", NULL
	};
	char *argv[] = { "ignored", "three", NULL };
	char *none[] = { "ignored", NULL };
	const char *script = DIR "/script";
	char text[400];
	unsigned bits = 0;

	snprintf(text, sizeof(text), "#! \t%s script one two \nrest\n", self);
	put_text(script, text, 0700);
	run(script, argv, envp, &bits, sizeof(bits));
	tell(bits, names);
	snprintf(text, sizeof(text), "#!%s", self);
	put_text(script, text, 0700);
	bits = 0;
	run(script, none, envp, &bits, sizeof(bits));
	tell(bits, plain);

	put_text(script, "#!/nonexistent\n", 0700);
	is(exec_errno(script), -ENOENT, "1.4.7: no interpreter: ENOENT");
	put_text(script, "#!/tmp\n", 0700);
	is(exec_errno(script), -EACCES, "1.4.7: a directory: EACCES");
	put_text(DIR "/data", "data", 0600);
	put_text(script, "#!" DIR "/data\n", 0700);
	is(exec_errno(script), -EACCES, "1.4.7: not executable: EACCES");
	put_text(script, "#!\n", 0700);
	is(exec_errno(script), -ENOEXEC, "1.4.7: no name: ENOEXEC");
	put_text(script, "#!  \t \n", 0700);
	is(exec_errno(script), -ENOEXEC, "1.4.7: only spaces: ENOEXEC");
	put_text(script, "echo hello\n", 0700);
	is(exec_errno(script), -ENOEXEC, "1.4.7: no #!: ENOEXEC");
	put_text(script, "#!" DIR "/script\n", 0700);
	is(exec_errno(script), -ELOOP, "1.4.7: its own interpreter: ELOOP");
	memset(text, '/', sizeof(text));
	memcpy(text, "#!", 2);
	put_file(script, text, sizeof(text), 0700);
	ok(exec_errno(script) < 0, "1.4.7: a line too long");
}

/* ---- errors ---- */

static int as_user(void *arg)
{
	(void)arg;
	chdir(DIR);
	setgid(1000);
	setuid(1000);
	return exec_errno("private") != -EACCES ||
	       exec_errno("public") != -ENOENT;
}

static void test_errors(void)
{
	static char name[5000], *argv[80];
	char *bad[] = { "x", (char *)1, NULL };
	char *fine[] = { "x", NULL };
	int fd, i;

	is(exec_errno(DIR "/none"), -ENOENT, "1.4.6: ENOENT");
	is(exec_errno(""), -ENOENT, "1.4.6: an empty name: ENOENT");
	is(exec_errno(DIR), -EACCES, "1.4.6: a directory: EACCES");
	put_text(DIR "/data", "data", 0644);
	is(exec_errno(DIR "/data"), -EACCES,
	   "1.4.6: not executable: EACCES even for root");
	is(exec_errno(DIR "/data/x"), -ENOTDIR, "1.4.6: ENOTDIR");
	is(exec_errno("/dev/null"), -EACCES, "1.4.6: a device: EACCES");
	memset(name, 'n', sizeof(name) - 1);
	is(exec_errno(name), -ENAMETOOLONG, "1.4.6: ENAMETOOLONG");
	memcpy(name, DIR "/", sizeof(DIR));
	name[sizeof(DIR) + 256] = 0;
	is(exec_errno(name), -ENAMETOOLONG, "1.4.6: one part too long");
	symlink("loop", DIR "/loop");
	is(exec_errno(DIR "/loop"), -ELOOP, "1.4.6: ELOOP");
	put_text(DIR "/private", "#!/nonexistent\n", 0700);
	put_text(DIR "/public", "#!/nonexistent\n", 0755);
	is(in_child(as_user, NULL), 0, "1.4.6: another's file: EACCES");

	is(run((char *)1, fine, envp, &i, 4), -EFAULT, "1.4.6: a bad name");
	is(run(self, (char **)1, envp, &i, 4), -EFAULT, "1.4.6: a bad argv");
	is(run(self, bad, envp, &i, 4), -EFAULT, "1.4.6: a bad argument");
	is(run(self, fine, bad, &i, 4), -EFAULT, "1.4.6: a bad environment");

	for (i = 0; i < 79; i++) {
		if (i == 0) {
			argv[0] = malloc(120000);
			memset(argv[0], 'a', 119999);
			argv[0][119999] = 0;
		}
		argv[i] = argv[0];
	}
	argv[79] = NULL;
	is(run(self, argv, envp, &i, 4), -E2BIG, "1.4.6: E2BIG");
	free(argv[0]);
	argv[0] = malloc(300000);
	memset(argv[0], 'a', 299999);
	argv[0][299999] = 0;
	argv[1] = NULL;
	is(run(self, argv, envp, &i, 4), -E2BIG, "1.4.6: one string: E2BIG");
	free(argv[0]);

	fd = open(hand, O_RDWR);
	is(exec_errno(hand), -ETXTBSY, "1.4.6: open for writing: ETXTBSY");
	close(fd);
	is(syscall(__NR_open, self, O_RDWR), -ETXTBSY,
	   "1.4.6: a running program cannot be written: ETXTBSY");
}

static int failed_exec(void *arg)
{
	int fds[2];

	(void)arg;
	pipe2(fds, O_CLOEXEC);
	signal(SIGUSR1, (void *)failed_exec);
	execve(DIR "/none", (char *[]){ "x", NULL }, envp);
	execve(DIR "/data", (char *[]){ "x", NULL }, envp);
	return write(fds[1], "x", 1) != 1 ||
	       signal(SIGUSR1, SIG_DFL) != (void *)failed_exec;
}

/* ---- with clone ---- */

static pid_t start(unsigned long flags, const char *mode, int *go)
{
	pid_t pid = clone_raw(flags, NULL, NULL, NULL, NULL);

	if (!pid) {
		dup2(go[0], 8);
		dup2(go[1], 9);
		execve("/proc/self/exe", (char *[]){ "x", (char *)mode, NULL },
		       envp);
		_exit(1);
	}
	return pid;
}

/* Says that it runs, and ends when its parent wants that. */
static void mode_wait(void)
{
	char c;

	write(9, "r", 1);
	read(8, &c, 1);
	_exit(5);
}

static void test_clone(void)
{
	int to[2], from[2], go[2], status = 0;
	pid_t pid;
	char c;

	pipe(to);
	pipe(from);
	go[0] = to[0];
	go[1] = from[1];
	signal(SIGUSR1, SIG_IGN);
	pid = start(SIGUSR1, "wait", go);
	read(from[0], &c, 1);
	is(syscall(__NR_setpgid, pid, pid), -EACCES,
	   "row 151: setpgid after exec: EACCES");
	write(to[1], "x", 1);
	is(waitpid(pid, &status, 0), pid,
	   "row 60: after exec a plain waitpid reaps");
	is(status, 5 << 8, "row 60: the status");

	fcntl(to[1], F_SETFD, FD_CLOEXEC);
	pid = start(CLONE_FILES | SIGCHLD, "wait", go);
	read(from[0], &c, 1);
	is(write(to[1], "x", 1), 1,
	   "row 36: FD_CLOEXEC does not close a sharer's descriptor");
	waitpid(pid, &status, 0);
	is(status, 5 << 8, "row 36: the program read from it");
	signal(SIGUSR1, SIG_DFL);
}

static void clean(void)
{
	unlink(DIR LONG_NAME);
	unlink(DIR "/hand");
	unlink(DIR "/script");
	unlink(DIR "/data");
	unlink(DIR "/loop");
	unlink(DIR "/private");
	unlink(DIR "/public");
	rmdir(DIR);
}

int main(int argc, char **argv, char **env)
{
	struct rlimit none = { 0, 0 };
	char path[256];
	int n;

	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = 0;
	self = path;
	envp = env;
	if (argc > 1 && !strcmp(argv[1], "args"))
		mode_args(argc, argv);
	if (argc > 1 && !strcmp(argv[1], "auxv"))
		mode_auxv(argv);
	if (argc > 1 && !strcmp(argv[1], "sum"))
		mode_sum(argc, argv);
	if (argc > 1 && !strcmp(argv[1], "state"))
		mode_state(argv);
	if (argc > 1 && !strcmp(argv[1], "wait"))
		mode_wait();
	if (argc > 1 && !strncmp(argv[1], "script", 6))
		mode_script(argc, argv);
	if (argc > 1 && !strcmp(argv[1], DIR "/script"))
		mode_plain(argc, argv);
	setrlimit(RLIMIT_CORE, &none);
	clean();
	mkdir(DIR, 0755);
	test_args();
	test_auxv();
	test_long_args();
	test_state();
	test_registers();
	test_malformed();
	test_fuzz();
	test_scripts();
	test_errors();
	is(in_child(failed_exec, NULL), 0,
	   "row 107: a failed exec changes nothing");
	test_clone();
	clean();
	return done_testing();
}
