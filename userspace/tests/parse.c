// SPDX-License-Identifier: GPL-2.0
/*
 * parse.c - puts the parser of reports under stress: each file given is parsed whole, cut at
 * every byte, and with bytes changed at random, always the same way. Build it with sanitizers;
 * with -fsanitize=fuzzer -DFUZZER it is a target of libFuzzer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../report.h"

#define ROUNDS	20000
#define MAX_CUT	4096

static enum report_state parse(const uint8_t *data, size_t size)
{
	/* Of exactly that size, so that a byte read too much is seen. */
	char *copy = malloc(size ? size : 1);
	struct report report;
	enum report_state state;
	size_t i;

	memcpy(copy, data, size);
	state = report_parse(&report, copy, size);
	free(copy);
	for (i = 0; i < report.nr && state == REPORT_OK; i++)
		if (strlen(report.records[i].rule) > 64 || !report.records[i].nr_pairs)
			abort();
	report_free(&report);
	return state;
}

#ifdef FUZZER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse(data, size);
	return 0;
}

#else

static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void stress(uint8_t *data, size_t size)
{
	static const uint8_t likely[] = "\n \"\\=x0aend";
	uint8_t *changed = malloc(size + 1);
	uint32_t seed = 1 + size;
	int round, n;
	size_t cut;

	for (cut = 0; cut < size && cut < MAX_CUT; cut++)
		if (parse(data, cut) == REPORT_OK)
			abort();
	for (round = 0; size && round < ROUNDS; round++) {
		memcpy(changed, data, size);
		for (n = next(&seed) % 4; n >= 0; n--) {
			uint8_t *at = changed + next(&seed) % (size < MAX_CUT ? size : MAX_CUT);

			*at = next(&seed);
			if (*at % 2)
				*at = likely[next(&seed) % (sizeof(likely) - 1)];
		}
		parse(changed, size);
	}
	free(changed);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");
		uint8_t *data = malloc(1 << 20);
		size_t size;

		if (!file || !data) {
			perror(argv[i]);
			return 1;
		}
		size = fread(data, 1, 1 << 20, file);
		fclose(file);
		stress(data, size);
		free(data);
		printf("ok %d - %s\n", i, argv[i]);
	}
	printf("1..%d\n", argc - 1);
	return 0;
}

#endif
