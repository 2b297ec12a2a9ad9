/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of classic (read_balancers.c) and newer load balancers (read_nlb.c) share.
 */
#ifndef PROBES_CLOUD_HELPER_READ_BALANCERS_H
#define PROBES_CLOUD_HELPER_READ_BALANCERS_H

#include "probes/cloud_helper/read_groups.h"

#define READ_BALANCERS_MAX 128
#define READ_BACKENDS "it has more backends than are read"

extern const struct cloud_reader cloud_reader_balancers;

struct balancer_fact *find_balancer(struct cloud_run *run, const char *id);
/* A new row with what the list says of it; NULL: it is there, there is no room, or it latched. */
struct balancer_fact *add_balancer(struct cloud_run *run, const char *kind,
				   const struct cJSON *json, const char *address);
/* NULL where there is none; "" for any protocol. */
struct listener_entry_fact *find_listener(struct balancer_fact *balancer, uint32_t port,
					  const char *protocol);
/* Takes `protocol` over. NULL: no port, or no room. */
struct listener_entry_fact *add_listener(struct cloud_run *run, struct balancer_fact *balancer,
					 struct maybe port, char *protocol);
/* Access control and servers of a listener of an application load balancer (read_alb.c). */
void read_alb_listener(struct cloud_run *run, const struct cJSON *json, const char *balancer,
		       uint32_t port);
/* Network and application load balancers of the link's VPC. */
void read_nlbs(struct cloud_run *run);

#endif
