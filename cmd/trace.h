/* SPDX-License-Identifier: Apache-2.0 */
/* --trace: addresses of the range towards which the way of replies is traced. */
#ifndef CMD_TRACE_H
#define CMD_TRACE_H

#include "cmd/option.h"
#include "rules/prefix.h"

/*
 * The addresses, each once, in `*traces` (free() in any case). -EINVAL: not one of the range, too
 * many, or a plan for another vantage than the GitLab host.
 */
int trace_parse(const struct settings *settings, const struct plan *plan, struct address **traces,
		size_t *count, struct fault *fault);

#endif
