// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/unix_name.c - names of UNIX sockets that are no absolute paths.
 *
 * Of a relative path CRIU wants the folder that it is relative to, and finds it by cutting the
 * name off the end of the path.  An abstract name must be free at restore.
 */

#include <linux/dcache.h>
#include <linux/path.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/sock.h>

#include "kind.h"
#include "unix.h"

#define CKPT_DELETED	" (deleted)"

/* The name and its length if it is no absolute path, else NULL; it lives as long as the socket. */
static const char *ckpt_unix_name(struct sock *sk, int *len)
{
	const struct unix_address *addr = ckpt_unix_addr(sk);

	if (!addr)
		return NULL;
	*len = addr->len - offsetof(struct sockaddr_un, sun_path);
	return *len > 0 && addr->name->sun_path[0] != '/' ? addr->name->sun_path : NULL;
}

/* A name that a rule is about?  Never sleeps or allocates; @sk is alive. */
bool ckpt_unix_odd_name(struct sock *sk)
{
	int len;

	return ckpt_unix_name(sk, &len);
}

/* As CRIU compares: one leading "./" is passed over, nothing else is normalized. */
static bool ckpt_path_ends_in(const char *path, size_t len, const char *name)
{
	size_t end;

	if (name[0] == '.' && name[1] == '/')
		name += 2;
	end = strlen(name);
	return len > end && path[len - end - 1] == '/' && !memcmp(path + len - end, name, end);
}

/* Length without the mark of a deleted file; CRIU takes a name that ends so for one, too. */
static size_t ckpt_path_len(const char *path)
{
	size_t len = strlen(path), mark = strlen(CKPT_DELETED);

	if (len > mark && !strcmp(path + len - mark, CKPT_DELETED))
		len -= mark;
	return len;
}

static struct ckpt_finding *ckpt_unix_name_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
						struct sock *sk, enum ckpt_rule_id rule,
						const char *name, int len)
{
	struct ckpt_finding *f = ckpt_unix_emit(scan, obj, sk, rule);

	ckpt_key_str(&scan->report, f, "name", name, len);
	return f;
}

/* A socket in flight may be closed meanwhile.  Return: whether there is a path, referenced. */
static bool ckpt_unix_path_get(struct sock *sk, struct path *path)
{
	unix_state_lock(sk);
	*path = unix_sk(sk)->path;
	path_get(path);
	unix_state_unlock(sk);
	return path->dentry;
}

static void ckpt_unix_relative_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				     struct sock *sk, const char *name)
{
	struct ckpt_finding *f;
	struct path at;
	char *buf, *path;

	if (!ckpt_unix_path_get(sk, &at))
		return;
	ckpt_unix_name_emit(scan, obj, sk, CKPT_UNIX_RELATIVE_PATH, name, strlen(name));
	/* CRIU reads the path from procfs, which has no longer ones. */
	buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
		goto put;
	}
	path = d_path(&at, buf, PATH_MAX);
	if (IS_ERR(path)) {
		ckpt_file_unknown(scan, obj, "UNIX socket with a long path");
	} else if (!ckpt_path_ends_in(path, ckpt_path_len(path), name)) {
		f = ckpt_unix_name_emit(scan, obj, sk, CKPT_UNIX_PATH_MOVED, name, strlen(name));
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_PATH, path, strlen(path));
	}
	kfree(buf);
put:
	path_put(&at);
}

/* Judges the name of a UNIX socket of the set.  May sleep. */
void ckpt_unix_name_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	int len;
	const char *name = ckpt_unix_name(sk, &len);

	if (name && name[0])
		ckpt_unix_relative_judge(scan, obj, sk, name);
	else if (name)
		ckpt_unix_name_emit(scan, obj, sk, CKPT_UNIX_ABSTRACT, name + 1, len - 1);
}
