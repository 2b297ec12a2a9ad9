/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services without a proof. What no class shows cannot be fine: the rules over classes do not know.
 * Where one of them knows why there is no proof (the way to the service is refused), that is the
 * one cause, and everything else about the service is blocked by it.
 */
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_LIMIT ((size_t)4096)

/* A service without a proof, and why. */
struct unproved {
	const struct service_fact *fact; /* NULL: only classes name it */
	const char *service;             /* NULL: there is none at all */
	const char *reason;
	const struct rule *cause; /* that knows more; NULL: none */
};

struct unproved_list {
	struct unproved *items;
	size_t count;
};

static int add_unproved(struct unproved_list *list, const struct service_fact *fact,
			const char *service, const char *reason)
{
	struct unproved *items = realloc(list->items, (list->count + 1) * sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count++] =
		(struct unproved){ .fact = fact, .service = service, .reason = reason };
	return 0;
}

static int find_unproved(const struct rule_context *context, const struct proofs *proofs,
			 struct unproved_list *list)
{
	const struct services_facts *services = &context->facts->services;
	bool any = false;
	int error = 0;
	size_t i;

	for (i = 0; services->section.state == FACT_OK && i < services->services.count; i++) {
		const struct service_fact *service =
			LIST_AT(&services->services, struct service_fact, i);
		const char *reason = proof_defect(proofs, service);

		any = true;
		if (reason && !error)
			error = add_unproved(list, service, service->service, reason);
	}
	for (i = 0; i < proofs->count && !error; i++) {
		const struct proof *proof = &proofs->items[i];

		if (proof->service || proof->vswitch || !proof_is_plain(proof))
			continue;
		any = true;
		if (!proof->whole)
			error = add_unproved(list, NULL, proof->name,
					     "the classes in the facts leave addresses out");
	}
	if (!any && !error)
		error = add_unproved(list, NULL, NULL, "no service address is known to prove");
	return error;
}

static void find_causes(const struct rule_context *context, const struct class_rules *set,
			struct unproved_list *list, struct findings *out)
{
	size_t i, rule;

	for (i = 0; i < list->count; i++) {
		struct unproved *one = &list->items[i];

		for (rule = 0; one->fact && !one->cause && rule < set->count; rule++)
			if (set->rules[rule]->judge_unproved &&
			    set->rules[rule]->judge_unproved(context, one->fact, out))
				one->cause = set->rules[rule];
	}
}

static struct finding *new_finding(const struct rule *rule, enum finding_status status,
				   struct findings *out)
{
	struct finding *finding = findings_add(out, status);

	if (!finding)
		return NULL;
	finding->code = text_copy(rule->code);
	if (!finding->code)
		out->error = -ENOMEM;
	return finding;
}

/* What this rule does not know, of the services whose cause nobody knows. */
static void add_unknown(const struct rule *rule, const struct unproved_list *list,
			struct findings *out)
{
	struct finding *finding = NULL;
	struct text message;
	size_t i;

	text_init(&message, MESSAGE_LIMIT);
	for (i = 0; i < list->count && !out->error; i++) {
		const struct unproved *one = &list->items[i];

		if (one->cause)
			continue;
		text_add(&message, finding ? "; " : "not proved ");
		if (!finding)
			finding = new_finding(rule, STATUS_UNKNOWN, out);
		if (finding && one->service &&
		    strings_add(&finding->subject.services, one->service))
			out->error = -ENOMEM;
		text_addf(&message, "%s%s: %s", one->service ? "for " : "",
			  one->service ? one->service : "at all", one->reason);
	}
	if (text_error(&message) == -ENOMEM)
		out->error = -ENOMEM;
	if (finding) {
		finding_message(out, finding, "%s", text_string(&message));
		finding_settle(out, finding, "on the machine that owns the service address: "
					     "reachback check --service ADDRESS:PORT");
	}
	text_release(&message);
}

static void add_blocker(struct finding *finding, const struct rule *cause, struct findings *out)
{
	if (!strings_contain(&finding->blocked_by, cause->code) &&
	    strings_add(&finding->blocked_by, cause->code))
		out->error = -ENOMEM;
	strings_sort(&finding->blocked_by);
}

/* What this rule would say of the services whose cause another one knows. */
static void add_blocked(const struct rule *rule, const struct unproved_list *list,
			struct findings *out)
{
	struct finding *finding = NULL;
	const struct rule *cause = NULL;
	struct text names;
	size_t i;

	text_init(&names, MESSAGE_LIMIT);
	for (i = 0; i < list->count && !out->error; i++) {
		const struct unproved *one = &list->items[i];

		if (!one->cause || one->cause == rule)
			continue;
		if (!finding)
			finding = new_finding(rule, STATUS_BLOCKED, out);
		if (!finding)
			break;
		cause = one->cause;
		finding_service(out, finding, one->service);
		add_blocker(finding, cause, out);
		text_addf(&names, "%s%s", names.length ? ", " : "", one->service);
	}
	if (text_error(&names) == -ENOMEM)
		out->error = -ENOMEM;
	if (finding)
		finding_message(out, finding, "hidden for %s: mend %s first", text_string(&names),
				cause->code);
	text_release(&names);
}

/* Free rules spoke before the cause was known: what they do not know of the service is blocked. */
static void block_unknown(const struct unproved *one, struct findings *out)
{
	size_t i;

	for (i = 0; i < out->list.count && !out->error; i++) {
		struct finding *finding = LIST_AT(&out->list, struct finding, i);

		if (finding->status != STATUS_UNKNOWN ||
		    !address_equal(&finding->subject.address, &one->fact->address) ||
		    !finding->subject.port.known ||
		    finding->subject.port.value != one->fact->port)
			continue;
		finding->status = STATUS_BLOCKED;
		strings_release(&finding->causes);
		free(finding->settle);
		finding->settle = NULL;
		add_blocker(finding, one->cause, out);
		finding_message(out, finding, "hidden for %s: mend %s first", one->service,
				one->cause->code);
	}
}

int engine_unproved(const struct rule_context *context, const struct class_rules *set,
		    const struct proofs *proofs, struct findings *out)
{
	struct unproved_list list = { NULL, 0 };
	int error = find_unproved(context, proofs, &list);
	size_t i;

	if (!error && list.count) {
		find_causes(context, set, &list, out);
		for (i = 0; i < list.count; i++)
			if (list.items[i].cause)
				block_unknown(&list.items[i], out);
		for (i = 0; i < set->count && !out->error; i++) {
			if (set->rules[i]->severity == SEVERITY_NOTE)
				continue;
			add_unknown(set->rules[i], &list, out);
			add_blocked(set->rules[i], &list, out);
		}
	}
	free(list.items);
	return error ? error : out->error;
}
