// SPDX-License-Identifier: GPL-2.0
/* policy.c - the rule table itself, and CRIU versions as text. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define CKPT_RULE_TABLE
#include "policy.h"

/* Versions newer than the newest known one are judged as that one. */
bool ckpt_target_valid(u32 target)
{
	return target >= CKPTCHECK_TARGET_OLDEST && target <= CKPTCHECK_VERSION(255, 255, 255);
}

/* Reads "4.2", "3.17.1" or "4.2\n".  Return: 0 or -EINVAL. */
int ckpt_target_parse(const char *text, u32 *target)
{
	unsigned int part[3] = {};
	u32 parsed;
	int i;

	for (i = 0; i < 3; i++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		while (*text >= '0' && *text <= '9') {
			part[i] = part[i] * 10 + *text++ - '0';
			if (part[i] > 255)
				return -EINVAL;
		}
		if (*text != '.')
			break;
		text++;
	}
	if (i == 0 || i == 3 || (*text && strcmp(text, "\n")))
		return -EINVAL;
	parsed = CKPTCHECK_VERSION(part[0], part[1], part[2]);
	if (!ckpt_target_valid(parsed))
		return -EINVAL;
	*target = parsed;
	return 0;
}

/* Return: length of "4.2" or "3.17.1" in @buf. */
int ckpt_target_print(char buf[CKPT_TARGET_STRLEN], u32 target)
{
	int n = scnprintf(buf, CKPT_TARGET_STRLEN, "%u.%u", CKPTCHECK_VERSION_MAJOR(target),
			  CKPTCHECK_VERSION_MINOR(target));

	if (CKPTCHECK_VERSION_PATCH(target))
		n += scnprintf(buf + n, CKPT_TARGET_STRLEN - n, ".%u",
			       CKPTCHECK_VERSION_PATCH(target));
	return n;
}
