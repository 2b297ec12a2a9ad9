/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options for the keys of the plan, made from the plan's record table, and their way into a plan.
 *
 * A scalar key has the option section-key ("--gitlab-url"); the keys of the plan itself and of
 * `datacenter` stand bare ("--region", "--return-next-hop"). Not options: what is nested deeper,
 * free-form objects, and `accept`, which has an option of its own.
 */
#include "cmd/option.h"

#include "cmd/input.h"
#include "cmd/nearest.h"
#include "rules/rule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BARE_SECTION "datacenter"
#define NAME_MAX_BYTES 64

static bool is_scalar(const struct field *field)
{
	return field->type != FIELD_OBJECT && field->type != FIELD_LIST &&
	       field->type != FIELD_JSON && strcmp(field->name, "schema") != 0;
}

/* Keeps a text that options point to. NULL when out of memory. */
static char *keep_text(struct option_set *set, char *text)
{
	char **texts;

	if (!text)
		return NULL;
	texts = realloc(set->texts, (set->text_count + 1) * sizeof(*texts));
	if (!texts) {
		free(text);
		return NULL;
	}
	set->texts = texts;
	set->texts[set->text_count++] = text;
	return text;
}

static const char *words_argument(struct option_set *set, const struct field *field)
{
	struct text text;
	size_t i;

	text_init(&text, NAME_MAX_BYTES * 2);
	for (i = 0; field->words[i]; i++) {
		if (field->words[i][0] == '\0')
			continue;
		text_addf(&text, "%s%s", text.length ? "|" : "", field->words[i]);
	}
	return keep_text(set, text_take(&text));
}

static const char *argument_name(struct option_set *set, const struct field *field)
{
	static const struct { const char *ending, *argument; } endings[] = {
		{ "url", "URL" }, { "_file", "FILE" }, { "_id", "ID" }, { "cidrs", "CIDR" },
		{ "_ips", "ADDRESS" }, { "interface", "DEV" }, { "region", "REGION" },
		{ "vantage", "VANTAGE" }, { "from", "DEV|ADDRESS" },
	};
	size_t length = strlen(field->name), i;

	if (field->type == FIELD_ENUM)
		return words_argument(set, field);
	if (field->type == FIELD_ADDRESS)
		return "ADDRESS";
	if (field->type == FIELD_PREFIX)
		return "CIDR";
	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t part = strlen(endings[i].ending);

		if (length >= part && strcmp(field->name + length - part, endings[i].ending) == 0)
			return endings[i].argument;
	}
	return "TEXT";
}

static int add_option(struct option_set *set, const char *section, const struct field *field,
		      const struct field *outer)
{
	bool bare = !section || strcmp(section, BARE_SECTION) == 0;
	struct option *options, *option;
	struct text name, key;
	char *mark;

	options = realloc(set->made, (set->count + 2) * sizeof(*options));
	if (!options)
		return -ENOMEM;
	set->options = set->made = options;
	option = &options[set->count];
	memset(option, 0, 2 * sizeof(*option));
	text_init(&name, NAME_MAX_BYTES);
	text_init(&key, NAME_MAX_BYTES);
	text_addf(&name, "%s%s%s", bare ? "" : section, bare ? "" : "-", field->name);
	text_addf(&key, "%s%s%s", section ? section : "", section ? "." : "", field->name);
	for (mark = name.data; mark && (mark = strchr(mark, '_')) != NULL;)
		*mark = '-';
	option->name = keep_text(set, text_take(&name));
	option->key = keep_text(set, text_take(&key));
	option->argument = argument_name(set, field);
	if (!option->name || !option->key || !option->argument) {
		memset(option, 0, sizeof(*option));
		return -ENOMEM;
	}
	option->kind = OPTION_PLAN;
	option->commands = COMMAND_PLANS;
	option->group = "Plan";
	option->help = field->doc;
	option->field = field;
	option->list = outer && outer->type == FIELD_LIST ? outer : NULL;
	option->offset = (outer ? outer->offset : 0) + (option->list ? 0u : field->offset);
	option->repeatable = option->list || field->type == FIELD_STRINGS;
	set->count++;
	return 0;
}

static int add_section(struct option_set *set, const struct field *outer)
{
	const struct field *field;
	int code = 0;

	for (field = outer->record->fields; field->name && !code; field++)
		if (is_scalar(field))
			code = add_option(set, outer->name, field, outer);
	return code;
}

int option_set_complete(struct option_set *set)
{
	const struct field *field;
	int code = 0;

	if (set->made)
		return 0;
	set->made = calloc(set->count + 1, sizeof(*set->made));
	if (!set->made)
		return -ENOMEM;
	memcpy(set->made, set->options, set->count * sizeof(*set->made));
	set->options = set->made;
	for (field = plan_record.fields; field->name && !code; field++) {
		if (is_scalar(field))
			code = add_option(set, NULL, field, NULL);
		else if (field->record && strcmp(field->name, "accept") != 0)
			code = add_section(set, field);
	}
	return code;
}

static int set_string(char **member, const char *value)
{
	char *copy = text_clean(value, strlen(value));

	if (!copy)
		return -ENOMEM;
	free(*member);
	*member = copy;
	return 0;
}

static int set_word(const struct option *option, int *member, const char *value,
		    struct fault *fault)
{
	int i;

	for (i = 0; option->field->words[i]; i++) {
		if (value[0] != '\0' && strcmp(option->field->words[i], value) == 0) {
			*member = i;
			return 0;
		}
	}
	return fault_set(fault, -EINVAL, "--%s: unknown word \"%s\" (accepted: %s)", option->name,
			 value, option->argument);
}

/* Writes one value where its field lies; `object` is the plan or an item of its list. */
static int set_field(const struct option *option, void *place, const char *value,
		     struct fault *fault)
{
	char words[PREFIX_TEXT_MAX];
	struct prefix loose;

	switch (option->field->type) {
	case FIELD_STRING:
		return set_string(place, value);
	case FIELD_STRINGS:
		return strings_add(place, value);
	case FIELD_ENUM:
		return set_word(option, place, value, fault);
	case FIELD_ADDRESS:
		if (address_parse(value, place) == 0)
			return 0;
		return fault_set(fault, -EINVAL, "--%s: \"%s\" is no IP address", option->name,
				 value);
	case FIELD_PREFIX:
		if (prefix_parse(value, place) == 0)
			return 0;
		if (prefix_parse_loose(value, &loose) == 0)
			return fault_set(fault, -EINVAL,
					 "--%s: \"%s\" has bits set behind its length; \"%s\"?",
					 option->name, value, prefix_print(&loose, words));
		return fault_set(fault, -EINVAL,
				 "--%s: \"%s\" is no IPv4 prefix such as \"192.168.1.0/24\"",
				 option->name, value);
	default:
		return fault_set(fault, -EINVAL, "--%s cannot be given as an option", option->name);
	}
}

/* Was this option given before row `index`? The first one replaces what the file said. */
static bool given_before(const struct settings *settings, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (settings->given[i].option == settings->given[index].option)
			return true;
	return false;
}

/* The first key of a list's item opens a new item; its other keys fill the last one. */
static int apply_to_list(const struct settings *settings, size_t index, struct plan *plan,
			 struct fault *fault)
{
	const struct option *option = settings->given[index].option;
	struct list *list = (struct list *)(void *)((char *)plan + option->offset);
	const struct record *record = option->list->record;
	char *item;

	if (option->field == &record->fields[0]) {
		if (!given_before(settings, index)) {
			size_t i;

			for (i = 0; i < list->count; i++)
				record_release(record, (char *)list->items + i * record->size);
			list->count = 0;
		}
		item = list_add(list, record->size);
		if (!item)
			return -ENOMEM;
	} else if (list->count == 0) {
		return fault_set(fault, -EINVAL, "--%s must follow a --%s-%s", option->name,
				 option->list->name, record->fields[0].name);
	} else {
		item = (char *)list->items + (list->count - 1) * record->size;
	}
	return set_field(option, item + option->field->offset, settings->given[index].value, fault);
}

/* An option speaks of this machine: what the file says for machines of any vantage gives way. */
static void forget_by_vantage(struct plan *plan, size_t offset)
{
	struct plan_return *returns[] = {
		&plan->datacenter.by_vantage.gitlab_host,
		&plan->datacenter.by_vantage.idc_router,
		&plan->datacenter.by_vantage.vswitch_host,
	};
	size_t i;

	for (i = 0; i < sizeof(returns) / sizeof(returns[0]); i++) {
		if (offset == offsetof(struct plan, datacenter.return_next_hop)) {
			memset(&returns[i]->return_next_hop, 0, sizeof(struct address));
		} else if (offset == offsetof(struct plan, datacenter.return_interface)) {
			free(returns[i]->return_interface);
			returns[i]->return_interface = NULL;
		}
	}
}

static int apply_plan_option(const struct settings *settings, size_t index, struct plan *plan,
			     struct fault *fault)
{
	const struct option *option = settings->given[index].option;
	char *place = (char *)plan + option->offset;

	if (option->list)
		return apply_to_list(settings, index, plan, fault);
	if (option->field->type == FIELD_STRINGS && !given_before(settings, index))
		strings_release((struct strings *)(void *)place);
	forget_by_vantage(plan, option->offset);
	return set_field(option, place, settings->given[index].value, fault);
}

static int check_code(const char *code, struct fault *fault)
{
	struct nearest nearest;
	size_t i;

	if (rule_find(code))
		return 0;
	if (cause_find(code))
		return fault_set(fault, -EINVAL,
				 "--accept: %s is a cause, not a rule; its rules: "
				 "\"reachback explain %s\"", code, code);
	nearest_init(&nearest, code);
	for (i = 0; i < rule_catalog_count; i++)
		nearest_offer(&nearest, rule_catalog[i]->code);
	if (nearest.best)
		return fault_set(fault, -EINVAL,
				 "--accept: unknown rule \"%s\", did you mean \"%s\"?", code,
				 nearest.best);
	return fault_set(fault, -EINVAL, "--accept: unknown rule \"%s\" (see \"reachback rules\")",
			 code);
}

/* CODE[:SUBJECT]=REASON; the reason is what stands behind the first "=". */
static int apply_accept(const char *value, struct plan *plan, struct fault *fault)
{
	const char *reason = strchr(value, '=');
	const char *subject = strchr(value, ':');
	size_t code_length;
	struct plan_accept *accept;

	if (!reason || reason[1] == '\0' || reason == value)
		return fault_set(fault, -EINVAL,
				 "--accept: \"%s\" names no reason (accepted: "
				 "CODE[:SUBJECT]=REASON)", value);
	if (subject && subject > reason)
		subject = NULL;
	code_length = (size_t)((subject ? subject : reason) - value);
	accept = list_add(&plan->accept, sizeof(*accept));
	if (!accept)
		return -ENOMEM;
	accept->code = text_clean(value, code_length);
	accept->reason = text_clean(reason + 1, strlen(reason + 1));
	if (subject)
		accept->subject = text_clean(subject + 1, (size_t)(reason - subject - 1));
	if (!accept->code || !accept->reason || (subject && !accept->subject))
		return -ENOMEM;
	return check_code(accept->code, fault);
}

int options_apply(const struct settings *settings, struct plan *plan, struct fault *fault)
{
	size_t i;
	int code = 0;

	for (i = 0; i < settings->given_count && !code; i++) {
		const struct given *given = &settings->given[i];

		if (given->option->kind == OPTION_PLAN)
			code = apply_plan_option(settings, i, plan, fault);
		else if (strcmp(given->option->name, "accept") == 0)
			code = apply_accept(given->value, plan, fault);
		else
			continue;
		plan->state = FACT_OK;
	}
	if (!code && plan->state == FACT_OK)
		code = plan_check(plan, fault);
	return code;
}

static int read_plan(const char *path, struct plan *plan, struct fault *fault)
{
	struct fault inner = { .code = 0 };
	struct text bytes;
	int code;

	text_init(&bytes, PLAN_SIZE_MAX);
	code = input_read(path, &bytes, fault);
	if (!code) {
		plan_release(plan);
		code = plan_read(text_string(&bytes), bytes.length, plan, &inner);
		if (code)
			fault_set(fault, code, "%s: %s", path, fault_text(&inner, code));
	}
	text_release(&bytes);
	return code;
}

int plan_load(const struct settings *settings, struct plan *plan, struct fault *fault)
{
	/* where facts were collected is not the plan's to forget: it serves several machines */
	char *vantage = plan->vantage;
	int code = 0;

	if (settings->plan_file) {
		plan->vantage = NULL;
		code = read_plan(settings->plan_file, plan, fault);
		if (!code)
			plan->state = FACT_OK;
		if (plan->vantage)
			free(vantage);
		else
			plan->vantage = vantage;
	}
	return code ? code : options_apply(settings, plan, fault);
}
