/* SPDX-License-Identifier: GPL-2.0 */
/* open.h - an open report file: of one process, or of all. */
#ifndef _CKPT_OPEN_H
#define _CKPT_OPEN_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "kinds/diag.h"
#include "text.h"

struct ckpt_census;
struct ckpt_scan;
struct file;
struct pid;

/**
 * struct ckpt_open - an open report file
 * @lock: protects all below
 * @allowed: the opener was allowed to inspect the process when it opened the report
 * @scanned: @text is a report
 * @target: CRIU version to judge for
 * @flags: CKPTCHECK_VIEW_*
 * @text: the report that was made last
 * @census: of the file of all processes, else NULL
 * @diag: of all that the file has told, or of the last report
 * @scan: of the file of all processes: the last one, whose memory the next one may use, or NULL
 */
struct ckpt_open {
	struct mutex lock;	/* one reader at a time */
	bool allowed;
	bool scanned;
	u32 target;
	u32 flags;
	struct ckpt_text text;
	struct ckpt_census *census;
	struct ckpt_diag diag;
	struct ckpt_scan *scan;
};

void ckpt_open_init(struct ckpt_open *open);
int ckpt_open_scan(struct file *file, struct ckpt_open *open, struct pid *pid);
int ckpt_open_set_view(struct ckpt_open *open, unsigned int cmd, unsigned long arg);

#endif
