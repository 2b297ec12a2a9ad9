/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a link by a call of the cloud's API, once: what is there is read before anything is
 * called, what is about to be called is written down first, and after an answer that tells nothing
 * the state is read before another try.
 */
#ifndef CMD_LINK_H
#define CMD_LINK_H

#include "cmd/journal.h"
#include "cmd/option.h"
#include "cmd/report.h"
#include "probes/cloud_change.h"

struct link {
	const struct settings *settings;
	const char *helper_dir;
	const struct cloud_request *cloud; /* how to ask; borrowed */
	const struct plan *plan;
	const struct report_form *form;
	struct change_request look, make;
	bool listed; /* the look lists such links: one that is not there was not made */
	struct journal journal;
	struct change_answer seen; /* the last look's */
	struct report_create *done;
};

/* Does this user's plan describe a call for this kind of link? Else the form is printed. */
bool link_is_called(const struct plan *plan, int kind);
/* Fills the requests from link->plan and link->form. -EINVAL: the plan lacks something. */
int link_prepare(struct link *link, struct fault *fault);
/*
 * Brings the link about, or says in link->done why not. 0, or negative errno where this program
 * failed; link->done->outcome tells the rest. -ENOTTY: there is a question and nobody to ask.
 */
int link_create(struct link *link, struct fault *fault);
void link_release(struct link *link);

#endif
