/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security groups at an address of GitLab whose port the plan does not tell: what is shut on every
 * port is shut (SG-01), and all else is left to the gate, which misses the URL.
 */
#include "rules/checks/cloud_admission.h"

#include <errno.h>

#define WORDS_LIMIT ((size_t)4096)

/* Does some rule admit some of the range on some port, with all that is in doubt for the best? */
static bool admits_any(struct admission_view *view)
{
	struct group_question question = {
		.facts = view->groups, .groups = &view->interface->groups,
		.local = view->service->address, .hopeful = true,
	};
	struct list atoms = { .count = 0 };
	bool any = false;
	size_t i;

	if (admission_groups(&question, &atoms))
		view->out->error = -ENOMEM;
	for (i = 0; i < atoms.count && !any; i++) {
		const struct admission_atom *atom = LIST_AT(&atoms, struct admission_atom, i);

		any = atom->admits && atom->peers.first <= prefix_last(&reverse_range) &&
		      atom->peers.last >= prefix_first(&reverse_range);
	}
	admission_release(&atoms);
	return any;
}

static void add_shut(struct admission_view *view)
{
	struct finding *finding = admission_finding(view, STATUS_FAIL);
	char range[PREFIX_TEXT_MAX], address[ADDRESS_TEXT_MAX];
	struct text groups;

	if (!finding)
		return;
	text_init(&groups, WORDS_LIMIT);
	admission_add_groups(view, &groups);
	finding->subject.port.known = false;
	finding->share = (struct share){ true, (uint32_t)REVERSE_RANGE_SIZE };
	finding_cause(view->out, finding, "SG-01");
	finding_message(view->out, finding,
			"the security groups of %s (%s) admit nothing of %s to %s on any port, so "
			"not on GitLab's either", view->interface->id, text_string(&groups),
			prefix_print(&reverse_range, range),
			address_print(&view->service->address, address));
	finding_evidence(view->out, finding, "/groups/groups", "rules of %s: none admits any of it",
			 text_string(&groups));
	finding_remedy(view->out, finding, "cloud",
		       "add an inbound rule to %s: accept, TCP, GitLab's port, source %s",
		       view->interface->groups.items[0], range);
	if (text_error(&groups) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&groups);
}

/* GitLab's address without a URL, and so without a port: shut to everybody is shut. */
static bool has_no_port(const struct plan *plan)
{
	return !plan->gitlab.url && plan->link.gitlab_ip.family == ADDRESS_IPV4;
}

void admission_portless(const struct rule_context *context, struct findings *out)
{
	const struct planned_service service = { .address = context->facts->plan.link.gitlab_ip,
						 .gitlab = true };
	struct admission_view view = { .context = context, .groups = &context->facts->groups,
				       .service = &service, .out = out };
	struct finding *finding;
	struct text why;
	bool silent;

	if (!has_no_port(&context->facts->plan))
		return;
	text_init(&why, WORDS_LIMIT);
	if (admission_interface(&view, &silent, &why) && !admission_is_groupless(&view)) {
		if (!admission_misses_group(&view, &why) && !admits_any(&view)) {
			add_shut(&view);
		} else {
			/* which port it is the gate asks for: nothing is wrong here */
			finding = findings_add(out, why.length ? STATUS_UNKNOWN : STATUS_SKIPPED);
			if (finding)
				finding->subject.address = service.address;
			finding_message(out, finding, "%s", why.length ? text_string(&why) :
					"the plan does not say on which port GitLab answers "
					"(gitlab.url)");
			if (why.length)
				finding_settle(out, finding, "reachback docs ram-policy");
		}
	}
	if (text_error(&why) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&why);
}

const char *admission_skip_range(const struct rule_context *context)
{
	const struct facts *facts = context->facts;
	const struct owner_fact *owner = groups_owner(&facts->groups, &facts->plan.link.gitlab_ip);

	if (has_no_port(&facts->plan) && owner && owner->state == FACT_OK && owner->interface)
		return NULL;
	return admission_skip(context);
}
