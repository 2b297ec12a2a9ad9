/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue of rules, in report order. A rule stands behind every rule of its `after`.
 */
#include "rules/rule.h"

#include "rules/checks/checks.h"
#include "rules/checks/cloud_admission.h"
#include "rules/checks/cloud_rules.h"
#include "rules/checks/endpoint_above.h"
#include "rules/checks/endpoint_names.h"
#include "rules/checks/endpoint_path.h"
#include "rules/checks/endpoint_web.h"
#include "rules/checks/return_rules.h"
#include "rules/checks/return_trace.h"
#include "rules/join.h"

const struct rule *const rule_catalog[] = {
	&rule_service_address_local,
	&rule_whole_range_proved,
	&rule_facts_fresh,
	&rule_overlap_local_address,
	&rule_overlap_connected_network,
	&rule_overlap_container_network,
	&rule_overlap_overlay_tunnel,
	&rule_overlap_wan,
	&rule_declared_networks_clear,
	&rule_configured_networks_clear,
	&rule_return_route_not_refused,
	&rule_return_route_not_diverted,
	&rule_return_route_metric,
	&rule_return_route_legs,
	&rule_return_next_hop_alive,
	&rule_return_route_partial,
	&rule_return_route_present,
	&rule_return_next_hop,
	&rule_return_default_route,
	&rule_return_route_by_mark,
	&rule_reverse_path_filter,
	&rule_request_not_refused,
	&rule_return_interface,
	&rule_return_carried_on,
	&rule_return_trace_unrefused,
	&rule_return_trace_reaches_cloud,
	&rule_ipsec_policy_bypassed,
	&rule_forwarding_enabled,
	&rule_listener_answers,
	&rule_routes_persist,
	&rule_arp_flux_free,
	&rule_no_stale_path_exceptions,
	&rule_security_groups_admit_range,
	&rule_security_groups_admit_vswitch,
	&rule_network_acl_passes_range,
	&rule_network_acl_lets_out,
	&rule_managed_group_lets_out,
	&rule_webhooks_let_out,
	&rule_balancer_listener_runs,
	&rule_balancer_admits_range,
	&rule_balancer_backends_healthy,
	&rule_private_address,
	&rule_link_stands,
	&rule_link_bound,
	&rule_cloud_credentials_accepted,
	&rule_cloud_calls_permitted,
	&rule_cloud_calls_unthrottled,
	&rule_regions_equal,
	&rule_zone_not_listed,
	&rule_vswitch_of_vpc,
	&rule_vswitch_has_addresses,
	&rule_instance_runs,
	&rule_instance_quota,
	&rule_linked_vpc_running,
	&rule_private_zone_role,
	&rule_builds_inside_mainland,
	&rule_last_build_clone,
	&rule_private_zone_intact,
	&rule_vpc_routes_leave_range,
	&rule_border_router_up,
	&rule_border_sessions_up,
	&rule_border_route_to_service,
	&rule_border_entries_shown,
	&rule_border_return_route,
	&rule_border_range_alone,
	&rule_border_health_check,
	&rule_border_announces_range,
	&rule_cen_carries_routes,
	&rule_vpc_route_to_service,
	&rule_gitlab_clone_url_fits,
	&rule_gitlab_lfs_reachable,
	&rule_gitlab_submodules_reachable,
	&rule_names_answer,
	&rule_allow_list_complete,
	&rule_names_agree,
	&rule_names_come_whole,
	&rule_hosts_file_agrees,
	&rule_names_fully_qualified,
	&rule_ipv6_addresses_answer,
	&rule_overlay_passes_names,
	&rule_names_agree_elsewhere,
	&rule_redirect_port_open,
	&rule_path_treats_flows_alike,
	&rule_endpoint_connects,
	&rule_path_carries_large_packets,
	&rule_tls_handshake_completes,
	&rule_certificate_same_elsewhere,
	&rule_certificate_trusted,
	&rule_tls_risks,
	&rule_http_answers,
	&rule_gitlab_api_answers,
	&rule_gitlab_token_fits,
	&rule_gitlab_project_visible,
	&rule_gitlab_webhooks_called,
	&rule_gitlab_git_answers,
	&rule_gitlab_submodules_served,
	&rule_gitlab_lfs_served,
	&rule_maven_metadata_served,
	&rule_maven_artifact_served,
	&rule_maven_metadata_current,
	&rule_maven_risks,
	&rule_registry_answers,
	&rule_source_representative,
	&rule_proxies_unused,
};

const size_t rule_catalog_count = sizeof(rule_catalog) / sizeof(rule_catalog[0]);

const struct rule *rule_find(const char *code)
{
	size_t i;

	for (i = 0; i < rule_catalog_count; i++)
		if (text_equal(rule_catalog[i]->code, code))
			return rule_catalog[i];
	return NULL;
}
