/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who captures a class: the interface, address or route of this machine that keeps replies to a
 * part of the range here, or sends them into a tunnel, and which cause of the catalogue that is.
 */
#ifndef RULES_CHECKS_OVERLAP_OWNER_H
#define RULES_CHECKS_OVERLAP_OWNER_H

#include "rules/checks/return_path.h"

struct capture {
	const char *cause; /* "OVL-05" */
	const char *owner; /* in words: "a Docker or Podman network" */
	const char *dev;   /* NULL: not known */
	const struct link_fact *link;
	const struct route_fact *route; /* that captures; NULL: not dumped */
	const struct rule_fact *rule;	/* that led there; NULL: not known */
	const struct address_fact
		*address;     /* whose network it is, or that itself lies in the range */
	struct prefix prefix; /* what it occupies; unknown when neither route nor address tells */
};

/* false: the class is not captured (see path_is_near for the vSwitch range). */
bool overlap_find(const struct rule_context *context, const struct class_view *view,
		  struct capture *capture);

#endif
