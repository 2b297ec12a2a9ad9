/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of all rules, for rules/catalog.c, and the few words that rules share.
 *
 * A rule's row and its code stand together in a file of this folder; this header only makes the
 * rows known to the catalogue.
 */
#ifndef RULES_CHECKS_CHECKS_H
#define RULES_CHECKS_CHECKS_H

#include "rules/rule.h"

#define VANTAGE_HOST (VANTAGE_BIT(VANTAGE_GITLAB_HOST))
#define VANTAGE_ROUTER (VANTAGE_BIT(VANTAGE_IDC_ROUTER))
#define VANTAGE_EVERY                                                                              \
	(VANTAGE_BIT(VANTAGE_GITLAB_HOST) | VANTAGE_BIT(VANTAGE_IDC_ROUTER) |                      \
	 VANTAGE_BIT(VANTAGE_VSWITCH_HOST) | VANTAGE_BIT(VANTAGE_OFFLINE))

/* A JSON pointer to an item: "/routes/classes" and 1 give "/routes/classes/1". */
/* The part of a netplan file where `dev` stands: "ethernets", "bonds", "vlans" ... */
const char *netplan_section(const struct facts *facts, const char *dev);
void pointer_print(char *text, size_t size, const char *list, size_t place);
/* Does this machine send or forward the replies of the service? */
bool service_is_here(const struct service_fact *service);

/* Is it a route of the network configuration, and no network that will come up? */
bool config_is_route(const struct config_fact *config);
/* May the file or folder at `path` hold such routes, and `other`: anything else we look for? */
bool config_may_route(const char *path, bool *other);

/* Free rules. */
extern const struct rule rule_service_address_local;
extern const struct rule rule_whole_range_proved;
extern const struct rule rule_declared_networks_clear;
extern const struct rule rule_configured_networks_clear;
extern const struct rule rule_ipsec_policy_bypassed;
extern const struct rule rule_forwarding_enabled;
extern const struct rule rule_listener_answers;
extern const struct rule rule_routes_persist;
extern const struct rule rule_arp_flux_free;
extern const struct rule rule_no_stale_path_exceptions;

#endif
