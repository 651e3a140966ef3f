// SPDX-License-Identifier: GPL-2.0
/*
 * parse.c - puts the parser of reports under stress: each file given is parsed whole, cut at
 * every byte, and with bytes changed at random, always the same way. Build it with sanitizers.
 * What must hold is in forgery.c; fuzz.sh does the same in a cleverer way, where there is clang.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forgery.h"

#define ROUNDS	20000
#define MAX_CUT	4096

static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void stress(char *data, size_t size, bool accepted)
{
	static const char likely[] = "\n \"\\=x0aend";
	char *changed = malloc(size + 1);
	uint32_t seed = 1 + size;
	int round, n;
	size_t cut;

	for (cut = 0; cut < size && cut < MAX_CUT; cut++)
		if (forgery_check(data, cut) && accepted)
			abort();
	for (round = 0; size && round < ROUNDS; round++) {
		memcpy(changed, data, size);
		for (n = next(&seed) % 4; n >= 0; n--) {
			char *at = changed + next(&seed) % (size < MAX_CUT ? size : MAX_CUT);

			*at = next(&seed);
			if (*at % 2)
				*at = likely[next(&seed) % (sizeof(likely) - 1)];
		}
		forgery_check(changed, size);
	}
	free(changed);
}

/* In corpus/ a report that must be refused has a name in bad-; the reports/ are command.sh's. */
static bool is_expected(const char *path, bool accepted)
{
	return strncmp(path, "corpus/", 7) || accepted == !!strncmp(path + 7, "bad-", 4);
}

int main(int argc, char **argv)
{
	int i, failed = 0;

	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");
		char *data = malloc(1 << 20);
		bool accepted;
		size_t size;

		if (!file || !data) {
			perror(argv[i]);
			return 1;
		}
		size = fread(data, 1, 1 << 20, file);
		fclose(file);
		accepted = forgery_check(data, size);
		if (!is_expected(argv[i], accepted)) {
			printf("not ");
			failed++;
		}
		stress(data, size, accepted);
		free(data);
		printf("ok %d - %s\n", i, argv[i]);
	}
	printf("1..%d\n", argc - 1);
	return !!failed;
}
