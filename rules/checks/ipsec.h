/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the rule ipsec-policy-bypassed that stand alone. */
#ifndef RULES_CHECKS_IPSEC_H
#define RULES_CHECKS_IPSEC_H

#include "rules/facts.h"
#include "rules/finding.h"

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
/* Without the policies. */
void ipsec_judge_counters(const struct facts *facts, struct findings *out);

#endif
