/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of addresses in findings: as the subject, and in words.
 */
#include "rules/finding.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define NAMED_PREFIXES 3 /* as many are named in a sentence; more are counted */

/* Takes the next prefix off the spans; false behind the last. `span` and `next` start at 0. */
struct prefix_walk {
	const struct span_set *set;
	size_t span;
	uint64_t next; /* inside the span; 0: its first address */
};

static bool next_prefix(struct prefix_walk *walk, struct prefix *prefix)
{
	const struct span *span;
	uint32_t first;

	if (walk->span >= walk->set->count)
		return false;
	span = &walk->set->spans[walk->span];
	first = walk->next ? (uint32_t)walk->next : span->first;
	*prefix = prefix_of_span(first, span->last);
	walk->next = (uint64_t)prefix_last(prefix) + 1;
	if (walk->next > span->last) {
		walk->span++;
		walk->next = 0;
	}
	return true;
}

static size_t count_prefixes(const struct span_set *set)
{
	struct prefix_walk walk = { .set = set };
	struct prefix prefix;
	size_t count = 0;

	while (next_prefix(&walk, &prefix))
		count++;
	return count;
}

void finding_addresses(struct findings *findings, struct finding *finding,
		       const struct span_set *addresses)
{
	struct prefix_walk walk = { .set = addresses };
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;

	if (findings->error || !finding)
		return;
	if (count_prefixes(addresses) == 1) {
		next_prefix(&walk, &finding->subject.prefix);
		return;
	}
	while (!findings->error && next_prefix(&walk, &prefix))
		if (strings_add(&finding->subject.prefixes, prefix_print(&prefix, text)))
			findings->error = -ENOMEM;
}

void span_set_print(const struct span_set *set, struct text *out)
{
	size_t count = count_prefixes(set), i = 0;
	struct prefix_walk walk = { .set = set };
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;

	if (count > NAMED_PREFIXES) {
		text_addf(out, "%" PRIu64 " addresses in %zu prefixes", span_set_size(set),
			  count);
		return;
	}
	while (next_prefix(&walk, &prefix)) {
		text_addf(out, "%s%s", !i ? "" : i + 1 == count ? " and " : ", ",
			  prefix_print(&prefix, text));
		i++;
	}
}

void share_print(uint64_t part, uint64_t whole, char *text, size_t size)
{
	uint64_t tenths = (part * 1000 + whole / 2) / whole;

	if (part == whole)
		(void)snprintf(text, size, "100%%");
	else if (tenths >= 10 && tenths <= 990)
		(void)snprintf(text, size, "%" PRIu64 ".%" PRIu64 "%%", tenths / 10, tenths % 10);
	else
		(void)snprintf(text, size, "%" PRIu64 " of %" PRIu64 " addresses", part, whole);
}

void finding_service(struct findings *findings, struct finding *finding, const char *service)
{
	if (findings->error || !finding)
		return;
	if (strings_add(&finding->subject.services, service))
		findings->error = -ENOMEM;
}
