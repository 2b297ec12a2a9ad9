/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps the gate undetermined although somebody looked: blockers that stayed undecided. They
 * stand in judgement->missing, one entry for all that one command on one machine would settle.
 */
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_LIMIT ((size_t)64 * 1024)

void gate_missing_release(struct gate_missing *missing)
{
	free(missing->vantage);
	free(missing->what);
	free(missing->needs);
	free(missing->command);
	free(missing->host);
	strings_release(&missing->evidence);
	memset(missing, 0, sizeof(*missing));
}

static struct gate_missing *missing_at(const struct list *missing, size_t place)
{
	return LIST_AT(missing, struct gate_missing, place);
}

/* Forgets what was listed before. */
static void drop(struct list *missing)
{
	size_t i, kept = 0;

	for (i = 0; i < missing->count; i++) {
		struct gate_missing *one = missing_at(missing, i);

		if (one->open)
			gate_missing_release(one);
		else if (kept++ != i)
			*missing_at(missing, kept - 1) = *one;
	}
	missing->count = kept;
}

static struct gate_missing *entry_for(struct list *missing, const struct finding *finding)
{
	const char *host = finding->subject.host;
	struct gate_missing *one;
	size_t i;

	for (i = 0; i < missing->count; i++) {
		one = missing_at(missing, i);
		if (one->open && text_equal(one->command, finding->settle) &&
		    text_equal(one->host, host))
			return one;
	}
	one = list_add(missing, sizeof(*one));
	if (!one)
		return NULL;
	one->open = one->needed = true;
	one->vantage = text_copy(vantage_words[finding->seen_from]);
	one->what = text_copy("undecided rules");
	one->host = text_copy(host);
	one->command = text_copy(finding->settle);
	if (!one->vantage || !one->what || (host && !one->host) ||
	    (finding->settle && !one->command))
		return NULL;
	return one;
}

static int add_code(struct gate_missing *entry, const char *code)
{
	struct text words;
	char *needs;

	text_init(&words, WORDS_LIMIT);
	if (entry->needs)
		text_addf(&words, "%s, %s", entry->needs, code);
	else
		text_addf(&words, "undecided%s%s: %s", entry->host ? " on " : "",
			  entry->host ? entry->host : "", code);
	needs = text_take(&words);
	text_release(&words);
	if (!needs)
		return -ENOMEM;
	free(entry->needs);
	entry->needs = needs;
	return 0;
}

/* Was this code listed already, for the same machine and command? */
static bool is_repeated(const struct findings *findings, size_t place)
{
	const struct finding *one = LIST_AT(&findings->list, struct finding, place), *other;
	size_t i;

	for (i = 0; i < place; i++) {
		other = LIST_AT(&findings->list, struct finding, i);
		if (gate_is_open(other) && text_equal(other->code, one->code) &&
		    text_equal(other->settle, one->settle) &&
		    text_equal(other->subject.host, one->subject.host))
			return true;
	}
	return false;
}

int gate_open(struct judgement *judgement)
{
	const struct findings *findings = &judgement->findings;
	size_t i;

	drop(&judgement->missing);
	for (i = 0; i < findings->list.count; i++) {
		const struct finding *finding = LIST_AT(&findings->list, struct finding, i);
		struct gate_missing *entry;

		if (!gate_is_open(finding) || is_repeated(findings, i))
			continue;
		entry = entry_for(&judgement->missing, finding);
		if (!entry || add_code(entry, finding->code ? finding->code : ""))
			return -ENOMEM;
	}
	return 0;
}
