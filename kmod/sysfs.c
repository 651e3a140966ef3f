// SPDX-License-Identifier: GPL-2.0
/* sysfs.c - /sys/kernel/ckptcheck: settings and figures, see Documentation/ABI/testing. */

#include <linux/atomic.h>
#include <linux/kobject.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "policy.h"
#include "sysfs.h"

#define CKPT_MAX_OBJECTS_DEFAULT	1000000U
#define CKPT_MAX_OBJECTS_LEAST		1024U
#define CKPT_MAX_OBJECTS_MOST		16000000U

static u32 ckpt_target = CKPTCHECK_TARGET_NEWEST;
static u32 ckpt_objects = CKPT_MAX_OBJECTS_DEFAULT;
/* Holds below 2^CKPT_HOLDS_LEAST ns are counted together, and those of twice as long each. */
#define CKPT_HOLDS_LEAST	10
#define CKPT_HOLDS_NR		12

static atomic64_t ckpt_scans, ckpt_failed, ckpt_longest_hold, ckpt_holds[CKPT_HOLDS_NR];
static struct kobject *ckpt_kobj;

u32 ckpt_default_target(void)
{
	return READ_ONCE(ckpt_target);
}

u32 ckpt_max_objects(void)
{
	return READ_ONCE(ckpt_objects);
}

void ckpt_stats_scan(bool failed)
{
	atomic64_inc(&ckpt_scans);
	if (failed)
		atomic64_inc(&ckpt_failed);
}

void ckpt_stats_hold(u64 ns)
{
	s64 longest = atomic64_read(&ckpt_longest_hold);

	atomic64_inc(&ckpt_holds[min(ilog2(ns >> CKPT_HOLDS_LEAST << 1 | 1), CKPT_HOLDS_NR - 1)]);
	while ((s64)ns > longest && !atomic64_try_cmpxchg(&ckpt_longest_hold, &longest, ns))
		;
}

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", THIS_MODULE->version);
}

static ssize_t format_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", CKPTCHECK_FORMAT);
}

static ssize_t target_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	char target[CKPT_TARGET_STRLEN];

	ckpt_target_print(target, ckpt_default_target());
	return sysfs_emit(buf, "%s\n", target);
}

static ssize_t target_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			    size_t count)
{
	u32 target;
	int err = ckpt_target_parse(buf, &target);

	if (err)
		return err;
	WRITE_ONCE(ckpt_target, target);
	return count;
}

static ssize_t max_objects_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", ckpt_max_objects());
}

static ssize_t max_objects_store(struct kobject *kobj, struct kobj_attribute *attr,
				 const char *buf, size_t count)
{
	unsigned int objects;
	int err = kstrtouint(buf, 10, &objects);

	if (err)
		return err;
	if (objects < CKPT_MAX_OBJECTS_LEAST || objects > CKPT_MAX_OBJECTS_MOST)
		return -ERANGE;
	WRITE_ONCE(ckpt_objects, objects);
	return count;
}

static ssize_t scans_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", (long long)atomic64_read(&ckpt_scans));
}

static ssize_t failed_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", (long long)atomic64_read(&ckpt_failed));
}

static ssize_t longest_hold_ns_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", (long long)atomic64_read(&ckpt_longest_hold));
}

static ssize_t holds_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	int i, len = 0;

	for (i = 0; i < CKPT_HOLDS_NR; i++)
		len += sysfs_emit_at(buf, len, "%lld%c", (long long)atomic64_read(&ckpt_holds[i]),
				     i < CKPT_HOLDS_NR - 1 ? ' ' : '\n');
	return len;
}

static struct kobj_attribute ckpt_version_attr = __ATTR_RO(version);
static struct kobj_attribute ckpt_format_attr = __ATTR_RO(format);
static struct kobj_attribute ckpt_target_attr = __ATTR_RW(target);
static struct kobj_attribute ckpt_max_objects_attr = __ATTR_RW(max_objects);
static struct kobj_attribute ckpt_scans_attr = __ATTR_RO(scans);
static struct kobj_attribute ckpt_failed_attr = __ATTR_RO(failed);
static struct kobj_attribute ckpt_longest_hold_attr = __ATTR_RO(longest_hold_ns);
static struct kobj_attribute ckpt_holds_attr = __ATTR_RO(holds);

static struct attribute *ckpt_attrs[] = {
	&ckpt_version_attr.attr,
	&ckpt_format_attr.attr,
	&ckpt_target_attr.attr,
	&ckpt_max_objects_attr.attr,
	NULL
};

static struct attribute *ckpt_stats_attrs[] = {
	&ckpt_scans_attr.attr,
	&ckpt_failed_attr.attr,
	&ckpt_longest_hold_attr.attr,
	&ckpt_holds_attr.attr,
	NULL
};

static const struct attribute_group ckpt_group = { .attrs = ckpt_attrs };
static const struct attribute_group ckpt_stats_group = {
	.name = "stats", .attrs = ckpt_stats_attrs,
};

static const struct attribute_group *ckpt_groups[] = { &ckpt_group, &ckpt_stats_group, NULL };

/* Return: 0 or -ENOMEM, or what sysfs says. */
int ckpt_sysfs_init(void)
{
	int err;

	ckpt_kobj = kobject_create_and_add("ckptcheck", kernel_kobj);
	if (!ckpt_kobj)
		return -ENOMEM;
	err = sysfs_create_groups(ckpt_kobj, ckpt_groups);
	if (err)
		kobject_put(ckpt_kobj);
	return err;
}

/* Waits for readers of the files. */
void ckpt_sysfs_exit(void)
{
	kobject_put(ckpt_kobj);
}
