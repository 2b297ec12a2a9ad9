/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of the link's form, derived from what was seen: what rules print, so that the user
 * types nothing wrong.
 */
#ifndef RULES_CHECKS_ENDPOINT_FORM_H
#define RULES_CHECKS_ENDPOINT_FORM_H

#include "rules/rule.h"
#include "rules/text.h"

/*
 * Neither of RFC 1918 nor of a network that the plan declares its own (vSwitch, data center);
 * addresses that no peer has (loopback, link-local, multicast) are not public either.
 */
bool form_is_public(const struct plan *plan, const struct address *address);
/* Is there a target of the plan with this host and purpose? Is the target GitLab's own host? */
bool form_is_planned_host(const struct endpoints_facts *endpoints, const char *host, int purpose);
bool form_is_own(const struct endpoints_facts *endpoints, const struct endpoint_target *target);
/* "GitLab private IP: 172.20.5.10; Other IP addresses: 172.20.5.11, 172.20.5.20". */
void form_print(const struct rule_context *context, struct text *out);
/* The same as remedies, one line a field. */
void form_remedy(const struct rule_context *context, struct findings *out,
		 struct finding *finding);
/*
 * The two fields, from what was seen and what the plan declares: GitLab's private address (family
 * ADDRESS_NONE: nothing tells), and all others (struct address, in order; the caller frees items).
 * 0 or -ENOMEM.
 */
int form_values(const struct facts *facts, struct address *gitlab, struct list *others);
/* Says which addresses of the form nothing leads to, if all that was seen has an address. */
void form_tell_idle(const struct rule_context *context, struct findings *out,
		    struct finding *finding);

#endif
