/* SPDX-License-Identifier: Apache-2.0 */
/* What names.c and names_question.c share. Nobody else needs it. */
#ifndef PROBES_ENDPOINTS_HELPER_NAMES_INTERNAL_H
#define PROBES_ENDPOINTS_HELPER_NAMES_INTERNAL_H

#include "probes/endpoints_helper/names.h"
#include "probes/endpoints_helper/names_answer.h"
#include "probes/endpoints_helper/names_server.h"

struct name_host;

/* A server with both ways to ask it. */
struct name_asked {
	const struct name_server *server;
	const char *refused; /* why it is never asked; NULL */
	struct name_channel udp, tcp;
};

/* One question to one server, or a row that stands for one. */
struct name_question {
	struct name_question *next; /* of the host, in the order asked */
	struct name_host *host;
	struct name_asked *asked; /* NULL: the hosts file or an option */
	struct name_channel *channel; /* it waits there */
	struct name_fact fact;
	struct dns_name name;
	unsigned int type;
	size_t candidate; /* place in the host's candidates */
	struct timer timer;
	uint64_t started;
	bool finished, repeated;
	bool late; /* it had its time, and may go on where nobody else knows */
	uint64_t most_us; /* its time */
};

struct name_waiter {
	struct name_waiter *next;
	names_done *done;
	void *owner;
};

struct name_host {
	struct name_host *next;
	struct run *run;
	char *name;
	uint32_t port; /* of an option; 0: any */
	struct name_question *questions, **end;
	struct name_waiter *waiters;
	struct strings candidates; /* what is asked for, in order */
	size_t candidate;          /* asked for now */
	bool starting; /* questions are being asked: no decision yet */
	bool settled;
	bool beside;   /* nobody waits for it */
	struct address *addresses;
	size_t count;
};

struct names {
	struct names_config config;
	struct name_asked *asked; /* config.server_count of them */
	struct name_host *hosts;
	size_t looks;
};

/* A row for the host, finished: its addresses may be added. NULL: out of memory, latched. */
struct name_question *name_question_add(struct name_host *host, const char *server,
					unsigned int type);
/* Asks one server for one of the host's candidates; name_host_look() is called at the end. */
void name_question_ask(struct name_host *host, struct name_asked *asked, unsigned int type,
		       size_t candidate);
/* Ends a question whose answer is not waited for. */
void name_question_end(struct name_question *question, int outcome);
/* A late one has little time left. */
void name_question_hurry(struct name_question *question);
/* The same where the run's time is over: nobody knows what would have come. */
void name_question_stop(struct name_question *question);
void name_question_free(struct name_question *question);
/* Can the host be settled? */
void name_host_look(struct name_host *host);

#endif
