/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP: every connect of the run, from its start to its one outcome.
 *
 * Outcomes come from the loop alone, also those that connect() itself brings: a peer on a veth
 * answers before connect() returns.
 */
#include "probes/endpoints_helper/connect.h"

#include "probes/endpoints_helper/connect_internal.h"
#include "probes/endpoints_helper/experiments.h"
#include "probes/endpoints_helper/names.h"
#include "probes/endpoints_helper/url.h"
#include "probes/rtnl.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

/* A peer that has not answered by then is looked into. */
#define LOOK_US (UINT64_C(300) * 1000)

struct connecting {
	struct connecting *next, *previous;
	struct run *run;
	struct connect_options options;
	struct watch watch;
	struct timer patience; /* its time; or now, once the outcome is there */
	struct timer look;
	uint64_t started;
	bool ended;
	struct tcp_fact tcp;
	connect_done *done;
	void *owner;
};

void connect_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void connect_abortive(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

void connect_reset(int fd)
{
	if (fd >= 0)
		connect_abortive(fd);
	connect_close(fd);
}

/* Does the plan itself name an address of loopback? 0 or -ENOMEM. */
static int find_loopback(const struct plan *plan, bool *named)
{
	size_t i;
	int error = 0;

	for (i = 0; i <= plan->maven.count && error != -ENOMEM; i++) {
		const char *text = i ? LIST_AT(&plan->maven, struct plan_maven, i - 1)->url
				     : plan->gitlab.url;
		struct address address;
		struct url url;

		if (!text)
			continue;
		error = url_parse(text, &url);
		if (!error && !names_literal(url.host, &address) && address_is_loopback(&address))
			*named = true;
		url_release(&url);
	}
	return error == -ENOMEM ? error : 0;
}

bool connect_is_forbidden(const struct run *run, const struct address *address)
{
	return url_forbidden(address, run->connects->loopback_named);
}

static void put_first(struct connecting **list, struct connecting *connecting)
{
	connecting->previous = NULL;
	connecting->next = *list;
	if (*list)
		(*list)->previous = connecting;
	*list = connecting;
}

static void take_out(struct connecting **list, struct connecting *connecting)
{
	if (connecting->previous)
		connecting->previous->next = connecting->next;
	else
		*list = connecting->next;
	if (connecting->next)
		connecting->next->previous = connecting->previous;
}

static void connecting_free(struct connecting *connecting)
{
	struct run *run = connecting->run;

	loop_cancel(&run->loop, &connecting->patience);
	loop_cancel(&run->loop, &connecting->look);
	(void)loop_watch(&run->loop, &connecting->watch, 0);
	connect_close(connecting->watch.fd);
	record_release(&tcp_record, &connecting->tcp);
	free(connecting);
}

/* Sets the outcome; the loop delivers it. */
static void end(struct connecting *connecting, int outcome, int error)
{
	struct run *run = connecting->run;
	char name[16];

	connecting->ended = true;
	connecting->tcp.outcome = outcome;
	if (outcome != TCP_UNTRIED && outcome != TCP_FORBIDDEN)
		connecting->tcp.took_us = (struct maybe){
			true, (uint32_t)(loop_now() - connecting->started) };
	if (error) {
		connecting->tcp.error = text_copy(errno_name(error, name));
		(void)run_keeps(run, connecting->tcp.error);
	}
	loop_cancel(&run->loop, &connecting->look);
	(void)loop_watch(&run->loop, &connecting->watch, 0);
	if (loop_after(&run->loop, &connecting->patience, 0))
		run->error = -ENOMEM;
}

/* errno alone does not tell who spoke: ICMP was looked for before. */
static int outcome_of(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return TCP_REFUSED;
	case ETIMEDOUT:
		return TCP_TIMED_OUT;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EINVAL: /* a blackhole route */
		return TCP_UNREACHABLE;
	default:
		return TCP_DENIED;
	}
}

/* Ends the connect where the socket knows what came of it. */
static void look_at(struct connecting *connecting)
{
	struct tcp_fact *tcp = &connecting->tcp;
	int fd = connecting->watch.fd;
	struct icmp_answer answer;
	socklen_t size = sizeof(int);
	int error = 0;

	/* first, for reading the error queue resets the pending error */
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
		error = errno;
	if (socket_read_icmp(fd, &answer) && !socket_is_connected(fd)) {
		tcp->icmp_from = answer.from;
		tcp->icmp_type = answer.type;
		tcp->icmp_code = answer.code;
		tcp->reply_ttl = answer.reply_ttl;
		end(connecting, TCP_UNREACHABLE, error);
	} else if (socket_is_connected(fd) || error == ECONNRESET) {
		/* refused is ECONNREFUSED: what was reset had been accepted (tcp_reset()) */
		end(connecting, TCP_CONNECTED, 0);
	} else if (error) {
		end(connecting, outcome_of(error), error);
	}
}

static void ready(struct watch *watch, uint32_t events)
{
	(void)events;
	look_at(watch->owner);
}

static void try_to_connect(struct connecting *connecting)
{
	const struct connect_options *options = &connecting->options;
	struct run *run = connecting->run;
	struct socket_address peer;
	int fd = socket_open(run, options, SOCK_STREAM);

	connecting->started = loop_now();
	if (fd < 0) {
		end(connecting, TCP_DENIED, fd);
		return;
	}
	connecting->watch.fd = fd;
	socket_address_fill(&options->address, options->port, &peer);
	if (connect(fd, &peer.any, peer.length) && errno != EINPROGRESS) {
		end(connecting, outcome_of(errno), errno);
		return;
	}
	if (loop_watch(&run->loop, &connecting->watch, EPOLLOUT) ||
	    loop_after(&run->loop, &connecting->patience,
		       run_time(run, options->time_us ? options->time_us : CONNECT_TIME_US)) ||
	    (!options->quiet && loop_after(&run->loop, &connecting->look, LOOK_US)))
		run->error = -ENOMEM;
}

/* A descriptor came free. */
static void unpark(struct run *run)
{
	struct connecting *connecting = run->connects->parked;

	if (!connecting)
		return;
	take_out(&run->connects->parked, connecting);
	put_first(&run->connects->first, connecting);
	try_to_connect(connecting);
}

/* Out of descriptors: waits until another connect ends. */
static bool park(struct connecting *connecting)
{
	struct connects *connects = connecting->run->connects;
	struct connecting *last = connects->parked;

	if (connecting->watch.fd >= 0 || !text_equal(connecting->tcp.error, "EMFILE") ||
	    (connects->first == connecting && !connecting->next))
		return false;
	record_release(&tcp_record, &connecting->tcp);
	connecting->ended = false;
	take_out(&connects->first, connecting);
	while (last && last->next)
		last = last->next;
	if (last) {
		last->next = connecting;
		connecting->previous = last;
		connecting->next = NULL;
	} else {
		put_first(&connects->parked, connecting);
	}
	return true;
}

static void deliver(struct connecting *connecting)
{
	struct run *run = connecting->run;
	struct tcp_fact *tcp = &connecting->tcp;
	int fd = connecting->watch.fd;

	if (fd >= 0) {
		socket_read_source(fd, &tcp->source);
		socket_read_info(fd, tcp);
	}
	if (tcp->outcome == TCP_CONNECTED) {
		connecting->watch.fd = -1;
		socket_hand_over(fd);
	} else {
		fd = -1;
	}
	take_out(&run->connects->first, connecting);
	connecting->done(connecting->owner, fd, tcp);
	connecting_free(connecting);
	unpark(run);
}

static void strike(struct timer *timer)
{
	struct connecting *connecting = timer->owner;

	if (connecting->ended) {
		if (!park(connecting))
			deliver(connecting);
		return;
	}
	/* where this process had no time, the answer may be there and not have been read */
	look_at(connecting);
	if (connecting->ended)
		return;
	if (!connecting->options.quiet)
		run_limit(connecting->run, "connect", CONNECT_TIME_US);
	end(connecting, TCP_TIMED_OUT, ETIMEDOUT);
}

static void look(struct timer *timer)
{
	struct connecting *connecting = timer->owner;

	connect_look(connecting->run, &connecting->options.address, connecting->options.port);
}

void connect_look(struct run *run, const struct address *address, uint32_t port)
{
	if (run->connects->looks >= CONNECT_LOOKS_MAX || address->family != ADDRESS_IPV4)
		return;
	run->connects->looks++;
	trace_early(run, address, port);
	experiments_early(run, address, port);
}

int connect_start(struct run *run, const struct connect_options *options, connect_done *done,
		  void *owner)
{
	struct connecting *connecting = calloc(1, sizeof(*connecting));

	if (!run_keeps(run, connecting)) {
		free(connecting);
		return run->error;
	}
	*connecting = (struct connecting){ .run = run, .options = *options, .done = done,
					   .owner = owner };
	connecting->watch = (struct watch){ .fd = -1, .ready = ready, .owner = connecting };
	connecting->patience = (struct timer){ .strike = strike, .owner = connecting };
	connecting->look = (struct timer){ .strike = look, .owner = connecting };
	put_first(&run->connects->first, connecting);
	if (connect_is_forbidden(run, &options->address))
		end(connecting, TCP_FORBIDDEN, 0);
	else if (run->facts->source.binding == BOUND_FAILED && !options->default_source)
		end(connecting, TCP_UNTRIED, 0);
	else
		try_to_connect(connecting);
	return run->error;
}

int connect_open(struct run *run)
{
	struct rlimit limit;

	run->connects = calloc(1, sizeof(*run->connects));
	if (!run->connects)
		return -ENOMEM;
	/* refused: connects beyond the limit wait for their turn */
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	return find_loopback(&run->request->plan, &run->connects->loopback_named);
}

static void free_all(struct connecting **list)
{
	while (*list) {
		struct connecting *connecting = *list;

		take_out(list, connecting);
		connecting_free(connecting);
	}
}

void connect_shut(struct run *run)
{
	if (!run->connects)
		return;
	trace_shut(run);
	free_all(&run->connects->first);
	free_all(&run->connects->parked);
	free(run->connects);
	run->connects = NULL;
}
