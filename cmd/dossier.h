/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saved facts that `create` judges beside its own: read, and held to its own plan.
 */
#ifndef CMD_DOSSIER_H
#define CMD_DOSSIER_H

#include "cmd/option.h"
#include "rules/engine.h"

#include <stddef.h>

struct dossier {
	struct facts *files; /* what was read; owned */
	size_t file_count;
	const struct facts **facts; /* our own first, then those of the same plan */
	size_t count;
	struct list others; /* struct gate_missing: files that were collected with another plan */
};

/*
 * Reads the files that options and operands name. `own` must outlive the evidence. An acceptance
 * is the creator's to give: those of the files give way to those of `own`. Release in any case.
 */
int dossier_read(const struct settings *settings, const struct facts *own,
		  struct dossier *dossier, struct fault *fault);
/* Facts of another plan prove nothing about this one: the gate needs them anew. 0 or -ENOMEM. */
int dossier_settle(struct dossier *dossier, struct judgement *judgement);
void dossier_release(struct dossier *dossier);

#endif
