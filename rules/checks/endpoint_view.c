/* SPDX-License-Identifier: Apache-2.0 */
/* What builds get for a name, and words that rules about endpoints share. */
#include "rules/checks/endpoint_names.h"

#include "rules/checks/checks.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One row an outcome: how it is told, and which cause it is where nobody knows better. */
static const struct {
	const char *told, *cause;
} outcomes[NAME_OUTCOMES] = {
	[NAME_UNTRIED] = { "was not asked", NULL },
	[NAME_ANSWERED] = { "answers", NULL },
	[NAME_EMPTY] = { "knows the name without such an address (NODATA)", "DNS-14" },
	[NAME_NXDOMAIN] = { "knows no such name (NXDOMAIN)", "DNS-02" },
	[NAME_SERVFAIL] = { "fails (SERVFAIL)", "DNS-12" },
	[NAME_REFUSED] = { "refuses (REFUSED)", "DNS-13" },
	[NAME_ERROR] = { "answers with an error", "DNS-12" },
	[NAME_TIMED_OUT] = { "stays silent", "DNS-15" },
	[NAME_UNREACHABLE] = { "is closed or cannot be reached", "DNS-15" },
	[NAME_TRUNCATED] = { "cuts its answer, and TCP to it fails", "DNS-09" },
	[NAME_MALFORMED] = { "answers with a damaged message", "DNS-12" },
	[NAME_FAILED] = { "could not be asked from here", NULL },
};

const char *name_outcome_told(int outcome)
{
	return outcomes[outcome].told;
}

const char *name_outcome_cause(int outcome)
{
	return outcomes[outcome].cause;
}

static const struct name_fact *row_at(const struct endpoints_facts *endpoints, size_t place)
{
	return LIST_AT(&endpoints->names, struct name_fact, place);
}

const struct name_fact *name_row_find(const struct endpoints_facts *endpoints, const char *host,
				      const char *server, const char *kind)
{
	size_t i;

	for (i = 0; i < endpoints->names.count; i++) {
		const struct name_fact *row = row_at(endpoints, i);

		if (!row->question && text_equal(row->name, host) &&
		    text_equal(row->server, server) && text_equal(row->kind, kind))
			return row;
	}
	return NULL;
}

static bool says(const struct name_fact *row, int outcome)
{
	return row && row->outcome == outcome;
}

/* Takes the first server that knows. */
static void take_server(struct name_view *view)
{
	const struct strings *servers = &view->endpoints->name_servers;
	size_t i;

	for (i = 0; i < servers->count && !view->server; i++) {
		const char *server = servers->items[i];
		const struct name_fact *a =
			name_row_find(view->endpoints, view->host, server, "A");
		const struct name_fact *aaaa =
			name_row_find(view->endpoints, view->host, server, "AAAA");

		/* that there is no IPv6 address says nothing of a question that failed */
		if (!says(a, NAME_ANSWERED) && !says(a, NAME_EMPTY) && !says(a, NAME_NXDOMAIN) &&
		    !says(aaaa, NAME_ANSWERED))
			continue;
		view->server = server;
		view->a = a;
		view->aaaa = aaaa;
	}
}

/* Nobody knows the name as it stands, but this machine found it in its search list. */
static void take_searched(struct name_view *view)
{
	const struct name_fact *row = name_row_searched(view->endpoints, view->host);

	if (!row)
		return;
	view->server = row->server;
	view->a = row;
	view->aaaa = NULL;
}

const struct name_fact *name_row_searched(const struct endpoints_facts *endpoints,
					  const char *host)
{
	size_t i;

	for (i = 0; i < endpoints->names.count; i++) {
		const struct name_fact *row = row_at(endpoints, i);

		if (row->question && row->used && says(row, NAME_ANSWERED) &&
		    text_equal(row->kind, "A") && text_equal(row->name, host))
			return row;
	}
	return NULL;
}

void name_view_of_servers(struct name_view *view, const struct endpoints_facts *endpoints,
			  const char *host)
{
	size_t i;

	*view = (struct name_view){ .endpoints = endpoints, .host = host };
	for (i = 0; i < endpoints->names.count; i++)
		view->asked = view->asked || text_equal(row_at(endpoints, i)->name, host);
	take_server(view);
	if (!name_view_count(view))
		take_searched(view);
}

void name_view_find(struct name_view *view, const struct endpoints_facts *endpoints,
		    const char *host)
{
	const struct name_fact *a = name_row_find(endpoints, host, "option", "A");
	const struct name_fact *aaaa = name_row_find(endpoints, host, "option", "AAAA");

	if (a || aaaa)
		*view = (struct name_view){ .endpoints = endpoints, .host = host, .asked = true,
					    .option = true, .a = a, .aaaa = aaaa };
	else
		name_view_of_servers(view, endpoints, host);
}

size_t name_view_count(const struct name_view *view)
{
	return view->a ? view->a->addresses.count : 0;
}

bool name_view_address(const struct name_view *view, size_t place, struct address *address)
{
	return !address_parse(view->a->addresses.items[place], address) &&
	       address->family == ADDRESS_IPV4;
}

void name_row_tell(const struct endpoints_facts *endpoints, const struct name_fact *row,
		   struct findings *out, struct finding *finding)
{
	const struct name_fact *first = row_at(endpoints, 0);
	struct text words;
	char pointer[64];
	size_t i;

	text_init(&words, 4096);
	text_addf(&words, "%s %s %s", row->server, row->kind, name_outcome_told(row->outcome));
	if (row->outcome == NAME_ERROR && row->rcode.known)
		text_addf(&words, " (response code %u)", row->rcode.value);
	for (i = 0; i < row->addresses.count && i < 4; i++)
		text_addf(&words, "%s%s", i ? ", " : ": ", row->addresses.items[i]);
	if (row->addresses.count > i)
		text_addf(&words, " and %zu more", row->addresses.count - i);
	for (i = 0; i < row->aliases.count; i++)
		text_addf(&words, "%s%s", i ? ", " : ", by way of ", row->aliases.items[i]);
	if (row->error)
		text_addf(&words, " (%s)", row->error);
	if (row->tries)
		text_addf(&words, "; asked %u time%s, %u.%u ms", row->tries,
			  row->tries == 1 ? "" : "s", row->took_us / 1000, row->took_us / 100 % 10);
	if (row->strays)
		text_addf(&words, "; %u messages came that fit no question", row->strays);
	if (text_error(&words) == -ENOMEM)
		out->error = -ENOMEM;
	pointer_print(pointer, sizeof(pointer), "/endpoints/names", (size_t)(row - first));
	finding_evidence(out, finding, pointer, "%s", text_string(&words));
	text_release(&words);
}

bool endpoint_is_built_from(const struct endpoint_target *target)
{
	return target->root_purpose == PURPOSE_GITLAB || target->root_purpose == PURPOSE_MAVEN;
}

struct finding *endpoint_finding(struct findings *out, enum finding_status status,
				 const struct endpoint_target *target, enum endpoint_rung rung)
{
	struct finding *finding = findings_add(out, status);

	if (!finding)
		return NULL;
	finding->subject.url = text_copy(target->url);
	finding->subject.rung = text_copy(endpoint_rung_words[rung]);
	if (!finding->subject.url || !finding->subject.rung)
		out->error = -ENOMEM;
	return finding;
}

const char *endpoint_source_told(const struct endpoints_facts *endpoints,
				 char text[ENDPOINT_SOURCE_MAX])
{
	const struct endpoint_source *source = &endpoints->source;
	char address[ADDRESS_TEXT_MAX];

	if (source->binding == BOUND_DEVICE && source->dev)
		(void)snprintf(text, ENDPOINT_SOURCE_MAX, "from %s", source->dev);
	else if (source->binding == BOUND_ADDRESS)
		(void)snprintf(text, ENDPOINT_SOURCE_MAX, "from %s",
			       address_print(&source->address, address));
	else
		(void)snprintf(text, ENDPOINT_SOURCE_MAX, "from the kernel's choice of address");
	return text;
}

const char *endpoint_no_url(const struct rule_context *context)
{
	const struct plan *plan = &context->facts->plan;

	if (plan->gitlab.url || plan->maven.count)
		return NULL;
	return "the plan names no URL (gitlab.url, maven)";
}

bool name_same_addresses(const struct strings *a, const struct strings *b)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (!strings_contain(b, a->items[i]))
			return false;
	return a->count == b->count;
}

bool endpoint_is_first(const struct endpoints_facts *endpoints, size_t place)
{
	const struct endpoint_target *target =
		LIST_AT(&endpoints->targets, struct endpoint_target, place);
	size_t i;

	for (i = 0; i < place; i++) {
		const struct endpoint_target *one =
			LIST_AT(&endpoints->targets, struct endpoint_target, i);

		if (endpoint_is_built_from(one) && text_equal(one->host, target->host))
			return false;
	}
	return endpoint_is_built_from(target) && !target->literal;
}

void endpoint_each_name(const struct rule_context *context, judge_name *judge,
			struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t i, from = out->list.count;
	struct name_view view;

	for (i = 0; i < endpoints->targets.count && !out->error; i++) {
		const struct endpoint_target *target =
			LIST_AT(&endpoints->targets, struct endpoint_target, i);

		if (!endpoint_is_first(endpoints, i))
			continue;
		name_view_find(&view, endpoints, target->host);
		judge(context, target, &view, out);
	}
	if (out->list.count == from)
		finding_message(out, findings_add(out, STATUS_SKIPPED),
				"no URL names a host by name");
}
