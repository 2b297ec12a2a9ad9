/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One shot: the attempt of a set with one thing changed, up to the rung that the attempt got stuck
 * in, and its row.
 */
#include "probes/endpoints_helper/experiments_internal.h"

#include "rules/text.h"

#include <stdlib.h>

#define CONNECT_US (UINT64_C(500) * 1000)
#define CONNECTS_MOST 4

struct shot {
	struct shot *next, **place;
	struct experiment_set *set;
	int kind;
	uint32_t value;
	unsigned int connects;
	bool flies;
	shot_done *done;
};

struct experiment_fact *experiment_row(struct run *run, const struct experiment_fact *key)
{
	struct list *list = &run->facts->experiments;
	struct experiment_fact *row;
	size_t i;

	for (i = 0; i < list->count; i++) {
		row = LIST_AT(list, struct experiment_fact, i);
		if (row->kind == key->kind && row->value == key->value &&
		    row->port == key->port && address_equal(&row->address, &key->address) &&
		    text_equal(row->url, key->url))
			return row;
	}
	row = list_add(list, sizeof(*row));
	if (!run_keeps(run, row))
		return NULL;
	*row = *key;
	row->url = text_copy(key->url);
	return run_keeps(run, row->url) ? row : NULL;
}

static void launch(struct shot *shot);

/* Keeps the furthest rung that any of its kind reached, and the first detail. */
static void note(const struct shot *shot, bool succeeded, int reached, const char *detail)
{
	struct experiment_set *set = shot->set;
	struct experiment_fact key = { .url = set->url, .address = set->address,
				       .port = set->port, .kind = shot->kind,
				       .value = shot->value };
	struct experiment_fact *row = experiment_row(set->run, &key);
	const char *word = reached > RUNG_NAME ? endpoint_rung_words[reached] : NULL;

	if (!row)
		return;
	row->tried++;
	row->succeeded += succeeded;
	if (word && (!row->reached || (succeeded && row->succeeded == 1))) {
		free(row->reached);
		row->reached = text_copy(word);
		(void)run_keeps(set->run, row->reached);
	}
	if (detail && !row->detail) {
		row->detail = text_copy(detail);
		(void)run_keeps(set->run, row->detail);
	}
}

static void shot_free(struct shot *shot)
{
	*shot->place = shot->next;
	if (shot->next)
		shot->next->place = shot->place;
	free(shot);
}

/* The one that has waited longest stands last in the list. */
static void launch_next(struct experiment_set *set)
{
	struct shot *shot, *next = NULL;

	for (shot = set->shots; shot; shot = shot->next)
		if (!shot->flies)
			next = shot;
	if (next && set->flying < set->at_once)
		launch(next);
}

static void end(struct shot *shot, bool succeeded, int reached, const char *detail)
{
	struct experiment_set *set = shot->set;
	shot_done *done = shot->done;
	uint32_t value = shot->value;

	if (shot->kind != EXPERIMENT_MSS || reached > RUNG_NAME)
		note(shot, succeeded, reached, detail);
	set->flying--;
	shot_free(shot);
	if (done)
		done(set, value, succeeded);
	launch_next(set);
}

static void flown(void *owner, bool completed, const char *subject)
{
	struct shot *shot = owner;
	/* whoever shows a certificate speaks TLS, even if it wants more before it goes on */
	bool succeeded = completed || (shot->kind == EXPERIMENT_TLS_INSTEAD && subject);
	struct text detail;

	text_init(&detail, TEXT_FOREIGN_MAX * 2);
	if (subject)
		text_addf(&detail, "certificate of %s", subject);
	end(shot, succeeded, succeeded ? RUNG_TLS : RUNG_TCP,
	    subject ? text_string(&detail) : NULL);
	text_release(&detail);
}

static int furthest(const struct http_result *result)
{
	if (result->http.outcome == HTTP_ANSWERED || result->http.received)
		return RUNG_HTTP;
	return result->tls.outcome == TLS_DONE ? RUNG_TLS : RUNG_TCP;
}

static void answered(void *owner, struct http_result *result)
{
	bool succeeded = result->http.outcome == HTTP_ANSWERED;
	struct text detail;

	text_init(&detail, TEXT_FOREIGN_MAX);
	if (succeeded && result->http.status.known)
		text_addf(&detail, "status %u", (unsigned int)result->http.status.value);
	else if (result->http.outcome != HTTP_UNTRIED)
		text_addf(&detail, "%s after %u bytes", http_outcome_words[result->http.outcome],
			  (unsigned int)result->http.received);
	else
		text_add(&detail, tls_outcome_words[result->tls.outcome]);
	end(owner, succeeded, furthest(result), text_string(&detail));
	text_release(&detail);
}

static void connected(void *owner, int fd, struct tcp_fact *tcp)
{
	struct shot *shot = owner;
	struct experiment_set *set = shot->set;
	bool bare = shot->kind == EXPERIMENT_NO_SNI;
	bool shakes = set->stage == RUNG_TLS || bare || shot->kind == EXPERIMENT_TLS_INSTEAD;

	if (fd < 0 && shot->kind == EXPERIMENT_MSS && shot->connects < CONNECTS_MOST) {
		set->flying--;
		launch(shot);
	} else if (fd < 0) {
		end(shot, false, RUNG_NAME, tcp_outcome_words[tcp->outcome]);
	} else if (shakes) {
		struct flight_options flight = { .fd = fd, .time_us = set->time_us,
						 .sni = bare ? NULL : set->sni };

		(void)flight_start(set->run, &flight, flown, shot);
	} else {
		struct http_request request = set->request;

		request.fd = fd;
		request.time_us = set->time_us;
		if (shot->kind == EXPERIMENT_BY_ADDRESS)
			request.url = set->by_address;
		request.is_signed = set->request.is_signed && request.url == set->request.url;
		(void)http_start(set->run, &request, answered, shot);
	}
}

static void launch(struct shot *shot)
{
	struct experiment_set *set = shot->set;
	struct connect_options options = {
		.address = set->address, .port = set->port, .quiet = true, .time_us = CONNECT_US,
		.default_source = shot->kind == EXPERIMENT_DEFAULT_SOURCE,
		.mss = shot->kind == EXPERIMENT_MSS ? shot->value : 0,
	};

	shot->flies = true;
	shot->connects++;
	set->flying++;
	(void)connect_start(set->run, &options, connected, shot);
}

void shot_start(struct experiment_set *set, int kind, uint32_t value, shot_done *done)
{
	struct shot *shot = calloc(1, sizeof(*shot));

	if (!run_keeps(set->run, shot)) {
		free(shot);
		return;
	}
	*shot = (struct shot){ .set = set, .kind = kind, .value = value, .done = done,
			       .next = set->shots, .place = &set->shots };
	if (shot->next)
		shot->next->place = &shot->next;
	set->shots = shot;
	if (set->flying < set->at_once)
		launch(shot);
}

void shots_free(struct experiment_set *set)
{
	while (set->shots)
		shot_free(set->shots);
}
