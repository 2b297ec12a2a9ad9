/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `create` hands to "reachback-probe-cloud change", and what comes back: one call that makes a
 * link, or one look whether there is one. The only way to anything that changes something.
 */
#ifndef PROBES_CLOUD_CHANGE_H
#define PROBES_CLOUD_CHANGE_H

#include "probes/cloud_request.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

struct change_parameter {
	char *name, *value;
};

/* Of a query, and of a form; beside those that paging and the region may add. */
#define CHANGE_PARAMETERS_MAX 200u
#define CHANGE_DOCUMENT_MAX ((size_t)128 * 1024)

struct change_call {
	char *product, *action, *version, *style, *method, *path;
	struct list query; /* struct change_parameter */
	struct list body;  /* likewise: a form (RPC) */
	char *document;    /* the body of ROA: a JSON object with its types */
};

struct change_request {
	struct cloud_request cloud;
	bool make; /* changes something; else it only looks */
	struct change_call call;
	/* A look finds the link where one object of the reply has all these fields. */
	struct list match; /* struct change_parameter */
	char *list_name;   /* of the reply's list; NULL: whichever lists it has */
	/*
	 * Instead of a call: the managed interfaces on this vSwitch, and whether the egress of a
	 * managed group of one of them names all these addresses.
	 */
	char *vswitch_id;
	struct strings addresses;
};

enum change_outcome {
	CHANGE_UNSET,
	CHANGE_DONE,    /* the call succeeded; the look was answered */
	CHANGE_REFUSED, /* nothing was changed: refused, or never sent */
	CHANGE_UNCLEAR, /* whether anything was changed cannot be told from the answer */
	CHANGE_OUTCOMES
};
extern const char *const change_outcome_words[CHANGE_OUTCOMES + 1];

/* Why a look that was answered shows nothing all the same: no answer to "is it there?". */
enum change_gap {
	GAP_NONE,
	GAP_LIST,  /* the reply has no list at all: that is no empty list */
	GAP_FIELD, /* nothing in its list has the fields by which the link is told */
	GAP_PAGES, /* there is more than it shows */
	CHANGE_GAPS
};
extern const char *const change_gap_words[CHANGE_GAPS + 1];

struct change_answer {
	int outcome; /* enum change_outcome; unclear where a look has a gap */
	int gap;     /* enum change_gap */
	char *code, *note, *request_id;
	bool found; /* by a look: there is such a link */
	char *id, *ip, *status, *issue, *vswitch_id; /* of it, as far as the reply says */
};

extern const struct record change_call_record;
extern const struct record change_request_record;
extern const struct record change_answer_record;

#endif
