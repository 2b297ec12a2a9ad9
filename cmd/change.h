/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way to a call that changes something: the cloud helper, told to. It alone has the key and
 * signs; this side words the request and reads what came of it.
 */
#ifndef CMD_CHANGE_H
#define CMD_CHANGE_H

#include "probes/cloud_change.h"
#include "rules/fault.h"

/*
 * Runs the helper from `helper_dir`. 0 where it answered, whatever it says; a negative errno where
 * it died, was late, or answered nonsense: then a call may have been made all the same. Release the
 * answer in any case.
 */
int change_run(const char *helper_dir, struct change_request *request,
	       struct change_answer *answer, struct fault *fault);
void change_answer_release(struct change_answer *answer);

/* Adds a parameter; copies. 0 or -ENOMEM. */
int change_parameter_add(struct list *parameters, const char *name, const char *value);

#endif
