/* SPDX-License-Identifier: Apache-2.0 */
/* TCP: plain non-blocking connects. */
#include "probes/endpoints_helper/connect.h"

#include "probes/endpoints_helper/url.h"
#include "rules/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connecting {
	struct run *run;
	struct watch watch;
	struct timer timer;
	uint64_t started;
	connect_done *done;
	void *owner;
};

void connect_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void connect_choose_source(struct run *run)
{
	run->facts->source.asked = text_copy(run->request->plan.from);
}

static void finish(struct connecting *connecting, int outcome)
{
	struct tcp_fact tcp = { .outcome = outcome };
	struct run *run = connecting->run;
	int fd = connecting->watch.fd;

	tcp.took_us = (struct maybe){ true, (uint32_t)(loop_now() - connecting->started) };
	loop_cancel(&run->loop, &connecting->timer);
	(void)loop_watch(&run->loop, &connecting->watch, 0);
	if (outcome != TCP_CONNECTED) {
		connect_close(fd);
		fd = -1;
	}
	connecting->done(connecting->owner, fd, &tcp);
	record_release(&tcp_record, &tcp);
	free(connecting);
}

static void ready(struct watch *watch, uint32_t events)
{
	struct connecting *connecting = watch->owner;
	socklen_t size = sizeof(int);
	int error = 0;

	(void)events;
	(void)getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	finish(connecting, !error ? TCP_CONNECTED :
			   error == ECONNREFUSED ? TCP_REFUSED :
			   error == ETIMEDOUT ? TCP_TIMED_OUT : TCP_UNREACHABLE);
}

static void too_late(struct timer *timer)
{
	finish(timer->owner, TCP_TIMED_OUT);
}

int connect_start(struct run *run, const struct connect_options *options, connect_done *done,
		  void *owner)
{
	struct connecting *connecting = calloc(1, sizeof(*connecting));
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)options->port) };

	if (!run_keeps(run, connecting))
		return run->error;
	memcpy(&to.sin_addr, options->address.bytes, 4);
	*connecting = (struct connecting){ .run = run, .done = done, .owner = owner,
					   .started = loop_now() };
	connecting->watch = (struct watch){ .ready = ready, .owner = connecting };
	connecting->timer = (struct timer){ .strike = too_late, .owner = connecting };
	connecting->watch.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (options->address.family != ADDRESS_IPV4 || url_forbidden(&options->address, true))
		finish(connecting, TCP_FORBIDDEN);
	else if (connecting->watch.fd < 0 ||
		 loop_after(&run->loop, &connecting->timer, run_time(run, CONNECT_TIME_US)))
		finish(connecting, TCP_DENIED);
	else if (connect(connecting->watch.fd, (struct sockaddr *)&to, sizeof(to)) &&
		 errno != EINPROGRESS)
		finish(connecting, errno == ECONNREFUSED ? TCP_REFUSED : TCP_UNREACHABLE);
	else if (loop_watch(&run->loop, &connecting->watch, EPOLLOUT))
		finish(connecting, TCP_DENIED);
	return run->error;
}

int trace_start(struct run *run, const char *url, const struct address *address, uint32_t port)
{
	(void)url;
	(void)address;
	(void)port;
	return run->error;
}
