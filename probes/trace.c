/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traces the way that replies take towards addresses of the range that the user named: SYNs from
 * the service's address with every small time to live, all of a few traces at once, and a second
 * round for those that nobody answered.
 *
 * Without privilege: the answers come by the error queue (probes/icmp.h). A SYN and not a datagram,
 * because replies are TCP and filters tell the two apart; its port is of the kind that connections
 * come from, as a reply's. It cannot be sent from the service's own port, which is taken.
 */
#include "probes/catalog.h"
#include "probes/icmp.h"
#include "probes/rtnl.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TARGET_PORT 50104u
#define ROUNDS 2
#define ROUND_US (UINT64_C(600) * 1000)
/* Linux answers six expired packets of one asker at once: more traces would blind each other. */
#define FLIGHTS_MAX 4
/* Behind the last that answered, so many are asked a second time. */
#define FURTHER 2

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

struct shot {
	int fd; /* -1: not under way */
	bool sent;
	uint64_t sent_us;
	struct trace_hop hop;
};

/* One trace. */
struct flight {
	const struct service_fact *service;
	struct address target;
	uint32_t end;  /* smallest time to live that drew a last answer; 0: none so far */
	uint32_t last; /* largest that drew any */
	int error;     /* of the last SYN that could not be sent */
	struct shot shots[TRACE_TTL_MAX + 1]; /* by time to live */
};

struct wave {
	struct flight flights[FLIGHTS_MAX];
	size_t count;
	uint64_t until_us;
	bool late; /* the time was up for some */
};

static uint64_t now_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		return 0;
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int prepare(int fd, const struct flight *flight, uint32_t ttl)
{
	const struct service_fact *service = flight->service;
	struct socket_address local;
	int error = socket_hear_icmp(fd, AF_INET);

	if (!error)
		error = socket_set_ttl(fd, AF_INET, ttl);
	if (!error && service->dev &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, service->dev,
		       (socklen_t)strlen(service->dev)))
		error = -errno;
	(void)socket_set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	socket_address_fill(&service->address, 0, &local);
	if (!error && bind(fd, &local.any, local.length))
		error = -errno;
	return error;
}

/* A socket whose SYN is under way, or a negative errno. */
static int send_syn(const struct flight *flight, uint32_t ttl)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct socket_address peer;
	int error;

	if (fd < 0)
		return -errno;
	error = prepare(fd, flight, ttl);
	socket_address_fill(&flight->target, TARGET_PORT, &peer);
	if (!error && connect(fd, &peer.any, peer.length) && errno != EINPROGRESS)
		error = -errno;
	if (!error)
		return fd;
	(void)close(fd);
	return error;
}

/* With a reset where it was connected: nothing is kept waiting at the other end. */
static void end_shot(struct shot *shot)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(shot->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	(void)close(shot->fd);
	shot->fd = -1;
}

/* Unanswered ones up to the end; in a second round those alone that may yet matter. */
static void send_round(struct flight *flight, unsigned int round)
{
	uint32_t ttl, most = flight->end ? flight->end - 1 : TRACE_TTL_MAX;

	if (round && most > flight->last + FURTHER)
		most = flight->last + FURTHER;
	for (ttl = 1; ttl <= most; ttl++) {
		struct shot *shot = &flight->shots[ttl];

		if (shot->hop.outcome != HOP_SILENT)
			continue;
		shot->sent_us = now_us();
		shot->fd = send_syn(flight, ttl);
		if (shot->fd < 0)
			flight->error = shot->fd;
		shot->sent = shot->sent || shot->fd >= 0;
	}
}

static int socket_error(int fd)
{
	socklen_t length = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
		return errno;
	return error;
}

static void read_shot(struct flight *flight, uint32_t ttl)
{
	struct shot *shot = &flight->shots[ttl];
	struct trace_hop *hop = &shot->hop;
	struct icmp_answer answer = { .type.known = false };
	bool icmp = socket_read_icmp(shot->fd, &answer);
	int error = socket_error(shot->fd);

	hop->rtt_us = (struct maybe){ true, (uint32_t)(now_us() - shot->sent_us) };
	/* no other type than these two says how far it came */
	if (icmp && answer.type.value != ICMP_TIME_EXCEEDED &&
	    answer.type.value != ICMP_DEST_UNREACH) {
		hop->rtt_us.known = false;
	} else if (icmp) {
		hop->outcome = hop_outcome_of_icmp(answer.type.value);
		hop->from = answer.from;
		hop->icmp_type = answer.type;
		hop->icmp_code = answer.code;
	} else if (!error || error == ECONNREFUSED) {
		hop->outcome = error ? HOP_REFUSED : HOP_CONNECTED;
		hop->from = flight->target;
	} else {
		/* this machine's own word, of a neighbour that is silent for instance */
		hop->rtt_us.known = false;
		flight->error = -error;
	}
	end_shot(shot);
	if (hop->outcome != HOP_SILENT && ttl > flight->last)
		flight->last = ttl;
	if (hop->outcome != HOP_SILENT && hop->outcome != HOP_EXCEEDED &&
	    (!flight->end || ttl < flight->end))
		flight->end = ttl;
}

struct polled {
	struct pollfd fds[FLIGHTS_MAX * TRACE_TTL_MAX];
	struct flight *flights[FLIGHTS_MAX * TRACE_TTL_MAX];
	uint32_t ttls[FLIGHTS_MAX * TRACE_TTL_MAX];
	nfds_t count;
};

/* What is under way and may still tell something. */
static void gather(struct wave *wave, struct polled *polled)
{
	uint32_t ttl;
	size_t i;

	polled->count = 0;
	for (i = 0; i < wave->count; i++) {
		struct flight *flight = &wave->flights[i];

		for (ttl = 1; ttl <= TRACE_TTL_MAX; ttl++) {
			if (flight->shots[ttl].fd < 0 || (flight->end && ttl > flight->end))
				continue;
			polled->fds[polled->count] = (struct pollfd){ flight->shots[ttl].fd,
								      POLLIN | POLLOUT, 0 };
			polled->flights[polled->count] = flight;
			polled->ttls[polled->count++] = ttl;
		}
	}
}

/* Hears answers until all are there or the time is up. 0 or negative errno. */
static int hear(struct wave *wave)
{
	struct polled polled;
	uint64_t now;
	nfds_t i;

	for (;;) {
		gather(wave, &polled);
		now = now_us();
		if (!polled.count || now >= wave->until_us)
			return 0;
		if (poll(polled.fds, polled.count, (int)((wave->until_us - now) / 1000 + 1)) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return -errno;
		}
		for (i = 0; i < polled.count; i++)
			if (polled.fds[i].revents)
				read_shot(polled.flights[i], polled.ttls[i]);
	}
}

static void end_round(struct wave *wave)
{
	uint32_t ttl;
	size_t i;

	for (i = 0; i < wave->count; i++)
		for (ttl = 1; ttl <= TRACE_TTL_MAX; ttl++)
			if (wave->flights[i].shots[ttl].fd >= 0)
				end_shot(&wave->flights[i].shots[ttl]);
}

static int trace_end_of(const struct flight *flight, bool sent)
{
	if (!sent)
		return TRACE_UNSENT;
	return trace_end_by(flight->end ? flight->shots[flight->end].hop.outcome : HOP_SILENT);
}

static int keep(const struct flight *flight, struct facts *facts)
{
	struct trace_fact *trace = list_add(&facts->trace.traces, sizeof(*trace));
	int outcomes[TRACE_TTL_MAX + 1];
	bool sent = false;
	uint32_t ttl, told;
	char name[16];

	if (!trace)
		return -ENOMEM;
	for (ttl = 1; ttl <= TRACE_TTL_MAX; ttl++) {
		outcomes[ttl] = flight->shots[ttl].hop.outcome;
		sent = sent || flight->shots[ttl].sent;
	}
	trace->target = flight->target;
	trace->source = flight->service->address;
	trace->port = TARGET_PORT;
	trace->end = trace_end_of(flight, sent);
	if (!sent) {
		trace->error = text_copy(errno_name(flight->error, name));
		return trace->error ? 0 : -ENOMEM;
	}
	told = hops_told(outcomes, TRACE_TTL_MAX, flight->end);
	for (ttl = 1; ttl <= told; ttl++) {
		struct trace_hop *hop = list_add(&trace->hops, sizeof(*hop));

		if (!hop)
			return -ENOMEM;
		*hop = flight->shots[ttl].hop;
		hop->ttl = ttl;
	}
	return 0;
}

/* Flies what was gathered, and lands it in the facts. */
static int fly(const struct probe_context *context, struct wave *wave, struct facts *facts)
{
	uint64_t deadline_us = context->deadline_ms * 1000;
	unsigned int round;
	int code = 0;
	size_t i;

	if (now_us() + ROUNDS * ROUND_US > deadline_us) {
		wave->count = 0;
		wave->late = true;
	}
	for (round = 0; round < ROUNDS && !code && wave->count; round++) {
		for (i = 0; i < wave->count; i++)
			send_round(&wave->flights[i], round);
		wave->until_us = now_us() + ROUND_US;
		code = hear(wave);
		end_round(wave);
	}
	for (i = 0; i < wave->count && !code; i++)
		code = keep(&wave->flights[i], facts);
	wave->count = 0;
	return code;
}

static void add_flight(struct wave *wave, const struct service_fact *service,
		       const struct address *target)
{
	struct flight *flight = &wave->flights[wave->count++];
	uint32_t ttl;

	memset(flight, 0, sizeof(*flight));
	flight->service = service;
	flight->target = *target;
	for (ttl = 1; ttl <= TRACE_TTL_MAX; ttl++)
		flight->shots[ttl].fd = -1;
}

/* Does this service send replies of its own from an address that none before it has? */
static bool is_source(const struct services_facts *services, size_t place)
{
	const struct service_fact *one = LIST_AT(&services->services, struct service_fact, place);
	size_t i;

	if (!one->resolved || !one->local || one->iif || one->address.family != ADDRESS_IPV4 ||
	    address_is_loopback(&one->address))
		return false;
	for (i = 0; i < place; i++) {
		const struct service_fact *other =
			LIST_AT(&services->services, struct service_fact, i);

		if (other->local && !other->iif && address_equal(&other->address, &one->address))
			return false;
	}
	return true;
}

static int trace_run(const struct probe_context *context, struct facts *facts,
		     struct fault *fault)
{
	const struct services_facts *services = &facts->services;
	struct wave wave = { .count = 0 };
	size_t sources = 0, i, j;
	char name[16];
	int code = 0;

	for (i = 0; i < services->services.count && !code; i++) {
		if (!is_source(services, i))
			continue;
		sources++;
		for (j = 0; j < context->trace_count && !code; j++) {
			add_flight(&wave, LIST_AT(&services->services, struct service_fact, i),
				   &context->traces[j]);
			if (wave.count == FLIGHTS_MAX)
				code = fly(context, &wave, facts);
		}
	}
	if (!code && wave.count)
		code = fly(context, &wave, facts);
	if (!code && !sources)
		return fault_set(fault, -EADDRNOTAVAIL, "a trace leaves from the address of a "
				 "service, and none of this machine is known");
	if (!code && wave.late) {
		facts->trace.section.note = text_copy("not all traces were made: the time was up "
						      "(--max-time)");
		code = facts->trace.section.note ? 0 : -ENOMEM;
	}
	return code ? fault_set(fault, code, "the trace failed: %s", errno_name(code, name)) : 0;
}

static bool trace_wanted(const struct probe_context *context, const struct facts *facts)
{
	(void)facts;
	return context->trace_count > 0;
}

const struct probe probe_trace = {
	.name = "trace",
	.summary = "the way of replies towards addresses of the range, router by router",
	.needs = PROBE_NEEDS_NETWORK,
	.keeps = 0,
	.wire = "only with --trace: up to 40 SYNs from each service address to port 50104 of each "
		"address of 100.104.0.0/16 that the user named, with times to live from 1 to 20; "
		"a RST where one is answered",
	.doc = "ICMP errors that these draw (IP_RECVERR), and the connections' own outcome",
	.section = SECTION_TRACE,
	.after = SECTION_BIT(SECTION_SERVICES), /* whose addresses the SYNs leave from */
	.wanted = trace_wanted,
	.run = trace_run,
};
