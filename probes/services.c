/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services probe: which (address, port) pairs the proof is about, and why these.
 *
 * Options replace everything; else the plan's URLs; else what listens on the usual ports. A
 * wildcard listener stands for the addresses by which the kernel would reply, and a port that a
 * container publishes for the container, because its replies are routed as forwarded packets.
 */
#include "probes/services.h"

#include "probes/catalog.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t default_ports[] = { 443, 80, 22 };

struct search {
	const struct probe_context *context;
	struct facts *facts;
	struct fault *fault;
	uint32_t ports[64]; /* whose published containers matter */
	size_t port_count;
	bool planned; /* the plan names services */
	bool asked_sources;
	uint32_t *sources;
	size_t source_count;
};

static bool is_any(const struct address *address)
{
	static const uint8_t none[16];

	return !memcmp(address->bytes, none, sizeof(none));
}

/* Does the socket take IPv4 packets to `address`? */
static bool listener_takes(const struct listener_fact *listener, const struct address *address)
{
	if (is_any(&listener->address))
		return listener->address.family == ADDRESS_IPV4 || !listener->v6only;
	return address_equal(&listener->address, address);
}

/* What the reply takes from its socket: owner, mark, device. */
static int find_socket(const struct facts *facts, struct service_fact *service)
{
	size_t i;

	for (i = 0; i < facts->listeners.listeners.count; i++) {
		const struct listener_fact *listener =
			LIST_AT(&facts->listeners.listeners, struct listener_fact, i);

		if (listener->port != service->port || !listener_takes(listener, &service->address))
			continue;
		service->uid.known = true;
		service->uid.value = listener->uid;
		service->mark = listener->mark;
		free(service->dev);
		service->dev = text_copy(listener->dev);
		if (listener->dev && !service->dev)
			return -ENOMEM;
		if (!is_any(&listener->address))
			return 0; /* the exact socket is asked before the wildcard one */
	}
	return 0;
}

static struct service_fact *service_find(const struct facts *facts, const struct address *address,
					 uint32_t port)
{
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		if (service->port == port && !service->iif &&
		    address_equal(&service->address, address))
			return service;
	}
	return NULL;
}

int service_add(struct facts *facts, const struct service_wish *wish, struct service_fact **added)
{
	const struct address *address = wish->address;
	struct service_fact *service = service_find(facts, address, wish->port);
	char text[ADDRESS_TEXT_MAX];
	struct text name;

	if (added)
		*added = service;
	if (service)
		return 0;
	service = list_add(&facts->services.services, sizeof(*service));
	if (!service)
		return -ENOMEM;
	text_init(&name, ADDRESS_TEXT_MAX + 16);
	text_addf(&name, address->family == ADDRESS_IPV6 ? "[%s]:%u" : "%s:%u",
		  address_print(address, text), (unsigned int)wish->port);
	service->service = text_take(&name);
	service->address = *address;
	service->port = wish->port;
	service->origin = text_copy(wish->origin);
	service->detail = text_copy(wish->detail);
	service->local = facts_local_address(facts, address) != NULL;
	service->resolved = address->family == ADDRESS_IPV4;
	if (added)
		*added = service;
	if (!service->service || !service->origin || (wish->detail && !service->detail))
		return -ENOMEM;
	return service->local ? find_socket(facts, service) : 0;
}

static void want_port(struct search *search, uint32_t port)
{
	if (search->port_count < sizeof(search->ports) / sizeof(search->ports[0]))
		search->ports[search->port_count++] = port;
}

static bool port_wanted(const struct search *search, uint32_t port)
{
	size_t i;

	for (i = 0; i < search->port_count; i++)
		if (search->ports[i] == port)
			return true;
	return false;
}

static bool covers(const struct address *outer, const struct address *address)
{
	return is_any(outer) || address_equal(outer, address);
}

/* NAT rules send this port elsewhere, in place of the host's own socket. */
static bool is_diverted(const struct facts *facts, const struct address *address, uint32_t port)
{
	size_t i;

	for (i = 0; i < facts->listeners.published.count; i++) {
		const struct published_fact *published =
			LIST_AT(&facts->listeners.published, struct published_fact, i);

		if (published->port == port && published->diverts &&
		    !address_is_loopback(&published->container) &&
		    covers(&published->address, address))
			return true;
	}
	return false;
}

static int add_options(struct search *search)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < search->context->service_count; i++) {
		const struct probe_service *asked = &search->context->services[i];

		if (facts_local_address(search->facts, &asked->address)) {
			want_port(search, asked->port);
			if (is_diverted(search->facts, &asked->address, asked->port))
				continue;
		}
		code = service_add(search->facts, &(struct service_wish){
			&asked->address, asked->port, "option", NULL }, NULL);
	}
	return code;
}

/* A name is resolved by the endpoint checks, from where it matters; not here. */
static int add_unresolved(struct search *search, const char *host, uint32_t port, const char *url)
{
	struct service_fact *service =
		list_add(&search->facts->services.services, sizeof(*service));
	struct text name;

	if (!service)
		return -ENOMEM;
	text_init(&name, TEXT_FOREIGN_MAX);
	text_addf(&name, "%.200s:%u", host, (unsigned int)port);
	service->service = text_take(&name);
	text_init(&name, 2 * TEXT_FOREIGN_MAX);
	text_addf(&name, "the host of %.200s is a name: give its address (--service, or an address "
		  "in the URL)", url);
	service->detail = text_take(&name);
	service->port = port;
	service->origin = text_copy("plan");
	return service->service && service->detail && service->origin ? 0 : -ENOMEM;
}

/* `instead`: the address that stands for a name, where the plan tells. */
static int add_url(struct search *search, const char *url, const struct address *instead)
{
	struct address address;
	char *host = NULL;
	uint32_t port = 0;
	bool local;
	int code;

	if (!url)
		return 0;
	search->planned = true;
	code = plan_url_split(url, &host, &port, search->fault);
	if (code)
		return code;
	if (address_parse(host, &address) && instead)
		address = *instead;
	else if (address_parse(host, &address))
		address.family = ADDRESS_NONE;
	local = address.family && facts_local_address(search->facts, &address);
	/* what another machine serves is not what this one publishes */
	if (local || !address.family)
		want_port(search, port);
	if (!address.family)
		code = add_unresolved(search, host, port, url);
	else if (!local || !is_diverted(search->facts, &address, port))
		code = service_add(search->facts, &(struct service_wish){
			&address, port, "plan", url }, NULL);
	free(host);
	return code;
}

static int add_plan(struct search *search)
{
	const struct plan *plan = &search->facts->plan;
	size_t i;
	int code = add_url(search, plan->gitlab.url, &plan->link.gitlab_ip);

	for (i = 0; !code && i < plan->maven.count; i++)
		code = add_url(search, LIST_AT(&plan->maven, struct plan_maven, i)->url, NULL);
	return code;
}

static int ask_sources(struct search *search)
{
	if (search->asked_sources)
		return 0;
	search->asked_sources = true;
	return service_sources(search->facts, search->context->deadline_ms, &search->sources,
			       &search->source_count, search->fault);
}

/* The plan's address, where it is here; else every source that the kernel would choose. */
static int add_by_source(struct search *search, uint32_t port, const char *origin,
			 const char *detail)
{
	const struct address *declared = &search->facts->plan.link.gitlab_ip;
	size_t i;
	int code;

	if (declared->family && facts_local_address(search->facts, declared)) {
		if (is_diverted(search->facts, declared, port))
			return 0;
		return service_add(search->facts, &(struct service_wish){
			declared, port, origin, detail }, NULL);
	}
	code = ask_sources(search);
	for (i = 0; !code && i < search->source_count; i++) {
		struct address address = address_from_ipv4(search->sources[i]);

		if (is_diverted(search->facts, &address, port))
			continue;
		code = service_add(search->facts, &(struct service_wish){
			&address, port, origin, detail }, NULL);
	}
	return code;
}

static int add_listener(struct search *search, const struct listener_fact *listener)
{
	if (address_is_loopback(&listener->address) ||
	    is_diverted(search->facts, &listener->address, listener->port))
		return 0;
	if (listener->address.family == ADDRESS_IPV4 && !is_any(&listener->address))
		return service_add(search->facts, &(struct service_wish){
			&listener->address, listener->port, "listener", NULL }, NULL);
	if (!is_any(&listener->address) || listener->v6only)
		return 0;
	return add_by_source(search, listener->port, "wildcard",
			     listener->address.family == ADDRESS_IPV6 ? "[::]" : "0.0.0.0");
}

static int add_listeners(struct search *search)
{
	const struct list *listeners = &search->facts->listeners.listeners;
	size_t i;
	size_t port;
	int code = 0;

	for (port = 0; port < sizeof(default_ports) / sizeof(default_ports[0]); port++) {
		want_port(search, default_ports[port]);
		for (i = 0; !code && i < listeners->count; i++) {
			const struct listener_fact *listener =
				LIST_AT(listeners, struct listener_fact, i);

			if (listener->port == default_ports[port])
				code = add_listener(search, listener);
		}
	}
	return code;
}

static int add_published(struct search *search, const struct published_fact *published)
{
	const struct address_fact *host = facts_local_address(search->facts, &published->address);
	const struct link_fact *link = published->dev ?
		facts_link(search->facts, published->dev) : NULL;
	struct service_fact *service;
	char address[ADDRESS_TEXT_MAX];
	struct text detail;
	int code;

	text_init(&detail, TEXT_FOREIGN_MAX);
	text_addf(&detail, "published by this host as %s:%u",
		  address_print(&published->address, address), (unsigned int)published->port);
	code = service_add(search->facts, &(struct service_wish){
		&published->container, published->container_port, "published",
		text_string(&detail) }, &service);
	code = code ? code : text_error(&detail);
	text_release(&detail);
	/* one of this host's own addresses replies by itself; a far one is found by its route */
	if (code || service->iif || service->local)
		return code;
	service->uid.known = false;
	service->mark.known = false;
	free(service->dev);
	service->dev = NULL;
	service->iif = link ? text_copy(link->name) : NULL;
	if (host)
		service->arrival = text_copy(host->dev);
	return (link && !service->iif) || (host && !service->arrival) ? -ENOMEM : 0;
}

/* A proxy and a rule, or two ports of the host, may lead to one port of a container. */
static bool is_listed(const struct facts *facts, const struct published_fact *published)
{
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		const struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		if (service->iif && service->port == published->container_port &&
		    address_equal(&service->address, &published->container))
			return true;
	}
	return false;
}

static int add_containers(struct search *search)
{
	const struct list *list = &search->facts->listeners.published;
	size_t i;
	int code = 0;

	for (i = 0; !code && i < list->count; i++) {
		const struct published_fact *published = LIST_AT(list, struct published_fact, i);

		if (!port_wanted(search, published->port) ||
		    published->container.family != ADDRESS_IPV4 ||
		    address_is_loopback(&published->container) ||
		    is_listed(search->facts, published))
			continue;
		code = add_published(search, published);
	}
	return code;
}

/* On a router without declared services the first hosts of the data center stand for them. */
static int add_for_router(struct search *search)
{
	const struct plan *plan = &search->facts->plan;
	size_t i;
	int code = 0;

	if (plan->link.gitlab_ip.family)
		return service_add(search->facts, &(struct service_wish){
			&plan->link.gitlab_ip, 443, "plan",
			"link.gitlab_ip; no URL is declared, so port 443" }, NULL);
	for (i = 0; !code && i < plan->datacenter.cidrs.count; i++) {
		struct address address;
		struct prefix cidr;
		uint32_t host;

		if (prefix_parse(plan->datacenter.cidrs.items[i], &cidr))
			continue;
		/* the first that is not this router's own */
		host = prefix_first(&cidr) + (cidr.length < 31);
		address = address_from_ipv4(host);
		while (facts_local_address(search->facts, &address) && host < prefix_last(&cidr))
			address = address_from_ipv4(++host);
		code = service_add(search->facts, &(struct service_wish){
			&address, 443, "plan",
			"no service is declared: the first host of datacenter.cidrs" }, NULL);
	}
	return code;
}

/* Nothing was declared and nothing listens. */
static int add_fallback(struct search *search)
{
	struct facts *facts = search->facts;
	int code = 0;

	if (facts->services.services.count)
		return 0;
	if (facts_vantage(facts, NULL) == VANTAGE_IDC_ROUTER)
		code = add_for_router(search);
	if (code || facts->services.services.count)
		return code;
	return add_by_source(search, 443, "kernel",
			     facts->listeners.section.state == FACT_OK ?
			     "nothing listens on 443, 80 or 22: the source that the kernel picks" :
			     "listeners could not be read: the source that the kernel picks");
}

static int find_services(struct search *search)
{
	int code;

	if (search->context->service_count)
		code = add_options(search);
	else
		code = add_plan(search);
	if (!code && !search->context->service_count && !search->planned)
		code = add_listeners(search);
	if (!code)
		code = add_containers(search);
	return code || search->context->service_count ? code : add_fallback(search);
}

static int run(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	struct search search = { .context = context, .facts = facts, .fault = fault };
	int code;

	if (facts->addresses.section.state != FACT_OK || facts->links.section.state != FACT_OK)
		return fault_set(fault, -ENODATA, "addresses or links of this host are not known");
	code = find_services(&search);
	free(search.sources);
	if (code)
		return fault_set(fault, code, "cannot list the services");
	/* the vantage depends on the services asked for, the ways depend on the vantage */
	facts->services.section.state = FACT_OK;
	code = service_ways(facts, context->deadline_ms, fault);
	if (code || facts->services.services.count)
		return code;
	facts->services.section.note =
		text_copy("no IPv4 address from which this host would reply");
	return facts->services.section.note ? 0 : fault_set(fault, -ENOMEM, "out of memory");
}

const struct probe probe_services = {
	.name = "services",
	.summary = "addresses and ports whose replies are proved, and by which interfaces they go",
	.needs = PROBE_NEEDS_NETLINK,
	.wire = "nothing: the kernel is asked how it would route, no packet is sent",
	.doc = "plan, options, listeners, published ports; RTM_GETROUTE (look-ups, and one dump)",
	.section = SECTION_SERVICES,
	.after = SECTION_BIT(SECTION_HOST) | SECTION_BIT(SECTION_LINKS) |
		 SECTION_BIT(SECTION_ADDRESSES) | SECTION_BIT(SECTION_RULES) |
		 SECTION_BIT(SECTION_LISTENERS),
	.run = run,
};
