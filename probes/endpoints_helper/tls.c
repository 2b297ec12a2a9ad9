/* SPDX-License-Identifier: Apache-2.0 */
/* One handshake, seen through the library's call-backs. */
#include "probes/endpoints_helper/tls.h"

#include "rules/text.h"

#include <errno.h>
#include <openssl/tls1.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Types of TLS records: change_cipher_spec .. heartbeat. */
#define RECORD_FIRST 20
#define RECORD_LAST 24
#define ALERT_CLOSE_NOTIFY 0
#define ALERT_USER_CANCELED 90

int tls_watch_init(struct tls_watch *watch, struct tls_trust *trust, const char *host)
{
	*watch = (struct tls_watch){ .trust = trust, .host = text_copy(host), .fd = -1 };
	if (!watch->host)
		watch->error = -ENOMEM;
	return watch->error;
}

void tls_watch_release(struct tls_watch *watch)
{
	record_release(&tls_record, &watch->fact);
	free(watch->host);
	free(watch->sni);
	*watch = (struct tls_watch){ .trust = NULL };
}

struct tls_watch *tls_watch_of(const SSL *ssl)
{
	return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

static void keep_string(struct tls_watch *watch, char **member, const char *value)
{
	free(*member);
	*member = value ? text_clean(value, strnlen(value, TEXT_FOREIGN_MAX)) : NULL;
	if (value && !*member)
		watch->error = -ENOMEM;
}

static void count(struct tls_watch *watch)
{
	uint64_t bytes = BIO_number_read(SSL_get_rbio(watch->ssl));

	watch->fact.received = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
	watch->greeted = BIO_number_written(SSL_get_wbio(watch->ssl)) > 0;
}

/* The library reads five bytes and forgets them, so they are looked at before it does. */
void tls_watch_listen(struct tls_watch *watch)
{
	const unsigned char *heard = (const unsigned char *)watch->spoken;
	ssize_t got;

	if (watch->fd < 0 || watch->finished || watch->spoken_length)
		return;
	got = recv(watch->fd, watch->spoken, sizeof(watch->spoken), MSG_PEEK | MSG_DONTWAIT);
	if (got <= 0)
		return;
	watch->spoken_length = (size_t)got;
	watch->foreign = heard[0] < RECORD_FIRST || heard[0] > RECORD_LAST ||
			 (got > 1 && heard[1] != SSL3_VERSION_MAJOR);
}

/* The library has set the URL's name by now; nothing was sent yet. */
static void begin(struct tls_watch *watch, SSL *ssl)
{
	const char *name;

	watch->ssl = ssl;
	watch->started = loop_now();
	if ((watch->no_sni && !SSL_set_tlsext_host_name(ssl, NULL)) ||
	    (watch->sni && !SSL_set_tlsext_host_name(ssl, watch->sni)))
		watch->error = -ENOMEM;
	name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	keep_string(watch, &watch->fact.sni, name);
}

static void complete(struct tls_watch *watch)
{
	unsigned char *stapled = NULL;

	watch->finished = true;
	count(watch);
	watch->fact.outcome = TLS_DONE;
	watch->fact.took_us.known = true;
	watch->fact.took_us.value = (uint32_t)(loop_now() - watch->started - watch->judging);
	watch->fact.stapled = SSL_get_tlsext_status_ocsp_resp(watch->ssl, &stapled) > 0;
	keep_string(watch, &watch->fact.version, SSL_get_version(watch->ssl));
	keep_string(watch, &watch->fact.cipher, SSL_get_cipher_name(watch->ssl));
}

static void alerted(struct tls_watch *watch, bool ours, int code)
{
	uint32_t description = (uint32_t)code & 0xff;

	if (description == ALERT_CLOSE_NOTIFY || description == ALERT_USER_CANCELED)
		return;
	if (ours)
		watch->sent_alert = true;
	else
		watch->fact.alert = (struct maybe){ true, description };
}

/* TLS 1.3 reports messages behind the handshake as handshakes of their own. */
static void happened(const SSL *ssl, int where, int value)
{
	struct tls_watch *watch = tls_watch_of(ssl);

	if (where & SSL_CB_ALERT)
		alerted(watch, where & SSL_CB_WRITE, value);
	/* finished, or ended by its deadline: what the library does to clean up tells nothing */
	if (watch->finished || watch->ended)
		return;
	tls_watch_listen(watch);
	/* the prototype is const, the connection is not: the name can be changed only here */
	if (where & SSL_CB_HANDSHAKE_START && !watch->ssl)
		begin(watch, (SSL *)(uintptr_t)ssl);
	if (where & SSL_CB_HANDSHAKE_DONE)
		complete(watch);
	else if (where & SSL_CB_EXIT)
		count(watch);
}

/* No certificate of ours is ever offered; that one was wanted is worth knowing. */
static int wanted(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
	struct tls_watch *watch = tls_watch_of(ssl);

	(void)certificate;
	(void)key;
	if (watch)
		watch->fact.certificate_wanted = true;
	return 0;
}

static int verify(X509_STORE_CTX *store_context, void *owner)
{
	struct tls_watch *watch = owner;
	uint64_t started = loop_now();

	if (tls_judge(watch, store_context))
		watch->error = -ENOMEM;
	watch->judging += loop_now() - started;
	watch->verified = !watch->error && watch->fact.name_matches &&
			  ((watch->fact.chain_system.known && !watch->fact.chain_system.value) ||
			   (watch->fact.chain_given.known && !watch->fact.chain_given.value));
	watch->refused = watch->must_verify && !watch->verified;
	if (!watch->refused)
		X509_STORE_CTX_set_error(store_context, X509_V_OK);
	return !watch->refused;
}

/*
 * Versions are those that today's clients offer by default, whatever this machine's configuration
 * says: a GitLab that only speaks older ones is out of reach for a build.
 */
int tls_watch_prepare(struct tls_watch *watch, SSL_CTX *context)
{
	if (!SSL_CTX_set_app_data(context, watch) ||
	    !SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) ||
	    !SSL_CTX_set_max_proto_version(context, 0) ||
	    !SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp))
		return -EINVAL;
	SSL_CTX_set_info_callback(context, happened);
	SSL_CTX_set_client_cert_cb(context, wanted);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, verify, watch);
	/* a resumed session shows no certificate */
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	return 0;
}

static int outcome_of(const struct tls_watch *watch, bool timed_out)
{
	if (watch->fact.alert.known)
		return TLS_ALERT;
	if (watch->finished)
		return TLS_DONE;
	if (watch->foreign)
		return TLS_NOT_TLS;
	if (timed_out)
		return TLS_TIMED_OUT;
	return watch->sent_alert || !watch->greeted ? TLS_FAILED : TLS_CLOSED;
}

void tls_watch_end(struct tls_watch *watch, const char *error, bool timed_out)
{
	watch->fact.outcome = outcome_of(watch, timed_out);
	if (watch->refused)
		error = "the certificate is not verified, and a secret was to be sent";
	if (watch->fact.outcome != TLS_DONE)
		keep_string(watch, &watch->fact.error, error);
	if (watch->fact.outcome == TLS_NOT_TLS) {
		free(watch->fact.spoken);
		watch->fact.spoken = text_clean(watch->spoken, watch->spoken_length);
		if (!watch->fact.spoken)
			watch->error = -ENOMEM;
	}
	watch->ssl = NULL;
	watch->ended = true;
}
