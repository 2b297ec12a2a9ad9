/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the engine share: proofs, views of classes, groups of equal answers. Nothing
 * else includes this but the rules that speak about the proof as a whole.
 */
#ifndef RULES_ENGINE_INTERNAL_H
#define RULES_ENGINE_INTERNAL_H

#include "rules/checks/return_path.h"
#include "rules/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLASS_RULES_MAX 64 /* rules are bits of a word there */

/* The classes of one (service, iif, mark): neighbours in routes.classes or vswitch_classes. */
struct proof {
	const struct list *classes;
	size_t first, count;
	const char *name; /* "172.20.5.10:443" */
	const char *iif;
	uint32_t mark;
	const struct service_fact *service; /* NULL when services are not there */
	bool vswitch;
	bool whole; /* the classes are in order, disjoint, and leave no address out */
	const struct ingress_fact *ingress; /* of the same service and arrival */
	size_t ingress_count;
	/* the neighbours in routes.ingress of this service, on whatever interface */
	const struct ingress_fact *all_ingress;
	size_t all_ingress_count;
	const char *unasked; /* an interface of service->arrivals without any of these; NULL */
};

/* Where a walk stands in the answers of one interface of arrival. */
struct ingress_walk {
	const struct ingress_fact *at, *end;
};

struct proofs {
	struct proof *items;
	size_t count;
};

/* All proofs of both lists, in the order of the facts. 0 or -ENOMEM. */
int proofs_init(struct proofs *proofs, const struct facts *facts);
void proofs_release(struct proofs *proofs);
/* The proof of the whole range for this service, iif and mark; NULL when there is none. */
const struct proof *proofs_find(const struct proofs *proofs, const char *name, const char *iif,
				uint32_t mark);
/* Why nothing can be said of a service; NULL when its proof stands. */
const char *proof_defect(const struct proofs *proofs, const struct service_fact *service);
/* Is this the proof of the replies as they leave: with the mark of the socket, mostly 0? */
bool proof_is_plain(const struct proof *proof);
/* Is its service one whose look-ups tell something here? */
bool proof_counts(const struct proof *proof);

/* Walks the views of one proof, cut at the borders of classes and of ingress. */
struct view_walk {
	const struct proof *proof;
	unsigned char *good; /* one a class */
	size_t good_count;
	struct return_survey survey; /* the ways of the good classes */
	size_t index; /* class, from 0 in the proof */
	uint32_t next;
	bool inside; /* `next` lies inside class `index` */
	struct ingress_walk ingress;
	struct ingress_walk *others; /* one an interface that it could be as well */
	size_t other_count;
};

/* 0 or -ENOMEM. */
int view_walk_init(struct view_walk *walk, const struct rule_context *context,
		   const struct proof *proof);
void view_walk_release(struct view_walk *walk);
/* The next view, and the place of its class in its list; false behind the last. */
bool view_walk_next(struct view_walk *walk, struct class_view *view, size_t *place);

/* Turns findings about URLs into `blocked` where a lower rung failed (engine_paths.c). */
void engine_paths(struct findings *findings);
/*
 * The finding is a symptom of what rule `code` found: blocks it by that, and likewise whatever
 * stands behind it on the same way. 0 or -ENOMEM.
 */
int engine_hide_behind(struct findings *findings, struct finding *symptom, const char *code);

/* The class rules that run: applicable here, nothing they read is missing. */
struct class_rules {
	const struct rule *rules[CLASS_RULES_MAX];
	uint64_t after[CLASS_RULES_MAX]; /* bits of earlier ones that hide it */
	size_t count;
};

/* Does `rule` run on these facts: vantage, skip, sections? */
bool rule_runs(const struct rule_context *context, const struct rule *rule);
void class_rules_init(struct class_rules *set, const struct rule_context *context);
/* The status that counts: only a blocker may fail. */
int rule_status(const struct rule *rule, int status);

/* Classes with an equal answer, in one proof or, behind the merge, in several. */
struct group {
	size_t rule;       /* in class_rules */
	uint64_t blockers; /* 0: a finding of its own; else its answer stays zero */
	struct class_answer answer;
	bool vswitch;
	struct span_set addresses;
	struct class_view example;
	size_t example_place;
	size_t *proofs; /* in struct proofs */
	size_t proof_count, proof_room;
};

/* Groups, found by hash: adding is constant in their number. */
struct group_table {
	struct group *groups;
	size_t count, room;
	size_t *slots; /* index + 1, 0: free; a power of two of them */
	size_t slot_count;
	bool by_addresses; /* the addresses are part of what makes groups equal */
};

void group_table_init(struct group_table *table, bool by_addresses);
void group_table_release(struct group_table *table);
/*
 * The group equal to `key` (its rule, blockers, answer, vswitch, and addresses of groups without
 * blockers). Where there is none, a byte copy of `key` becomes it and `*made` is true: the table
 * owns the addresses and proofs of `key` from then on. NULL when out of memory.
 */
struct group *group_table_get(struct group_table *table, const struct group *key, bool *made);

/* Judges every class of every proof with mark 0 and adds the findings. 0 or -ENOMEM. */
int engine_classes(const struct rule_context *context, const struct class_rules *set,
		   const struct proofs *proofs, struct findings *out);
/*
 * What the class rules of `set` say of services without a proof: the cause, where one of them knows
 * it, and the rest blocked by it; else unknown. 0 or -ENOMEM.
 */
int engine_unproved(const struct rule_context *context, const struct class_rules *set,
		    const struct proofs *proofs, struct findings *out);
/* The first rule that fails for this view, as if it were alone; NULL when none does. */
const struct rule *engine_view_failed(const struct rule_context *context,
				      const struct class_rules *set,
				      const struct class_view *view);
/* Adds the finding of one group; failure is latched in `out`. */
void engine_group_finding(const struct rule_context *context, const struct class_rules *set,
			  const struct proofs *proofs, const struct group *group,
			  struct findings *out);

/* Fills code, severity, source of findings `from`.. and holds them to the row. */
int engine_finish(const struct rule *rule, struct findings *findings, size_t from,
		  struct fault *fault);

/* The one command that would fill the section. */
const char *engine_settle(const struct facts *facts, enum section_id id);

/* Applies plan.accept. 0 or -ENOMEM. */
int engine_accept(const struct facts *facts, const char *today, struct judgement *judgement);
/* The plan's acceptance of a need of the gate: no subject, or this one. NULL: none that holds. */
const struct plan_accept *engine_accepts_need(const struct facts *facts, const char *today,
					      const char *code, const char *subject);
/* Fills judgement->missing and vantage_notes. 0 or -ENOMEM. */
int engine_gate(const struct rule_context *context, const char *today,
		struct judgement *judgement);
/* Does this finding keep the gate undetermined? */
bool gate_is_open(const struct finding *finding);
/* Lists in judgement->missing, anew, the blockers that nobody decided. 0 or -ENOMEM. */
int gate_open(struct judgement *judgement);

#endif
