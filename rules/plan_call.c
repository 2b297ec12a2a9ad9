/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call that changes something is not the place to find out that its description is wrong: what
 * can be told from the plan alone is told before anything is asked.
 */
#include "rules/plan_call.h"

#include <errno.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static const char *const value_words[PLAN_VALUES] = {
	[PLAN_VALUE_GITLAB_IP] = "{gitlab_ip}",
	[PLAN_VALUE_OTHER_IPS] = "{other_ips}",
	[PLAN_VALUE_VPC_ID] = "{vpc_id}",
	[PLAN_VALUE_VSWITCH_ID] = "{vswitch_id}",
	[PLAN_VALUE_INSTANCE_ID] = "{instance_id}",
	[PLAN_VALUE_REGION] = "{region}",
};

/* One described operation; `methods` are those that it may be called by. */
struct described {
	const char *pointer;
	const struct plan_call *call;
	const char *const *methods;
};

static const char *const create_methods[] = { "GET", "POST", "PUT", "PATCH", NULL };
/* what lists must not change anything */
static const char *const list_methods[] = { "GET", "POST", NULL };
static const char *const gateway_methods[] = { "GET", "POST", NULL };
static const char *const styles[] = { "RPC", "ROA", NULL };
/* those of the plan's endpoints that take signed calls */
static const char *const products[] = { "ecs", "vpc", "cr", "cbn", "slb", "nlb", "alb", "pvtz",
					"nis", "ram", "sts", NULL };

enum plan_value plan_value_at(const char *at, size_t *length)
{
	size_t i;

	for (i = 0; i < PLAN_VALUES; i++) {
		*length = strlen(value_words[i]);
		if (!strncmp(at, value_words[i], *length))
			return (enum plan_value)i;
	}
	*length = 1;
	return PLAN_VALUES;
}

static int check_word(const struct described *at, const char *key, const char *word,
		      const char *const *words, struct fault *fault)
{
	struct text known;
	size_t i;
	int code;

	if (!word || !*word)
		return 0;
	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return 0;
	text_init(&known, FAULT_TEXT_MAX);
	for (i = 0; words[i]; i++)
		text_addf(&known, "%s\"%s\"", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
	code = fault_set(fault, -EINVAL, "%s/%s: expected %s, not \"%s\"", at->pointer, key,
			 text_string(&known), word);
	text_release(&known);
	return code;
}

/* It becomes a header of the request. */
static int check_name(const struct described *at, const char *key, const char *name,
		      struct fault *fault)
{
	if (!name || strspn(name, LETTERS DIGITS "-_.") == strlen(name))
		return 0;
	return fault_set(fault, -EINVAL, "%s/%s: expected letters and digits, not \"%s\"",
			 at->pointer, key, name);
}

static int check_segment(const struct described *at, const char *segment, size_t length, bool last,
			 struct fault *fault)
{
	size_t i, step;

	/* servers and libraries take such ones out, and what was signed is not what was asked */
	if ((!length && !last) || (length == 1 && segment[0] == '.') ||
	    (length == 2 && segment[0] == '.' && segment[1] == '.'))
		return fault_set(fault, -EINVAL,
				 "%s/path: expected no empty, \".\" and \"..\" parts in \"%s\"",
				 at->pointer, at->call->path);
	for (i = 0; i < length; i += step) {
		enum plan_value value = plan_value_at(segment + i, &step);

		if (strchr("{}", segment[i]) &&
		    (value == PLAN_VALUES || value == PLAN_VALUE_OTHER_IPS))
			return fault_set(fault, -EINVAL,
					 "%s/path: \"%.*s\" is no value that a path may hold "
					 "(accepted: {gitlab_ip}, {vpc_id}, {vswitch_id}, "
					 "{instance_id}, {region})", at->pointer,
					 (int)(length - i), segment + i);
	}
	return 0;
}

static int check_path(const struct described *at, struct fault *fault)
{
	const char *path = at->call->path, *c;
	int code = 0;

	if (*path != '/')
		return fault_set(fault, -EINVAL, "%s/path: expected a path that begins with \"/\", "
						 "not \"%s\"", at->pointer, path);
	for (c = path; *c; c++)
		if ((unsigned char)*c <= ' ' || strchr("?#%\\\"\x7f", *c))
			return fault_set(fault, -EINVAL, "%s/path: expected a path as it is before "
							 "it is encoded, without a query, not "
							 "\"%s\"", at->pointer, path);
	for (c = path; *c == '/' && !code; ) {
		size_t length = strcspn(c + 1, "/");

		code = check_segment(at, c + 1, length, c[1 + length] == '\0', fault);
		c += 1 + length;
	}
	return code;
}

static bool is_set(const char *word)
{
	return word && *word;
}

static int check_style(const struct described *at, struct fault *fault)
{
	const struct plan_call *call = at->call;
	bool roa = call->style && !strcmp(call->style, "ROA");

	if (roa && is_set(call->action) && !is_set(call->path))
		return fault_set(fault, -EINVAL, "%s/path: missing: an operation of style ROA is "
						 "told by its path", at->pointer);
	if (roa)
		return is_set(call->path) ? check_path(at, fault) : 0;
	if (is_set(call->path) && strcmp(call->path, "/") != 0)
		return fault_set(fault, -EINVAL, "%s/path: expected \"/\" for style RPC, not "
						 "\"%s\"", at->pointer, call->path);
	return check_word(at, "method", call->method, gateway_methods, fault);
}

static int check_described(const struct described *at, struct fault *fault)
{
	const struct plan_call *call = at->call;
	int code = check_word(at, "style", call->style, styles, fault);

	if (!code)
		code = check_word(at, "product", call->product, products, fault);
	if (!code)
		code = check_word(at, "method", call->method, at->methods, fault);
	if (!code)
		code = check_name(at, "action", call->action, fault);
	if (!code)
		code = check_name(at, "version", call->version, fault);
	if (!code)
		code = check_style(at, fault);
	if (code)
		return code;
	if (is_set(call->body) && strcmp(call->body, "{}") != 0 && call->method &&
	    !strcmp(call->method, "GET"))
		return fault_set(fault, -EINVAL, "%s/body: a request of method GET has none",
				 at->pointer);
	return 0;
}

int plan_calls_check(const struct plan *plan, struct fault *fault)
{
	const struct plan_list_call *list = &plan->list_call;
	const struct plan_call listing = {
		.action = list->action, .version = list->version, .style = list->style,
		.method = list->method, .path = list->path, .product = list->product,
		.body = list->body,
	};
	const struct described create_call = { "/create_call", &plan->create_call,
					       create_methods };
	const struct described list_call = { "/list_call", &listing, list_methods };
	int code = check_described(&create_call, fault);

	return code ? code : check_described(&list_call, fault);
}
