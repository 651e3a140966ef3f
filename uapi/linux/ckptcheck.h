/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * ckptcheck.h - what the ckptcheck module and its readers agree on.
 *
 * A report is read from /proc/ckptcheck/<pid>: one record a line, the first word is the class
 * of the record (or "ckptcheck" and "end" for the first and the last line), the second word is
 * the rule, the rest are key=value pairs.  Keys are only ever added; readers skip what they do
 * not know.  Nothing here is copied from CRIU; class and options by CRIU version are in
 * ckptcheck_rules.def.
 */
#ifndef _UAPI_LINUX_CKPTCHECK_H
#define _UAPI_LINUX_CKPTCHECK_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Format of the report: the number behind the word "ckptcheck" in its first line. */
#define CKPTCHECK_FORMAT	1

/* Where the report file system is mounted, and its type for mount(2). */
#define CKPTCHECK_MOUNT_POINT	"/proc/ckptcheck"
#define CKPTCHECK_FS_TYPE	"ckptcheck"

/*
 * A CRIU version as a number that sorts: 3.17.1 is CKPTCHECK_VERSION(3, 17, 1).
 * Each part is 0 to 255.
 */
#define CKPTCHECK_VERSION(major, minor, patch) \
	(((__u32)(major) << 16) | ((__u32)(minor) << 8) | (__u32)(patch))
#define CKPTCHECK_VERSION_MAJOR(version)	(((version) >> 16) & 0xff)
#define CKPTCHECK_VERSION_MINOR(version)	(((version) >> 8) & 0xff)
#define CKPTCHECK_VERSION_PATCH(version)	((version) & 0xff)

/* The oldest CRIU that can be judged for, and the newest one whose behaviour is known. */
#define CKPTCHECK_TARGET_OLDEST	CKPTCHECK_VERSION(1, 0, 0)
#define CKPTCHECK_TARGET_NEWEST	CKPTCHECK_VERSION(4, 2, 1)

/**
 * enum ckptcheck_class - what a finding means for a dump by the target version
 * @CKPTCHECK_CLASS_INFO: fine for this CRIU; older ones refused it
 * @CKPTCHECK_CLASS_LOSSY: dump and restore pass, the state is gone
 * @CKPTCHECK_CLASS_RESTORE: the dump passes, the restore fails
 * @CKPTCHECK_CLASS_OPTION: the dump fails without the option in needs=
 * @CKPTCHECK_CLASS_UNKNOWN: could not be examined; never counts as fine
 * @CKPTCHECK_CLASS_BLOCKER: the dump fails and no option helps
 * @CKPTCHECK_NR_CLASSES: number of classes
 *
 * In ascending order of weight: the verdict of a report follows from the heaviest class in it.
 */
enum ckptcheck_class {
	CKPTCHECK_CLASS_INFO,
	CKPTCHECK_CLASS_LOSSY,
	CKPTCHECK_CLASS_RESTORE,
	CKPTCHECK_CLASS_OPTION,
	CKPTCHECK_CLASS_UNKNOWN,
	CKPTCHECK_CLASS_BLOCKER,
	CKPTCHECK_NR_CLASSES
};

/* First word of a record, and the verdict that a report has whose heaviest class it is. */
#define CKPTCHECK_CLASS_NAMES \
	{ "info", "lossy", "restore", "option", "unknown", "blocker" }
#define CKPTCHECK_VERDICT_NAMES \
	{ "ok", "lossy", "restore", "options", "unknown", "blocked" }

/* Keys of the first line. */
#define CKPTCHECK_KEY_PID	"pid"	/* process; in the first line the root of the tree */
#define CKPTCHECK_KEY_COMM	"comm"	/* name of the process */
#define CKPTCHECK_KEY_TARGET	"target"	/* version of CRIU it is judged for */
#define CKPTCHECK_KEY_VERDICT	"verdict"	/* that of the heaviest finding */
#define CKPTCHECK_KEY_PROCESSES	"processes"	/* thread groups in the dumped set */
#define CKPTCHECK_KEY_THREADS	"threads"	/* threads in the dumped set */
#define CKPTCHECK_KEY_FILES	"files"		/* descriptors looked at */
#define CKPTCHECK_KEY_VMAS	"vmas"		/* memory mappings looked at */
#define CKPTCHECK_KEY_COMPLETE	"complete"	/* yes, or no with reason= */
#define CKPTCHECK_KEY_REASON	"reason"	/* what was not examined, words joined by commas */

/* Keys of records. Numbers are decimal unless said otherwise. */
#define CKPTCHECK_KEY_TID	"tid"	/* thread */
#define CKPTCHECK_KEY_FD	"fd"	/* file descriptor */
#define CKPTCHECK_KEY_VMA	"vma"		/* start-end, hexadecimal as in /proc/<pid>/maps */
#define CKPTCHECK_KEY_VIA	"via"		/* scm: in flight in a UNIX queue; cwd, root, exe */
#define CKPTCHECK_KEY_QUEUE	"queue"		/* inode of that UNIX socket */
#define CKPTCHECK_KEY_DEV	"dev"		/* major:minor of the file system, decimal */
#define CKPTCHECK_KEY_RDEV	"rdev"		/* major:minor of a device node, decimal */
#define CKPTCHECK_KEY_INO	"ino"	/* inode number */
#define CKPTCHECK_KEY_PATH	"path"	/* path in the mount namespace of the process */
#define CKPTCHECK_KEY_PEER_PID	"peer-pid"	/* process at the other end */
#define CKPTCHECK_KEY_PEER_COMM	"peer-comm"	/* name of the process at the other end */
#define CKPTCHECK_KEY_NEEDS	"needs"		/* CRIU option; alternatives separated by | */
#define CKPTCHECK_KEY_TRANSIENT	"transient"	/* yes: likely to go away by itself */
#define CKPTCHECK_KEY_HARM	"harm"		/* target-dies: of the dump itself */
#define CKPTCHECK_KEY_COUNT	"count"		/* places that hold the object, if more than one */
#define CKPTCHECK_KEY_FINDINGS	"findings"	/* in the last line: number of records */

/*
 * Why a report is not complete, REASON(ID, word, text): reason= has the words, joined by commas;
 * the text is for people.
 */
#define CKPTCHECK_REASONS(REASON) \
	REASON(NO_ACCESS, "no-access", "processes that the reader may not inspect") \
	REASON(NAMESPACES, "namespaces", "namespaces that some members have left") \
	REASON(MOUNTS, "mounts", "the mounts of an own mount namespace") \
	REASON(NETWORK, "network", "packet filters in an own network namespace") \
	REASON(GROUPS, "groups", "a process in very many groups") \
	REASON(DESCRIPTORS, "descriptors", "a process without descriptors left for criu's use") \
	REASON(LEADER_DEAD, "leader-dead", "threads whose leader is gone") \
	REASON(TIMERS, "timers", "a process with very many POSIX timers") \
	REASON(UNSTABLE, "unstable", "processes that came while the tree was examined") \
	REASON(EXEC, "exec", "a process that kept changing its program") \
	REASON(STUCK, "stuck", "a process that holds a lock while it waits for a disk") \
	REASON(THREADS, "threads", "threads that kept coming and going") \
	REASON(MEMORY, "memory", "what the kernel had no memory for") \
	REASON(MAX_OBJECTS, "max-objects", "more objects than max_objects allows")

/* What struct ckptcheck_view.flags may hold. */
#define CKPTCHECK_VIEW_PROCESS	(1u << 0)	/* this thread group alone, not its descendants */
#define CKPTCHECK_VIEW_INFO_EACH (1u << 1)	/* an info record for each object */
#define CKPTCHECK_VIEW_INFO_NONE (1u << 2)	/* no info records at all */

/**
 * struct ckptcheck_view - how one open report is to be judged
 * @target: CKPTCHECK_VERSION() to judge for, 0 leaves it as it is
 * @flags: CKPTCHECK_VIEW_*; replaces the flags set before
 * @reserved: must be zero
 *
 * Set by CKPTCHECK_IOC_VIEW on a file opened for reading, for this open file alone, and used
 * from the next read at offset 0 on; where the file is that of all processes, from the next report
 * on.  EINVAL: unknown flags, both INFO flags, a reserved field that is not zero, or a target older
 * than CKPTCHECK_TARGET_OLDEST.
 */
struct ckptcheck_view {
	__u32 target;
	__u32 flags;
	__u32 reserved[2];
};

#define CKPTCHECK_IOC_MAGIC	0xc9
#define CKPTCHECK_IOC_VIEW	_IOW(CKPTCHECK_IOC_MAGIC, 1, struct ckptcheck_view)

#endif /* _UAPI_LINUX_CKPTCHECK_H */
