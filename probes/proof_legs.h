/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which legs of a multipath route the kernel really picks for replies sent from here. Since Linux
 * 6.15 a leg whose own address is the packet's source is preferred, so that others may never be.
 *
 * Found by plain look-ups, once a source address and route, and never where they could miss a leg
 * that is picked now and then.
 */
#ifndef PROBES_PROOF_LEGS_H
#define PROBES_PROOF_LEGS_H

#include "probes/proof_sheet.h"

/*
 * What tells routes with equal legs apart (they may prefer other sources): the same number, the
 * same route as far as legs are picked. 0: no multipath route, or one by a next-hop object.
 */
uint64_t legs_route(const struct nlmsghdr *header, const struct route_message *message);
/* Replaces answers of the sheet whose legs are not all used by ones that say so (HOP_UNUSED). */
int legs_mark(struct sheet *sheet, struct fault *fault);
void legs_release(struct legs *legs);

#endif
