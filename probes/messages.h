/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of netlink messages, each of one kind: what a dump calls for every message, and what
 * tests and fuzzers call with bytes of their own. All take a `struct message_reader` as data, add
 * to its facts, and return -EBADMSG where a message lies about its lengths, -ENOMEM, or 0.
 */
#ifndef PROBES_MESSAGES_H
#define PROBES_MESSAGES_H

#include "probes/rtnl.h"
#include "rules/facts.h"

#define MESSAGE_PORTS 65536

struct message_reader {
	struct facts *facts;
	enum section_id section; /* that is filled */
	int link_socket;         /* for names of interfaces; -1: they are "if7" */
	const bool *ports;       /* listeners: MESSAGE_PORTS of them */
	size_t before;           /* listeners: those of the family that was read first */
	bool second;             /* neighbours: the second look */
};

/* Opens what the reader needs, asks, and closes. A restart empties the section. */
int messages_read(const struct rtnl_question *question, struct message_reader *reader,
		  rtnl_message message, struct fault *fault);
/* The same with a restart of one's own; NULL: nothing has to be forgotten. */
int messages_read_with(const struct rtnl_question *question, struct message_reader *reader,
		       rtnl_message message, rtnl_restart restart, struct fault *fault);

int message_link(const struct nlmsghdr *header, void *data);
int message_address(const struct nlmsghdr *header, void *data);
int message_rule(const struct nlmsghdr *header, void *data);
int message_policy(const struct nlmsghdr *header, void *data);
int message_listener(const struct nlmsghdr *header, void *data);
/* Updates neighbours that are listed already; adds none. */
int message_neighbour(const struct nlmsghdr *header, void *data);
int message_exception(const struct nlmsghdr *header, void *data);

#endif
