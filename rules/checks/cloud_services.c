/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services of the plan and the interfaces that own their addresses, for the rules about
 * admission. An empty answer is never taken for "there is no interface" without a reason: a key
 * that may see nothing gets empty lists (MET-09).
 */
#include "rules/checks/cloud_admission.h"

#include "rules/facts_cloud_balancers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const char *admission_name(const struct planned_service *service, char text[32])
{
	char address[ADDRESS_TEXT_MAX];

	(void)snprintf(text, 32, "%.20s:%u", address_print(&service->address, address),
		       service->port);
	return text;
}

struct finding *admission_finding(struct admission_view *view, enum finding_status status)
{
	struct finding *finding = findings_add(view->out, status);

	if (finding && view->service) {
		finding->subject.address = view->service->address;
		finding->subject.port = (struct maybe){ true, view->service->port };
	}
	return finding;
}

static void judge_open(struct admission_view *view, const char *url)
{
	struct finding *finding = findings_add(view->out, STATUS_UNKNOWN);

	if (!finding)
		return;
	finding->subject.url = text_copy(url);
	if (!finding->subject.url)
		view->out->error = -ENOMEM;
	finding_message(view->out, finding,
			"the plan does not say which address is behind %s, so its network "
			"interface is not known", url);
	finding_settle(view->out, finding,
		       "reachback check --link-gitlab-ip ADDRESS --link-other-ips ADDRESSES");
}

void admission_each(const struct rule_context *context, struct findings *out,
		    admission_judge judge)
{
	struct list services = { .count = 0 };
	struct strings open = { .count = 0 };
	struct admission_view view = {
		.context = context, .groups = &context->facts->groups, .services = &services,
		.out = out,
	};
	size_t i;
	int error = planned_services(context->facts, &services, &open);

	for (i = 0; i < services.count && !error; i++) {
		view.service = LIST_AT(&services, struct planned_service, i);
		view.interface = NULL;
		judge(&view);
	}
	view.service = NULL;
	for (i = 0; i < open.count && !error; i++)
		judge_open(&view, open.items[i]);
	if (error)
		out->error = error;
	strings_release(&open);
	free(services.items);
}

bool admission_is_balanced(const struct facts *facts, const struct address *address)
{
	return facts->balancers.section.state == FACT_OK &&
	       balancers_of(&facts->balancers, address) != NULL;
}

/* No interface is to be expected at the address: the data center has it, or a load balancer. */
static bool is_elsewhere(const struct facts *facts, const struct planned_service *service)
{
	return admission_is_balanced(facts, &service->address) ||
	       planned_in_datacenter(&facts->plan, service) ||
	       (service->gitlab && facts->plan.gitlab.access == ACCESS_SLB);
}

const char *admission_skip(const struct rule_context *context)
{
	const struct plan *plan = &context->facts->plan;
	struct list services = { .count = 0 };
	struct strings open = { .count = 0 };
	const char *why = NULL;
	bool outside = true;
	size_t i;
	int error;

	if (context->facts->groups.section.state != FACT_OK)
		return NULL;
	if (!plan->gitlab.url && !plan->maven.count)
		return "the plan names no URL of GitLab or Maven";
	error = planned_services(context->facts, &services, &open);
	for (i = 0; i < services.count && !error; i++) {
		const struct planned_service *one =
			LIST_AT(&services, struct planned_service, i);
		const struct owner_fact *owner = groups_owner(&context->facts->groups,
							      &one->address);

		outside = outside && is_elsewhere(context->facts, one) && owner &&
			  owner->state == FACT_OK && !owner->interface;
	}
	if (error)
		why = rule_skip_failed;
	else if (outside && services.count && !open.count)
		why = "every service address is in the data center or a load balancer's";
	strings_release(&open);
	free(services.items);
	return why;
}

bool admission_interface(struct admission_view *view, bool *silent, struct text *why)
{
	const struct facts *facts = view->context->facts;
	const struct planned_service *service = view->service;
	const struct owner_fact *owner = groups_owner(view->groups, &service->address);

	*silent = false;
	if (owner && owner->state == FACT_OK && owner->interface)
		view->interface = groups_interface(view->groups, owner->interface);
	if (view->interface)
		return true;
	*silent = is_elsewhere(facts, service);
	if (!owner)
		text_add(why, "the cloud was not asked which network interface has the address");
	else if (owner->state != FACT_OK)
		text_addf(why, "which network interface has the address is not known%s%s",
			  owner->note ? ": " : "", owner->note ? owner->note : "");
	else
		text_add(why, "the cloud shows no network interface with this address: it is of "
			      "another region or account, or the key may not see it");
	return false;
}
