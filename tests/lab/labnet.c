/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's own network ends: listeners, and clients that connect from many source addresses at
 * once. It knows nothing of the program under test: what it prints is what the kernel did.
 *
 *	labnet listen [UID@|MARK#]ADDRESS:PORT...  daemon; returns when every socket listens
 *	labnet connect ADDRESS:PORT TIMEOUT_MS  sources (ADDRESS[:PORT]) on stdin, one answer a line
 *	labnet fetch ADDRESS:PORT SOURCE        connects and reads the greeting to its end
 *	labnet tunnel DEV                       daemon that holds a tun device and reads nothing
 *	docker-proxy ... -host-ip A -host-port P ...   listens like Docker's userland proxy
 *
 * UID@ makes the socket as that user, MARK# gives it a packet mark, because policy rules select by
 * both; [::]:PORT is an IPv6 socket that takes no IPv4.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 4096
#define LISTENERS_MAX 16
/* More than one segment, so that a path MTU that is too small shows. */
#define BANNER_SIZE 4000

union endpoint {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool number_read(const char *text, unsigned long maximum, unsigned long *value)
{
	char *end = NULL;

	errno = 0;
	*value = strtoul(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *value <= maximum;
}

/* "172.20.5.10:443", "172.20.5.10" (port 0) or "[::]:443". */
static bool endpoint_read(const char *text, union endpoint *endpoint)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
	unsigned long port = 0;

	memset(endpoint, 0, sizeof(*endpoint));
	if (length >= sizeof(host) || (colon != NULL && !number_read(colon + 1, 65535, &port)))
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	if (strcmp(host, "[::]") == 0) {
		endpoint->v6.sin6_family = AF_INET6;
		endpoint->v6.sin6_port = htons((uint16_t)port);
		return true;
	}
	endpoint->v4.sin_family = AF_INET;
	endpoint->v4.sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &endpoint->v4.sin_addr) == 1;
}

static socklen_t endpoint_size(const union endpoint *endpoint)
{
	return endpoint->any.sa_family == AF_INET6 ? sizeof(endpoint->v6) : sizeof(endpoint->v4);
}

/* The effective uid at socket() is the one that uidrange rules see; bind needs root again. */
static int socket_as(uid_t uid, int family)
{
	int fd = -1;

	if (seteuid(uid) != 0)
		return -1;
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (seteuid(0) != 0 && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* A listening socket's number before `sign`; 0 without. `rest` is what follows. */
static bool number_before(const char *word, char sign, unsigned long *value, const char **rest)
{
	const char *at = strchr(word, sign);
	char digits[16];

	*value = 0;
	*rest = word;
	if (at == NULL)
		return true;
	if ((size_t)(at - word) >= sizeof(digits))
		return false;
	memcpy(digits, word, (size_t)(at - word));
	digits[at - word] = '\0';
	*rest = at + 1;
	return number_read(digits, UINT32_MAX - 1, value);
}

static int listener_bind(int fd, const union endpoint *endpoint, unsigned long mark)
{
	int one = 1;
	unsigned int value = (unsigned int)mark;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (endpoint->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (mark != 0 && setsockopt(fd, SOL_SOCKET, SO_MARK, &value, sizeof(value)) != 0)
		return -1;
	if (bind(fd, &endpoint->any, endpoint_size(endpoint)) != 0)
		return -1;
	return listen(fd, CLIENTS_MAX);
}

static int listener_open(const char *word)
{
	unsigned long uid = 0, mark = 0;
	union endpoint endpoint;
	int fd = -1;

	if (!number_before(word, '@', &uid, &word) || !number_before(word, '#', &mark, &word) ||
	    !endpoint_read(word, &endpoint)) {
		errno = EINVAL;
		return -1;
	}
	fd = uid != 0 ? socket_as((uid_t)uid, endpoint.any.sa_family)
		      : socket(endpoint.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && listener_bind(fd, &endpoint, mark) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void serve(struct pollfd *listeners, size_t count)
{
	static const char banner[BANNER_SIZE];

	for (;;) {
		if (poll(listeners, count, -1) < 0 && errno != EINTR)
			return;
		for (size_t i = 0; i < count; i++) {
			int fd = -1;

			if ((listeners[i].revents & POLLIN) == 0)
				continue;
			fd = accept(listeners[i].fd, NULL, NULL);
			if (fd < 0)
				continue;
			if (send(fd, banner, sizeof(banner), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
				fprintf(stderr, "labnet: send: %s\n", strerror(errno));
			close(fd);
		}
	}
}

/* Listens, then goes to the background: whoever started it knows that the sockets are there. */
static int listen_main(int count, char **words)
{
	struct pollfd listeners[LISTENERS_MAX];

	if (count < 1 || count > LISTENERS_MAX)
		return 64;
	for (int i = 0; i < count; i++) {
		listeners[i].fd = listener_open(words[i]);
		listeners[i].events = POLLIN;
		if (listeners[i].fd < 0) {
			fprintf(stderr, "labnet: %s: %s\n", words[i], strerror(errno));
			return 1;
		}
	}
	if (daemon(1, 0) != 0)
		return 1;
	serve(listeners, (size_t)count);
	return 1;
}

static int proxy_main(int argc, char **argv)
{
	char word[64];
	char *words[] = { word };
	const char *host = "0.0.0.0";
	const char *port = NULL;
	int length = 0;

	for (int i = 1; i + 1 < argc; i++) {
		if (strcmp(argv[i], "-host-ip") == 0)
			host = argv[i + 1];
		if (strcmp(argv[i], "-host-port") == 0)
			port = argv[i + 1];
	}
	if (port == NULL)
		return 64;
	length = snprintf(word, sizeof(word), "%s:%s", host, port);
	if (length < 0 || (size_t)length >= sizeof(word))
		return 64;
	return listen_main(1, words);
}

/* A tunnel client's device has carrier only while a process holds it. */
static int tunnel_main(const char *name)
{
	struct ifreq request;
	size_t length = strlen(name);
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	memset(&request, 0, sizeof(request));
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (length >= sizeof(request.ifr_name))
		return 64;
	memcpy(request.ifr_name, name, length);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0) {
		fprintf(stderr, "labnet: %s: %s\n", name, strerror(errno));
		return 1;
	}
	if (daemon(1, 0) != 0)
		return 1;
	pause();
	return 0;
}

struct client {
	char source[64];
	int fd;
	int error; /* errno of the attempt; EINPROGRESS while it runs */
};

static void client_start(struct client *client, const union endpoint *to)
{
	union endpoint from;
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int one = 1;

	client->error = EINVAL;
	client->fd = -1;
	if (!endpoint_read(client->source, &from))
		return;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	client->error = errno;
	if (client->fd < 0)
		return;
	setsockopt(client->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (bind(client->fd, &from.any, sizeof(from.v4)) != 0)
		client->error = errno;
	else if (connect(client->fd, &to->any, sizeof(to->v4)) == 0)
		client->error = 0;
	else
		client->error = errno;
}

static long long now_ms(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void clients_wait(struct client *clients, size_t count, long long limit_ms)
{
	static struct pollfd polled[CLIENTS_MAX];
	long long end = now_ms() + limit_ms;
	size_t running = count;

	while (running > 0 && now_ms() < end) {
		running = 0;
		for (size_t i = 0; i < count; i++) {
			polled[i].fd = clients[i].error == EINPROGRESS ? clients[i].fd : -1;
			polled[i].events = POLLOUT;
			running += clients[i].error == EINPROGRESS ? 1u : 0u;
		}
		if (running == 0 || poll(polled, count, (int)(end - now_ms())) <= 0)
			continue;
		for (size_t i = 0; i < count; i++) {
			int *error = &clients[i].error;
			socklen_t size = sizeof(*error);

			if (polled[i].fd >= 0 && polled[i].revents != 0)
				getsockopt(clients[i].fd, SOL_SOCKET, SO_ERROR, error, &size);
		}
	}
}

static int connect_main(const char *target, const char *limit)
{
	static struct client clients[CLIENTS_MAX];
	unsigned long limit_ms = 0;
	union endpoint to;
	size_t count = 0;

	if (!endpoint_read(target, &to) || !number_read(limit, 60000, &limit_ms))
		return 64;
	while (count < CLIENTS_MAX && scanf("%63s", clients[count].source) == 1)
		client_start(&clients[count++], &to);
	clients_wait(clients, count, (long long)limit_ms);
	for (size_t i = 0; i < count; i++) {
		int error = clients[i].error;

		printf("%s %s\n", clients[i].source,
		       error == 0 ? "ok" : error == EINPROGRESS ? "timeout" : strerror(error));
	}
	return 0;
}

/* Large segments all the way: a path MTU below ours is met, and remembered by the sender. */
static int fetch_main(const char *target, const char *source)
{
	struct timeval limit = { .tv_sec = 5 };
	union endpoint from, to;
	char bytes[1024];
	ssize_t got = -1;
	size_t sum = 0;
	int fd = -1;

	if (!endpoint_read(target, &to) || !endpoint_read(source, &from))
		return 64;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
	    bind(fd, &from.any, sizeof(from.v4)) != 0 ||
	    connect(fd, &to.any, sizeof(to.v4)) != 0) {
		fprintf(stderr, "labnet: %s\n", strerror(errno));
		return 1;
	}
	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		sum += (size_t)got;
	printf("%zu\n", sum);
	close(fd);
	return got == 0 && sum == BANNER_SIZE ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "";

	signal(SIGPIPE, SIG_IGN);
	if (strcmp(name, "docker-proxy") == 0)
		return proxy_main(argc, argv);
	if (argc >= 3 && strcmp(argv[1], "listen") == 0)
		return listen_main(argc - 2, argv + 2);
	if (argc == 4 && strcmp(argv[1], "connect") == 0)
		return connect_main(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "tunnel") == 0)
		return tunnel_main(argv[2]);
	if (argc == 4 && strcmp(argv[1], "fetch") == 0)
		return fetch_main(argv[2], argv[3]);
	fprintf(stderr, "usage: labnet listen [UID@|MARK#]ADDRESS:PORT... | connect ADDRESS:PORT MS"
			" | fetch ADDRESS:PORT SOURCE | tunnel DEV\n");
	return 64;
}
