/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the rule ipsec-policy-bypassed that stand alone. */
#ifndef RULES_CHECKS_IPSEC_H
#define RULES_CHECKS_IPSEC_H

#include "rules/facts.h"
#include "rules/finding.h"
#include "rules/rule.h"

/* This machine's end of a connection as a policy sees it. */
struct ipsec_end {
	struct address address;
	uint32_t port;
};

/*
 * The addresses and ports that clients ask for where NAT rules of this machine send them to the
 * service; none where it is asked for by its own. Adds struct ipsec_end to `ends`; -ENOMEM.
 */
int ipsec_asked_ends(const struct facts *facts, const struct service_fact *service,
		     struct list *ends);
/* What the policies leave of one service's replies, or of its requests. */
struct ipsec_account {
	const struct rule_context *context;
	const struct service_fact *service;
	bool requests;        /* from the range to the service, not back */
	const struct ipsec_end *end; /* this machine's, at the place where policies are asked */
	struct span_set open; /* not decided by a policy yet */
	struct span_set exempt; /* replies that leave by interfaces where no policy is asked */
	struct span_set lost;
	const char *refused; /* the first direction whose default takes something; NULL: none */
	const struct xfrm_policy_fact *taker; /* the first that takes something */
	size_t taker_place;
	const struct ipsec_end *taker_end;
};

/* Says what was lost; a finding from `from` on about the same policy takes the service in. */
void ipsec_add_fail(const struct ipsec_account *account, struct findings *out, size_t from);
/* Without the policies. */
void ipsec_judge_counters(const struct facts *facts, struct findings *out);

#endif
