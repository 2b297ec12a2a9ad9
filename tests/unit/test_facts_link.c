/* SPDX-License-Identifier: Apache-2.0 */
/* Which values of the link are this machine's own where the plan leaves them out. */
#include "rules/facts_link.h"

#include "rules/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ON(mac, vpc, vswitch, cidr)                                                                \
	"{\"mac\":\"" mac "\",\"vpc_id\":\"" vpc "\",\"vswitch_id\":\"" vswitch                    \
	"\",\"vswitch_cidr\":\"" cidr "\"}"
#define A ON("a", "vpc-1", "vsw-1", "10.1.1.0/24")
#define A2 ON("b", "vpc-1", "vsw-1", "10.1.1.0/24")
#define B ON("c", "vpc-1", "vsw-2", "10.1.2.0/24")
#define PAGE ON("d", "<html>", "vsw-1", "10.1.1.0/24")
#define STANDS "\"vantage\":\"vswitch-host\""

struct row {
	const char *plan, *interfaces;
	const char *vpc, *vswitch, *cidr; /* NULL: not known */
	size_t defaults; /* the region is one where the plan names none */
};

static const struct row rows[] = {
	/* the plan names the vSwitch of an interface */
	{ "\"link\":{\"vswitch_id\":\"vsw-1\"}", A "," B, "vpc-1", "vsw-1", "10.1.1.0/24", 3 },
	{ "\"link\":{\"vswitch_id\":\"vsw-2\"}", A "," B, "vpc-1", "vsw-2", "10.1.2.0/24", 3 },
	{ "\"link\":{\"vswitch_id\":\"vsw-1\",\"vpc_id\":\"vpc-1\"}", A, "vpc-1", "vsw-1",
	  "10.1.1.0/24", 2 },
	/* or of none */
	{ "\"link\":{\"vswitch_id\":\"vsw-3\"}", A "," B, NULL, "vsw-3", NULL, 1 },
	{ STANDS ",\"link\":{\"vswitch_id\":\"vsw-3\"}", A, NULL, "vsw-3", NULL, 1 },
	/* it names none, and says that this machine stands there */
	{ STANDS, A, "vpc-1", "vsw-1", "10.1.1.0/24", 4 },
	{ STANDS, A "," A2, "vpc-1", "vsw-1", "10.1.1.0/24", 4 },
	{ STANDS ",\"link\":{\"vpc_id\":\"vpc-1\"}", A, "vpc-1", "vsw-1", "10.1.1.0/24", 3 },
	/* which of two is not known */
	{ STANDS, A "," B, NULL, NULL, NULL, 1 },
	/* a machine that may stand anywhere */
	{ "\"vantage\":\"gitlab-host\"", A, NULL, NULL, NULL, 1 },
	{ "\"from\":\"eth0\"", A, NULL, NULL, NULL, 1 },
	/* the plan says otherwise */
	{ STANDS ",\"link\":{\"vpc_id\":\"vpc-2\"}", A, "vpc-2", NULL, NULL, 1 },
	{ "\"link\":{\"vswitch_id\":\"vsw-1\",\"vpc_id\":\"vpc-2\"}", A, "vpc-2", "vsw-1",
	  NULL, 1 },
	{ STANDS ",\"region\":\"cn-other\"", A, NULL, NULL, NULL, 0 },
	{ STANDS ",\"link\":{\"vswitch_cidr\":\"10.9.0.0/24\"}", A, "vpc-1", "vsw-1",
	  "10.9.0.0/24", 3 },
	/* what is no id is none, and there may be no interface */
	{ STANDS, PAGE, NULL, NULL, NULL, 1 },
	{ STANDS, "", NULL, NULL, NULL, 1 },
};

static void read_row(const struct row *row, const char *state, struct facts *facts)
{
	struct fault fault = { .code = 0 };
	struct text text;

	text_init(&text, 4096);
	text_addf(&text, "{\"schema\":\"reachback.facts/1\",\"plan\":{\"state\":\"ok\",%s},"
			 "\"metadata\":{\"state\":\"%s\",\"region\":\"cn-x\",\"interfaces\":[%s]}}",
		  row->plan, state, row->interfaces);
	if (facts_read(text_string(&text), text.length, facts, &fault))
		fail_msg("%s: %s", text_string(&text), fault.text);
	text_release(&text);
}

static void test_what_is_known(void **state)
{
	struct facts_default defaults[FACTS_DEFAULTS_MAX];
	struct facts facts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		char words[PREFIX_TEXT_MAX];
		const struct prefix *cidr;

		read_row(row, "ok", &facts);
		cidr = facts_link_cidr(&facts);
		if (!text_equal(facts_link_vpc(&facts), row->vpc) ||
		    !text_equal(facts_link_vswitch(&facts), row->vswitch) ||
		    !text_equal(cidr ? prefix_print(cidr, words) : NULL, row->cidr) ||
		    facts_defaults(&facts, defaults) != row->defaults)
			fail_msg("row %zu: %s", i, row->plan);
		facts_release(&facts);
	}
}

/* The plan stays what it was, and so does what several machines must agree about. */
static void test_plan_stays(void **state)
{
	static const struct row row = { STANDS, A, NULL, NULL, NULL, 0 };
	struct text before, after;
	struct facts facts;

	(void)state;
	text_init(&before, 4096);
	text_init(&after, 4096);
	read_row(&row, "failed", &facts);
	assert_null(facts_link_vswitch(&facts));
	assert_int_equal(plan_canonical(&facts.plan, &before), 0);
	facts_release(&facts);
	read_row(&row, "ok", &facts);
	assert_string_equal(facts_link_vswitch(&facts), "vsw-1");
	assert_int_equal(plan_canonical(&facts.plan, &after), 0);
	facts_release(&facts);
	assert_string_equal(text_string(&before), text_string(&after));
	text_release(&before);
	text_release(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_known),
		cmocka_unit_test(test_plan_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
