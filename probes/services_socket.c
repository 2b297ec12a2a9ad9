/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One service, and what its replies take from the socket that serves it: owner, mark, device. Of
 * several sockets on the port the kernel's own order decides (inet_lookup_listener()).
 */
#include "probes/services.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool service_is_any(const struct address *address)
{
	static const uint8_t none[16];

	return !memcmp(address->bytes, none, sizeof(none));
}

/* Does the socket take IPv4 packets to `address`? */
static bool takes(const struct listener_fact *listener, const struct address *address)
{
	if (service_is_any(&listener->address))
		return listener->address.family == ADDRESS_IPV4 || !listener->v6only;
	return address_equal(&listener->address, address);
}

bool service_hears(const struct facts *facts, const char *dev, const struct address *address)
{
	const struct address_fact *fact = facts_local_address(facts, address);
	const struct link_fact *link = fact ? facts_link(facts, fact->dev) : NULL;

	/* an address of the loopback interface is reached by whichever interface */
	if (!dev || !link || link->loopback)
		return true;
	/* what enters by a member of a VRF reaches sockets of the VRF as well */
	return text_equal(link->name, dev) || text_equal(link->master, dev);
}

bool service_is_reached(const struct facts *facts, const struct listener_fact *listener)
{
	const struct link_fact *link = facts_link(facts, listener->dev);

	return !address_is_loopback(&listener->address) &&
	       (!listener->dev || (link && !link->loopback));
}

/* The highest is asked first; 0: never. */
static unsigned int rank(const struct facts *facts, const struct listener_fact *listener,
			 const struct service_fact *service)
{
	bool hears = service_hears(facts, listener->dev, &service->address);

	if (listener->port != service->port || !takes(listener, &service->address) ||
	    !service_is_reached(facts, listener))
		return 0;
	return 1u + (listener->address.family == ADDRESS_IPV4) + 2u * (hears && listener->dev) +
	       4u * !service_is_any(&listener->address) + 8u * hears;
}

static int find_socket(const struct facts *facts, struct service_fact *service)
{
	const struct listener_fact *found = NULL;
	unsigned int best = 0;
	size_t i;

	for (i = 0; i < facts->listeners.listeners.count; i++) {
		const struct listener_fact *listener =
			LIST_AT(&facts->listeners.listeners, struct listener_fact, i);
		unsigned int own = rank(facts, listener, service);

		if (own <= best)
			continue;
		best = own;
		found = listener;
	}
	if (!found)
		return 0;
	service->uid.known = true;
	service->uid.value = found->uid;
	service->mark = found->mark;
	service->dev = text_copy(found->dev);
	return found->dev && !service->dev ? -ENOMEM : 0;
}

static struct service_fact *find_equal(const struct facts *facts, const struct service_wish *wish)
{
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		if (service->port == wish->port && !service->iif &&
		    address_equal(&service->address, wish->address))
			return service;
	}
	return NULL;
}

int service_add(struct facts *facts, const struct service_wish *wish, struct service_fact **added)
{
	const struct address *address = wish->address;
	struct service_fact *service = find_equal(facts, wish);
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
