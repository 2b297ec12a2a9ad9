/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: everything that may be asked is under way at once; what was refused for a reason that
 * passes is tried again, later and not for ever; each call ends with its callback.
 */
#include "probes/cloud_helper/calls.h"

#include "probes/cloud_helper/reply.h"
#include "probes/cloud_helper/scrub.h"
#include "probes/probe.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define BACKOFF_MS 150u
#define BACKOFF_MOST_MS 4000u
#define WAIT_MS 200

static struct call_fact *fact_of(struct cloud_run *run, const struct call *call)
{
	return LIST_AT(&run->facts->cloud.calls, struct call_fact, call->fact);
}

static void replace(struct cloud_run *run, char **place, const char *string)
{
	free(*place);
	*place = string && *string ? text_clean(string, strlen(string)) : NULL;
	if (string && *string)
		(void)cloud_keeps(run, *place);
}

static void unlink_call(struct cloud_calls *calls, struct call *call)
{
	struct call **at;

	for (at = &calls->first; *at != call; at = &(*at)->next)
		;
	*at = call->next;
}

/* Ends a call: its row, its callback, its memory. */
static void finish(struct cloud_run *run, struct call *call, const struct answer_verdict *verdict)
{
	struct cloud_calls *calls = run->calls;
	struct call_fact *fact = fact_of(run, call);
	uint64_t now = probe_now_ms();
	uint64_t from = call->started_ms ? call->started_ms : call->asked_ms;
	struct cloud_reply reply = { .action = call->action, .outcome = verdict->outcome,
				     .code = verdict->code, .note = verdict->words };

	fact->outcome = verdict->outcome;
	fact->started_ms = (uint32_t)(call->asked_ms - calls->started_ms);
	fact->took_ms = (uint32_t)(now - from);
	replace(run, &fact->code, verdict->code);
	replace(run, &fact->message, verdict->words);
	call->chain_ms += (uint32_t)(now - call->asked_ms);
	if (call->chain_ms > run->facts->cloud.longest_chain_ms)
		run->facts->cloud.longest_chain_ms = call->chain_ms;
	reply.json = verdict->outcome == CALL_OK ? call->pages.merged : NULL;
	unlink_call(calls, call);
	calls->chain_ms = call->chain_ms;
	if (!run->error && call->done)
		call->done(run, &reply, call->context);
	calls->chain_ms = 0;
	call_free(call);
}

static void finish_failed(struct cloud_run *run, struct call *call, int outcome,
			  const char *why)
{
	struct answer_verdict verdict = { .outcome = outcome };

	(void)snprintf(verdict.words, sizeof(verdict.words), "%s: %.180s", call->action->name,
		       why);
	finish(run, call, &verdict);
}

/* Makes room for the next request of the call. */
static void forget_exchange(struct cloud_calls *calls, struct call *call)
{
	if (call->under_way) {
		(void)curl_multi_remove_handle(calls->multi, call->answer.easy);
		calls->under_way--;
	}
	call->under_way = false;
	http_release(&call->answer);
	http_headers_free(call->headers);
	call->headers = NULL;
}

/* Doubled with each try, and never quite the same for two that were refused together. */
static uint32_t backoff_ms(const struct call *call)
{
	uint32_t most = BACKOFF_MS << (call->tries < 5 ? call->tries : 5);
	uint32_t chance = 0;

	if (call->answer.retry_known)
		return call->answer.retry_after_ms;
	/* without chance the wait is only a little less good */
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != (ssize_t)sizeof(chance))
		chance = 0;
	return most / 2 + chance % (most / 2 + 1);
}

static bool try_again(struct cloud_run *run, struct call *call, bool throttled)
{
	struct cloud_calls *calls = run->calls;
	uint32_t wait = backoff_ms(call);
	uint64_t now = probe_now_ms();

	if (call->tries >= CALL_TRIES || calls->retries >= CALLS_RETRIES_MAX ||
	    calls->saved || wait > BACKOFF_MOST_MS || now + wait + 50 >= calls->deadline_ms ||
	    (call->action->mutates && !throttled))
		return false;
	calls->retries++;
	call->not_before_ms = now + wait;
	forget_exchange(calls, call);
	return true;
}

static void note_skew(struct cloud_run *run, const struct http_answer *answer)
{
	struct cloud_facts *facts = &run->facts->cloud;
	int64_t skew;

	if (!answer->dated)
		return;
	skew = (int64_t)time(NULL) - answer->date;
	facts->clock_behind = skew < 0;
	skew = skew < 0 ? -skew : skew;
	facts->clock_skew_s = (struct maybe){ true, skew > UINT32_MAX ? UINT32_MAX :
									 (uint32_t)skew };
}

/* A page that is good: the next one, or the end. */
static void take_page(struct cloud_run *run, struct call *call, cJSON *page,
		      struct answer_verdict *verdict)
{
	struct fault fault = { .code = 0 };
	int more = pages_take(call, page, &fault);

	fact_of(run, call)->pages++;
	if (more == -ENOMEM) {
		run->error = -ENOMEM;
	} else if (more == 1) {
		forget_exchange(run->calls, call);
		call->tries = 0;
		call->not_before_ms = 0;
		return;
	} else if (more < 0) {
		verdict->outcome = CALL_FAILED;
		(void)snprintf(verdict->words, sizeof(verdict->words), "%s",
			       fault_text(&fault, more));
	}
	forget_exchange(run->calls, call);
	finish(run, call, verdict);
}

/* What the call is judged by; an answer that was asked for again could be found in its place. */
static void save(struct cloud_run *run, const struct call *call, const cJSON *json)
{
	struct cloud_parameter parameters[SIGNER_PARAMETERS_MAX + 1];
	struct cloud_calls *calls = run->calls;
	char number[16];
	int error;

	if (calls->saver.directory < 0)
		return;
	pages_parameters(call, number, parameters);
	error = saver_add(&calls->saver, call->action, parameters, call->answer.status, json);
	if (!error)
		return;
	saver_close(&calls->saver);
	if (strings_add(&run->facts->cloud.warnings, "replies could not be saved to the end"))
		run->error = -ENOMEM;
}

static void judge(struct cloud_run *run, struct call *call, cJSON *json, uint32_t status)
{
	const struct cloud_facts *facts = &run->facts->cloud;
	struct verdict_answer answer = { .status = status, .json = json,
					 .behind = facts->clock_behind,
					 .skew_s = facts->clock_skew_s.value };
	struct answer_verdict verdict;

	scrub_own(json, &run->calls->credential);
	answer.skewed = facts->clock_skew_s.known && answer.skew_s >= VERDICT_SKEW_S;
	answer_judge(call->action, &answer, &verdict);
	fact_of(run, call)->status = (struct maybe){ true, status };
	replace(run, &fact_of(run, call)->request_id, *reply_word(json, "RequestId") ?
		reply_word(json, "RequestId") : reply_word(json, "requestId"));
	if (verdict.retry && try_again(run, call, verdict.throttled)) {
		cJSON_Delete(json);
		return;
	}
	save(run, call, json);
	if (verdict.outcome == CALL_OK) {
		take_page(run, call, json, &verdict);
		return;
	}
	cJSON_Delete(json);
	forget_exchange(run->calls, call);
	finish(run, call, &verdict);
}

/* A transfer ended. */
static void on_done(struct cloud_run *run, struct call *call, CURLcode code)
{
	int error = http_finish(&call->answer, code);
	cJSON *json = NULL;

	note_skew(run, &call->answer);
	if (error) {
		char why[CURL_ERROR_SIZE];

		(void)snprintf(why, sizeof(why), "%s", call->answer.error);
		if (error != -EFBIG && try_again(run, call, false))
			return;
		forget_exchange(run->calls, call);
		finish_failed(run, call, CALL_FAILED, why);
		return;
	}
	if (json_parse(text_string(&call->answer.body), call->answer.body.length, &json, NULL))
		json = NULL;
	judge(run, call, json, call->answer.status);
}

/* Ends a call before its next request: what was never sent had no effect. */
static void give_up(struct cloud_run *run, struct call *call, const char *why)
{
	finish_failed(run, call, fact_of(run, call)->tries ? CALL_FAILED : CALL_UNTRIED, why);
}

static void start(struct cloud_run *run, struct call *call)
{
	int error = exchange_start(run, call);
	char why[CURL_ERROR_SIZE];

	if (!error) {
		call->tries++;
		if (!call->started_ms)
			call->started_ms = probe_now_ms();
		fact_of(run, call)->tries++;
		call->under_way = true;
		run->calls->under_way++;
		return;
	}
	if (error == -ENOMEM)
		run->error = -ENOMEM;
	(void)snprintf(why, sizeof(why), "%s", call->answer.error[0] ? call->answer.error :
					       error == -EINVAL ?
					       "the endpoint's address is none" :
					       strerror(-error));
	forget_exchange(run->calls, call);
	give_up(run, call, why);
}

/* Saved replies answer at once; a copy, for pages are merged into it. */
static void answer_saved(struct cloud_run *run, struct call *call)
{
	struct cloud_parameter parameters[SIGNER_PARAMETERS_MAX + 1];
	struct saved_answer answer;
	char number[16];
	cJSON *copy;

	pages_parameters(call, number, parameters);
	if (saved_find(run->calls->saved, call->action, parameters, &answer) == -ENOMEM) {
		run->error = -ENOMEM;
		return;
	}
	if (!answer.reply) {
		finish_failed(run, call, CALL_FAILED, "this reply was not saved");
		return;
	}
	copy = cJSON_Duplicate(answer.reply, true);
	if (cloud_keeps(run, copy))
		judge(run, call, copy, answer.status);
}

/* Starts what is due; false when nothing is left. */
static bool start_due(struct cloud_run *run)
{
	struct cloud_calls *calls = run->calls;
	uint64_t now = probe_now_ms();
	struct call *call, *next;

	for (call = calls->first; call && !run->error; call = next) {
		next = call->next;
		if (call->under_way)
			continue;
		if (now >= calls->deadline_ms)
			give_up(run, call, "no time was left");
		else if (calls->count > CALLS_MAX)
			give_up(run, call, "too many calls");
		else if (calls->saved)
			answer_saved(run, call);
		else if (call->not_before_ms <= now && calls->under_way < CALLS_AT_ONCE)
			start(run, call);
	}
	return calls->first && !run->error;
}

/* Ends what has ended; false when nothing has. */
static bool collect_done(struct cloud_run *run)
{
	struct cloud_calls *calls = run->calls;
	CURLMsg *message;
	bool any = false;
	int left = 0;

	while (!run->error && (message = curl_multi_info_read(calls->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		char *private = NULL;

		if (message->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private))
			continue;
		on_done(run, (struct call *)(void *)private, code);
		any = true;
	}
	return any;
}

/* How long nothing can happen but by the network. */
static int wait_ms(const struct cloud_calls *calls)
{
	uint64_t now = probe_now_ms(), next = now + WAIT_MS;
	const struct call *call;

	for (call = calls->first; call; call = call->next)
		if (!call->under_way && calls->under_way < CALLS_AT_ONCE &&
		    call->not_before_ms < next)
			next = call->not_before_ms;
	if (calls->deadline_ms < next)
		next = calls->deadline_ms;
	return next > now ? (int)(next - now) : 0;
}

void calls_run(struct cloud_run *run)
{
	struct cloud_calls *calls = run->calls;
	int running = 0;

	while (start_due(run)) {
		if (calls->saved)
			continue;
		if (curl_multi_perform(calls->multi, &running)) {
			run->error = -EIO;
			return;
		}
		/* what has ended may let others begin: no wait before that */
		if (collect_done(run))
			continue;
		if (curl_multi_poll(calls->multi, NULL, 0, wait_ms(calls), NULL)) {
			run->error = -EIO;
			return;
		}
	}
}

void calls_release(struct cloud_run *run)
{
	struct cloud_calls *calls = run->calls;

	while (calls->first) {
		struct call *call = calls->first;

		calls->first = call->next;
		forget_exchange(calls, call);
		call_free(call);
	}
	if (calls->multi)
		(void)curl_multi_cleanup(calls->multi);
	saver_close(&calls->saver);
	credential_release(&calls->credential);
}
