/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does something listen where the registry will knock (HOST-10, HOST-11)?
 *
 * A published port has no listener of its own where NAT rules send it to a container, so nothing at
 * all listening is a fail only where nothing can be forwarded either.
 */
#include "rules/checks/checks.h"

#include <string.h>

enum reach { REACH_ANSWERS, REACH_ELSEWHERE, REACH_IPV6_ONLY };

/* ::ffff:a.b.c.d, RFC 4291 section 2.5.5.2: an IPv6 socket bound to an IPv4 address. */
static bool is_mapped(const struct address *address, uint32_t *ipv4)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes = address->bytes;

	if (address->family != ADDRESS_IPV6 || memcmp(bytes, mapped, sizeof(mapped)) != 0)
		return false;
	*ipv4 = (uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 | (uint32_t)bytes[14] << 8 |
		bytes[15];
	return true;
}

static bool is_any(const struct address *address)
{
	static const uint8_t none[16];

	return memcmp(address->bytes, none, sizeof(none)) == 0;
}

/* Does a socket bound to an interface see what arrives by `arrival` (or by its VRF)? */
static bool hears(const struct facts *facts, const struct listener_fact *listener,
		  const char *arrival)
{
	const struct link_fact *link = NULL;

	if (!listener->dev || !arrival || text_equal(listener->dev, arrival))
		return true;
	if (facts->links.section.state == FACT_OK)
		link = facts_link(facts, arrival);
	return link && text_equal(link->master, listener->dev);
}

static enum reach reach_of(const struct facts *facts, const struct listener_fact *listener,
			   const struct service_fact *service)
{
	uint32_t ipv4 = 0;

	if (!hears(facts, listener, service->arrivals.count ? NULL : service->arrival))
		return REACH_ELSEWHERE;
	if (listener->address.family == ADDRESS_IPV4)
		ipv4 = address_ipv4(&listener->address);
	else if (is_any(&listener->address))
		return listener->v6only ? REACH_IPV6_ONLY : REACH_ANSWERS;
	else if (!is_mapped(&listener->address, &ipv4))
		return REACH_IPV6_ONLY;
	return !ipv4 || ipv4 == address_ipv4(&service->address) ? REACH_ANSWERS : REACH_ELSEWHERE;
}

/* A rule whose conditions are not decided may be for others. */
static bool is_undecided(const struct published_fact *published)
{
	return !published->diverts && published->source &&
	       text_has_prefix(published->source, "nftables");
}

/* A rule like that on the way: from this service to another socket here, or from another to it. */
static const struct published_fact *find_doubt(const struct facts *facts,
					       const struct service_fact *service)
{
	size_t i;

	for (i = 0; i < facts->listeners.published.count; i++) {
		const struct published_fact *published =
			LIST_AT(&facts->listeners.published, struct published_fact, i);

		if (!is_undecided(published) || !facts_published_here(facts, published))
			continue;
		if ((published->port == service->port &&
		     address_equal(&published->address, &service->address)) ||
		    (published->container_port == service->port &&
		     address_equal(&published->container, &service->address)))
			return published;
	}
	return NULL;
}

static bool is_published(const struct facts *facts, const struct service_fact *service)
{
	size_t i;

	for (i = 0; i < facts->listeners.published.count; i++) {
		const struct published_fact *published =
			LIST_AT(&facts->listeners.published, struct published_fact, i);

		/* another socket of this machine is a service of its own */
		if (facts_published_here(facts, published) || is_undecided(published))
			continue;
		if (published->port == service->port &&
		    (!address_ipv4(&published->address) ||
		     address_equal(&published->address, &service->address)))
			return true;
		if (published->container_port == service->port &&
		    address_equal(&published->container, &service->address))
			return true;
	}
	return false;
}

static struct finding *add_finding(const struct service_fact *service, enum finding_status status,
				   struct findings *out)
{
	struct finding *finding = findings_add(out, status);

	if (!finding)
		return NULL;
	finding->subject.address = service->address;
	finding->subject.port = (struct maybe){ .known = true, .value = service->port };
	finding_expected(out, finding, "a listener on %s, on 0.0.0.0 or on [::] that takes IPv4",
			 service->service);
	return finding;
}

/* NAT rules of this host have sent connections here: they are sent no further. */
static bool is_sent(const struct facts *facts, const struct service_fact *service)
{
	size_t i;

	for (i = 0; i < facts->listeners.published.count; i++) {
		const struct published_fact *published =
			LIST_AT(&facts->listeners.published, struct published_fact, i);

		if (published->diverts && published->container_port == service->port &&
		    address_equal(&published->container, &service->address))
			return true;
	}
	return false;
}

static void add_nothing(const struct facts *facts, const struct service_fact *service,
			struct findings *out)
{
	struct finding *finding;

	if (!is_sent(facts, service) &&
	    (facts->host.forwarding || facts->host.forwarding_denied)) {
		finding = add_finding(service, STATUS_UNKNOWN, out);
		finding_message(out, finding,
				"nothing listens on port %u; a container's published port has no "
				"listener, and packets %s forwarded here",
				service->port, facts->host.forwarding ? "are" : "may be");
		finding_settle(out, finding, "sudo nft list ruleset");
		return;
	}
	finding = add_finding(service, STATUS_FAIL, out);
	finding_cause(out, finding, "HOST-10");
	finding_message(out, finding, "nothing listens on port %u, %s", service->port,
			is_sent(facts, service) ? "to which NAT rules of this host send connections"
						: "and nothing is forwarded");
	if (is_sent(facts, service))
		finding_evidence(out, finding, "/listeners/published", "%s", service->detail);
	finding_evidence(out, finding, "/listeners/listeners", "no socket listens on port %u",
			 service->port);
	finding_next(out, finding, "ss -ltnp 'sport = :%u' on this machine", service->port);
	finding_remedy(out, finding, "gitlab",
		       "start the service, or correct its port in external_url or in the plan");
}

/* What listens there does not take connections to the service address. */
static void add_wrong(const struct facts *facts, const struct service_fact *service,
		      struct findings *out)
{
	const struct list *listeners = &facts->listeners.listeners;
	struct finding *finding = add_finding(service, STATUS_FAIL, out);
	char address[ADDRESS_TEXT_MAX], pointer[64];
	size_t i, ipv6 = 0, others = 0;

	for (i = 0; finding && i < listeners->count; i++) {
		const struct listener_fact *one = LIST_AT(listeners, struct listener_fact, i);
		bool only = reach_of(facts, one, service) == REACH_IPV6_ONLY;

		if (one->port != service->port)
			continue;
		ipv6 += only;
		others += !only;
		pointer_print(pointer, sizeof(pointer), "/listeners/listeners", i);
		finding_evidence(out, finding, pointer, "%s port %u%s%s%s",
				 address_print(&one->address, address), one->port,
				 one->v6only ? ", IPv6 only" : "", one->dev ? ", bound to " : "",
				 one->dev ? one->dev : "");
	}
	if (others)
		finding_cause(out, finding, "HOST-10");
	if (ipv6)
		finding_cause(out, finding, "HOST-11");
	finding_message(out, finding, "what listens on port %u takes no connection to %s: it is "
				      "bound to %s", service->port, service->service,
			!others ? "IPv6 alone"
			: ipv6	? "other addresses and to IPv6 alone"
				: "another address or interface");
	finding_remedy(out, finding, "gitlab",
		       "let the web server listen on the service address: "
		       "nginx['listen_addresses'] = ['0.0.0.0', '[::]'] in /etc/gitlab/gitlab.rb, "
		       "then gitlab-ctl reconfigure");
	finding_next(out, finding, "ss -ltnp 'sport = :%u' tells which program it is",
		     service->port);
}

/* A host whose GitLab is published by NAT rules that were not read, or a router: which is it? */
static void add_guess(const struct facts *facts, struct findings *out)
{
	const struct section *section = &facts->listeners.section;
	struct finding *finding = findings_add(out, STATUS_UNKNOWN);

	finding_message(out, finding,
			"nothing listens on a service port, packets are forwarded, and NAT rules "
			"that may send such a port to a container are not known: this may be the "
			"GitLab host or a router");
	if (section->note)
		finding_evidence(out, finding, "/listeners/note", "%s", section->note);
	finding_settle(out, finding,
		       facts->host.uid ? "sudo reachback check" :
		       "reachback check --service ADDRESS:PORT, or --vantage idc-router");
}

/* The plan declares an address and no port, and no usual port is served on it. */
static void add_portless(const struct service_fact *service, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_UNKNOWN);
	char address[ADDRESS_TEXT_MAX];

	if (!finding)
		return;
	finding->subject.address = service->address;
	finding_message(out, finding,
			"the plan declares link.gitlab_ip %s and no URL, and what listens on 443, "
			"80 or 22 here is not bound to it",
			address_print(&service->address, address));
	finding_evidence(out, finding, "/listeners/listeners",
			 "no socket listens on %s and one of the usual ports", address);
	finding_settle(out, finding, "reachback check --gitlab-url URL");
}

static void add_doubt(const struct service_fact *service, const struct published_fact *published,
		      struct findings *out)
{
	char from[ADDRESS_TEXT_MAX], to[ADDRESS_TEXT_MAX];
	struct finding *finding = add_finding(service, STATUS_UNKNOWN, out);

	finding_message(out, finding,
			"nothing listens on %s, and a NAT rule whose conditions are not decided "
			"here sends %s:%u to %s:%u", service->service,
			address_print(&published->address, from), published->port,
			address_print(&published->container, to), published->container_port);
	finding_evidence(out, finding, "/listeners/published", "%s", published->source);
	finding_settle(out, finding, "sudo nft -a list ruleset");
}

static void judge_service(const struct facts *facts, const struct service_fact *service,
			  struct findings *out)
{
	const struct list *listeners = &facts->listeners.listeners;
	const struct published_fact *doubt;
	bool any = false;
	size_t i;

	for (i = 0; i < listeners->count; i++) {
		const struct listener_fact *one = LIST_AT(listeners, struct listener_fact, i);

		if (one->port != service->port)
			continue;
		any = true;
		if (reach_of(facts, one, service) == REACH_ANSWERS)
			return;
	}
	if (is_published(facts, service))
		return;
	doubt = find_doubt(facts, service);
	if (doubt)
		add_doubt(service, doubt, out);
	else if (text_equal(service->origin, "link"))
		add_portless(service, out);
	else if (any)
		add_wrong(facts, service, out);
	else
		add_nothing(facts, service, out);
}

/* Sent from here, asked for by somebody, its address known: a listener is to be expected. */
static bool is_expected(const struct service_fact *service)
{
	return service->resolved && service->local && !service->iif &&
	       !text_equal(service->origin, "kernel");
}

static const char *skip(const struct rule_context *context)
{
	const struct services_facts *services = &context->facts->services;
	size_t i;

	/* what could not be looked at is no reason to look away */
	if (services->section.state != FACT_OK ||
	    context->facts->listeners.section.state != FACT_OK)
		return NULL;
	if (facts_vantage_guessed(context->facts))
		return NULL;
	for (i = 0; i < services->services.count; i++)
		if (is_expected(LIST_AT(&services->services, struct service_fact, i)))
			return NULL;
	for (i = 0; i < services->services.count; i++)
		if (text_equal(LIST_AT(&services->services, struct service_fact, i)->origin,
			       "kernel"))
			return "no service was asked for and nothing listens on 443, 80 or 22";
	return "no service is local to this machine";
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct list *services = &context->facts->services.services;
	size_t i;

	if (facts_vantage_guessed(context->facts))
		add_guess(context->facts, out);
	for (i = 0; i < services->count; i++) {
		const struct service_fact *service = LIST_AT(services, struct service_fact, i);

		if (is_expected(service))
			judge_service(context->facts, service, out);
	}
}

const struct rule rule_listener_answers = {
	.code = "listener-answers",
	.area = "host",
	.title = "every service port has a listener that takes IPv4 connections to the service "
		 "address",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_SERVICES) | SECTION_BIT(SECTION_LISTENERS) |
		 SECTION_BIT(SECTION_HOST),
	.vantages = VANTAGE_HOST | VANTAGE_ROUTER,
	.causes = { "HOST-10", "HOST-11" },
	.why = "links are IPv4: a listener on 127.0.0.1, on another address, or on IPv6 alone "
	       "answers nobody who comes from the range",
	.evidence = "TCP sockets in LISTEN on the service ports, published ports of containers, "
		    "whether NAT rules could be read, net.ipv4.ip_forward",
	.remedies = {
		{ "gitlab", "nginx['listen_addresses'] = ['0.0.0.0', '[::]'] in "
			    "/etc/gitlab/gitlab.rb, then gitlab-ctl reconfigure" },
		{ "docker", "publish the port on the service address: docker run -p "
			    "ADDRESS:443:443" },
	},
	.document = "000",
	.heading = "Step 1: Create a VPC link",
	.skip = skip,
	.eval = evaluate,
};
