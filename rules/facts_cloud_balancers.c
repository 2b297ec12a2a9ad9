/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "balancers": record tables, order and look-ups.
 */
#include "rules/facts_cloud_balancers.h"

#include "rules/facts_cloud_ids.h"
#include "rules/facts_record.h"

static const struct field backend_fields[] = {
	FIELD(backend_fact, id, 0, "server"),
	FIELD(backend_fact, health, 0, "as the API says it"),
	FIELD(backend_fact, port, 0, "port of the server"),
	FIELD(backend_fact, group, FIELD_OMIT, "its server group, of an ALB"),
	{ .name = NULL },
};
static const struct record backend_record = { "balancer_backend", sizeof(struct backend_fact),
					      backend_fields };

static const struct field listener_entry_fields[] = {
	FIELD_UP_TO(listener_entry_fact, port, 65535, FIELD_REQUIRED, "port of the listener"),
	FIELD(listener_entry_fact, last, 0, "last port of a range; null: it is one port"),
	FIELD(listener_entry_fact, protocol, 0, "tcp, http, https, udp ..."),
	FIELD(listener_entry_fact, status, 0, "running, stopped ...; null: not said"),
	FIELD_WORDS(listener_entry_fact, control_state, section_words, FIELD_REQUIRED,
		    "whether its access control was read"),
	FIELD(listener_entry_fact, control_note, 0, "why it was not"),
	FIELD(listener_entry_fact, controlled, 0, "access control is on"),
	FIELD(listener_entry_fact, control, 0, "white, black"),
	FIELD(listener_entry_fact, entries, 0, "CIDRs of its lists"),
	FIELD_WORDS(listener_entry_fact, health_state, section_words, FIELD_REQUIRED,
		    "whether the health of its backends was read"),
	FIELD(listener_entry_fact, health_note, 0, "why it was not"),
	FIELD_LIST_OF(listener_entry_fact, backends, &backend_record, 0, "by group, id and port"),
	{ .name = NULL },
};
static const struct record listener_entry_record = {
	"balancer_listener", sizeof(struct listener_entry_fact), listener_entry_fields
};

static const struct field balancer_fields[] = {
	FIELD(balancer_fact, id, FIELD_REQUIRED, "LoadBalancerId"),
	FIELD(balancer_fact, kind, 0, "clb, nlb, alb"),
	FIELD(balancer_fact, status, 0, "active, inactive ..."),
	FIELD(balancer_fact, business, 0, "Normal, FinancialLocked ...; null: not said"),
	FIELD(balancer_fact, vpc_id, 0, "its VPC"),
	FIELD(balancer_fact, vswitch_id, 0, "its vSwitch"),
	FIELD(balancer_fact, addresses, 0, "IPv4 addresses"),
	FIELD(balancer_fact, groups, 0, "its security groups"),
	FIELD_WORDS(balancer_fact, listeners_state, section_words, FIELD_REQUIRED,
		    "whether its listeners were read"),
	FIELD(balancer_fact, listeners_note, 0, "why they were not"),
	FIELD_LIST_OF(balancer_fact, listeners, &listener_entry_record, 0, "by port"),
	{ .name = NULL },
};
static const struct record balancer_record = { "balancer", sizeof(struct balancer_fact),
					       balancer_fields };

static const struct field balancers_fields[] = {
	SECTION_FIELDS(balancers_facts),
	FIELD_LIST_OF(balancers_facts, balancers, &balancer_record, 0,
		      "that own addresses of the plan, by id"),
	{ .name = NULL },
};
const struct record balancers_record = { "balancers", sizeof(struct balancers_facts),
					 balancers_fields };

const struct balancer_fact *balancers_of(const struct balancers_facts *balancers,
					 const struct address *address)
{
	char words[ADDRESS_TEXT_MAX];
	size_t i;

	(void)address_print(address, words);
	for (i = 0; i < balancers->balancers.count; i++) {
		const struct balancer_fact *one =
			LIST_AT(&balancers->balancers, struct balancer_fact, i);

		if (strings_contain(&one->addresses, words))
			return one;
	}
	return NULL;
}

static int compare_listeners(const void *one, const void *two)
{
	const struct listener_entry_fact *a = one, *b = two;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return text_compare(a->protocol, b->protocol);
}

static int compare_backends(const void *one, const void *two)
{
	const struct backend_fact *a = one, *b = two;
	int order = text_compare(a->group, b->group);

	if (!order)
		order = text_compare(a->id, b->id);
	return order ? order : a->port.value < b->port.value ? -1 : a->port.value > b->port.value;
}

void balancers_sort(struct balancers_facts *balancers)
{
	size_t i, j;

	for (i = 0; i < balancers->balancers.count; i++) {
		struct balancer_fact *one =
			LIST_AT(&balancers->balancers, struct balancer_fact, i);

		strings_sort(&one->addresses);
		strings_sort(&one->groups);
		for (j = 0; j < one->listeners.count; j++)
			list_sort(&LIST_AT(&one->listeners, struct listener_entry_fact,
					   j)->backends,
				  sizeof(struct backend_fact), compare_backends);
		list_sort(&one->listeners, sizeof(struct listener_entry_fact), compare_listeners);
	}
	SORT_BY_ID(&balancers->balancers, balancer_fact, id);
}
