/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the values of the form in their places in a call that the plan describes: {gitlab_ip},
 * {other_ips}, {vpc_id}, {vswitch_id}, {instance_id} and {region} in its path and in the strings
 * of its query, body and match. An item of a list that is "{other_ips}" alone becomes as many
 * items as there are addresses.
 *
 * What a JSON text holds was checked when the plan was read. All return 0 or negative errno, and
 * -EINVAL with words for what the user can mend.
 */
#ifndef CMD_LINK_VALUES_H
#define CMD_LINK_VALUES_H

#include "cmd/report.h"
#include "rules/fault.h"
#include "rules/record.h"

/* A path of as many parts as `template` has. The caller frees it. */
int values_path(const struct report_form *form, const char *template, char **path,
		struct fault *fault);
/* As the gateways take structures: "Name.1", "Name.Key", "Name.1.Key"; null is left out. */
int values_flat(const struct report_form *form, const char *object, struct list *parameters,
		struct fault *fault);
/* One parameter a key; what is no string as its JSON. */
int values_fields(const struct report_form *form, const char *object, struct list *parameters,
		  struct fault *fault);
/* The object with its types, as JSON. The caller frees it. */
int values_document(const struct report_form *form, const char *object, char **document,
		    struct fault *fault);

#endif
