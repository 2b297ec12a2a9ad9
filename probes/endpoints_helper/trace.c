/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hop trace on the real port: SYNs with every small time to live at once, and what came back.
 *
 * One trace for an address and port, whoever asks; it begins early, while the plain connect still
 * waits (connect.h), and its rows are added under each URL that asked. The SYNs live for less than
 * a second: none is sent twice, because routers answer few of them.
 */
#include "probes/endpoints_helper/connect_internal.h"

#include "rules/facts_trace.h"
#include "rules/text.h"

#include <errno.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>

#define TTL_MAX TRACE_TTL_MAX
#define TRACES_MAX 32
#define TRACE_US (UINT64_C(800) * 1000)
/* What the routers before the end have left to answer once the end has. */
#define GRACE_US (UINT64_C(250) * 1000)

struct hop {
	struct trace *trace;
	uint32_t ttl;
	bool finished;
	int outcome; /* enum hop_outcome */
	struct icmp_answer answer;
};

/* A URL that wants the rows. */
struct trace_reader {
	struct trace_reader *next;
	char *url;
};

struct trace {
	struct trace *next;
	struct run *run;
	struct address address;
	uint32_t port;
	struct hop hops[TTL_MAX + 1]; /* by time to live, 1.. */
	size_t pending;
	uint32_t end; /* smallest time to live that drew a last answer; 0: none so far */
	bool ended;
	bool refusing; /* finding out who refuses */
	struct timer grace;
	struct refusal refusal;
	struct trace_reader *readers;
};

static struct hop_fact *add_row(struct trace *trace, const char *url)
{
	struct run *run = trace->run;
	struct hop_fact *row = list_add(&run->facts->hops, sizeof(*row));

	if (!run_keeps(run, row))
		return NULL;
	row->url = text_copy(url);
	row->address = trace->address;
	row->port = trace->port;
	return run_keeps(run, row->url) ? row : NULL;
}

static void add_hop(struct trace *trace, const char *url, const struct hop *hop)
{
	struct hop_fact *row = add_row(trace, url);

	if (!row)
		return;
	row->ttl = hop->ttl;
	row->outcome = hop->outcome;
	row->from = hop->answer.from;
	row->icmp_type = hop->answer.type;
	row->icmp_code = hop->answer.code;
	row->reply_ttl = hop->answer.reply_ttl;
	if (hop->outcome == HOP_REFUSED && hop->ttl == trace->end && trace->refusal.floor)
		row->reply_ttl = (struct maybe){ true, trace->refusal.floor };
}

static void add_datagram(struct trace *trace, const char *url,
			 const struct refusal_datagram *datagram)
{
	struct hop_fact *row = datagram->answered ? add_row(trace, url) : NULL;

	if (!row)
		return;
	row->udp = true;
	row->ttl = datagram->ttl ? datagram->ttl : IPDEFTTL;
	row->outcome = hop_outcome_of_icmp(datagram->answer.type.value);
	row->from = datagram->answer.from;
	row->icmp_type = datagram->answer.type;
	row->icmp_code = datagram->answer.code;
	row->reply_ttl = datagram->answer.reply_ttl;
}

static void add_rows(struct trace *trace, const char *url)
{
	int outcomes[TTL_MAX + 1];
	uint32_t ttl, last;

	for (ttl = 1; ttl <= TTL_MAX; ttl++)
		outcomes[ttl] = trace->hops[ttl].outcome;
	last = hops_told(outcomes, TTL_MAX, trace->end);
	for (ttl = 1; ttl <= last; ttl++)
		add_hop(trace, url, &trace->hops[ttl]);
	add_datagram(trace, url, &trace->refusal.limited);
	add_datagram(trace, url, &trace->refusal.whole);
}

static void end_trace(struct trace *trace)
{
	trace->ended = true;
	loop_cancel(&trace->run->loop, &trace->grace);
	while (trace->readers) {
		struct trace_reader *reader = trace->readers;

		trace->readers = reader->next;
		add_rows(trace, reader->url);
		free(reader->url);
		free(reader);
	}
}

static bool is_complete(const struct trace *trace)
{
	uint32_t ttl;

	for (ttl = 1; trace->end && ttl < trace->end; ttl++)
		if (!trace->hops[ttl].finished)
			return false;
	return trace->end || !trace->pending;
}

static void check(struct trace *trace)
{
	if (!trace->ended && !trace->refusing && is_complete(trace))
		end_trace(trace);
}

static void grace_over(struct timer *timer)
{
	struct trace *trace = timer->owner;

	if (!trace->ended && !trace->refusing)
		end_trace(trace);
}

static void refusal_known(struct refusal *refusal)
{
	struct trace *trace = refusal->owner;

	trace->refusing = false;
	if (!trace->grace.place)
		end_trace(trace);
	else
		check(trace);
}

/* An answer that no smaller time to live has to expect. */
static void found_end(struct trace *trace, const struct hop *hop)
{
	if (!trace->end && loop_after(&trace->run->loop, &trace->grace, GRACE_US))
		trace->run->error = -ENOMEM;
	if (!trace->end || hop->ttl < trace->end)
		trace->end = hop->ttl;
	trace->refusal.ttl = trace->end;
	if (hop->outcome != HOP_REFUSED || trace->refusing || trace->refusal.run)
		return;
	trace->refusing = true;
	trace->refusal = (struct refusal){ .run = trace->run, .address = trace->address,
					   .port = trace->port, .ttl = trace->end,
					   .done = refusal_known, .owner = trace };
	refusal_start(&trace->refusal);
}

static int hop_outcome_of(const struct tcp_fact *tcp)
{
	switch (tcp->outcome) {
	case TCP_CONNECTED:
		return HOP_CONNECTED;
	case TCP_REFUSED:
		return HOP_REFUSED;
	case TCP_UNREACHABLE:
		if (!tcp->icmp_type.known)
			return HOP_SILENT;
		return hop_outcome_of_icmp(tcp->icmp_type.value);
	default:
		return HOP_SILENT;
	}
}

static void hop_done(void *owner, int fd, struct tcp_fact *tcp)
{
	struct hop *hop = owner;
	struct trace *trace = hop->trace;

	connect_reset(fd);
	hop->finished = true;
	hop->outcome = hop_outcome_of(tcp);
	hop->answer = (struct icmp_answer){ tcp->icmp_from, tcp->icmp_type, tcp->icmp_code,
					    tcp->reply_ttl };
	trace->pending--;
	if (hop->outcome == HOP_CONNECTED || hop->outcome == HOP_REFUSED)
		hop->answer.from = trace->address;
	if (!trace->ended && hop->outcome != HOP_SILENT && hop->outcome != HOP_EXCEEDED)
		found_end(trace, hop);
	check(trace);
}

static void send_all(struct trace *trace)
{
	uint32_t ttl;

	for (ttl = 1; ttl <= TTL_MAX && !trace->run->error; ttl++) {
		struct connect_options options = { .address = trace->address, .port = trace->port,
						   .ttl = ttl, .quiet = true,
						   .time_us = TRACE_US };

		trace->hops[ttl] = (struct hop){ .trace = trace, .ttl = ttl };
		if (!connect_start(trace->run, &options, hop_done, &trace->hops[ttl]))
			trace->pending++;
	}
}

static struct trace *find_trace(const struct run *run, const struct address *address,
				uint32_t port)
{
	struct trace *trace;

	for (trace = run->connects->traces; trace; trace = trace->next)
		if (trace->port == port && address_equal(&trace->address, address))
			return trace;
	return NULL;
}

static bool may_begin(const struct run *run)
{
	const struct trace *trace;
	size_t all = 0, running = 0;

	for (trace = run->connects->traces; trace; trace = trace->next) {
		all++;
		running += !trace->ended;
	}
	return all < TRACES_MAX && running < CONNECT_LOOKS_MAX;
}

static struct trace *begin(struct run *run, const struct address *address, uint32_t port)
{
	struct trace *trace;

	if (address->family != ADDRESS_IPV4 || !may_begin(run) ||
	    connect_is_forbidden(run, address))
		return NULL;
	trace = calloc(1, sizeof(*trace));
	if (!run_keeps(run, trace))
		return NULL;
	trace->run = run;
	trace->address = *address;
	trace->port = port;
	trace->grace = (struct timer){ .strike = grace_over, .owner = trace };
	trace->next = run->connects->traces;
	run->connects->traces = trace;
	send_all(trace);
	return trace;
}

void trace_early(struct run *run, const struct address *address, uint32_t port)
{
	if (!find_trace(run, address, port))
		(void)begin(run, address, port);
}

/* Then the time for a trace is over too: what was not looked into early stays so. */
static bool timed_out(const struct run *run, const char *url, const struct address *address)
{
	const struct attempt_fact *attempt = endpoints_attempt(run->facts, url, address);

	return attempt && attempt->tcp.outcome == TCP_TIMED_OUT;
}

int trace_start(struct run *run, const char *url, const struct address *address, uint32_t port)
{
	struct trace *trace = find_trace(run, address, port);
	struct trace_reader *reader;

	if (!trace && !timed_out(run, url, address))
		trace = begin(run, address, port);
	if (!trace)
		return run->error;
	reader = calloc(1, sizeof(*reader));
	if (!run_keeps(run, reader))
		return run->error;
	reader->url = text_copy(url);
	reader->next = trace->readers;
	trace->readers = reader;
	if (run_keeps(run, reader->url) && trace->ended)
		end_trace(trace);
	return run->error;
}

void trace_shut(struct run *run)
{
	while (run->connects->traces) {
		struct trace *trace = run->connects->traces;

		run->connects->traces = trace->next;
		if (trace->refusal.run)
			refusal_stop(&trace->refusal);
		/* out of time: what was seen so far */
		end_trace(trace);
		free(trace);
	}
}
