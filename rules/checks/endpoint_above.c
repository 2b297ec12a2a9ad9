/* SPDX-License-Identifier: Apache-2.0 */
/* Words and look-ups of the rules above HTTP. */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/checks.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REDIRECTS_MAX 8

static void tell_source(const struct rule_context *context, struct findings *out,
			struct finding *finding)
{
	const struct endpoint_source *source = &context->facts->endpoints.source;
	char address[ADDRESS_TEXT_MAX];

	if (source->address.family)
		finding_evidence(out, finding, "/endpoints/source", "asked from %s%s%s",
				 address_print(&source->address, address),
				 source->dev ? " dev " : "", source->dev ? source->dev : "");
	else
		finding_evidence(out, finding, "/endpoints/source",
				 "asked from the address that the kernel picks%s%s",
				 source->dev ? ", dev " : "", source->dev ? source->dev : "");
}

struct finding *above_add(const struct rule_context *context, struct findings *out, int status,
			  const struct above_place *place)
{
	struct finding *finding = findings_add(out, (enum finding_status)status);

	if (!finding)
		return NULL;
	finding->subject.url = text_copy(place->target->url);
	finding->subject.rung = text_copy(endpoint_rung_words[place->rung]);
	if (!finding->subject.url || !finding->subject.rung)
		out->error = -ENOMEM;
	finding->subject.port = (struct maybe){ true, place->target->port };
	if (place->address)
		finding->subject.address = *place->address;
	tell_source(context, out, finding);
	return finding;
}

void above_unreached_at(const struct rule_context *context, struct findings *out,
			const struct above_place *place, const char *what)
{
	struct finding *finding = above_add(context, out, STATUS_UNKNOWN, place);
	const struct strings *limits = &context->facts->endpoints.limits;
	const char *limit = NULL;
	size_t i;

	for (i = 0; i < limits->count && !limit; i++)
		if (text_has_prefix(limits->items[i], "run "))
			limit = limits->items[i];
	finding_message(out, finding, "%s: not reached%s%s%s", what,
			limit ? ", the time was over first (" : "", limit ? limit : "",
			limit ? ")" : "");
	finding_settle(out, finding, "reachback check --vantage vswitch-host --max-time 30");
}

void above_unreached(const struct rule_context *context, struct findings *out,
		     const struct endpoint_target *target, int rung, const char *what)
{
	above_unreached_at(context, out, &(struct above_place){ target, NULL, rung }, what);
}

bool above_went_to(const struct exchange_fact *exchange, const struct address *address)
{
	return !address || !address->family || !exchange->address.family ||
	       address_equal(&exchange->address, address);
}

static bool ends_with(const char *path, const char *part)
{
	size_t length = strlen(path), tail = strlen(part);

	return length >= tail && text_equal(path + length - tail, part);
}

const struct exchange_fact *above_exchange(const struct endpoints_facts *endpoints,
					   const struct above_asked *asked, const char *part)
{
	const struct exchange_fact *found = NULL;
	bool exact = false;
	size_t i;

	for (i = 0; i < endpoints->exchanges.count; i++) {
		const struct exchange_fact *exchange =
			LIST_AT(&endpoints->exchanges, struct exchange_fact, i);

		if (exchange->rung != asked->rung || !text_equal(exchange->url, asked->url) ||
		    !above_went_to(exchange, asked->address) || !strstr(exchange->path, part) ||
		    (exact && !ends_with(exchange->path, part)))
			continue;
		found = exchange;
		exact = ends_with(exchange->path, part);
	}
	return found;
}

void above_tell(const struct endpoints_facts *endpoints, const struct exchange_fact *exchange,
		struct findings *out, struct finding *finding)
{
	const struct exchange_fact *first = endpoints->exchanges.items;
	const struct http_fact *http = exchange ? &exchange->http : NULL;
	char pointer[64], status[16];

	if (!exchange)
		return;
	pointer_print(pointer, sizeof(pointer), "/endpoints/exchanges", (size_t)(exchange - first));
	(void)snprintf(status, sizeof(status), "%u", (unsigned int)http->status.value);
	finding_evidence(out, finding, pointer, "%s %s, credentials: %s: %s%s%s%s%s",
			 http->method ? http->method : "GET", exchange->path,
			 exchange->credentials ? exchange->credentials : "none",
			 http->status.known && http->outcome == HTTP_ANSWERED
				 ? status : http_outcome_words[http->outcome],
			 http->content_type ? ", " : "",
			 http->content_type ? http->content_type : "", http->limit ? ", " : "",
			 http->limit ? http->limit : "");
}

void above_fact(struct findings *out, struct finding *finding, struct above_member member,
		const char *format, ...)
{
	char pointer[80], *words = NULL;
	va_list arguments;

	(void)snprintf(pointer, sizeof(pointer), "/endpoints/gitlab/%zu/%s", member.row,
		       member.name);
	va_start(arguments, format);
	if (vasprintf(&words, format, arguments) < 0) {
		words = NULL;
		out->error = -ENOMEM;
	}
	va_end(arguments);
	if (words)
		finding_evidence(out, finding, pointer, "%s", words);
	free(words);
}

const struct endpoint_target *above_gitlab(const struct endpoints_facts *endpoints)
{
	size_t i;

	for (i = 0; i < endpoints->targets.count; i++) {
		const struct endpoint_target *target =
			LIST_AT(&endpoints->targets, struct endpoint_target, i);

		if (target->purpose == PURPOSE_GITLAB)
			return target;
	}
	return NULL;
}

const struct gitlab_fact *above_row(const struct endpoints_facts *endpoints, size_t index)
{
	return index < endpoints->gitlab.count
		       ? LIST_AT(&endpoints->gitlab, struct gitlab_fact, index) : NULL;
}

bool above_git_elsewhere(const struct endpoints_facts *endpoints, size_t index)
{
	const struct gitlab_fact *own = above_row(endpoints, index), *row;
	const struct endpoint_target *root = above_gitlab(endpoints), *clone;
	size_t i;

	clone = own && own->clone_url ? endpoints_target(endpoints, own->clone_url) : NULL;
	if (!clone || !root || own->refs_plain.known || text_equal(clone->host, root->host))
		return false;
	for (i = 0; (row = above_row(endpoints, i)) != NULL; i++)
		if (text_equal(row->clone_url, own->clone_url) &&
		    (i < index || row->refs_plain.known))
			return true;
	return false;
}

static const char *location_of(const struct endpoints_facts *endpoints, const char *url)
{
	size_t i;

	for (i = 0; i < endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, i);

		if (text_equal(attempt->url, url) && attempt->http.status.known &&
		    attempt->http.status.value / 100 == 3 && attempt->http.location)
			return attempt->http.location;
	}
	return NULL;
}

const struct endpoint_target *above_end(const struct endpoints_facts *endpoints,
					const struct endpoint_target *target)
{
	size_t hops;

	for (hops = 0; hops < REDIRECTS_MAX; hops++) {
		const char *location = location_of(endpoints, target->url);
		const struct endpoint_target *next =
			location ? endpoints_target(endpoints, location) : NULL;

		if (!next)
			break;
		target = next;
	}
	return target;
}

const struct endpoint_target *above_end_of(const struct endpoints_facts *endpoints,
					   const char *url)
{
	const struct endpoint_target *target = url ? endpoints_target(endpoints, url) : NULL;

	return target ? above_end(endpoints, target) : NULL;
}

/* Whose answer led to that URL; its root where no answer is known. */
static const struct endpoint_target *led_from(const struct endpoints_facts *endpoints,
					      const struct endpoint_target *target)
{
	size_t i;

	for (i = 0; i < endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, i);
		const struct endpoint_target *finder =
			attempt->http.status.value / 100 == 3 &&
			text_equal(attempt->http.location, target->url)
				? endpoints_target(endpoints, attempt->url) : NULL;

		if (finder && finder != target)
			return finder;
	}
	return endpoints_target(endpoints, target->root);
}

const struct endpoint_target *above_start(const struct endpoints_facts *endpoints,
					  const struct endpoint_target *target)
{
	size_t hops;

	for (hops = 0; hops < REDIRECTS_MAX && target->purpose == PURPOSE_REDIRECT; hops++) {
		const struct endpoint_target *finder = led_from(endpoints, target);

		if (!finder)
			break;
		target = finder;
	}
	return target;
}

const struct attempt_fact *above_connected(const struct endpoints_facts *endpoints,
					   const char *url)
{
	size_t i;

	for (i = 0; i < endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, i);

		if (text_equal(attempt->url, url) && attempt->tcp.outcome == TCP_CONNECTED)
			return attempt;
	}
	return NULL;
}

bool above_same_origin(const struct endpoint_target *a, const struct endpoint_target *b)
{
	return text_equal(a->scheme, b->scheme) && text_equal(a->host, b->host) &&
	       a->port == b->port;
}

void above_each_row(const struct rule_context *context, int rung, const char *what,
		    gitlab_judge *judge, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	struct gitlab_view view = { .context = context, .target = above_gitlab(endpoints),
				    .row = above_row(endpoints, 0), .rung = rung, .out = out };

	if (!view.target)
		return;
	if (!view.row || above_end(endpoints, view.target) != view.target)
		above_unreached(context, out, above_end(endpoints, view.target), rung, what);
	else
		for (; view.row; view.row = above_row(endpoints, ++view.index))
			judge(&view);
}

struct finding *above_add_of_row(const struct gitlab_view *view, int status, const char *part)
{
	const struct endpoints_facts *endpoints = &view->context->facts->endpoints;
	struct finding *finding = above_add(view->context, view->out, status,
			  &(struct above_place){ view->target, &view->row->address, view->rung });
	const struct above_asked asked = { view->row->url, &view->row->address, view->rung };

	above_tell(endpoints, above_exchange(endpoints, &asked, part), view->out, finding);
	return finding;
}

bool above_is_http(const char *url)
{
	return !strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8);
}

bool above_is_foreign(const char *url)
{
	return !above_is_http(url) && strncmp(url, "./", 2) != 0 && strncmp(url, "../", 3) != 0;
}

const char *above_no_gitlab(const struct rule_context *context)
{
	return context->facts->plan.gitlab.url ? NULL : "the plan names no gitlab.url";
}

const char *above_no_project(const struct rule_context *context)
{
	if (!context->facts->plan.gitlab.url)
		return "the plan names no gitlab.url";
	return context->facts->plan.gitlab.project ? NULL : "the plan names no gitlab.project";
}

const char *above_no_maven(const struct rule_context *context)
{
	return context->facts->plan.maven.count ? NULL : "the plan names no maven[].url";
}
