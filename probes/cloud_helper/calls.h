/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the helper: calls under way. call.c takes them and gives their answers back, calls.c
 * is the loop, exchange.c makes and signs requests, pages.c reads page after page.
 */
#ifndef PROBES_CLOUD_HELPER_CALLS_H
#define PROBES_CLOUD_HELPER_CALLS_H

#include "probes/cloud_helper/call.h"
#include "probes/cloud_helper/http.h"
#include "probes/cloud_helper/saved.h"
#include "probes/cloud_helper/secret.h"
#include "probes/cloud_helper/signer.h"
#include "probes/cloud_helper/verdict.h"

#include <curl/curl.h>

#define CALLS_MAX 2000u       /* in a run */
#define CALLS_AT_ONCE 24u     /* under way */
#define CALL_TRIES 4u         /* the first one counted */
#define CALLS_RETRIES_MAX 60u /* of a run */
#define CALL_CONNECT_MS 2500u
#define CALL_TOTAL_MS 6000u
#define CALL_PAGES_MAX 200u
#define CALL_ITEMS_MAX 20000u

/* Where a call stands in its pages. */
struct pages {
	struct cJSON *merged; /* the first page, with the lists of the others */
	char *token;          /* NextToken of the next page; NULL: none */
	uint32_t number;      /* of the page that is asked for, from 1 */
	uint32_t items, total;
	bool total_known;
};

struct call {
	struct call *next;
	const struct cloud_action *action;
	struct cloud_parameter *parameters; /* owned copies, ended by NULL */
	cloud_callback done;
	void *context;
	struct pages pages;
	struct http_answer answer;
	struct curl_slist *headers;
	bool under_way;
	uint64_t not_before_ms; /* after a refusal that may be tried again */
	uint64_t asked_ms, started_ms;
	uint32_t chain_ms; /* what the calls before it took, one after the other */
	uint32_t tries;    /* of this page */
	size_t fact;       /* its row in facts->cloud.calls */
};

struct cloud_calls {
	CURLM *multi;
	struct call *first; /* all that are not done, in the order asked */
	size_t count;       /* ever asked */
	size_t under_way;
	uint32_t retries;
	uint64_t started_ms, deadline_ms; /* CLOCK_MONOTONIC */
	uint32_t chain_ms;                /* of the call whose callback runs */
	struct cloud_credential credential;
	const struct saved *saved; /* NULL: the API is asked */
	struct saver saver;
	bool vpc;
};

void call_free(struct call *call);
/* Until nothing is left to ask. Latches in run->error. */
void calls_run(struct cloud_run *run);
void calls_release(struct cloud_run *run);

/* Prepares, signs and starts the request for the call's next page. 0 or negative errno. */
int exchange_start(struct cloud_run *run, struct call *call);
/* A signed request as headers, for one that is sent at once; also used by exchange_start(). */
struct exchange {
	const struct cloud_action *action;
	const struct cloud_parameter *query;
	const char *base; /* endpoint_url() */
	const struct cloud_credential *credential; /* NULL: it goes unsigned */
};
int exchange_build(const struct exchange *exchange, struct text *url, struct curl_slist **headers);
/* "2026-01-02T03:04:05Z", the present. 0 or negative errno. */
#define EXCHANGE_DATE 32
int exchange_date(char date[EXCHANGE_DATE]);
/* All parameters of the page that is asked for; `out` has room for SIGNER_PARAMETERS_MAX + 1. */
void pages_parameters(const struct call *call, char number[16], struct cloud_parameter *out);
/*
 * Takes a page over. 1: another one is to be asked for; 0: all are there; -EPROTO with words: what
 * the server says of its pages does not hold.
 */
int pages_take(struct call *call, struct cJSON *page, struct fault *fault);
void pages_release(struct pages *pages);

#endif
