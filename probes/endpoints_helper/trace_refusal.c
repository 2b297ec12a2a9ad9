/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who sent a RST, without privilege: the time to live that it arrives with is the largest
 * IP_MINTTL (RFC 5082) that lets it through. Two rounds of sixteen steps find it.
 *
 * Beside them two datagrams go to the same port: a target that answers "port unreachable" shows
 * with which time to live its own packets arrive; and one that goes no further than the first SYN
 * that was refused expires where the target is further away than that.
 */
#include "probes/endpoints_helper/connect_internal.h"

#include <errno.h>
#include <sys/epoll.h>

#define ROUNDS 2
#define WAIT_US (UINT64_C(250) * 1000)

static void start_round(struct refusal *refusal);
static void send_datagram(struct refusal *refusal, struct refusal_datagram *datagram,
			  uint32_t ttl);

static void finish(struct refusal *refusal)
{
	if (!refusal->pending && refusal->round == ROUNDS &&
	    refusal->whole.watch.fd < 0 && refusal->limited.watch.fd < 0)
		refusal->done(refusal);
}

static void step_done(void *owner, int fd, struct tcp_fact *tcp)
{
	struct refusal_step *step = owner;
	struct refusal *refusal = step->refusal;

	connect_reset(fd);
	if (tcp->outcome == TCP_REFUSED && step->min_ttl > refusal->floor)
		refusal->floor = step->min_ttl;
	if (--refusal->pending)
		return;
	if (refusal->round == ROUNDS) {
		finish(refusal);
		return;
	}
	/* only now is it known which SYN was the first to be refused */
	send_datagram(refusal, &refusal->limited, refusal->ttl);
	start_round(refusal);
}

/* First every sixteenth value, then those between the last that was heard and the next. */
static void start_round(struct refusal *refusal)
{
	uint32_t base = refusal->floor, step = refusal->round++ ? 1 : REFUSAL_STEPS, i;

	/* one more than there are, until all are started */
	refusal->pending++;
	for (i = 1; i < REFUSAL_STEPS && !refusal->run->error; i++) {
		struct connect_options options = { .address = refusal->address,
						   .port = refusal->port, .quiet = true,
						   .min_ttl = base + i * step,
						   .time_us = WAIT_US };

		refusal->steps[i] = (struct refusal_step){ refusal, options.min_ttl };
		if (!connect_start(refusal->run, &options, step_done, &refusal->steps[i]))
			refusal->pending++;
	}
	refusal->pending--;
}

static void end_datagram(struct refusal_datagram *datagram)
{
	struct run *run = datagram->refusal->run;

	loop_cancel(&run->loop, &datagram->patience);
	(void)loop_watch(&run->loop, &datagram->watch, 0);
	connect_close(datagram->watch.fd);
	datagram->watch.fd = -1;
}

static void datagram_ready(struct watch *watch, uint32_t events)
{
	struct refusal_datagram *datagram = watch->owner;

	(void)events;
	datagram->answered = socket_read_icmp(watch->fd, &datagram->answer);
	end_datagram(datagram);
	finish(datagram->refusal);
}

static void datagram_late(struct timer *timer)
{
	struct refusal_datagram *datagram = timer->owner;

	end_datagram(datagram);
	finish(datagram->refusal);
}

static void send_datagram(struct refusal *refusal, struct refusal_datagram *datagram, uint32_t ttl)
{
	struct connect_options options = { .address = refusal->address, .port = refusal->port,
					   .ttl = ttl };
	struct run *run = refusal->run;
	struct socket_address peer;
	int fd = socket_open(run, &options, SOCK_DGRAM);

	datagram->ttl = ttl;
	datagram->watch.fd = fd;
	if (fd < 0)
		return;
	socket_address_fill(&options.address, options.port, &peer);
	if (connect(fd, &peer.any, peer.length) || send(fd, "", 0, MSG_NOSIGNAL) < 0) {
		end_datagram(datagram);
		return;
	}
	if (loop_watch(&run->loop, &datagram->watch, EPOLLIN) ||
	    loop_after(&run->loop, &datagram->patience, WAIT_US))
		run->error = -ENOMEM;
}

static void prepare(struct refusal *refusal, struct refusal_datagram *datagram)
{
	*datagram = (struct refusal_datagram){ .refusal = refusal };
	datagram->watch = (struct watch){ .fd = -1, .ready = datagram_ready, .owner = datagram };
	datagram->patience = (struct timer){ .strike = datagram_late, .owner = datagram };
}

void refusal_start(struct refusal *refusal)
{
	prepare(refusal, &refusal->whole);
	prepare(refusal, &refusal->limited);
	send_datagram(refusal, &refusal->whole, 0);
	start_round(refusal);
}

void refusal_stop(struct refusal *refusal)
{
	end_datagram(&refusal->whole);
	end_datagram(&refusal->limited);
}
