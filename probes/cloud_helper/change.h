/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper told to change something ("reachback-probe-cloud change"): one call of an operation
 * that a plan or `create` describes, or one look whether a link is there.
 */
#ifndef PROBES_CLOUD_HELPER_CHANGE_H
#define PROBES_CLOUD_HELPER_CHANGE_H

#include "probes/cloud_change.h"
#include "rules/fault.h"

/* 0, or negative errno: then nothing is known. Release the answer in any case. */
int cloud_change(const struct change_request *request, struct change_answer *answer,
		 struct fault *fault);

#endif
