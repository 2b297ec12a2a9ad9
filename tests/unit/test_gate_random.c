/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate over random sets of facts: it passes where every vantage was seen healthy, with this
 * plan and not long ago, and nowhere else. What the cloud says is not the subject here: all rules
 * that read it are accepted.
 */
#include "tests/unit/join_world.h"

#include "cmd/judge.h"
#include "tests/random.h"

#include <time.h>

#define ROUNDS 2000
#define HOUR 3600
#define PLAN_MAX 65536
#define COMMON                                                                                     \
	"\"gitlab\":{\"url\":\"http://172.20.5.10\",\"access\":\"datacenter\"}"

enum who { HOST, ROUTER, VSWITCH, WHOS };

enum harm {
	NO_HARM,
	AWAY,      /* nobody looked there */
	STALE,     /* an hour ago and more */
	FUTURE,    /* a clock is wrong */
	UNDATED,   /* nobody knows when */
	FAILED,    /* half of the range goes into a hole; the endpoints could not be looked at */
	UNPROVED,  /* no classes */
	DENIED,    /* a section could not be read */
	OTHER_PLAN,
	HARMS
};

/* Accepts every rule that reads what the cloud says. */
static const char *plan_words(char words[PLAN_MAX], const char *region)
{
	size_t i, length;
	bool any = false;

	length = (size_t)snprintf(words, PLAN_MAX, "%s%s%s" COMMON ",\"accept\":[",
				  region ? "\"region\":\"" : "", region ? region : "",
				  region ? "\"," : "");
	for (i = 0; i < rule_catalog_count; i++) {
		const struct rule *rule = rule_catalog[i];

		if (!(rule->reads & SECTIONS_OF_CLOUD))
			continue;
		length += (size_t)snprintf(words + length, PLAN_MAX - length,
					   "%s{\"code\":\"%s\",\"reason\":\"x\"}", any ? "," : "",
					   rule->code);
		any = true;
	}
	length += (size_t)snprintf(words + length, PLAN_MAX - length,
				   "],\"datacenter\":{\"by_vantage\":{"
				   "\"gitlab-host\":{\"return_next_hop\":\"172.20.5.1\"},"
				   "\"idc-router\":{\"return_next_hop\":\"10.0.12.1\"}}}");
	assert_true(length < PLAN_MAX);
	return words;
}

static void word_time(char words[32], time_t moment)
{
	struct tm parts;

	assert_non_null(gmtime_r(&moment, &parts));
	assert_true(strftime(words, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0);
}

/* The vSwitch side saw the endpoints and asked the cloud. */
static void make_vswitch(const struct machine *machine, struct facts *facts)
{
	static const unsigned int seen[] = { SECTION_ENDPOINTS, SECTION_CLOUD, SECTION_NETWORK,
					     SECTION_TRANSIT, SECTION_GROUPS, SECTION_BALANCERS,
					     SECTION_INSTANCE, SECTION_PRIVATE_ZONES };
	size_t i;

	make_facts(machine, facts);
	for (i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		facts_section(facts, (enum section_id)seen[i])->state = FACT_OK;
}

static void spoil(enum harm harm, enum who who, struct machine *machine, char started[32])
{
	time_t now = time(NULL);

	if (harm == STALE)
		word_time(started, now - HOUR - 60);
	else if (harm == FUTURE)
		word_time(started, now + 2 * HOUR);
	else if (harm == UNPROVED)
		machine->classes = "";
	if (harm != FAILED)
		return;
	if (who == HOST) {
		machine->classes = CLASS("null", LOWER, UNICAST("172.20.5.1", "eth0")) ","
				   CLASS("null", UPPER, HOLE);
		machine->entries = HOST_ROUTES ROUTER_HOLE;
	} else {
		machine->classes = CLASS("\"lan0\"", LOWER, UNICAST("10.0.12.1", "up0")) ","
				   CLASS("\"lan0\"", UPPER, HOLE);
		machine->entries = ROUTER_ROUTES ROUTER_HOLE;
	}
}

static void deny(enum harm harm, enum who who, struct facts *facts)
{
	enum section_id id = who == VSWITCH ? SECTION_ENDPOINTS : SECTION_ROUTES;

	if (harm == UNDATED) {
		free(facts->started);
		facts->started = NULL;
	}
	if (harm == DENIED || (harm == FAILED && who == VSWITCH))
		facts_section(facts, id)->state = harm == DENIED ? FACT_DENIED : FACT_FAILED;
}

static void make_one(enum who who, enum harm harm, struct facts *facts)
{
	static char plan[PLAN_MAX];
	struct machine machine = who == ROUTER ? good_router : good_host;
	char started[32];

	word_time(started, time(NULL) - 60);
	machine.started = started;
	machine.plan = plan_words(plan, harm == OTHER_PLAN ? "cn-hangzhou" : NULL);
	if (who == VSWITCH) {
		machine.name = "v1";
		machine.machine = "cccccccccccccccc";
		machine.vantage = "vswitch-host";
		machine.address = "192.168.1.5";
		machine.service = "\"local\":false";
		machine.classes = "";
	}
	spoil(harm, who, &machine, started);
	if (who == VSWITCH)
		make_vswitch(&machine, facts);
	else
		make_facts(&machine, facts);
	deny(harm, who, facts);
}

/* What `create` asks: does the gate let these facts through, an hour at most old? */
static bool passes(const struct facts *const *given, size_t count, char why[512])
{
	const struct duration hour = { .given = true, .ms = HOUR * 1000 };
	struct judgement judgement;
	struct fault fault = { 0 };
	struct join join;
	enum verdict gate;
	size_t i;
	int length;

	if (!count || join_choose(given, count, &join, &fault))
		return false;
	assert_int_equal(judge_join(&join, &hour, &judgement, &fault), 0);
	gate = judgement.gate;
	length = snprintf(why, 512, "%s", verdict_words[gate]);
	for (i = 0; i < judgement.missing.count && length < 512; i++) {
		const struct gate_missing *one =
			LIST_AT(&judgement.missing, struct gate_missing, i);

		if (one->needed)
			length += snprintf(why + length, 512 - (size_t)length, "; %s", one->needs);
	}
	judgement_release(&judgement);
	join_release(&join);
	return gate == VERDICT_READY || gate == VERDICT_RISKS;
}

/* Classes are not the vSwitch side's to prove. */
static bool is_harm(enum who who, enum harm harm)
{
	return harm != NO_HARM && !(who == VSWITCH && harm == UNPROVED);
}

static void test_gate_passes_only_what_is_whole(void **state)
{
	struct random random = random_seeded("gate_random");
	size_t round, good = 0;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		struct facts facts[WHOS];
		const struct facts *given[WHOS];
		enum harm harms[WHOS];
		char why[512] = "";
		bool whole = true;
		size_t count = 0, who;

		for (who = 0; who < WHOS; who++) {
			harms[who] = random_below(&random, 3) ? NO_HARM :
								random_below(&random, HARMS);
			make_one((enum who)who, harms[who], &facts[who]);
			whole = whole && !is_harm((enum who)who, harms[who]);
			if (harms[who] != AWAY)
				given[count++] = &facts[who];
		}
		/* three of another plan agree with each other: no `create` has such a plan */
		if (harms[0] == OTHER_PLAN && harms[1] == OTHER_PLAN && harms[2] == OTHER_PLAN)
			whole = true;
		if (passes(given, count, why) != whole)
			fail_msg("harms %d %d %d: %s", harms[0], harms[1], harms[2], why);
		good += whole;
		for (who = 0; who < WHOS; who++)
			facts_release(&facts[who]);
	}
	assert_true(good > 0 && good < ROUNDS);
}

/* Counts of findings and needs at random against the words of the design. */
static void test_gate_of_random_findings(void **state)
{
	struct random random = random_seeded("gate_findings");
	size_t round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		struct judgement judgement = { .vantage = VANTAGE_GITLAB_HOST };
		bool failed = false, open = false, risky = false, passed;
		size_t count = random_below(&random, 6), i;

		for (i = 0; i < count; i++) {
			struct finding *one = findings_add(&judgement.findings, STATUS_PASS);

			assert_non_null(one);
			one->status = (int)random_below(&random, STATUS_COUNT);
			one->severity = (int)random_below(&random, SEVERITY_COUNT);
			one->decided = random_below(&random, 4) == 0;
			if (random_below(&random, 4) == 0)
				one->accepted.reason = text_copy("known");
			failed = failed || (one->status == STATUS_FAIL && !one->accepted.reason);
			open = open || (one->status == STATUS_UNKNOWN && !one->accepted.reason &&
					!one->decided && one->severity == SEVERITY_BLOCKER);
			risky = risky || one->status == STATUS_WARN ||
				(one->accepted.reason && (one->status == STATUS_FAIL ||
							  one->status == STATUS_UNKNOWN));
		}
		for (i = random_below(&random, 3); i > 0; i--) {
			struct gate_missing *need = list_add(&judgement.missing, sizeof(*need));

			assert_non_null(need);
			need->needed = random_below(&random, 3) == 0;
			open = open || need->needed;
		}
		assert_int_equal(judgement_settle(&judgement), 0);
		passed = judgement.gate == VERDICT_READY || judgement.gate == VERDICT_RISKS;
		assert_int_equal(passed, !failed && !open);
		assert_int_equal(judgement.gate == VERDICT_READY, !failed && !open && !risky);
		assert_int_equal(judgement.gate == VERDICT_NOT_READY, failed);
		judgement_release(&judgement);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate_passes_only_what_is_whole),
		cmocka_unit_test(test_gate_of_random_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
