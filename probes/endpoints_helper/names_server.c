/* SPDX-License-Identifier: Apache-2.0 */
/* A c-ares channel in the run's loop, on sockets of our own. */
#include "probes/endpoints_helper/names_server.h"

#include <ares.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define CLASS_IN 1
/* Each wait is twice the one before: questions at 0, 276, 828 and 1932 ms, the end is 4.14 s. */
#define UDP_WAIT_MS 276
#define UDP_TRIES 4
#define TCP_WAIT_MS 1000
_Static_assert(UDP_WAIT_MS * ((1 << UDP_TRIES) - 1) * 1000 <= NAME_LATE_TIME_US,
	       "c-ares ends first");

/* A socket that c-ares waits for. */
struct name_watch {
	struct name_watch *next;
	struct name_channel *channel;
	struct watch watch;
};

struct open_question {
	struct name_channel *channel;
	name_replied *done;
	void *owner;
};

/* Questions that nobody waits for would keep the loop going. Never from inside c-ares. */
static void drop_unwanted(struct name_channel *channel)
{
	if (channel->busy || channel->wanted || !channel->open)
		return;
	channel->busy = true;
	ares_cancel(channel->ares);
	channel->busy = false;
}

static void set_timer(struct name_channel *channel)
{
	struct run *run = channel->run;
	struct timeval wait;

	if (!channel->open || !ares_timeout(channel->ares, NULL, &wait))
		loop_cancel(&run->loop, &channel->timer);
	else if (loop_after(&run->loop, &channel->timer,
			    (uint64_t)wait.tv_sec * 1000000 + (uint64_t)wait.tv_usec))
		run->error = -ENOMEM;
}

/* Lets c-ares work on what is readable or writable, or on what has timed out. */
static void turn(struct name_channel *channel, int readable, int writable)
{
	channel->busy = true;
	ares_process_fd(channel->ares, readable, writable);
	channel->busy = false;
	drop_unwanted(channel);
	set_timer(channel);
}

static void struck(struct timer *timer)
{
	turn(timer->owner, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void ready(struct watch *watch, uint32_t events)
{
	struct name_channel *channel = ((struct name_watch *)watch->owner)->channel;
	int fd = watch->fd;
	bool failed = events & (EPOLLERR | EPOLLHUP);

	/* the watch may be gone once c-ares has closed its socket */
	turn(channel, events & EPOLLIN || failed ? fd : ARES_SOCKET_BAD,
	     events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
}

static struct name_watch *find_watch(struct name_channel *channel, int fd)
{
	struct name_watch *one;

	for (one = channel->watches; one; one = one->next)
		if (one->watch.fd == fd)
			return one;
	return NULL;
}

static void remove_watch(struct name_channel *channel, struct name_watch *watch)
{
	struct name_watch **place = &channel->watches;

	while (*place != watch)
		place = &(*place)->next;
	*place = watch->next;
	(void)loop_watch(&channel->run->loop, &watch->watch, 0);
	free(watch);
}

/* c-ares says what it waits for on a socket; nothing: it is about to close it. */
static void socket_state(void *owner, ares_socket_t fd, int readable, int writable)
{
	struct name_channel *channel = owner;
	struct run *run = channel->run;
	struct name_watch *watch = find_watch(channel, fd);

	if (!readable && !writable) {
		if (watch)
			remove_watch(channel, watch);
		return;
	}
	if (!watch) {
		watch = calloc(1, sizeof(*watch));
		if (!run_keeps(run, watch))
			return;
		watch->channel = channel;
		watch->watch = (struct watch){ .fd = fd, .ready = ready, .owner = watch };
		watch->next = channel->watches;
		channel->watches = watch;
	}
	if (loop_watch(&run->loop, &watch->watch,
		       (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u)))
		run->error = -ENOMEM;
}

/* What packets of others, or their absence, make of a call (ip(7), udp(7), tcp(7)). */
static bool is_of_network(int error)
{
	return error == ECONNREFUSED || error == ECONNRESET || error == EHOSTUNREACH ||
	       error == ENETUNREACH || error == EHOSTDOWN ||
	       error == ENOPROTOOPT || error == EPROTO || error == ETIMEDOUT || error == EPIPE;
}

/* Keeps why a call failed. */
static int failed(struct name_channel *channel)
{
	channel->error = errno;
	channel->local = !is_of_network(errno);
	return -1;
}

static socklen_t socket_address(const struct address *address, uint32_t port,
				struct sockaddr_storage *storage)
{
	memset(storage, 0, sizeof(*storage));
	if (address->family == ADDRESS_IPV6) {
		struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)storage;

		ipv6->sin6_family = AF_INET6;
		ipv6->sin6_port = htons((uint16_t)port);
		memcpy(&ipv6->sin6_addr, address->bytes, sizeof(ipv6->sin6_addr));
		return sizeof(*ipv6);
	} else {
		struct sockaddr_in *ipv4 = (struct sockaddr_in *)storage;

		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons((uint16_t)port);
		memcpy(&ipv4->sin_addr, address->bytes, sizeof(ipv4->sin_addr));
		return sizeof(*ipv4);
	}
}

/* From where connects go, too; a resolver on this very machine is reached by loopback alone. */
static int bind_socket(const struct name_channel *channel, int fd)
{
	const struct endpoint_source *source = &channel->run->facts->source;
	struct sockaddr_storage storage;
	socklen_t length;

	if (address_is_loopback(&channel->server->address))
		return 0;
	if (source->binding == BOUND_DEVICE && source->dev)
		return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, source->dev,
				  (socklen_t)strlen(source->dev));
	if (source->binding != BOUND_ADDRESS ||
	    source->address.family != channel->server->address.family)
		return 0;
	length = socket_address(&source->address, 0, &storage);
	return bind(fd, (const struct sockaddr *)&storage, length);
}

static int try_socket(const struct name_channel *channel, int domain, int type, int protocol)
{
	int fd = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol), error;

	if (fd < 0 || !bind_socket(channel, fd))
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

/* Each call is made twice where it fails: once may be for no reason of its own. */
static ares_socket_t open_socket(int domain, int type, int protocol, void *owner)
{
	struct name_channel *channel = owner;
	int fd = try_socket(channel, domain, type, protocol);

	if (fd < 0)
		fd = try_socket(channel, domain, type, protocol);
	return fd < 0 ? failed(channel) : fd;
}

static int close_socket(ares_socket_t fd, void *owner)
{
	(void)owner;
	return close(fd);
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t length,
			  void *owner)
{
	struct name_channel *channel = owner;
	int tries = 2;

	while (tries-- && connect(fd, to, length)) {
		if (errno == EINPROGRESS || errno == EALREADY) {
			errno = EINPROGRESS;
			return -1;
		}
		if (errno == EISCONN)
			return 0;
	}
	if (tries >= 0)
		return 0;
	(void)failed(channel);
	/* nothing was sent so far: it is this machine that has no way there */
	channel->local = channel->local || channel->error == ENETUNREACH ||
			 channel->error == EHOSTUNREACH;
	return -1;
}

static ares_ssize_t receive_for_ares(ares_socket_t fd, void *buffer, size_t length, int flags,
				     struct sockaddr *from, ares_socklen_t *from_length,
				     void *owner)
{
	struct name_channel *channel = owner;
	int tries = 2;
	ssize_t got;

	do {
		got = recvfrom(fd, buffer, length, flags, from, from_length);
	} while (got < 0 && errno != EAGAIN && !is_of_network(errno) &&
		 (errno == EINTR || --tries));
	if (got < 0)
		return errno == EAGAIN ? -1 : failed(channel);
	if (!channel->tcp)
		channel->received++;
	if (got > 0)
		return got;
	/* an empty datagram is no error, which c-ares would take it for */
	errno = channel->tcp ? ECONNRESET : EAGAIN;
	return channel->tcp ? failed(channel) : -1;
}

static ares_ssize_t transmit(ares_socket_t fd, const struct iovec *parts, int count, void *owner)
{
	struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count };
	struct name_channel *channel = owner;
	int tries = 2;
	ssize_t sent;

	/* over UDP the first try tells an ICMP error of the question before */
	do {
		sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno != EAGAIN && !(channel->tcp && is_of_network(errno)) &&
		 (errno == EINTR || --tries));
	return sent < 0 && errno != EAGAIN ? failed(channel) : sent;
}

static const struct ares_socket_functions socket_functions = {
	.asocket = open_socket,
	.aclose = close_socket,
	.aconnect = connect_socket,
	.arecvfrom = receive_for_ares,
	.asendv = transmit,
};

static int open_channel(struct name_channel *channel)
{
	char lookups[] = "b";
	char nowhere[] = "/dev/null"; /* the configuration was read already (names_config.h) */
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | ARES_FLAG_NOSEARCH |
			 ARES_FLAG_NOALIASES | (channel->tcp ? ARES_FLAG_USEVC : 0),
		.timeout = channel->tcp ? TCP_WAIT_MS : UDP_WAIT_MS,
		.tries = channel->tcp ? 1 : UDP_TRIES,
		.lookups = lookups,
		.sock_state_cb = socket_state,
		.sock_state_cb_data = channel,
		.resolvconf_path = nowhere,
	};
	const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
			 ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF;

	if (ares_init_options(&channel->ares, &options, mask)) {
		channel->ares = NULL;
		return -ENOMEM;
	}
	ares_set_socket_functions(channel->ares, &socket_functions, channel);
	return ares_set_servers_ports_csv(channel->ares, channel->server->text) ? -ENOMEM : 0;
}

static void answered(void *owner, int status, int timeouts, unsigned char *message, int length)
{
	struct open_question *question = owner;
	struct name_channel *channel = question->channel;
	/* of each try that timed out, and of the last one where it did not */
	struct name_reply reply = { .tries = (uint32_t)timeouts + (status != ARES_ETIMEOUT) };

	channel->open--;
	if (status == ARES_ENOMEM)
		channel->run->error = -ENOMEM;
	if (message && length > 0) {
		reply.message = message;
		reply.length = (size_t)length;
		channel->fitting += !channel->tcp;
	} else if (status == ARES_EBADNAME || status == ARES_EFORMERR) {
		reply.error = EINVAL;
		reply.local = true;
	} else if (status != ARES_ETIMEOUT && status != ARES_ECANCELLED &&
		   status != ARES_EDESTRUCTION) {
		reply.error = channel->error ? channel->error : EIO;
		reply.local = channel->local || !channel->error;
	}
	reply.strays = channel->received - channel->fitting;
	question->done(question->owner, &reply);
	free(question);
}

void name_channel_init(struct name_channel *channel, struct run *run,
		       const struct name_server *server, bool tcp)
{
	*channel = (struct name_channel){ .run = run, .server = server, .tcp = tcp };
	channel->timer = (struct timer){ .strike = struck, .owner = channel };
}

void name_channel_release(struct name_channel *channel)
{
	if (channel->ares) {
		channel->busy = true;
		ares_destroy(channel->ares);
	}
	channel->ares = NULL;
	loop_cancel(&channel->run->loop, &channel->timer);
	while (channel->watches)
		remove_watch(channel, channel->watches);
}

int name_channel_ask(struct name_channel *channel, const char *name, unsigned int type,
		     name_replied *done, void *owner)
{
	struct open_question *question = calloc(1, sizeof(*question));
	bool inside = channel->busy;

	if (!run_keeps(channel->run, question))
		goto failed;
	if (!channel->ares && open_channel(channel)) {
		channel->run->error = -ENOMEM;
		goto failed;
	}
	*question = (struct open_question){ .channel = channel, .done = done, .owner = owner };
	channel->open++;
	channel->wanted++;
	channel->busy = true;
	ares_query(channel->ares, name, CLASS_IN, (int)type, answered, question);
	channel->busy = inside;
	if (!inside)
		set_timer(channel);
	return 0;
failed:
	free(question);
	return -ENOMEM;
}

void name_channel_forget(struct name_channel *channel)
{
	channel->wanted--;
	drop_unwanted(channel);
	if (!channel->busy)
		set_timer(channel);
}
