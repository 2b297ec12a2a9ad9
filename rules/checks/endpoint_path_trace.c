/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hop trace tells: the furthest router that answered, and whether a RST comes from the
 * target or from something nearer; and the same of a RST upon a connection's first bytes.
 */
#include "rules/checks/endpoint_path.h"

#include "rules/checks/checks.h"

#include <stdio.h>
#include <string.h>

static bool is_of(const struct hop_fact *hop, const struct attempt_fact *attempt)
{
	return hop->port == attempt->port && address_equal(&hop->address, &attempt->address) &&
	       text_equal(hop->url, attempt->url);
}

uint32_t path_hops_passed(uint32_t ttl)
{
	/* systems begin with 64, 128 or 255, and no path is as long as what lies between */
	return (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl;
}

static void keep_first(const struct hop_fact **place, const struct hop_fact *hop)
{
	if (!*place || hop->ttl < (*place)->ttl)
		*place = hop;
}

static void tell(struct path_trace *trace, bool nearer)
{
	trace->refused_told = true;
	trace->refused_nearer = nearer;
}

/*
 * Who sent the RST. Not the target where packets still expire on the way at the same distance, or
 * where its own packets (the answer to a datagram) come another distance; without such an answer,
 * where the RST comes no further than the last router before it; where nobody else answers, where
 * it comes from nearer than the packet had to go.
 */
static void tell_refusal(const struct list *hops, const struct attempt_fact *attempt,
			 struct path_trace *trace)
{
	const struct hop_fact *refused = trace->refused;
	uint32_t came = path_hops_passed(refused->reply_ttl.value);
	size_t i;

	for (i = 0; i < hops->count; i++) {
		const struct hop_fact *hop = LIST_AT(hops, struct hop_fact, i);
		uint32_t passed = path_hops_passed(hop->reply_ttl.value);
		bool measured = hop->reply_ttl.known && refused->reply_ttl.known;

		if (!is_of(hop, attempt))
			continue;
		if (hop->outcome == HOP_EXCEEDED && hop->ttl >= refused->ttl) {
			tell(trace, true);
			return;
		}
		if (measured && hop->udp && address_equal(&hop->from, &attempt->address))
			tell(trace, came != passed);
		else if (measured && !hop->udp && hop->outcome == HOP_EXCEEDED &&
			 hop->ttl + 1 == refused->ttl)
			tell(trace, came <= passed);
	}
	if (!trace->refused_told && refused->reply_ttl.known)
		tell(trace, came + 1 < refused->ttl);
}

void path_read_trace(const struct rule_context *context, const struct attempt_fact *attempt,
		     struct path_trace *trace)
{
	const struct list *hops = &context->facts->endpoints.hops;
	size_t i;

	memset(trace, 0, sizeof(*trace));
	for (i = 0; i < hops->count; i++) {
		const struct hop_fact *hop = LIST_AT(hops, struct hop_fact, i);

		if (!is_of(hop, attempt) || hop->udp)
			continue;
		trace->traced = true;
		if (path_is_own_address(context, attempt, &hop->from))
			continue;
		if (hop->outcome == HOP_EXCEEDED &&
		    (!trace->last_hop || hop->ttl > trace->last_hop->ttl))
			trace->last_hop = hop;
		else if (hop->outcome == HOP_UNREACHABLE)
			keep_first(&trace->unreachable, hop);
		else if (hop->outcome == HOP_REFUSED)
			keep_first(&trace->refused, hop);
		else if (hop->outcome == HOP_CONNECTED)
			keep_first(&trace->connected, hop);
	}
	if (trace->refused)
		tell_refusal(hops, attempt, trace);
}

static void show_hop(const struct hop_fact *hop, size_t at, struct findings *out,
		     struct finding *finding)
{
	char pointer[64], from[ADDRESS_TEXT_MAX], icmp[64] = "", arrived[64] = "";

	pointer_print(pointer, sizeof(pointer), "/endpoints/hops", at);
	if (hop->icmp_type.known)
		(void)snprintf(icmp, sizeof(icmp), ", ICMP type %u code %u",
			       (unsigned int)hop->icmp_type.value,
			       (unsigned int)hop->icmp_code.value);
	if (hop->reply_ttl.known)
		(void)snprintf(arrived, sizeof(arrived), ", arrived with time to live %u",
			       (unsigned int)hop->reply_ttl.value);
	finding_evidence(out, finding, pointer, "%s %u: %s%s%s%s%s",
			 hop->udp ? "datagram, time to live" : "hop", (unsigned int)hop->ttl,
			 hop_outcome_words[hop->outcome], hop->from.family ? " from " : "",
			 hop->from.family ? address_print(&hop->from, from) : "", icmp, arrived);
}

void path_show_trace(const struct rule_context *context, const struct attempt_fact *attempt,
		     struct findings *out, struct finding *finding)
{
	const struct list *hops = &context->facts->endpoints.hops;
	size_t i;

	for (i = 0; finding && i < hops->count; i++)
		if (is_of(LIST_AT(hops, struct hop_fact, i), attempt))
			show_hop(LIST_AT(hops, struct hop_fact, i), i, out, finding);
}

enum path_closer path_closer_of(const struct rule_context *context,
				const struct attempt_fact *attempt)
{
	const struct experiment_fact *idle =
		path_experiment(context, attempt, EXPERIMENT_RESET_IDLE, NULL);
	const struct experiment_fact *answer =
		path_experiment(context, attempt, EXPERIMENT_ANSWER_TTL, NULL);
	const struct experiment_fact *reset =
		path_experiment(context, attempt, EXPERIMENT_RESET_TTL, NULL);

	if (!idle || idle->succeeded)
		return CLOSER_TARGET;
	if (!answer || !reset)
		return CLOSER_UNTOLD;
	return path_hops_passed(reset->value) < path_hops_passed(answer->value) ? CLOSER_NEARER
										 : CLOSER_TARGET;
}

void path_show_closer(const struct rule_context *context, const struct attempt_fact *attempt,
		      struct findings *out, struct finding *finding)
{
	static const struct {
		int kind;
		const char *words;
	} shown[] = {
		{ EXPERIMENT_ANSWER_TTL, "the answer to a SYN arrives with time to live" },
		{ EXPERIMENT_RESET_TTL, "the RST upon the first bytes arrives with time to live" },
	};
	size_t i, at = 0;

	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct experiment_fact *row =
			path_experiment(context, attempt, shown[i].kind, &at);
		char pointer[64];

		if (!row)
			continue;
		pointer_print(pointer, sizeof(pointer), "/endpoints/experiments", at);
		finding_evidence(out, finding, pointer, "%s %u", shown[i].words,
				 (unsigned int)row->value);
	}
}
