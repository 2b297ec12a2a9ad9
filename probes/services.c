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

static const uint32_t default_ports[] = { 443, 80, 22 };

struct search {
	const struct probe_context *context;
	struct facts *facts;
	struct fault *fault;
	struct service_wants wants; /* whose containers matter */
	struct sources sources;
	bool planned; /* the plan names services */
};

/* What the sources of a wildcard's replies are asked for with, and how the service is told. */
struct wildcard {
	uint32_t port; /* that is asked for; the replies' own may be another */
	struct sources_question question;
	const char *origin, *detail;
	bool sent; /* only what NAT rules send to another port of this host */
};

static int add_options(struct search *search)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < search->context->service_count; i++) {
		const struct probe_service *asked = &search->context->services[i];
		const struct service_wish wish = { &asked->address, asked->port, "option", NULL };

		if (!facts_local_address(search->facts, &asked->address)) {
			code = service_add(search->facts, &wish, NULL);
			continue;
		}
		code = service_want(&search->wants, &asked->address, asked->port);
		if (!code)
			code = service_add_own(search->facts, &wish, NULL);
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
		code = service_want(&search->wants, &address, port);
	if (!code && !address.family)
		code = add_unresolved(search, host, port, url);
	else if (!code && local)
		code = service_add_own(search->facts, &(struct service_wish){
			&address, port, "plan", url }, NULL);
	else if (!code)
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

/* A socket bound to a device that does not hold the address: there its connections arrive. */
static int set_arrival(const struct facts *facts, const char *dev, struct service_fact *service)
{
	if (!dev || service->arrival || !text_equal(service->dev, dev) ||
	    service_hears(facts, dev, &service->address))
		return 0;
	service->arrival = text_copy(dev);
	return service->arrival ? 0 : -ENOMEM;
}

static int add_at(struct search *search, const struct wildcard *wildcard,
		  const struct address *address, struct service_fact **added)
{
	*added = NULL;
	if (wildcard->sent && !service_is_diverted(search->facts, address, wildcard->port))
		return 0;
	return service_add_own(search->facts, &(struct service_wish){
		address, wildcard->port, wildcard->origin, wildcard->detail }, added);
}

/* The plan's address, where it is here; else every source that the kernel would choose. */
static int add_by_source(struct search *search, const struct wildcard *wildcard)
{
	const struct address *declared = &search->facts->plan.link.gitlab_ip;
	const struct sources_answer *found;
	struct service_fact *service;
	size_t i;
	int code;

	if (declared->family && facts_local_address(search->facts, declared))
		return add_at(search, wildcard, declared, &service);
	code = sources_find(&search->sources, &wildcard->question, &found, search->fault);
	for (i = 0; !code && i < found->count; i++) {
		struct address address = address_from_ipv4(found->items[i]);

		code = add_at(search, wildcard, &address, &service);
		if (!code && service)
			code = set_arrival(search->facts, wildcard->question.dev, service);
	}
	return code;
}

static int add_listener(struct search *search, const struct listener_fact *listener)
{
	const struct wildcard wildcard = {
		.port = listener->port,
		.question = { listener->port, listener->uid,
			      listener->mark.known ? listener->mark.value : 0, listener->dev },
		.origin = "wildcard",
		.detail = listener->address.family == ADDRESS_IPV6 ? "[::]" : "0.0.0.0",
	};

	if (!service_is_reached(search->facts, listener) ||
	    (service_is_any(&listener->address) &&
	     service_is_diverted(search->facts, &listener->address, listener->port)))
		return 0;
	if (listener->address.family == ADDRESS_IPV4 && !service_is_any(&listener->address))
		return service_add_own(search->facts, &(struct service_wish){
			&listener->address, listener->port, "listener", NULL }, NULL);
	if (!service_is_any(&listener->address) || listener->v6only)
		return 0;
	return add_by_source(search, &wildcard);
}

/* At the sources of replies, as a wildcard; where none of them is sent, at those that are. */
static int add_sent(struct search *search, uint32_t port)
{
	const struct list *published = &search->facts->listeners.published;
	const struct list *services = &search->facts->services.services;
	struct wildcard wildcard = { .port = port, .sent = true };
	size_t i, before = services->count;
	int code = 0;

	for (i = 0; i < published->count && !wildcard.question.port; i++) {
		const struct published_fact *row = LIST_AT(published, struct published_fact, i);

		if (row->port == port && row->diverts && facts_published_here(search->facts, row))
			wildcard.question.port = row->container_port;
	}
	if (wildcard.question.port)
		code = add_by_source(search, &wildcard);
	if (!wildcard.question.port || services->count > before)
		return code;
	for (i = 0; !code && i < published->count; i++) {
		const struct published_fact *row = LIST_AT(published, struct published_fact, i);

		if (row->port == port && row->diverts && facts_published_here(search->facts, row))
			code = service_add_own(search->facts, &(struct service_wish){
				&row->address, port, "published", NULL }, NULL);
	}
	return code;
}

static int add_listeners(struct search *search)
{
	static const struct address anywhere = { .family = ADDRESS_NONE };
	const struct list *listeners = &search->facts->listeners.listeners;
	size_t i;
	size_t port;
	int code = 0;

	for (port = 0; !code && port < sizeof(default_ports) / sizeof(default_ports[0]); port++) {
		code = service_want(&search->wants, &anywhere, default_ports[port]);
		for (i = 0; !code && i < listeners->count; i++) {
			const struct listener_fact *listener =
				LIST_AT(listeners, struct listener_fact, i);

			if (listener->port == default_ports[port])
				code = add_listener(search, listener);
		}
		if (!code)
			code = add_sent(search, default_ports[port]);
	}
	return code;
}

/*
 * GitLab's declared address is proved whatever listens elsewhere; what is not declared is its port.
 * Where nothing listens at all, add_fallback() asks for it.
 */
static int add_declared(struct search *search)
{
	const struct address *declared = &search->facts->plan.link.gitlab_ip;
	const struct list *services = &search->facts->services.services;
	size_t i;

	if (!services->count || !declared->family || !facts_local_address(search->facts, declared))
		return 0;
	for (i = 0; i < services->count; i++)
		if (address_equal(&LIST_AT(services, struct service_fact, i)->address, declared))
			return 0;
	for (i = 0; i < sizeof(default_ports) / sizeof(default_ports[0]); i++)
		if (service_is_diverted(search->facts, declared, default_ports[i]))
			return 0;
	return service_add(search->facts, &(struct service_wish){
		declared, default_ports[0], "link", "link.gitlab_ip; no URL is declared" }, NULL);
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
	const struct wildcard kernel = {
		.port = default_ports[0],
		.question = { .port = default_ports[0] },
		.origin = "kernel",
		.detail = facts->listeners.section.state == FACT_OK ?
			"nothing listens on 443, 80 or 22: the source that the kernel picks" :
			"listeners could not be read: the source that the kernel picks",
	};
	int code = 0;

	if (facts->services.services.count)
		return 0;
	if (facts_vantage(facts, NULL) == VANTAGE_IDC_ROUTER)
		code = add_for_router(search);
	if (code || facts->services.services.count)
		return code;
	return add_by_source(search, &kernel);
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
	if (!code && !search->context->service_count && !search->planned)
		code = add_declared(search);
	if (!code)
		code = service_add_containers(search->facts, &search->wants);
	return code || search->context->service_count ? code : add_fallback(search);
}

static int run(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	struct search search = { .context = context, .facts = facts, .fault = fault };
	int code;

	if (facts->addresses.section.state != FACT_OK || facts->links.section.state != FACT_OK)
		return fault_set(fault, -ENODATA, "addresses or links of this host are not known");
	sources_init(&search.sources, facts, context->deadline_ms);
	code = find_services(&search);
	sources_release(&search.sources);
	service_wants_release(&search.wants);
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
