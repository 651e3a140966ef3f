// SPDX-License-Identifier: GPL-2.0
/* kinds/attr_mm.c - attributes of the memory and of the whole process that CRIU does not save. */

#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "compat/task.h"
#include "kind.h"

/* What prctl(2) sets of a memory, and coredump_filter; bits of enum below. */
enum ckpt_mm_what {
	CKPT_MM_MDWE,
	CKPT_MM_MERGE,
	CKPT_MM_COREDUMP,
	CKPT_MM_THP,
	CKPT_NR_MM_WHATS
};

static const char * const ckpt_mm_words[CKPT_NR_MM_WHATS] = {
	[CKPT_MM_MDWE]	   = "mdwe",
	[CKPT_MM_MERGE]	   = "memory-merge",
	[CKPT_MM_COREDUMP] = "coredump-filter",
	[CKPT_MM_THP]	   = "thp-except-advised",
};

/* What is restored has the filter of criu, whose part the reader plays. */
static bool ckpt_mm_coredump_differs(const struct mm_struct *mm)
{
	int i;

	if (!current->mm)
		return false;
	for (i = 0; i < MMF_DUMP_FILTER_BITS; i++)
		if (ckpt_mm_flag(mm, MMF_DUMP_FILTER_SHIFT + i) !=
		    ckpt_mm_flag(current->mm, MMF_DUMP_FILTER_SHIFT + i))
			return true;
	return false;
}

static bool ckpt_mm_has(const struct mm_struct *mm, enum ckpt_mm_what what)
{
	switch (what) {
	case CKPT_MM_MDWE:
		return CKPT_MMF_MDWE >= 0 && ckpt_mm_flag(mm, CKPT_MMF_MDWE);
	case CKPT_MM_MERGE:
		return CKPT_MMF_MERGE >= 0 && ckpt_mm_flag(mm, CKPT_MMF_MERGE);
	case CKPT_MM_THP:
		return CKPT_MMF_THP_ADVISED >= 0 && ckpt_mm_flag(mm, CKPT_MMF_THP_ADVISED);
	default:
		return ckpt_mm_coredump_differs(mm);
	}
}

static bool ckpt_mm_membarrier(const struct mm_struct *mm)
{
#ifdef CONFIG_MEMBARRIER
	return atomic_read(&mm->membarrier_state);
#else
	return false;
#endif
}

/**
 * ckpt_attr_judge_mm() - rules about the memory as a whole, and about the process
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * May sleep.
 */
void ckpt_attr_judge_mm(struct ckpt_scan *scan, const struct ckpt_place *place,
			struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	enum ckpt_mm_what what;
	struct ckpt_finding *f;

	if (READ_ONCE(task->signal->flags) & SIGNAL_GROUP_EXIT || !mm)
		goto put;
	if (task->signal->is_child_subreaper)
		ckpt_emit(&scan->report, CKPT_TASK_SUBREAPER, place, NULL, 0);
	if (ckpt_mm_has_ldt(mm))
		ckpt_emit(&scan->report, CKPT_TASK_LDT_PRESENT, place, NULL, 0);
	if (ckpt_mm_membarrier(mm))
		ckpt_emit(&scan->report, CKPT_TASK_MEMBARRIER, place, NULL, 0);
	/* What mlockall(2) wants of memory that is still to come. */
	if (READ_ONCE(mm->def_flags) & VM_LOCKED) {
		f = ckpt_emit(&scan->report, CKPT_VMA_MADVISE_LOST, place, NULL, 0);
		ckpt_key_str(&scan->report, f, "what", "lock-future", strlen("lock-future"));
	}
	for (what = 0; what < CKPT_NR_MM_WHATS; what++) {
		if (!ckpt_mm_has(mm, what))
			continue;
		f = ckpt_emit(&scan->report, CKPT_TASK_PRCTL_MISC, place, NULL, 0);
		ckpt_key_str(&scan->report, f, "what", ckpt_mm_words[what],
			     strlen(ckpt_mm_words[what]));
	}
put:
	if (mm)
		mmput_async(mm);
}
