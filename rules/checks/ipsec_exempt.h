/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces on which the kernel asks no IPsec policy. It owns no rule.
 *
 * net.ipv4.conf.IFACE.disable_xfrm exempts what leaves by the interface from policies of direction
 * out, disable_policy what enters by it from those of in and forward; `all` counts for every
 * interface since Linux 5.11 (measured on 6.18).
 */
#ifndef RULES_CHECKS_IPSEC_EXEMPT_H
#define RULES_CHECKS_IPSEC_EXEMPT_H

#include "rules/facts.h"

#include <stdbool.h>

/* `dev` NULL: an interface that is not known, exempt only where all are. Unread: not exempt. */
bool ipsec_exempts_leaving(const struct facts *facts, const char *dev);
bool ipsec_exempts_entering(const struct facts *facts, const char *dev);

#endif
