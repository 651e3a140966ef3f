// SPDX-License-Identifier: GPL-2.0
/* fuzz.c - a target of libFuzzer: see fuzz.sh, and forgery.c for what must hold. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "forgery.h"
#include "fuzz.h"

/* Puts the last line right. Return: the new size. */
static size_t close_report(uint8_t *data, size_t size, size_t max)
{
	size_t i, lines = 0;
	char end[64];
	int n;

	while (size && data[size - 1] == '\n')
		size--;
	while (size && data[size - 1] != '\n')
		size--;
	for (i = 0; i < size; i++)
		lines += data[i] == '\n';
	n = snprintf(end, sizeof(end), "end findings=%zu\n", lines ? lines - 1 : 0);
	if (size + n > max)
		return size;
	memcpy(data + size, end, n);
	return size + n;
}

/* Nearly every report with a line more or less would be refused for that alone. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	size = LLVMFuzzerMutate(data, size, max);
	return seed % 4 ? close_report(data, size, max) : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	forgery_check((const char *)data, size);
	return 0;
}
