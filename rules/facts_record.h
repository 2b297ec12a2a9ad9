/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record tables of the facts' sections, shared by the files that define them. Not for others:
 * section_record() and facts_record are the way in.
 */
#ifndef RULES_FACTS_RECORD_H
#define RULES_FACTS_RECORD_H

#include "rules/record.h"

/* Unset is a section nobody looked at: it is not written at all. */
extern const char *const section_words[];

/* Head of every section; the first rows of its table. */
#define SECTION_FIELDS(owner)                                                                      \
	{ .name = "state", .type = FIELD_ENUM, .offset = offsetof(struct owner, section.state),    \
	  .flags = FIELD_REQUIRED, .words = section_words,                                         \
	  .doc = "ok, or why there is nothing: not permitted, or it went wrong" },                 \
	{ .name = "took_ms", .type = FIELD_U32,                                                    \
	  .offset = offsetof(struct owner, section.took_ms), .doc = "milliseconds it took" },      \
	{ .name = "note", .type = FIELD_STRING, .offset = offsetof(struct owner, section.note),    \
	  .doc = "why it was denied or failed, or what it leaves out" }

extern const struct record host_record, links_record, addresses_record, rules_record;
extern const struct record services_record, routes_record, neighbours_record, sysctls_record;
extern const struct record xfrm_record, counters_record, listeners_record, configs_record;
extern const struct record exceptions_record, trace_record, endpoints_record;
extern const struct record metadata_record, cloud_record, instance_record, network_record;
extern const struct record transit_record, private_zones_record, groups_record, balancers_record;
/* parts of "endpoints" */
extern const struct record exchange_record;
extern const struct record gitlab_record, git_record, maven_record, registry_record;

#endif
