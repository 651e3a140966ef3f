/* SPDX-License-Identifier: GPL-2.0 */
/* table.h - identity tables: kernel addresses that are compared and never dereferenced. */
#ifndef _CKPT_TABLE_H
#define _CKPT_TABLE_H

#include <linux/types.h>

/**
 * struct ckpt_slot - one identity
 * @addr: address of the object, NULL in a free slot
 * @ino: a second half of the identity, for addresses that may be used again during a scan
 * @value: what the owner of the table counts or remembers
 * @order: when that began, where it matters
 */
struct ckpt_slot {
	const void *addr;
	u64 ino;
	u32 value;
	u32 order;
};

/**
 * struct ckpt_table - hash of identities, owned by one scan, not locked
 * @slots: 1 << @bits slots
 * @bits: 0 while nothing is allocated
 * @used: slots in use
 * @wanted: there was no room for the addition that was to come
 */
struct ckpt_table {
	struct ckpt_slot *slots;
	unsigned int bits;
	unsigned int used;
	bool wanted;
};

/* Can the next addition be made without ckpt_table_reserve()?  If not, that is remembered. */
static inline bool ckpt_table_has_room(struct ckpt_table *t)
{
	t->wanted = !t->slots || (u64)(t->used + 1) * 2 > (1ULL << t->bits);
	return !t->wanted;
}

int ckpt_table_reserve(struct ckpt_table *t, unsigned int more);
struct ckpt_slot *ckpt_table_add(struct ckpt_table *t, const void *addr, u64 ino);
struct ckpt_slot *ckpt_table_find(const struct ckpt_table *t, const void *addr, u64 ino);
void ckpt_table_clear(struct ckpt_table *t);
void ckpt_table_free(struct ckpt_table *t);

#endif
