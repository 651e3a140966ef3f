// SPDX-License-Identifier: GPL-2.0
/* status.c - verdicts as exit status and as words. */
#include "tool.h"

enum exit_status status_of(enum ckptcheck_class verdict)
{
	static const enum exit_status status[CKPTCHECK_NR_CLASSES] = {
		[CKPTCHECK_CLASS_INFO] = EXIT_OK,
		[CKPTCHECK_CLASS_LOSSY] = EXIT_LOSSY,
		[CKPTCHECK_CLASS_RESTORE] = EXIT_LOSSY,
		[CKPTCHECK_CLASS_OPTION] = EXIT_OPTIONS,
		[CKPTCHECK_CLASS_UNKNOWN] = EXIT_UNDECIDED,
		[CKPTCHECK_CLASS_BLOCKER] = EXIT_BLOCKED,
	};

	return status[verdict];
}

/* The numbers are not in the order of badness: error, blocked, undecided, options, lossy, ok. */
enum exit_status status_worse(enum exit_status a, enum exit_status b)
{
	static const int badness[] = {
		[EXIT_OK] = 0, [EXIT_LOSSY] = 1, [EXIT_OPTIONS] = 2, [EXIT_UNDECIDED] = 3,
		[EXIT_BLOCKED] = 4, [EXIT_ERROR] = 5,
	};

	return badness[a] > badness[b] ? a : b;
}

/* One %s takes the CRIU version. */
const char *verdict_sentence(enum ckptcheck_class verdict)
{
	static const char * const sentences[CKPTCHECK_NR_CLASSES] = {
		[CKPTCHECK_CLASS_INFO] = "CRIU %s can dump it",
		[CKPTCHECK_CLASS_LOSSY] = "CRIU %s can dump it, but state will be lost",
		[CKPTCHECK_CLASS_RESTORE] = "CRIU %s can dump it, but not restore it",
		[CKPTCHECK_CLASS_OPTION] = "CRIU %s can dump it with the options below",
		[CKPTCHECK_CLASS_UNKNOWN] = "not known whether CRIU %s can dump it",
		[CKPTCHECK_CLASS_BLOCKER] = "CRIU %s cannot dump it",
	};

	return sentences[verdict];
}
