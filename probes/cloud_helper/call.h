/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of the cloud's API, for those who map replies to facts (read_*.c).
 *
 * A reader asks with cloud_call() and gets its callback once, later, from the loop: with all pages
 * of the answer merged, or with what came of it instead. It may start further calls from there.
 * Calls that do not wait for each other are under way at once. The same calls are answered by saved
 * replies where the user gave a directory of them.
 *
 * A reader never judges. It fills the struct of its section in run->facts, cleans foreign strings
 * (reply.h does), and bounds its lists. The state of its section is kept here:
 *
 *	cloud_section_begin()   when it has something to ask: the section becomes FACT_OK
 *	cloud_section_settle()  with each reply that the section cannot do without: refused or
 *	                        failed makes the whole section FACT_DENIED or FACT_FAILED
 *
 * A section that was not begun stays absent: there was nothing to look at.
 */
#ifndef PROBES_CLOUD_HELPER_CALL_H
#define PROBES_CLOUD_HELPER_CALL_H

#include "probes/cloud_helper/actions.h"
#include "probes/cloud_request.h"
#include "rules/facts.h"

#include <stdbool.h>
#include <stdint.h>

struct cJSON;
struct cloud_calls;
struct cloud_kept;

struct cloud_run {
	const struct cloud_request *request;
	const struct plan *plan; /* with what the metadata service adds */
	const char *region;      /* never NULL while readers run */
	struct facts *facts;     /* the sections of the cloud are filled here */
	struct cloud_calls *calls;
	struct cloud_kept *kept; /* what readers keep between calls */
	int error; /* latched: -ENOMEM; the facts are worth nothing then */
};

/* One parameter; a list of them ends with a NULL name. Flatten lists: "VpcIds.1". */
struct cloud_parameter {
	const char *name, *value;
};

struct cloud_reply {
	const struct cloud_action *action;
	int outcome; /* enum call_outcome */
	const char *code; /* error code of the reply, "" where there is none */
	const char *note; /* why it is not CALL_OK, in words; "" */
	/*
	 * The whole answer, pages merged into the list of the first; NULL unless CALL_OK. It is
	 * gone behind the callback.
	 */
	const struct cJSON *json;
};

typedef void (*cloud_callback)(struct cloud_run *run, const struct cloud_reply *reply,
			       void *context);

/*
 * Asks. `parameters` is copied; RegionId is added where the action takes one and none is given, and
 * so are paging parameters. `context` must live until the callback. Never calls back at once.
 * Failure is latched in run->error.
 */
void cloud_call(struct cloud_run *run, enum cloud_action_id action,
		const struct cloud_parameter *parameters, cloud_callback done, void *context);

/* The same for an operation that stands in no table; the row must live until the callback. */
void cloud_call_row(struct cloud_run *run, const struct cloud_action *action,
		    const struct cloud_parameter *parameters, cloud_callback done, void *context);

void cloud_section_begin(struct cloud_run *run, enum section_id id);
/*
 * Takes a reply into account; true when it is CALL_OK. CALL_MISSING does not harm a section: the
 * reader writes down that the thing is not there.
 */
bool cloud_section_settle(struct cloud_run *run, enum section_id id,
			  const struct cloud_reply *reply);
/* The same for what is wrong with the content of an answer. */
void cloud_section_fail(struct cloud_run *run, enum section_id id, const char *why);

/* Latches -ENOMEM where `pointer` is NULL; returns whether all is well so far. */
bool cloud_keeps(struct cloud_run *run, const void *pointer);

/* One reader: asks its first questions. Rows are in readers.c, one a subject. */
struct cloud_reader {
	const char *name;
	void (*start)(struct cloud_run *run);
	/* After the last reply, where order or joins are to be made; may be NULL. */
	void (*finish)(struct cloud_run *run);
};
extern const struct cloud_reader *const cloud_readers[]; /* ended by NULL */

/*
 * State of a reader between its calls: zeroed memory that lives as long as the run and is freed
 * with it (`release` may be NULL). NULL latches.
 */
void *cloud_keep(struct cloud_run *run, size_t size, void (*release)(void *));

#endif
