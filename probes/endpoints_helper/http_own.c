/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures of this machine, told from those of a peer: a send that finds no memory, or no filter
 * that lets it pass, says nothing of who was to be reached. libcurl keeps the errno of its own
 * sends and receives; of others there are words alone.
 */
#include "probes/endpoints_helper/http_web.h"

#include "rules/text.h"

#include <errno.h>
#include <string.h>

/* No peer and no router makes the kernel answer with one of these. */
static const int own_errnos[] = {
	EINTR, EIO, ENOMEM, ENOBUFS, EMFILE, ENFILE, ENOSPC, EPERM, EACCES, EBADF,
};

static bool is_own(long number)
{
	size_t i;

	for (i = 0; i < sizeof(own_errnos) / sizeof(own_errnos[0]); i++)
		if (number == own_errnos[i])
			return true;
	return false;
}

/* "... Cannot allocate memory in connection to ...", "select/poll on SSL socket, errno: 28" */
static bool speaks_of_own(const char *error)
{
	const char *number = strstr(error, "errno: ");
	uint64_t value;
	size_t i;

	if (number) {
		number += strlen("errno: ");
		return !text_number(&number, 4095, &value) && is_own((long)value);
	}
	for (i = 0; i < sizeof(own_errnos) / sizeof(own_errnos[0]); i++)
		if (strstr(error, strerror(own_errnos[i])))
			return true;
	/* where the kernel gave no random bytes; and OpenSSL's words for want of memory */
	return strstr(error, "nsufficient randomness") ||
	       strstr(error, "random number generator") || strstr(error, "malloc failure");
}

bool exchange_failed_here(const struct exchange *exchange, CURLcode code)
{
	struct socket_state state;
	long number = 0;

	switch (code) {
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_COULDNT_CONNECT:
		break;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_SSL_CERTPROBLEM:
		/* none of a peer's: nothing of ours is offered, nor read from files */
		return true;
	default:
		return false;
	}
	if (!exchange->easy || curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &number))
		number = 0;
	/* the socket was connected: what a peer does to it by then has an errno, or is a reset */
	if (code == CURLE_COULDNT_CONNECT && !number)
		return !exchange_socket(exchange, &state) || !state.reset;
	return is_own(number) || speaks_of_own(exchange->error);
}
