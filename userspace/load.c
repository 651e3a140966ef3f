// SPDX-License-Identifier: GPL-2.0
/* load.c - --load: loads the module with libkmod and mounts its file system. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <libkmod.h>

#include "tool.h"

#define MODULE_NAME	"ckptcheck"

/* libkmod writes its own messages to stderr; ours say what to do. */
static void be_silent(void *data, int priority, const char *file, int line, const char *fn,
		      const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)fn;
	(void)format;
	(void)args;
}

static const char *release(void)
{
	static struct utsname name;

	uname(&name);
	return name.release;
}

static void __attribute__((noreturn)) load_failed(const char *what, int error)
{
	switch (error) {
	case ENOENT:
		errx(EXIT_ERROR, "no module %s for kernel %s: build and install it (make install), or give its file: ckptcheck --load=./ckptcheck.ko",
		     what, release());
	case EPERM:
	case EACCES:
		errx(EXIT_ERROR, "may not load %s: root is needed, and no lockdown or modules_disabled",
		     what);
	case ENOEXEC:
		errx(EXIT_ERROR, "%s was not built for kernel %s", what, release());
	case EKEYREJECTED:
	case ENOKEY:
		errx(EXIT_ERROR, "%s has no signature that this kernel accepts (Secure Boot): sign it, or enroll its key",
		     what);
	default:
		errx(EXIT_ERROR, "cannot load %s: %s (dmesg may say more)", what,
		     strerror(error));
	}
}

static int insert_file(struct kmod_ctx *ctx, const char *path)
{
	struct kmod_module *module;
	int rc = kmod_module_new_from_path(ctx, path, &module);

	if (rc)
		return rc;
	rc = kmod_module_insert_module(module, 0, NULL);
	kmod_module_unref(module);
	return rc;
}

static int insert_named(struct kmod_ctx *ctx, const char *name)
{
	struct kmod_list *list = NULL;
	struct kmod_module *module;
	int rc = kmod_module_new_from_lookup(ctx, name, &list);

	if (rc)
		return rc;
	if (!list)
		return -ENOENT;
	module = kmod_module_get_module(list);
	rc = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
	kmod_module_unref(module);
	kmod_module_unref_list(list);
	return rc;
}

static void insert(const char *path)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct stat st;
	int rc;

	if (!ctx)
		errx(EXIT_ERROR, "cannot set up libkmod");
	kmod_set_log_fn(ctx, be_silent, NULL);
	if (path && stat(path, &st))
		err(EXIT_ERROR, "%s", path);
	rc = path ? insert_file(ctx, path) : insert_named(ctx, MODULE_NAME);
	kmod_unref(ctx);
	if (rc < 0 && rc != -EEXIST)
		load_failed(path ? path : MODULE_NAME, -rc);
}

static void mount_reports(const char *dir)
{
	struct stat st;

	if (stat(dir, &st))
		errx(EXIT_ERROR, "the module is loaded, but there is no %s: is another proc mounted on /proc?",
		     dir);
	/* EBUSY: the module's automount was faster. */
	if (mount("none", dir, CKPTCHECK_FS_TYPE, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) &&
	    errno != EBUSY)
		err(EXIT_ERROR, "cannot mount %s", dir);
}

/**
 * load_module() - have the module loaded and its file system mounted; exits if that fails
 * @opt: file of the module, and where to mount
 */
void load_module(const struct options *opt)
{
	struct stat st;

	if (proc_is_mounted(opt->proc))
		return;
	if (geteuid())
		errx(EXIT_ERROR, "--load needs root");
	if (stat("/sys/module/" MODULE_NAME, &st))
		insert(opt->module);
	if (!proc_is_mounted(opt->proc))
		mount_reports(opt->proc);
}
