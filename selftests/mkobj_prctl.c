// SPDX-License-Identifier: GPL-2.0
/* mkobj_prctl.c - what prctl(2), the processor and its like keep of a process. */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/io.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH	59
#define PR_SYS_DISPATCH_OFF		0
#define PR_SYS_DISPATCH_ON		1
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE			65
#define PR_MDWE_REFUSE_EXEC_GAIN	1
#endif
#ifndef PR_THP_DISABLE_EXCEPT_ADVISED
#define PR_THP_DISABLE_EXCEPT_ADVISED	(1 << 1)
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE		67
#endif

static void set(struct mkobj *m, int option, unsigned long a, unsigned long b)
{
	if (prctl(option, a, b, 0, 0))
		mkobj_lacks("%s: %m", m->c->name);
}

/* ---- processor ---- */

static void make_ldt(struct mkobj *m)
{
	struct user_desc desc = {
		.entry_number = 0, .base_addr = 0x10000, .limit = 0xfff, .seg_32bit = 1,
	};

	if (syscall(SYS_modify_ldt, 1, &desc, sizeof(desc)))
		mkobj_lacks("modify_ldt: %m");
	mkobj_key(m, "");
}

static void make_ldt_read(struct mkobj *m)
{
	char buf[64];

	(void)m;
	if (syscall(SYS_modify_ldt, 0, buf, sizeof(buf)) < 0)
		mkobj_lacks("modify_ldt: %m");
}

static void make_ioperm(struct mkobj *m)
{
	if (ioperm(0x80, 1, 1))
		mkobj_lacks("ioperm: %m");
	mkobj_key(m, "");
}

static void make_iopl(struct mkobj *m)
{
	if (iopl(3))
		mkobj_lacks("iopl: %m");
	mkobj_key(m, "");
}

static void make_ioperm_off(struct mkobj *m)
{
	(void)m;
	if (ioperm(0x80, 1, 1) || ioperm(0x80, 1, 0))
		mkobj_lacks("ioperm: %m");
}

/* Whatever stands here lets all calls pass. */
static char dispatch_allow;

static void make_sud(struct mkobj *m)
{
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &dispatch_allow))
		mkobj_lacks("syscall user dispatch: %m");
	mkobj_key(m, "");
}

static void make_sud_off(struct mkobj *m)
{
	(void)m;
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &dispatch_allow) ||
	    prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0))
		mkobj_lacks("syscall user dispatch: %m");
}

static void make_nothing(struct mkobj *m)
{
	mkobj_key(m, "pid=%d", m->target);
}

/* Seizes the target, sets (and with m->c->num 0 unsets) a breakpoint, lets it go. */
static void break_target(struct mkobj *m)
{
	int status, i;

	if (ptrace(PTRACE_SEIZE, m->target, 0, 0) ||
	    ptrace(PTRACE_INTERRUPT, m->target, 0, 0) ||
	    waitpid(m->target, &status, __WALL) != m->target)
		mkobj_fail("ptrace: %m");
	if (ptrace(PTRACE_POKEUSER, m->target, offsetof(struct user, u_debugreg[0]), 0x10000))
		mkobj_lacks("breakpoints: %m");
	for (i = 1; i >= m->c->num; i--)
		if (ptrace(PTRACE_POKEUSER, m->target, offsetof(struct user, u_debugreg[7]), i))
			mkobj_lacks("breakpoints: %m");
	if (ptrace(PTRACE_DETACH, m->target, 0, 0))
		mkobj_fail("PTRACE_DETACH: %m");
}

/* ---- registered with the kernel ---- */

/* The C library does it, unless it is told not to. */
static void make_rseq(struct mkobj *m)
{
	static struct rseq own __attribute__((aligned(32)));

	if (!__rseq_size && syscall(SYS_rseq, &own, sizeof(own), 0, RSEQ_SIG))
		mkobj_lacks("rseq: %m");
	mkobj_key(m, "");
}

/* PTRACE_GET_RSEQ_CONFIGURATION is there since 5.13. */
static void make_rseq_no_conf(struct mkobj *m)
{
	if (mkobj_kernel_since(5, 13))
		mkobj_lacks("this kernel tells criu of rseq");
	make_rseq(m);
}

static void make_rseq_conf(struct mkobj *m)
{
	if (!mkobj_kernel_since(5, 13))
		mkobj_lacks("this kernel does not tell criu of rseq");
	make_rseq(m);
}

static void make_rseq_off(struct mkobj *m)
{
	(void)m;
	if (__rseq_size && syscall(SYS_rseq, (char *)__builtin_thread_pointer() + __rseq_offset,
				   sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG))
		mkobj_fail("rseq: %m");
}

static void make_membarrier(struct mkobj *m)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0))
		mkobj_lacks("membarrier: %m");
	mkobj_key(m, "");
}

static void make_membarrier_query(struct mkobj *m)
{
	(void)m;
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0) < 0)
		mkobj_lacks("membarrier: %m");
}

/* ---- prctl(2) ---- */

static void make_pdeathsig(struct mkobj *m)
{
	set(m, PR_SET_PDEATHSIG, SIGUSR1, 0);
	mkobj_key(m, "sig=%d", SIGUSR1);
}

/* In a child: the parent comes back before it. */
static void make_pdeathsig_child(struct mkobj *m)
{
	if (mkobj_fork())
		return;
	make_pdeathsig(m);
	mkobj_pause();
}

static void make_pdeathsig_off(struct mkobj *m)
{
	set(m, PR_SET_PDEATHSIG, SIGUSR1, 0);
	set(m, PR_SET_PDEATHSIG, 0, 0);
}

static void make_subreaper(struct mkobj *m)
{
	set(m, PR_SET_CHILD_SUBREAPER, 1, 0);
	mkobj_key(m, "");
}

static void make_subreaper_off(struct mkobj *m)
{
	set(m, PR_SET_CHILD_SUBREAPER, 1, 0);
	set(m, PR_SET_CHILD_SUBREAPER, 0, 0);
}

/* m->c->num is the option; m->c->arg is what the finding calls it. */
static void make_misc(struct mkobj *m)
{
	switch (m->c->num) {
	case PR_SET_TSC:
		set(m, PR_SET_TSC, PR_TSC_SIGSEGV, 0);
		break;
	case PR_MCE_KILL:
		set(m, PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY);
		break;
	case PR_SET_SPECULATION_CTRL:
		set(m, PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_DISABLE);
		break;
	case PR_SET_THP_DISABLE:
		set(m, PR_SET_THP_DISABLE, 1, PR_THP_DISABLE_EXCEPT_ADVISED);
		break;
	default:
		set(m, m->c->num, 1, 0);
	}
	mkobj_key(m, "what=%s", m->c->arg);
}

static void make_coredump(struct mkobj *m)
{
	int fd = mkobj_try(open("/proc/self/coredump_filter", O_WRONLY), "coredump_filter");

	mkobj_try(write(fd, "0x7f", 4), "write");
	close(fd);
	mkobj_key(m, "what=%s", m->c->arg);
}

static void make_thp_off(struct mkobj *m)
{
	set(m, PR_SET_THP_DISABLE, 1, 0);
}

static void make_flusher_off(struct mkobj *m)
{
	set(m, PR_SET_IO_FLUSHER, 1, 0);
	set(m, PR_SET_IO_FLUSHER, 0, 0);
}

#define LDT	"task-ldt-present"
#define IOPERM	"task-ioperm"
#define SUD	"task-sud"
#define BREAK	"task-hw-breakpoints"
#define RSEQ	"task-rseq"
#define RSEQ_NO	"task-rseq-no-conf"
#define BARRIER	"task-membarrier"
#define DEATH	"task-pdeathsig"
#define DEATH_ROOT	"task-pdeathsig-root"
#define REAPER	"task-subreaper"
#define MISC	"task-prctl-misc"

const struct mkobj_case mkobj_prctl_cases[] = {
	{ .name = LDT, .rule = LDT, .make = make_ldt },
	{ .name = LDT ".miss", .rule = LDT, .make = make_ldt_read },
	{ .name = IOPERM, .rule = IOPERM, .make = make_ioperm },
	{ .name = IOPERM ".iopl", .rule = IOPERM, .make = make_iopl },
	{ .name = IOPERM ".miss", .rule = IOPERM, .make = make_ioperm_off },
	{ .name = SUD, .rule = SUD, .make = make_sud },
	{ .name = SUD ".miss", .rule = SUD, .make = make_sud_off },
	{ .name = BREAK, .rule = BREAK, .make = make_nothing, .finish = break_target, .num = 1 },
	{ .name = BREAK ".miss", .rule = BREAK, .finish = break_target },
	{ .name = RSEQ, .rule = RSEQ, .make = make_rseq, .flags = "view=each,also=" RSEQ_NO },
	{ .name = RSEQ ".miss", .rule = RSEQ, .make = make_rseq_off, .flags = "view=each" },
	{ .name = RSEQ_NO, .rule = RSEQ_NO, .make = make_rseq_no_conf,
	  .flags = "view=each,also=" RSEQ },
	{ .name = RSEQ_NO ".miss", .rule = RSEQ_NO, .make = make_rseq_conf },
	{ .name = RSEQ_NO ".miss-off", .rule = RSEQ_NO, .make = make_rseq_off },
	{ .name = BARRIER, .rule = BARRIER, .make = make_membarrier },
	{ .name = BARRIER ".miss", .rule = BARRIER, .make = make_membarrier_query },
	{ .name = DEATH, .rule = DEATH, .make = make_pdeathsig_child },
	{ .name = DEATH ".miss", .rule = DEATH, .make = make_pdeathsig_off },
	{ .name = DEATH_ROOT, .rule = DEATH_ROOT, .make = make_pdeathsig },
	{ .name = DEATH_ROOT ".miss", .rule = DEATH_ROOT, .make = make_pdeathsig_child,
	  .flags = "also=" DEATH },
	{ .name = REAPER, .rule = REAPER, .make = make_subreaper },
	{ .name = REAPER ".miss", .rule = REAPER, .make = make_subreaper_off },
	{ .name = MISC, .rule = MISC, .make = make_misc, .num = PR_SET_TSC, .arg = "tsc" },
	{ .name = MISC ".io-flusher", .rule = MISC, .make = make_misc,
	  .num = PR_SET_IO_FLUSHER, .arg = "io-flusher" },
	{ .name = MISC ".mce", .rule = MISC, .make = make_misc, .num = PR_MCE_KILL,
	  .arg = "mce" },
	{ .name = MISC ".speculation", .rule = MISC, .make = make_misc,
	  .num = PR_SET_SPECULATION_CTRL, .arg = "speculation" },
	{ .name = MISC ".mdwe", .rule = MISC, .make = make_misc, .num = PR_SET_MDWE,
	  .arg = "mdwe" },
	{ .name = MISC ".merge", .rule = MISC, .make = make_misc, .num = PR_SET_MEMORY_MERGE,
	  .arg = "memory-merge" },
	{ .name = MISC ".thp", .rule = MISC, .make = make_misc, .num = PR_SET_THP_DISABLE,
	  .arg = "thp-except-advised" },
	{ .name = MISC ".coredump", .rule = MISC, .make = make_coredump,
	  .arg = "coredump-filter" },
	{ .name = MISC ".miss", .rule = MISC, .make = make_thp_off },
	{ .name = MISC ".miss-flusher", .rule = MISC, .make = make_flusher_off },
	{ }
};
