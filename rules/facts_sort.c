/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documented order of every list, so that two collections diff cleanly. Lists whose order is
 * the kernel's own (policy rules, next hops, XFRM policies) stay as they came; so do equal items.
 */
#include "rules/facts.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* The first comparison that differs decides. */
#define THEN(order, comparison) ((order) ? (order) : (comparison))

static int compare_links(const void *one, const void *two)
{
	const struct link_fact *a = one, *b = two;

	return THEN(compare_numbers(a->index, b->index), text_compare(a->name, b->name));
}

static int compare_addresses(const void *one, const void *two)
{
	const struct address_fact *a = one, *b = two;
	int order = address_compare(&a->address, &b->address);

	order = THEN(order, compare_numbers(a->index, b->index));
	return THEN(order, compare_numbers(a->length, b->length));
}

static int compare_services(const void *one, const void *two)
{
	const struct service_fact *a = one, *b = two;
	int order = address_compare(&a->address, &b->address);

	order = THEN(order, compare_numbers(a->port, b->port));
	order = THEN(order, text_compare(a->iif, b->iif));
	return THEN(order, text_compare(a->service, b->service));
}

static int compare_routes(const void *one, const void *two)
{
	const struct route_fact *a = one, *b = two;
	int order = compare_numbers(a->table, b->table);

	order = THEN(order, prefix_compare(&a->destination, &b->destination));
	order = THEN(order, compare_numbers(b->tos, a->tos));
	return THEN(order, compare_numbers(a->metric, b->metric));
}

static int compare_classes(const void *one, const void *two)
{
	const struct class_fact *a = one, *b = two;
	int order = text_compare(a->service, b->service);

	order = THEN(order, text_compare(a->iif, b->iif));
	order = THEN(order, compare_numbers(a->mark, b->mark));
	return THEN(order, address_compare(&a->first, &b->first));
}

static int compare_class_ports(const void *one, const void *two)
{
	const struct class_ports *a = one, *b = two;

	return compare_numbers(a->first, b->first);
}

static int compare_ingress(const void *one, const void *two)
{
	const struct ingress_fact *a = one, *b = two;
	int order = text_compare(a->service, b->service);

	order = THEN(order, text_compare(a->arrival, b->arrival));
	return THEN(order, address_compare(&a->first, &b->first));
}

static int compare_neighbours(const void *one, const void *two)
{
	const struct neighbour_fact *a = one, *b = two;
	int order = address_compare(&a->address, &b->address);

	return THEN(order, text_compare(a->dev, b->dev));
}

static int compare_sysctls(const void *one, const void *two)
{
	const struct sysctl_fact *a = one, *b = two;

	return text_compare(a->name, b->name);
}

static int compare_counters(const void *one, const void *two)
{
	const struct counter_fact *a = one, *b = two;

	return text_compare(a->name, b->name);
}

static int compare_listeners(const void *one, const void *two)
{
	const struct listener_fact *a = one, *b = two;
	int order = compare_numbers(a->port, b->port);

	order = THEN(order, address_compare(&a->address, &b->address));
	order = THEN(order, text_compare(a->dev, b->dev));
	return THEN(order, compare_numbers(a->uid, b->uid));
}

static int compare_published(const void *one, const void *two)
{
	const struct published_fact *a = one, *b = two;
	int order = compare_numbers(a->port, b->port);

	order = THEN(order, address_compare(&a->address, &b->address));
	order = THEN(order, address_compare(&a->container, &b->container));
	return THEN(order, compare_numbers(a->container_port, b->container_port));
}

static int compare_configs(const void *one, const void *two)
{
	const struct config_fact *a = one, *b = two;
	int order = text_compare(a->path, b->path);

	order = THEN(order, text_compare(a->key, b->key));
	return THEN(order, prefix_compare(&a->prefix, &b->prefix));
}

static int compare_exceptions(const void *one, const void *two)
{
	const struct exception_fact *a = one, *b = two;
	int order = address_compare(&a->destination, &b->destination);

	return THEN(order, address_compare(&a->via, &b->via));
}

static int compare_names(const void *one, const void *two)
{
	const struct name_fact *a = one, *b = two;
	int order = text_compare(a->name, b->name);

	order = THEN(order, text_compare(a->server, b->server));
	order = THEN(order, text_compare(a->question, b->question));
	return THEN(order, text_compare(a->kind, b->kind));
}

/* The plan's own keep their order; what was found on the way has none of its own. */
static int compare_targets(const void *one, const void *two)
{
	const struct endpoint_target *a = one, *b = two;
	bool planned = !a->found_in;

	if (planned != !b->found_in)
		return planned ? -1 : 1;
	return planned ? 0 : text_compare(a->url, b->url);
}

static int compare_attempts(const void *one, const void *two)
{
	const struct attempt_fact *a = one, *b = two;
	int order = text_compare(a->url, b->url);

	return THEN(order, address_compare(&a->address, &b->address));
}

static int compare_hops(const void *one, const void *two)
{
	const struct hop_fact *a = one, *b = two;
	int order = text_compare(a->url, b->url);

	order = THEN(order, address_compare(&a->address, &b->address));
	order = THEN(order, compare_numbers(a->udp, b->udp));
	return THEN(order, compare_numbers(a->ttl, b->ttl));
}

/* Those of one target and address stay in the order asked. */
static int compare_exchanges(const void *one, const void *two)
{
	const struct exchange_fact *a = one, *b = two;
	int order = text_compare(a->url, b->url);

	return THEN(order, address_compare(&a->address, &b->address));
}

static int compare_gitlab(const void *one, const void *two)
{
	const struct gitlab_fact *a = one, *b = two;

	return address_compare(&a->address, &b->address);
}

static int compare_git(const void *one, const void *two)
{
	const struct git_fact *a = one, *b = two;
	int order = text_compare(a->url, b->url);

	return THEN(order, address_compare(&a->address, &b->address));
}

static int compare_experiments(const void *one, const void *two)
{
	const struct experiment_fact *a = one, *b = two;
	int order = text_compare(a->url, b->url);

	order = THEN(order, address_compare(&a->address, &b->address));
	order = THEN(order, a->kind - b->kind);
	return THEN(order, (a->value > b->value) - (a->value < b->value));
}

static int compare_metadata(const void *one, const void *two)
{
	const struct metadata_interface *a = one, *b = two;

	return text_compare(a->mac, b->mac);
}

static int compare_calls(const void *one, const void *two)
{
	const struct call_fact *a = one, *b = two;
	int order = text_compare(a->product, b->product);

	order = THEN(order, text_compare(a->action, b->action));
	return THEN(order, text_compare(a->subject, b->subject));
}

static void sort_classes(struct list *classes)
{
	struct class_fact *class_fact;
	size_t i;

	for (i = 0; i < classes->count; i++) {
		class_fact = LIST_AT(classes, struct class_fact, i);
		list_sort(&class_fact->ports, sizeof(struct class_ports), compare_class_ports);
	}
	list_sort(classes, sizeof(struct class_fact), compare_classes);
}

struct sorted_list {
	size_t offset; /* of a struct list in struct facts */
	size_t size;
	int (*compare)(const void *a, const void *b);
};

static const struct sorted_list sorted_lists[] = {
	{ offsetof(struct facts, links.links), sizeof(struct link_fact), compare_links },
	{ offsetof(struct facts, addresses.addresses), sizeof(struct address_fact),
	  compare_addresses },
	{ offsetof(struct facts, services.services), sizeof(struct service_fact),
	  compare_services },
	{ offsetof(struct facts, routes.entries), sizeof(struct route_fact), compare_routes },
	{ offsetof(struct facts, routes.ingress), sizeof(struct ingress_fact), compare_ingress },
	{ offsetof(struct facts, neighbours.neighbours), sizeof(struct neighbour_fact),
	  compare_neighbours },
	{ offsetof(struct facts, sysctls.sysctls), sizeof(struct sysctl_fact), compare_sysctls },
	{ offsetof(struct facts, counters.counters), sizeof(struct counter_fact),
	  compare_counters },
	{ offsetof(struct facts, listeners.listeners), sizeof(struct listener_fact),
	  compare_listeners },
	{ offsetof(struct facts, listeners.published), sizeof(struct published_fact),
	  compare_published },
	{ offsetof(struct facts, configs.configs), sizeof(struct config_fact), compare_configs },
	{ offsetof(struct facts, exceptions.exceptions), sizeof(struct exception_fact),
	  compare_exceptions },
	{ offsetof(struct facts, endpoints.names), sizeof(struct name_fact), compare_names },
	{ offsetof(struct facts, endpoints.targets), sizeof(struct endpoint_target),
	  compare_targets },
	{ offsetof(struct facts, endpoints.attempts), sizeof(struct attempt_fact),
	  compare_attempts },
	{ offsetof(struct facts, endpoints.hops), sizeof(struct hop_fact), compare_hops },
	{ offsetof(struct facts, endpoints.exchanges), sizeof(struct exchange_fact),
	  compare_exchanges },
	{ offsetof(struct facts, endpoints.gitlab), sizeof(struct gitlab_fact), compare_gitlab },
	{ offsetof(struct facts, endpoints.git), sizeof(struct git_fact), compare_git },
	{ offsetof(struct facts, endpoints.experiments), sizeof(struct experiment_fact),
	  compare_experiments },
	{ offsetof(struct facts, metadata.interfaces), sizeof(struct metadata_interface),
	  compare_metadata },
	{ offsetof(struct facts, cloud.calls), sizeof(struct call_fact), compare_calls },
};

void facts_sort(struct facts *facts)
{
	const struct sorted_list *row;
	size_t i;

	for (i = 0; i < sizeof(sorted_lists) / sizeof(sorted_lists[0]); i++) {
		row = &sorted_lists[i];
		list_sort((struct list *)(void *)((char *)facts + row->offset), row->size,
			  row->compare);
	}
	sort_classes(&facts->routes.classes);
	sort_classes(&facts->routes.vswitch_classes);
	strings_sort(&facts->host.capabilities);
	strings_sort(&facts->host.packet_filters);
	strings_sort(&facts->configs.read);
	strings_sort(&facts->configs.denied);
	trace_sort(&facts->trace);
	groups_sort(&facts->groups);
	balancers_sort(&facts->balancers);
	instance_sort(&facts->instance);
	network_sort(&facts->network);
	transit_sort(&facts->transit);
	private_zones_sort(&facts->private_zones);
}
