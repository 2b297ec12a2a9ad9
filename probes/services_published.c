/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers in the place of the ports that they publish: which ports are wanted and at which
 * address, where NAT rules take connections away from the host's own socket, and the services that
 * follow, whose replies are routed as packets that enter by the bridge.
 */
#include "probes/services.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int service_want(struct service_wants *wants, const struct address *address, uint32_t port)
{
	struct probe_service *want = list_add(&wants->list, sizeof(*want));

	if (!want)
		return -ENOMEM;
	want->address = *address;
	want->port = port;
	return 0;
}

void service_wants_release(struct service_wants *wants)
{
	free(wants->list.items);
	memset(wants, 0, sizeof(*wants));
}

static bool covers(const struct address *outer, const struct address *address)
{
	return service_is_any(outer) || address_equal(outer, address);
}

bool service_is_diverted(const struct facts *facts, const struct address *address, uint32_t port)
{
	size_t i;

	for (i = 0; i < facts->listeners.published.count; i++) {
		const struct published_fact *published =
			LIST_AT(&facts->listeners.published, struct published_fact, i);

		if (published->port == port && published->diverts &&
		    covers(&published->address, address))
			return true;
	}
	return false;
}

/* Requests for this address of the host arrive on the interface that holds it. */
static int add_arrival(const struct facts *facts, const struct address *address,
		       struct service_fact *service)
{
	const char *dev = service_holder(facts, address);

	if (!dev || text_equal(dev, service->arrival) || strings_contain(&service->arrivals, dev))
		return 0;
	if (service->arrival)
		return strings_add(&service->arrivals, dev);
	service->arrival = text_copy(dev);
	return service->arrival ? 0 : -ENOMEM;
}

/* The request arrives by the interface of the address that it asks for. */
static int add_sent(struct facts *facts, const struct published_fact *published,
		    const struct address *asked)
{
	struct service_fact *service;
	char address[ADDRESS_TEXT_MAX];
	struct text detail;
	int code;

	text_init(&detail, TEXT_FOREIGN_MAX);
	text_addf(&detail, "NAT rules of this host send %s:%u here", address_print(asked, address),
		  (unsigned int)published->port);
	code = service_add(facts, &(struct service_wish){
		&published->container, published->container_port, "published",
		text_string(&detail) }, &service);
	code = code ? code : text_error(&detail);
	text_release(&detail);
	return code ? code : add_arrival(facts, asked, service);
}

int service_add_own(struct facts *facts, const struct service_wish *wish,
		    struct service_fact **added)
{
	const struct list *list = &facts->listeners.published;
	size_t i;
	int code = 0;

	if (added)
		*added = NULL;
	for (i = 0; !code && i < list->count; i++) {
		const struct published_fact *published = LIST_AT(list, struct published_fact, i);

		/* a proxy that runs here takes the connection itself */
		if (published->port == wish->port && covers(&published->address, wish->address) &&
		    facts_published_here(facts, published) &&
		    (published->diverts || !address_is_loopback(&published->container)))
			code = add_sent(facts, published, wish->address);
	}
	if (code || service_is_diverted(facts, wish->address, wish->port))
		return code;
	return service_add(facts, wish, added);
}

/* The same port at another address is another service. */
static bool meets(const struct probe_service *want, const struct published_fact *published)
{
	return want->port == published->port && (want->address.family == ADDRESS_NONE ||
						 covers(&published->address, &want->address));
}

static bool is_wanted(const struct facts *facts, const struct service_wants *wants,
		      const struct published_fact *published)
{
	bool here = service_is_any(&published->address) ||
		    facts_local_address(facts, &published->address);
	size_t i;

	for (i = 0; here && i < wants->list.count; i++)
		if (meets(LIST_AT(&wants->list, struct probe_service, i), published))
			return true;
	return false;
}

/* A proxy and a rule, or two ports of the host, may lead to one port of a container. */
static struct service_fact *find_listed(const struct facts *facts,
					const struct published_fact *published)
{
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		if (service->iif && service->port == published->container_port &&
		    address_equal(&service->address, &published->container))
			return service;
	}
	return NULL;
}

/* By the address that is published, and those by which the port is asked for. */
static int add_arrivals(const struct facts *facts, const struct service_wants *wants,
			const struct published_fact *published, struct service_fact *service)
{
	const struct address *declared = &facts->plan.link.gitlab_ip;
	int code = add_arrival(facts, &published->address, service);
	size_t i;

	for (i = 0; !code && i < wants->list.count; i++) {
		const struct probe_service *want =
			LIST_AT(&wants->list, struct probe_service, i);

		if (!meets(want, published))
			continue;
		if (want->address.family != ADDRESS_NONE)
			code = add_arrival(facts, &want->address, service);
		else if (covers(&published->address, declared))
			code = add_arrival(facts, declared, service);
	}
	return code;
}

/* Where the container is one: its replies come from no socket of this host. */
static int set_way(const struct facts *facts, const struct published_fact *published,
		   struct service_fact *service)
{
	const struct link_fact *link = published->dev ? facts_link(facts, published->dev) : NULL;

	service->uid.known = false;
	service->mark.known = false;
	free(service->dev);
	service->dev = NULL;
	service->iif = link ? text_copy(link->name) : NULL;
	return link && !service->iif ? -ENOMEM : 0;
}

static int add_container(struct facts *facts, const struct service_wants *wants,
			 const struct published_fact *published)
{
	struct service_fact *service = find_listed(facts, published);
	char address[ADDRESS_TEXT_MAX];
	struct text detail;
	int code;

	if (service)
		return add_arrivals(facts, wants, published, service);
	text_init(&detail, TEXT_FOREIGN_MAX);
	text_addf(&detail, "published by this host as %s:%u",
		  address_print(&published->address, address), (unsigned int)published->port);
	code = service_add(facts, &(struct service_wish){
		&published->container, published->container_port, "published",
		text_string(&detail) }, &service);
	code = code ? code : text_error(&detail);
	text_release(&detail);
	/* a far one is found by its route */
	if (code || service->iif)
		return code;
	code = set_way(facts, published, service);
	return code ? code : add_arrivals(facts, wants, published, service);
}

int service_add_containers(struct facts *facts, const struct service_wants *wants)
{
	const struct list *list = &facts->listeners.published;
	size_t i;
	int code = 0;

	for (i = 0; !code && i < list->count; i++) {
		const struct published_fact *published = LIST_AT(list, struct published_fact, i);

		if (!is_wanted(facts, wants, published) || facts_published_here(facts, published) ||
		    published->container.family != ADDRESS_IPV4 ||
		    address_is_loopback(&published->container))
			continue;
		code = add_container(facts, wants, published);
	}
	return code;
}
