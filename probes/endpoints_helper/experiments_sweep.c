/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections from chosen source ports: a leg of a multipath route is chosen by them, so a dead one
 * loses the same ports again and again, where loss by chance takes others each time.
 *
 * Every port is tried once, and all of them once more where some failed. The ports are always the
 * same, so that a second run can be compared. A router that chooses the leg by something else than
 * ports spreads the loss like chance, yet spares whatever was connected: so the connections of the
 * second round carry a handshake or a request to its end, or lose part of it.
 */
#include "probes/endpoints_helper/experiments_internal.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>

#define PORTS 32
#define AT_ONCE 4
/* An address that answers none of so many is dead, not flaky. */
#define ENOUGH 8
#define FIRST_PORT 40009u /* of the usual local ports, for access lists know those */
#define PORT_STEP 613u
#define MOST_US (UINT64_C(500) * 1000)
#define LEAST_US (UINT64_C(200) * 1000)
#define SWEEPS_MAX 32
/* TCP sends nothing again before 200 ms: what takes longer has lost something. */
#define FLOW_US (UINT64_C(190) * 1000)

struct sweep_port {
	struct sweep *sweep;
	uint32_t port, tried, succeeded;
	char *error;
};

struct sweep_reader {
	struct sweep_reader *next;
	char *url;
};

struct sweep {
	struct sweep *next;
	struct run *run;
	struct address address;
	uint32_t port;
	struct sweep_port ports[PORTS];
	size_t at, in_flight, answered;
	unsigned int round;
	uint32_t rtt_us;
	bool asked, ended;
	uint32_t flows, whole; /* connections of the second round, and those that lost nothing */
	char *sni;             /* of https, where it has a name */
	bool web, tls;         /* http or https; https */
	bool other_finished; /* the one connect from the default source */
	struct tcp_fact other;
	struct sweep_reader *readers;
};

static void add_port_row(struct sweep *sweep, const char *url, const struct sweep_port *port)
{
	struct experiment_fact key = { .url = (char *)(uintptr_t)url, .address = sweep->address,
				       .port = sweep->port, .kind = EXPERIMENT_SOURCE_PORT,
				       .value = port->port };
	struct experiment_fact *row = port->tried ? experiment_row(sweep->run, &key) : NULL;

	if (!row)
		return;
	row->tried += port->tried;
	row->succeeded += port->succeeded;
	if (!row->reached && port->succeeded)
		row->reached = text_copy(endpoint_rung_words[RUNG_TCP]);
	if (!row->detail && port->error)
		row->detail = text_copy(port->error);
	if ((port->succeeded && !row->reached) || (port->error && !row->detail))
		sweep->run->error = -ENOMEM;
}

static void add_other_row(struct sweep *sweep, const char *url)
{
	struct experiment_fact key = { .url = (char *)(uintptr_t)url, .address = sweep->address,
				       .port = sweep->port, .kind = EXPERIMENT_DEFAULT_SOURCE };
	struct experiment_fact *row = experiment_row(sweep->run, &key);
	bool connected = sweep->other.outcome == TCP_CONNECTED;
	char source[ADDRESS_TEXT_MAX];

	if (!row)
		return;
	row->tried++;
	row->succeeded += connected;
	if (row->reached || row->detail)
		return;
	row->reached = connected ? text_copy(endpoint_rung_words[RUNG_TCP]) : NULL;
	row->detail = text_copy(connected ? address_print(&sweep->other.source, source)
					  : tcp_outcome_words[sweep->other.outcome]);
	if (!row->detail || (connected && !row->reached))
		sweep->run->error = -ENOMEM;
}

static void add_flow_row(struct sweep *sweep, const char *url)
{
	struct experiment_fact key = { .url = (char *)(uintptr_t)url, .address = sweep->address,
				       .port = sweep->port, .kind = EXPERIMENT_FLOW };
	struct experiment_fact *row = sweep->flows ? experiment_row(sweep->run, &key) : NULL;

	if (!row)
		return;
	row->tried += sweep->flows;
	row->succeeded += sweep->whole;
}

static void add_rows(struct sweep *sweep, const char *url)
{
	size_t i;

	for (i = 0; i < PORTS; i++)
		add_port_row(sweep, url, &sweep->ports[i]);
	if (sweep->other_finished)
		add_other_row(sweep, url);
	add_flow_row(sweep, url);
}

static void serve(struct sweep *sweep)
{
	while (sweep->readers) {
		struct sweep_reader *reader = sweep->readers;

		sweep->readers = reader->next;
		add_rows(sweep, reader->url);
		free(reader->url);
		free(reader);
	}
}

static uint64_t patience(const struct sweep *sweep)
{
	uint64_t wait = (uint64_t)sweep->rtt_us * 4 + LEAST_US / 2;

	if (!sweep->answered || wait > MOST_US)
		return MOST_US;
	return wait < LEAST_US ? LEAST_US : wait;
}

/* Is there a port to try now? Ends the sweep where there never will be. */
static bool has_next(struct sweep *sweep)
{
	if (sweep->ended)
		return false;
	if (sweep->round == 1 && sweep->at >= ENOUGH && !sweep->answered) {
		sweep->ended = !sweep->in_flight;
		return false;
	}
	if (sweep->round == 1 && sweep->at >= ENOUGH && !sweep->asked)
		return false;
	if (sweep->at < PORTS)
		return true;
	if (sweep->in_flight)
		return false;
	if (sweep->round == 2 || sweep->answered == PORTS) {
		sweep->ended = true;
		return false;
	}
	sweep->round = 2;
	sweep->at = 0;
	return true;
}

static void advance(struct sweep *sweep);

static void flow_ended(struct sweep *sweep, bool whole)
{
	sweep->flows++;
	sweep->whole += whole;
	sweep->in_flight--;
	advance(sweep);
}

static void flown(void *owner, bool completed, const char *subject)
{
	(void)subject;
	flow_ended(owner, completed);
}

static void answered(void *owner, struct http_result *result)
{
	flow_ended(owner, result->http.outcome == HTTP_ANSWERED);
}

static uint64_t flow_time(const struct sweep *sweep)
{
	return FLOW_US + (uint64_t)sweep->rtt_us * 8;
}

/* Takes the connection over. */
static void start_flow(struct sweep *sweep, int fd)
{
	if (sweep->tls) {
		struct flight_options flight = { .fd = fd, .sni = sweep->sni,
						 .time_us = flow_time(sweep) };

		(void)flight_start(sweep->run, &flight, flown, sweep);
	} else {
		struct http_request request = { .url = sweep->readers->url,
						.address = sweep->address, .fd = fd,
						.time_us = flow_time(sweep) };

		connect_abortive(fd);
		(void)http_start(sweep->run, &request, answered, sweep);
	}
}

static void count_answer(struct sweep *sweep, struct sweep_port *port, const struct tcp_fact *tcp)
{
	port->succeeded++;
	sweep->answered += port->succeeded == 1;
	if (tcp->rtt_us.value > sweep->rtt_us)
		sweep->rtt_us = tcp->rtt_us.value;
}

static void port_done(void *owner, int fd, struct tcp_fact *tcp)
{
	struct sweep_port *port = owner;
	struct sweep *sweep = port->sweep;

	/* a port that this machine does not give away says nothing */
	if (tcp->outcome != TCP_DENIED && tcp->outcome != TCP_UNTRIED)
		port->tried++;
	if (tcp->outcome == TCP_CONNECTED) {
		count_answer(sweep, port, tcp);
	} else if (!port->error) {
		port->error = text_copy(tcp_outcome_words[tcp->outcome]);
		(void)run_keeps(sweep->run, port->error);
	}
	if (fd >= 0 && sweep->round == 2 && sweep->web && sweep->readers) {
		start_flow(sweep, fd);
		return;
	}
	connect_reset(fd);
	sweep->in_flight--;
	advance(sweep);
}

static void advance(struct sweep *sweep)
{
	while (sweep->in_flight < AT_ONCE && has_next(sweep) && !sweep->run->error) {
		struct sweep_port *port = &sweep->ports[sweep->at++];
		struct connect_options options = { .address = sweep->address, .port = sweep->port,
						   .source_port = port->port, .quiet = true,
						   .time_us = patience(sweep) };

		if (!connect_start(sweep->run, &options, port_done, port))
			sweep->in_flight++;
	}
	if (sweep->ended)
		serve(sweep);
}

static void other_done(void *owner, int fd, struct tcp_fact *tcp)
{
	struct sweep *sweep = owner;

	connect_reset(fd);
	sweep->other_finished = true;
	if (record_copy(&tcp_record, tcp, &sweep->other))
		sweep->run->error = -ENOMEM;
	sweep->in_flight--;
	advance(sweep);
}

static void start_other(struct sweep *sweep)
{
	const struct endpoint_source *source = &sweep->run->facts->source;
	struct connect_options options = { .address = sweep->address, .port = sweep->port,
					   .default_source = true, .quiet = true,
					   .time_us = MOST_US };

	if (source->binding == BOUND_DEFAULT)
		return;
	if (!connect_start(sweep->run, &options, other_done, sweep))
		sweep->in_flight++;
}

static struct sweep *find_sweep(const struct run *run, const struct address *address,
				uint32_t port)
{
	struct sweep *sweep;

	for (sweep = run->experiments->sweeps; sweep; sweep = sweep->next)
		if (sweep->port == port && address_equal(&sweep->address, address))
			return sweep;
	return NULL;
}

static struct sweep *begin(struct run *run, const struct address *address, uint32_t port)
{
	struct sweep *sweep = find_sweep(run, address, port);
	size_t i;

	if (sweep || run->experiments->sweep_count >= SWEEPS_MAX ||
	    address->family != ADDRESS_IPV4)
		return sweep;
	run->experiments->sweep_count++;
	sweep = calloc(1, sizeof(*sweep));
	if (!run_keeps(run, sweep))
		return NULL;
	sweep->run = run;
	sweep->address = *address;
	sweep->port = port;
	sweep->round = 1;
	for (i = 0; i < PORTS; i++)
		sweep->ports[i] = (struct sweep_port){
			.sweep = sweep, .port = FIRST_PORT + (uint32_t)i * PORT_STEP };
	sweep->next = run->experiments->sweeps;
	run->experiments->sweeps = sweep;
	start_other(sweep);
	return sweep;
}

void sweep_early(struct run *run, const struct address *address, uint32_t port)
{
	struct sweep *sweep = begin(run, address, port);

	if (sweep)
		advance(sweep);
}

static void learn_target(struct sweep *sweep, const struct target *target)
{
	struct address literal;

	sweep->tls = text_equal(target->url.scheme, "https");
	sweep->web = sweep->tls || text_equal(target->url.scheme, "http");
	if (sweep->sni || !sweep->tls || !address_parse(target->url.host, &literal))
		return;
	sweep->sni = text_copy(target->url.host);
	(void)run_keeps(sweep->run, sweep->sni);
}

void sweep_start(struct target *target, const struct attempt_fact *attempt)
{
	struct run *run = target->run;
	bool late = attempt->tcp.outcome == TCP_TIMED_OUT;
	struct sweep *sweep = late ? find_sweep(run, &attempt->address, attempt->port)
				   : begin(run, &attempt->address, attempt->port);
	struct sweep_reader *reader;

	if (!sweep)
		return;
	reader = calloc(1, sizeof(*reader));
	if (!run_keeps(run, reader))
		return;
	reader->url = text_copy(attempt->url);
	reader->next = sweep->readers;
	sweep->readers = reader;
	sweep->asked = true;
	learn_target(sweep, target);
	if (run_keeps(run, reader->url))
		advance(sweep);
}

void sweep_shut(struct run *run)
{
	while (run->experiments->sweeps) {
		struct sweep *sweep = run->experiments->sweeps;
		size_t i;

		run->experiments->sweeps = sweep->next;
		/* out of time: what was seen so far */
		serve(sweep);
		for (i = 0; i < PORTS; i++)
			free(sweep->ports[i].error);
		free(sweep->sni);
		record_release(&tcp_record, &sweep->other);
		free(sweep);
	}
}
