/* SPDX-License-Identifier: Apache-2.0 */
/* The values of the link's form, derived. */
#include "rules/checks/endpoint_form.h"

#include "rules/checks/endpoint_names.h"

#include <errno.h>
#include <stdlib.h>

/* Addresses that builds touch, each once and in order. */
struct form {
	struct list addresses;  /* struct address: all but a public one of GitLab's own name */
	struct address gitlab;  /* for the first field; none: family 0 */
	bool open;              /* some name has no address */
	int error;              /* latched -ENOMEM */
};

static bool is_declared_network(const struct plan *plan, uint32_t ipv4)
{
	size_t i;

	if (plan->link.vswitch_cidr.known && prefix_contains(&plan->link.vswitch_cidr, ipv4))
		return true;
	for (i = 0; i < plan->datacenter.cidrs.count; i++) {
		struct prefix prefix;

		if (!prefix_parse(plan->datacenter.cidrs.items[i], &prefix) &&
		    prefix_contains(&prefix, ipv4))
			return true;
	}
	return false;
}

bool form_is_public(const struct plan *plan, const struct address *address)
{
	/* RFC 1918; then what RFC 6890 gives to no peer: 0/8, 127/8, 169.254/16, 224/3 */
	static const struct prefix others[] = {
		{ true, 8, 0x0a000000 }, { true, 12, 0xac100000 }, { true, 16, 0xc0a80000 },
		{ true, 8, 0x00000000 }, { true, 8, 0x7f000000 }, { true, 16, 0xa9fe0000 },
		{ true, 3, 0xe0000000 },
	};
	uint32_t ipv4 = address_ipv4(address);
	size_t i;

	if (address->family != ADDRESS_IPV4)
		return false;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (prefix_contains(&others[i], ipv4))
			return false;
	return !is_declared_network(plan, ipv4);
}

static bool holds(const struct form *form, const struct address *address)
{
	size_t i;

	for (i = 0; i < form->addresses.count; i++)
		if (address_equal(LIST_AT(&form->addresses, struct address, i), address))
			return true;
	return false;
}

bool form_is_planned_host(const struct endpoints_facts *endpoints, const char *host, int purpose)
{
	size_t i;

	for (i = 0; i < endpoints->targets.count; i++) {
		const struct endpoint_target *one =
			LIST_AT(&endpoints->targets, struct endpoint_target, i);

		if (one->purpose == purpose && text_equal(one->host, host))
			return true;
	}
	return false;
}

bool form_is_own(const struct endpoints_facts *endpoints, const struct endpoint_target *target)
{
	return target->root_purpose == PURPOSE_GITLAB &&
	       form_is_planned_host(endpoints, target->host, PURPOSE_GITLAB);
}

static void add(struct form *form, const struct address *address)
{
	struct address *place;

	if (holds(form, address))
		return;
	place = list_add(&form->addresses, sizeof(*place));
	if (place)
		*place = *address;
	else
		form->error = -ENOMEM;
}

static void add_target(const struct rule_context *context, const struct endpoint_target *target,
		       struct form *form)
{
	const struct plan *plan = &context->facts->plan;
	bool own = form_is_own(&context->facts->endpoints, target);
	struct address address;
	struct name_view view;
	size_t i;

	if (target->literal) {
		if (address_parse(target->host, &address) || address.family != ADDRESS_IPV4)
			return;
		add(form, &address);
		if (own)
			form->gitlab = address;
		return;
	}
	name_view_find(&view, &context->facts->endpoints, target->host);
	form->open = form->open || !name_view_count(&view);
	for (i = 0; i < name_view_count(&view); i++) {
		if (!name_view_address(&view, i, &address) ||
		    (own && form_is_public(plan, &address) && !endpoints_is_listed(plan, &address)))
			continue;
		add(form, &address);
		/* the declared one where it is still among them, else the first */
		if (own && (!form->gitlab.family || address_equal(&address, &plan->link.gitlab_ip)))
			form->gitlab = address;
	}
}

static int compare(const void *a, const void *b)
{
	return address_compare(a, b);
}

static void find_form(const struct rule_context *context, struct form *form)
{
	const struct list *targets = &context->facts->endpoints.targets;
	size_t i;

	*form = (struct form){ .open = false };
	for (i = 0; i < targets->count && !form->error; i++) {
		const struct endpoint_target *target = LIST_AT(targets, struct endpoint_target, i);

		if (endpoint_is_built_from(target))
			add_target(context, target, form);
	}
	list_sort(&form->addresses, sizeof(struct address), compare);
}

static void print_others(const struct form *form, struct text *out)
{
	char text[ADDRESS_TEXT_MAX];
	bool any = false;
	size_t i;

	for (i = 0; i < form->addresses.count; i++) {
		const struct address *one = LIST_AT(&form->addresses, struct address, i);

		if (address_equal(one, &form->gitlab))
			continue;
		text_addf(out, "%s%s", any ? ", " : "", address_print(one, text));
		any = true;
	}
	if (!any)
		text_add(out, "none");
}

static void print_gitlab(const struct form *form, struct text *out)
{
	char text[ADDRESS_TEXT_MAX];

	text_add(out, form->gitlab.family ? address_print(&form->gitlab, text)
					  : "GitLab's private address");
}

void form_print(const struct rule_context *context, struct text *out)
{
	struct form form;

	find_form(context, &form);
	text_add(out, "GitLab private IP: ");
	print_gitlab(&form, out);
	text_add(out, "; Other IP addresses: ");
	print_others(&form, out);
	if (form.error)
		out->error = form.error;
	free(form.addresses.items);
}

void form_remedy(const struct rule_context *context, struct findings *out,
		 struct finding *finding)
{
	struct form form;
	struct text values;

	find_form(context, &form);
	text_init(&values, 16384);
	print_gitlab(&form, &values);
	finding_remedy(out, finding, "form", "GitLab private IP: %s", text_string(&values));
	text_clear(&values);
	print_others(&form, &values);
	finding_remedy(out, finding, "form", "Other IP addresses: %s", text_string(&values));
	if (form.error || text_error(&values) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&values);
	free(form.addresses.items);
}

static void add_declared(const struct plan_link *link, struct form *form)
{
	struct address address;
	size_t i;

	if (link->gitlab_ip.family) {
		add(form, &link->gitlab_ip);
		if (!form->gitlab.family)
			form->gitlab = link->gitlab_ip;
	}
	for (i = 0; i < link->other_ips.count; i++)
		if (!address_parse(link->other_ips.items[i], &address))
			add(form, &address);
}

int form_values(const struct facts *facts, struct address *gitlab, struct list *others)
{
	const struct rule_context context = { .facts = facts };
	struct form form;
	size_t i, kept = 0;

	find_form(&context, &form);
	add_declared(&facts->plan.link, &form);
	list_sort(&form.addresses, sizeof(struct address), compare);
	for (i = 0; i < form.addresses.count; i++) {
		const struct address *one = LIST_AT(&form.addresses, struct address, i);

		if (!address_equal(one, &form.gitlab))
			*LIST_AT(&form.addresses, struct address, kept++) = *one;
	}
	form.addresses.count = kept;
	*gitlab = form.gitlab;
	*others = form.addresses;
	return form.error;
}

/* Adds the address where nothing leads to it. */
static void add_idle(const struct form *form, const struct address *address, struct text *idle)
{
	char text[ADDRESS_TEXT_MAX];

	if (address->family && !holds(form, address))
		text_addf(idle, "%s%s", idle->length ? ", " : "", address_print(address, text));
}

void form_tell_idle(const struct rule_context *context, struct findings *out,
		    struct finding *finding)
{
	const struct plan_link *link = &context->facts->plan.link;
	struct address address;
	struct form form;
	struct text idle;
	size_t i;

	find_form(context, &form);
	text_init(&idle, 16384);
	add_idle(&form, &link->gitlab_ip, &idle);
	for (i = 0; i < link->other_ips.count; i++)
		if (!address_parse(link->other_ips.items[i], &address))
			add_idle(&form, &address, &idle);
	if (idle.length && !form.open)
		finding_next(out, finding, "in the form, but nothing that was seen leads there: "
					   "%s; keep it where builds use it otherwise",
			     text_string(&idle));
	if (form.error || text_error(&idle) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&idle);
	free(form.addresses.items);
}
