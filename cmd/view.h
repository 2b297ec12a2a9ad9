/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules and causes as records, so that `explain -j` and `rules -j` come from tables like all JSON.
 * Views borrow everything from the catalogues.
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include "rules/rule.h"

struct source_view {
	char *document, *heading;
};

struct rule_view {
	char *code, *area, *title;
	int severity;
	struct strings reads, vantages, causes, after;
	char *why, *evidence;
	struct list remedies; /* struct remedy */
	struct source_view source;

	/* room for what is made here */
	char *read_items[SECTION_COUNT];
	char *vantage_items[VANTAGE_COUNT];
	struct remedy remedy_items[RULE_REMEDIES_MAX];
};

struct cause_view {
	char *id, *title, *symptom, *evidence, *fix;
	struct strings rules; /* that can establish it */
	char *rule_items[16];
};

extern const struct record rule_view_record;
extern const struct record cause_view_record;

void rule_view_fill(struct rule_view *view, const struct rule *rule);
void cause_view_fill(struct cause_view *view, const struct cause *cause);

/* "a, b, c". */
void view_add_list(const struct strings *strings, struct text *out);

#endif
