/* SPDX-License-Identifier: Apache-2.0 */
/* One look at the cloud: credential or saved replies, all readers, the section "cloud". */
#ifndef PROBES_CLOUD_HELPER_LOOK_H
#define PROBES_CLOUD_HELPER_LOOK_H

#include "probes/cloud_helper/call.h"
#include "probes/cloud_request.h"
#include "rules/facts.h"

/*
 * Fills the sections of the cloud. Where there is no credential at all they stay absent; where one
 * cannot be used, "cloud" says why and so does each section that would have been asked for.
 * 0 or negative errno: the facts are worth nothing then.
 */
int cloud_look(const struct cloud_request *request, struct facts *facts, struct fault *fault);

/* Asks something else than the readers do; `start` is not called where there is no credential. */
struct cloud_session {
	void (*start)(struct cloud_run *run, void *context);
	void *context;
};
int cloud_ask(const struct cloud_request *request, const struct cloud_session *session,
	      struct facts *facts, struct fault *fault);

#endif
