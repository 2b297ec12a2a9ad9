/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports that NAT rules send elsewhere: asked of the helper program reachback-probe-nat, where the
 * kernel tracks connections (without that there is no NAT) and the caller may list rules.
 *
 * What could not be read is the section's note: the listeners themselves stay known.
 */
#include "probes/published.h"

#include "probes/helper.h"
#include "probes/messages.h"
#include "probes/system_file.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HELPER_NAME "reachback-probe-nat"
#define HELPER_OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define HELPER_TIME_MS 3000
#define PORTS_TEXT_MAX ((size_t)2048)
#define NOTES_MAX ((size_t)4096)

static const char *const module_marks[] = {
	"/sys/module/nf_conntrack", "/sys/module/nf_tables", "/sys/module/nf_nat",
};

/* 1: something here could change destinations, or nothing tells; 0: nothing can. */
static int may_translate(void)
{
	int code;
	size_t i;

	for (i = 0; i < sizeof(module_marks) / sizeof(module_marks[0]); i++) {
		code = system_exists(module_marks[i]);
		if (code > 0 || system_denied(code))
			return 1;
		if (code)
			return code;
	}
	code = system_exists("/sys/module");
	return system_denied(code) ? 1 : code < 0 ? code : !code;
}

/* Does a line of the file hold the word? Lines may be many; each is short. */
static int file_names(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	int found = 0;

	if (!file)
		return -errno;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, word) != NULL;
	if (!found && ferror(file))
		found = -EIO;
	(void)fclose(file);
	return found;
}

/*
 * Asking nf_tables makes a kernel with modules load it: nothing may be asked for that is not there.
 * A kernel without modules has no list of them; built-in code is known by its symbols alone.
 */
static int has_nf_tables(void)
{
	int code = file_names("/proc/modules", "nf_tables ");

	if (!code)
		code = file_names("/proc/kallsyms", " nft_register_chain_type");
	return system_absent(code) || system_denied(code) ? 1 : code;
}

/* Behind what was noted before. More may be published than was found. */
static int add_note(struct listeners_facts *listeners, const char *words)
{
	char *before = listeners->section.note;
	struct text both;

	listeners->nat_unknown = true;
	text_init(&both, NOTES_MAX);
	text_addf(&both, "%s%s%s", before ? before : "", before ? "; " : "", words);
	listeners->section.note = text_take(&both);
	free(before);
	return listeners->section.note ? 0 : -ENOMEM;
}

/* Tables of the older kind are not listed by nftables. */
static int look_for_legacy(struct listeners_facts *listeners)
{
	char names[1024];
	char *cursor = names;
	const char *line;
	int code = system_file_read("/proc/net/ip_tables_names", names, sizeof(names));

	if (system_denied(code))
		return add_note(listeners, "NAT rules of iptables-legacy may not be read here: "
					   "they may send a service port elsewhere");
	if (code < 0)
		return system_absent(code) ? 0 : code;
	for (line = strsep(&cursor, "\n"); line; line = strsep(&cursor, "\n"))
		if (text_equal(line, "nat"))
			return add_note(listeners, "NAT rules of iptables-legacy were not read: "
						   "they may send a service port elsewhere");
	return 0;
}

/* Behind the rows of command lines. */
static int take(struct listeners_facts *listeners, struct listeners_facts *found)
{
	size_t i;

	for (i = 0; i < found->published.count; i++) {
		struct published_fact *row =
			LIST_AT(&found->published, struct published_fact, i);
		struct published_fact *kept = list_add(&listeners->published, sizeof(*kept));

		if (!kept)
			return -ENOMEM;
		*kept = *row;
		memset(row, 0, sizeof(*row));
	}
	listeners->nat_unknown |= found->nat_unknown;
	return found->section.note ? add_note(listeners, found->section.note) : 0;
}

/* A loader that fails ends with the status of a missing program: only the file tells them apart. */
static bool is_installed(const struct probe_context *context)
{
	char path[4096];

	return (size_t)snprintf(path, sizeof(path), "%s/%s", context->helper_dir, HELPER_NAME) <
		       sizeof(path) &&
	       access(path, F_OK) == 0;
}

/* Whoever may read the rules is not told "ready" for want of a program beside this one. */
static int missing(struct fault *fault)
{
	*fault = (struct fault){ 0 };
	return fault_set(fault, -ENOENT, "NAT rules may send a service port elsewhere, and "
			 HELPER_NAME ", which reads them, is not installed");
}

static int ask(const struct probe_context *context, const char *ports,
	       struct listeners_facts *listeners, struct fault *fault)
{
	struct helper_call call = { .name = HELPER_NAME, .argument = ports,
				    .deadline_ms = probe_now_ms() + HELPER_TIME_MS };
	struct listeners_facts found = { .section.state = FACT_ABSENT };
	const struct record *record = section_record(SECTION_LISTENERS);
	struct text answer;
	cJSON *json = NULL;
	int code;

	if (call.deadline_ms > context->deadline_ms)
		call.deadline_ms = context->deadline_ms;
	text_init(&answer, HELPER_OUTPUT_MAX);
	code = helper_run(context, &call, &answer, fault);
	if (!code)
		code = json_parse(text_string(&answer), answer.length, &json, fault);
	if (!code)
		code = record_read(record, json, &found, 0, fault);
	if (!code)
		code = take(listeners, &found);
	else if (call.status == HELPER_DENIED)
		code = add_note(listeners, "NAT rules may not be read here: they may send a "
					   "service port elsewhere");
	else if (call.status == HELPER_MISSING && !is_installed(context))
		code = missing(fault);
	else if (code == -ETIMEDOUT)
		code = add_note(listeners, "NAT rules were not read: listing them takes too long");
	cJSON_Delete(json);
	record_release(record, &found);
	text_release(&answer);
	return code;
}

static int read_rules(const struct probe_context *context, const bool *ports,
		      struct listeners_facts *listeners, struct fault *fault)
{
	struct text words;
	uint32_t port;
	int code;

	text_init(&words, PORTS_TEXT_MAX);
	for (port = 1; port < MESSAGE_PORTS; port++)
		if (ports[port])
			text_addf(&words, "%s%u", words.length ? "," : "", (unsigned int)port);
	code = text_error(&words);
	if (!code)
		code = ask(context, text_string(&words), listeners, fault);
	text_release(&words);
	return code ? code : look_for_legacy(listeners);
}

int published_read_nat(const struct probe_context *context, const bool *ports,
		       struct listeners_facts *listeners, struct fault *fault)
{
	int code = may_translate();

	if (code < 0)
		return fault_set(fault, code, "cannot tell whether this kernel tracks connections");
	if (!code)
		return 0;
	if (context->helper_dir && context->capabilities & (uint64_t)1 << CAP_NET_ADMIN) {
		code = has_nf_tables();
		if (code < 0)
			return fault_set(fault, code, "cannot tell whether nf_tables is loaded");
		return code ? read_rules(context, ports, listeners, fault)
			    : look_for_legacy(listeners);
	}
	/* forwarding or not: where nothing is forwarded, what is sent elsewhere arrives nowhere */
	return add_note(listeners, "NAT rules may be read by root only: they may send a service "
				   "port elsewhere, past what listens here");
}
