/* SPDX-License-Identifier: Apache-2.0 */
/* The dump of IPv4 addresses, for the probes that need it before the section is merged. */
#ifndef PROBES_ADDRESSES_H
#define PROBES_ADDRESSES_H

#include "rules/facts.h"
#include "rules/fault.h"

/* Fills the addresses of `facts` (none before); on failure they hold what was read so far. */
int addresses_read(uint64_t deadline_ms, struct facts *facts, struct fault *fault);

#endif
