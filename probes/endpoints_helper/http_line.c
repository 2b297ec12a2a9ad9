/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections as libcurl sees them: it is handed a connected socket, hands it back to be closed,
 * and lets us set up TLS.
 */
#include "probes/endpoints_helper/http_web.h"

#include "rules/text.h"

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
	return true;
}

bool exchange_socket(const struct exchange *exchange, struct socket_state *state)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (exchange->line && exchange->line->closed) {
		*state = exchange->line->last;
		return true;
	}
	if (!exchange->easy || curl_easy_getinfo(exchange->easy, CURLINFO_ACTIVESOCKET, &fd) ||
	    fd == CURL_SOCKET_BAD)
		return false;
	return look_at(fd, state);
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
	exchange->line->taken = true;
	exchange->line->tls.fd = fd;
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
