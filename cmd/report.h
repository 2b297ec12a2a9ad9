/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report: what a run answers, in every format. It is made from facts and a judgement alone, so
 * saved facts give the report that the observed ones gave; facts of several machines give one.
 *
 * It borrows everything from those two, which must outlive it. Renderers read it and nothing else.
 */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "cmd/style.h"
#include "rules/join.h"

#define REPORT_SCHEMA "reachback.report/1"

struct report_tool {
	char *name, *version;
};

struct report_gate {
	int verdict;
	struct list missing; /* struct gate_missing */
};

/* What the console's form for the link to GitLab asks for. */
struct report_form {
	char *region, *instance_id, *vpc_id, *vswitch_id, *gitlab_ip;
	struct strings other_ips;
};

enum create_kind { CREATE_UNSET, CREATE_SOURCE, CREATE_REGISTRY, CREATE_KINDS };
extern const char *const create_kind_words[CREATE_KINDS + 1];

enum create_outcome {
	OUTCOME_UNSET,
	OUTCOME_REFUSED, /* by the gate */
	OUTCOME_FORM,    /* printed: the user makes the link in the console */
	OUTCOME_DRY_RUN,
	OUTCOME_DECLINED, /* by the user who was asked */
	OUTCOME_THERE,    /* the link was there already */
	OUTCOME_CREATED,
	OUTCOME_FAILED,  /* nothing was changed, and the API says why */
	OUTCOME_UNCLEAR, /* whether the link was made is not known */
	OUTCOME_COUNT
};
extern const char *const create_outcome_words[OUTCOME_COUNT + 1];

/* The link, as far as a call that reads shows it. */
struct report_link {
	char *id, *ip, *status, *issue, *vswitch_id;
	bool elsewhere; /* not on the plan's vSwitch */
};

/* What `create` did behind its report. All of it is owned, save by report_build()'s rules. */
struct report_create {
	int kind;    /* enum create_kind */
	int outcome; /* enum create_outcome; unset: the report is of no `create` */
	char *message;
	char *override; /* the reason; NULL: the gate was obeyed */
	struct report_form form; /* where it is the console's to make the link */
	char *request;           /* JSON of the call */
	char *request_words;     /* the same in a line */
	char *journal;           /* file */
	struct report_link link;
};

struct report_vantage {
	char *kind, *reason, *host;
	struct maybe uid;
	struct strings capabilities;
	struct strings sources; /* for which addresses the run speaks, and how it knows */
	struct strings notes;
};

struct report_summary {
	uint32_t pass, fail, warn, unknown, blocked, skipped;
};

struct report_probe {
	char *host; /* of several machines; NULL of one */
	char *name;
	int state; /* enum fact_state */
	uint32_t took_ms;
	char *note;
};

/* One of several machines whose facts were judged together. */
struct report_machine {
	char *name, *vantage, *started;
	uint32_t took_ms;
};

/* A value that the plan leaves out, and who supplied it. */
struct report_default {
	char *host; /* of several machines; NULL of one */
	char *key, *value, *source;
};

#define REPORT_SOURCES_MAX 4

struct report {
	char *schema;
	struct report_tool tool;
	int verdict;
	struct report_gate gate;
	struct report_vantage vantage;
	struct prefix range;
	char *started;
	uint32_t took_ms;
	struct report_summary summary;
	struct list findings; /* struct finding */
	struct list probes;   /* struct report_probe; owned */
	struct list machines; /* struct report_machine, empty with one machine; owned */
	struct strings notes;
	struct list defaults; /* struct report_default; owned, and so is each value */
	struct report_create create;

	/* room for what is made here */
	char *source_items[REPORT_SOURCES_MAX];
};

/* How a report is to be shown. */
struct report_options {
	bool json, pretty;
	bool verbose;
	bool no_hints;
	struct style style;
};

extern const struct record report_record;

/* 0 or -ENOMEM; release in any case. */
int report_build(struct report *report, const struct join *join,
		 const struct judgement *judgement);
void report_release(struct report *report);
/* Adds the report in the format that is asked for; check text_error() afterwards. */
void report_render(const struct report *report, const struct report_options *options,
		   struct text *out);
void report_render_json(const struct report *report, const struct report_options *options,
			struct text *out);
void report_render_text(const struct report *report, const struct report_options *options,
			struct text *out);
/* The JSON Schema (2020-12). */
void report_schema(struct text *out);

extern const struct record report_create_record;
void report_create_release(struct report_create *create);
void report_form_release(struct report_form *form);
/* One paragraph in the text report; nothing where there was no `create`. */
void report_text_create(const struct report_create *create, const struct report_options *options,
			struct text *out);

/* Parts of the text report (report_text_finding.c). */
void report_text_finding(const struct finding *finding, const struct report_options *options,
			 struct text *out);
/* Unknown findings of several rules that one command would settle. */
void report_text_question(const struct finding *finding, const char *codes,
			  const struct report_options *options, struct text *out);
/* What a finding is about, in words; adds nothing where the subject is empty. */
void report_subject_words(const struct subject *subject, struct text *out);

#endif
