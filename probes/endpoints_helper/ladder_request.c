/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the rungs above the first answer, each with its row in the facts. */
#include "probes/endpoints_helper/ladder.h"

#include "probes/endpoints_helper/experiments.h"
#include "probes/endpoints_helper/ladder_internal.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ladder_url(const struct target *target, const char *path, struct text *url)
{
	const char *text = target->url.text;
	const char *authority = strstr(text, "://"), *own;
	size_t length = strcspn(text, "?#");

	if (!path) {
		text_add_bytes(url, text, strcspn(text, "#"));
		text_add(url, target->query ? target->query : "");
		return;
	}
	own = authority ? strchr(authority + 3, '/') : NULL;
	if (path[0] == '/' && path[1] == '/') {
		length = own ? (size_t)(own - text) : length;
		path++;
	}
	while (length > 0 && text[length - 1] == '/')
		length--;
	text_add_bytes(url, text, length);
	text_addf(url, "%s%s", path[0] == '/' ? "" : "/", path);
}

static void exchanged(void *owner, struct http_result *result)
{
	struct rung_exchange *exchange = owner;
	struct run *run = exchange->target->run;
	struct exchange_fact *row = LIST_AT(&run->facts->exchanges, struct exchange_fact,
					    exchange->index);

	if (record_copy(&http_record, &result->http, &row->http))
		run->error = -ENOMEM;
	experiments_unwatch(exchange->watch);
	exchange->done(exchange->owner, result);
}

static struct exchange_fact *add_row(const struct peer *peer, const struct rung_request *request,
				     const char *url)
{
	static const char *const credentials[] = { "none", "token", "basic" };
	struct run *run = peer->target->run;
	const char *authority = strstr(url, "://"), *path;
	struct exchange_fact *row = list_add(&run->facts->exchanges, sizeof(*row));

	if (!row)
		return NULL;
	path = authority ? strchr(authority + 3, '/') : NULL;
	row->url = text_copy(peer->target->url.text);
	row->path = text_clean(path ? path : "/", strlen(path ? path : "/"));
	row->rung = request->rung;
	row->address = peer->address;
	row->credentials = text_copy(credentials[request->credentials]);
	return row->url && row->path && row->credentials ? row : NULL;
}

int ladder_request(const struct peer *peer, const struct rung_request *request, http_done *done,
		   void *owner)
{
	struct target *target = peer->target;
	struct run *run = target->run;
	struct rung_exchange *exchange = calloc(1, sizeof(*exchange));
	struct http_request http = {
		.address = peer->address, .method = request->method,
		.headers = request->headers, .body = request->body,
		.body_length = request->body_length, .body_max = request->body_max,
		.credentials = request->credentials, .fd = -1,
	};
	struct text url;
	int error = -ENOMEM;

	text_init(&url, LADDER_URL_MAX);
	ladder_url(target, request->path, &url);
	if (exchange && !text_error(&url) && add_row(peer, request, text_string(&url))) {
		*exchange = (struct rung_exchange){
			.next = run->ladder->exchanges, .target = target, .done = done,
			.owner = owner, .index = run->facts->exchanges.count - 1,
		};
		run->ladder->exchanges = exchange;
		http.url = text_string(&url);
		exchange->watch = experiments_watch(target, &http, false);
		error = http_start(run, &http, exchanged, exchange);
		exchange = NULL;
	}
	free(exchange);
	text_release(&url);
	if (error)
		run->error = -ENOMEM;
	return error ? -ENOMEM : 0;
}

void ladder_requests_close(struct run *run)
{
	while (run->ladder->exchanges) {
		struct rung_exchange *exchange = run->ladder->exchanges;

		run->ladder->exchanges = exchange->next;
		free(exchange);
	}
}
