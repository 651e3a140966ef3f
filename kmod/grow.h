/* SPDX-License-Identifier: GPL-2.0 */
/* grow.h - arrays that grow by doubling. */
#ifndef _CKPT_GROW_H
#define _CKPT_GROW_H

#include <linux/types.h>

/**
 * struct ckpt_room - what an array is to be grown for
 * @size: of an element
 * @used: elements in use, they are kept
 * @need: elements that are wanted at least
 * @most: elements that are allowed at most
 */
struct ckpt_room {
	size_t size;
	u32 used;
	u32 need;
	u32 most;
};

int ckpt_grow(void **array, u32 *cap, const struct ckpt_room *room);
void ckpt_grow_free(void **array, u32 *used, u32 *cap);

#endif
