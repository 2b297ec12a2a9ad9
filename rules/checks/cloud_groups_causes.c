/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why no rule admits part of the range: the rules that nearly would (SG-03 to SG-05, SG-07, SG-08,
 * SG-11), else that there is none (SG-01, SG-09).
 *
 * A rule that was written for the range (its addresses lie in 100.64.0.0/10, as no network of a
 * user does) and misses by one word is the cause. A rule for everybody is one only where it speaks
 * for the same services; every group admits ping and ssh from everywhere by itself.
 */
#include "rules/checks/cloud_admission.h"

#include <errno.h>
#include <stdio.h>

enum strength {
	MISS_NONE,
	MISS_GENERAL, /* for everybody, and it admits something of these services */
	MISS_INDIRECT, /* the port is right, the source is a group or a list */
	MISS_MEANT,   /* for the range itself */
};

/* Where cloud services live: no user's VPC may have addresses of it. */
static const struct prefix service_space = { true, 10, 0x64400000 };

struct miss {
	const char *cause;
	enum strength strength;
};

/* One rule, seen against what is missing. */
struct candidate {
	const struct group_rule_fact *rule;
	bool pooled;    /* its group is one of the interface */
	bool outwards;
	bool tcp, port; /* TCP; the service's port is among its ports */
	bool meets;     /* some missing address is among its peers */
	bool meant;     /* its peers lie in the space of cloud services, and the range among them */
	bool by_group, by_list;
};

static bool spans_hold(const struct list *spans, uint32_t value)
{
	size_t i;

	for (i = 0; i < spans->count; i++) {
		const struct span *span = LIST_AT(spans, struct span, i);

		if (span->first <= value && value <= span->last)
			return true;
	}
	return false;
}

/* Does the set, which is in order, share an address with the span? */
static bool set_meets(const struct span_set *set, const struct span *span)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (set->spans[middle].last < span->first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && set->spans[low].first <= span->last;
}

static void look_at_peers(const struct admission_side *peers, const struct span_set *missing,
			  struct candidate *out)
{
	size_t i;

	for (i = 0; i < peers->spans.count; i++) {
		const struct span *span = LIST_AT(&peers->spans, struct span, i);

		out->meets = out->meets || set_meets(missing, span);
		out->meant = out->meant || (prefix_contains(&service_space, span->first) &&
					    prefix_contains(&service_space, span->last) &&
					    span->first <= prefix_last(&reverse_range) &&
					    span->last >= prefix_first(&reverse_range));
	}
}

static struct candidate look_at(const struct admission_view *view, const struct span_set *missing,
				const struct group_rule_fact *rule, bool pooled)
{
	struct admission_side peers = { .doubt = false }, ports = { .doubt = false };
	struct candidate out = { .rule = rule, .pooled = pooled };
	bool plain;

	out.outwards = words_are(rule->direction, "egress");
	out.tcp = words_are_tcp(rule->protocol) == MATCH_YES;
	plain = out.outwards ? rule->destination || rule->destination_v6
			     : rule->source || rule->source_v6;
	out.by_group = !plain && (out.outwards ? rule->destination_group : rule->source_group);
	out.by_list = !plain && !out.by_group &&
		      (out.outwards ? rule->destination_list : rule->source_list);
	group_rule_peers(view->groups, rule, out.outwards, &peers);
	group_rule_ports(view->groups, rule, &ports);
	out.port = spans_hold(&ports.spans, view->service->port);
	look_at_peers(&peers, missing, &out);
	if (peers.error || ports.error)
		view->out->error = -ENOMEM;
	side_release(&peers);
	side_release(&ports);
	return out;
}

/* Does the rule let in another port that the same address serves? */
static bool serves_another(const struct admission_view *view, const struct candidate *candidate)
{
	struct admission_side ports = { .doubt = false };
	bool any = false;
	size_t i;

	group_rule_ports(view->groups, candidate->rule, &ports);
	for (i = 0; i < view->services->count; i++) {
		const struct planned_service *one =
			LIST_AT(view->services, struct planned_service, i);

		if (address_equal(&one->address, &view->service->address) &&
		    one->port != view->service->port)
			any = any || spans_hold(&ports.spans, one->port);
	}
	if (ports.error)
		view->out->error = -ENOMEM;
	side_release(&ports);
	return any;
}

static bool is_of_other_family(const struct admission_view *view, const char *id)
{
	const struct named_list_fact *list = groups_list(&view->groups->prefix_lists, id);

	return list && list->state == FACT_OK && words_are(list->family, "ipv6");
}

static struct miss judge_list(const struct admission_view *view,
			      const struct candidate *candidate)
{
	const struct named_list_fact *list =
		groups_list(&view->groups->prefix_lists, candidate->rule->source_list);
	struct miss miss = { "SG-11", MISS_INDIRECT };

	if (!list || list->state != FACT_OK || !candidate->tcp || !candidate->port)
		return (struct miss){ NULL, MISS_NONE };
	if (candidate->meant || is_of_other_family(view, list->id))
		miss.strength = MISS_MEANT;
	return miss;
}

/* A rule of the right direction in a group of the interface. */
static struct miss judge_pooled(const struct admission_view *view,
				const struct candidate *candidate)
{
	struct miss miss = { NULL, candidate->meant ? MISS_MEANT : MISS_GENERAL };

	if (candidate->by_group)
		return (struct miss){ candidate->tcp && candidate->port ? "SG-08" : NULL,
				      MISS_INDIRECT };
	if (candidate->by_list && !candidate->meets)
		return judge_list(view, candidate);
	if (!candidate->meets)
		return miss;
	if (words_are_icmp(candidate->rule->protocol))
		miss.cause = "SG-04";
	else if (candidate->tcp && (!candidate->port || candidate->rule->source_ports) &&
		 (candidate->meant || serves_another(view, candidate)))
		miss.cause = "SG-03";
	return miss;
}

static struct miss judge_candidate(const struct admission_view *view,
				   const struct candidate *candidate)
{
	bool fits = candidate->meets && candidate->meant && candidate->tcp && candidate->port;

	if (!words_are(candidate->rule->policy, "accept"))
		return (struct miss){ NULL, MISS_NONE };
	if (candidate->pooled && !candidate->outwards)
		return judge_pooled(view, candidate);
	if (fits && candidate->pooled)
		return (struct miss){ "SG-05", MISS_MEANT };
	if (fits && !candidate->outwards)
		return (struct miss){ "SG-07", MISS_MEANT };
	return (struct miss){ NULL, MISS_NONE };
}

/* Does this rule admit part of what is missing by TCP, on whatever port? */
static bool admits_tcp(const struct candidate *candidate)
{
	return candidate->pooled && !candidate->outwards && candidate->tcp && candidate->meets &&
	       words_are(candidate->rule->policy, "accept");
}

static void point_at(struct admission_view *view, size_t group, size_t rule,
		     const struct candidate *candidate, struct finding *finding)
{
	const struct group_fact *of = LIST_AT(&view->groups->groups, struct group_fact, group);
	const struct group_rule_fact *one = candidate->rule;
	char pointer[64];

	(void)snprintf(pointer, sizeof(pointer), "/groups/groups/%zu/rules/%zu", group, rule);
	finding_evidence(view->out, finding, pointer, "%s of %s%s: %s, %s, ports %s, %s",
			 one->id ? one->id : "a rule", of->id,
			 candidate->pooled ? "" : ", which the interface does not carry",
			 one->direction ? one->direction : "?",
			 one->protocol ? one->protocol : "?",
			 one->ports ? one->ports : one->port_list ? one->port_list : "?",
			 candidate->by_group ? "source is a security group"
			 : candidate->by_list ? "source is a prefix list" : "source by address");
}

/* All rules, three times: is there TCP at all, how near is the nearest miss, which are they? */
enum pass { PASS_TCP, PASS_FIND, PASS_NAME };

struct walk {
	enum pass pass;
	bool tcp; /* some rule admits part of it by TCP: then ping is no cause */
	enum strength found;
	unsigned int pointed; /* rules that the finding points at */
	struct finding *finding;
};

#define POINTED_MAX 8

static void take(struct admission_view *view, struct walk *walk, const struct candidate *candidate,
		 size_t group, size_t rule)
{
	struct miss miss = judge_candidate(view, candidate);

	/* every group admits ping by itself */
	if (!miss.cause || (words_are_icmp(candidate->rule->protocol) &&
			    miss.strength == MISS_GENERAL && walk->tcp))
		return;
	if (walk->pass == PASS_FIND && miss.strength > walk->found)
		walk->found = miss.strength;
	if (walk->pass != PASS_NAME || miss.strength != walk->found)
		return;
	finding_cause(view->out, walk->finding, miss.cause);
	if (walk->pointed++ < POINTED_MAX)
		point_at(view, group, rule, candidate, walk->finding);
}

static void walk_rules(struct admission_view *view, const struct near_misses *misses,
		       struct walk *walk, enum pass pass)
{
	const struct list *groups = &view->groups->groups;
	size_t i, j;

	walk->pass = pass;
	for (i = 0; i < groups->count; i++) {
		const struct group_fact *group = LIST_AT(groups, struct group_fact, i);
		bool pooled = strings_contain(&view->interface->groups, group->id);

		for (j = 0; j < group->rules.count; j++) {
			struct candidate candidate =
				look_at(view, misses->missing,
					LIST_AT(&group->rules, struct group_rule_fact, j), pooled);

			if (pass == PASS_TCP)
				walk->tcp = walk->tcp || admits_tcp(&candidate);
			else
				take(view, walk, &candidate, i, j);
		}
	}
}

static bool is_advanced(const struct admission_view *view)
{
	size_t i;

	for (i = 0; i < view->interface->groups.count; i++) {
		const struct group_fact *group =
			groups_group(view->groups, view->interface->groups.items[i]);

		if (group && words_are(group->type, "enterprise"))
			return true;
	}
	return false;
}

void admission_near_misses(struct admission_view *view, const struct near_misses *misses,
			   struct finding *finding)
{
	struct walk walk = { .found = MISS_NONE, .finding = finding };

	walk_rules(view, misses, &walk, PASS_TCP);
	walk_rules(view, misses, &walk, PASS_FIND);
	if (walk.found == MISS_MEANT || (walk.found != MISS_NONE && misses->whole)) {
		walk_rules(view, misses, &walk, PASS_NAME);
		return;
	}
	if (!misses->whole)
		return;
	if (view->interface->service_managed)
		return; /* SG-19 says it */
	finding_cause(view->out, finding, "SG-01");
	if (is_advanced(view))
		finding_cause(view->out, finding, "SG-09");
}
