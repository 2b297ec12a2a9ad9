/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where these facts were seen from, why we think so, and the way back that the plan declares there.
 */
#include "rules/facts.h"

#include <string.h>

const char *const vantage_words[VANTAGE_COUNT + 1] = {
	[VANTAGE_GITLAB_HOST] = "gitlab-host",
	[VANTAGE_IDC_ROUTER] = "idc-router",
	[VANTAGE_VSWITCH_HOST] = "vswitch-host",
	[VANTAGE_OFFLINE] = "offline",
};

/* What services ask for when neither plan nor options name a port. */
#define SSH_PORT 22

static const uint32_t default_ports[] = { 443, 80, SSH_PORT };

/* "plan" or "option": the user named it; others are what was found. */
static bool is_asked_for(const struct service_fact *service)
{
	return text_equal(service->origin, "option") || text_equal(service->origin, "plan");
}

static bool is_local(const struct facts *facts, const struct address *address)
{
	return address->family != ADDRESS_NONE && facts_local_address(facts, address);
}

static void say_local(struct text *reason, const struct address *address, const char *what)
{
	char text[ADDRESS_TEXT_MAX];

	if (reason)
		text_addf(reason, "%s %s is an address of this machine", what,
			  address_print(address, text));
}

/* A URL whose host is an address of this machine. Names are resolved by probes, not here. */
static bool url_is_local(const struct facts *facts, const char *url, const char *what,
			 struct text *reason)
{
	char host[PLAN_HOST_MAX];
	struct address address;
	uint32_t port;

	if (!url || plan_url_parts(url, host, &port, NULL) < 0 ||
	    address_parse(host, &address) < 0 || !is_local(facts, &address))
		return false;
	say_local(reason, &address, what);
	return true;
}

static bool strings_are_local(const struct facts *facts, const struct strings *strings,
			      struct text *reason)
{
	struct address address;
	size_t i;

	for (i = 0; i < strings->count; i++) {
		if (address_parse(strings->items[i], &address) == 0 && is_local(facts, &address)) {
			say_local(reason, &address, "the plan's link.other_ips");
			return true;
		}
	}
	return false;
}

static bool plan_is_local(const struct facts *facts, struct text *reason)
{
	const struct plan *plan = &facts->plan;
	size_t i;

	if (plan->state != FACT_OK)
		return false;
	if (is_local(facts, &plan->link.gitlab_ip)) {
		say_local(reason, &plan->link.gitlab_ip, "the plan's link.gitlab_ip");
		return true;
	}
	if (url_is_local(facts, plan->gitlab.url, "the host of the plan's gitlab.url", reason))
		return true;
	for (i = 0; i < plan->maven.count; i++)
		if (url_is_local(facts, LIST_AT(&plan->maven, struct plan_maven, i)->url,
				 "the host of the plan's maven url", reason))
			return true;
	return strings_are_local(facts, &plan->link.other_ips, reason);
}

static bool services_are_local(const struct facts *facts, struct text *reason)
{
	const struct service_fact *service;
	size_t i;

	if (facts->services.section.state != FACT_OK)
		return false;
	for (i = 0; i < facts->services.services.count; i++) {
		service = LIST_AT(&facts->services.services, struct service_fact, i);
		if (!is_asked_for(service))
			continue;
		if (service->local || is_local(facts, &service->address)) {
			say_local(reason, &service->address, "the service address");
			return true;
		}
	}
	return false;
}

static bool url_has_port(const char *url, uint32_t port)
{
	char host[PLAN_HOST_MAX];
	uint32_t own = 0;

	return url && plan_url_parts(url, host, &own, NULL) == 0 && own == port;
}

/* Services that the user named, by option or plan; `*any` says whether there are any at all. */
static bool is_named_port(const struct facts *facts, uint32_t port, bool *any)
{
	const struct service_fact *service;
	const struct plan *plan = &facts->plan;
	bool named = url_has_port(plan->gitlab.url, port);
	size_t i;

	*any = plan->gitlab.url || plan->maven.count;
	for (i = 0; i < plan->maven.count; i++)
		if (url_has_port(LIST_AT(&plan->maven, struct plan_maven, i)->url, port))
			named = true;
	for (i = 0; i < facts->services.services.count; i++) {
		service = LIST_AT(&facts->services.services, struct service_fact, i);
		if (!is_asked_for(service))
			continue;
		*any = true;
		if (service->port == port)
			named = true;
	}
	return named;
}

static bool is_service_port(const struct facts *facts, uint32_t port)
{
	bool any;
	size_t i;

	if (is_named_port(facts, port, &any))
		return true;
	/* where the plan says that GitLab is elsewhere, a router's own sshd is no sign of it */
	if (port == SSH_PORT && facts->plan.link.gitlab_ip.family != ADDRESS_NONE)
		return false;
	for (i = 0; !any && i < sizeof(default_ports) / sizeof(default_ports[0]); i++)
		if (port == default_ports[i])
			return true;
	return false;
}

/* A port on which something of this machine answers others; 0 when there is none. */
static uint32_t served_port(const struct facts *facts)
{
	const struct published_fact *published;
	const struct listener_fact *listener;
	const struct service_fact *service;
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		service = LIST_AT(&facts->services.services, struct service_fact, i);
		if (text_equal(service->origin, "published"))
			return service->port;
	}
	for (i = 0; i < facts->listeners.listeners.count; i++) {
		listener = LIST_AT(&facts->listeners.listeners, struct listener_fact, i);
		if (!address_is_loopback(&listener->address) &&
		    is_service_port(facts, listener->port))
			return listener->port;
	}
	for (i = 0; i < facts->listeners.published.count; i++) {
		published = LIST_AT(&facts->listeners.published, struct published_fact, i);
		if (is_service_port(facts, published->port))
			return published->port;
	}
	return 0;
}

static bool url_is_name(const char *url)
{
	char host[PLAN_HOST_MAX];
	struct address address;
	uint32_t port;

	return url && (plan_url_parts(url, host, &port, NULL) < 0 ||
		       address_parse(host, &address) < 0);
}

/* The user gave addresses, and the caller knows that none of them is here. */
static bool is_named_elsewhere(const struct facts *facts)
{
	const struct plan *plan = &facts->plan;
	const struct service_fact *service;
	bool named = plan->gitlab.url || plan->maven.count;
	size_t i;

	if (plan->link.gitlab_ip.family != ADDRESS_NONE)
		return true;
	if (url_is_name(plan->gitlab.url))
		return false;
	for (i = 0; i < plan->maven.count; i++)
		if (url_is_name(LIST_AT(&plan->maven, struct plan_maven, i)->url))
			return false;
	for (i = 0; i < facts->services.services.count; i++) {
		service = LIST_AT(&facts->services.services, struct service_fact, i);
		if (!is_asked_for(service))
			continue;
		if (service->address.family == ADDRESS_NONE)
			return false;
		named = true;
	}
	return named;
}

/* `*guessed`: it may as well be a router. */
static enum vantage by_forwarding(const struct facts *facts, struct text *reason, bool *guessed)
{
	struct text unread;
	uint32_t port;

	text_init(&unread, FAULT_TEXT_MAX);
	if (!reason)
		reason = &unread;
	port = served_port(facts);
	if (facts->host.section.state != FACT_OK || facts->host.forwarding_denied)
		text_add(reason, "whether this machine forwards packets is not known");
	else if (!facts->host.forwarding)
		text_add(reason, "this machine does not forward packets");
	else if (facts->addresses.section.state != FACT_OK)
		text_add(reason, "the addresses of this machine are not known");
	else if (facts->listeners.section.state != FACT_OK)
		text_add(reason, "what listens on the service ports is not known");
	else if (port)
		text_addf(reason, "port %u is served here", (unsigned int)port);
	else if (facts->listeners.nat_unknown && !is_named_elsewhere(facts)) {
		text_add(reason, "nothing listens on a service port, but NAT rules that may "
				 "publish one are not known");
		*guessed = true;
	} else {
		text_add(reason, "this machine forwards packets, no service address is its own and "
				 "nothing listens on a service port");
		text_release(&unread);
		return VANTAGE_IDC_ROUTER;
	}
	text_release(&unread);
	return VANTAGE_GITLAB_HOST;
}

static bool by_forwarding_router(const struct facts *facts)
{
	bool guessed = false;

	return by_forwarding(facts, NULL, &guessed) == VANTAGE_IDC_ROUTER;
}

static enum vantage decide(const struct facts *facts, struct text *reason, bool *guessed)
{
	const struct plan *plan = &facts->plan;
	int i;

	for (i = 0; plan->vantage && i < VANTAGE_COUNT; i++) {
		if (text_equal(plan->vantage, vantage_words[i])) {
			if (reason)
				text_add(reason, "the plan or an option says so");
			return (enum vantage)i;
		}
	}
	if (facts->addresses.section.state == FACT_OK &&
	    (plan_is_local(facts, reason) || services_are_local(facts, reason)))
		return VANTAGE_GITLAB_HOST;
	if (facts_on_link_vswitch(facts) && !by_forwarding_router(facts)) {
		if (reason)
			text_addf(reason, "the metadata service names vSwitch %s, that of the link",
				  plan->link.vswitch_id);
		return VANTAGE_VSWITCH_HOST;
	}
	return by_forwarding(facts, reason, guessed);
}

enum vantage facts_vantage(const struct facts *facts, struct text *reason)
{
	bool guessed = false;

	return decide(facts, reason, &guessed);
}

bool facts_vantage_guessed(const struct facts *facts)
{
	bool guessed = false;

	(void)decide(facts, NULL, &guessed);
	return guessed;
}

static const struct plan_return *return_of(const struct plan *plan, enum vantage vantage)
{
	switch (vantage) {
	case VANTAGE_GITLAB_HOST:
		return &plan->datacenter.by_vantage.gitlab_host;
	case VANTAGE_IDC_ROUTER:
		return &plan->datacenter.by_vantage.idc_router;
	case VANTAGE_VSWITCH_HOST:
		return &plan->datacenter.by_vantage.vswitch_host;
	case VANTAGE_OFFLINE:
	case VANTAGE_COUNT:
		break;
	}
	return NULL;
}

void facts_declared_return(const struct facts *facts, enum vantage vantage,
			   struct declared_return *out)
{
	const struct plan_datacenter *datacenter = &facts->plan.datacenter;
	const struct plan_return *override = return_of(&facts->plan, vantage);

	out->next_hop = datacenter->return_next_hop;
	out->dev = datacenter->return_interface;
	if (override && override->return_next_hop.family != ADDRESS_NONE)
		out->next_hop = override->return_next_hop;
	if (override && override->return_interface)
		out->dev = override->return_interface;
}
