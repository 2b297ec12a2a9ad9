/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the overlap rules: nothing of this machine captures a part of the range.
 */
#ifndef RULES_CHECKS_OVERLAP_RULES_H
#define RULES_CHECKS_OVERLAP_RULES_H

#include "rules/rule.h"

extern const struct rule rule_overlap_local_address;
extern const struct rule rule_overlap_connected_network;
extern const struct rule rule_overlap_container_network;
extern const struct rule rule_overlap_overlay_tunnel;
extern const struct rule rule_overlap_wan;

/* Codes of all overlap rules, for the `after` lists of what they hide. */
#define OVERLAP_CODES                                                                              \
	"overlap-local-address", "overlap-connected-network", "overlap-container-network",         \
		"overlap-overlay-tunnel", "overlap-wan"

/* Sections without which a class cannot be judged. */
#define PATH_READS                                                                                 \
	(SECTION_BIT(SECTION_ROUTES) | SECTION_BIT(SECTION_RULES) | SECTION_BIT(SECTION_LINKS) |   \
	 SECTION_BIT(SECTION_ADDRESSES) | SECTION_BIT(SECTION_SERVICES))
#define PATH_VANTAGES (VANTAGE_BIT(VANTAGE_GITLAB_HOST) | VANTAGE_BIT(VANTAGE_IDC_ROUTER))

/* describe_class of all of them. */
void overlap_describe(const struct rule_context *context, const struct class_group *group,
		      struct findings *out, struct finding *finding);

#endif
