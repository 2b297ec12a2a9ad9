/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that read the section "groups" share: who asks for what next.
 */
#ifndef PROBES_CLOUD_HELPER_READ_GROUPS_H
#define PROBES_CLOUD_HELPER_READ_GROUPS_H

#include "probes/cloud_helper/call.h"

#define READ_ID_MAX 128
#define READ_NO_ANSWER "no answer came in time"
#define READ_ADDRESSES_MAX 64
#define READ_INTERFACES_MAX 512
#define READ_GROUPS_MAX 128
#define READ_OTHER_GROUPS_MAX 20 /* of the VPC, that no interface here carries */
#define READ_RULES_MAX 20000
#define READ_LISTS_MAX 256
#define READ_ENTRIES_MAX 1000
#define READ_ACLS_MAX 64

extern const struct cloud_reader cloud_reader_groups;

/* What a call was for; lives as long as the run. */
struct asked {
	char id[READ_ID_MAX]; /* of the thing that is looked at */
	struct address address;
	uint32_t port;
	unsigned int left; /* calls without an answer */
	bool spoilt;       /* one of them failed */
};

/* A copy of `id` for a callback; NULL latches, or `id` is too long for one of the cloud. */
struct asked *asked_for(struct cloud_run *run, const char *id);
/* State and note of a thing, from what came of the call; true when it is there to be read. */
bool asked_settle(struct cloud_run *run, const struct cloud_reply *reply, int *state, char **note);
/* Puts a reason in the place of a note. */
void asked_note(struct cloud_run *run, char **note, const char *words);

/* Rules of a group (and of the lists they name), once each. */
void read_group(struct cloud_run *run, const char *id);
/* Names and kinds of the groups; those of the VPC that nobody here carries as well. */
void read_group_kinds(struct cloud_run *run, const struct strings *ids);
void read_groups_of_vpc(struct cloud_run *run, const char *vpc);
/* The network ACL of a vSwitch, once. */
void read_guard(struct cloud_run *run, const char *vswitch);
/* A network ACL by its id, once: lists do not show those of other accounts. */
void read_network_acl(struct cloud_run *run, const char *id);
/* A prefix list of security groups, a prefix list of ACLs, a port list; once each. */
void read_named_list(struct cloud_run *run, enum cloud_action_id action, const char *id);

#endif
