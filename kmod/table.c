// SPDX-License-Identifier: GPL-2.0
/* table.c - identity tables: open addressing, room is made before the locks are taken. */

#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "table.h"

#define CKPT_TABLE_MIN_BITS	4

/* An empty table keeps so many slots for its next use. */
#define CKPT_TABLE_KEPT_BITS	6

static struct ckpt_slot *ckpt_table_probe(const struct ckpt_table *t, const void *addr, u64 ino)
{
	unsigned int mask = (1U << t->bits) - 1;
	unsigned int i = hash_64((u64)(unsigned long)addr ^ (ino << 17), t->bits);

	while (t->slots[i].addr && (t->slots[i].addr != addr || t->slots[i].ino != ino))
		i = (i + 1) & mask;
	return &t->slots[i];
}

/**
 * ckpt_table_reserve() - make room, so that @more additions cannot fail
 * @t: table
 * @more: number of additions to come
 *
 * May sleep.  Return: 0 or -ENOMEM, the table is unchanged then.
 */
int ckpt_table_reserve(struct ckpt_table *t, unsigned int more)
{
	struct ckpt_table new = { .bits = max_t(unsigned int, t->bits, CKPT_TABLE_MIN_BITS) };
	unsigned int i;

	while (((u64)t->used + more) * 2 > (1ULL << new.bits))
		new.bits++;
	if (t->slots && new.bits == t->bits)
		return 0;
	if (new.bits > 30)
		return -ENOMEM;
	new.slots = kvcalloc(1UL << new.bits, sizeof(*new.slots), GFP_KERNEL_ACCOUNT);
	if (!new.slots)
		return -ENOMEM;
	for (i = 0; t->slots && i < 1U << t->bits; i++) {
		if (t->slots[i].addr)
			*ckpt_table_probe(&new, t->slots[i].addr, t->slots[i].ino) = t->slots[i];
		cond_resched();
	}
	kvfree(t->slots);
	t->slots = new.slots;
	t->bits = new.bits;
	t->wanted = false;
	return 0;
}

/**
 * ckpt_table_add() - the slot of an identity, made if it is new
 * @t: table with room for one more (ckpt_table_reserve())
 * @addr: not NULL
 * @ino: second half of the identity
 *
 * Never sleeps or allocates.  Return: the slot; its value is 0 if it is new.
 */
struct ckpt_slot *ckpt_table_add(struct ckpt_table *t, const void *addr, u64 ino)
{
	struct ckpt_slot *slot = ckpt_table_probe(t, addr, ino);

	if (!slot->addr) {
		*slot = (struct ckpt_slot){ .addr = addr, .ino = ino };
		t->used++;
	}
	return slot;
}

/* Return: the slot of an identity, or NULL.  Never sleeps. */
struct ckpt_slot *ckpt_table_find(const struct ckpt_table *t, const void *addr, u64 ino)
{
	struct ckpt_slot *slot;

	if (!t->slots)
		return NULL;
	slot = ckpt_table_probe(t, addr, ino);
	return slot->addr ? slot : NULL;
}

/* Leaves an empty table, which may be used again; ckpt_table_free() has to follow in the end. */
void ckpt_table_clear(struct ckpt_table *t)
{
	if (t->bits > CKPT_TABLE_KEPT_BITS)
		ckpt_table_free(t);
	else if (t->used)
		memset(t->slots, 0, sizeof(*t->slots) << t->bits);
	t->used = 0;
	t->wanted = false;
}

/* Frees the slots and leaves an empty table. */
void ckpt_table_free(struct ckpt_table *t)
{
	kvfree(t->slots);
	*t = (struct ckpt_table){};
}
