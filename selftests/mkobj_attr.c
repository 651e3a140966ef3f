// SPDX-License-Identifier: GPL-2.0
/* mkobj_attr.c - attributes of processes and of single threads that CRIU does not save. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

/* ---- scheduling ---- */

/* The kernel's sched_attr in its second form; its own header has what sched.h has as well. */
struct policy {
	unsigned int size;
	unsigned int sched_policy;
	unsigned long long sched_flags;
	int sched_nice;
	unsigned int sched_priority;
	unsigned long long sched_runtime;
	unsigned long long sched_deadline;
	unsigned long long sched_period;
	unsigned int util_min;
	unsigned int util_max;
};

static int set_policy(const struct policy *attr)
{
	return syscall(SYS_sched_setattr, 0, attr, 0);
}

static void make_deadline(struct mkobj *m)
{
	const struct policy attr = {
		.size = sizeof(attr), .sched_policy = SCHED_DEADLINE,
		.sched_runtime = 10000000, .sched_deadline = 100000000, .sched_period = 100000000,
	};

	if (set_policy(&attr))
		mkobj_lacks("SCHED_DEADLINE: %m");
	mkobj_key(m, "policy=%d", SCHED_DEADLINE);
}

static void make_fifo(struct mkobj *m)
{
	const struct policy attr = {
		.size = sizeof(attr), .sched_policy = SCHED_FIFO, .sched_priority = 1,
	};

	(void)m;
	if (set_policy(&attr))
		mkobj_lacks("SCHED_FIFO: %m");
}

/* The CPUs that there are, without the last one. */
static void make_affinity(struct mkobj *m)
{
	cpu_set_t cpus;
	int last = CPU_SETSIZE - 1;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	if (CPU_COUNT(&cpus) < 2)
		mkobj_lacks("one CPU only");
	while (!CPU_ISSET(last, &cpus))
		last--;
	CPU_CLR(last, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		mkobj_fail("sched_setaffinity: %m");
	if (last == 1)
		mkobj_key(m, "cpus=0");
	else
		mkobj_key(m, "");
}

/* It chooses, and then may use all of them again. */
static void make_affinity_all(struct mkobj *m)
{
	cpu_set_t before, cpus;

	(void)m;
	sched_getaffinity(0, sizeof(before), &before);
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) ||
	    sched_setaffinity(0, sizeof(before), &before))
		mkobj_fail("sched_setaffinity: %m");
}

static void make_mempolicy(struct mkobj *m)
{
	unsigned long nodes = 1;

	if (syscall(SYS_set_mempolicy, MPOL_INTERLEAVE, &nodes, 8 * sizeof(nodes)))
		mkobj_lacks("set_mempolicy: %m");
	mkobj_key(m, "");
}

static void make_mempolicy_default(struct mkobj *m)
{
	unsigned long nodes = 1;

	(void)m;
	if (syscall(SYS_set_mempolicy, MPOL_INTERLEAVE, &nodes, 8 * sizeof(nodes)) ||
	    syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0))
		mkobj_lacks("set_mempolicy: %m");
}

static void set_ioprio(int value)
{
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, value))
		mkobj_lacks("ioprio_set: %m");
}

static void make_ioprio(struct mkobj *m)
{
	set_ioprio(m->c->num);
	mkobj_key(m, "ioprio=%ld", m->c->num);
}

static void make_ioprio_none(struct mkobj *m)
{
	(void)m;
	set_ioprio(IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 3));
	set_ioprio(IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));
}

static void set_clamp(unsigned long long which, unsigned int value)
{
	const struct policy attr = {
		.size = sizeof(attr), .sched_flags = SCHED_FLAG_KEEP_ALL | which,
		.util_min = value, .util_max = value,
	};

	if (set_policy(&attr))
		mkobj_lacks("sched_setattr: %m");
}

static void make_clamp(struct mkobj *m)
{
	set_clamp(m->c->num, 300);
	mkobj_key(m, "%s=300", m->c->num == SCHED_FLAG_UTIL_CLAMP_MIN ? "min" : "max");
}

/* -1: as nobody has set it. */
static void make_clamp_reset(struct mkobj *m)
{
	(void)m;
	set_clamp(SCHED_FLAG_UTIL_CLAMP_MIN, 300);
	set_clamp(SCHED_FLAG_UTIL_CLAMP, -1);
}

/* ---- what prctl(2) and its like set ---- */

static void set_slack(unsigned long ns)
{
	if (prctl(PR_SET_TIMERSLACK, ns))
		mkobj_fail("PR_SET_TIMERSLACK: %m");
}

static void make_slack(struct mkobj *m)
{
	set_slack(m->c->num);
	mkobj_key(m, "ns=%ld", m->c->num);
}

/* What it has is the default of its children, and none of them has set it. */
static void make_slack_child(struct mkobj *m)
{
	make_slack(m);
	if (!mkobj_fork()) {
		mkobj_key(m, "ns=%ld", m->c->num);
		mkobj_pause();
	}
}

static void make_slack_reset(struct mkobj *m)
{
	set_slack(m->c->num);
	set_slack(0);
}

static void make_personality(struct mkobj *m)
{
	if (personality(m->c->num) < 0)
		mkobj_fail("personality: %m");
	mkobj_key(m, "value=%ld", m->c->num);
}

static void make_personality_usual(struct mkobj *m)
{
	(void)m;
	if (personality(ADDR_NO_RANDOMIZE) < 0 || personality(PER_LINUX) < 0)
		mkobj_fail("personality: %m");
}

static void limit_fsize(rlim_t limit)
{
	const struct rlimit rl = { limit, RLIM_INFINITY };

	if (setrlimit(RLIMIT_FSIZE, &rl))
		mkobj_fail("setrlimit: %m");
}

static void make_fsize(struct mkobj *m)
{
	limit_fsize(m->c->num);
	mkobj_key(m, "limit=%ld harm=target-dies", m->c->num);
}

static void make_fsize_enough(struct mkobj *m)
{
	limit_fsize(m->c->num);
}

static void make_fsize_ignored(struct mkobj *m)
{
	signal(SIGXFSZ, SIG_IGN);
	limit_fsize(m->c->num);
}

/* Its own reading of how much it has. */
static rlim_t address_space(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%lu", &pages) != 1)
		mkobj_fail("statm: %m");
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static void limit_as(struct mkobj *m)
{
	const struct rlimit rl = { address_space() + m->c->num, RLIM_INFINITY };

	if (setrlimit(RLIMIT_AS, &rl))
		mkobj_fail("setrlimit: %m");
	mkobj_key(m, "limit=%lu", (unsigned long)rl.rlim_cur);
}

static void limit_cpu(rlim_t seconds)
{
	const struct rlimit rl = { seconds, seconds };

	if (setrlimit(RLIMIT_CPU, &rl))
		mkobj_fail("setrlimit: %m");
}

/* The clock that the limit is measured with, of the calling process: it counts ticks. */
#define LIMIT_CLOCK	((clockid_t)-8)

static long used_ms(void)
{
	struct timespec used;

	if (clock_gettime(LIMIT_CLOCK, &used))
		mkobj_fail("clock_gettime: %m");
	return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* At the limit itself any tick of the clock would kill it. */
static void use_up_cpu(struct mkobj *m)
{
	limit_cpu(m->c->num);
	while (used_ms() < m->c->num * 1000 - 30)
		;
	mkobj_key(m, "limit=%ld harm=target-dies", m->c->num);
}

static void make_cpu_enough(struct mkobj *m)
{
	limit_cpu(m->c->num);
}

static void make_cpu_dead(struct mkobj *m)
{
	const struct rlimit rl = { 0, 0 };
	siginfo_t info;

	(void)m;
	if (!mkobj_fork()) {
		setrlimit(RLIMIT_CPU, &rl);
		_exit(0);
	}
	mkobj_try(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), "waitid");
}

static void ignore_trap(struct mkobj *m)
{
	signal(m->c->num, SIG_IGN);
	mkobj_key(m, "");
}

static void block_trap(struct mkobj *m)
{
	sigset_t set;

	(void)m;
	sigemptyset(&set);
	sigaddset(&set, SIGTRAP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* ---- threads ---- */

static sem_t started;

static void start_thread(struct mkobj *m, void *(*run)(void *arg))
{
	sem_init(&started, 0, 0);
	mkobj_thread(run, m);
	sem_wait(&started);
}

static void __attribute__((noreturn)) thread_ready(void)
{
	sem_post(&started);
	mkobj_pause();
}

static void *slack_thread(void *arg)
{
	struct mkobj *m = arg;

	set_slack(m->c->num);
	if (!m->value)
		m->value = syscall(SYS_gettid);
	thread_ready();
}

static void make_slack_threads(struct mkobj *m)
{
	m->value = 0;
	start_thread(m, slack_thread);
	start_thread(m, slack_thread);
	mkobj_key(m, "tid=%ld ns=%ld count=2", m->value, m->c->num);
}

static void thread_key(struct mkobj *m)
{
	mkobj_key(m, "tid=%ld%s%s", syscall(SYS_gettid), m->c->arg ? " ns=" : "",
		  m->c->arg ? m->c->arg : "");
}

/* A fd table of its own has the channel as well. */
static void *files_thread(void *arg)
{
	thread_key(arg);
	if (unshare(CLONE_FILES) || open("/dev/null", O_RDONLY) < 0)
		mkobj_fail("unshare: %m");
	close(MKOBJ_CHANNEL);
	thread_ready();
}

static void make_private_files(struct mkobj *m)
{
	start_thread(m, files_thread);
}

static void *fs_thread(void *arg)
{
	thread_key(arg);
	if (unshare(CLONE_FS) || chdir("/tmp"))
		mkobj_fail("unshare: %m");
	thread_ready();
}

static void make_private_fs(struct mkobj *m)
{
	start_thread(m, fs_thread);
}

static void *ns_thread(void *arg)
{
	struct mkobj *m = arg;

	thread_key(m);
	if (unshare(m->c->num))
		mkobj_lacks("unshare: %m");
	thread_ready();
}

static void make_private_ns(struct mkobj *m)
{
	start_thread(m, ns_thread);
}

static void *idle_thread(void *arg)
{
	(void)arg;
	thread_ready();
}

static void make_thread(struct mkobj *m)
{
	start_thread(m, idle_thread);
}

/* A process has what the other one does not. */
static void make_private_child(struct mkobj *m)
{
	(void)m;
	if (mkobj_fork())
		return;
	if (chdir("/tmp") || open("/dev/null", O_RDONLY) < 0)
		mkobj_fail("child: %m");
	mkobj_pause();
}

static void make_ns_together(struct mkobj *m)
{
	if (unshare(m->c->num))
		mkobj_lacks("unshare: %m");
	start_thread(m, idle_thread);
}

#define DEADLINE	"task-sched-deadline"
#define AFFINITY	"task-cpu-affinity"
#define MEMPOLICY	"task-mempolicy"
#define IOPRIO		"task-ioprio"
#define SLACK		"task-timerslack"
#define CLAMP		"task-uclamp"
#define PERSONALITY	"task-personality"
#define FSIZE		"task-rlimit-fsize"
#define AS		"task-rlimit-as"
#define CPU		"task-rlimit-cpu"
#define TRAP		"sig-sigtrap-ignored"
#define FILES		"thread-private-files"
#define FS		"thread-private-fs"
#define NS		"thread-private-ns"

const struct mkobj_case mkobj_attr_cases[] = {
	{ .name = AS, .rule = AS, .make = limit_as },
	{ .name = AS ".miss", .rule = AS, .make = limit_as, .num = 1 << 20 },
	{ .name = CPU, .rule = CPU, .make = use_up_cpu, .num = 1 },
	{ .name = CPU ".miss", .rule = CPU, .make = make_cpu_enough, .num = 60 },
	{ .name = CPU ".miss-dead", .rule = CPU, .make = make_cpu_dead },
	{ .name = TRAP, .rule = TRAP, .make = ignore_trap, .num = SIGTRAP },
	{ .name = TRAP ".miss", .rule = TRAP, .make = ignore_trap, .num = SIGUSR1 },
	{ .name = TRAP ".miss-blocked", .rule = TRAP, .make = block_trap },
	{ .name = FSIZE, .rule = FSIZE, .make = make_fsize, .num = 0 },
	{ .name = FSIZE ".miss", .rule = FSIZE, .make = make_fsize_enough, .num = 1 << 20 },
	{ .name = FSIZE ".miss-ignored", .rule = FSIZE, .make = make_fsize_ignored, .num = 0 },
	{ .name = DEADLINE, .rule = DEADLINE, .make = make_deadline },
	{ .name = DEADLINE ".miss", .rule = DEADLINE, .make = make_fifo },
	{ .name = AFFINITY, .rule = AFFINITY, .make = make_affinity },
	{ .name = AFFINITY ".miss", .rule = AFFINITY, .make = make_affinity_all },
	{ .name = MEMPOLICY, .rule = MEMPOLICY, .make = make_mempolicy },
	{ .name = MEMPOLICY ".miss", .rule = MEMPOLICY, .make = make_mempolicy_default },
	{ .name = IOPRIO, .rule = IOPRIO, .make = make_ioprio,
	  .num = IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 3 },
	{ .name = CLAMP, .rule = CLAMP, .make = make_clamp, .num = SCHED_FLAG_UTIL_CLAMP_MIN },
	{ .name = CLAMP ".max", .rule = CLAMP, .make = make_clamp,
	  .num = SCHED_FLAG_UTIL_CLAMP_MAX },
	{ .name = CLAMP ".miss", .rule = CLAMP, .make = make_clamp_reset },
	{ .name = IOPRIO ".miss", .rule = IOPRIO, .make = make_ioprio_none },
	{ .name = SLACK, .rule = SLACK, .make = make_slack, .num = 1 },
	{ .name = SLACK ".child", .rule = SLACK, .make = make_slack_child, .num = 1000 },
	{ .name = SLACK ".threads", .rule = SLACK, .make = make_slack_threads, .num = 7 },
	{ .name = SLACK ".miss", .rule = SLACK, .make = make_slack_reset, .num = 1 },
	{ .name = SLACK ".miss-fifo", .rule = SLACK, .make = make_fifo },
	{ .name = PERSONALITY, .rule = PERSONALITY, .make = make_personality,
	  .num = ADDR_NO_RANDOMIZE },
	{ .name = PERSONALITY ".miss", .rule = PERSONALITY, .make = make_personality_usual },
	{ .name = FILES, .rule = FILES, .make = make_private_files },
	{ .name = FILES ".miss", .rule = FILES, .make = make_private_child },
	{ .name = FS, .rule = FS, .make = make_private_fs },
	{ .name = FS ".miss", .rule = FS, .make = make_thread },
	{ .name = NS, .rule = NS, .make = make_private_ns, .num = CLONE_NEWNET, .arg = "net" },
	{ .name = NS ".uts", .rule = NS, .make = make_private_ns, .num = CLONE_NEWUTS,
	  .arg = "uts" },
	{ .name = NS ".miss", .rule = NS, .make = make_ns_together, .num = CLONE_NEWUTS },
	{ }
};
