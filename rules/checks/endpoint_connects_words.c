/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint-connects: which causes a block establishes, what mends each, and what settles what is
 * not known.
 */
#include "rules/checks/endpoint_connects.h"

#include "rules/checks/checks.h"

#include <stdio.h>

#define CAUSES_MAX 6

#define ACCESS_BIT(access) (1u << (access))
#define BY_IDC ACCESS_BIT(ACCESS_DATACENTER)
#define BY_UNSET ACCESS_BIT(ACCESS_UNSET)
#define BY_CLOUD (ACCESS_BIT(ACCESS_ECS) | ACCESS_BIT(ACCESS_SLB))
#define BY_ANY (BY_IDC | BY_UNSET | BY_CLOUD)

/*
 * What cannot be told apart from here is named together. Without gitlab.access both worlds count,
 * save behind a router that answers: there is none inside a VPC, whatever the plan says.
 */
static const struct {
	unsigned int blocks; /* bits (1u << enum block) */
	unsigned int accesses;
	const char *causes[CAUSES_MAX];
} rows[] = {
	{ 1u << BLOCK_SILENT_FIRST | 1u << BLOCK_SILENT_UNTRACED, BY_IDC,
	  { "CLD-04", "EC-01", "EC-05", "EC-11" } },
	{ 1u << BLOCK_SILENT_FIRST | 1u << BLOCK_SILENT_UNTRACED, BY_UNSET,
	  { "CLD-04", "EC-01", "EC-05", "EC-11", "SG-01", "SG-16" } },
	{ 1u << BLOCK_SILENT_FIRST | 1u << BLOCK_SILENT_UNTRACED, BY_CLOUD, { "SG-01", "SG-16" } },
	{ 1u << BLOCK_SILENT_BEHIND, BY_ANY, { "EC-01", "EC-05" } },
	{ 1u << BLOCK_RESET_TARGET | 1u << BLOCK_PORT, BY_ANY, { "HOST-10" } },
	{ 1u << BLOCK_RESET_NEARER | 1u << BLOCK_FILTER, BY_ANY, { "EC-05" } },
	{ 1u << BLOCK_RESET_UNTOLD, BY_ANY, { "EC-05", "HOST-10" } },
	{ 1u << BLOCK_NO_ROUTE_FIRST, BY_ANY, { "CLD-04" } },
	{ 1u << BLOCK_NO_ROUTE, BY_CLOUD, { "CLD-04" } },
	{ 1u << BLOCK_NO_ROUTE, BY_IDC | BY_UNSET, { "EC-01" } },
	{ 1u << BLOCK_NO_HOST, BY_CLOUD, { "CTL-11" } },
	{ 1u << BLOCK_NO_HOST, BY_IDC | BY_UNSET, { "CTL-11", "EC-13" } },
	{ 1u << BLOCK_LOOP, BY_ANY, { "EC-02" } },
};

static const struct {
	const char *cause, *platform, *text;
} remedies[] = {
	{ "CLD-04", "cloud", "add a route to the data center's network, with the virtual border "
			     "router's interface or the CEN as next hop, to the route table of the "
			     "link's vSwitch" },
	{ "CTL-11", "gitlab", "start the machine, or name its present address in the link's form "
			      "and in the plan" },
	{ "EC-01", "router", "give the routers between the virtual border router and GitLab "
			     "routes for both directions: to GitLab's network, and for "
			     "100.104.0.0/16 and the vSwitch's addresses back" },
	{ "EC-02", "router", "correct the next hop of the route to GitLab's network: two routers "
			     "send it to each other" },
	{ "EC-05", "firewall", "let 100.104.0.0/16 and the vSwitch's addresses pass to the "
			       "service port" },
	{ "EC-11", "cloud", "see that the circuit is up and paid and the virtual border router is "
			    "Active" },
	{ "EC-13", "router", "check VLAN and addresses of the segment behind the router that says "
			     "so: its neighbour does not answer ARP" },
	{ "HOST-10", "gitlab", "let the web server listen on this address and port, or correct "
			       "the port in external_url and in the plan" },
	{ "SG-01", "cloud", "add an inbound rule for TCP from 100.104.0.0/16 and from the "
			    "vSwitch's addresses to the security group of GitLab's instance" },
	{ "SG-16", "cloud", "let the network ACL of the link's vSwitch pass TCP out to the "
			    "service port and in to ports 1024-65535" },
};

void connect_name_cause(const char *cause, struct findings *out, struct finding *finding)
{
	size_t i;

	finding_cause(out, finding, cause);
	for (i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (text_equal(remedies[i].cause, cause))
			finding_remedy(out, finding, remedies[i].platform, "%s", remedies[i].text);
}

/* Where the next look belongs. */
static void say_next(const struct connect_view *view, struct findings *out,
		     struct finding *finding)
{
	char who[ADDRESS_TEXT_MAX];

	switch (view->block) {
	case BLOCK_RESET_TARGET:
	case BLOCK_PORT:
		finding_next(out, finding, "on the target: ss -ltn 'sport = :%u'",
			     (unsigned int)view->attempt->port);
		break;
	case BLOCK_SILENT_BEHIND:
		finding_next(out, finding, "%s and what lies behind it: routes to the target and "
			     "back, and filters; then the target itself: reachback check",
			     address_print(&view->trace.last_hop->from, who));
		break;
	case BLOCK_FILTER:
		finding_next(out, finding, "the filter of %s%s", address_print(&view->sender, who),
			     address_equal(&view->sender, &view->attempt->address)
				     ? ", the target itself"
				     : "");
		break;
	default:
		break;
	}
}

void connect_name_causes(const struct connect_view *view, struct findings *out,
			 struct finding *finding)
{
	size_t i, cause;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!(rows[i].blocks & 1u << view->block) ||
		    !(rows[i].accesses & ACCESS_BIT(view->access)))
			continue;
		for (cause = 0; cause < CAUSES_MAX && rows[i].causes[cause]; cause++)
			connect_name_cause(rows[i].causes[cause], out, finding);
	}
	say_next(view, out, finding);
}

void connect_name_records(const struct rule_context *context, const struct connect_view *view,
			  struct findings *out, struct finding *finding)
{
	const struct endpoint_target *target =
		endpoints_target(&context->facts->endpoints, view->attempt->url);
	char dead[ADDRESS_TEXT_MAX];

	finding_cause(out, finding, "DNS-03");
	finding_remedy(out, finding, "dns", "take %s out of the records of %s, or bring the "
		       "service on it back", address_print(&view->attempt->address, dead),
		       target ? target->host : "the name");
}

void connect_show_source(const struct rule_context *context, const struct connect_view *view,
			 struct findings *out, struct finding *finding)
{
	size_t at = 0;
	const struct experiment_fact *row =
		path_experiment(context, view->attempt, EXPERIMENT_DEFAULT_SOURCE, &at);
	char pointer[64];

	if (!row)
		return;
	pointer_print(pointer, sizeof(pointer), "/endpoints/experiments", at);
	finding_evidence(out, finding, pointer, "from this machine's default source: %u of %u%s%s",
			 (unsigned int)row->succeeded, (unsigned int)row->tried,
			 row->detail ? ", " : "", row->detail ? row->detail : "");
}

static void explain_local(const struct rule_context *context, const struct connect_view *view,
			  struct findings *out, struct finding *finding)
{
	const struct tcp_fact *tcp = &view->attempt->tcp;
	const struct endpoint_source *source = &context->facts->endpoints.source;
	char words[PATH_WORDS_MAX], to[ADDRESS_TEXT_MAX];

	path_print(view->attempt, words);
	address_print(&view->attempt->address, to);
	switch (view->local) {
	case LOCAL_ROUTE:
		finding_message(out, finding, "%s: this machine has no way there (%s)", words,
				tcp->error ? tcp->error : "");
		finding_settle(out, finding, "ip route get %s", to);
		return;
	case LOCAL_FILTER:
		finding_message(out, finding, "%s: nothing was sent, a filter of this machine "
				"itself drops it", words);
		finding_settle(out, finding, "sudo nft list ruleset");
		return;
	case LOCAL_NEIGHBOUR:
		finding_message(out, finding, "%s: nothing was sent, this machine's next hop does "
				"not answer ARP", words);
		finding_settle(out, finding, "ip route get %s; ip neigh show", to);
		return;
	default:
		break;
	}
	if (source->binding == BOUND_FAILED) {
		finding_message(out, finding, "%s was not tried: --from %s cannot be used here "
				"(%s)", words, source->asked ? source->asked : "",
				source->error ? source->error : "");
		finding_settle(out, finding, "reachback check --vantage vswitch-host --from DEV, "
			       "with an interface or address that `ip address` shows here");
		return;
	}
	if (tcp->outcome == TCP_FORBIDDEN)
		finding_message(out, finding, "%s: nothing is ever sent there", words);
	else
		finding_message(out, finding, "%s was not tried%s%s", words,
				tcp->error ? ": " : "", tcp->error ? tcp->error : "");
	finding_settle(out, finding, "reachback check --vantage vswitch-host --max-time 30");
}

void connect_explain_unknown(const struct rule_context *context, const struct connect_view *view,
			     struct findings *out, struct finding *finding)
{
	const struct path_flows *flows = &view->flows;
	char words[PATH_WORDS_MAX];

	if (view->local) {
		explain_local(context, view, out, finding);
		return;
	}
	finding_message(out, finding, "%s: the plain connection was not answered; from chosen "
			"source ports %u of %u are answered always, %u never, %u now and then",
			path_print(view->attempt, words), (unsigned int)flows->steady,
			(unsigned int)flows->ports, (unsigned int)flows->dead,
			(unsigned int)flows->mixed);
	finding_settle(out, finding, "reachback check --vantage vswitch-host --deep");
}

void connect_not_reached(const struct rule_context *context, const struct endpoint_target *target,
			 enum endpoint_rung rung, struct findings *out)
{
	struct finding *finding = path_finding(context, out, STATUS_UNKNOWN, target, NULL);

	path_rung(out, finding, rung);
	if (target->refused)
		finding_message(out, finding, "%s: nothing is ever sent there: %s", target->host,
				target->refused);
	else
		finding_message(out, finding, "%s: no address of it was tried", target->host);
	finding_settle(out, finding, "reachback check --vantage vswitch-host --max-time 30");
}
