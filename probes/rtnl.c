/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The netlink socket: open, dump, exchange a batch, drain events.
 *
 * Owns restarts, deadlines and the trust put in a datagram (its sender, its lengths). It knows
 * nothing of what messages mean; the walk is our own, because mnl_nlmsg_ok() of libmnl 1.0.4 can be
 * led out of the buffer by a length above 2^31.
 */
#include "probes/rtnl.h"

#include "probes/probe.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#define EVENT_ROOM (8 * 1024 * 1024)

/* What a walk over one datagram needs to know of a running dump. */
struct dump {
	const struct rtnl *rtnl;
	uint32_t port;
	const struct rtnl_sink *sink;
	struct fault *fault;
	bool interrupted; /* the kernel says that the dump is no snapshot */
	bool done;
};

struct exchange {
	uint32_t port;
	uint32_t first; /* sequence number of request 0 */
	uint32_t count;
	uint32_t answered;
	rtnl_reply reply;
	void *data;
	bool again; /* an answer was lost for want of room */
};

/*
 * Options that only make answers better: a kernel without them still answers, so let it fail, but
 * not for a reason that is none of the kernel's.
 */
static void set_options(struct mnl_socket *socket, unsigned int groups)
{
	static const int options[] = { NETLINK_GET_STRICT_CHK, NETLINK_EXT_ACK, NETLINK_CAP_ACK };
	int on = 1;
	int room = EVENT_ROOM;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (mnl_socket_setsockopt(socket, options[i], &on, sizeof(on)) &&
		    errno != ENOPROTOOPT)
			(void)mnl_socket_setsockopt(socket, options[i], &on, sizeof(on));
	if (!groups)
		return;
	if (setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		(void)setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUF, &room,
				 sizeof(room));
}

int rtnl_open(struct rtnl *rtnl, int bus, unsigned int groups, uint64_t deadline_ms,
	      struct fault *fault)
{
	char name[16];
	int code;

	memset(rtnl, 0, sizeof(*rtnl));
	rtnl->deadline_ms = deadline_ms;
	rtnl->sequence = (uint32_t)time(NULL);
	rtnl->buffer = malloc((size_t)RTNL_SLOTS * RTNL_BUFFER_SIZE);
	if (!rtnl->buffer)
		return fault_set(fault, -ENOMEM, "out of memory");
	rtnl->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!rtnl->socket) {
		code = errno ? -errno : -EIO;
		rtnl_close(rtnl);
		return fault_set(fault, code, "cannot open a netlink socket: %s",
				 errno_name(code, name));
	}
	set_options(rtnl->socket, groups);
	if (mnl_socket_bind(rtnl->socket, groups, MNL_SOCKET_AUTOPID) < 0) {
		code = errno ? -errno : -EIO;
		rtnl_close(rtnl);
		return fault_set(fault, code, "cannot bind a netlink socket: %s",
				 errno_name(code, name));
	}
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	if (rtnl->socket)
		(void)mnl_socket_close(rtnl->socket);
	free(rtnl->buffer);
	rtnl->socket = NULL;
	rtnl->buffer = NULL;
}

int rtnl_walk(const void *bytes, size_t length, rtnl_message message, void *data)
{
	const char *at = bytes;

	while (length >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *header = (const void *)at;
		size_t step = header->nlmsg_len;
		int code;

		if (step < sizeof(*header) || step > length)
			return -EBADMSG;
		code = message(header, data);
		if (code < 0)
			return code;
		step = (step + NLMSG_ALIGNTO - 1) & ~(size_t)(NLMSG_ALIGNTO - 1);
		if (step >= length)
			return 0;
		at += step;
		length -= step;
	}
	return length ? -EBADMSG : 0;
}

static int send_all(const struct rtnl *rtnl, const void *bytes, size_t length,
		    struct fault *fault)
{
	char name[16];
	ssize_t sent;

	do {
		sent = mnl_socket_sendto(rtnl->socket, bytes, length);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0) {
		int code = -errno;

		return fault_set(fault, code, "cannot ask the kernel: %s", errno_name(code, name));
	}
	return 0;
}

/* Until something can be read; -ETIMEDOUT at the deadline. */
static int wait_readable(const struct rtnl *rtnl, struct fault *fault)
{
	for (;;) {
		struct pollfd descriptor = { .events = POLLIN };
		uint64_t now = probe_now_ms();
		char name[16];
		int ready;

		if (now >= rtnl->deadline_ms)
			return fault_set(fault, -ETIMEDOUT, "the kernel did not answer in time");
		descriptor.fd = mnl_socket_get_fd(rtnl->socket);
		ready = poll(&descriptor, 1, rtnl->deadline_ms - now > 1000 ?
			     1000 : (int)(rtnl->deadline_ms - now));
		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return fault_set(fault, -errno, "cannot wait for the kernel: %s",
					 errno_name(errno, name));
	}
}

/* One slot of a receive: false for a datagram that is not the kernel's. */
static bool from_kernel(const struct msghdr *header, const struct sockaddr_nl *sender)
{
	return header->msg_namelen == sizeof(*sender) && sender->nl_family == AF_NETLINK &&
	       sender->nl_pid == 0;
}

/*
 * Receives what is there, at most `slots` datagrams, and walks each. Positive: number of datagrams;
 * 0: nothing there; -ENOBUFS: the kernel threw answers away.
 */
static int receive(struct rtnl *rtnl, unsigned int slots, rtnl_message message, void *data)
{
	struct mmsghdr headers[RTNL_SLOTS];
	struct iovec vectors[RTNL_SLOTS];
	struct sockaddr_nl senders[RTNL_SLOTS];
	int got;
	int i;

	memset(headers, 0, slots * sizeof(headers[0]));
	for (i = 0; i < (int)slots; i++) {
		vectors[i].iov_base = rtnl->buffer + (size_t)i * RTNL_BUFFER_SIZE;
		vectors[i].iov_len = RTNL_BUFFER_SIZE;
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
		headers[i].msg_hdr.msg_name = &senders[i];
		headers[i].msg_hdr.msg_namelen = sizeof(senders[i]);
	}
	got = recvmmsg(mnl_socket_get_fd(rtnl->socket), headers, slots, MSG_DONTWAIT, NULL);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (i = 0; i < got; i++) {
		int code;

		if (!from_kernel(&headers[i].msg_hdr, &senders[i]))
			continue;
		if (headers[i].msg_hdr.msg_flags & MSG_TRUNC)
			return -EMSGSIZE;
		code = rtnl_walk(vectors[i].iov_base, headers[i].msg_len, message, data);
		if (code)
			return code;
	}
	return got;
}

/* The kernel's own words behind an error (NLMSGERR_ATTR_MSG), or "". Not cleaned. */
static void kernel_words(const struct nlmsghdr *header, size_t offset, char words[128])
{
	const struct nlattr *tb[NLMSGERR_ATTR_MSG + 1];
	const struct nlattr *text;

	words[0] = '\0';
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    rtnl_attributes(header, offset, tb, NLMSGERR_ATTR_MSG))
		return;
	text = tb[NLMSGERR_ATTR_MSG];
	if (text) {
		size_t length = mnl_attr_get_payload_len(text);

		if (length > 126)
			length = 126;
		memcpy(words, mnl_attr_get_payload(text), length);
		words[length] = '\0';
	}
}

static int dump_refused(struct dump *dump, const struct nlmsghdr *header, int error, size_t offset)
{
	char words[128];
	char name[16];

	if (error == -EINTR) {
		dump->interrupted = true;
		dump->done = true;
		return 0;
	}
	kernel_words(header, offset, words);
	return fault_set(dump->fault, error, "the kernel refused: %s%s%s", errno_name(error, name),
			 words[0] ? ": " : "", words);
}

static int dump_control(struct dump *dump, const struct nlmsghdr *header)
{
	const struct nlmsgerr *error;
	const int *result;

	switch (header->nlmsg_type) {
	case NLMSG_DONE:
		dump->done = true;
		result = rtnl_body(header, sizeof(*result));
		if (result && *result < 0)
			return dump_refused(dump, header, *result, sizeof(*result));
		return 0;
	case NLMSG_ERROR:
		error = rtnl_body(header, sizeof(*error));
		if (!error || error->error >= 0)
			return error ? 0 : -EBADMSG;
		return dump_refused(dump, header, error->error, sizeof(*error));
	case NLMSG_OVERRUN:
		dump->interrupted = true;
		return 0;
	default:
		return 0;
	}
}

static int dump_message(const struct nlmsghdr *header, void *data)
{
	struct dump *dump = data;

	if (header->nlmsg_seq != dump->rtnl->sequence || header->nlmsg_pid != dump->port)
		return 0;
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		dump->interrupted = true;
	if (header->nlmsg_type < NLMSG_MIN_TYPE)
		return dump_control(dump, header);
	/* the rest of an interrupted dump is only drained: a socket carries one dump at a time */
	return dump->interrupted ? 0 : dump->sink->message(header, dump->sink->data);
}

/* One pass; `dump->interrupted` tells whether it must be made again. */
static int dump_once(struct rtnl *rtnl, struct nlmsghdr *request, struct dump *dump)
{
	int code;

	request->nlmsg_seq = ++rtnl->sequence;
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
	dump->interrupted = false;
	dump->done = false;
	code = send_all(rtnl, request, request->nlmsg_len, dump->fault);
	while (!code && !dump->done) {
		code = receive(rtnl, 1, dump_message, dump);
		if (code > 0) {
			code = 0;
		} else if (code == -ENOBUFS) {
			dump->interrupted = true;
			code = 0;
		} else if (!code) {
			code = wait_readable(rtnl, dump->fault);
		}
	}
	return code;
}

static void back_off(unsigned int restart)
{
	struct timespec pause = { .tv_nsec = 1000000L << restart };

	/* cut short by a signal is as good: it only spreads the restarts */
	(void)nanosleep(&pause, NULL);
}

int rtnl_dump(struct rtnl *rtnl, struct nlmsghdr *request, const struct rtnl_sink *sink,
	      struct fault *fault)
{
	struct dump dump = {
		.rtnl = rtnl,
		.port = mnl_socket_get_portid(rtnl->socket),
		.sink = sink,
		.fault = fault,
	};
	unsigned int turn;

	for (turn = 0; turn <= RTNL_RESTARTS_MAX; turn++) {
		char name[16];
		int code;

		if (turn) {
			back_off(turn);
			if (sink->restart)
				sink->restart(sink->data);
		}
		code = dump_once(rtnl, request, &dump);
		if (code)
			return fault_set(fault, code, "cannot read the kernel's answer: %s",
					 errno_name(code, name));
		if (!dump.interrupted)
			return 0;
	}
	return fault_set(fault, -EAGAIN, "the host changes too fast: %d dumps were interrupted",
			 RTNL_RESTARTS_MAX + 1);
}

static int exchange_message(const struct nlmsghdr *header, void *data)
{
	struct exchange *exchange = data;
	const struct nlmsgerr *error = NULL;
	uint32_t index = header->nlmsg_seq - exchange->first;
	int code = 0;

	if (index >= exchange->count || header->nlmsg_pid != exchange->port ||
	    header->nlmsg_type == NLMSG_NOOP)
		return 0;
	if (header->nlmsg_type == NLMSG_ERROR) {
		error = rtnl_body(header, sizeof(*error));
		if (!error)
			return -EBADMSG;
		code = error->error;
	} else if (header->nlmsg_type < NLMSG_MIN_TYPE) {
		return -EBADMSG;
	}
	exchange->answered++;
	if (code == -EAGAIN || code == -ENOBUFS) {
		exchange->again = true;
		return 0;
	}
	return exchange->reply(index, error ? NULL : header, code, exchange->data);
}

/* Numbers the requests; -EINVAL when the batch is not what it says. */
static int number_requests(struct rtnl *rtnl, struct rtnl_batch *batch)
{
	size_t at = 0;
	uint32_t i;

	for (i = 0; i < batch->count; i++) {
		struct nlmsghdr *header = (void *)((char *)batch->bytes + at);

		if (batch->length - at < sizeof(*header) ||
		    header->nlmsg_len < sizeof(*header) ||
		    header->nlmsg_len > batch->length - at)
			return -EINVAL;
		header->nlmsg_flags |= NLM_F_REQUEST;
		header->nlmsg_seq = ++rtnl->sequence;
		at += NLMSG_ALIGN(header->nlmsg_len);
		if (at > batch->length)
			at = batch->length;
	}
	return at == batch->length ? 0 : -EINVAL;
}

static int exchange_once(struct rtnl *rtnl, const struct rtnl_batch *batch,
			 struct exchange *exchange, struct fault *fault)
{
	int code = send_all(rtnl, batch->bytes, batch->length, fault);

	while (!code && exchange->answered < exchange->count) {
		code = receive(rtnl, RTNL_SLOTS, exchange_message, exchange);
		if (code > 0) {
			code = 0;
		} else if (code == -ENOBUFS) {
			exchange->again = true;
			return 0;
		} else if (!code) {
			code = wait_readable(rtnl, fault);
		}
	}
	return code;
}

int rtnl_exchange(struct rtnl *rtnl, struct rtnl_batch *batch, rtnl_reply reply, void *data,
		  struct fault *fault)
{
	unsigned int turn;

	for (turn = 0; turn <= RTNL_RESTARTS_MAX; turn++) {
		struct exchange exchange = {
			.port = mnl_socket_get_portid(rtnl->socket),
			.first = rtnl->sequence + 1,
			.count = batch->count,
			.reply = reply,
			.data = data,
		};
		char name[16];
		int code = number_requests(rtnl, batch);

		if (turn)
			back_off(turn);
		if (!code)
			code = exchange_once(rtnl, batch, &exchange, fault);
		if (code)
			return fault_set(fault, code, "cannot read the kernel's answer: %s",
					 errno_name(code, name));
		if (!exchange.again)
			return 0;
	}
	return fault_set(fault, -ENOBUFS, "the kernel had no room for its answers");
}

int rtnl_events(struct rtnl *rtnl, rtnl_message message, void *data, struct fault *fault)
{
	char name[16];
	int code;

	do {
		code = receive(rtnl, RTNL_SLOTS, message, data);
	} while (code > 0);
	if (code)
		return fault_set(fault, code, "cannot read events: %s", errno_name(code, name));
	return 0;
}
