/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAT rules that send connections to this host itself: at which address they end. "redirect" takes
 * the first address of the interface by which the connection comes, whichever it asked for; a
 * "dnat" to a port alone leaves the address.
 */
#include "probes/published.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct address_fact *address_at(const struct addresses_facts *addresses, size_t i)
{
	return LIST_AT(&addresses->addresses, struct address_fact, i);
}

static bool is_unnamed(const struct published_fact *row)
{
	return row->container.family == ADDRESS_NONE || !address_ipv4(&row->container);
}

static int add_row(const struct published_fact *from, const struct address *address,
		   const struct address *target, struct list *out)
{
	struct published_fact *row = list_add(out, sizeof(*row));

	if (!row)
		return -ENOMEM;
	*row = *from;
	row->address = *address;
	row->container = *target;
	row->dev = NULL;
	row->source = text_copy(from->source);
	return from->source && !row->source ? -ENOMEM : 0;
}

/* The kernel lists the addresses of an interface in its order. */
static bool is_first(const struct addresses_facts *addresses, size_t place)
{
	const struct address_fact *fact = address_at(addresses, place);
	size_t i;

	for (i = 0; i < place; i++)
		if (text_equal(address_at(addresses, i)->dev, fact->dev))
			return false;
	return !address_is_loopback(&fact->address);
}

/* What is asked of an address of the loopback interface comes by any other. */
static int add_redirects(const struct addresses_facts *addresses, const struct address_fact *asked,
			 const struct published_fact *from, struct list *out)
{
	bool anywhere = text_equal(asked->dev, "lo");
	size_t i;
	int code = 0;

	for (i = 0; !code && i < addresses->addresses.count; i++) {
		const struct address_fact *fact = address_at(addresses, i);

		if (is_first(addresses, i) && !text_equal(fact->dev, "lo") &&
		    (anywhere || text_equal(fact->dev, asked->dev)))
			code = add_row(from, &asked->address, &fact->address, out);
	}
	return code;
}

static int expand(const struct addresses_facts *addresses, const struct published_fact *from,
		  struct list *out)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < addresses->addresses.count; i++) {
		const struct address_fact *asked = address_at(addresses, i);

		if (address_is_loopback(&asked->address) ||
		    (address_ipv4(&from->address) &&
		     !address_equal(&from->address, &asked->address)))
			continue;
		code = from->container.family == ADDRESS_NONE ?
			add_row(from, &asked->address, &asked->address, out) :
			add_redirects(addresses, asked, from, out);
	}
	return code;
}

int published_expand(const struct addresses_facts *addresses, struct listeners_facts *listeners)
{
	struct list *rows = &listeners->published;
	struct list made = { NULL, 0, 0 };
	size_t i;
	int code = 0;

	for (i = 0; !code && i < rows->count; i++) {
		struct published_fact *row = LIST_AT(rows, struct published_fact, i);
		struct published_fact *kept;

		if (is_unnamed(row)) {
			code = expand(addresses, row, &made);
			continue;
		}
		kept = list_add(&made, sizeof(*kept));
		if (!kept) {
			code = -ENOMEM;
			continue;
		}
		*kept = *row;
		memset(row, 0, sizeof(*row));
	}
	for (i = 0; i < rows->count; i++) {
		free(LIST_AT(rows, struct published_fact, i)->source);
		free(LIST_AT(rows, struct published_fact, i)->dev);
	}
	free(rows->items);
	*rows = made;
	return code;
}
