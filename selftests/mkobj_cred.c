// SPDX-License-Identifier: GPL-2.0
/* mkobj_cred.c - what hangs on the credentials of a thread: keyrings and sandboxes; and kernels. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "mkobj.h"

static sem_t done;

/* Runs @what in the target, or in a second thread of it, and tells the key. */
static void in_thread(struct mkobj *m, void (*what)(struct mkobj *m), void *(*run)(void *arg),
		      const char *key)
{
	if (run) {
		sem_init(&done, 0, 0);
		mkobj_thread(run, m);
		while (sem_wait(&done))
			;
		mkobj_key(m, "tid=%ld%s", m->value, key);
	} else {
		what(m);
		mkobj_key(m, "%s", *key ? key + 1 : key);
	}
}

/* ---- keyrings ---- */

static void add_key(struct mkobj *m)
{
	if (m->c->num == KEY_SPEC_SESSION_KEYRING &&
	    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		mkobj_lacks("no keyrings: %m");
	if (m->c->arg)
		mkobj_try(syscall(SYS_add_key, "user", "mkobj", "x", 1, (int)m->c->num),
			  "add_key");
}

static void make_key(struct mkobj *m)
{
	char key[32];

	snprintf(key, sizeof(key), " kind=%s keys=1", m->c->arg);
	in_thread(m, add_key, NULL, key);
}

static void *key_thread(void *arg)
{
	struct mkobj *m = arg;

	add_key(m);
	m->value = syscall(SYS_gettid);
	sem_post(&done);
	mkobj_pause();
}

static void make_key_in_thread(struct mkobj *m)
{
	char key[32];

	snprintf(key, sizeof(key), " kind=%s keys=1", m->c->arg);
	in_thread(m, add_key, key_thread, key);
}

/* ---- Landlock ---- */

static int new_ruleset(void)
{
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	long fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (fd < 0)
		mkobj_lacks("no Landlock: %m");
	return fd;
}

static void enter_sandbox(struct mkobj *m)
{
	int fd = new_ruleset();

	mkobj_try(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	mkobj_try(syscall(SYS_landlock_restrict_self, fd, 0), "landlock_restrict_self");
	close(fd);
}

static void make_sandbox(struct mkobj *m)
{
	in_thread(m, enter_sandbox, NULL, "");
}

static void *sandbox_thread(void *arg)
{
	struct mkobj *m = arg;

	enter_sandbox(m);
	m->value = syscall(SYS_gettid);
	sem_post(&done);
	mkobj_pause();
}

static void make_sandbox_in_thread(struct mkobj *m)
{
	in_thread(m, enter_sandbox, sandbox_thread, "");
}

static void make_ruleset(struct mkobj *m)
{
	close(new_ruleset());
}

/* ---- kernels ---- */

static void need_kernel(struct mkobj *m, bool vvar_vclock)
{
	struct utsname u;

	uname(&u);
	if (mkobj_kernel_since(6, 13) != vvar_vclock)
		mkobj_lacks("release %s", u.release);
	mkobj_key(m, "release=%s", u.release);
}

static void make_on_new_kernel(struct mkobj *m)
{
	need_kernel(m, true);
}

static void make_on_old_kernel(struct mkobj *m)
{
	need_kernel(m, false);
}

#define SWITCH	"/proc/sys/kernel/ns_last_pid"

static void make_without_restore(struct mkobj *m)
{
	if (!access(SWITCH, F_OK))
		mkobj_lacks("this kernel has CONFIG_CHECKPOINT_RESTORE");
	mkobj_key(m, "");
}

static void make_with_restore(struct mkobj *m)
{
	if (access(SWITCH, F_OK))
		mkobj_lacks("this kernel is without CONFIG_CHECKPOINT_RESTORE");
}

#define KEYRINGS "cred-keyrings"
#define LANDLOCK "cred-landlock"
#define VCLOCK	"env-vvar-vclock"
#define RESTORE	"env-no-checkpoint-restore"

const struct mkobj_case mkobj_cred_cases[] = {
	{ .name = KEYRINGS, .rule = KEYRINGS, .make = make_key, .arg = "session",
	  .num = KEY_SPEC_SESSION_KEYRING },
	{ .name = KEYRINGS ".process", .rule = KEYRINGS, .make = make_key, .arg = "process",
	  .num = KEY_SPEC_PROCESS_KEYRING },
	{ .name = KEYRINGS ".thread", .rule = KEYRINGS, .make = make_key_in_thread,
	  .arg = "thread", .num = KEY_SPEC_THREAD_KEYRING },
	{ .name = KEYRINGS ".miss", .rule = KEYRINGS, .make = add_key,
	  .num = KEY_SPEC_SESSION_KEYRING },
	{ .name = LANDLOCK, .rule = LANDLOCK, .make = make_sandbox },
	{ .name = LANDLOCK ".thread", .rule = LANDLOCK, .make = make_sandbox_in_thread },
	{ .name = LANDLOCK ".miss", .rule = LANDLOCK, .make = make_ruleset },
	{ .name = VCLOCK, .rule = VCLOCK, .make = make_on_new_kernel,
	  .flags = "view=each,also=task-rseq" },
	{ .name = VCLOCK ".miss", .rule = VCLOCK, .make = make_on_old_kernel },
	{ .name = RESTORE, .rule = RESTORE, .make = make_without_restore },
	{ .name = RESTORE ".miss", .rule = RESTORE, .make = make_with_restore },
	{ }
};
