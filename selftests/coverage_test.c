// SPDX-License-Identifier: GPL-2.0
/* coverage_test.c - every rule has a fixture that trips it and a near miss; needs no module. */
#include "kselftest_harness.h"

#define CKPT_RULE_TABLE
#include "ckptcheck_table.h"
#include "target.h"

#define MAX_CASES	1000

static char names[MAX_CASES][MKOBJ_NAME];

/* Whether there is a case of that rule. */
static bool covered(const char *rule, int nr)
{
	size_t n = strlen(rule);
	int i;

	for (i = 0; i < nr; i++)
		if (!strncmp(names[i], rule, n) && (!names[i][n] || names[i][n] == '.'))
			return true;
	return false;
}

static void check_all(struct __test_metadata *_metadata, const char *kind)
{
	int i, nr = mkobj_list(names, MAX_CASES, kind);

	for (i = 0; i < CKPT_NR_RULES; i++) {
		EXPECT_TRUE(covered(ckpt_rules[i].name, nr)) {
			TH_LOG("mkobj has no case of %s that is a %s", ckpt_rules[i].name, kind);
		}
	}
}

TEST(every_rule_has_a_fixture)
{
	check_all(_metadata, "trip");
}

TEST(every_rule_has_a_near_miss)
{
	check_all(_metadata, "miss");
}

/* A case without a rule would never be asked for. */
TEST(every_case_has_a_rule)
{
	int i, k, nr = mkobj_list(names, MAX_CASES, "trip");
	size_t n;

	for (k = 0; k < nr; k++) {
		n = strcspn(names[k], ".");
		for (i = 0; i < CKPT_NR_RULES; i++)
			if (!strncmp(ckpt_rules[i].name, names[k], n) && !ckpt_rules[i].name[n])
				break;
		EXPECT_LT(i, CKPT_NR_RULES) {
			TH_LOG("%s: no such rule", names[k]);
		}
	}
}

/* Classes change at versions that ascend, the newest known one at the latest. */
TEST(spans_ascend)
{
	const struct ckpt_rule *rule;
	__u32 i;

	for (rule = ckpt_rules; rule < ckpt_rules + CKPT_NR_RULES; rule++) {
		ASSERT_LT(0, rule->nr_spans);
		ASSERT_GE(CKPT_MAX_SPANS, rule->nr_spans);
		for (i = 1; i < rule->nr_spans; i++)
			EXPECT_LT(rule->spans[i - 1].since, rule->spans[i].since);
		EXPECT_GE(CKPTCHECK_TARGET_NEWEST, rule->spans[i - 1].since);
		for (i = 0; i < rule->nr_spans; i++)
			EXPECT_EQ(rule->spans[i].cls == CKPTCHECK_CLASS_OPTION,
				  !!rule->spans[i].needs[0]);
	}
}

TEST_HARNESS_MAIN
