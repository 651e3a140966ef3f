// SPDX-License-Identifier: GPL-2.0
/* kinds/mm.c - memory mappings. */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/mempolicy.h>
#include <linux/mm.h>
#include <linux/pkeys.h>
#include <linux/mount.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "assert.h"
#include "compat/path.h"
#include "compat/vma.h"
#include "kind.h"

#define CKPT_AIO_RING_MAGIC	0xa10a10a1
#define CKPT_ZERO_MINOR		5

/* From this version on CRIU maps nothing writable that has no contents, with one exception. */
#define CKPT_SPARES_RESERVES	CKPTCHECK_VERSION(4, 0, 0)

/* Of a smaller mapping CRIU's copy of the page table is small: 8 bytes a page. */
#define CKPT_VAST		SZ_1G

/* Flags of mappings that are lost, and what they are for. */
static const struct ckpt_vma_flag {
	unsigned long flags;
	enum ckpt_rule_id rule;
	const char *what;
} ckpt_vma_flags[] = {
	{ VM_DROPPABLE, CKPT_VMA_DROPPABLE },
	{ CKPT_VM_UFFD, CKPT_VMA_UFFD },
	{ VM_LOCKONFAULT, CKPT_VMA_MADVISE_LOST, "lock-on-fault" },
};

#define CKPT_VMA_FLAGS	(VM_DROPPABLE | CKPT_VM_UFFD | VM_LOCKONFAULT)

/* Names that the kernel gives to its own mappings begin so; under mmap_lock. */
static bool ckpt_vma_is_named(struct vm_area_struct *vma, const char *begin)
{
	const char *name = vma->vm_ops && vma->vm_ops->name ? vma->vm_ops->name(vma) : NULL;

	return name && !strncmp(name, begin, strlen(begin));
}

/*
 * [vvar] and its like are VM_IO or VM_PFNMAP in every process.  CRIU knows them if they can be
 * read.
 */
static bool ckpt_vma_is_vvar(struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_READ && ckpt_vma_is_named(vma, "[vvar");
}

bool ckpt_vma_is_uprobes(struct vm_area_struct *vma)
{
	return !vma->vm_file && ckpt_vma_is_named(vma, "[uprobes]");
}

#ifdef CONFIG_X86
static bool ckpt_vma_is_above_vvar(struct vm_area_struct *vma)
{
	struct vm_area_struct *below = find_vma(vma->vm_mm, vma->vm_start - 1);

	return below && below->vm_end == vma->vm_start && ckpt_vma_is_named(below, "[vvar");
}

/* The kernel knows where it mapped [vdso], or where that was moved to. */
static bool ckpt_mm_has_vdso(struct mm_struct *mm)
{
	unsigned long at = (unsigned long)mm->context.vdso;
	struct vm_area_struct *vma = find_vma(mm, at);

	return vma && vma->vm_start <= at && ckpt_vma_is_named(vma, "[vdso]");
}

/*
 * The kernel maps the data of [vdso], [vvar], right below its code, where the code looks for it.
 * CRIU restores neither of them without the other.
 */
bool ckpt_vma_is_split(struct vm_area_struct *vma)
{
	if (ckpt_vma_is_named(vma, "[vdso]"))
		return !ckpt_vma_is_above_vvar(vma);
	return ckpt_vma_is_named(vma, "[vvar]") && !ckpt_mm_has_vdso(vma->vm_mm);
}
#else
bool ckpt_vma_is_split(struct vm_area_struct *vma)
{
	return false;
}
#endif

static bool ckpt_is_dev_zero(const struct inode *inode)
{
	return S_ISCHR(inode->i_mode) && inode->i_rdev == MKDEV(MEM_MAJOR, CKPT_ZERO_MINOR);
}

/* The ring of an AIO context, of which a part was unmapped or has another protection. */
static bool ckpt_is_odd_ring(const struct inode *inode, unsigned long size)
{
	return inode->i_sb->s_magic == CKPT_AIO_RING_MAGIC && i_size_read(inode) != size;
}

/* Sealed by the program: what the kernel maps itself may be sealed, too, and comes back so. */
static bool ckpt_vma_is_sealed(struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SEALED && !ckpt_vma_is_named(vma, "[");
}

/*
 * Has it a protection key?  Memory that may be executed and no more has one of the kernel's, and
 * gets it again.
 */
static bool ckpt_vma_has_pkey(unsigned long vm_flags)
{
	return vm_flags & ARCH_VM_PKEY_FLAGS &&
	       (vm_flags & (VM_READ | VM_WRITE | VM_EXEC)) != VM_EXEC;
}

/* A guard cannot be read, and CRIU before 4.2 does not know it from a page that was swapped out. */
static bool ckpt_vma_has_guard(const struct ckpt_scan *scan, unsigned long vm_flags)
{
	return vm_flags & VM_MAYBE_GUARD && !ckpt_rule_is_quiet(&scan->report, CKPT_VMA_GUARD);
}

/* CRIU copies the page tables of private and of shared anonymous memory, whatever is in them. */
static bool ckpt_vma_is_vast(unsigned long size, unsigned long vm_flags, const struct file *file)
{
	if (size < CKPT_VAST)
		return false;
	return !(vm_flags & VM_MAYSHARE) ||
	       (file && file->f_path.mnt->mnt_flags & MNT_INTERNAL &&
		!ckpt_is_memfd(file, file_inode(file)));
}

/* Has it a memory policy of its own (mbind(2))?  Under mmap_lock. */
bool ckpt_vma_has_policy(struct vm_area_struct *vma)
{
	return vma_policy(vma);
}

/* Under mmap_lock. Never sleeps. */
bool ckpt_vma_is_odd(const struct ckpt_scan *scan, struct vm_area_struct *vma)
{
	const struct inode *inode;
	bool io = vma->vm_flags & (VM_IO | VM_PFNMAP);

	ckpt_assert_mmap_locked(vma->vm_mm);
	if (vma->vm_flags & CKPT_VMA_FLAGS || ckpt_vma_is_sealed(vma) || ckpt_vma_has_policy(vma) ||
	    ckpt_vma_has_pkey(vma->vm_flags) || ckpt_vma_has_guard(scan, vma->vm_flags) ||
	    ckpt_vma_is_vast(vma->vm_end - vma->vm_start, vma->vm_flags, vma->vm_file))
		return true;
	if (!vma->vm_file)
		return (io && !ckpt_vma_is_vvar(vma)) || ckpt_vma_is_split(vma);
	if (io)
		return true;
	inode = file_inode(vma->vm_file);
	if (ckpt_lock_peek(inode) || ckpt_is_odd_ring(inode, vma->vm_end - vma->vm_start))
		return true;
	return !ckpt_file_plain(vma->vm_file, inode) && !ckpt_is_dev_zero(inode) &&
	       inode->i_sb->s_magic != CKPT_AIO_RING_MAGIC;
}

/**
 * ckpt_vma_peek() - first look at a mapping
 * @scan: scan
 * @vma: mmap_lock is held
 *
 * Never sleeps or allocates.
 */
enum ckpt_look ckpt_vma_peek(struct ckpt_scan *scan, struct vm_area_struct *vma)
{
	enum ckpt_look look = ckpt_vma_is_odd(scan, vma) ? CKPT_MARK : CKPT_FINE;

	if (!vma->vm_file)
		return look;
	/* The file of overlayfs may be gone while that of its layer is not. */
	if (d_unlinked(ckpt_user_path(vma->vm_file)->dentry))
		look = CKPT_MARK;
	return max(look, ckpt_folder_peek(scan, ckpt_user_path(vma->vm_file)));
}

/* CRIU recognizes huge pages by the device of one that it gets itself. */
static const char *ckpt_vma_judge_hugetlb(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	if (!ckpt_huge_page_free(scan, obj->inode))
		return "mapping of huge pages, of which none is free";
	f = ckpt_emit(&scan->report, CKPT_VMA_HUGETLB, &obj->place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "size", obj->place.end - obj->place.at);
	return NULL;
}

/*
 * Files of tmpfs on the kernel's own mount are saved: memfd, shared anonymous memory and /dev/zero
 * mapped shared.
 */
static const char *ckpt_vma_judge_internal(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (!(obj->file->f_path.mnt->mnt_flags & MNT_INTERNAL))
		return NULL;
	switch (obj->inode->i_sb->s_magic) {
	case TMPFS_MAGIC:
		return NULL;
	case HUGETLBFS_MAGIC:
		return ckpt_vma_judge_hugetlb(scan, obj);
	default:
		return "mapping of a file of an internal mount";
	}
}

static void ckpt_vma_judge_device(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_VMA_NONREGULAR_FILE, &obj->place, NULL, 0);
	ckpt_dev_keys(scan, f, obj);
}

static void ckpt_vma_judge_anon_inode(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const char *name = obj->file->f_path.dentry->d_name.name;
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_VMA_ANON_INODE, &obj->place, NULL, 0);
	ckpt_key_str(&scan->report, f, "kind", name, strlen(name));
}

/* Its pages cannot be copied; of a shared file mapping CRIU copies none, and has learnt it late. */
static void ckpt_vma_judge_io(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	bool shared = obj->file && obj->vm_flags & VM_MAYSHARE;
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, shared ? CKPT_VMA_IO_SHARED : CKPT_VMA_IO_PFN, &obj->place,
		      NULL, 0);
	if (obj->file)
		ckpt_key_path(&scan->report, f, obj->file);
}

static const char *ckpt_vma_judge_regular(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (obj->vm_flags & (VM_IO | VM_PFNMAP))
		ckpt_vma_judge_io(scan, obj);
	if (!ckpt_is_sysv_shm(obj->file))
		return ckpt_vma_judge_internal(scan, obj);
	ckpt_sysv_shm_judge(scan, obj);
	return ckpt_ns_own(scan, CKPT_NS_IPC) ? ckpt_vma_judge_internal(scan, obj) : NULL;
}

/* CRIU makes private memory readable before it copies it, which a seal forbids. */
static void ckpt_vma_judge_sealed(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	bool unreadable = !(obj->vm_flags & (VM_READ | VM_MAYSHARE));

	ckpt_emit(&scan->report, unreadable ? CKPT_VMA_SEALED_UNREADABLE : CKPT_VMA_SEALED,
		  &obj->place, NULL, 0);
}

/*
 * CRIU maps private memory writable at first, for which the kernel wants to have the memory.  It
 * spares mappings without contents, but not those that a child may share with its parent, and
 * before 4.0 not those with contents right behind them.
 */
static bool ckpt_vma_becomes_writable(const struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (obj->vm_flags & (VM_MAYSHARE | VM_ACCOUNT | VM_NORESERVE))
		return false;
	return scan->nr_procs > 1 ||
	       (obj->followed && scan->report.target < CKPT_SPARES_RESERVES);
}

/*
 * CRIU reads the page table of a mapping at once, all of it, which no read(2) returns that is
 * larger than MAX_RW_COUNT, and which needs as much memory.
 */
static void ckpt_vma_judge_vast(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	static const char * const names[] = { "MemAvailable:", "MemTotal:", "SwapTotal:" };
	enum ckpt_rule_id rule = ckpt_kernel_has_pagemap_scan() ? CKPT_VMA_HUGE_RESERVE :
				 CKPT_VMA_HUGE_RESERVE_NOSCAN;
	u64 size = obj->place.end - obj->place.at, table = (size >> PAGE_SHIFT) * sizeof(u64);
	unsigned long kib[ARRAY_SIZE(names)];
	struct ckpt_finding *f;

	ckpt_meminfo(scan, names, kib, ARRAY_SIZE(names));
	if (table > MAX_RW_COUNT) {
		f = ckpt_emit(&scan->report, rule, &obj->place, NULL, 0);
		ckpt_key_u64(&scan->report, f, "size", size);
	} else if (ckpt_report_span(&scan->report, rule)->cls != CKPTCHECK_CLASS_INFO &&
		   table >> 10 > kib[0]) {
		ckpt_emit_unknown(scan, obj, NULL, 0,
				  "mapping for whose page table criu has not enough memory");
	}
	if (ckpt_vma_becomes_writable(scan, obj) && size >> 10 > (u64)kib[1] + kib[2])
		ckpt_emit_unknown(scan, obj, NULL, 0,
				  "reservation of more than all memory, which criu may make writable");
}

/* The same in many mappings of a process is one finding. */
static void ckpt_vma_judge_flags(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const struct ckpt_vma_flag *flag;
	struct ckpt_finding *f;

	if (obj->policy)
		ckpt_emit(&scan->report, CKPT_TASK_MEMPOLICY, &obj->place, scan->task, 0);
	for (flag = ckpt_vma_flags; flag < ckpt_vma_flags + ARRAY_SIZE(ckpt_vma_flags); flag++) {
		if (!(obj->vm_flags & flag->flags))
			continue;
		f = ckpt_emit(&scan->report, flag->rule, &obj->place, scan->task, 0);
		if (flag->what)
			ckpt_key_str(&scan->report, f, "what", flag->what, strlen(flag->what));
	}
}

static void ckpt_vma_judge_ring(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (ckpt_is_odd_ring(obj->inode, obj->place.end - obj->place.at))
		ckpt_emit(&scan->report, CKPT_MM_AIO_RING_ODD, &obj->place, NULL, 0);
}

/* What it is a mapping of.  Return: what is in doubt, or NULL. */
static const char *ckpt_vma_judge_kind(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (obj->uprobes)
		ckpt_emit(&scan->report, CKPT_VMA_UPROBES, &obj->place, NULL, 0);
	else if (obj->split)
		ckpt_emit(&scan->report, CKPT_VMA_VVAR_SPLIT, &obj->place, NULL, 0);
	else if (!obj->file && obj->vm_flags & (VM_IO | VM_PFNMAP))
		ckpt_vma_judge_io(scan, obj);
	else if (!obj->file || ckpt_is_dev_zero(obj->inode))
		return NULL;
	else if (obj->inode->i_sb->s_magic == CKPT_AIO_RING_MAGIC)
		ckpt_vma_judge_ring(scan, obj);
	else if (S_ISCHR(obj->inode->i_mode) || S_ISBLK(obj->inode->i_mode))
		ckpt_vma_judge_device(scan, obj);
	else if (obj->inode->i_sb->s_magic == ANON_INODE_FS_MAGIC || ckpt_is_secret(obj->inode))
		ckpt_vma_judge_anon_inode(scan, obj);
	else if (S_ISSOCK(obj->inode->i_mode))
		ckpt_sock_judge_map(scan, obj);
	else if (!S_ISREG(obj->inode->i_mode))
		return "mapping of a file of an unknown type";
	else
		return ckpt_vma_judge_regular(scan, obj);
	return NULL;
}

/* Judges a mapping of the set; no lock is held, its file is referenced.  May sleep. */
void ckpt_vma_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const char *doubt;

	ckpt_vma_judge_flags(scan, obj);
	if (obj->file) {
		ckpt_folder_judge(scan, obj);
		ckpt_gone_judge(scan, obj, ckpt_user_path(obj->file));
	}
	doubt = ckpt_vma_judge_kind(scan, obj);
	if (doubt)
		ckpt_file_unknown(scan, obj, doubt);
	if (obj->vm_flags & VM_SEALED)
		ckpt_vma_judge_sealed(scan, obj);
	if (ckpt_vma_has_pkey(obj->vm_flags))
		ckpt_emit(&scan->report, CKPT_VMA_PKEY, &obj->place, NULL, 0);
	if (ckpt_vma_has_guard(scan, obj->vm_flags))
		ckpt_emit(&scan->report, CKPT_VMA_GUARD, &obj->place, NULL, 0);
	if (ckpt_vma_is_vast(obj->place.end - obj->place.at, obj->vm_flags, obj->file))
		ckpt_vma_judge_vast(scan, obj);
	if (obj->file && ckpt_lock_peek(obj->inode))
		ckpt_lock_judge(scan, obj);
	if (obj->file)
		ckpt_outside_judge_vma(scan, obj);
}
