/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule: one row that carries behaviour and its documentation.
 *
 * There are two things to do for a new rule: write its file under rules/checks/, and add its row to
 * rules/catalog.c. Everything else (report, `rules`, `explain`, documentation) follows.
 *
 * A rule is either free (eval) or a class rule (judge_class + describe_class).
 *
 *  - eval looks at the facts and adds findings of any subject.
 *  - A class rule answers, for one class of addresses of one proof, whether its cause holds there,
 *    *as if it were alone*. The engine walks all classes of all proofs with mark 0, lets the first
 *    rule in `after` order have the class (the later ones become `blocked` by it), puts classes
 *    with an equal answer together, and asks describe_class for words once a group.
 *
 * Neither is called when a section in `reads` is not FACT_OK: the engine answers `unknown`. A rule
 * that adds no finding has passed, and the engine says so. Only a blocker may fail; the engine
 * turns a `fail` of a lesser rule into a `warn`.
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include "rules/facts.h"
#include "rules/facts_fib.h"
#include "rules/finding.h"

#define RULE_CAUSES_MAX 16
#define RULE_AFTER_MAX 20
#define RULE_REMEDIES_MAX 8

/* The machines that are judged together, of one plan; this one is among them. */
struct rule_company {
	const struct facts *const *facts;
	size_t count;
};

/* What every rule is given: the facts and what is derived from them once. */
struct rule_context {
	const struct facts *facts;
	enum vantage vantage;
	struct declared_return declared; /* the declared way back at this vantage */
	/* enum plan_access; unset on a host: judged as ecs or datacenter only where both agree */
	int access;
	const struct fib *fib; /* NULL when routes or rules are not FACT_OK */
	const struct rule_company *company; /* NULL: judged alone */
};

struct return_survey;

/* One class under judgement. */
struct class_view {
	const struct class_fact *class_fact;
	const struct service_fact *service; /* NULL when services are not there */
	bool vswitch;         /* of the vSwitch CIDR, not of 100.104.0.0/16 */
	uint32_t first, last; /* host order */
	/*
	 * The part of routes.ingress for the same service that meets first..last, or NULL; views
	 * are cut at the borders of ingress too, so one answer holds for all of first..last.
	 */
	const struct ingress_fact *ingress;
	size_t ingress_count;
	/*
	 * Where requests could arrive on other interfaces as well: what one of these answers for
	 * the same addresses, accepted here and refused there or the other way round; and the first
	 * of them for which the kernel was not asked. NULL: none.
	 */
	const struct ingress_fact *contrary;
	const char *unasked;
	/* is some other class of this proof good (see return_is_good in checks/return_path.h)? */
	bool others_good;
	/* the explicit good ways of this proof (checks/return_path.h); NULL for describe_class */
	const struct return_survey *survey;
};

/*
 * A class rule's answer. Zeroed by the engine before each call, compared member by member: classes
 * with an equal answer make one finding, so put nothing in that varies without meaning.
 */
struct class_answer {
	/* 0: the cause does not hold here; else STATUS_FAIL, STATUS_WARN, or STATUS_UNKNOWN */
	int status;
	char causes[2][8]; /* catalogue ids; the second may be empty */
	const void *owner; /* the link, route, rule, next hop ... that describe_class talks about */
	const void *other; /* a second one, e.g. the good route that lost */
	uint32_t detail;
	uint32_t detail2;
};

/* Classes with one answer. */
struct class_group {
	struct class_answer answer;
	const struct span_set *addresses;
	const struct class_view *example; /* first class of the group */
	size_t example_index; /* its place in routes.classes (or vswitch_classes): JSON pointer */
	/* the addresses in words: "100.104.128.0/17", "256 addresses in 4 prefixes" */
	const char *where;
	char percent[48]; /* share in words: "50.0%", "1 of 65536 addresses" */
};

/* Documentation of one way to mend it; `%s`-free, for `explain`. */
struct rule_remedy {
	const char *platform;
	const char *text;
};

struct rule {
	const char *code;  /* slug that explains itself, never reused */
	const char *area;  /* "overlap", "return" ...: one line each in the text report */
	const char *title; /* states the good case */
	enum severity severity;
	unsigned int reads;    /* SECTION_BIT()s: not FACT_OK -> unknown */
	unsigned int wishes;   /* SECTION_BIT()s it can do without: gate.missing says `wish` */
	const char *wish;      /* what the wish would add, in words */
	unsigned int vantages; /* VANTAGE_BIT()s */
	bool verifies;         /* `verify` exists for it: it is never left out there */
	const char *causes[RULE_CAUSES_MAX]; /* ids it can establish, NULL-terminated */
	const char *after[RULE_AFTER_MAX];   /* codes of rules that hide it, NULL-terminated */
	const char *why;
	const char *evidence; /* what it looks at, for `explain` */
	struct rule_remedy remedies[RULE_REMEDIES_MAX];
	const char *document, *heading; /* the vendor's page and heading */

	/*
	 * Why it does not apply to this plan; NULL: it applies; rule_skip_failed: out of memory.
	 * May itself be NULL.
	 */
	const char *(*skip)(const struct rule_context *context);
	void (*eval)(const struct rule_context *context, struct findings *out);
	void (*judge_class)(const struct rule_context *context, const struct class_view *view,
			    struct class_answer *answer);
	void (*describe_class)(const struct rule_context *context, const struct class_group *group,
			       struct findings *out, struct finding *finding);
	/*
	 * Of a class rule that may know why a service has no proof at all: adds its finding for
	 * this service (or joins it to one that it has added) and says true. May be NULL.
	 */
	bool (*judge_unproved)(const struct rule_context *context,
			       const struct service_fact *service, struct findings *out);
};

extern const char rule_skip_failed[];

/* All rules in report order; a rule stands behind every rule of its `after`. */
extern const struct rule *const rule_catalog[];
extern const size_t rule_catalog_count;
const struct rule *rule_find(const char *code);

/* One row of the failure catalogue, for `explain CAUSE`. */
struct cause {
	const char *id;       /* "RT-02" */
	const char *title;    /* what is wrong */
	const char *symptom;  /* what a user sees */
	const char *evidence; /* what shows it */
	const char *fix;      /* what mends it */
};
/* By id, in capitals or not. NULL when there is no such cause. */
const struct cause *cause_find(const char *id);
/* Row `index`, NULL behind the last. */
const struct cause *cause_at(size_t index);

#endif
