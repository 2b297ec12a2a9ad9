/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does every name of a URL lead to an IPv4 address where builds look it up (DNS-02, DNS-09, DNS-12
 * to DNS-15)?
 *
 * A second server that fails beside one that knows is told by names-agree; what only this machine's
 * files know does not count. Where no server knows, each one's reason is a cause.
 */
#include "rules/checks/endpoint_names.h"

#include "rules/checks/checks.h"
#include "rules/text.h"

#include <errno.h>

static const struct {
	const char *cause, *platform, *text;
} mends[] = {
	{ "DNS-02", "cloud", "add a PrivateZone record to the VPC, or a forwarding rule of the "
			     "resolver to the data center's DNS" },
	{ "DNS-09", "network", "let TCP port 53 of the name server through: the answer is too "
			       "long for UDP" },
	{ "DNS-12", "dns", "repair the server's forwarding or its DNSSEC" },
	{ "DNS-13", "dns", "let the server answer this client (allow-query, access control)" },
	{ "DNS-14", "dns", "add an A record" },
	{ "DNS-15", "network", "correct the server's address in the resolver configuration, or "
			       "let UDP and TCP port 53 through" },
};

static void add_mends(struct findings *out, struct finding *finding, const char *host)
{
	size_t i;

	for (i = 0; i < sizeof(mends) / sizeof(mends[0]); i++)
		if (strings_contain(&finding->causes, mends[i].cause))
			finding_remedy(out, finding, mends[i].platform, "%s: %s", host,
				       mends[i].text);
}

/* Every row of the host as evidence, those of servers that were asked besides included. */
static void tell_rows(const struct name_view *view, struct findings *out, struct finding *finding)
{
	const struct list *names = &view->endpoints->names;
	size_t i;

	for (i = 0; finding && i < names->count; i++) {
		const struct name_fact *row = LIST_AT(names, struct name_fact, i);

		if (text_equal(row->name, view->host) &&
		    (text_equal(row->kind, "A") || row->outcome == NAME_ANSWERED))
			name_row_tell(view->endpoints, row, out, finding);
	}
}

static void add_answers(const struct name_view *view, const struct endpoint_target *target,
			struct findings *out)
{
	char source[ENDPOINT_SOURCE_MAX], text[ADDRESS_TEXT_MAX];
	size_t i;

	for (i = 0; i < name_view_count(view); i++) {
		struct finding *finding;
		struct address address;

		if (!name_view_address(view, i, &address))
			continue;
		finding = endpoint_finding(out, STATUS_PASS, target, RUNG_NAME);
		if (!finding)
			return;
		finding->subject.address = address;
		if (view->option)
			finding_message(out, finding, "%s stands for %s by option",
					address_print(&address, text), view->host);
		else
			finding_message(out, finding, "%s is %s, says %s, asked %s", view->host,
					address_print(&address, text), view->server,
					endpoint_source_told(view->endpoints, source));
		name_row_tell(view->endpoints, view->a, out, finding);
	}
}

/* What the servers of the resolver say where none leads to an IPv4 address. */
static void add_reasons(const struct name_view *view, struct text *words, struct findings *out,
			struct finding *finding)
{
	const struct strings *servers = &view->endpoints->name_servers;
	size_t i;

	for (i = 0; i < servers->count; i++) {
		const char *server = servers->items[i], *cause;
		const struct name_fact *row =
			name_row_find(view->endpoints, view->host, server, "A");

		if (!row || (view->server && !text_equal(view->server, server)))
			continue;
		cause = name_outcome_cause(row->outcome);
		if (cause && !strings_contain(&finding->causes, cause))
			finding_cause(out, finding, cause);
		text_addf(words, "%s%s %s", words->length ? "; " : "", server,
			  name_outcome_told(row->outcome));
		if (row->outcome == NAME_TIMED_OUT)
			text_addf(words, " for %u.%u s", (unsigned int)(row->took_us / 1000000),
				  (unsigned int)(row->took_us / 100000 % 10));
		else if (row->outcome == NAME_FAILED && row->error)
			text_addf(words, " (%s)", row->error);
	}
}

/* Is there a server that might know, and that could not be asked? */
static bool may_be_known(const struct name_view *view)
{
	const struct strings *servers = &view->endpoints->name_servers;
	size_t i;

	for (i = 0; i < servers->count && !view->server; i++) {
		const struct name_fact *row =
			name_row_find(view->endpoints, view->host, servers->items[i], "A");

		if (!row || !name_outcome_cause(row->outcome))
			return true;
	}
	return !servers->count;
}

static void add_nothing(const struct name_view *view, const struct endpoint_target *target,
			struct findings *out)
{
	bool open = !view->asked || may_be_known(view);
	struct finding *finding = endpoint_finding(out, open ? STATUS_UNKNOWN : STATUS_FAIL, target,
						   RUNG_NAME);
	char source[ENDPOINT_SOURCE_MAX];
	struct text words;

	if (!finding)
		return;
	text_init(&words, 2048);
	add_reasons(view, &words, out, finding);
	finding_message(out, finding, "no IPv4 address for %s%s%s%s, asked %s", view->host,
			open ? " is known here" : "", words.length ? ": " : "",
			text_string(&words), endpoint_source_told(view->endpoints, source));
	finding_expected(out, finding, "an A record for %s at the resolver that the VPC uses",
			 view->host);
	if (open) {
		strings_release(&finding->causes);
		finding_settle(out, finding,
			       "reachback check --vantage vswitch-host --name-server ADDRESS");
	}
	tell_rows(view, out, finding);
	add_mends(out, finding, view->host);
	if (!open)
		finding_next(out, finding, "dig %s A @SERVER, here and where the name is known",
			     view->host);
	if (text_error(&words) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&words);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t i, from = out->list.count;
	struct finding *finding;

	for (i = 0; i < endpoints->targets.count && !out->error; i++) {
		const struct endpoint_target *target =
			LIST_AT(&endpoints->targets, struct endpoint_target, i);
		struct name_view view;

		if (!endpoint_is_built_from(target) || target->literal)
			continue;
		name_view_find(&view, endpoints, target->host);
		if (name_view_count(&view))
			add_answers(&view, target, out);
		else
			add_nothing(&view, target, out);
	}
	if (out->list.count > from)
		return;
	finding = findings_add(out, STATUS_SKIPPED);
	finding_message(out, finding, "no URL names a host by name");
}

const struct rule rule_names_answer = {
	.code = "names-answer",
	.area = "names",
	.title = "every name of the plan's URLs, and of those they lead to, has an IPv4 address "
		 "at the resolver",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DNS-02", "DNS-09", "DNS-12", "DNS-13", "DNS-14", "DNS-15" },
	.after = { "gitlab-clone-url-fits", "gitlab-lfs-reachable", "gitlab-submodules-reachable" },
	.why = "a name that the VPC's resolver does not lead to an IPv4 address ends in \"could "
	       "not resolve host\", whatever this machine's hosts file says",
	.evidence = "the answer of every server of resolv.conf, as the C library goes by them: "
		    "the first in order that knows, A and AAAA, over TCP where it is cut",
	.remedies = {
		{ "cloud", "add a PrivateZone record for the name to the VPC, or a forwarding "
			   "rule of the resolver to the data center's DNS" },
		{ "dns", "repair the server's forwarding, let it answer the VPC, add the A "
			 "record" },
		{ "network", "let UDP and TCP port 53 of the server through" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = endpoint_no_url,
	.eval = evaluate,
};
