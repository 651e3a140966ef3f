// SPDX-License-Identifier: GPL-2.0
/* kinds/attr_table.c - the attributes of threads, and how each is told. */

#include <linux/freezer.h>
#include <linux/ioprio.h>
#include <linux/iocontext.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "attr.h"
#include "compat/attr.h"
#include "compat/task.h"
#include "kind.h"

/* A disk answers sooner; criu waits for ten. */
#define CKPT_ASLEEP_SECONDS	2

/* ---- of its own, where CRIU looks at the leader alone ---- */

static bool ckpt_attr_files(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			    struct task_struct *thread, u64 *value)
{
	const void *its = READ_ONCE(thread->files), *leaders = READ_ONCE(attrs->leader->files);

	return its && leaders && its != leaders;
}

static bool ckpt_attr_fs(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			 struct task_struct *thread, u64 *value)
{
	const void *its = READ_ONCE(thread->fs), *leaders = READ_ONCE(attrs->leader->fs);

	return its && leaders && its != leaders;
}

static bool ckpt_attr_ns(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			 struct task_struct *thread, u64 *value)
{
	struct ckpt_spaces its;

	if (READ_ONCE(thread->nsproxy) == READ_ONCE(attrs->leader->nsproxy) ||
	    !attrs->spaces.ns[CKPT_NS_NET] || !ckpt_ns_of(thread, &its))
		return false;
	return its.ns[attr->num] != attrs->spaces.ns[attr->num];
}

/* ---- scheduling ---- */

static bool ckpt_attr_policy(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			     struct task_struct *thread, u64 *value)
{
	*value = READ_ONCE(thread->policy);
	return *value >= SCHED_DEADLINE;
}

/* CPUs that a thread in no particular cpuset has unless somebody chooses. */
static bool ckpt_cpus_chosen(const struct cpumask *cpus)
{
	const struct cpumask *usual = housekeeping_cpumask(CKPT_HK_DOMAIN);
	unsigned int cpu;

	for_each_cpu_and(cpu, cpu_active_mask, usual)
		if (!cpumask_test_cpu(cpu, cpus))
			return true;
	return false;
}

/* What the first such thread has is copied for the report. */
static bool ckpt_attr_cpus(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			   struct task_struct *thread, u64 *value)
{
	/* Most may use them all. */
	if (!ckpt_cpus_chosen(&thread->cpus_mask) || !ckpt_cpus_by_user(thread))
		return false;
	if (cpumask_empty(&attrs->cpus))
		cpumask_copy(&attrs->cpus, &thread->cpus_mask);
	return true;
}

static bool ckpt_attr_mempolicy(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
				struct task_struct *thread, u64 *value)
{
#ifdef CONFIG_NUMA
	return READ_ONCE(thread->mempolicy);
#else
	return false;
#endif
}

static bool ckpt_attr_ioprio(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			     struct task_struct *thread, u64 *value)
{
#ifdef CONFIG_BLOCK
	if (!READ_ONCE(thread->io_context))
		return false;
	task_lock(thread);
	if (thread->io_context)
		*value = thread->io_context->ioprio;
	task_unlock(thread);
#endif
	return IOPRIO_PRIO_CLASS(*value) != IOPRIO_CLASS_NONE;
}

/* Threads of real-time policies have none. */
static bool ckpt_attr_slack(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			    struct task_struct *thread, u64 *value)
{
	*value = READ_ONCE(thread->timer_slack_ns);
	return *value && *value != attrs->slack;
}

/* ---- what prctl(2) and its like set ---- */

static bool ckpt_attr_personality(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
				  struct task_struct *thread, u64 *value)
{
	*value = READ_ONCE(thread->personality);
	return *value;
}

static bool ckpt_attr_pdeathsig(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
				struct task_struct *thread, u64 *value)
{
	*value = READ_ONCE(thread->pdeath_signal);
	return *value && attrs->root == (attr->rule == CKPT_TASK_PDEATHSIG_ROOT);
}

static bool ckpt_attr_compat_robust(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
				    struct task_struct *thread, u64 *value)
{
	return !ckpt_task_is_compat(thread) && ckpt_task_compat_robust(thread);
}

static bool ckpt_attr_io_uring(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			       struct task_struct *thread, u64 *value)
{
	*value = ckpt_task_registered_rings(thread);
	return *value;
}

#ifdef CONFIG_UCLAMP_TASK
static bool ckpt_attr_uclamp(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			     struct task_struct *thread, u64 *value)
{
	const struct uclamp_se *clamp = &thread->uclamp_req[attr->num];

	*value = clamp->value;
	return clamp->user_defined;
}
#endif

/* A bit of task_struct.flags. */
static bool ckpt_attr_flag(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			   struct task_struct *thread, u64 *value)
{
	return READ_ONCE(thread->flags) & attr->num;
}

static bool ckpt_attr_speculation(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
				  struct task_struct *thread, u64 *value)
{
	return task_spec_ssb_disable(thread) || task_spec_ssb_noexec(thread) ||
	       task_spec_ib_disable(thread);
}

static bool ckpt_attr_rseq(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			   struct task_struct *thread, u64 *value)
{
	return ckpt_task_has_rseq(thread);
}

static bool ckpt_attr_rseq_no_conf(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
				   struct task_struct *thread, u64 *value)
{
	return !ckpt_kernel_has_rseq_conf() && ckpt_task_has_rseq(thread);
}

/* Is it kept so long from taking a signal that criu may give up?  A vfork has its own rule. */
static bool ckpt_attr_asleep(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			     struct task_struct *thread, u64 *value)
{
	if (attrs->vforks || freezing(attrs->leader))
		return false;
	*value = ckpt_thread_asleep(thread);
	return *value >= CKPT_ASLEEP_SECONDS;
}

/* ---- of the processor ---- */

static bool ckpt_attr_arch(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			   struct task_struct *thread, u64 *value)
{
	return ckpt_task_has_arch(thread, attr->num);
}

#define CKPT_NS_ROW(which, name) \
	{ CKPT_THREAD_PRIVATE_NS, ckpt_attr_ns, "ns", name, CKPT_NS_##which }

const struct ckpt_attr ckpt_attr_table[] = {
	{ CKPT_TASK_UNINTERRUPTIBLE, ckpt_attr_asleep, "seconds", .transient = true },
	{ CKPT_THREAD_PRIVATE_FILES, ckpt_attr_files },
	{ CKPT_THREAD_PRIVATE_FS, ckpt_attr_fs },
	CKPT_NS_ROW(NET, "net"),
	CKPT_NS_ROW(IPC, "ipc"),
	CKPT_NS_ROW(UTS, "uts"),
	CKPT_NS_ROW(MNT, "mnt"),
	CKPT_NS_ROW(CGROUP, "cgroup"),
	CKPT_NS_ROW(TIME, "time"),
	{ CKPT_TASK_SCHED_DEADLINE, ckpt_attr_policy, "policy" },
	{ CKPT_TASK_CPU_AFFINITY, ckpt_attr_cpus },
	{ CKPT_TASK_PERSONALITY, ckpt_attr_personality, "value" },
	{ CKPT_TASK_TIMERSLACK, ckpt_attr_slack, "ns" },
	{ CKPT_TASK_IOPRIO, ckpt_attr_ioprio, "ioprio" },
#ifdef CONFIG_UCLAMP_TASK
	{ CKPT_TASK_UCLAMP, ckpt_attr_uclamp, "min", .num = UCLAMP_MIN },
	{ CKPT_TASK_UCLAMP, ckpt_attr_uclamp, "max", .num = UCLAMP_MAX },
#endif
	{ CKPT_TASK_MEMPOLICY, ckpt_attr_mempolicy },
	{ CKPT_TASK_IOPERM, ckpt_attr_arch, .num = CKPT_ARCH_IOPERM },
	{ CKPT_TASK_SUD, ckpt_attr_arch, .num = CKPT_ARCH_SUD },
	{ CKPT_TASK_HW_BREAKPOINTS, ckpt_attr_arch, .num = CKPT_ARCH_BREAKPOINTS },
	{ CKPT_TASK_RSEQ, ckpt_attr_rseq, .quiet = true },
	{ CKPT_TASK_RSEQ_NO_CONF, ckpt_attr_rseq_no_conf, .quiet = true },
	{ CKPT_TASK_PDEATHSIG, ckpt_attr_pdeathsig, "sig" },
	{ CKPT_TASK_PDEATHSIG_ROOT, ckpt_attr_pdeathsig, "sig" },
	{ CKPT_TASK_ROBUST_LIST_COMPAT2, ckpt_attr_compat_robust },
	{ CKPT_TASK_IO_URING_REGISTERED, ckpt_attr_io_uring, "count" },
	{ CKPT_TASK_LDT_CS, ckpt_attr_arch, .num = CKPT_ARCH_LDT_CS },
	{ CKPT_TASK_PRCTL_MISC, ckpt_attr_arch, "what", "tsc", CKPT_ARCH_NOTSC },
	{ CKPT_TASK_PRCTL_MISC, ckpt_attr_flag, "what", "io-flusher", PF_LOCAL_THROTTLE },
	{ CKPT_TASK_PRCTL_MISC, ckpt_attr_flag, "what", "mce", PF_MCE_PROCESS },
	{ CKPT_TASK_PRCTL_MISC, ckpt_attr_speculation, "what", "speculation" },
};

const unsigned int ckpt_nr_attrs = ARRAY_SIZE(ckpt_attr_table);

static_assert(ARRAY_SIZE(ckpt_attr_table) <= CKPT_NR_ATTRS);
