// SPDX-License-Identifier: GPL-2.0
/* grow.c - arrays that grow by doubling. */

#include <linux/mm.h>
#include <linux/string.h>

#include "grow.h"

#define CKPT_GROW_LEAST	8U

/**
 * ckpt_grow() - make room in a kvmalloc()ed array
 * @array: the array, NULL if it is not allocated yet
 * @cap: elements allocated
 * @room: what is wanted
 *
 * May sleep.  Return: 0; -E2BIG if more than @room->most is wanted, or -ENOMEM: the array is
 * as it was then.
 */
int ckpt_grow(void **array, u32 *cap, const struct ckpt_room *room)
{
	u32 new_cap = max3(*cap * 2, room->need, CKPT_GROW_LEAST);
	void *new;

	if (room->need <= *cap)
		return 0;
	if (room->need > room->most)
		return -E2BIG;
	new_cap = min(new_cap, room->most);
	new = kvmalloc_array(new_cap, room->size, GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	if (room->used)
		memcpy(new, *array, room->used * room->size);
	kvfree(*array);
	*array = new;
	*cap = new_cap;
	return 0;
}

/* Frees the array; it is empty and may be grown again. */
void ckpt_grow_free(void **array, u32 *used, u32 *cap)
{
	kvfree(*array);
	*array = NULL;
	*used = 0;
	*cap = 0;
}
