// SPDX-License-Identifier: GPL-2.0
/*
 * measure.c - measure WAY PID TIMES: looks at a process that many times (and once before, to
 * warm up) and prints the best and the median time, in nanoseconds of CLOCK_MONOTONIC, and what
 * the look gave.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measure.h"

#define MAX_TIMES	1000

/* A further comparator is a row here, and its function a file of its own. */
static const struct bench_way ways[] = {
	{ "ours", bench_ours },
	{ "sweep", bench_sweep },
	{ "ours-host", bench_ours_host },
	{ "procloop", bench_procloop },
	{ "procloop-host", bench_procloop_host },
	{ "status", bench_status },
	{ "lsof", bench_lsof },
	{ "lsfd", bench_lsfd },
};

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static void measure(const struct bench_way *way, pid_t pid, int times)
{
	static long long took[MAX_TIMES];
	unsigned long proof = way->look(pid);
	long long start;
	int i;

	for (i = 0; i < times; i++) {
		start = now_ns();
		if (way->look(pid) != proof)
			errx(1, "%s: the process changed", way->name);
		took[i] = now_ns() - start;
	}
	qsort(took, times, sizeof(took[0]), compare);
	printf("%lld %lld %lu\n", took[0], took[times / 2], proof);
}

int main(int argc, char **argv)
{
	size_t i;
	int times;

	if (argc != 4)
		errx(1, "usage: measure WAY PID TIMES");
	times = atoi(argv[3]);
	if (times < 1 || times > MAX_TIMES)
		errx(1, "TIMES is 1 to %d", MAX_TIMES);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!strcmp(ways[i].name, argv[1])) {
			measure(&ways[i], atoi(argv[2]), times);
			return 0;
		}
	}
	errx(1, "no way %s", argv[1]);
}
