/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a multipath route lose the flows of one leg (EC-10, RT-09)?
 *
 * A leg is chosen for each connection, mostly by addresses and ports: then its source ports fail
 * each time, the others never. Where something else chooses it, the loss looks like chance, but
 * what was connected once stays whole; loss by chance cuts into connections as well.
 *
 * Connections from chosen source ports are made where the plain one was not answered, and with
 * --deep.
 */
#include "rules/checks/endpoint_path.h"

#include "rules/checks/checks.h"
#include "rules/checks/endpoint_names.h"

/* Ports that failed now and then, against those that always do: so few are chance beside a leg. */
#define CHANCE 4u
/* One connection in ten lost, and nine in ten of the others whole: at least so many to tell. */
#define PART 10u
#define FLOWS_LEAST 4u

static bool by_port(const struct path_flows *flows)
{
	return flows->dead && flows->steady && flows->mixed * CHANCE <= flows->dead;
}

static bool by_connection(const struct path_flows *flows)
{
	return (flows->tries - flows->answers) * PART >= flows->tries &&
	       flows->flows >= FLOWS_LEAST && flows->whole * PART >= flows->flows * (PART - 1);
}

static void show_ports(const struct rule_context *context, const struct attempt_fact *attempt,
		       struct findings *out, struct finding *finding)
{
	const struct list *list = &context->facts->endpoints.experiments;
	size_t i;

	for (i = 0; finding && i < list->count; i++) {
		const struct experiment_fact *row = LIST_AT(list, struct experiment_fact, i);
		char pointer[64];

		if (row->kind != EXPERIMENT_SOURCE_PORT || row->succeeded == row->tried ||
		    !text_equal(row->url, attempt->url) ||
		    !address_equal(&row->address, &attempt->address))
			continue;
		pointer_print(pointer, sizeof(pointer), "/endpoints/experiments", i);
		finding_evidence(out, finding, pointer, "source port %u: %u of %u answered%s%s",
				 (unsigned int)row->value, (unsigned int)row->succeeded,
				 (unsigned int)row->tried, row->detail ? ", " : "",
				 row->detail ? row->detail : "");
	}
}

static void add_leg(const struct rule_context *context, const struct attempt_fact *attempt,
		    const struct path_flows *flows, struct findings *out)
{
	struct finding *finding = path_finding(context, out, STATUS_FAIL, NULL, attempt);
	char words[PATH_WORDS_MAX];

	path_rung(out, finding, RUNG_TCP);
	finding_cause(out, finding, "EC-10");
	finding_cause(out, finding, "RT-09");
	if (by_port(flows))
		finding_message(out, finding, "%s: connections from %u of %u source ports are "
				"never answered, twice in a row, and those from %u always are: one "
				"leg of a multipath route is dead", path_print(attempt, words),
				(unsigned int)flows->dead, (unsigned int)flows->ports,
				(unsigned int)flows->steady);
	else
		finding_message(out, finding, "%s: %u of %u connections are not answered, and %u "
				"of %u that are lose nothing: one leg of a multipath route is dead",
				path_print(attempt, words),
				(unsigned int)(flows->tries - flows->answers),
				(unsigned int)flows->tries, (unsigned int)flows->whole,
				(unsigned int)flows->flows);
	finding_expected(out, finding, "an answer to every source port");
	show_ports(context, attempt, out, finding);
	finding_next(out, finding, "the routes back to the source on the target and on every "
		     "router in between: each next hop of a multipath route for itself");
	finding_remedy(out, finding, "express-connect",
		       "give every circuit and virtual border router the same routes back, or "
		       "take the one without out of the group");
	finding_remedy(out, finding, "gitlab", "repair or remove the dead next hop of the "
		       "multipath route that replies take: ip route show table all; ip nexthop");
}

static void add_pass(const struct rule_context *context, const struct attempt_fact *attempt,
		     const struct path_flows *flows, struct findings *out)
{
	struct finding *finding = path_finding(context, out, STATUS_PASS, NULL, attempt);
	char words[PATH_WORDS_MAX];

	path_rung(out, finding, RUNG_TCP);
	if (!flows->ports)
		finding_message(out, finding, "%s: the plain connection was answered; --deep makes "
				"32 from chosen source ports", path_print(attempt, words));
	else if (flows->dead)
		finding_message(out, finding, "%s: no source port is treated differently",
				path_print(attempt, words));
	else
		finding_message(out, finding, "%s: %u of %u source ports are answered, %u of them "
				"not each time", path_print(attempt, words),
				(unsigned int)(flows->steady + flows->mixed),
				(unsigned int)flows->ports, (unsigned int)flows->mixed);
}

/* What cannot be told: nothing came through at all, or losses without a pattern. */
static void add_unknown(const struct rule_context *context, const struct attempt_fact *attempt,
			const struct path_flows *flows, struct findings *out)
{
	struct finding *finding = path_finding(context, out, STATUS_UNKNOWN, NULL, attempt);
	char words[PATH_WORDS_MAX];

	path_rung(out, finding, RUNG_TCP);
	finding_message(out, finding, "%s: of %u source ports %u are never answered, %u now and "
			"then, %u always; %u of %u that were lost nothing: loss without a pattern",
			path_print(attempt, words), (unsigned int)flows->ports,
			(unsigned int)flows->dead, (unsigned int)flows->mixed,
			(unsigned int)flows->steady, (unsigned int)flows->whole,
			(unsigned int)flows->flows);
	show_ports(context, attempt, out, finding);
	finding_settle(out, finding, "on the target: nstat -az TcpExtListenDrops "
		       "TcpExtListenOverflows; and the loss counters of the links between");
}

/*
 * Where no flow comes through there is no leg that does: whatever is in the way is in the way of
 * all of them, and endpoint-connects speaks of it.
 */
static void judge(const struct rule_context *context, const struct attempt_fact *attempt,
		  struct findings *out)
{
	bool connected = attempt->tcp.outcome == TCP_CONNECTED;
	struct path_flows flows;

	path_read_flows(context, attempt, &flows);
	if (!flows.steady && !flows.mixed && (!connected || !flows.ports)) {
		if (connected)
			add_pass(context, attempt, &flows, out);
	} else if (by_port(&flows) || by_connection(&flows)) {
		add_leg(context, attempt, &flows, out);
	} else if (flows.dead) {
		add_unknown(context, attempt, &flows, out);
	} else {
		add_pass(context, attempt, &flows, out);
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct list *attempts = &context->facts->endpoints.attempts;
	size_t i;

	for (i = 0; i < attempts->count; i++) {
		const struct attempt_fact *attempt = LIST_AT(attempts, struct attempt_fact, i);

		if (path_attempt_is_judged(context, attempt))
			judge(context, attempt, out);
	}
}

const struct rule rule_path_treats_flows_alike = {
	.code = "path-treats-flows-alike",
	.area = "endpoints",
	.title = "connections are answered whatever their source port",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "EC-10", "RT-09" },
	.after = { PATH_AFTER },
	.why = "Where two circuits share the load and one has no route back, every second build "
	       "fails, and trying again seems to help.",
	.evidence = "32 connections from chosen source ports, four at once, each twice where some "
		    "fail; made where the plain connection was not answered, or with --deep",
	.remedies = {
		{ "express-connect", "the same routes back on every circuit" },
		{ "gitlab", "no dead next hop in the multipath route of the replies" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = endpoint_no_url,
	.eval = evaluate,
};
