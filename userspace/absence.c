// SPDX-License-Identifier: GPL-2.0
/* absence.c - tells people why there is no report: module, mount, permission. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "text.h"
#include "tool.h"

#define MODULE_DIR	"/sys/module/ckptcheck"

/*
 * Whether the report file system is what can be seen at @dir: it may be mounted there, and lie
 * below another proc.
 */
bool proc_is_mounted(const char *dir)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *type;
	unsigned int maj, min;
	bool found = false;
	size_t size = 0;
	struct stat st;

	while (!stat(dir, &st) && mounts && !found && getline(&line, &size, mounts) > 0) {
		type = strstr(line, " - ");
		found = type && !strncmp(type + 3, CKPTCHECK_FS_TYPE " ", 10) &&
			sscanf(line, "%*d %*d %u:%u ", &maj, &min) == 2 &&
			st.st_dev == makedev(maj, min);
	}
	free(line);
	if (mounts)
		fclose(mounts);
	return found;
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

/**
 * absence_explain() - is it more than this one process that is missing?
 * @opt: where reports were looked for
 * @answer: error and hint are filled in if so
 */
void absence_explain(const struct options *opt, struct answer *answer)
{
	answer->status = EXIT_ERROR;
	if (!opt->default_proc) {
		if (!exists(opt->proc))
			answer->error = xasprintf("no directory %s", opt->proc);
		return;
	}
	if (proc_is_mounted(opt->proc))
		return;
	if (!exists(MODULE_DIR)) {
		answer->error = xasprintf("the kernel module ckptcheck is not loaded");
		answer->hint = xasprintf("load it as root: ckptcheck --load, or modprobe ckptcheck");
	} else if (!exists(opt->proc)) {
		answer->error = xasprintf("the module ckptcheck is loaded, but there is no %s",
					  opt->proc);
		answer->hint = xasprintf("is another proc mounted here, as in a container?");
	} else {
		answer->error = xasprintf("the module ckptcheck is loaded, but nothing is mounted on %s",
					  opt->proc);
		answer->hint = xasprintf("mount it as root: ckptcheck --load, or mount -t %s none %s",
					 CKPTCHECK_FS_TYPE, opt->proc);
	}
}

/* Whose permission would do: the owner of /proc/<pid>, root where that is all that helps. */
void refusal_explain(struct answer *answer)
{
	char *path = xasprintf("/proc/%d", answer->pid);
	struct passwd *owner = NULL;
	struct stat st;

	if (!geteuid()) {
		answer->hint = xasprintf("a capability (CAP_SYS_PTRACE), Yama or a security module forbids it");
	} else {
		if (!stat(path, &st) && st.st_uid && st.st_uid != geteuid())
			owner = getpwuid(st.st_uid);
		answer->hint = owner ? xasprintf("run as root or as %s", owner->pw_name) :
				       xasprintf("run as root");
	}
	free(path);
}
