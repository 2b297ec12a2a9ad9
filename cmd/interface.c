/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces that the command line names. A plan file may serve several machines and is not asked:
 * rules judge what it says. What was typed for this machine is a typing error when it is not there.
 */
#include "cmd/interface.h"

#include "cmd/nearest.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

static int unknown_interface(const struct given *given, struct fault *fault)
{
	struct if_nameindex *names = if_nameindex(), *name;
	struct nearest nearest;
	int code;

	nearest_init(&nearest, given->value);
	for (name = names; name && name->if_name; name++)
		nearest_offer(&nearest, name->if_name);
	if (nearest.best)
		code = fault_set(fault, -ENODEV,
				 "--%s: unknown interface \"%s\", did you mean \"%s\"?",
				 given->option->name, given->value, nearest.best);
	else
		code = fault_set(fault, -ENODEV,
				 "--%s: unknown interface \"%s\" (see \"ip link\")",
				 given->option->name, given->value);
	if (names)
		if_freenameindex(names);
	return code;
}

/* Only a clear "no such device" is a refusal: who may not ask cannot tell. */
static bool is_absent(const char *name)
{
	errno = 0;
	return if_nametoindex(name) == 0 && (errno == ENODEV || errno == ENXIO);
}

int interfaces_check(const struct settings *settings, struct fault *fault)
{
	struct address address;
	size_t i;

	for (i = 0; i < settings->given_count; i++) {
		const struct given *given = &settings->given[i];
		bool from = strcmp(given->option->name, "from") == 0;

		if (!from && strcmp(given->option->name, "return-interface") != 0)
			continue;
		if (from && address_parse(given->value, &address) == 0)
			continue;
		if (is_absent(given->value))
			return unknown_interface(given, fault);
	}
	return 0;
}
