/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the types of the plan cannot say: URLs have a host, dates are dates, words are known. The
 * same checks serve the file, the options, and a plan inside saved facts.
 */
#include "rules/plan.h"

#include "rules/facts.h"
#include "rules/plan_call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACE_LENGTH_MAX 15
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

struct url_scheme {
	const char *prefix;
	uint32_t port;
};

static const struct url_scheme url_schemes[] = {
	{ "http://", 80 },
	{ "https://", 443 },
};

/* 172.20.5.300 is a mistyped address, not a name: no name's last label is a number. */
static bool is_host_name(const char *host)
{
	const char *label = strrchr(host, '.');
	struct address address;

	if (address_parse(host, &address) == 0)
		return true;
	label = label ? label + 1 : host;
	return *label && strspn(host, DIGITS LETTERS ".-_") == strlen(host) &&
	       strspn(label, DIGITS) != strlen(label) && host[0] != '.' && !strstr(host, "..");
}

static int split_port(const char *after_host, uint32_t *port)
{
	uint64_t number;

	if (*after_host == '\0' || *after_host == '/' || *after_host == '?' || *after_host == '#')
		return 0;
	if (*after_host != ':')
		return -EINVAL;
	after_host++;
	if (text_number(&after_host, 65535, &number) < 0 || number == 0)
		return -EINVAL;
	if (*after_host && !strchr("/?#", *after_host))
		return -EINVAL;
	*port = (uint32_t)number;
	return 0;
}

/* Ends the host that starts at `at`: the byte behind it, NULL when there is no host. */
static const char *end_of_host(const char *at, bool bracketed)
{
	const char *end;

	if (bracketed) {
		end = strchr(at, ']');
		return end && end != at ? end : NULL;
	}
	end = at + strcspn(at, ":/?#");
	return end != at ? end : NULL;
}

static int split_authority(const char *at, char host[PLAN_HOST_MAX], uint32_t *port)
{
	bool bracketed = *at == '[';
	struct address address;
	const char *end;

	at += bracketed;
	end = end_of_host(at, bracketed);
	if (!end || end - at >= PLAN_HOST_MAX)
		return -EINVAL;
	memcpy(host, at, (size_t)(end - at));
	host[end - at] = '\0';
	if (bracketed ? address_parse(host, &address) < 0 || address.family != ADDRESS_IPV6
		      : !is_host_name(host))
		return -EINVAL;
	return split_port(end + bracketed, port);
}

int plan_url_parts(const char *url, char host[PLAN_HOST_MAX], uint32_t *port, struct fault *fault)
{
	const struct url_scheme *scheme = NULL;
	const char *authority;
	size_t i;

	host[0] = '\0';
	for (i = 0; i < sizeof(url_schemes) / sizeof(url_schemes[0]); i++)
		if (text_has_prefix(url, url_schemes[i].prefix))
			scheme = &url_schemes[i];
	if (!scheme)
		return fault_set(fault, -EINVAL,
				 "expected a URL that starts with http:// or https://");
	authority = url + strlen(scheme->prefix);
	/* the value is not shown: what stands before the @ is a secret */
	if (memchr(authority, '@', strcspn(authority, "/?#")))
		return fault_set(fault, -EINVAL, "expected a URL without user name and password");
	*port = scheme->port;
	if (split_authority(authority, host, port) < 0)
		return fault_set(fault, -EINVAL,
				 "expected a URL like https://host[:port]/path, not \"%s\"", url);
	return 0;
}

int plan_url_split(const char *url, char **host, uint32_t *port, struct fault *fault)
{
	char parsed[PLAN_HOST_MAX];
	int error;

	*host = NULL;
	error = plan_url_parts(url, parsed, port, fault);
	if (error < 0)
		return error;
	*host = text_copy(parsed);
	return *host ? 0 : fault_set(fault, -ENOMEM, "out of memory");
}

static int check_url(const char *url, struct fault *fault)
{
	char host[PLAN_HOST_MAX];
	uint32_t port;
	int error;

	error = plan_url_parts(url, host, &port, fault);
	if (error < 0)
		return error;
	if (strpbrk(url, "?#"))
		return fault_set(fault, -EINVAL, "expected a URL without query and fragment");
	if (strpbrk(url, " \"<>\\^`{|}"))
		return fault_set(fault, -EINVAL,
				 "expected a URL without blanks and quotes, not \"%s\"",
				 url);
	return 0;
}

static int check_vantage(const char *word, struct fault *fault)
{
	struct text known;
	int error, i;

	for (i = 0; i < VANTAGE_COUNT; i++)
		if (!strcmp(vantage_words[i], word))
			return 0;
	text_init(&known, FAULT_TEXT_MAX);
	for (i = 0; i < VANTAGE_COUNT; i++)
		text_addf(&known, " \"%s\"", vantage_words[i]);
	error = fault_set(fault, -EINVAL, "expected one of%s, not \"%s\"", text_string(&known),
			  word);
	text_release(&known);
	return error;
}

/* It becomes a part of host names. */
static int check_region(const char *region, struct fault *fault)
{
	size_t length = strlen(region);

	if (length && length < 64 && strspn(region, "abcdefghijklmnopqrstuvwxyz-" DIGITS) == length)
		return 0;
	return fault_set(fault, -EINVAL, "expected a region id like cn-hangzhou, not \"%s\"",
			 region);
}

static int check_interface(const char *name, struct fault *fault)
{
	size_t length = strlen(name);

	if (length && length <= INTERFACE_LENGTH_MAX && !strpbrk(name, "/ \t"))
		return 0;
	return fault_set(fault, -EINVAL, "expected the name of an interface, not \"%s\"", name);
}

static int check_object(const char *json, struct fault *fault)
{
	if (*json != '{')
		return fault_set(fault, -EINVAL, "expected a JSON object, not \"%s\"", json);
	return json_validate(json, strlen(json), fault);
}

static int check_ipv4(const char *string, struct fault *fault)
{
	struct address address;

	if (address_parse(string, &address) == 0 && address.family == ADDRESS_IPV4)
		return 0;
	return fault_set(fault, -EINVAL, "expected an IPv4 address, not \"%s\"", string);
}

static int check_cidr(const char *string, struct fault *fault)
{
	struct prefix prefix;

	if (prefix_parse(string, &prefix) == 0)
		return 0;
	return fault_set(fault, -EINVAL,
			 "expected an IPv4 prefix like 172.20.0.0/16 without host bits, not \"%s\"",
			 string);
}

static int check_not_empty(const char *string, struct fault *fault)
{
	return *string ? 0 : fault_set(fault, -EINVAL, "expected a text that is not empty");
}

static bool is_day(uint64_t year, uint64_t month, uint64_t day)
{
	static const unsigned int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* Two digits behind a "-"; 0 when they are none. */
static uint64_t two_digits(const char *at)
{
	return at[0] == '-' && strspn(at + 1, DIGITS) >= 2 ?
		       (uint64_t)(at[1] - '0') * 10 + (uint64_t)(at[2] - '0') :
		       0;
}

static int check_day(const char *string, struct fault *fault)
{
	uint64_t year = 0;
	int i;

	if (strlen(string) == 10 && strspn(string, DIGITS) == 4) {
		for (i = 0; i < 4; i++)
			year = year * 10 + (uint64_t)(string[i] - '0');
		if (is_day(year, two_digits(string + 4), two_digits(string + 7)))
			return 0;
	}
	return fault_set(fault, -EINVAL, "expected a day like 2026-12-31, not \"%s\"", string);
}

struct check {
	const char *pointer;
	size_t offset; /* of a char * */
	int (*check)(const char *string, struct fault *fault);
};

#define CHECK(at, member, function) { at, offsetof(struct plan, member), function }
#define CHECK_ENDPOINT(key) CHECK("/endpoints/" #key, endpoints.key, check_url)
#define CHECK_RETURN(key, member)                                                                  \
	CHECK("/datacenter/by_vantage/" key "/return_interface",                                   \
	      datacenter.by_vantage.member.return_interface, check_interface)

static const struct check checks[] = {
	CHECK("/region", region, check_region),
	CHECK("/vantage", vantage, check_vantage),
	CHECK("/gitlab/url", gitlab.url, check_url),
	CHECK("/gitlab/token_file", gitlab.token_file, check_not_empty),
	CHECK("/from", from, check_not_empty),
	CHECK("/datacenter/return_interface", datacenter.return_interface, check_interface),
	CHECK_RETURN("gitlab-host", gitlab_host),
	CHECK_RETURN("idc-router", idc_router),
	CHECK_RETURN("vswitch-host", vswitch_host),
	CHECK_ENDPOINT(ecs),
	CHECK_ENDPOINT(vpc),
	CHECK_ENDPOINT(cr),
	CHECK_ENDPOINT(cbn),
	CHECK_ENDPOINT(slb),
	CHECK_ENDPOINT(nlb),
	CHECK_ENDPOINT(alb),
	CHECK_ENDPOINT(pvtz),
	CHECK_ENDPOINT(nis),
	CHECK_ENDPOINT(ram),
	CHECK_ENDPOINT(sts),
	CHECK_ENDPOINT(metadata),
	CHECK("/create_call/query", create_call.query, check_object),
	CHECK("/create_call/body", create_call.body, check_object),
	CHECK("/list_call/query", list_call.query, check_object),
	CHECK("/list_call/body", list_call.body, check_object),
	CHECK("/list_call/match", list_call.match, check_object),
};

struct hop_check {
	const char *pointer;
	size_t offset; /* of a struct address */
};

#define HOP(at, member) { at "/return_next_hop", offsetof(struct plan, member.return_next_hop) }

static const struct hop_check hops[] = {
	HOP("/datacenter", datacenter),
	HOP("/datacenter/by_vantage/gitlab-host", datacenter.by_vantage.gitlab_host),
	HOP("/datacenter/by_vantage/idc-router", datacenter.by_vantage.idc_router),
	HOP("/datacenter/by_vantage/vswitch-host", datacenter.by_vantage.vswitch_host),
};

/* What no router can have: this network, loopback, multicast and above, and the range itself. */
static bool is_no_router(const struct address *address)
{
	uint32_t number = address_ipv4(address);

	if (address->family != ADDRESS_IPV4)
		return false;
	return number >> 24 == 0 || number >> 24 == 127 || number >= 0xe0000000u ||
	       prefix_contains(&reverse_range, number);
}

static int check_hops(const struct plan *plan, struct fault *fault)
{
	char words[ADDRESS_TEXT_MAX];
	size_t i;

	for (i = 0; i < sizeof(hops) / sizeof(hops[0]); i++) {
		const struct address *address =
			(const void *)((const char *)plan + hops[i].offset);

		if (is_no_router(address))
			return fault_set(fault, -EINVAL, "%s: %s cannot be the address of a router",
					 hops[i].pointer, address_print(address, words));
	}
	return 0;
}

/* Puts the pointer in front of what a check said. */
static int at_pointer(int error, const struct fault *said, struct fault *fault, const char *pointer)
{
	if (error < 0)
		fault_set(fault, error, "%s: %s", pointer, fault_text(said, error));
	return error;
}

/* One string of an item of a list. */
struct item {
	const char *list;
	const char *key; /* "/url", or "" for a list of strings */
	bool required;
	int (*check)(const char *string, struct fault *fault);
};

static const struct item other_ip = { "/link/other_ips", "", true, check_ipv4 };
static const struct item cidr = { "/datacenter/cidrs", "", true, check_cidr };
static const struct item maven_url = { "/maven", "/url", true, check_url };
static const struct item accept_code = { "/accept", "/code", true, check_not_empty };
static const struct item accept_reason = { "/accept", "/reason", true, check_not_empty };
static const struct item accept_until = { "/accept", "/until", false, check_day };

static int check_item(const struct item *item, size_t index, const char *string,
		      struct fault *fault)
{
	struct fault said = { 0 };
	char pointer[64];
	int error = 0;

	snprintf(pointer, sizeof(pointer), "%s/%zu%s", item->list, index, item->key);
	if (string)
		error = item->check(string, &said);
	else if (item->required)
		error = fault_set(&said, -EINVAL, "missing");
	return at_pointer(error, &said, fault, pointer);
}

static int check_strings(const struct item *item, const struct strings *strings,
			 struct fault *fault)
{
	size_t i;
	int error = 0;

	for (i = 0; i < strings->count && !error; i++)
		error = check_item(item, i, strings->items[i], fault);
	return error;
}

static int check_lists(const struct plan *plan, struct fault *fault)
{
	const struct plan_accept *accept;
	const struct plan_maven *maven;
	int error;
	size_t i;

	error = check_strings(&other_ip, &plan->link.other_ips, fault);
	if (!error)
		error = check_strings(&cidr, &plan->datacenter.cidrs, fault);
	for (i = 0; i < plan->maven.count && !error; i++) {
		maven = LIST_AT(&plan->maven, struct plan_maven, i);
		error = check_item(&maven_url, i, maven->url, fault);
	}
	for (i = 0; i < plan->accept.count && !error; i++) {
		accept = LIST_AT(&plan->accept, struct plan_accept, i);
		error = check_item(&accept_code, i, accept->code, fault);
		if (!error)
			error = check_item(&accept_reason, i, accept->reason, fault);
		if (!error)
			error = check_item(&accept_until, i, accept->until, fault);
	}
	return error;
}

int plan_check(const struct plan *plan, struct fault *fault)
{
	const struct address *gitlab_ip = &plan->link.gitlab_ip;
	struct fault said = { 0 };
	const char *string;
	int error = 0;
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]) && !error; i++) {
		string = *(char *const *)(const void *)((const char *)plan + checks[i].offset);
		if (string)
			error = at_pointer(checks[i].check(string, &said), &said, fault,
					   checks[i].pointer);
	}
	if (!error && gitlab_ip->family == ADDRESS_IPV6)
		error = fault_set(fault, -EINVAL, "/link/gitlab_ip: expected an IPv4 address");
	if (!error)
		error = check_hops(plan, fault);
	if (!error)
		error = plan_calls_check(plan, fault);
	return error ? error : check_lists(plan, fault);
}
