/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only this machine gets for a name: its hosts file or --resolve (DNS-07), its search list
 * (DNS-11), and IPv6 addresses without a way to them (DNS-04). Each means that what is tried by
 * hand on this machine meets other addresses than a build would, or that a build is slower than it
 * need be.
 */
#include "rules/checks/endpoint_names.h"

#include "rules/text.h"

#include <errno.h>

static void add_words(const struct strings *addresses, struct text *words)
{
	size_t i;

	for (i = 0; i < addresses->count && i < 4; i++)
		text_addf(words, "%s%s", i ? ", " : "", addresses->items[i]);
	if (addresses->count > i)
		text_addf(words, " and %zu more", addresses->count - i);
}

/* "builds get 172.20.5.10 from 192.0.2.53:53", "by itself it leads to no IPv4 address". */
static void add_view(const struct name_view *view, struct text *words)
{
	if (!name_view_count(view) || view->a->question) {
		text_add(words, view->server ? "by itself it leads to no IPv4 address"
					     : "no name server says what builds get");
		return;
	}
	text_add(words, "builds get ");
	add_words(&view->a->addresses, words);
	text_addf(words, " from %s", view->server);
}

/* A warning that this machine goes by `row`, and builds by something else. */
static struct finding *add_other(const struct endpoint_target *target,
				 const struct name_view *view, const struct name_fact *row,
				 const char *who, struct findings *out)
{
	struct finding *finding = endpoint_finding(out, STATUS_WARN, target, RUNG_NAME);
	struct text words;

	text_init(&words, 1024);
	text_addf(&words, "%s gives ", who);
	add_words(&row->addresses, &words);
	text_addf(&words, " for %s here; ", target->host);
	add_view(view, &words);
	if (text_error(&words) == -ENOMEM)
		out->error = -ENOMEM;
	finding_message(out, finding, "%s", text_string(&words));
	text_release(&words);
	if (!finding)
		return NULL;
	name_row_tell(view->endpoints, row, out, finding);
	if (view->a && view->a != row)
		name_row_tell(view->endpoints, view->a, out, finding);
	return finding;
}

/* The option stands for the name servers here, and nowhere else. */
static void judge_option(const struct endpoint_target *target, const struct name_view *view,
			 struct findings *out)
{
	const struct name_fact *row = view->a ? view->a : view->aaaa;
	struct name_view served;
	struct finding *finding;

	name_view_of_servers(&served, view->endpoints, view->host);
	if (view->a && name_view_count(&served) &&
	    name_same_addresses(&view->a->addresses, &served.a->addresses)) {
		finding = endpoint_finding(out, STATUS_PASS, target, RUNG_NAME);
		finding_message(out, finding, "--resolve says the same for %s as %s", target->host,
				served.server);
		return;
	}
	finding = add_other(target, &served, row, "--resolve", out);
	finding_cause(out, finding, "DNS-07");
	finding_expected(out, finding, "the name servers lead %s where --resolve does",
			 target->host);
	finding_remedy(out, finding, "option", "check again without --resolve, which no build has");
	finding_remedy(out, finding, "cloud", "let the PrivateZone record of %s say the same",
		       target->host);
}

static void judge_hosts_file(const struct rule_context *context,
			     const struct endpoint_target *target, const struct name_view *view,
			     struct findings *out)
{
	const struct name_fact *a = name_row_find(view->endpoints, target->host, "hosts", "A");
	const struct name_fact *aaaa =
		name_row_find(view->endpoints, target->host, "hosts", "AAAA");
	const struct name_fact *row = a ? a : aaaa;
	struct finding *finding;

	(void)context;
	if (view->option) {
		judge_option(target, view, out);
		return;
	}
	if (!row) {
		finding = endpoint_finding(out, STATUS_PASS, target, RUNG_NAME);
		finding_message(out, finding, "the hosts file does not name %s", target->host);
	} else if (row->outcome != NAME_ANSWERED) {
		finding = endpoint_finding(out, STATUS_UNKNOWN, target, RUNG_NAME);
		finding_message(out, finding, "the hosts file could not be read to its end");
		finding_settle(out, finding, "less /etc/hosts");
	} else if (a && view->a && name_same_addresses(&a->addresses, &view->a->addresses)) {
		finding = endpoint_finding(out, STATUS_PASS, target, RUNG_NAME);
		finding_message(out, finding, "the hosts file says the same for %s as %s",
				target->host, view->server);
	} else {
		finding = add_other(target, view, row, "the hosts file", out);
		finding_cause(out, finding, "DNS-07");
		finding_expected(out, finding, "the hosts file leaves %s to the name servers",
				 target->host);
		finding_remedy(out, finding, "hosts-file", "take the line of %s out", target->host);
		finding_remedy(out, finding, "cloud", "add a PrivateZone record for %s, which "
						      "builds see, too", target->host);
	}
}

static void evaluate_hosts_file(const struct rule_context *context, struct findings *out)
{
	endpoint_each_name(context, judge_hosts_file, out);
}

const struct rule rule_hosts_file_agrees = {
	.code = "hosts-file-agrees",
	.area = "names",
	.title = "neither this machine's hosts file nor --resolve says anything else than the name "
		 "servers",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DNS-07" },
	.why = "builds have another hosts file: what works here by a line of it works nowhere "
	       "else; the rungs above are tried on what name servers give, and on that line only "
	       "where they give nothing; --resolve goes before both, and what works by it alone "
	       "is no proof for a build",
	.evidence = "/etc/hosts (or /etc/netns/NAME/hosts), or the option, against the answer of "
		    "the name servers",
	.remedies = {
		{ "option", "check again without --resolve" },
		{ "hosts-file", "take the line out, then check again" },
		{ "cloud", "add a PrivateZone record, which builds see, too" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = endpoint_no_url,
	.eval = evaluate_hosts_file,
};

static void judge_search(const struct rule_context *context, const struct endpoint_target *target,
			 const struct name_view *view, struct findings *out)
{
	const struct name_fact *row = name_row_searched(view->endpoints, target->host);
	struct finding *finding;

	(void)context;
	if (!row || (row != view->a && view->a &&
		     name_same_addresses(&row->addresses, &view->a->addresses))) {
		finding = endpoint_finding(out, STATUS_PASS, target, RUNG_NAME);
		finding_message(out, finding, "%s leads to the same address with any search list",
				target->host);
		return;
	}
	finding = add_other(target, view, row, "the search list", out);
	finding_cause(out, finding, "DNS-11");
	finding_expected(out, finding, "a name that needs no search list: %s", row->question);
	finding_remedy(out, finding, "gitlab", "write %s for %s, in the plan, in the form and in "
					       "external_url", row->question, target->host);
}

static void evaluate_search(const struct rule_context *context, struct findings *out)
{
	endpoint_each_name(context, judge_search, out);
}

const struct rule rule_names_fully_qualified = {
	.code = "names-fully-qualified",
	.area = "names",
	.title = "no name depends on this machine's search list",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DNS-11" },
	.why = "a name without a dot is completed by each machine's own search list: a build has "
	       "another one, or none, and finds another host or nothing",
	.evidence = "the answers for the name with each domain of the search list, and as it "
		    "stands",
	.remedies = {
		{ "gitlab", "write the whole name wherever the short one stands" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = endpoint_no_url,
	.eval = evaluate_search,
};

/* Attempts on the addresses of one family of the host: tried and connected. */
static void count_attempts(const struct endpoints_facts *endpoints, const char *host, int family,
			   size_t *tried, size_t *connected)
{
	size_t i;

	*tried = *connected = 0;
	for (i = 0; i < endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, i);
		const struct endpoint_target *target;

		/* there may be a thousand: look for the target of few */
		if (attempt->address.family != family || attempt->tcp.outcome == TCP_UNTRIED)
			continue;
		target = endpoints_target(endpoints, attempt->url);
		if (!target || !text_equal(target->host, host))
			continue;
		++*tried;
		*connected += attempt->tcp.outcome == TCP_CONNECTED;
	}
}

static void judge_ipv6(const struct rule_context *context, const struct endpoint_target *target,
		       const struct name_view *view, struct findings *out)
{
	size_t tried, connected, plain_tried, plain_connected = 0;
	struct finding *finding;

	(void)context;
	count_attempts(view->endpoints, target->host, ADDRESS_IPV6, &tried, &connected);
	if (view->aaaa && view->aaaa->addresses.count)
		count_attempts(view->endpoints, target->host, ADDRESS_IPV4, &plain_tried,
			       &plain_connected);
	if (!view->aaaa || !view->aaaa->addresses.count || connected) {
		finding = endpoint_finding(out, STATUS_PASS, target, RUNG_NAME);
		finding_message(out, finding, connected ? "%s answers over IPv6, too"
							: "%s has no IPv6 address",
				target->host);
	} else if (!tried || !plain_connected) {
		finding = endpoint_finding(out, STATUS_UNKNOWN, target, RUNG_NAME);
		finding_message(out, finding, tried ? "%s answers neither over IPv4 nor IPv6"
						    : "no IPv6 address of %s was tried",
				target->host);
		finding_settle(out, finding, "reachback check --vantage vswitch-host");
	} else {
		finding = endpoint_finding(out, STATUS_WARN, target, RUNG_NAME);
		if (!finding)
			return;
		finding_cause(out, finding, "DNS-04");
		finding_message(out, finding, "%s has IPv6 addresses that do not answer here: "
					      "%zu tried, none connected", target->host, tried);
		finding_expected(out, finding, "IPv4 addresses alone, or IPv6 ones that answer");
		name_row_tell(view->endpoints, view->aaaa, out, finding);
		finding_remedy(out, finding, "dns", "take the AAAA record of %s out of the zone "
						    "that the VPC sees", target->host);
	}
}

static void evaluate_ipv6(const struct rule_context *context, struct findings *out)
{
	endpoint_each_name(context, judge_ipv6, out);
}

const struct rule rule_ipv6_addresses_answer = {
	.code = "ipv6-addresses-answer",
	.area = "names",
	.title = "names with IPv6 addresses answer over IPv6, too",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DNS-04" },
	.after = { "names-answer" },
	.why = "many clients try IPv6 first: without a way there each connection begins with a "
	       "pause or an error; links themselves are IPv4",
	.evidence = "AAAA answers of the resolver, and connections to their addresses",
	.remedies = {
		{ "dns", "take the AAAA record out of the zone that the VPC sees" },
		{ "network", "provide an IPv6 path" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = endpoint_no_url,
	.eval = evaluate_ipv6,
};
