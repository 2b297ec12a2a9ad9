/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sockets without privilege hear of ICMP: the error queue (IP_RECVERR) of a socket whose
 * packets go out with a small time to live. For every trace of this program, whoever sends it.
 */
#ifndef PROBES_ICMP_H
#define PROBES_ICMP_H

#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct socket_address {
	union {
		struct sockaddr any;
		struct sockaddr_storage room;
	};
	socklen_t length;
};

/* An ICMP message out of the error queue. */
struct icmp_answer {
	struct address from;
	struct maybe type, code;
	struct maybe reply_ttl;
};

void socket_address_fill(const struct address *address, uint32_t port, struct socket_address *out);
struct address socket_address_read(const struct sockaddr *from);
/* A whole number as socket option. 0 or negative errno. */
int socket_set(int fd, int level, int option, uint32_t value);
/* Errors come with their ICMP message, those of IPv4 with the time to live it arrived with. */
int socket_hear_icmp(int fd, int family);
/* The time to live of what is sent. */
int socket_set_ttl(int fd, int family, uint32_t ttl);
/* Empties the error queue; keeps the first message that ends a connect. Was there one? */
bool socket_read_icmp(int fd, struct icmp_answer *answer);

/* enum hop_outcome of an ICMP message of this type. */
int hop_outcome_of_icmp(uint32_t type);
/*
 * How many hops are told of `most` times to live (outcomes[1] on, enum hop_outcome): up to `end`,
 * the smallest that drew a last answer; where none did (0), up to the last answer and one silent
 * hop behind it.
 */
uint32_t hops_told(const int *outcomes, uint32_t most, uint32_t end);

#endif
