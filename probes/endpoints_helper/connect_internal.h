/* SPDX-License-Identifier: Apache-2.0 */
/* What the files connect*.c and trace*.c share. Nobody else needs it. */
#ifndef PROBES_ENDPOINTS_HELPER_CONNECT_INTERNAL_H
#define PROBES_ENDPOINTS_HELPER_CONNECT_INTERNAL_H

#include "probes/endpoints_helper/connect.h"
#include "probes/icmp.h"

#include <sys/socket.h>

/* What one socket asks for, and the rest of the process with it. */
struct connects {
	struct connecting *first;  /* under way */
	struct connecting *parked; /* without a descriptor yet, in their order */
	struct trace *traces;
	size_t looks;              /* plain connects that were looked into */
	bool loopback_named;       /* the plan itself names an address of it */
};

/* A bound socket of `type` with its options set; negative errno. */
int socket_open(const struct run *run, const struct connect_options *options, int type);
/* The local address, TCP_INFO. */
void socket_read_source(int fd, struct address *source);
void socket_read_info(int fd, struct tcp_fact *tcp);
bool socket_is_connected(int fd);
/* Before the socket becomes somebody else's: no error queue that would wake him. */
void socket_hand_over(int fd);

/* Looks into a plain connect that nobody has answered so far. */
void connect_look(struct run *run, const struct address *address, uint32_t port);
void trace_early(struct run *run, const struct address *address, uint32_t port);

#define REFUSAL_STEPS 16u

struct refusal;

struct refusal_step {
	struct refusal *refusal;
	uint32_t min_ttl;
};

/* A datagram to the same port, and the ICMP message that it drew. */
struct refusal_datagram {
	struct refusal *refusal;
	uint32_t ttl; /* it was sent with; 0: as it comes */
	struct watch watch;
	struct timer patience;
	bool answered;
	struct icmp_answer answer;
};

/* Who sent a RST: with which time to live does it arrive, and what comes from the target itself? */
struct refusal {
	struct run *run;
	struct address address;
	uint32_t port;
	uint32_t floor;   /* largest IP_MINTTL that a RST passed */
	unsigned int round;
	size_t pending;
	struct refusal_step steps[REFUSAL_STEPS];
	uint32_t ttl;     /* smallest time to live of a SYN that drew a RST; may still fall */
	struct refusal_datagram whole;   /* goes as far as it takes: what the target is like */
	struct refusal_datagram limited; /* goes no further than that SYN: does it expire there? */
	void (*done)(struct refusal *refusal);
	void *owner;
};
/* Calls refusal->done once, from the loop. run, address, port, done and owner are set. */
void refusal_start(struct refusal *refusal);
/* Takes out what is still under way. */
void refusal_stop(struct refusal *refusal);

#endif
