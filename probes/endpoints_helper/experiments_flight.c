/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TLS handshake, for whether the peer's flight arrives. Judges no certificate; http.c does the
 * handshakes that count.
 */
#include "probes/endpoints_helper/experiments_internal.h"

#include "rules/text.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define EXTEND_US (UINT64_C(100) * 1000)
#define EXTEND_MAX 3

struct flight {
	struct flight *next, **place;
	struct run *run;
	SSL *tls;
	struct watch watch;
	struct timer patience; /* its time; or now, once it has ended */
	bool ended, completed;
	unsigned int extended;
	flight_done *done;
	void *owner;
};

static SSL_CTX *tls_context(struct run *run)
{
	static const unsigned char protocols[] = "\x08http/1.1";
	SSL_CTX *tls;

	if (run->experiments->tls)
		return run->experiments->tls;
	tls = SSL_CTX_new(TLS_client_method());
	if (!run_keeps(run, tls))
		return NULL;
	SSL_CTX_set_verify(tls, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_security_level(tls, 0);
	/* the same length of hello as a real client's */
	(void)SSL_CTX_set_alpn_protos(tls, protocols, sizeof(protocols) - 1);
	run->experiments->tls = tls;
	return tls;
}

static char *subject_of(SSL *tls)
{
	X509 *certificate = SSL_get_peer_certificate(tls);
	char line[TEXT_FOREIGN_MAX] = "";
	BIO *memory = certificate ? BIO_new(BIO_s_mem()) : NULL;
	int length = 0;

	if (memory && X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0,
					 XN_FLAG_RFC2253) >= 0)
		length = BIO_read(memory, line, sizeof(line) - 1);
	BIO_free(memory);
	X509_free(certificate);
	return length > 0 ? text_clean(line, (size_t)length) : NULL;
}

static void flight_free(struct flight *flight)
{
	struct run *run = flight->run;

	*flight->place = flight->next;
	if (flight->next)
		flight->next->place = flight->place;
	loop_cancel(&run->loop, &flight->patience);
	(void)loop_watch(&run->loop, &flight->watch, 0);
	SSL_free(flight->tls);
	connect_reset(flight->watch.fd);
	free(flight);
}

/* Sets the outcome; the loop delivers it. */
static void end(struct flight *flight, bool completed)
{
	flight->ended = true;
	flight->completed = completed;
	(void)loop_watch(&flight->run->loop, &flight->watch, 0);
	if (loop_after(&flight->run->loop, &flight->patience, 0))
		flight->run->error = -ENOMEM;
}

static void go_on(struct flight *flight)
{
	int result, wants;

	ERR_clear_error();
	result = SSL_connect(flight->tls);
	wants = result == 1 ? SSL_ERROR_NONE : SSL_get_error(flight->tls, result);
	ERR_clear_error();
	if (wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_WANT_WRITE)
		end(flight, result == 1);
	else if (loop_watch(&flight->run->loop, &flight->watch,
			    wants == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT))
		flight->run->error = -ENOMEM;
}

static void ready(struct watch *watch, uint32_t events)
{
	(void)events;
	go_on(watch->owner);
}

/*
 * Where this process had no time, what arrived may not have been read: it is, and as often as that
 * brought something the flight gets a little more.
 */
static bool is_late(struct flight *flight)
{
	uint64_t read = BIO_number_read(SSL_get_rbio(flight->tls));

	go_on(flight);
	if (flight->ended)
		return true;
	if (BIO_number_read(SSL_get_rbio(flight->tls)) == read || flight->extended++ >= EXTEND_MAX)
		return false;
	if (loop_after(&flight->run->loop, &flight->patience, EXTEND_US))
		flight->run->error = -ENOMEM;
	return true;
}

static void strike(struct timer *timer)
{
	struct flight *flight = timer->owner;
	char *subject;

	if (!flight->ended && is_late(flight))
		return;
	if (!flight->ended) {
		end(flight, false);
		return;
	}
	subject = subject_of(flight->tls);
	flight->done(flight->owner, flight->completed, subject);
	free(subject);
	flight_free(flight);
}

static int prepare(struct flight *flight, const struct flight_options *options)
{
	SSL_CTX *tls = tls_context(flight->run);

	flight->tls = tls ? SSL_new(tls) : NULL;
	if (!flight->tls || SSL_set_fd(flight->tls, options->fd) != 1)
		return -ENOMEM;
	if (options->sni && SSL_set_tlsext_host_name(flight->tls, options->sni) != 1)
		return -ENOMEM;
	return loop_after(&flight->run->loop, &flight->patience,
			  run_time(flight->run, options->time_us));
}

int flight_start(struct run *run, const struct flight_options *options, flight_done *done,
		 void *owner)
{
	struct flight *flight = calloc(1, sizeof(*flight));

	if (!run_keeps(run, flight)) {
		connect_close(options->fd);
		free(flight);
		return run->error;
	}
	*flight = (struct flight){ .run = run, .done = done, .owner = owner,
				   .next = run->experiments->flights,
				   .place = &run->experiments->flights };
	if (flight->next)
		flight->next->place = &flight->next;
	run->experiments->flights = flight;
	flight->watch = (struct watch){ .fd = options->fd, .ready = ready, .owner = flight };
	flight->patience = (struct timer){ .strike = strike, .owner = flight };
	if (prepare(flight, options)) {
		run->error = -ENOMEM;
		flight_free(flight);
		return run->error;
	}
	go_on(flight);
	return run->error;
}

size_t flight_hello(struct run *run, const char *sni, char *bytes, size_t room)
{
	SSL_CTX *context = tls_context(run);
	SSL *tls = context ? SSL_new(context) : NULL;
	BIO *in = tls ? BIO_new(BIO_s_mem()) : NULL, *out = in ? BIO_new(BIO_s_mem()) : NULL;
	int length = 0;

	if (out) {
		SSL_set_bio(tls, in, out);
		if (!sni || SSL_set_tlsext_host_name(tls, sni) == 1) {
			(void)SSL_connect(tls);
			length = BIO_read(out, bytes, (int)room);
		}
	} else {
		BIO_free(in);
	}
	SSL_free(tls);
	ERR_clear_error();
	if (length <= 0)
		run->error = -ENOMEM;
	return length > 0 ? (size_t)length : 0;
}

void flight_shut(struct run *run)
{
	while (run->experiments->flights)
		flight_free(run->experiments->flights);
	SSL_CTX_free(run->experiments->tls);
	run->experiments->tls = NULL;
}
