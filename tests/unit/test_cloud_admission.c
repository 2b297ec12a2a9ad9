/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of findings about admission over the golden fixtures: one finding a service address
 * and port carries the exact share, no other one does, nothing blocks it, a twin passes; and what
 * is not known is neither pass nor fail.
 */
#include "tests/unit/fixture.h"

#include <dirent.h>

#define MAIN_RULE "security-groups-admit-range"
#define GITLAB "172.20.5.10"
#define MAVEN "172.20.5.20"

static const struct finding *finding_at(const struct judged *judged, size_t i)
{
	return LIST_AT(&judged->judgement.findings.list, struct finding, i);
}

/* The finding of a rule about GitLab's or Maven's address; NULL: none. */
static const struct finding *finding_of(const struct judged *judged, const char *code,
					const char *address)
{
	struct address wanted;
	size_t i;

	assert_int_equal(address_parse(address, &wanted), 0);
	for (i = 0; i < judged->judgement.findings.list.count; i++)
		if (strcmp(finding_at(judged, i)->code, code) == 0 &&
		    address_equal(&finding_at(judged, i)->subject.address, &wanted))
			return finding_at(judged, i);
	return NULL;
}

/* Refused addresses of GitLab's finding. */
static const struct {
	const char *name;
	uint32_t refused;
} shares[] = {
	{ "sg01-no-rule", 65536 }, { "sg01-no-rule-twin", 0 }, { "sg02-half", 32768 },
	{ "sg02-half-twin", 0 }, { "sg02-one-slice", 65536 - 64 }, { "sg02-all-but-one", 1 },
	{ "sg02-all-but-one-twin", 0 }, { "sg02-two-groups", 16384 }, { "sg06-tie", 256 },
	{ "sg06-tie-twin", 0 }, { "sg06-drop-by-priority", 65536 },
	{ "sg11-list-is-stale", 32768 }, { "sg19-half-of-it", 32768 },
	{ "sg03-source-port", 65536 }, { "sg15-no-way-out", 0 },
};

static void test_shares(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		struct judged judged;
		const struct finding *finding;

		judged_open(&judged, shares[i].name);
		judged_judge(&judged);
		finding = finding_of(&judged, MAIN_RULE, GITLAB);
		assert_non_null(finding);
		assert_true(finding->share.known);
		if (finding->share.addresses != shares[i].refused)
			fail_msg("%s: %u refused", shares[i].name, finding->share.addresses);
		assert_int_equal(finding->status, shares[i].refused ? STATUS_FAIL : STATUS_PASS);
		judged_close(&judged);
	}
}

static bool is_admission(const char *code)
{
	static const char *const words[] = { "security-group", "network-acl", "managed-group",
					     "webhooks-", "balancer-" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(code, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static void check_contract(const struct judged *judged, const char *name, bool twin)
{
	size_t i, j;

	for (i = 0; i < judged->judgement.findings.list.count; i++) {
		const struct finding *one = finding_at(judged, i);

		if (!is_admission(one->code))
			continue;
		if (one->status == STATUS_BLOCKED || one->blocked_by.count)
			fail_msg("%s: %s is blocked", name, one->code);
		if (one->share.known != (strcmp(one->code, MAIN_RULE) == 0 &&
					 (one->status == STATUS_FAIL ||
					  (one->status == STATUS_PASS && one->subject.port.known))))
			fail_msg("%s: share of %s", name, one->code);
		if (twin && one->status != STATUS_PASS && one->status != STATUS_SKIPPED)
			fail_msg("%s: %s: %s", name, one->code, one->message);
		for (j = 0; j < i && one->share.known; j++)
			if (strcmp(finding_at(judged, j)->code, one->code) == 0 &&
			    address_equal(&finding_at(judged, j)->subject.address,
					  &one->subject.address) &&
			    finding_at(judged, j)->subject.port.value == one->subject.port.value)
				fail_msg("%s: two shares for one service", name);
	}
}

static void test_contract(void **state)
{
	DIR *folder = opendir(FIXTURES);
	struct dirent *entry;
	size_t seen = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		size_t length = strlen(entry->d_name);
		struct judged judged;
		char name[256];

		if (length < 6 || strncmp(entry->d_name, "sg", 2) != 0 ||
		    strcmp(entry->d_name + length - 5, ".json") != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(length - 5), entry->d_name);
		judged_open(&judged, name);
		if (judged.facts.groups.section.state == FACT_OK) {
			judged_judge(&judged);
			check_contract(&judged, name, strstr(name, "-twin") != NULL);
			seen++;
		}
		judged_close(&judged);
	}
	closedir(folder);
	assert_true(seen > 60);
}

static void replace(char **place, const char *words)
{
	free(*place);
	*place = words ? strdup(words) : NULL;
}

static struct group_fact *group_of(struct judged *judged, const char *id)
{
	return (struct group_fact *)groups_group(&judged->facts.groups, id);
}

/* What may not be known, one thing at a time: each of them must make GitLab's finding unknown. */
static void hide_owner(struct judged *judged)
{
	LIST_AT(&judged->facts.groups.owners, struct owner_fact, 0)->state = FACT_DENIED;
}

static void hide_interface(struct judged *judged)
{
	replace(&LIST_AT(&judged->facts.groups.owners, struct owner_fact, 0)->interface, NULL);
}

static void forget_owner(struct judged *judged)
{
	LIST_AT(&judged->facts.groups.owners, struct owner_fact, 0)->address =
		address_from_ipv4(1);
}

static void deny_rules(struct judged *judged)
{
	group_of(judged, "sg-git")->state = FACT_DENIED;
}

static void lose_group(struct judged *judged)
{
	replace(&group_of(judged, "sg-git")->id, "sg-other");
}

static void empty_groups(struct judged *judged)
{
	strings_release(&LIST_AT(&judged->facts.groups.interfaces, struct interface_fact,
				 0)->groups);
}

static struct group_rule_fact *range_rule(struct judged *judged)
{
	return LIST_AT(&group_of(judged, "sg-git")->rules, struct group_rule_fact, 0);
}

static void unknown_policy(struct judged *judged)
{
	replace(&range_rule(judged)->policy, "Ponder");
}

static void unknown_protocol(struct judged *judged)
{
	replace(&range_rule(judged)->protocol, "QUANTUM");
}

static void unknown_ports(struct judged *judged)
{
	replace(&range_rule(judged)->ports, "443/");
}

static void unknown_source(struct judged *judged)
{
	replace(&range_rule(judged)->source, "100.104.0.0/16;x");
}

static void unread_prefix_list(struct judged *judged)
{
	replace(&range_rule(judged)->source, NULL);
	replace(&range_rule(judged)->source_list, "pl-unread");
}

static void unread_port_list(struct judged *judged)
{
	replace(&range_rule(judged)->ports, NULL);
	replace(&range_rule(judged)->port_list, "prl-unread");
}


static void test_unknowns(void **state)
{
	static void (*const changes[])(struct judged *judged) = {
		hide_owner, hide_interface, forget_owner, deny_rules, lose_group, empty_groups,
		unknown_policy, unknown_protocol, unknown_ports, unknown_source,
		unread_prefix_list, unread_port_list,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct finding *finding;
		struct judged judged;

		judged_open(&judged, "sg01-no-rule-twin");
		changes[i](&judged);
		judged_judge(&judged);
		finding = finding_of(&judged, MAIN_RULE, GITLAB);
		assert_non_null(finding);
		if (finding->status != STATUS_UNKNOWN)
			fail_msg("change %zu: %s", i, finding->message);
		assert_false(finding->share.known);
		assert_non_null(finding->settle);
		judged_close(&judged);
	}
}

/* Some port is open to the range, and which one is GitLab's is not told: never a pass. */
static void test_no_port(void **state)
{
	const struct finding *finding = NULL;
	struct judged judged;
	size_t i;

	(void)state;
	judged_open(&judged, "sg01-no-rule-twin");
	replace(&judged.facts.plan.gitlab.url, NULL);
	judged_judge(&judged);
	for (i = 0; i < judged.judgement.findings.list.count; i++)
		if (!strcmp(finding_at(&judged, i)->code, MAIN_RULE) &&
		    !finding_at(&judged, i)->subject.port.known)
			finding = finding_at(&judged, i);
	assert_non_null(finding);
	assert_int_equal(finding->status, STATUS_SKIPPED);
	judged_close(&judged);
}

/* A doubt that decides nothing changes nothing. */
static void test_idle_doubt(void **state)
{
	const struct finding *finding;
	struct judged judged;

	(void)state;
	judged_open(&judged, "sg02-half");
	/* ping's rule, which no TCP connection meets, wherever it comes from */
	replace(&LIST_AT(&group_of(&judged, "sg-git")->rules, struct group_rule_fact, 2)->source,
		"not understood");
	judged_judge(&judged);
	finding = finding_of(&judged, MAIN_RULE, GITLAB);
	assert_non_null(finding);
	assert_int_equal(finding->status, STATUS_FAIL);
	assert_int_equal(finding->share.addresses, 32768);
	judged_close(&judged);
}

/* A drop that wins whatever an unread list says: certain, but how much else is not. */
static void test_certain_part(void **state)
{
	const struct finding *finding;
	struct judged judged;

	(void)state;
	judged_open(&judged, "sg06-tie");
	unread_prefix_list(&judged);
	judged_judge(&judged);
	finding = finding_of(&judged, MAIN_RULE, GITLAB);
	assert_non_null(finding);
	assert_int_equal(finding->status, STATUS_FAIL);
	assert_false(finding->share.known);
	assert_non_null(strstr(finding->message, "at least 256 of 65536"));
	assert_int_equal(finding->causes.count, 2);
	assert_string_equal(finding->causes.items[0], "SG-02");
	assert_string_equal(finding->causes.items[1], "SG-06");
	judged_close(&judged);
}

/* An ACL that could not be read, and one that nobody asked for. */
static void test_unknown_acls(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		const struct finding *finding;
		struct judged judged;
		struct guard_fact *guard;

		judged_open(&judged, "sg15-no-way-out-twin");
		guard = LIST_AT(&judged.facts.groups.guards, struct guard_fact, 0);
		assert_string_equal(guard->vswitch_id, "vsw-git");
		if (i == 0)
			LIST_AT(&judged.facts.groups.acls, struct network_acl_fact, 0)->state =
				FACT_DENIED;
		else
			guard->state = FACT_FAILED;
		judged_judge(&judged);
		finding = finding_of(&judged, "network-acl-passes-range", GITLAB);
		assert_non_null(finding);
		assert_int_equal(finding->status, STATUS_UNKNOWN);
		judged_close(&judged);
	}
}

/* What the managed group lets out is not known: neither pass nor SG-14. */
static void test_unknown_managed(void **state)
{
	static const struct {
		const char *address;
		bool rules; /* not read; else one rule of the group is not understood */
		bool unknown; /* else nothing is said of it */
	} rows[] = {
		{ GITLAB, true, true }, { MAVEN, true, true },
		{ GITLAB, false, false }, { MAVEN, false, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct finding *finding;
		struct judged judged;
		struct group_fact *group;

		judged_open(&judged, "sg14-managed-group-lacks-maven-twin");
		group = group_of(&judged, "sg-managed");
		if (rows[i].rules)
			group->state = FACT_DENIED;
		else
			replace(&LIST_AT(&group->rules, struct group_rule_fact, 1)->destination,
				"not understood");
		judged_judge(&judged);
		finding = finding_of(&judged, "managed-group-lets-out", rows[i].address);
		if ((finding != NULL) != rows[i].unknown)
			fail_msg("%zu: %s", i, finding ? finding->message : "nothing is said");
		if (finding)
			assert_int_equal(finding->status, STATUS_UNKNOWN);
		judged_close(&judged);
	}
}

/* An interface that is still being made, or of which nobody knows, is no link that stands. */
static void test_unknown_standing(void **state)
{
	static const struct {
		const char *status;
		int found;
	} rows[] = {
		{ "InUse", STATUS_PASS }, { "Creating", STATUS_UNKNOWN },
		{ "Attaching", STATUS_UNKNOWN }, { "Available", STATUS_WARN },
		{ "Deleting", STATUS_FAIL },
		{ "Odd", STATUS_UNKNOWN }, { NULL, STATUS_UNKNOWN },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct finding *finding = NULL;
		struct judged judged;
		struct list *interfaces;

		judged_open(&judged, "ctl12-interface-of-nobody-twin");
		interfaces = &judged.facts.groups.interfaces;
		for (j = 0; j < interfaces->count; j++) {
			struct interface_fact *one = LIST_AT(interfaces, struct interface_fact, j);

			if (one->service_managed)
				replace(&one->status, rows[i].status);
		}
		judged_judge(&judged);
		for (j = 0; j < judged.judgement.findings.list.count; j++)
			if (!strcmp(finding_at(&judged, j)->code, "link-stands"))
				finding = finding_at(&judged, j);
		assert_non_null(finding);
		assert_int_equal(finding->status, rows[i].found);
		judged_close(&judged);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_contract),
		cmocka_unit_test(test_unknowns),
		cmocka_unit_test(test_no_port),
		cmocka_unit_test(test_unknown_standing),
		cmocka_unit_test(test_idle_doubt),
		cmocka_unit_test(test_certain_part),
		cmocka_unit_test(test_unknown_acls),
		cmocka_unit_test(test_unknown_managed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
