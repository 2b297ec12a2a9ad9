/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the given facts count, and whether they may be judged together at all. Paths are in
 * join_paths.c, findings in join_judge.c.
 */
#include "rules/join.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CANONICAL_MAX ((size_t)64 * 1024 * 1024)
#define WORDS_MAX ((size_t)4096)

static int no_memory(struct fault *fault)
{
	return fault_set(fault, -ENOMEM, "out of memory");
}

static const char *machine_word(const struct facts *facts)
{
	if (facts->host.name)
		return facts->host.name;
	return facts->host.machine ? facts->host.machine : "a machine without a name";
}

/* Where two plans differ first. Both trees come from plan_canonical(). */
static void add_difference(const cJSON *one, const cJSON *other, struct text *pointer)
{
	const cJSON *a, *b;

	if (!cJSON_IsObject(one) || !cJSON_IsObject(other))
		return;
	for (a = one->child; a; a = a->next) {
		b = cJSON_GetObjectItemCaseSensitive(other, a->string);
		if (b && cJSON_Compare(a, b, 1))
			continue;
		text_addf(pointer, "/%s", a->string);
		if (b)
			add_difference(a, b, pointer);
		return;
	}
	for (b = other->child; b; b = b->next) {
		if (!cJSON_GetObjectItemCaseSensitive(one, b->string)) {
			text_addf(pointer, "/%s", b->string);
			return;
		}
	}
}

static int refuse_plans(const struct text *canonical, const struct text *other, size_t place,
			const struct facts *const *facts, struct fault *fault)
{
	cJSON *a = NULL, *b = NULL;
	struct text pointer;
	int error;

	text_init(&pointer, WORDS_MAX);
	text_add(&pointer, "/plan");
	error = json_parse(text_string(canonical), canonical->length, &a, fault);
	if (!error)
		error = json_parse(text_string(other), other->length, &b, fault);
	if (!error) {
		add_difference(a, b, &pointer);
		error = fault_set(fault, -EINVAL,
				  "facts 1 (%s) and %zu (%s) were collected with different plans: "
				  "they differ at %s; keys that belong to one machine go to "
				  "datacenter.by_vantage",
				  machine_word(facts[0]), place + 1, machine_word(facts[place]),
				  text_string(&pointer));
	}
	cJSON_Delete(a);
	cJSON_Delete(b);
	text_release(&pointer);
	return error;
}

static int check_plans(const struct facts *const *facts, size_t count, struct fault *fault)
{
	struct text first, other;
	int error;
	size_t i;

	text_init(&first, CANONICAL_MAX);
	text_init(&other, CANONICAL_MAX);
	error = plan_canonical(&facts[0]->plan, &first);
	for (i = 1; i < count && !error; i++) {
		text_clear(&other);
		error = plan_canonical(&facts[i]->plan, &other);
		if (!error && !text_equal(text_string(&first), text_string(&other)))
			error = refuse_plans(&first, &other, i, facts, fault);
	}
	text_release(&first);
	text_release(&other);
	return error ? fault_set(fault, error, "the plans could not be compared") : 0;
}

/* One network namespace of one machine. Facts that do not say where they are from stand alone. */
static bool is_same_machine(const struct facts *a, const struct facts *b)
{
	if (!a->host.machine || !b->host.machine)
		return false;
	return text_equal(a->host.machine, b->host.machine) &&
	       text_equal(a->host.netns_name, b->host.netns_name);
}

/* Facts that were given, in an order that is their own: not that in which they were given. */
struct candidate {
	const struct facts *facts;
	struct text content; /* made where nothing shorter tells two apart */
};

static const char *content_of(struct candidate *candidate)
{
	if (!candidate->content.length)
		facts_write(candidate->facts, &candidate->content, -1);
	return text_string(&candidate->content);
}

/*
 * By machine, then by time (RFC 3339 in UTC: its order is that of text), so that the newest of a
 * machine stands last. Equal only where all is equal.
 */
static int compare_candidates(struct candidate *a, struct candidate *b)
{
	int order = text_compare(a->facts->host.machine, b->facts->host.machine);

	if (!order)
		order = text_compare(a->facts->host.netns_name, b->facts->host.netns_name);
	if (!order)
		order = text_compare(a->facts->started, b->facts->started);
	if (!order)
		order = text_compare(a->facts->host.name, b->facts->host.name);
	return order ? order : strcmp(content_of(a), content_of(b));
}

/* Puts `facts` in its place among the `count` before it; the same facts once. */
static int insert_candidate(struct candidate *candidates, size_t *count, const struct facts *facts)
{
	struct candidate added = { .facts = facts };
	size_t place = *count, i;
	int order = 0;

	text_init(&added.content, CANONICAL_MAX * 8);
	for (i = 0; i < *count; i++) {
		order = compare_candidates(&added, &candidates[i]);
		if (order <= 0) {
			place = i;
			break;
		}
	}
	if (place < *count && order == 0) {
		order = text_error(&added.content);
		text_release(&added.content);
		return order;
	}
	memmove(&candidates[place + 1], &candidates[place],
		(*count - place) * sizeof(*candidates));
	candidates[place] = added;
	(*count)++;
	return text_error(&added.content);
}

static int note_left_out(struct join *join, const struct facts *old, const struct facts *newer)
{
	struct text note;
	int error;

	text_init(&note, WORDS_MAX);
	text_addf(&note, "facts of %s from %s are left out: there are newer ones from %s",
		  machine_word(old), old->started ? old->started : "an unknown time",
		  newer->started ? newer->started : "an unknown time");
	error = text_error(&note);
	if (!error)
		error = strings_add(&join->notes, text_string(&note));
	text_release(&note);
	return error;
}

static int add_machine(struct join *join, const struct facts *facts)
{
	struct join_machine *machine = list_add(&join->machines, sizeof(*machine));
	struct text name;

	if (!machine)
		return -ENOMEM;
	machine->facts = facts;
	machine->vantage = facts_vantage(facts, NULL);
	text_init(&name, WORDS_MAX);
	text_add(&name, machine_word(facts));
	if (facts->host.netns_name)
		text_addf(&name, "/%s", facts->host.netns_name);
	machine->name = text_take(&name);
	text_release(&name);
	return machine->name ? 0 : -ENOMEM;
}

static bool is_unique(const struct join *join, const struct join_machine *machine)
{
	const struct join_machine *other;
	size_t i;

	for (i = 0; i < join->machines.count; i++) {
		other = LIST_AT(&join->machines, struct join_machine, i);
		if (other != machine && text_equal(other->name, machine->name))
			return false;
	}
	return true;
}

/* Namespaces of one machine share its node name: the hash, or a number, tells them apart. */
static int make_unique(struct join *join)
{
	struct join_machine *machine;
	struct text name;
	char *unique;
	size_t i;

	for (i = 0; i < join->machines.count; i++) {
		machine = LIST_AT(&join->machines, struct join_machine, i);
		if (is_unique(join, machine))
			continue;
		text_init(&name, WORDS_MAX);
		if (machine->facts->host.machine)
			text_addf(&name, "%s (%s)", machine->name, machine->facts->host.machine);
		else
			text_addf(&name, "%s (facts %zu)", machine->name, i + 1);
		unique = text_take(&name);
		text_release(&name);
		if (!unique)
			return -ENOMEM;
		free(machine->name);
		machine->name = unique;
	}
	return 0;
}

static int compare_machines(const void *one, const void *two)
{
	const struct join_machine *a = one, *b = two;
	int order = (int)a->vantage - (int)b->vantage;

	if (!order)
		order = strcmp(a->name, b->name);
	return order; /* the rest stays as the candidates stood */
}

/* Nothing tells which of two is the newer one: either could be what is true no more. */
static int refuse_tie(const struct facts *facts, struct fault *fault)
{
	return fault_set(fault, -EINVAL,
			 "two different facts of %s were observed at %s: give the ones that count",
			 machine_word(facts), facts->started ? facts->started : "an unknown time");
}

/* The last of the candidates from the machine of the one at `place`: the newest. */
static size_t newest_of(const struct candidate *candidates, size_t count, size_t place)
{
	while (place + 1 < count &&
	       is_same_machine(candidates[place].facts, candidates[place + 1].facts))
		place++;
	return place;
}

static int choose(const struct candidate *candidates, size_t count, struct join *join,
		  struct fault *fault)
{
	int error = 0;
	size_t i;

	for (i = 0; i < count && !error; i++)
		error = text_error(&candidates[i].content);
	for (i = 0; i < count && !error; i++) {
		size_t place = newest_of(candidates, count, i);
		const struct facts *facts = candidates[i].facts;
		const struct facts *newest = candidates[place].facts;

		if (place == i)
			error = add_machine(join, facts);
		else if (text_equal(facts->started, newest->started))
			error = refuse_tie(newest, fault);
		else
			error = note_left_out(join, facts, newest);
	}
	if (error)
		return error;
	list_sort(&join->machines, sizeof(struct join_machine), compare_machines);
	return make_unique(join);
}

int join_choose(const struct facts *const *facts, size_t count, struct join *join,
		struct fault *fault)
{
	struct candidate *candidates;
	size_t chosen = 0, i;
	int error;

	memset(join, 0, sizeof(*join));
	if (!count)
		return fault_set(fault, -EINVAL, "expected facts of at least one machine");
	error = check_plans(facts, count, fault);
	if (error)
		return error;
	candidates = calloc(count + 1, sizeof(*candidates));
	if (!candidates)
		return no_memory(fault);
	for (i = 0; i < count && !error; i++)
		error = insert_candidate(candidates, &chosen, facts[i]);
	if (!error)
		error = choose(candidates, chosen, join, fault);
	for (i = 0; i < chosen; i++)
		text_release(&candidates[i].content);
	free(candidates);
	if (!error)
		return 0;
	join_release(join);
	return error == -ENOMEM ? no_memory(fault) :
				  fault_set(fault, error, "the facts could not be compared");
}

static bool has_looked(const struct join_machine *machine)
{
	return machine->facts->endpoints.section.state == FACT_OK;
}

void join_pairs(const struct join *join, join_pair_judge *judge, struct findings *findings)
{
	const struct join_machine *machines = join->machines.items;
	size_t i, j;

	for (i = 0; i < join->machines.count; i++)
		for (j = i + 1; j < join->machines.count; j++)
			if (has_looked(&machines[i]) && has_looked(&machines[j]))
				judge(&machines[i], &machines[j], findings);
}

void join_release(struct join *join)
{
	size_t i;

	for (i = 0; i < join->machines.count; i++)
		free(LIST_AT(&join->machines, struct join_machine, i)->name);
	for (i = 0; i < join->paths.count; i++)
		free(LIST_AT(&join->paths, struct join_path, i)->spans.items);
	free(join->machines.items);
	free(join->paths.items);
	strings_release(&join->notes);
	memset(join, 0, sizeof(*join));
}
