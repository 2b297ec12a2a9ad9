/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses clients ask for where NAT rules send them to a service. See ipsec.h. */
#include "rules/checks/ipsec.h"

#include <errno.h>

static int add_end(const struct address *address, uint32_t port, struct list *ends)
{
	struct ipsec_end *end;
	size_t i;

	for (i = 0; i < ends->count; i++) {
		end = LIST_AT(ends, struct ipsec_end, i);
		if (end->port == port && address_equal(&end->address, address))
			return 0;
	}
	end = list_add(ends, sizeof(*end));
	if (!end)
		return -ENOMEM;
	*end = (struct ipsec_end){ *address, port };
	return 0;
}

/* The address of this machine that the plan names, with this port; NULL: none. */
static const struct address_fact *planned(const struct facts *facts, uint32_t port)
{
	char host[PLAN_HOST_MAX];
	struct address address = facts->plan.link.gitlab_ip;
	uint32_t named = port;

	if (address.family == ADDRESS_NONE &&
	    (!facts->plan.gitlab.url ||
	     plan_url_parts(facts->plan.gitlab.url, host, &named, NULL) ||
	     address_parse(host, &address)))
		return NULL;
	return named == port ? facts_local_address(facts, &address) : NULL;
}

/* Published at every address: those of the interfaces on which requests arrive. */
static int add_any(const struct facts *facts, const struct service_fact *service, uint32_t port,
		   struct list *ends)
{
	const struct address_fact *named = planned(facts, port);
	size_t i;
	int error = 0;

	if (named)
		return add_end(&named->address, port, ends);
	for (i = 0; !error && i < facts->addresses.addresses.count; i++) {
		const struct address_fact *own =
			LIST_AT(&facts->addresses.addresses, struct address_fact, i);

		if (text_equal(own->dev, service->arrival) ||
		    strings_contain(&service->arrivals, own->dev))
			error = add_end(&own->address, port, ends);
	}
	return error;
}

int ipsec_asked_ends(const struct facts *facts, const struct service_fact *service,
		     struct list *ends)
{
	size_t i;
	int error = 0;

	if (facts->listeners.section.state != FACT_OK ||
	    !text_equal(service->origin, "published"))
		return 0;
	for (i = 0; !error && i < facts->listeners.published.count; i++) {
		const struct published_fact *row =
			LIST_AT(&facts->listeners.published, struct published_fact, i);

		if (row->container_port != service->port ||
		    !address_equal(&row->container, &service->address))
			continue;
		error = address_ipv4(&row->address) ?
			add_end(&row->address, row->port, ends) :
			add_any(facts, service, row->port, ends);
	}
	return error;
}
