/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the kernel remember something about single addresses of the range that the table does not
 * say (RT-18): a path MTU that no path of today has, another gateway than the route's?
 *
 * A plausible path MTU is how path MTU discovery works, and a redirect to the route's own gateway
 * changes nothing: both pass.
 */
#include "rules/checks/checks.h"

#include <stdio.h>

#define SMALL_MTU 1280u /* below what any path of today needs */
#define EVIDENCE_MOST 8

struct kind {
	bool (*holds)(const struct facts *facts, const struct exception_fact *exception);
	const char *what;
};

static bool is_inside(const struct exception_fact *exception)
{
	return exception->destination.family == ADDRESS_IPV4 &&
	       prefix_contains(&reverse_range, address_ipv4(&exception->destination));
}

static bool has_small_mtu(const struct facts *facts, const struct exception_fact *exception)
{
	(void)facts;
	return exception->mtu.known && exception->mtu.value &&
	       exception->mtu.value < SMALL_MTU;
}

enum gateway { GATEWAY_UNKNOWN, GATEWAY_OF_ROUTE, GATEWAY_OTHER };

/* Is the exception's gateway one by which some reply to its destination leaves anyway? */
static enum gateway compare_gateway(const struct facts *facts,
				    const struct exception_fact *exception)
{
	const struct list *classes = &facts->routes.classes;
	uint32_t destination = address_ipv4(&exception->destination);
	enum gateway answer = GATEWAY_UNKNOWN;
	size_t i, j;

	for (i = 0; facts->routes.section.state == FACT_OK && i < classes->count; i++) {
		const struct class_fact *one = LIST_AT(classes, struct class_fact, i);

		if (address_ipv4(&one->first) > destination ||
		    address_ipv4(&one->last) < destination || !one->next_hops.count)
			continue;
		answer = GATEWAY_OTHER;
		for (j = 0; j < one->next_hops.count; j++)
			if (address_equal(&LIST_AT(&one->next_hops, struct next_hop, j)->via,
					  &exception->via))
				return GATEWAY_OF_ROUTE;
	}
	return answer;
}

static bool is_redirected(const struct facts *facts, const struct exception_fact *exception)
{
	enum gateway gateway = compare_gateway(facts, exception);

	if (gateway == GATEWAY_UNKNOWN)
		return exception->redirected;
	return exception->via.family && gateway == GATEWAY_OTHER;
}

static const struct kind kinds[] = {
	{ has_small_mtu, "a path MTU below 1280" },
	{ is_redirected, "another gateway than the route's" },
};

static void add_evidence(const struct exception_fact *exception, size_t place,
			 struct finding *finding, struct findings *out)
{
	char to[ADDRESS_TEXT_MAX], via[ADDRESS_TEXT_MAX], pointer[64], mtu[24] = "";

	pointer_print(pointer, sizeof(pointer), "/exceptions/exceptions", place);
	address_print(&exception->destination, to);
	if (exception->via.family)
		address_print(&exception->via, via);
	if (exception->mtu.known)
		(void)snprintf(mtu, sizeof(mtu), " mtu %u", exception->mtu.value);
	finding_evidence(out, finding, pointer, "%s%s%s dev %s%s%s%s", to,
			 exception->via.family ? " via " : "", exception->via.family ? via : "",
			 exception->dev ? exception->dev : "?", mtu,
			 exception->mtu_locked ? " lock" : "",
			 exception->redirected ? " redirected" : "");
}

static void judge_kind(const struct facts *facts, const struct kind *kind, struct findings *out)
{
	const struct list *exceptions = &facts->exceptions.exceptions;
	struct finding *finding = NULL;
	struct span_set addresses;
	size_t i, count = 0;

	span_set_init(&addresses);
	for (i = 0; i < exceptions->count; i++) {
		const struct exception_fact *one = LIST_AT(exceptions, struct exception_fact, i);
		uint32_t address = address_ipv4(&one->destination);

		if (!is_inside(one) || !kind->holds(facts, one))
			continue;
		span_set_add(&addresses, address, address);
		if (!finding)
			finding = findings_add(out, STATUS_WARN);
		if (++count <= EVIDENCE_MOST)
			add_evidence(one, i, finding, out);
	}
	if (addresses.error)
		out->error = addresses.error;
	if (finding && !out->error) {
		finding_addresses(out, finding, &addresses);
		finding->share = (struct share){ .known = true,
						 .addresses = (uint32_t)span_set_size(&addresses) };
		finding_cause(out, finding, "RT-18");
		finding_message(out, finding, "the kernel remembers %s for %u address%s of the "
					      "range",
				kind->what, finding->share.addresses,
				finding->share.addresses == 1 ? "" : "es");
		finding_remedy(out, finding, "linux", "ip route flush cache");
		finding_next(out, finding, "the router that sent the ICMP message: if the "
					   "exception comes back, it means what it says");
	}
	span_set_release(&addresses);
}

/* What is remembered and does no harm is worth a word. */
static void add_pass(const struct facts *facts, struct findings *out)
{
	const struct list *exceptions = &facts->exceptions.exceptions;
	struct finding *finding = NULL;
	size_t i, count = 0;

	for (i = 0; i < exceptions->count; i++) {
		const struct exception_fact *one = LIST_AT(exceptions, struct exception_fact, i);

		if (!is_inside(one))
			continue;
		if (!finding)
			finding = findings_add(out, STATUS_PASS);
		if (++count <= EVIDENCE_MOST)
			add_evidence(one, i, finding, out);
	}
	if (!finding)
		return;
	finding->subject.prefix = reverse_range;
	finding_message(out, finding,
			"what the kernel remembers of %zu address%s of the range is what path MTU "
			"discovery learns on a good way",
			count, count == 1 ? "" : "es");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	size_t i, from = out->list.count;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		judge_kind(context->facts, &kinds[i], out);
	if (out->list.count == from)
		add_pass(context->facts, out);
}

const struct rule rule_no_stale_path_exceptions = {
	.code = "no-stale-path-exceptions",
	.area = "return",
	.title = "no remembered path MTU or redirect changes the way to the range",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_EXCEPTIONS),
	.vantages = VANTAGE_HOST | VANTAGE_ROUTER,
	.causes = { "RT-18" },
	.why = "an ICMP message may make the kernel remember a tiny packet size or another "
	       "gateway for single addresses; clones then stall or go astray although the table is "
	       "right",
	.evidence = "cached exceptions of routes inside the range (a dump with RTM_F_CLONED, which "
		    "look-ups hide)",
	.remedies = {
		{ "linux", "ip route flush cache" },
		{ "linux", "sysctl -w net.ipv4.conf.all.accept_redirects=0" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.eval = evaluate,
};
