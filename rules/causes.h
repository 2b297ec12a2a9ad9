/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The failure catalogue behind cause_find() and cause_at() of rule.h: one section a layer, one file
 * a section, rows in order of their numbers. An id is never reused.
 */
#ifndef RULES_CAUSES_H
#define RULES_CAUSES_H

#include "rules/rule.h"

struct cause_section {
	const char *layer; /* the part of its ids before the dash */
	const struct cause *rows;
	size_t count;
};

extern const struct cause_section causes_overlap;
extern const struct cause_section causes_return;
extern const struct cause_section causes_host;
extern const struct cause_section causes_circuit;
extern const struct cause_section causes_cloud;
extern const struct cause_section causes_admission;
extern const struct cause_section causes_names;
extern const struct cause_section causes_tls;
extern const struct cause_section causes_gitlab;
extern const struct cause_section causes_dependencies;
extern const struct cause_section causes_control;
extern const struct cause_section causes_method;

#endif
