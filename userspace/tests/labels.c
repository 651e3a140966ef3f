// SPDX-License-Identifier: GPL-2.0
/* labels.c - whose a cgroup is, and values of labels as text; prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../metrics.h"
#include "../text.h"

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2	"fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static const struct {
	const char *cgroups;
	enum owner_kind kind;
	const char *name;
} owners[] = {
	/* units */
	{ "0::/system.slice/ssh.service\n", OWNER_UNIT, "ssh.service" },
	{ "0::/system.slice/ssh.service", OWNER_UNIT, "ssh.service" },
	{ "0::/system.slice/system-getty.slice/getty@tty1.service\n", OWNER_UNIT,
	  "getty@tty1.service" },
	{ "0::/init.scope\n", OWNER_UNIT, "init.scope" },
	{ "0::/system.slice/shop\\x2dfloor.service/worker\n", OWNER_UNIT,
	  "shop\\x2dfloor.service" },
	{ "0::/system.slice/_cgroup.service\n", OWNER_UNIT, "cgroup.service" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.service\n", OWNER_UNIT,
	  "user@1000.service" },
	{ "0::/user.slice/user-1000.slice/session-4711.scope\n", OWNER_UNIT, "user-1000.slice" },
	{ "0::/session-1.scope\n", OWNER_UNIT, "session-1.scope" },
	{ "0::/system.slice/tmp.mount\n", OWNER_UNIT, "tmp.mount" },
	{ "9:name=systemd:/system.slice/cron.service\n8:pids:/system.slice/cron.service\n0::/\n",
	  OWNER_UNIT, "cron.service" },
	{ "0::/a \"b\" c.service\n", OWNER_UNIT, "a \"b\" c.service" },
	{ "0::/a\377b\033[2J.service\n", OWNER_UNIT, "a\357\277\275b\357\277\275[2J.service" },
	/* containers */
	{ "0::/system.slice/docker-" ID ".scope\n", OWNER_CONTAINER, ID },
	{ "0::/machine.slice/libpod-" ID ".scope/container\n", OWNER_CONTAINER, ID },
	{ "0::/docker/" ID "\n", OWNER_CONTAINER, ID },
	{ "0::/" ID "\n", OWNER_CONTAINER, ID },
	{ "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope\n", OWNER_CONTAINER,
	  ID },
	{ "0::/kubepods/burstable/pod1/" ID "\n", OWNER_CONTAINER, ID },
	{ "0::/system.slice/kubepods-pod1.slice:cri-containerd:" ID "\n", OWNER_CONTAINER, ID },
	{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope\n",
	  OWNER_CONTAINER, ID },
	{ "0::/lxc.payload.web/system.slice/ssh.service\n", OWNER_CONTAINER, "web" },
	/* the outermost one; the one in any hierarchy */
	{ "0::/docker/" ID "/docker/" ID2 "\n", OWNER_CONTAINER, ID },
	{ "0::/docker/" ID "/system.slice/ssh.service\n", OWNER_CONTAINER, ID },
	{ "4:memory:/system.slice/docker.service\n1:name=systemd:/docker/" ID "\n",
	  OWNER_CONTAINER, ID },
	/* neither */
	{ "0::/machine.slice/libpod-conmon-" ID ".scope\n", OWNER_UNIT,
	  "libpod-conmon-" ID ".scope" },
	{ "0::/system.slice/x" ID ".service\n", OWNER_UNIT, "x" ID ".service" },
	{ "0::/docker/1" ID "\n", OWNER_NONE, NULL },
	{ "0::/docker/X" ID "\n", OWNER_NONE, NULL },
	{ "0::/docker/0123456789abcdef\n", OWNER_NONE, NULL },
	{ "0::/\n", OWNER_NONE, NULL },
	{ "0::/../..\n", OWNER_NONE, NULL },
	{ "0::/system.slice\n", OWNER_NONE, NULL },
	{ "0::/.service/.scope/lxc.payload.\n", OWNER_NONE, NULL },
	{ "0::/shop\n", OWNER_NONE, NULL },
	{ "0::\n", OWNER_NONE, NULL },
	{ "\n\n", OWNER_NONE, NULL },
	{ "", OWNER_NONE, NULL },
};

static const char * const labels[][2] = {
	{ "ssh.service", "ssh.service" },
	{ "shop\\x2dfloor", "shop\\\\x2dfloor" },
	{ "say \"hi\"", "say \\\"hi\\\"" },
	{ "two\nlines", "two\\nlines" },
	{ "\\\"\n", "\\\\\\\"\\n" },
	{ "{a=b},c", "{a=b},c" },
	{ "", "" },
};

static int failed, number;

static void tap(bool good, const char *what, const char *got)
{
	const char *p;

	failed += !good;
	printf("%sok %d - ", good ? "" : "not ", ++number);
	for (p = what; *p; p++)
		printf(*p >= ' ' && *p < 0x7f ? "%c" : "\\%03o", (unsigned char)*p);
	putchar('\n');
	if (!good)
		printf("# got %s\n", got);
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
		char *name = NULL;
		enum owner_kind kind = owner_of_cgroups(owners[i].cgroups, &name);

		tap(kind == owners[i].kind &&
		    (kind == OWNER_NONE || !strcmp(name, owners[i].name)),
		    owners[i].cgroups, kind == OWNER_NONE ? "none" : name);
		if (kind != OWNER_NONE)
			free(name);
	}
	for (i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		char *text;
		FILE *out = text_open(&text);

		label_put(out, labels[i][0]);
		text_close(out, &text);
		tap(!strcmp(text, labels[i][1]), labels[i][0], text);
		free(text);
	}
	printf("1..%d\n", number);
	return !!failed;
}
