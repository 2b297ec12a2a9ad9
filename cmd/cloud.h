/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command line and the environment say for the cloud probe. Variables that may hold a key
 * are moved out of this process before anything else is done: into a descriptor that the cloud
 * probe alone gets. No other process of a run ever has one.
 */
#ifndef CMD_CLOUD_H
#define CMD_CLOUD_H

#include "cmd/option.h"
#include "probes/cloud_request.h"
#include "rules/facts.h"

/* Fills what the command line says, and wipes the environment; release in any case. */
int cloud_prepare(const struct settings *settings, struct cloud_request *request,
		  struct facts *facts, struct fault *fault);
void cloud_release(struct cloud_request *request);

#endif
