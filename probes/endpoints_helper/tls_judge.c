/* SPDX-License-Identifier: Apache-2.0 */
/* The chain as the peer sent it, against the stores and the name. */
#include "probes/endpoints_helper/tls.h"

#include "rules/text.h"

#include <errno.h>
#include <openssl/x509v3.h>

#define CERTIFICATES_MAX 10

/* What one store says. Dates are passed over and kept: an expired certificate may be trusted. */
struct verdict {
	bool asked;
	uint32_t code, depth; /* X509_V_ERR_*, 0 good */
	uint32_t date_code, date_depth;
};

static int step(int good, X509_STORE_CTX *store_context)
{
	struct verdict *verdict = X509_STORE_CTX_get_app_data(store_context);
	int code = X509_STORE_CTX_get_error(store_context);

	if (good || (code != X509_V_ERR_CERT_HAS_EXPIRED && code != X509_V_ERR_CERT_NOT_YET_VALID))
		return good;
	if (!verdict->date_code) {
		verdict->date_code = (uint32_t)code;
		verdict->date_depth = (uint32_t)X509_STORE_CTX_get_error_depth(store_context);
	}
	return 1;
}

static int ask(X509_STORE *store, X509 *leaf, STACK_OF(X509) *chain, struct verdict *verdict)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	int code;

	*verdict = (struct verdict){ .asked = true };
	if (!context || !X509_STORE_CTX_init(context, store, leaf, chain) ||
	    !X509_STORE_CTX_set_default(context, "ssl_server") ||
	    !X509_STORE_CTX_set_app_data(context, verdict)) {
		X509_STORE_CTX_free(context);
		return -ENOMEM;
	}
	/* as curl and git do: a store may hold an intermediate alone */
	X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
	X509_STORE_CTX_set_verify_cb(context, step);
	if (X509_verify_cert(context) <= 0) {
		code = X509_STORE_CTX_get_error(context);
		verdict->code = code > 0 ? (uint32_t)code : X509_V_ERR_UNSPECIFIED;
		verdict->depth = (uint32_t)X509_STORE_CTX_get_error_depth(context);
	} else if (verdict->date_code) {
		verdict->code = verdict->date_code;
		verdict->depth = verdict->date_depth;
	}
	X509_STORE_CTX_free(context);
	return verdict->code == X509_V_ERR_OUT_OF_MEM ? -ENOMEM : 0;
}

static bool is_trusted(const struct verdict *verdict)
{
	return verdict->asked && (!verdict->code || verdict->code == verdict->date_code);
}

/* Good by the directory or by the bundle is good; the bundle is a file of many, and read late. */
static int ask_system(struct tls_trust *trust, X509 *leaf, STACK_OF(X509) *chain,
		      struct verdict *verdict)
{
	X509_STORE *directory = tls_store_directory(trust), *bundle;
	struct verdict second;
	int error;

	if (directory) {
		error = ask(directory, leaf, chain, verdict);
		if (error || is_trusted(verdict))
			return error;
	}
	bundle = tls_store_bundle(trust);
	if (!bundle)
		return 0;
	error = ask(bundle, leaf, chain, &second);
	if (!error && (!verdict->asked || is_trusted(&second)))
		*verdict = second;
	return error;
}

static struct maybe code_of(const struct verdict *verdict)
{
	return (struct maybe){ verdict->asked, verdict->asked ? verdict->code : 0 };
}

static int say(struct tls_fact *fact, const struct verdict *system, const struct verdict *given)
{
	const struct verdict *first = system->code ? system : given;

	fact->chain_system = code_of(system);
	fact->chain_given = code_of(given);
	if (!first->code)
		return 0;
	fact->depth = (struct maybe){ true, first->depth };
	fact->chain_error = text_copy(X509_verify_cert_error_string((long)first->code));
	return fact->chain_error ? 0 : -ENOMEM;
}

static bool covers(X509 *leaf, const char *host)
{
	struct address address;

	if (!address_parse(host, &address))
		return X509_check_ip_asc(leaf, host, 0) == 1;
	return X509_check_host(leaf, host, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
}

/* The issuer of each is the next, by names and key identifiers. */
static bool in_order(STACK_OF(X509) *chain)
{
	int i;

	for (i = 0; i + 1 < sk_X509_num(chain); i++)
		if (X509_check_issued(sk_X509_value(chain, i + 1), sk_X509_value(chain, i)))
			return false;
	return true;
}

int tls_judge(struct tls_watch *watch, X509_STORE_CTX *store_context)
{
	X509 *leaf = X509_STORE_CTX_get0_cert(store_context);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(store_context);
	struct verdict system = { .asked = false }, given = { .asked = false };
	X509_STORE *store = tls_store_given(watch->trust);
	int error = ask_system(watch->trust, leaf, chain, &system);
	int i;

	if (!error && store)
		error = ask(store, leaf, chain, &given);
	if (!error)
		error = say(&watch->fact, &system, &given);
	watch->fact.name_matches = covers(leaf, watch->host);
	watch->fact.in_order = in_order(chain);
	for (i = 0; i < sk_X509_num(chain) && i < CERTIFICATES_MAX && !error; i++)
		error = tls_describe(sk_X509_value(chain, i), &watch->fact.certificates);
	return error;
}
