/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subjects, words and questions of the rules about connections (endpoint_path.h).
 */
#include "rules/checks/endpoint_path.h"

#include "rules/checks/checks.h"
#include "rules/facts_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum source_place source_place(const struct facts *facts, const struct address *source)
{
	const struct prefix *vswitch = facts_link_cidr(facts);
	uint32_t number = address_ipv4(source);

	if (source->family != ADDRESS_IPV4)
		return SOURCE_UNKNOWN;
	if (prefix_contains(&reverse_range, number))
		return SOURCE_IN_RANGE;
	if (!vswitch)
		return SOURCE_UNKNOWN;
	return prefix_contains(vswitch, number) ? SOURCE_IN_VSWITCH : SOURCE_ELSEWHERE;
}

bool path_is_judged(const struct endpoint_target *target)
{
	return target->root_purpose != PURPOSE_REGISTRY;
}

bool path_attempt_is_judged(const struct rule_context *context, const struct attempt_fact *attempt)
{
	const struct endpoint_target *target =
		endpoints_target(&context->facts->endpoints, attempt->url);

	return target && path_is_judged(target) && attempt->address.family == ADDRESS_IPV4;
}

void path_rung(struct findings *out, struct finding *finding, enum endpoint_rung rung)
{
	if (!finding || finding->subject.rung)
		return;
	finding->subject.rung = text_copy(endpoint_rung_words[rung]);
	if (!finding->subject.rung)
		out->error = -ENOMEM;
}

static void show_attempt(const struct rule_context *context, const struct attempt_fact *attempt,
			 struct findings *out, struct finding *finding)
{
	const struct list *attempts = &context->facts->endpoints.attempts;
	const struct tcp_fact *tcp = &attempt->tcp;
	char pointer[64], words[PATH_WORDS_MAX], from[ADDRESS_TEXT_MAX], icmp[128] = "";

	pointer_print(pointer, sizeof(pointer), "/endpoints/attempts",
		      (size_t)(attempt - (const struct attempt_fact *)attempts->items));
	if (tcp->icmp_type.known)
		(void)snprintf(icmp, sizeof(icmp), ", ICMP type %u code %u from %s",
			       (unsigned int)tcp->icmp_type.value,
			       (unsigned int)tcp->icmp_code.value,
			       address_print(&tcp->icmp_from, from));
	finding_evidence(out, finding, pointer, "%s: %s%s%s%s", path_print(attempt, words),
			 tcp_outcome_words[tcp->outcome], tcp->error ? " " : "",
			 tcp->error ? tcp->error : "", icmp);
}

struct finding *path_finding(const struct rule_context *context, struct findings *out,
			     enum finding_status status, const struct endpoint_target *target,
			     const struct attempt_fact *attempt)
{
	struct finding *finding = findings_add(out, status);

	if (!finding)
		return NULL;
	finding->subject.url = text_copy(target ? target->url : attempt->url);
	if (!finding->subject.url)
		out->error = -ENOMEM;
	if (!attempt) {
		finding->subject.port = (struct maybe){ true, target->port };
		return finding;
	}
	finding->subject.address = attempt->address;
	finding->subject.port = (struct maybe){ true, attempt->port };
	show_attempt(context, attempt, out, finding);
	return finding;
}

const char *path_print(const struct attempt_fact *attempt, char words[PATH_WORDS_MAX])
{
	char to[ADDRESS_TEXT_MAX], from[ADDRESS_TEXT_MAX];

	(void)snprintf(words, PATH_WORDS_MAX, "%s:%u%s%s", address_print(&attempt->address, to),
		       (unsigned int)attempt->port, attempt->tcp.source.family ? " from " : "",
		       attempt->tcp.source.family ? address_print(&attempt->tcp.source, from) : "");
	return words;
}

const char *time_print(const struct maybe *microseconds, char words[24])
{
	unsigned int value = microseconds->value;

	(void)snprintf(words, 24, "%u.%u ms", value / 1000, value / 100 % 10);
	return words;
}

static bool in_cidrs(const struct strings *cidrs, const struct address *address)
{
	struct prefix prefix;
	size_t i;

	for (i = 0; i < cidrs->count; i++)
		if (!prefix_parse_loose(cidrs->items[i], &prefix) &&
		    prefix_contains(&prefix, address_ipv4(address)))
			return true;
	return false;
}

/*
 * gitlab.access speaks of GitLab. Another endpoint may lie elsewhere, where the plan's networks say
 * so; without access they speak for GitLab as well.
 */
int path_access(const struct rule_context *context, const struct attempt_fact *attempt)
{
	const struct plan *plan = &context->facts->plan;
	const struct endpoint_target *target =
		endpoints_target(&context->facts->endpoints, attempt->url);
	bool gitlab = address_equal(&attempt->address, &plan->link.gitlab_ip) ||
		      (target && target->purpose == PURPOSE_GITLAB);
	const struct plan_datacenter *idc = &plan->datacenter;
	const struct prefix *vswitch = facts_link_cidr(context->facts);

	if (gitlab && context->access != ACCESS_UNSET)
		return context->access;
	if (in_cidrs(&idc->cidrs, &attempt->address))
		return ACCESS_DATACENTER;
	if (vswitch && prefix_contains(vswitch, address_ipv4(&attempt->address)))
		return ACCESS_ECS;
	if (context->access == ACCESS_UNSET && !idc->cidrs.count &&
	    (idc->vbr_id || idc->return_next_hop.family || idc->return_interface))
		return ACCESS_DATACENTER;
	return context->access;
}

bool path_is_on_link(const struct rule_context *context, const struct attempt_fact *attempt)
{
	const struct addresses_facts *addresses = &context->facts->addresses;
	size_t i;

	for (i = 0; addresses->section.state == FACT_OK && i < addresses->addresses.count; i++) {
		const struct address_fact *own =
			LIST_AT(&addresses->addresses, struct address_fact, i);
		struct prefix network;

		if (own->address.family != ADDRESS_IPV4 || own->length > 32)
			continue;
		network = prefix_make(address_ipv4(&own->address), own->length);
		if (prefix_contains(&network, address_ipv4(&attempt->address)))
			return true;
	}
	return false;
}

bool path_is_own_address(const struct rule_context *context, const struct attempt_fact *attempt,
			 const struct address *address)
{
	return address_equal(address, &attempt->tcp.source) ||
	       (context->facts->addresses.section.state == FACT_OK &&
		facts_local_address(context->facts, address));
}

const struct experiment_fact *path_experiment(const struct rule_context *context,
					      const struct attempt_fact *attempt, int kind,
					      size_t *at)
{
	const struct list *list = &context->facts->endpoints.experiments;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct experiment_fact *row = LIST_AT(list, struct experiment_fact, i);

		if (row->kind != kind || !text_equal(row->url, attempt->url) ||
		    !address_equal(&row->address, &attempt->address))
			continue;
		if (at)
			*at = i;
		return row;
	}
	return NULL;
}

void path_read_flows(const struct rule_context *context, const struct attempt_fact *attempt,
		     struct path_flows *flows)
{
	const struct list *list = &context->facts->endpoints.experiments;
	size_t i;

	memset(flows, 0, sizeof(*flows));
	for (i = 0; i < list->count; i++) {
		const struct experiment_fact *row = LIST_AT(list, struct experiment_fact, i);

		if (!row->tried || !text_equal(row->url, attempt->url) ||
		    !address_equal(&row->address, &attempt->address))
			continue;
		if (row->kind == EXPERIMENT_FLOW) {
			flows->flows = row->tried;
			flows->whole = row->succeeded;
		}
		if (row->kind != EXPERIMENT_SOURCE_PORT)
			continue;
		flows->ports++;
		flows->tries += row->tried;
		flows->answers += row->succeeded;
		flows->dead += !row->succeeded;
		flows->steady += row->succeeded == row->tried;
		flows->mixed += row->succeeded && row->succeeded < row->tried;
	}
}
