/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `create` writes down before it calls anything, so that a run that died, or got no answer, is
 * known to the next one; and the lock that keeps two runs of one user on one host apart.
 *
 * One file a link, mode 0600, replaced whole and synced with its folder: /var/lib/reachback for
 * root, else reachback in the XDG state folder.
 */
#ifndef CMD_JOURNAL_H
#define CMD_JOURNAL_H

#include "probes/cloud_change.h"
#include "rules/fault.h"
#include "rules/record.h"

#include <stdint.h>

#define JOURNAL_SCHEMA "reachback.journal/1"

enum journal_state {
	JOURNAL_NONE,
	JOURNAL_CALLING, /* the call was about to be made, and nobody wrote down what came of it */
	JOURNAL_MADE,
	JOURNAL_REFUSED, /* nothing was changed */
	JOURNAL_STATES
};
extern const char *const journal_state_words[JOURNAL_STATES + 1];

struct journal_entry {
	char *schema;
	int state;  /* enum journal_state */
	char *time; /* of the state, UTC */
	char *kind, *module, *instance_id, *vpc_id, *vswitch_id;
	struct change_call call;
	char *override;
	char *note, *request_id;
};

struct journal {
	char *path; /* of the entry; NULL: not open */
	char *folder;
	int lock; /* descriptor; -1 */
	struct journal_entry entry;
};

/*
 * Names the link's file by `name`, makes the folder, takes the lock (waiting `wait_ms` at most) and
 * reads the entry that is there. -EBUSY: another run holds the lock. Close in any case.
 */
int journal_open(struct journal *journal, const char *name, uint64_t wait_ms, struct fault *fault);
/* Reads the entry that is there, and leaves no trace; it is not to be written then. */
int journal_peek(struct journal *journal, const char *name, struct fault *fault);
/* Writes the entry with this state and the present; it is on disk when this returns 0. */
int journal_write(struct journal *journal, enum journal_state state, struct fault *fault);
void journal_close(struct journal *journal);

#endif
