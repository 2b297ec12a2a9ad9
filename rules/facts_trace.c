/* SPDX-License-Identifier: Apache-2.0 */
/* Record tables of the section "trace", its order, and what must hold in it. */
#include "rules/facts_trace.h"

#include "rules/facts.h"
#include "rules/facts_record.h"

#include <errno.h>

#define ICMP_UNREACHABLE 3u
#define ICMP_EXCEEDED 11u

const char *const trace_end_words[TRACE_ENDS + 1] = {
	"silent", "unreachable", "connected", "refused", "unsent", NULL,
};

static const struct field trace_hop_fields[] = {
	FIELD_UP_TO(trace_hop, ttl, TRACE_TTL_MAX, FIELD_REQUIRED, "time to live of the SYN"),
	FIELD_WORDS(trace_hop, outcome, hop_outcome_words, FIELD_REQUIRED, "what came back"),
	FIELD(trace_hop, from, 0, "who answered"),
	FIELD(trace_hop, icmp_type, 0, "type of the ICMP message"),
	FIELD(trace_hop, icmp_code, 0, "code of the ICMP message"),
	FIELD(trace_hop, rtt_us, 0, "microseconds from the SYN to the answer"),
	{ .name = NULL },
};
static const struct record trace_hop_record = { "trace_hop", sizeof(struct trace_hop),
						trace_hop_fields };

static const struct field trace_fact_fields[] = {
	FIELD(trace_fact, target, FIELD_REQUIRED, "address of the range, named by the user"),
	FIELD(trace_fact, source, FIELD_REQUIRED, "the service's address, which the SYNs had"),
	FIELD_UP_TO(trace_fact, port, 65535, FIELD_REQUIRED, "port that the SYNs went to"),
	FIELD_WORDS(trace_fact, end, trace_end_words, FIELD_REQUIRED, "what ended it"),
	FIELD(trace_fact, error, 0, "errno's name where nothing was sent"),
	FIELD_LIST_OF(trace_fact, hops, &trace_hop_record, 0,
		      "by ttl, from 1 to the end, else to one behind the last that answered"),
	{ .name = NULL },
};
static const struct record trace_fact_record = { "path_trace", sizeof(struct trace_fact),
						 trace_fact_fields };

static const struct field trace_fields[] = {
	SECTION_FIELDS(trace_facts),
	FIELD_LIST_OF(trace_facts, traces, &trace_fact_record, 0, "by source, target"),
	{ .name = NULL },
};
const struct record trace_record = { "trace", sizeof(struct trace_facts), trace_fields };

static int compare_traces(const void *one, const void *two)
{
	const struct trace_fact *a = one, *b = two;
	int order = address_compare(&a->source, &b->source);

	return order ? order : address_compare(&a->target, &b->target);
}

void trace_sort(struct trace_facts *trace)
{
	list_sort(&trace->traces, sizeof(struct trace_fact), compare_traces);
}

/* What an answer must bring along, and what ends there. */
static const char *fault_of_hop(const struct trace_fact *trace, const struct trace_hop *hop)
{
	bool icmp = hop->outcome == HOP_EXCEEDED || hop->outcome == HOP_UNREACHABLE;

	if ((hop->outcome != HOP_SILENT) != (hop->from.family == ADDRESS_IPV4))
		return "from: expected the address of whoever answered, and of nobody else";
	if (icmp && (!hop->icmp_type.known || !hop->icmp_code.known))
		return "icmp_type: expected type and code of the answer";
	if (icmp && (hop->outcome == HOP_EXCEEDED) != (hop->icmp_type.value == ICMP_EXCEEDED))
		return "icmp_type: expected that of the outcome";
	if (hop->outcome == HOP_UNREACHABLE && hop->icmp_type.value != ICMP_UNREACHABLE)
		return "icmp_type: expected that of the outcome";
	if ((hop->outcome == HOP_CONNECTED || hop->outcome == HOP_REFUSED) &&
	    !address_equal(&hop->from, &trace->target))
		return "from: expected the target";
	return NULL;
}

int trace_end_by(int outcome)
{
	switch (outcome) {
	case HOP_UNREACHABLE:
		return TRACE_UNREACHABLE;
	case HOP_CONNECTED:
		return TRACE_CONNECTED;
	case HOP_REFUSED:
		return TRACE_REFUSED;
	default:
		return TRACE_SILENT;
	}
}

static int check_hops(const struct trace_fact *trace, size_t place, struct fault *fault)
{
	const char *wrong;
	int end = TRACE_SILENT;
	size_t i;

	for (i = 0; i < trace->hops.count; i++) {
		const struct trace_hop *hop = LIST_AT(&trace->hops, struct trace_hop, i);

		wrong = hop->ttl == i + 1 ? fault_of_hop(trace, hop) :
					    "ttl: expected one more than the hop before";
		end = trace_end_by(hop->outcome);
		if (!wrong && end != TRACE_SILENT && i + 1 < trace->hops.count)
			wrong = "outcome: expected an end behind the last hop alone";
		if (wrong)
			return fault_set(fault, -EINVAL, "/trace/traces/%zu/hops/%zu/%s", place, i,
					 wrong);
	}
	if (end != (trace->end == TRACE_UNSENT ? TRACE_SILENT : trace->end))
		return fault_set(fault, -EINVAL, "/trace/traces/%zu/end: expected \"%s\", as the "
				 "hops say", place, trace_end_words[end]);
	return 0;
}

static const char *fault_of_trace(const struct trace_fact *trace)
{
	if (trace->target.family != ADDRESS_IPV4 ||
	    !prefix_contains(&reverse_range, address_ipv4(&trace->target)))
		return "target: expected an address of the range";
	if (trace->source.family != ADDRESS_IPV4)
		return "source: expected an IPv4 address";
	return NULL;
}

int trace_check(const struct trace_facts *trace, struct fault *fault)
{
	int error = 0;
	size_t i;

	for (i = 0; i < trace->traces.count && !error; i++) {
		const struct trace_fact *one = LIST_AT(&trace->traces, struct trace_fact, i);
		const char *wrong = fault_of_trace(one);

		if (wrong)
			return fault_set(fault, -EINVAL, "/trace/traces/%zu/%s", i, wrong);
		error = check_hops(one, i, fault);
	}
	return error;
}
