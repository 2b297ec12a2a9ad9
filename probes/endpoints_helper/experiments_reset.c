/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who resets a connection that carries its first bytes, without privilege: with which time to live
 * do the target's own packets (the answer to a SYN) arrive, and with which the RST? Both are the
 * largest IP_MINTTL (RFC 5082) that lets them through, found in two rounds of sixteen steps.
 *
 * A connection without a byte stands beside them all: one that is reset as well met no bytes that
 * could have displeased anybody on the way.
 */
#include "probes/endpoints_helper/experiments_internal.h"

#include "rules/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define LOOKS_MAX 8
#define STEPS 16u
#define TTL_MAX 255u
#define HELLO_MAX 4096
#define CONFIRMATIONS 3u
#define WAIT_US (UINT64_C(250) * 1000)
#define WAIT_MOST_US (UINT64_C(1000) * 1000)
/* What a connection without a byte is given longer than one with. */
#define GRACE_US (UINT64_C(150) * 1000)

enum phase { PHASE_FIRST, PHASE_COARSE, PHASE_FINE, PHASE_CONFIRM, PHASE_OVER };

enum kind { KIND_ANSWER, KIND_BYTES, KIND_IDLE, KINDS };

/* One connection. */
struct step {
	struct reset_look *look;
	enum kind kind;
	uint32_t min_ttl; /* of the answer to the SYN, or of what the bytes draw */
	struct watch watch;
	struct timer patience;
};

struct reset_look {
	struct reset_look *next;
	struct run *run;
	char *url;
	struct address address;
	uint32_t port;
	char bytes[HELLO_MAX];
	size_t length;
	uint64_t wait_us;
	enum phase phase;
	struct timer grace;
	struct step idle;
	struct step steps[2 * STEPS];
	size_t used, pending;
	uint32_t floors[KINDS]; /* 0: nothing was heard */
	bool drawn;             /* the first bytes drew a RST */
	bool idle_reset, idle_connected;
};

static void add_row(const struct reset_look *look, int kind, uint32_t value, bool succeeded)
{
	struct experiment_fact key = { .url = look->url, .address = look->address,
				       .port = look->port, .kind = kind, .value = value };
	struct experiment_fact *row = experiment_row(look->run, &key);

	if (row) {
		row->tried++;
		row->succeeded += succeeded;
	}
}

static void step_end(struct step *step)
{
	struct run *run = step->look->run;

	loop_cancel(&run->loop, &step->patience);
	(void)loop_watch(&run->loop, &step->watch, 0);
	connect_reset(step->watch.fd);
	step->watch.fd = -1;
}

static void finish(struct reset_look *look)
{
	bool idle = look->idle_reset;

	step_end(&look->idle);
	look->phase = PHASE_OVER;
	if (!look->drawn || (!idle && !look->idle_connected))
		return;
	add_row(look, EXPERIMENT_RESET_IDLE, 0, idle);
	if (idle || !look->floors[KIND_ANSWER] || !look->floors[KIND_BYTES])
		return;
	add_row(look, EXPERIMENT_ANSWER_TTL, look->floors[KIND_ANSWER], true);
	add_row(look, EXPERIMENT_RESET_TTL, look->floors[KIND_BYTES], true);
}

static void next_phase(struct reset_look *look);

static void step_done(struct step *step, bool heard)
{
	struct reset_look *look = step->look;

	step_end(step);
	if (heard && step->kind == KIND_BYTES)
		look->drawn = true;
	if (heard && step->min_ttl > look->floors[step->kind])
		look->floors[step->kind] = step->min_ttl;
	if (!--look->pending)
		next_phase(look);
}

static void ready(struct watch *watch, uint32_t events)
{
	struct step *step = watch->owner;
	char byte;
	ssize_t got = recv(watch->fd, &byte, 1, MSG_PEEK);

	(void)events;
	if (step->kind != KIND_IDLE) {
		step_done(step, got < 0 && errno == ECONNRESET);
		return;
	}
	/* closed in any way: a server that hangs up resets those that have sent something */
	step->look->idle_reset = got <= 0;
	step_end(step);
}

static void late(struct timer *timer)
{
	struct step *step = timer->owner;

	if (step->kind != KIND_IDLE)
		step_done(step, false);
}

static bool send_bytes(const struct step *step, int fd)
{
	int least = (int)step->min_ttl;

	return (!least || !setsockopt(fd, IPPROTO_IP, IP_MINTTL, &least, sizeof(least))) &&
	       send(fd, step->look->bytes, step->look->length, MSG_NOSIGNAL) ==
		       (ssize_t)step->look->length;
}

static void connected(void *owner, int fd, struct tcp_fact *tcp)
{
	struct step *step = owner;
	struct run *run = step->look->run;

	(void)tcp;
	step->watch.fd = fd;
	if (step->kind == KIND_ANSWER || fd < 0) {
		if (step->kind != KIND_IDLE)
			step_done(step, fd >= 0);
		return;
	}
	step->look->idle_connected = step->look->idle_connected || step->kind == KIND_IDLE;
	/* reset before it could be sent: what is heard then tells */
	if (step->kind == KIND_BYTES && !send_bytes(step, fd)) {
		step_done(step, false);
		return;
	}
	if (loop_watch(&run->loop, &step->watch, EPOLLIN) ||
	    (step->kind == KIND_BYTES &&
	     loop_after(&run->loop, &step->patience, step->look->wait_us)))
		run->error = -ENOMEM;
}

static void step_start(struct reset_look *look, struct step *step, enum kind kind, uint32_t ttl)
{
	struct connect_options options = { .address = look->address, .port = look->port,
					   .quiet = true, .time_us = look->wait_us,
					   .min_ttl = kind == KIND_ANSWER ? ttl : 0 };

	*step = (struct step){ .look = look, .kind = kind, .min_ttl = ttl };
	step->watch = (struct watch){ .fd = -1, .ready = ready, .owner = step };
	step->patience = (struct timer){ .strike = late, .owner = step };
	if (!connect_start(look->run, &options, connected, step) && kind != KIND_IDLE)
		look->pending++;
}

/* First every sixteenth value, then those between the last that was heard and the next. */
static void start_round(struct reset_look *look, uint32_t distance)
{
	uint32_t answer = look->floors[KIND_ANSWER], bytes = look->floors[KIND_BYTES], i;

	look->used = 0;
	for (i = 1; i < STEPS && !look->run->error; i++) {
		step_start(look, &look->steps[look->used++], KIND_ANSWER, answer + i * distance);
		step_start(look, &look->steps[look->used++], KIND_BYTES, bytes + i * distance);
	}
}

static uint32_t first_ttl(uint32_t ttl)
{
	return ttl <= 64 ? 64 : ttl <= 128 ? 128 : TTL_MAX;
}

/*
 * The RST seems to come from nearer: then no answer of the target comes with as little of its time
 * to live spent, as often as it is tried.
 */
static bool start_confirmation(struct reset_look *look)
{
	uint32_t answer = look->floors[KIND_ANSWER], bytes = look->floors[KIND_BYTES];
	uint32_t spent = first_ttl(bytes) - bytes, i;

	if (!answer || !bytes || spent >= first_ttl(answer) - answer)
		return false;
	look->used = 0;
	for (i = 0; i < CONFIRMATIONS && !look->run->error; i++)
		step_start(look, &look->steps[look->used++], KIND_ANSWER,
			   first_ttl(answer) - spent);
	return true;
}

static void next_phase(struct reset_look *look)
{
	look->phase++;
	if (look->phase == PHASE_COARSE && look->drawn) {
		if (loop_after(&look->run->loop, &look->grace, GRACE_US))
			look->run->error = -ENOMEM;
	} else if (look->phase == PHASE_FINE && !look->idle_reset) {
		start_round(look, 1);
	} else if (look->phase != PHASE_CONFIRM || look->idle_reset || !start_confirmation(look)) {
		finish(look);
	}
}

static void grace_over(struct timer *timer)
{
	struct reset_look *look = timer->owner;

	if (look->idle_reset || !look->idle_connected)
		finish(look);
	else
		start_round(look, STEPS);
}

/* What the attempt sent first, or as good as that. */
static bool fill_bytes(struct reset_look *look, const struct target *target)
{
	struct address address;
	const char *host = target->url.host;
	bool literal = !address_parse(host, &address);
	int length;

	if (text_equal(target->url.scheme, "https")) {
		look->length = flight_hello(look->run, literal ? NULL : host, look->bytes,
					    sizeof(look->bytes));
		return look->length > 0;
	}
	length = snprintf(look->bytes, sizeof(look->bytes),
			  "GET %s HTTP/1.1\r\nHost: %s:%u\r\nAccept: */*\r\n\r\n",
			  target->url.path, host, (unsigned int)target->url.port);
	look->length = length > 0 && (size_t)length < sizeof(look->bytes) ? (size_t)length : 0;
	return look->length > 0;
}

static bool may_look(const struct run *run, const struct attempt_fact *attempt)
{
	const struct reset_look *look;
	size_t count = 0;

	for (look = run->experiments->resets; look; look = look->next)
		count++;
	return count < LOOKS_MAX && attempt->address.family == ADDRESS_IPV4 &&
	       attempt->tcp.outcome == TCP_CONNECTED &&
	       ((attempt->tls.outcome == TLS_CLOSED && !attempt->tls.received) ||
		(attempt->tls.outcome == TLS_NONE && attempt->http.outcome == HTTP_EMPTY));
}

void reset_start(struct target *target, const struct attempt_fact *attempt)
{
	struct run *run = target->run;
	uint64_t wait_us = WAIT_US + 3 * (uint64_t)attempt->tcp.rtt_us.value;
	struct reset_look *look;

	if (!may_look(run, attempt))
		return;
	look = calloc(1, sizeof(*look));
	if (!run_keeps(run, look))
		return;
	look->next = run->experiments->resets;
	run->experiments->resets = look;
	look->run = run;
	look->url = text_copy(attempt->url);
	look->address = attempt->address;
	look->port = attempt->port;
	look->wait_us = wait_us < WAIT_MOST_US ? wait_us : WAIT_MOST_US;
	look->grace = (struct timer){ .strike = grace_over, .owner = look };
	look->idle.look = look;
	look->idle.watch.fd = -1;
	if (!run_keeps(run, look->url) || !fill_bytes(look, target))
		return;
	step_start(look, &look->idle, KIND_IDLE, 0);
	step_start(look, &look->steps[look->used++], KIND_BYTES, 0);
}

void reset_shut(struct run *run)
{
	while (run->experiments->resets) {
		struct reset_look *look = run->experiments->resets;
		size_t i;

		run->experiments->resets = look->next;
		loop_cancel(&run->loop, &look->grace);
		step_end(&look->idle);
		for (i = 0; i < look->used; i++)
			step_end(&look->steps[i]);
		free(look->url);
		free(look);
	}
}
