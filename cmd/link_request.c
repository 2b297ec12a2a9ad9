/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of a link, from plan and form. */
#include "cmd/change.h"
#include "cmd/link.h"
#include "cmd/link_values.h"

#include <errno.h>
#include <string.h>

#define VALUE_LIMIT ((size_t)64 * 1024)

bool link_is_called(const struct plan *plan, int kind)
{
	return kind == CREATE_REGISTRY || (plan->create_call.action && plan->create_call.action[0]);
}

static int copy_or(char **place, const char *value, const char *otherwise)
{
	*place = text_copy(value && value[0] ? value : otherwise);
	return *place ? 0 : -ENOMEM;
}

/* A form for the gateways' own style, a JSON document where paths tell the operations. */
static int fill_body(const struct plan_call *plan, const struct report_form *form,
		     struct change_call *call, struct fault *fault)
{
	if (text_equal(call->style, "ROA"))
		return values_document(form, plan->body, &call->document, fault);
	return values_flat(form, plan->body, &call->body, fault);
}

static int fill_call(const struct plan_call *plan, const struct report_form *form,
		     struct change_call *call, struct fault *fault)
{
	int code = copy_or(&call->product, plan->product, "cr");

	if (!code)
		code = copy_or(&call->action, plan->action, "");
	if (!code)
		code = copy_or(&call->version, plan->version, "2018-12-01");
	if (!code)
		code = copy_or(&call->style, plan->style, "RPC");
	if (!code)
		code = copy_or(&call->method, plan->method, "POST");
	if (!code)
		code = values_path(form, plan->path && *plan->path ? plan->path : "/", &call->path,
				   fault);
	if (!code)
		code = values_flat(form, plan->query, &call->query, fault);
	return code ? code : fill_body(plan, form, call, fault);
}

/* The same operation words; what is special about a list stands beside it. */
static struct plan_call call_of_list(const struct plan_list_call *list)
{
	return (struct plan_call){ .action = list->action, .version = list->version,
				   .style = list->style, .method = list->method,
				   .path = list->path, .product = list->product,
				   .query = list->query, .body = list->body };
}

static int prepare_source(struct link *link, const struct report_form *form, struct fault *fault)
{
	const struct plan_list_call *list = &link->plan->list_call;
	const struct plan_call call = call_of_list(list);
	size_t i;
	int code = fill_call(&link->plan->create_call, form, &link->make.call, fault);

	link->listed = list->action && list->action[0];
	if (!code && link->listed && !list->match)
		return fault_set(fault, -EINVAL, "list_call needs \"match\": the fields that tell "
						 "this link from others");
	if (!code && link->listed)
		code = fill_call(&call, form, &link->look.call, fault);
	if (!code && link->listed)
		code = values_fields(form, list->match, &link->look.match, fault);
	if (code || link->listed)
		return code;
	code = copy_or(&link->look.vswitch_id, form->vswitch_id, "");
	if (!code)
		code = strings_add(&link->look.addresses, form->gitlab_ip);
	for (i = 0; i < form->other_ips.count && !code; i++)
		code = strings_add(&link->look.addresses, form->other_ips.items[i]);
	return code;
}

static int prepare_registry(struct link *link, const struct report_form *form,
			    struct fault *fault)
{
	const struct plan_call make = { .action = (char *)"CreateInstanceVpcEndpointLinkedVpc" };
	const struct plan_call look = { .action = (char *)"GetInstanceVpcEndpoint" };
	const char *module = link->settings->module &&
			     !strcmp(link->settings->module, "chart") ? "Chart" : "Registry";
	const struct {
		struct list *parameters;
		const char *name, *value;
	} rows[] = {
		{ &link->make.call.query, "InstanceId", form->instance_id },
		{ &link->make.call.query, "VpcId", form->vpc_id },
		{ &link->make.call.query, "VswitchId", form->vswitch_id },
		{ &link->make.call.query, "ModuleName", module },
		{ &link->make.call.query, "EnableCreateDNSRecordInPvzt",
		  link->settings->no_dns_record ? "false" : "true" },
		{ &link->look.call.query, "InstanceId", form->instance_id },
		{ &link->look.call.query, "ModuleName", module },
		{ &link->look.match, "VpcId", form->vpc_id },
	};
	size_t i;
	int code = fill_call(&make, form, &link->make.call, fault);

	link->listed = true;
	if (!code)
		code = copy_or(&link->look.list_name, "LinkedVpcs", "");
	if (!code)
		code = fill_call(&look, form, &link->look.call, fault);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && !code; i++)
		code = change_parameter_add(rows[i].parameters, rows[i].name, rows[i].value);
	return code;
}

static void word_call(const struct change_call *call, struct text *out)
{
	const struct list *const lists[] = { &call->query, &call->body };
	size_t i, j;

	text_addf(out, "%s %s %s %s %s", call->method, call->path, call->product, call->action,
		  call->version);
	for (i = 0; i < 2; i++)
		for (j = 0; j < lists[i]->count; j++) {
			const struct change_parameter *one =
				LIST_AT(lists[i], struct change_parameter, j);

			text_addf(out, " %s=%s", one->name, one->value);
		}
	if (call->document)
		text_addf(out, " %s", call->document);
}

/* What is about to be asked, for the report and for whoever is asked to agree. */
static int show(struct link *link)
{
	struct text words, json;

	text_init(&words, VALUE_LIMIT * 4);
	text_init(&json, VALUE_LIMIT * 4);
	word_call(&link->make.call, &words);
	record_write(&change_call_record, &link->make.call, &json, -1);
	link->done->request_words = text_take(&words);
	link->done->request = text_take(&json);
	text_release(&words);
	text_release(&json);
	return link->done->request_words && link->done->request ? 0 : -ENOMEM;
}

int link_prepare(struct link *link, struct fault *fault)
{
	const struct report_form *form = link->form;
	int code;

	link->make.make = true;
	link->look.cloud = link->make.cloud = *link->cloud;
	link->look.cloud.plan = *link->plan;
	link->look.cloud.plan.region = form->region;
	link->make.cloud.plan = link->look.cloud.plan;
	code = link->done->kind == CREATE_REGISTRY ? prepare_registry(link, form, fault) :
						     prepare_source(link, form, fault);
	return code ? code : show(link);
}
