/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said where nothing tells on which interface requests arrive. See ingress_ways.h.
 */
#include "rules/checks/ingress_ways.h"

#include <stdio.h>

const struct ingress_fact *ingress_refused(const struct class_view *view)
{
	if (!view->ingress || view->ingress_count == 0)
		return NULL;
	return view->ingress->error ? view->ingress : view->contrary;
}

bool ingress_is_open(const struct class_view *view)
{
	return view->contrary || (view->unasked && view->ingress);
}

void ingress_answer_open(const struct rule_context *context, const struct class_view *view,
			 struct class_answer *answer)
{
	const struct ingress_fact *refused = ingress_refused(view);

	answer->status = STATUS_UNKNOWN;
	if (refused && context->facts->links.section.state == FACT_OK)
		answer->owner = facts_link(context->facts, refused->arrival);
}

void say_ingress(const struct say *say, const struct ingress_fact *entry)
{
	const struct list *ingress = &say->context->facts->routes.ingress;
	char pointer[64];

	if (!entry)
		return;
	snprintf(pointer, sizeof(pointer), "/routes/ingress/%zu",
		 (size_t)(entry - (const struct ingress_fact *)ingress->items));
	if (entry->error)
		finding_evidence(say->out, say->finding, pointer,
				 "the kernel refuses these sources on %s: %s", entry->arrival,
				 entry->error);
	else
		finding_evidence(say->out, say->finding, pointer,
				 "the kernel accepts these sources on %s", entry->arrival);
}

/* "uplink0, uplink1 or wan0" */
static void add_arrivals(struct text *text, const struct service_fact *service)
{
	size_t i, count = service->arrivals.count;

	text_add(text, service->arrival);
	for (i = 0; i < count; i++)
		text_addf(text, "%s%s", i + 1 < count ? ", " : " or ", service->arrivals.items[i]);
}

void say_ingress_open(const struct say *say, const char *how)
{
	const struct class_view *view = say->group->example;
	const struct ingress_fact *refused = ingress_refused(view);
	const struct ingress_fact *accepted = view->ingress->error ? view->contrary : view->ingress;
	struct text names, answers;

	text_init(&names, WORDS_MAX);
	text_init(&answers, WORDS_MAX);
	add_arrivals(&names, view->service);
	if (refused)
		text_addf(&answers, "%s drops them (%s)", refused->arrival, how);
	if (accepted)
		text_addf(&answers, "%s%s lets them in", refused ? ", " : "", accepted->arrival);
	if (!view->contrary)
		text_addf(&answers, ", and %s was not asked about", view->unasked);
	finding_message(say->out, say->finding,
			"requests from %s (%s) could arrive on %s, and nothing declares which: %s",
			say->group->where, say->group->percent, say_text(say, &names),
			say_text(say, &answers));
	finding_settle(say->out, say->finding,
		       "reachback check --return-interface INTERFACE, with the one of %s that "
		       "leads to the VBR (in the plan: datacenter.return_interface)",
		       say_text(say, &names));
	say_ingress(say, refused);
	say_ingress(say, accepted);
	text_release(&answers);
	text_release(&names);
}
