// SPDX-License-Identifier: GPL-2.0
/*
 * apparmor.c - a profile that allows everything but CAP_SYS_PTRACE, which to AppArmor without rules
 * about ptrace means: to inspect only who has the same profile.
 *
 * It is written as the kernel takes it (security/apparmor/policy_unpack.c), so that nobody needs a
 * parser.  The automaton of its rules about files has two states: 0 for no, 1 for yes and for what
 * follows, whatever the path.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "apparmor.h"
#include "target.h"

#define SECURITY	"/sys/kernel/security"
#define REPLACE		SECURITY "/apparmor/.replace"

/* Version of the format, the oldest that is understood. */
#define VERSION		5
/* Paths on mounts that are attached nowhere are like others. */
#define CONNECT_PATH	4
/* write, read, append, link, lock, map: for files of the user's own, and of others */
#define ALL_OF_A_FILE	(0x7e | 0x7e << 14)

enum { TAG_U32 = 2, TAG_NAME = 4, TAG_STRING, TAG_BLOB, TAG_STRUCT, TAG_STRUCTEND };

/* Tables of the automaton, by their numbers in the file. */
enum { ACCEPT = 1, BASE, CHECK, DEFAULT, ACCEPT2 = 7, NEXT };

#define DFA_MAGIC	0x1b5e783d
#define DFA_HEADER	16
#define TABLE_HEADER	12
#define STATES		2
#define LETTERS		256

/* Bytes that are being put together. */
struct blob {
	unsigned char bytes[4096];
	size_t len;
};

static void put_le(struct blob *b, unsigned int value, int width)
{
	for (; width--; value >>= 8)
		b->bytes[b->len++] = value;
}

static void put_be(struct blob *b, unsigned int value, int width)
{
	while (width--)
		b->bytes[b->len++] = value >> 8 * width;
}

static void put_text(struct blob *b, int tag, const char *text)
{
	size_t n = strlen(text) + 1;

	put_le(b, tag, 1);
	put_le(b, n, 2);
	memcpy(b->bytes + b->len, text, n);
	b->len += n;
}

static void put_u32(struct blob *b, unsigned int value)
{
	put_le(b, TAG_U32, 1);
	put_le(b, value, 4);
}

static void put_struct(struct blob *b, const char *name)
{
	put_text(b, TAG_NAME, name);
	put_le(b, TAG_STRUCT, 1);
}

static void put_struct_end(struct blob *b)
{
	put_le(b, TAG_STRUCTEND, 1);
}

/* All but the last of its numbers are 0. */
static void put_table(struct blob *b, int table, int width, int numbers, unsigned int last)
{
	int i;

	put_be(b, table, 2);
	put_be(b, width, 2);
	put_be(b, 0, 4);
	put_be(b, numbers, 4);
	for (i = 1; i <= numbers; i++)
		put_be(b, i == numbers ? last : 0, width);
	for (i = TABLE_HEADER + numbers * width; i % 8; i++)
		put_le(b, 0, 1);
}

static void put_automaton(struct blob *b)
{
	size_t size;

	put_text(b, TAG_NAME, "aadfa");
	put_le(b, TAG_BLOB, 1);
	put_le(b, 0, 4);
	size = b->len;
	put_be(b, DFA_MAGIC, 4);
	put_be(b, DFA_HEADER, 4);
	put_be(b, 0, 8);
	put_table(b, ACCEPT, 4, STATES, ALL_OF_A_FILE);
	put_table(b, BASE, 4, STATES, 0);
	put_table(b, CHECK, 2, LETTERS, 0);
	put_table(b, DEFAULT, 2, STATES, 1);
	put_table(b, ACCEPT2, 4, STATES, 0);
	put_table(b, NEXT, 2, LETTERS, 0);
	size = b->len - size;
	/* Now its length is known. */
	b->len -= size + 4;
	put_le(b, size, 4);
	b->len += size;
}

static void put_profile(struct blob *b, const char *name)
{
	int i;

	put_text(b, TAG_NAME, "version");
	put_u32(b, VERSION);
	put_struct(b, "profile");
	put_text(b, TAG_STRING, name);
	put_struct(b, "flags");
	for (i = 0; i < 3; i++)
		put_u32(b, 0);
	put_struct_end(b);
	put_text(b, TAG_NAME, "path_flags");
	put_u32(b, CONNECT_PATH);
	put_u32(b, ~(1U << CAP_SYS_PTRACE));
	for (i = 0; i < 3; i++)
		put_u32(b, 0);
	put_struct(b, "caps64");
	put_u32(b, ~0U);
	for (i = 0; i < 3; i++)
		put_u32(b, 0);
	put_struct_end(b);
	put_automaton(b);
	put_struct_end(b);
}

const char *apparmor_load(const char *name)
{
	struct blob blob = {};
	char text[8] = "";
	FILE *f;
	int err;

	if (slurp_file("/sys/module/apparmor/parameters/enabled", text, sizeof(text)) < 0 ||
	    *text != 'Y')
		return "no AppArmor in this kernel";
	put_profile(&blob, name);
	f = fopen(REPLACE, "w");
	if (!f && !mount("securityfs", SECURITY, "securityfs", 0, NULL))
		f = fopen(REPLACE, "w");
	if (!f)
		return "no securityfs";
	err = fwrite(blob.bytes, 1, blob.len, f) != blob.len;
	err |= fclose(f);
	return err ? "the kernel does not take the profile" : NULL;
}

int apparmor_enter(const char *name)
{
	char command[128];

	snprintf(command, sizeof(command), "changeprofile %s", name);
	return write_file("/proc/self/attr/current", command);
}
