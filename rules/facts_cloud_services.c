/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses and ports that a plan speaks of; see facts_cloud_services.h. */
#include "rules/facts_cloud_services.h"

#include <errno.h>
#include <stdlib.h>

static bool holds_address(const struct list *addresses, const struct address *address)
{
	size_t i;

	for (i = 0; i < addresses->count; i++)
		if (address_equal(LIST_AT(addresses, struct address, i), address))
			return true;
	return false;
}

static int add_address(struct list *addresses, const struct address *address)
{
	struct address *added;

	if (address->family != ADDRESS_IPV4 || holds_address(addresses, address))
		return 0;
	added = list_add(addresses, sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = *address;
	return 0;
}

/* The address that stands in a URL, of either family; family 0: a name, or no URL. */
static struct address literal_of(const char *url, uint32_t *port)
{
	struct address address = { .family = ADDRESS_NONE };
	char host[PLAN_HOST_MAX];

	*port = 0;
	if (!url || plan_url_parts(url, host, port, NULL) < 0 ||
	    address_parse(host, &address) < 0)
		return (struct address){ .family = ADDRESS_NONE };
	return address;
}

static int compare_addresses(const void *one, const void *two)
{
	return address_compare(one, two);
}

int planned_addresses(const struct plan *plan, struct list *addresses)
{
	struct address address;
	uint32_t port;
	size_t i;
	int error = add_address(addresses, &plan->link.gitlab_ip);

	for (i = 0; i < plan->link.other_ips.count && !error; i++)
		if (address_parse(plan->link.other_ips.items[i], &address) == 0)
			error = add_address(addresses, &address);
	address = literal_of(plan->gitlab.url, &port);
	if (!error)
		error = add_address(addresses, &address);
	for (i = 0; i < plan->maven.count && !error; i++) {
		address = literal_of(LIST_AT(&plan->maven, struct plan_maven, i)->url, &port);
		error = add_address(addresses, &address);
	}
	list_sort(addresses, sizeof(struct address), compare_addresses);
	return error;
}

static int add_service(struct list *services, const struct address *address, uint32_t port,
		       bool gitlab, const char *url)
{
	struct planned_service *service;
	size_t i;

	if (address->family != ADDRESS_IPV4 || !port)
		return 0;
	for (i = 0; i < services->count; i++) {
		service = LIST_AT(services, struct planned_service, i);
		if (address_equal(&service->address, address) && service->port == port)
			return 0;
	}
	service = list_add(services, sizeof(*service));
	if (!service)
		return -ENOMEM;
	*service = (struct planned_service){
		.address = *address, .port = port, .gitlab = gitlab, .url = url,
	};
	return 0;
}

static int add_open(struct strings *open, const char *url)
{
	return strings_contain(open, url) ? 0 : strings_add(open, url);
}

static int add_gitlab(const struct plan *plan, struct list *services, struct strings *open)
{
	uint32_t port;
	struct address literal = literal_of(plan->gitlab.url, &port);
	int error;

	if (!plan->gitlab.url || !port)
		return 0;
	if (literal.family != ADDRESS_IPV4 && plan->link.gitlab_ip.family == ADDRESS_NONE)
		return add_open(open, plan->gitlab.url);
	error = add_service(services, &literal, port, true, plan->gitlab.url);
	if (!error)
		error = add_service(services, &plan->link.gitlab_ip, port, true, plan->gitlab.url);
	return error;
}

/* Addresses among link.other_ips that stand in no URL: those of names. */
static int spare_addresses(const struct plan *plan, struct list *spare)
{
	size_t i, j;
	int error = 0;

	for (i = 0; i < plan->link.other_ips.count && !error; i++) {
		struct address address, literal;
		bool taken = false;
		uint32_t port;

		if (address_parse(plan->link.other_ips.items[i], &address) < 0)
			continue;
		for (j = 0; j < plan->maven.count; j++) {
			literal = literal_of(LIST_AT(&plan->maven, struct plan_maven, j)->url,
					     &port);
			taken = taken || address_equal(&literal, &address);
		}
		literal = literal_of(plan->gitlab.url, &port);
		if (!taken && !address_equal(&literal, &address))
			error = add_address(spare, &address);
	}
	return error;
}

/* Does some name server say that `host` has this address? */
static bool name_has(const struct facts *facts, const char *host, const struct address *address)
{
	char words[ADDRESS_TEXT_MAX];
	size_t i;

	(void)address_print(address, words);
	for (i = 0; i < facts->endpoints.names.count; i++) {
		const struct name_fact *name =
			LIST_AT(&facts->endpoints.names, struct name_fact, i);

		if (text_equal(name->name, host) && strings_contain(&name->addresses, words))
			return true;
	}
	return false;
}

/* A name: the spare addresses that answer to it, or the only one there is. */
static int add_named(const struct facts *facts, const char *url, const struct list *spare,
		     struct list *services, struct strings *open)
{
	char host[PLAN_HOST_MAX];
	uint32_t port;
	size_t i;
	bool any = false;
	int error = 0;

	if (plan_url_parts(url, host, &port, NULL) < 0)
		return 0;
	for (i = 0; i < spare->count && !error; i++) {
		const struct address *address = LIST_AT(spare, struct address, i);

		if (!name_has(facts, host, address) && spare->count > 1)
			continue;
		error = add_service(services, address, port, false, url);
		any = true;
	}
	if (!error && name_has(facts, host, &facts->plan.link.gitlab_ip)) {
		error = add_service(services, &facts->plan.link.gitlab_ip, port, false, url);
		any = true;
	}
	return error || any ? error : add_open(open, url);
}

static int add_maven(const struct facts *facts, struct list *services, struct strings *open)
{
	struct list spare = { .count = 0 };
	size_t i;
	int error = spare_addresses(&facts->plan, &spare);

	for (i = 0; i < facts->plan.maven.count && !error; i++) {
		const char *url = LIST_AT(&facts->plan.maven, struct plan_maven, i)->url;
		uint32_t port;
		struct address literal = literal_of(url, &port);

		if (!url)
			continue;
		if (literal.family == ADDRESS_NONE)
			error = add_named(facts, url, &spare, services, open);
		else if (literal.family == ADDRESS_IPV4)
			error = add_service(services, &literal, port, false, url);
		else
			error = add_open(open, url); /* it has no IPv4 address, as a link needs */
	}
	free(spare.items);
	return error;
}

/* The addresses of a planned URL's host, for what it led to on another port. */
static int add_led_to(const struct list *services, const struct endpoint_target *target,
		      struct list *more)
{
	char host[PLAN_HOST_MAX];
	struct address literal;
	uint32_t port;
	size_t i;
	int error = 0;

	literal = literal_of(target->url, &port);
	for (i = 0; i < services->count && !error; i++) {
		const struct planned_service *one = LIST_AT(services, struct planned_service, i);

		if (plan_url_parts(one->url, host, &port, NULL) == 0 &&
		    (text_equal(host, target->host) || address_equal(&literal, &one->address)))
			error = add_service(more, &one->address, target->port, one->gitlab,
					    target->url);
	}
	return error;
}

static int add_targets(const struct facts *facts, struct list *services)
{
	struct list more = { .count = 0 };
	size_t i;
	int error = 0;

	for (i = 0; i < facts->endpoints.targets.count && !error; i++) {
		const struct endpoint_target *target =
			LIST_AT(&facts->endpoints.targets, struct endpoint_target, i);

		if (!target->refused && (target->root_purpose == PURPOSE_GITLAB ||
					 target->root_purpose == PURPOSE_MAVEN))
			error = add_led_to(services, target, &more);
	}
	for (i = 0; i < more.count && !error; i++) {
		const struct planned_service *one = LIST_AT(&more, struct planned_service, i);

		error = add_service(services, &one->address, one->port, one->gitlab, one->url);
	}
	free(more.items);
	return error;
}

static int compare_services(const void *one, const void *two)
{
	const struct planned_service *a = one, *b = two;
	int order = address_compare(&a->address, &b->address);

	return order ? order : a->port < b->port ? -1 : a->port > b->port;
}

int planned_services(const struct facts *facts, struct list *services, struct strings *open)
{
	int error = add_gitlab(&facts->plan, services, open);

	if (!error)
		error = add_maven(facts, services, open);
	if (!error)
		error = add_targets(facts, services);
	list_sort(services, sizeof(struct planned_service), compare_services);
	return error;
}

bool planned_in_datacenter(const struct plan *plan, const struct planned_service *service)
{
	size_t i;

	for (i = 0; i < plan->datacenter.cidrs.count; i++) {
		struct prefix prefix;

		if (!prefix_parse(plan->datacenter.cidrs.items[i], &prefix) &&
		    prefix_contains(&prefix, address_ipv4(&service->address)))
			return true;
	}
	return plan->gitlab.access == ACCESS_DATACENTER &&
	       (service->gitlab || !plan->datacenter.cidrs.count);
}
