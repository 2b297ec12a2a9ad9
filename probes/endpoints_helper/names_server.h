/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One way to ask one name server, over UDP or over TCP: a c-ares channel with sockets of ours, in
 * the run's loop.
 *
 * c-ares sends, repeats, matches answers to questions by id, and times; it judges nothing here
 * (no response code, no cut answer), because it tells neither refusals nor failures apart. The
 * sockets are ours so that they are bound like connects, and so that errno and answers that fit
 * no question are seen.
 */
#ifndef PROBES_ENDPOINTS_HELPER_NAMES_SERVER_H
#define PROBES_ENDPOINTS_HELPER_NAMES_SERVER_H

#include "probes/endpoints_helper/helper.h"
#include "probes/endpoints_helper/names_config.h"

struct ares_channeldata;

struct name_channel {
	struct run *run;
	const struct name_server *server;
	bool tcp;
	struct ares_channeldata *ares; /* NULL: never asked */
	struct timer timer;
	struct name_watch *watches;
	size_t open;   /* questions that c-ares works on */
	size_t wanted; /* those that somebody still waits for */
	bool busy;     /* inside c-ares: nothing may be cancelled */
	int error;     /* of the last call on a socket that failed */
	bool local;    /* it was not the network's doing */
	uint32_t received, fitting; /* messages that came, and those that answered a question */
};

/* What came of a question. */
struct name_reply {
	const uint8_t *message; /* NULL: none came */
	size_t length;
	uint32_t tries;
	int error;  /* errno where nothing came and a socket told why; 0: silence */
	bool local; /* `error` is this machine's own */
	uint32_t strays; /* messages that fitted no question of this channel, so far */
};

/* Called once for each question, perhaps before name_channel_ask() returns. */
typedef void name_replied(void *owner, const struct name_reply *reply);

void name_channel_init(struct name_channel *channel, struct run *run,
		       const struct name_server *server, bool tcp);
/* Answers what is open with silence, then closes. */
void name_channel_release(struct name_channel *channel);
/*
 * `type` is DNS_TYPE_A or DNS_TYPE_AAAA. -ENOMEM (also latched): `done` is not called then. Each
 * question is forgotten once: in `done`, or before by an owner who gives it up.
 */
int name_channel_ask(struct name_channel *channel, const char *name, unsigned int type,
		     name_replied *done, void *owner);
/* One question is not waited for any more; where `done` was not called yet, it still will be. */
void name_channel_forget(struct name_channel *channel);

#endif
