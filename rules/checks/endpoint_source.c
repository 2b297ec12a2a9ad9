/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Were connections made from an address like those that the link will use (MET-01), and to another
 * machine (MET-04)?
 *
 * Builders reach GitLab from the reverse-access range, and the link's interface has an address of
 * the vSwitch. Routes, security groups and filters may treat any other source differently, either
 * way.
 */
#include "rules/checks/endpoint_path.h"

#include "rules/checks/checks.h"
#include "rules/checks/endpoint_names.h"
#include "rules/facts_link.h"

#include <stdio.h>

static void describe(const struct rule_context *context, const struct endpoint_source *source,
		     struct findings *out, struct finding *finding)
{
	const struct prefix *vswitch = facts_link_cidr(context->facts);
	char address[ADDRESS_TEXT_MAX], network[PREFIX_TEXT_MAX] = "";
	enum source_place place = source_place(context->facts, &finding->subject.address);
	const char *how = source->binding == BOUND_DEVICE ? " (bound to the interface)"
			  : source->binding == BOUND_ADDRESS ? " (bound to the address)" : "";

	address_print(&finding->subject.address, address);
	if (vswitch)
		prefix_print(vswitch, network);
	switch (place) {
	case SOURCE_IN_RANGE:
		finding_message(out, finding, "connections were made from %s%s, in the "
				"reverse-access range itself", address, how);
		return;
	case SOURCE_IN_VSWITCH:
		finding_message(out, finding, "connections were made from %s%s, in the vSwitch's "
				"%s", address, how, network);
		return;
	case SOURCE_UNKNOWN:
		finding_message(out, finding, "connections were made from %s%s; neither the plan "
				"nor the metadata service names the vSwitch's network", address,
				how);
		finding_settle(out, finding, "reachback check --vantage vswitch-host "
			       "--link-vswitch-cidr CIDR");
		return;
	default:
		break;
	}
	finding_cause(out, finding, "MET-01");
	finding_message(out, finding, "connections were made from %s%s, neither in the vSwitch's "
			"%s nor in the reverse-access range: what they met need not be what the "
			"link will meet", address, how, network);
	finding_expected(out, finding, "a source in %s", network);
	finding_remedy(out, finding, "linux", "reachback check --vantage vswitch-host --from DEV, "
		       "on an instance with an interface in %s", network);
}

static enum finding_status status_of(enum source_place place)
{
	switch (place) {
	case SOURCE_ELSEWHERE:
		return STATUS_WARN;
	case SOURCE_UNKNOWN:
		return STATUS_UNKNOWN;
	default:
		return STATUS_PASS;
	}
}

/* Was a connection made from this source before row `until`? */
static bool seen_before(const struct list *attempts, size_t until, const struct address *source)
{
	size_t i;

	for (i = 0; i < until; i++)
		if (address_equal(&LIST_AT(attempts, struct attempt_fact, i)->tcp.source, source))
			return true;
	return false;
}

static void judge_source(const struct rule_context *context, size_t at, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	const struct attempt_fact *attempt = LIST_AT(&endpoints->attempts, struct attempt_fact,
						     at);
	const struct address *address = &attempt->tcp.source;
	struct finding *finding;
	char pointer[64], words[ADDRESS_TEXT_MAX];

	finding = findings_add(out, status_of(source_place(context->facts, address)));
	if (!finding)
		return;
	finding->subject.address = *address;
	pointer_print(pointer, sizeof(pointer), "/endpoints/attempts", at);
	finding_evidence(out, finding, pointer, "connection from %s",
			 address_print(address, words));
	describe(context, &endpoints->source, out, finding);
}

static bool is_own(const struct rule_context *context, const struct attempt_fact *attempt)
{
	const struct facts *facts = context->facts;

	return attempt->tcp.outcome == TCP_CONNECTED && !address_is_loopback(&attempt->address) &&
	       (address_equal(&attempt->tcp.source, &attempt->address) ||
		(facts->addresses.section.state == FACT_OK &&
		 facts_local_address(facts, &attempt->address)));
}

static int add_doubt(const char *what, const struct address *address, struct strings *doubts)
{
	char words[ADDRESS_TEXT_MAX], line[160];

	(void)address_print(address, words);
	(void)snprintf(line, sizeof(line), "%s %s", words, what);
	return strings_contain(doubts, line) ? 0 : strings_add(doubts, line);
}

int source_doubts(const struct rule_context *context, struct strings *doubts)
{
	const struct list *attempts = &context->facts->endpoints.attempts;
	int error = 0;
	size_t i;

	for (i = 0; i < attempts->count && !error; i++) {
		const struct attempt_fact *attempt = LIST_AT(attempts, struct attempt_fact, i);
		const struct address *source = &attempt->tcp.source;

		if (source->family != ADDRESS_IPV4 || !path_attempt_is_judged(context, attempt))
			continue;
		if (is_own(context, attempt))
			error = add_doubt("is an address of the machine that asked (MET-04)",
					  &attempt->address, doubts);
		else if (source_place(context->facts, source) == SOURCE_ELSEWHERE)
			error = add_doubt("asked, which is no address of the vSwitch (MET-01)",
					  source, doubts);
	}
	return error;
}

/* What the kernel hands to this very machine meets no filter, no group and no way on its own. */
static void judge_own(const struct rule_context *context, size_t at, struct findings *out)
{
	const struct list *attempts = &context->facts->endpoints.attempts;
	const struct attempt_fact *attempt = LIST_AT(attempts, struct attempt_fact, at);
	char pointer[64], words[ADDRESS_TEXT_MAX];
	struct finding *finding;
	size_t i;

	for (i = 0; i < at; i++)
		if (address_equal(&LIST_AT(attempts, struct attempt_fact, i)->address,
				  &attempt->address))
			return;
	finding = findings_add(out, STATUS_WARN);
	if (!finding)
		return;
	finding->subject.address = attempt->address;
	finding_cause(out, finding, "MET-04");
	finding_message(out, finding, "%s is an address of this machine itself: the connection "
				      "never left it, and shows nothing of the way that the link "
				      "takes", address_print(&attempt->address, words));
	finding_expected(out, finding, "an instance in the vSwitch beside the one that serves");
	pointer_print(pointer, sizeof(pointer), "/endpoints/attempts", at);
	finding_evidence(out, finding, pointer, "connection to %s", words);
	finding_remedy(out, finding, "linux", "run on another instance in the link's vSwitch: "
		       "reachback check --vantage vswitch-host");
}

/* Links are IPv4, and so are the sources that count. */
static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	const struct list *attempts = &endpoints->attempts;
	struct finding *finding;
	size_t i, count = 0;

	for (i = 0; i < attempts->count; i++) {
		const struct attempt_fact *attempt = LIST_AT(attempts, struct attempt_fact, i);

		if (attempt->tcp.source.family != ADDRESS_IPV4)
			continue;
		count++;
		if (!seen_before(attempts, i, &attempt->tcp.source))
			judge_source(context, i, out);
		if (is_own(context, attempt))
			judge_own(context, i, out);
	}
	if (count)
		return;
	finding = findings_add(out, STATUS_UNKNOWN);
	if (endpoints->source.binding == BOUND_FAILED)
		finding_message(out, finding, "no connection was made: --from %s cannot be used "
				"here (%s)", endpoints->source.asked ? endpoints->source.asked : "",
				endpoints->source.error ? endpoints->source.error : "");
	else
		finding_message(out, finding, "no connection was made");
	finding_settle(out, finding, "reachback check --vantage vswitch-host --from DEV");
}

const struct rule rule_source_representative = {
	.code = "source-representative",
	.area = "endpoints",
	.title = "endpoints were asked from an address of the vSwitch or of the range, and not of "
		 "their own machine",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "MET-01", "MET-04" },
	.why = "An answer to another source proves little: routes, security groups and filters go "
	       "by source.",
	.evidence = "the local address of every connection against link.vswitch_cidr and "
		    "100.104.0.0/16",
	.remedies = {
		{ "linux", "run on an instance in the link's vSwitch, with --from where it has "
			   "several interfaces" },
	},
	.document = "000",
	.heading = "How it works",
	.skip = endpoint_no_url,
	.eval = evaluate,
};
