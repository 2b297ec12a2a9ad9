/* SPDX-License-Identifier: Apache-2.0 */
/* Look, write down, call, look: in that order, whatever dies in between. */
#include "cmd/link.h"

#include "cmd/change.h"
#include "cmd/clock.h"
#include "cmd/output.h"
#include "probes/probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 60000u
#define PAUSE_MS 1000u
#define NAME_LIMIT ((size_t)512)

__attribute__((format(printf, 3, 4)))
static int end(struct link *link, enum create_outcome outcome, const char *format, ...)
{
	va_list arguments;
	int length;

	link->done->outcome = (int)outcome;
	free(link->done->message);
	va_start(arguments, format);
	length = vasprintf(&link->done->message, format, arguments);
	va_end(arguments);
	if (length >= 0)
		return 0;
	link->done->message = NULL;
	return -ENOMEM;
}

static uint64_t wait_ms(const struct link *link)
{
	return link->settings->wait.given ? link->settings->wait.ms : WAIT_MS;
}

/* Ids become a file's name: nothing but their own letters. */
static int word_name(const struct link *link, struct text *name, struct fault *fault)
{
	const char *module = link->settings->module ? link->settings->module : "registry";
	const char *at;

	text_addf(name, "%s-%s-%s", create_kind_words[link->done->kind],
		  link->form->instance_id, link->form->vpc_id);
	if (link->done->kind == CREATE_REGISTRY)
		text_addf(name, "-%s", module);
	for (at = text_string(name); *at; at++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_",
			    *at))
			return fault_set(fault, -EINVAL, "\"%s\" is no id of an instance or VPC",
					 text_string(name));
	return text_error(name);
}

static int copy(char **place, const char *value)
{
	free(*place);
	*place = text_copy(value);
	return value && !*place ? -ENOMEM : 0;
}

/* Which link the entry is of; `vswitch_id`: on which it stands, NULL where that is not known. */
static int name_link(struct link *link, const char *vswitch_id)
{
	struct journal_entry *entry = &link->journal.entry;
	int code = copy(&entry->kind, create_kind_words[link->done->kind]);

	if (!code)
		code = copy(&entry->module, link->settings->module);
	if (!code)
		code = copy(&entry->instance_id, link->form->instance_id);
	if (!code)
		code = copy(&entry->vpc_id, link->form->vpc_id);
	return code ? code : copy(&entry->vswitch_id, vswitch_id);
}

/* What the entry says of this run's call. */
static int fill_entry(struct link *link)
{
	struct journal_entry *entry = &link->journal.entry;
	int code = name_link(link, link->form->vswitch_id);

	if (!code)
		code = copy(&entry->override, link->done->override);
	if (code)
		return code;
	record_release(&change_call_record, &entry->call);
	return record_copy(&change_call_record, &link->make.call, &entry->call);
}

static int note_state(struct link *link, enum journal_state state,
		      const struct change_answer *answer, struct fault *fault)
{
	int code = 0;

	/* what was not done leaves no word */
	if (link->settings->dry_run)
		return 0;
	code = copy(&link->journal.entry.note, answer ? answer->note : NULL);
	if (!code)
		code = copy(&link->journal.entry.request_id, answer ? answer->request_id : NULL);
	return code ? code : journal_write(&link->journal, state, fault);
}

/* Reads the state. False: it could not be read, and why stands in link->seen.note. */
static bool look(struct link *link)
{
	struct fault fault = { .code = 0 };
	int code;

	change_answer_release(&link->seen);
	code = change_run(link->helper_dir, &link->look, &link->seen, &fault);
	if (code) {
		change_answer_release(&link->seen);
		link->seen.note = text_copy(fault_text(&fault, code));
	}
	return !code && link->seen.outcome == CHANGE_DONE;
}

static bool is_running(const struct change_answer *seen)
{
	return seen->found && (!seen->status || !strcmp(seen->status, "RUNNING"));
}

/* Reads the state again and again, until it shows what is wished for or `ms` are over. */
static bool look_until(struct link *link, uint64_t ms, bool running)
{
	const uint64_t pause = ms / 4 < PAUSE_MS ? ms / 4 + 1 : PAUSE_MS;
	const struct timespec nap = { .tv_sec = (time_t)(pause / 1000),
				      .tv_nsec = (long)(pause % 1000) * 1000000 };
	const uint64_t end_ms = probe_now_ms() + ms;

	/* what a look takes counts, too: one may take as long as the helper may */
	while (!look(link) || !(running ? is_running(&link->seen) : link->seen.found)) {
		if (probe_now_ms() >= end_ms)
			return false;
		(void)nanosleep(&nap, NULL);
	}
	return true;
}

static int found(struct link *link, enum create_outcome outcome, struct fault *fault)
{
	const struct change_answer *seen = &link->seen;
	const struct journal_entry *entry = &link->journal.entry;
	bool known = entry->kind && entry->state == JOURNAL_MADE;
	int code = 0;

	if (!known && entry->state != JOURNAL_CALLING)
		code = name_link(link, seen->vswitch_id);
	if (!code && !known)
		code = note_state(link, JOURNAL_MADE, seen, fault);
	if (!code)
		code = copy(&link->done->link.id, seen->id);
	if (!code)
		code = copy(&link->done->link.ip, seen->ip);
	if (!code)
		code = copy(&link->done->link.status, seen->status);
	if (!code)
		code = copy(&link->done->link.issue, seen->issue);
	if (!code)
		code = copy(&link->done->link.vswitch_id, seen->vswitch_id);
	if (code)
		return code;
	if (outcome == OUTCOME_THERE && link->done->kind == CREATE_REGISTRY && seen->vswitch_id &&
	    !text_equal(seen->vswitch_id, link->form->vswitch_id)) {
		link->done->link.elsewhere = true;
		return end(link, outcome, "a link of this VPC is there already and stands on "
					  "vSwitch %s, not on %s, which the plan names: nothing "
					  "was called; delete it in the console and run this "
					  "again, or name its vSwitch in the plan",
			   seen->vswitch_id, link->form->vswitch_id);
	}
	return end(link, outcome, "%s%s%s%s%s",
		   outcome == OUTCOME_CREATED ? "the link was made" : "the link is there already",
		   seen->status ? ", status " : "", seen->status ? seen->status : "",
		   seen->issue ? "; the registry reports " : "", seen->issue ? seen->issue : "");
}

/* Milliseconds until a call that was written down has had its time to show. */
static uint64_t left_of(const struct link *link)
{
	uint64_t most = wait_ms(link), age;
	char now[CLOCK_TEXT_MAX];
	int64_t present, moment;

	if (clock_now_text(now) || clock_parse(now, &present) ||
	    clock_parse(link->journal.entry.time, &moment) || moment > present)
		return most;
	age = (uint64_t)(present - moment) * 1000;
	return age > most ? 0 : most - age + 1000;
}

static int unclear(struct link *link, const char *why)
{
	return end(link, OUTCOME_UNCLEAR,
		   "whether the link is there is not known (%s), and %s: look at the console, then "
		   "say --settle made or --settle not-made", why,
		   link->listed ? "no list shows it" : "no operation lists such links");
}

static bool settles(const struct link *link, const char *word)
{
	return text_equal(link->settings->settle, word);
}

/* Did an earlier run call, or find the link? Then one that does not show may be there. */
static bool was_called(const struct link *link)
{
	return link->journal.entry.state == JOURNAL_CALLING ||
	       link->journal.entry.state == JOURNAL_MADE;
}

/* Nothing shows such links: the user's word decides, who has looked at the console. */
static int settle_unlisted(struct link *link, struct fault *fault)
{
	const char *gap = link->seen.gap ? link->seen.note : NULL;
	int code;

	if (!settles(link, "made"))
		return unclear(link, gap ? gap : link->journal.entry.state == JOURNAL_MADE ?
			       "it was made, and nothing of it shows now" :
			       "an earlier run left no word of it");
	code = name_link(link, NULL);
	if (!code)
		code = note_state(link, JOURNAL_MADE, NULL, fault);
	return code ? code : end(link, OUTCOME_THERE, "the link was made, as --settle says");
}

/* A whole list does not show what was made: it is late, it tells links otherwise, or it is gone. */
static int miss(struct link *link)
{
	if (settles(link, "made"))
		return end(link, OUTCOME_UNCLEAR, "the link is not among those that the API "
						  "lists, and --settle says that it was made");
	return end(link, OUTCOME_UNCLEAR,
		   "the journal says that the link was made, and it is not among those that the "
		   "API lists: look at the console; where it shows the link, the list is late%s; "
		   "where the link was deleted since, say --settle not-made and another is made",
		   link->done->kind == CREATE_SOURCE ? " or list_call.match is wrong" : "");
}

/* The list holds no such link, or cannot show one; no earlier run called. */
static int settle_first(struct link *link, bool *go, struct fault *fault)
{
	const bool made = settles(link, "made");

	*go = !made && !link->seen.gap;
	if (*go)
		return 0;
	if (!made && link->seen.gap == GAP_FIELD)
		return fault_set(fault, -EINVAL, "nothing was called: %s; where the console shows "
						 "that there is no link, --settle not-made goes on",
				 link->seen.note ? link->seen.note : "the list shows no links");
	return link->listed && !link->seen.gap ? miss(link) : settle_unlisted(link, fault);
}

/*
 * What an earlier run left behind, and what the list leaves open. `*go` where nothing stands in the
 * way of a call; else the outcome is told.
 */
static int settle(struct link *link, bool *go, struct fault *fault)
{
	*go = settles(link, "not-made");
	if (*go)
		return was_called(link) ? note_state(link, JOURNAL_REFUSED, NULL, fault) : 0;
	if (!was_called(link))
		return settle_first(link, go, fault);
	if (!link->listed)
		return settle_unlisted(link, fault);
	if (look_until(link, left_of(link), false))
		return found(link, OUTCOME_THERE, fault);
	if (link->seen.gap)
		return settle_unlisted(link, fault);
	if (link->seen.outcome != CHANGE_DONE)
		return end(link, OUTCOME_UNCLEAR, "the state of the link could not be read: %s",
			   link->seen.note ? link->seen.note : "no reason given");
	if (link->journal.entry.state == JOURNAL_MADE || settles(link, "made"))
		return miss(link);
	/* nobody knows what came of the call, and its time to show is over: it was not made */
	*go = true;
	return 0;
}

/* Only a person at a terminal, or one who said so before, can agree. */
static int ask(struct link *link, bool *agreed, struct fault *fault)
{
	char answer[16];
	size_t length;

	*agreed = link->settings->yes;
	if (*agreed)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return fault_set(fault, -ENOTTY, "there is a question to ask and no terminal: say "
						 "--yes, or --dry-run");
	fprintf(stderr, "%s\nMake this link? Only \"yes\" will do: ", link->done->request_words);
	(void)fflush(stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		answer[0] = '\0';
	length = strcspn(answer, "\r\n");
	answer[length] = '\0';
	*agreed = strcmp(answer, "yes") == 0;
	return 0;
}

static int explain_refusal(struct link *link, const struct change_answer *answer)
{
	bool absent = answer->code && text_has_prefix(answer->code, "InvalidAction.NotFound");

	return end(link, OUTCOME_FAILED, "nothing was changed: %s%s",
		   answer->note ? answer->note : "the call was refused",
		   absent ? "; this operation is not published under that name and version: "
			    "ActionTrail shows what the console calls when it makes a link" : "");
}

static int call(struct link *link, struct fault *fault)
{
	struct fault why = { .code = 0 };
	struct change_answer answer;
	int outcome, code;

	code = change_run(link->helper_dir, &link->make, &answer, &why);
	outcome = code ? CHANGE_UNCLEAR : answer.outcome;
	if (outcome == CHANGE_REFUSED) {
		code = note_state(link, JOURNAL_REFUSED, &answer, fault);
		if (!code)
			code = explain_refusal(link, &answer);
	} else if (outcome == CHANGE_DONE) {
		code = note_state(link, JOURNAL_MADE, &answer, fault);
		if (!code && look_until(link, wait_ms(link), true))
			code = found(link, OUTCOME_CREATED, fault);
		else if (!code)
			code = end(link, OUTCOME_CREATED, "the call succeeded; the link did not "
							  "show as running within the time%s%s",
				   link->seen.gap ? ": " : "",
				   link->seen.gap && link->seen.note ? link->seen.note : "");
	} else if (look_until(link, wait_ms(link), false)) {
		code = found(link, OUTCOME_CREATED, fault);
	} else if (link->listed) {
		code = end(link, OUTCOME_UNCLEAR,
			   "the answer was lost (%s) and the link does not show yet: run this "
			   "again",
			   code ? fault_text(&why, code) : answer.note ? answer.note : "unclear");
	} else {
		code = unclear(link, code ? fault_text(&why, code) : "the answer was lost");
	}
	change_answer_release(&answer);
	return code;
}

static int make(struct link *link, struct fault *fault)
{
	bool agreed = false;
	int code = 0;

	if (link->settings->dry_run)
		return end(link, OUTCOME_DRY_RUN, "this is what would be called");
	code = ask(link, &agreed, fault);
	if (code)
		return code;
	if (!agreed)
		return end(link, OUTCOME_DECLINED,
			   "nothing was changed: the answer was not \"yes\"");
	code = fill_entry(link);
	if (!code)
		code = note_state(link, JOURNAL_CALLING, NULL, fault);
	return code ? code : call(link, fault);
}

int link_create(struct link *link, struct fault *fault)
{
	const bool dry = link->settings->dry_run;
	struct text name;
	bool go = false;
	int code;

	text_init(&name, NAME_LIMIT);
	code = word_name(link, &name, fault);
	if (!code)
		code = dry ? journal_peek(&link->journal, text_string(&name), fault) :
			     journal_open(&link->journal, text_string(&name), wait_ms(link), fault);
	text_release(&name);
	if (code == -EBUSY)
		return end(link, OUTCOME_UNCLEAR, "%s", fault_text(fault, code));
	if (!code && (!dry || link->journal.entry.state))
		code = copy(&link->done->journal, link->journal.path);
	if (code)
		return code;
	if (!look(link) && !link->seen.gap)
		return end(link, OUTCOME_UNCLEAR,
			   "which links there are could not be read, so nothing was called: %s",
			   link->seen.note ? link->seen.note : "no reason given");
	if (link->seen.found)
		return found(link, OUTCOME_THERE, fault);
	code = settle(link, &go, fault);
	return code || !go ? code : make(link, fault);
}

void link_release(struct link *link)
{
	/* borrowed */
	memset(&link->look.cloud, 0, sizeof(link->look.cloud));
	memset(&link->make.cloud, 0, sizeof(link->make.cloud));
	record_release(&change_request_record, &link->look);
	record_release(&change_request_record, &link->make);
	change_answer_release(&link->seen);
	journal_close(&link->journal);
}
