/* SPDX-License-Identifier: GPL-2.0 */
/* kinds/anon.h - files without a name of their own: what their kinds share. */
#ifndef _CKPT_ANON_H
#define _CKPT_ANON_H

#include "kind.h"

struct ckpt_finding *ckpt_anon_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    enum ckpt_rule_id rule);
bool ckpt_fdinfo_scan(struct ckpt_scan *scan, const struct ckpt_obj *obj, const char *field,
		      const char *format, void *value);

void ckpt_epoll_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);
void ckpt_fanotify_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);
void ckpt_notify_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);
void ckpt_pidfd_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);

#endif
