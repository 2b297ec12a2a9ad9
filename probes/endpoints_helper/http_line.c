/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections as libcurl sees them: it is handed a connected socket, hands it back to be closed,
 * and lets us set up TLS.
 */
#include "probes/endpoints_helper/http_web.h"
#include "probes/endpoints_helper/tcp_states.h"

#include "rules/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static bool look_at(int fd, struct socket_state *state)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		return false;
	state->received = info.tcpi_bytes_received;
	state->idle_ms = info.tcpi_last_data_recv;
	state->reset = info.tcpi_state == STATE_CLOSE;
	return true;
}

/* The connection that is used again, as long as it lasts; NULL: it does not. */
static const struct line *line_again(const struct exchange *exchange)
{
	const struct line *line = exchange->web->lines;

	while (line && line->number != exchange->again)
		line = line->next;
	return line;
}

bool exchange_socket(const struct exchange *exchange, struct socket_state *state)
{
	const struct line *line = exchange->line ? exchange->line : line_again(exchange);

	if (!line || !line->taken)
		return false;
	*state = line->last;
	return line->closed || look_at(line->fd, state);
}

void line_use_again(struct exchange *exchange, uint32_t port)
{
	struct line *line = exchange->web->lines;

	while (line && line->port != port)
		line = line->next;
	exchange->again = line ? line->number : 0;
}

static uint32_t port_of(int fd)
{
	struct sockaddr_storage own = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(own);
	uint16_t port = 0;

	if (getsockname(fd, (struct sockaddr *)&own, &size))
		return 0;
	if (own.ss_family == AF_INET)
		port = ((const struct sockaddr_in *)(const void *)&own)->sin_port;
	else if (own.ss_family == AF_INET6)
		port = ((const struct sockaddr_in6 *)(const void *)&own)->sin6_port;
	return ntohs(port);
}

/* libcurl takes the socket. */
static void line_join(struct line *line, struct web *web, int fd)
{
	line->taken = true;
	line->fd = fd;
	line->tls.fd = fd;
	line->port = port_of(fd);
	line->number = ++web->last_line;
	line->next = web->lines;
	line->before = &web->lines;
	if (line->next)
		line->next->before = &line->next;
	web->lines = line;
}

struct line *line_new(struct exchange *exchange)
{
	struct line *line = calloc(1, sizeof(*line));

	if (!line)
		return NULL;
	line->exchange = exchange;
	line->is_tls = text_equal(exchange->url.scheme, "https");
	if (tls_watch_init(&line->tls, exchange->web->trust, exchange->url.host)) {
		free(line);
		return NULL;
	}
	line->tls.no_sni = exchange->no_sni;
	line->tls.must_verify = exchange->credentials != HTTP_NO_CREDENTIALS;
	line->tls.sni = exchange->sni;
	exchange->sni = NULL;
	return line;
}

static void line_free(struct line *line)
{
	tls_watch_release(&line->tls);
	free(line);
}

void line_leave(struct exchange *exchange)
{
	struct line *line = exchange->line;

	exchange->line = NULL;
	exchange->again = 0;
	if (!line)
		return;
	line->exchange = NULL;
	if (!line->taken || line->closed)
		line_free(line);
}

curl_socket_t line_open(void *owner, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *exchange = owner;
	int fd = exchange->fd;

	(void)purpose;
	(void)address;
	if (fd < 0 || !exchange->line) {
		exchange->wants_one = true;
		return CURL_SOCKET_BAD;
	}
	exchange->fd = -1;
	line_join(exchange->line, exchange->web, fd);
	return fd;
}

int line_connected(void *owner, curl_socket_t fd, curlsocktype purpose)
{
	(void)owner;
	(void)fd;
	(void)purpose;
	return CURL_SOCKOPT_ALREADY_CONNECTED;
}

int line_close(void *owner, curl_socket_t fd)
{
	struct line *line = owner;

	if (!line)
		return close(fd);
	(void)look_at(fd, &line->last);
	line->closed = true;
	*line->before = line->next;
	if (line->next)
		line->next->before = line->before;
	line->tls.ssl = NULL;
	line->tls.fd = -1;
	if (!line->exchange)
		line_free(line);
	return close(fd);
}

CURLcode line_secure(CURL *easy, void *context, void *owner)
{
	struct line *line = owner;

	(void)easy;
	return line && !tls_watch_prepare(&line->tls, context) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}
