// SPDX-License-Identifier: GPL-2.0
/* kinds/mm.c - memory mappings. */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/string.h>

#include "assert.h"
#include "compat/path.h"
#include "compat/vma.h"
#include "kind.h"

#define CKPT_AIO_RING_MAGIC	0xa10a10a1
#define CKPT_ZERO_MINOR		5

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

static bool ckpt_is_dev_zero(const struct inode *inode)
{
	return S_ISCHR(inode->i_mode) && inode->i_rdev == MKDEV(MEM_MAJOR, CKPT_ZERO_MINOR);
}

/* Sealed by the program: what the kernel maps itself may be sealed, too, and comes back so. */
static bool ckpt_vma_is_sealed(struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SEALED && !ckpt_vma_is_named(vma, "[");
}

/* Under mmap_lock. Never sleeps. */
bool ckpt_vma_is_odd(struct vm_area_struct *vma)
{
	const struct inode *inode;
	bool io = vma->vm_flags & (VM_IO | VM_PFNMAP);

	ckpt_assert_mmap_locked(vma->vm_mm);
	if (ckpt_vma_is_sealed(vma))
		return true;
	if (!vma->vm_file)
		return io && !ckpt_vma_is_vvar(vma);
	if (io)
		return true;
	inode = file_inode(vma->vm_file);
	if (ckpt_lock_peek(inode))
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
	enum ckpt_look look = ckpt_vma_is_odd(vma) ? CKPT_MARK : CKPT_FINE;

	if (!vma->vm_file)
		return look;
	/* The file of overlayfs may be gone while that of its layer is not. */
	if (d_unlinked(ckpt_user_path(vma->vm_file)->dentry))
		look = CKPT_MARK;
	return max(look, ckpt_folder_peek(scan, ckpt_user_path(vma->vm_file)));
}

/*
 * Files of tmpfs on the kernel's own mount are saved: memfd, shared anonymous memory and /dev/zero
 * mapped shared.
 */
static const char *ckpt_vma_regular_doubt(const struct ckpt_obj *obj)
{
	const struct file *file = obj->file;
	const struct inode *inode = obj->inode;

	if (ckpt_file_plain(file, inode))
		return NULL;
	if (file->f_path.mnt->mnt_flags & MNT_INTERNAL) {
		if (inode->i_sb->s_magic == TMPFS_MAGIC)
			return NULL;
		return "mapping of a file of an internal mount";
	}
	return NULL;
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
		return ckpt_vma_regular_doubt(obj);
	ckpt_sysv_shm_judge(scan, obj);
	return NULL;
}

/* CRIU makes private memory readable before it copies it, which a seal forbids. */
static void ckpt_vma_judge_sealed(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	bool unreadable = !(obj->vm_flags & (VM_READ | VM_MAYSHARE));

	ckpt_emit(&scan->report, unreadable ? CKPT_VMA_SEALED_UNREADABLE : CKPT_VMA_SEALED,
		  &obj->place, NULL, 0);
}

/* Judges a mapping of the set; no lock is held, its file is referenced.  May sleep. */
void ckpt_vma_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const char *doubt = NULL;

	if (obj->file) {
		ckpt_folder_judge(scan, obj);
		ckpt_gone_judge(scan, obj, ckpt_user_path(obj->file));
	}
	if (obj->uprobes)
		doubt = "mapping of uprobes";
	else if (!obj->file && obj->vm_flags & (VM_IO | VM_PFNMAP))
		ckpt_vma_judge_io(scan, obj);
	else if (!obj->file || ckpt_is_dev_zero(obj->inode))
		doubt = NULL;
	else if (S_ISCHR(obj->inode->i_mode) || S_ISBLK(obj->inode->i_mode))
		ckpt_vma_judge_device(scan, obj);
	else if (obj->inode->i_sb->s_magic == ANON_INODE_FS_MAGIC || ckpt_is_secret(obj->inode))
		ckpt_vma_judge_anon_inode(scan, obj);
	else if (S_ISSOCK(obj->inode->i_mode))
		ckpt_sock_judge_map(scan, obj);
	else if (!S_ISREG(obj->inode->i_mode))
		doubt = "mapping of a file of an unknown type";
	else
		doubt = ckpt_vma_judge_regular(scan, obj);
	if (doubt)
		ckpt_file_unknown(scan, obj, doubt);
	if (obj->vm_flags & VM_SEALED)
		ckpt_vma_judge_sealed(scan, obj);
	if (obj->file && ckpt_lock_peek(obj->inode))
		ckpt_lock_judge(scan, obj);
	if (obj->file)
		ckpt_outside_judge_vma(scan, obj);
}
