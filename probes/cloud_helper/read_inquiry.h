/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of instance, network, transit and PrivateZone share: keeping what became of a
 * question (struct inquiry), and routes of the cloud.
 */
#ifndef PROBES_CLOUD_HELPER_READ_INQUIRY_H
#define PROBES_CLOUD_HELPER_READ_INQUIRY_H

#include "probes/cloud_helper/call.h"
#include "rules/facts_cloud_inquiry.h"
#include "rules/facts_cloud_network.h"

#define INQUIRY_ID_MAX 128
#define INQUIRY_ITEMS_MAX 512   /* border routers, interfaces, sessions ... */
#define INQUIRY_ROUTES_MAX 5000 /* of all tables of a section */
#define INQUIRY_NAMES_MAX 64    /* strings of one item */

/*
 * Takes a reply into account; true when it is CALL_OK. Of several replies the worst stays. That
 * there is no such thing is an answer, too: the caller writes it down.
 */
bool inquiry_settle(struct cloud_run *run, struct inquiry *inquiry,
		    const struct cloud_reply *reply);
/* The same for what is wrong with an answer, and for what was left out. */
void inquiry_fail(struct cloud_run *run, struct inquiry *inquiry, const char *why);

/* Has the list room for one more? Where it has none the inquiry fails: a part is no whole. */
bool inquiry_room(struct cloud_run *run, struct inquiry *inquiry, const struct list *list,
		  size_t most);

/* An id for a callback; lives as long as the run. NULL latches, or it is too long to be one. */
const char *inquiry_keep_id(struct cloud_run *run, const char *id);
/* The text in place of the last one; NULL stays NULL. */
void inquiry_text(struct cloud_run *run, char **place, const char *string);

/* The table of that id, NULL: there is none. */
struct table_fact *inquiry_table(const struct list *tables, const char *id);
/*
 * Asks for the entries of a route table of a VPC or border router, once a table: a struct
 * table_fact goes to `tables` at once, struct cloud_route to `routes` with the answer.
 */
void read_cloud_table(struct cloud_run *run, struct list *tables, struct list *routes,
		      const char *id);
/* Asks for the prefix list that is the destination of a route of `routes`, if it is one. */
void read_route_list(struct cloud_run *run, struct list *tables, struct list *routes,
		     const struct cloud_route *route);

extern const struct cloud_reader reader_instance, reader_network, reader_transit, reader_zones;

#endif
