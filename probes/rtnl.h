/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routing netlink, for every probe: one dump, one batch of look-ups, one event socket.
 *
 * Dumps use strict checking, 32 KiB buffers, a bounded number of restarts on EINTR and
 * NLM_F_DUMP_INTR (with a back-off), check the sender's port (the kernel's is 0) and every length
 * before libmnl sees a byte. A restart calls `restart` so that the caller forgets what it had.
 */
#ifndef PROBES_RTNL_H
#define PROBES_RTNL_H

#include "rules/fault.h"

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTNL_BUFFER_SIZE 32768
#define RTNL_RESTARTS_MAX 5
#define RTNL_SLOTS 16 /* datagrams received by one system call */

struct rtnl {
	struct mnl_socket *socket;
	uint32_t sequence;
	uint64_t deadline_ms;
	char *buffer; /* RTNL_SLOTS of RTNL_BUFFER_SIZE; used pages only are taken */
};

/* `bus` is NETLINK_ROUTE, NETLINK_XFRM, NETLINK_SOCK_DIAG. `groups`: multicast groups or 0. */
int rtnl_open(struct rtnl *rtnl, int bus, unsigned int groups, uint64_t deadline_ms,
	      struct fault *fault);
void rtnl_close(struct rtnl *rtnl);

/* Called for each message; a negative return ends the dump with that errno: then only close. */
typedef int (*rtnl_message)(const struct nlmsghdr *header, void *data);
typedef void (*rtnl_restart)(void *data);

/* Where a dump goes. `restart` may be NULL when nothing has to be forgotten. */
struct rtnl_sink {
	rtnl_message message;
	rtnl_restart restart;
	void *data;
};

/*
 * Sends `request` (type, flags and body filled; NLM_F_REQUEST|NLM_F_DUMP are added) and feeds every
 * answer to the sink. -EAGAIN with words when the host changes too fast.
 */
int rtnl_dump(struct rtnl *rtnl, struct nlmsghdr *request, const struct rtnl_sink *sink,
	      struct fault *fault);

/* A dump for those who need no socket of their own: open, dump, close. */
struct rtnl_question {
	int bus;
	uint16_t type;
	const void *body; /* fixed part and attributes, padded */
	size_t size;
	uint64_t deadline_ms;
};
int rtnl_ask(const struct rtnl_question *question, const struct rtnl_sink *sink,
	     struct fault *fault);

/*
 * A batch of requests that are no dumps: `bytes` holds `count` messages back to back, each padded
 * to NLMSG_ALIGNTO, type and body filled; NLM_F_REQUEST and the sequence number are set here.
 */
struct rtnl_batch {
	void *bytes;
	size_t length;
	uint32_t count;
};

/*
 * The answer to request `index` of a batch: `header`, or NULL and the kernel's negative errno
 * (0: acknowledged, without an answer). May come twice for one index (a repeated batch): the last
 * one counts. A negative return ends the exchange with that errno.
 */
typedef int (*rtnl_reply)(uint32_t index, const struct nlmsghdr *header, int error, void *data);

/* Sends the batch at once and feeds an answer for every request. 64 requests fit any buffer. */
int rtnl_exchange(struct rtnl *rtnl, struct rtnl_batch *batch, rtnl_reply reply, void *data,
		  struct fault *fault);

/*
 * Feeds every event that has arrived to `message`, without waiting. -ENOBUFS: the kernel threw some
 * away, the caller must look again at everything.
 */
int rtnl_events(struct rtnl *rtnl, rtnl_message message, void *data, struct fault *fault);

/*
 * Walks the messages of one datagram (aligned as malloc aligns). 0, the first negative answer of
 * `message`, or -EBADMSG where a length lies.
 */
int rtnl_walk(const void *bytes, size_t length, rtnl_message message, void *data);

/*
 * Parses attributes behind `offset` bytes of payload into tb[0..most]; unknown ones are ignored,
 * lengths of known ones checked by the caller. -EBADMSG where a length lies. The second: those
 * inside one.
 */
int rtnl_attributes(const struct nlmsghdr *header, size_t offset, const struct nlattr **tb,
		    unsigned int most);
int rtnl_nested(const struct nlattr *attribute, const struct nlattr **tb, unsigned int most);
/* The payload behind the fixed part, or NULL when the message is shorter than `size`. */
const void *rtnl_body(const struct nlmsghdr *header, size_t size);
/* Typed, length-checked: false when the attribute is absent (NULL) or of another length. */
bool rtnl_u8(const struct nlattr *attribute, uint8_t *value);
bool rtnl_u16(const struct nlattr *attribute, uint16_t *value);
bool rtnl_u32(const struct nlattr *attribute, uint32_t *value);
/* IPv4 address in host order. */
bool rtnl_ipv4(const struct nlattr *attribute, uint32_t *value);
/* A heap copy, cleaned; NULL when absent, unterminated or out of memory. */
char *rtnl_string(const struct nlattr *attribute);
/* The same with reasons: 0 (`*string` stays as it is when absent), -EBADMSG, -ENOMEM. */
int rtnl_string_read(const struct nlattr *attribute, char **string);

/* Names of numbers, as iproute2 prints them; unknown ones as digits. */
const char *rtnl_route_type(unsigned int type, char buffer[12]);
const char *rtnl_protocol(unsigned int protocol, char buffer[12]);
const char *rtnl_scope(unsigned int scope, char buffer[12]);
const char *rtnl_neighbour_state(unsigned int state);
/* "ENETUNREACH" of -ENETUNREACH or ENETUNREACH; digits when unknown. */
const char *errno_name(int code, char buffer[16]);

#endif
