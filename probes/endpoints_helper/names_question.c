/* SPDX-License-Identifier: Apache-2.0 */
/* One question to one server: over UDP, once more where the server failed, over TCP where cut. */
#include "probes/endpoints_helper/names_internal.h"

#include "probes/rtnl.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HURRY_US (UINT64_C(500) * 1000)

static void replied(void *owner, const struct name_reply *reply);

static const char *kind_of(unsigned int type)
{
	return type == DNS_TYPE_A ? "A" : "AAAA";
}

struct name_question *name_question_add(struct name_host *host, const char *server,
					unsigned int type)
{
	struct run *run = host->run;
	struct name_question *question = calloc(1, sizeof(*question));

	if (!run_keeps(run, question))
		return NULL;
	*host->end = question;
	host->end = &question->next;
	question->host = host;
	question->type = type;
	question->finished = true;
	question->fact.name = text_copy(host->name);
	question->fact.server = text_copy(server);
	question->fact.kind = text_copy(kind_of(type));
	return run_keeps(run, question->fact.name) && run_keeps(run, question->fact.server) &&
			       run_keeps(run, question->fact.kind)
		       ? question
		       : NULL;
}

/* No more news of the question are waited for. */
static void leave_channel(struct name_question *question)
{
	struct name_channel *channel = question->channel;

	question->channel = NULL;
	if (channel)
		name_channel_forget(channel);
}

static void finish(struct name_question *question, int outcome)
{
	struct run *run = question->host->run;

	question->fact.outcome = outcome;
	question->fact.took_us = (uint32_t)(loop_now() - question->started);
	question->finished = true;
	loop_cancel(&run->loop, &question->timer);
	leave_channel(question);
	name_host_look(question->host);
}

void name_question_end(struct name_question *question, int outcome)
{
	if (!question->finished)
		finish(question, question->fact.outcome == NAME_TRUNCATED ? NAME_TRUNCATED
									  : outcome);
}

/* Nobody waits for the resolver where an option stands for it, nor for what rules alone read. */
static uint64_t time_of(const struct name_question *question)
{
	const struct name_host *host = question->host;

	return host->beside || (host->port && !question->fact.extra) ? NAME_BESIDE_TIME_US
								      : NAME_TIME_US;
}

static void keep_text(struct run *run, char **place, const char *text)
{
	free(*place);
	*place = text_copy(text);
	(void)run_keeps(run, *place);
}

void name_question_stop(struct name_question *question)
{
	struct run *run = question->host->run;

	if (question->finished)
		return;
	keep_text(run, &question->fact.error, "the time of the whole run was over first");
	run_limit(run, "run", (uint64_t)run->request->budget_ms * 1000);
	name_question_end(question, NAME_FAILED);
}

void name_question_hurry(struct name_question *question)
{
	struct run *run = question->host->run;
	uint64_t waited = loop_now() - question->started;

	question->most_us = waited + HURRY_US < NAME_LATE_TIME_US ? waited + HURRY_US
								   : NAME_LATE_TIME_US;
	if (waited < question->most_us &&
	    loop_after(&run->loop, &question->timer, run_time(run, question->most_us - waited)))
		run->error = -ENOMEM;
}

/* Another server may know by now; where none does, a slow one gets the time that builds give. */
static bool goes_on(struct name_question *question, uint64_t waited)
{
	const struct name_host *host = question->host;
	struct run *run = host->run;

	if (question->late || question->fact.extra || host->settled || host->beside)
		return false;
	question->late = true;
	question->most_us = NAME_LATE_TIME_US;
	if (loop_after(&run->loop, &question->timer, run_time(run, NAME_LATE_TIME_US - waited)))
		run->error = -ENOMEM;
	name_host_look(question->host);
	return true;
}

static void struck(struct timer *timer)
{
	struct name_question *question = timer->owner;
	uint64_t waited = loop_now() - question->started;
	uint64_t most_us = question->most_us;

	if (waited < most_us) {
		name_question_stop(question);
	} else if (!goes_on(question, waited)) {
		run_limit(question->host->run, "name", most_us);
		name_question_end(question, NAME_TIMED_OUT);
	}
}

static void keep_answer(struct name_question *question, const struct dns_answer *answer)
{
	struct run *run = question->host->run;
	struct name_fact *fact = &question->fact;
	char text[DNS_NAME_TEXT_MAX], address[ADDRESS_TEXT_MAX];
	size_t i;

	strings_release(&fact->addresses);
	strings_release(&fact->aliases);
	fact->rcode = (struct maybe){ .known = answer->outcome != NAME_MALFORMED,
				      .value = answer->rcode };
	fact->left_out = answer->left_out;
	for (i = 0; i < answer->count; i++)
		if (strings_add(&fact->addresses, address_print(&answer->addresses[i], address)))
			run->error = -ENOMEM;
	for (i = 0; i < answer->alias_count; i++)
		if (strings_add(&fact->aliases, dns_name_print(&answer->aliases[i], text)))
			run->error = -ENOMEM;
}

/* Asks once more, or over TCP. */
static void ask_again(struct name_question *question, struct name_channel *channel)
{
	const char *name = question->host->candidates.items[question->candidate];

	leave_channel(question);
	question->channel = channel;
	if (name_channel_ask(channel, name, question->type, replied, question))
		question->channel = NULL;
}

/* Servers and networks fail once in a while: each question is repeated before that is believed. */
static bool repeat(struct name_question *question)
{
	if (question->repeated)
		return false;
	question->repeated = true;
	ask_again(question, question->channel);
	return true;
}

static void failed(struct name_question *question, const struct name_reply *reply)
{
	struct run *run = question->host->run;
	char name[16];

	if (reply->error)
		keep_text(run, &question->fact.error, errno_name(reply->error, name));
	if (reply->error && repeat(question))
		return;
	if (!reply->error)
		run_limit(run, "name", question->most_us);
	if (question->fact.outcome == NAME_TRUNCATED)
		finish(question, NAME_TRUNCATED);
	else if (!reply->error)
		finish(question, NAME_TIMED_OUT);
	else
		finish(question, reply->local ? NAME_FAILED : NAME_UNREACHABLE);
}

static void replied(void *owner, const struct name_reply *reply)
{
	struct name_question *question = owner;
	struct name_fact *fact = &question->fact;
	bool over_tcp = question->channel == &question->asked->tcp;
	struct dns_answer answer;

	fact->tries += reply->tries;
	if (question->finished)
		return;
	if (!over_tcp)
		fact->strays = reply->strays;
	if (!reply->message) {
		failed(question, reply);
		return;
	}
	free(fact->error);
	fact->error = NULL;
	dns_answer_read(reply->message, reply->length, &question->name, question->type, &answer);
	if (over_tcp && answer.outcome == NAME_TRUNCATED)
		answer.outcome = NAME_MALFORMED;
	keep_answer(question, &answer);
	fact->over_tcp = over_tcp;
	if (answer.outcome == NAME_TRUNCATED) {
		fact->outcome = NAME_TRUNCATED;
		ask_again(question, &question->asked->tcp);
	} else if (answer.outcome != NAME_SERVFAIL || !repeat(question)) {
		finish(question, answer.outcome);
	}
}

/* A question that cannot even be asked. */
static void refuse(struct name_question *question, const char *why)
{
	keep_text(question->host->run, &question->fact.error, why);
	finish(question, NAME_FAILED);
}

void name_question_ask(struct name_host *host, struct name_asked *asked, unsigned int type,
		       size_t candidate)
{
	struct run *run = host->run;
	const char *name = host->candidates.items[candidate];
	struct name_question *question = name_question_add(host, asked->server->text, type);

	if (!question)
		return;
	question->asked = asked;
	question->candidate = candidate;
	question->fact.extra = asked->server->extra;
	question->started = loop_now();
	question->finished = false;
	question->most_us = time_of(question);
	question->timer = (struct timer){ .strike = struck, .owner = question };
	if (!text_equal(name, host->name))
		keep_text(run, &question->fact.question, name);
	if (asked->refused) {
		refuse(question, asked->refused);
	} else if (dns_name_parse(name, &question->name)) {
		refuse(question, "no name of DNS");
	} else if (loop_after(&run->loop, &question->timer, run_time(run, question->most_us))) {
		run->error = -ENOMEM;
	} else {
		question->channel = &asked->udp;
		if (name_channel_ask(&asked->udp, name, type, replied, question))
			question->channel = NULL;
	}
}

void name_question_free(struct name_question *question)
{
	loop_cancel(&question->host->run->loop, &question->timer);
	free(question->fact.name);
	free(question->fact.server);
	free(question->fact.kind);
	free(question->fact.question);
	free(question->fact.error);
	strings_release(&question->fact.addresses);
	strings_release(&question->fact.aliases);
	free(question);
}
