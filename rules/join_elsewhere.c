/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One plan names the services of several hosts, and each host can prove only its own. What one host
 * does not know of a service is not unknown where another of the machines owns that service.
 */
#include "rules/join.h"

#include "rules/checks/checks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX ((size_t)4096)

static const struct service_fact *service_at(const struct facts *facts, size_t place)
{
	return LIST_AT(&facts->services.services, struct service_fact, place);
}

/* Some machine other than `place` that sends this service's replies itself; NULL: none. */
static const struct join_machine *owner_of(const struct join *join, size_t place,
					   const struct service_fact *service)
{
	const struct join_machine *machine;
	const struct service_fact *other;
	size_t i, j;

	for (i = 0; i < join->machines.count; i++) {
		machine = LIST_AT(&join->machines, struct join_machine, i);
		if (i == place || machine->facts->services.section.state != FACT_OK)
			continue;
		for (j = 0; j < machine->facts->services.services.count; j++) {
			other = service_at(machine->facts, j);
			if (other->local && service_is_here(other) &&
			    other->port == service->port &&
			    address_equal(&other->address, &service->address))
				return machine;
		}
	}
	return NULL;
}

static bool speaks_of(const struct finding *finding, const struct service_fact *service)
{
	const struct subject *subject = &finding->subject;

	if (subject->services.count)
		return strings_contain(&subject->services, service->service);
	return subject->port.known && subject->port.value == service->port &&
	       address_equal(&subject->address, &service->address);
}

/*
 * Names the owners of all services that the finding is about in `words`. False: one of them is this
 * machine's own, or nobody's.
 */
static bool name_owners(const struct join *join, size_t place, const struct finding *finding,
			struct text *words)
{
	const struct facts *facts = LIST_AT(&join->machines, struct join_machine, place)->facts;
	size_t known = 0, i;

	for (i = 0; i < facts->services.services.count; i++) {
		const struct service_fact *service = service_at(facts, i);
		const struct join_machine *owner;

		if (!speaks_of(finding, service))
			continue;
		owner = service_is_here(service) ? NULL : owner_of(join, place, service);
		if (!owner)
			return false;
		text_addf(words, "%s%s is judged on %s", known ? ", " : "", service->service,
			  owner->name);
		known++;
	}
	return known && known >= finding->subject.services.count;
}

static int skip_finding(struct finding *finding, struct text *words)
{
	char *message = text_take(words);

	if (!message)
		return -ENOMEM;
	free(finding->message);
	finding->message = message;
	free(finding->settle);
	finding->settle = NULL;
	strings_release(&finding->causes);
	finding->status = STATUS_SKIPPED;
	return 0;
}

int join_skip_elsewhere(const struct join *join, size_t place, struct findings *findings)
{
	struct finding *finding;
	struct text words;
	int error = 0;
	size_t i;

	for (i = 0; i < findings->list.count && !error; i++) {
		finding = LIST_AT(&findings->list, struct finding, i);
		if (finding->status != STATUS_UNKNOWN)
			continue;
		text_init(&words, WORDS_MAX);
		if (name_owners(join, place, finding, &words))
			error = skip_finding(finding, &words);
		text_release(&words);
	}
	return error;
}
