/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rule answers, how, for how much and in which words, where the verdict of a fixture does not
 * tell: ways in that nobody declared, ways to a service that are refused, next hops that cannot be,
 * calls that the cloud refused.
 * The fixtures are those of test_golden.
 */
#include "tests/unit/fixture.h"

static const struct row {
	const char *fixture, *code;
	enum finding_status status;
	uint32_t addresses;  /* 0: the share does not matter */
	const char *message; /* a part of it; NULL: it does not matter */
	const char *settle, *expected, *next;
} rows[] = {
	{ "rt12-arrival-not-declared", "reverse-path-filter", STATUS_UNKNOWN, 65536,
	  .message = "could arrive on uplink0, uplink1 or wan0, and nothing declares which: "
		     "uplink1 drops them (reverse-path filter), uplink0 lets them in",
	  .settle = "--return-interface INTERFACE, with the one of uplink0, uplink1 or wan0" },
	{ "rt12-arrival-not-declared", "request-not-refused", STATUS_PASS, .message = NULL },
	{ "rt12-arrival-not-declared-twin", "reverse-path-filter", STATUS_PASS, .message = NULL },
	{ "rt12-arrival-not-declared-for-a-half", "reverse-path-filter", STATUS_UNKNOWN, 32768,
	  .message = "requests from 100.104.128.0/17 (50.0%) could arrive on uplink0 or uplink1" },
	{ "rt12-other-arrival-would-do", "reverse-path-filter", STATUS_UNKNOWN, 65536,
	  .message = "uplink0 drops them (reverse-path filter), uplink1 lets them in" },
	{ "rt12-filtered-wherever-it-arrives", "reverse-path-filter", STATUS_FAIL, 65536,
	  .message = "arrive on uplink0" },
	{ "rt12-arrival-not-asked-about", "reverse-path-filter", STATUS_UNKNOWN, 65536,
	  .message = "uplink0 lets them in, and wan0 was not asked about" },
	{ "rt03-refused-on-another-arrival", "request-not-refused", STATUS_UNKNOWN, 65536,
	  .message = "uplink1 drops them (EACCES), uplink0 lets them in",
	  .settle = "--return-interface" },
	{ "rt03-refused-on-another-arrival", "reverse-path-filter", STATUS_PASS, .message = NULL },
	/* what is lost on its way back hides what its way in would be */
	{ "rt02-half-before-arrival-not-declared", "reverse-path-filter", STATUS_UNKNOWN, 32768,
	  .message = "requests from 100.104.0.0/17" },
	{ "rt02-half-before-arrival-not-declared", "reverse-path-filter", STATUS_BLOCKED, 32768,
	  .message = "100.104.128.0/17" },
	/* no way to the service at all: one cause for both services, and the rest behind it */
	{ "rt03-way-to-service-refused-by-rule", "request-not-refused", STATUS_FAIL, 65536,
	  .message = "requests from 100.104.0.0/16 find no way to the service (EACCES): refused by "
		     "rule 50: from all to 172.20.0.0/16 prohibit" },
	{ "rt03-way-to-service-refused-by-route", "request-not-refused", STATUS_FAIL, 65536,
	  .message = "(EINVAL): refused by route blackhole 172.20.5.10/32 table main" },
	{ "rt03-way-to-service-refused-by-route", "service-address-local", STATUS_BLOCKED, 0,
	  .message = "hidden for 172.20.5.10:443: mend request-not-refused first" },
	{ "rt03-way-to-service-refused-by-route", "return-next-hop", STATUS_BLOCKED, 0,
	  .message = "hidden for 172.20.5.10:22, 172.20.5.10:443: mend request-not-refused first" },
	{ "rt08-declared-off-every-network", "return-next-hop", STATUS_FAIL, 65536,
	  .expected = "via 172.22.5.1, as the plan declares, but that next hop is on no network of "
		      "this machine",
	  .next = "172.22.5.1 is on no network of this machine: correct --return-next-hop "
		  "(datacenter.return_next_hop); where routes by it are meant to be onlink" },
	{ "rt08-declared-onlink", "return-next-hop", STATUS_FAIL, 65536,
	  .next = "unless routes by it are meant to be onlink" },
	{ "rt08-declared-itself", "return-next-hop", STATUS_FAIL, 65536,
	  .next = "172.20.5.10 is this machine's own address: correct --return-next-hop" },
	{ "rt03-no-way-to-service", "request-not-refused", STATUS_UNKNOWN, 0,
	  .message = "not proved" },
	/* what may not be asked is neither a fault nor fine, and a verdict does not show it */
	{ "ctl08-call-refused", "cloud-calls-permitted", STATUS_UNKNOWN, 0,
	  .message = "the credential may not call vpc:DescribeBgpPeers",
	  .settle = "reachback docs ram-policy" },
	{ "ctl08-call-refused-twin", "cloud-calls-permitted", STATUS_PASS, .message = NULL },
};

/* Fixtures in which one finding says it all. */
static const char *const alone[] = { "rt03-way-to-service-refused-by-rule",
				     "rt03-way-to-service-refused-by-route" };

static bool holds(const char *text, const char *part)
{
	return !part || (text && strstr(text, part));
}

static bool is_met(const struct row *row, const struct finding *finding)
{
	return text_equal(finding->code, row->code) && finding->status == (int)row->status &&
	       (!row->addresses || finding->share.addresses == row->addresses) &&
	       holds(finding->message, row->message) && holds(finding->settle, row->settle) &&
	       holds(finding->expected, row->expected) && holds(finding->next, row->next);
}

static bool is_met_by_any(const struct row *row, const struct judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->findings.list.count; i++)
		if (is_met(row, LIST_AT(&judgement->findings.list, struct finding, i)))
			return true;
	return false;
}

static void test_rows(void **state)
{
	struct judged judged;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		judged_open(&judged, rows[i].fixture);
		judged_judge(&judged);
		if (!is_met_by_any(&rows[i], &judged.judgement))
			fail_msg("%s: %s is not as in row %zu", rows[i].fixture, rows[i].code, i);
		judged_close(&judged);
	}
}

static void test_alone(void **state)
{
	struct judged judged;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
		judged_open(&judged, alone[i]);
		judged_judge(&judged);
		assert_int_equal(judged.judgement.counts[STATUS_FAIL], 1);
		assert_int_equal(judged.judgement.counts[STATUS_UNKNOWN], 0);
		judged_close(&judged);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
