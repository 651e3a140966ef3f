// SPDX-License-Identifier: GPL-2.0
/*
 * engine.c - the options of criu that engines give by themselves, whatever they are told: LXC the
 * same ones always; runc and crun what the configuration of the container has from outside of it.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/ckptcheck.h>

#include "criu.h"
#include "engine.h"
#include "proc.h"
#include "text.h"

/* Files that they pass by RPC; the first that is there counts. */
static const struct {
	const char *runtime;
	const char *config;
	__u32 since;		/* version of CRIU that takes it from them */
} configs[] = {
	{ "runc", "/etc/criu/runc.conf", 0 },
	{ "crun", "/etc/criu/crun.conf", CKPTCHECK_VERSION(4, 2, 0) },
	{ "crun", "/etc/criu/runc.conf", CKPTCHECK_VERSION(4, 2, 0) },
};

const char engine_lxc_options[] =
	"--tcp-established --file-locks --link-remap --ext-mount-map auto "
	"--enable-external-sharing --enable-external-masters --enable-fs hugetlbfs "
	"--enable-fs tracefs --skip-in-flight --force-irmap --restore-sibling";

/* The first of a runtime's files, or that there is. */
static const char *find_config(const char *runtime, __u32 target, bool there)
{
	size_t i;

	if (!target)
		target = CKPTCHECK_TARGET_NEWEST;
	for (i = 0; i < sizeof(configs) / sizeof(*configs); i++)
		if (!strcmp(runtime, configs[i].runtime) && target >= configs[i].since &&
		    (!there || !access(configs[i].config, F_OK)))
			return configs[i].config;
	return NULL;
}

bool engine_is_known(const char *runtime)
{
	return find_config(runtime, CKPTCHECK_TARGET_NEWEST, false);
}

const char *engine_config(const char *runtime, __u32 target)
{
	return find_config(runtime, target, true);
}

const char *engine_config_to_be(const char *runtime, __u32 target)
{
	return engine_config(runtime, target) ?: find_config(runtime, target, false) ?: "";
}

#ifdef HAVE_JSON_C
#include <json.h>

/* A path of the container, which may have links in it, opened as its first process would. */
static int open_inside(int pid, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	char *root = xasprintf("/proc/%d/root", pid);
	int dir = open(root, O_PATH | O_CLOEXEC | O_DIRECTORY), fd = -1;

	if (dir >= 0) {
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
		close(dir);
	}
	free(root);
	return fd;
}

/* Return: what a line of a file of /proc has behind @key, 0 if there is none. */
static int number_in(const char *path, const char *key)
{
	char *text = text_read(path), *at = text ? strstr(text, key) : NULL;
	int number = at ? atoi(at + strlen(key)) : 0;

	free(text);
	return number;
}

/* Blanks and the like stand as \ooo in there. */
static char *unescape(const char *p, size_t len)
{
	char *text = xrealloc(NULL, len + 1), *to = text;
	const char *end = p + len;

	while (p < end) {
		if (*p == '\\' && end - p > 3) {
			*to++ = (p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0');
			p += 4;
		} else {
			*to++ = *p++;
		}
	}
	*to = '\0';
	return text;
}

/* Return: where the mount with that id is for the process, NULL if it has none. */
static char *mount_point(int pid, int id)
{
	char *path = xasprintf("/proc/%d/mountinfo", pid), *text = text_read(path), *line, *rest;
	char *found = NULL;

	free(path);
	for (rest = text; rest && !found && (line = strsep(&rest, "\n")); ) {
		int has, at, end;

		if (sscanf(line, "%d %*d %*s %*s %n%*s%n", &has, &at, &end) == 1 && has == id)
			found = unescape(line + at, end - at);
	}
	free(text);
	return found;
}

/* A FUSE server that hangs is not asked. */
static bool stat_inside(int fd, struct statx *st)
{
	return fd >= 0 && !statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, st);
}

/* Where what the configuration calls @path is mounted: engines follow links, as in /var/run. */
static char *resolved(int pid, const char *path)
{
	int fd = open_inside(pid, path);
	char *info = xasprintf("/proc/self/fdinfo/%d", fd), *point = NULL;
	struct statx st;

	if (stat_inside(fd, &st) && st.stx_attributes & STATX_ATTR_MOUNT_ROOT)
		point = mount_point(pid, number_in(info, "mnt_id:"));
	if (fd >= 0)
		close(fd);
	free(info);
	return point ? point : xasprintf("%s", path);
}

static void add_external(struct criu_line *line, const char *point)
{
	criu_line_add(line, "external", xasprintf("mnt[%s]:%s", point, point));
}

static void add_mount(struct criu_line *line, int pid, const char *path)
{
	char *point = resolved(pid, path);

	add_external(line, point);
	free(point);
}

static const char *string_in(json_object *object, const char *key)
{
	json_object *value;

	json_object_object_get_ex(object, key, &value);
	return json_object_get_string(value);
}

/* Return: number of members of an array, 0 if it is none. */
static size_t array_in(json_object *object, const char *key, json_object **array)
{
	if (!json_object_object_get_ex(object, key, array) ||
	    !json_object_is_type(*array, json_type_array))
		return 0;
	return json_object_array_length(*array);
}

static bool is_bind(json_object *mount)
{
	const char *type = string_in(mount, "type");
	json_object *options;
	size_t n = array_in(mount, "options", &options), i;

	for (i = 0; i < n; i++) {
		const char *word = json_object_get_string(json_object_array_get_idx(options, i));

		if (word && (!strcmp(word, "bind") || !strcmp(word, "rbind")))
			return true;
	}
	return type && !strcmp(type, "bind");
}

static void add_mounts(struct criu_line *line, int pid, json_object *config)
{
	json_object *mounts;
	size_t n = array_in(config, "mounts", &mounts), i;

	for (i = 0; i < n; i++) {
		json_object *mount = json_object_array_get_idx(mounts, i);
		const char *path = string_in(mount, "destination");

		if (path && is_bind(mount))
			add_mount(line, pid, path);
	}
}

/*
 * Files are hidden by a mount of /dev/null; folders by one of their own, or crun's of all.  Engines
 * give these as they are written, links and all, which criu does not follow.
 */
static void add_masked(struct criu_line *line, int pid, json_object *linux_part, bool folders)
{
	json_object *paths;
	size_t n = array_in(linux_part, "maskedPaths", &paths), i;

	for (i = 0; i < n; i++) {
		const char *path = json_object_get_string(json_object_array_get_idx(paths, i));
		int fd = path ? open_inside(pid, path) : -1;
		struct statx st;

		if (stat_inside(fd, &st) && (folders || !S_ISDIR(st.stx_mode)))
			add_external(line, path);
		if (fd >= 0)
			close(fd);
	}
}

/* In a user namespace, devices are mounts as well. */
static void add_devices(struct criu_line *line, int pid, json_object *linux_part)
{
	static const char * const always[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty",
	};
	json_object *devices;
	size_t n = array_in(linux_part, "devices", &devices), i;

	for (i = 0; i < sizeof(always) / sizeof(*always); i++)
		add_mount(line, pid, always[i]);
	for (i = 0; i < n; i++) {
		const char *path = string_in(json_object_array_get_idx(devices, i), "path");

		if (path)
			add_mount(line, pid, path);
	}
}

/* Namespaces that were there before the container, as those of a pod. */
static void add_namespaces(struct criu_line *line, json_object *linux_part)
{
	static const struct {
		const char *type;
		const char *external;
		const char *key;
	} kinds[] = { { "network", "net", "extRootNetNS" }, { "pid", "pid", "extRootPidNS" } };
	json_object *spaces;
	size_t n = array_in(linux_part, "namespaces", &spaces), i, j;

	for (i = 0; i < n; i++) {
		json_object *space = json_object_array_get_idx(spaces, i);
		const char *type = string_in(space, "type"), *path = string_in(space, "path");
		struct stat st;

		if (!type || !path || !*path || stat(path, &st))
			continue;
		for (j = 0; j < sizeof(kinds) / sizeof(*kinds); j++)
			if (!strcmp(type, kinds[j].type))
				criu_line_add(line, "external",
					      xasprintf("%s[%llu]:%s", kinds[j].external,
							(unsigned long long)st.st_ino,
							kinds[j].key));
	}
}

/* runc has it among its labels, crun by itself. */
static char *bundle_of(json_object *state)
{
	static const char label[] = "bundle=";
	json_object *config = NULL, *labels;
	const char *bundle = string_in(state, "bundle");
	size_t n, i;

	if (bundle)
		return xasprintf("%s", bundle);
	json_object_object_get_ex(state, "config", &config);
	n = array_in(config, "labels", &labels);
	for (i = 0; i < n; i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(labels, i));

		if (text && !strncmp(text, label, strlen(label)))
			return xasprintf("%s", text + strlen(label));
	}
	return NULL;
}

/* It counts as the state does that names it. */
static json_object *config_of(const char *state_text, int pid)
{
	json_object *state = json_tokener_parse(state_text), *config = NULL;
	char *bundle = bundle_of(state), *path, *text;
	uid_t owner;

	if (bundle) {
		path = xasprintf("%s/config.json", bundle);
		text = text_read_from(path, &owner);
		if (text && process_believes(pid, owner))
			config = json_tokener_parse(text);
		free(text);
		free(path);
	}
	free(bundle);
	json_object_put(state);
	return config;
}

bool engine_add(struct criu_line *line, int pid, const char *state, const char *runtime)
{
	json_object *config = config_of(state, pid), *linux_part = NULL;
	bool crun = !strcmp(runtime, "crun");

	if (!config)
		return false;
	json_object_object_get_ex(config, "linux", &linux_part);
	add_mounts(line, pid, config);
	add_masked(line, pid, linux_part, crun);
	if (!crun)
		add_devices(line, pid, linux_part);
	add_namespaces(line, linux_part);
	line->orphan_ptys = true;
	json_object_put(config);
	return true;
}
#else
bool engine_add(struct criu_line *line, int pid, const char *state, const char *runtime)
{
	(void)line;
	(void)pid;
	(void)state;
	(void)runtime;
	return false;
}
#endif
