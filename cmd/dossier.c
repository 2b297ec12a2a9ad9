/* SPDX-License-Identifier: Apache-2.0 */
/* Saved facts beside our own. */
#include "cmd/dossier.h"

#include "cmd/judge.h"
#include "rules/join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_other(struct dossier *dossier, const struct facts *facts, const char *path,
		     const char *why)
{
	struct gate_missing *missing = list_add(&dossier->others, sizeof(*missing));
	struct text words;

	if (!missing)
		return -ENOMEM;
	text_init(&words, 8192);
	text_add_clean(&words, path, TEXT_FOREIGN_MAX);
	text_addf(&words, ": %s", why);
	missing->vantage = text_copy(vantage_words[facts_vantage(facts, NULL)]);
	missing->what = text_copy("facts of this plan");
	missing->needs = text_take(&words);
	missing->command = text_copy("reachback collect --plan FILE");
	missing->needed = true;
	text_release(&words);
	return missing->vantage && missing->what && missing->needs && missing->command ? 0 :
											 -ENOMEM;
}

/* Of the same plan as our own? Its accept list is not part of that. */
static int place(struct dossier *dossier, const struct facts *own, struct facts *facts,
		 const char *path)
{
	const struct facts *const pair[] = { own, facts };
	struct fault fault = { .code = 0 };
	struct join join;
	int code;

	code = join_choose(pair, 2, &join, &fault);
	if (code == -EINVAL)
		return add_other(dossier, facts, path, fault_text(&fault, code));
	if (code)
		return code;
	join_release(&join);
	dossier->facts[dossier->count++] = facts;
	return 0;
}

/* Changes the list for a copy of that of `own`. */
static int take_acceptance(const struct plan *own, struct plan *plan)
{
	struct list theirs = plan->accept;
	struct plan copy;
	int code;

	memset(&copy, 0, sizeof(copy));
	code = record_copy(&plan_section_record, own, &copy);
	plan->accept = copy.accept;
	copy.accept = theirs;
	plan_release(&copy);
	return code;
}

static int read_one(struct dossier *dossier, const struct facts *own, const char *path,
		    struct fault *fault)
{
	struct facts *facts = &dossier->files[dossier->file_count];
	int code;

	facts_init(facts);
	dossier->file_count++;
	code = judge_read(path, facts, fault);
	if (!code)
		code = take_acceptance(&own->plan, &facts->plan);
	return code ? code : place(dossier, own, facts, path);
}

int dossier_read(const struct settings *settings, const struct facts *own,
		  struct dossier *dossier, struct fault *fault)
{
	size_t most = settings->given_count + settings->operand_count + 1, i;
	int code = 0;

	memset(dossier, 0, sizeof(*dossier));
	dossier->files = calloc(most, sizeof(*dossier->files));
	dossier->facts = calloc(most, sizeof(*dossier->facts));
	if (!dossier->files || !dossier->facts)
		return -ENOMEM;
	dossier->facts[dossier->count++] = own;
	for (i = 0; i < settings->given_count && !code; i++)
		if (strcmp(settings->given[i].option->name, "facts") == 0)
			code = read_one(dossier, own, settings->given[i].value, fault);
	for (i = 0; i < settings->operand_count && !code; i++)
		code = read_one(dossier, own, settings->operands[i], fault);
	return code;
}

int dossier_settle(struct dossier *dossier, struct judgement *judgement)
{
	struct gate_missing *place;
	size_t i;

	for (i = 0; i < dossier->others.count; i++) {
		place = list_add(&judgement->missing, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = *LIST_AT(&dossier->others, struct gate_missing, i);
		memset(LIST_AT(&dossier->others, struct gate_missing, i), 0, sizeof(*place));
	}
	return judgement_settle(judgement);
}

void dossier_release(struct dossier *dossier)
{
	size_t i;

	for (i = 0; i < dossier->file_count; i++)
		facts_release(&dossier->files[i]);
	for (i = 0; i < dossier->others.count; i++)
		gate_missing_release(LIST_AT(&dossier->others, struct gate_missing, i));
	free(dossier->others.items);
	free(dossier->files);
	free(dossier->facts);
	memset(dossier, 0, sizeof(*dossier));
}
