/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signature V3 of the cloud's gateways (ACS3-HMAC-SHA256; vendor's page "V3 request structure and
 * signature"). Pure: time and nonce are headers that the caller gives.
 */
#ifndef PROBES_CLOUD_HELPER_SIGNER_H
#define PROBES_CLOUD_HELPER_SIGNER_H

#include "probes/cloud_helper/call.h"
#include "probes/cloud_helper/secret.h"
#include "rules/text.h"

#include <stddef.h>

#define SIGNER_DIGEST_TEXT 65 /* SHA-256 in hexadecimal digits */
#define SIGNER_PARAMETERS_MAX 256

struct signer_request {
	const char *method;
	const char *path; /* "/" for RPC; not encoded yet */
	/* Both end with a NULL name. Header names in small letters. */
	const struct cloud_parameter *query, *headers;
	const char *body; /* "" for none */
};

/* Percent-encoding of RFC 3986: all but letters, digits and "-_.~". */
void signer_encode(const char *string, struct text *out);
/* A path from its first "/", segments encoded: what is signed, and what is sent. */
void signer_path(const char *path, struct text *out);
/* Parameters by name, encoded and joined: the canonical query, and what the URL must hold. */
void signer_query(const struct cloud_parameter *query, struct text *out);
void signer_digest(const char *bytes, size_t length, char digest[SIGNER_DIGEST_TEXT]);
/* The canonical request; `signed_headers` gets "host;x-acs-action;...". */
void signer_canonical(const struct signer_request *request, struct text *out,
		      struct text *signed_headers);
/*
 * The value of the header Authorization. Headers must hold host, x-acs-date,
 * x-acs-signature-nonce and x-acs-content-sha256. 0, -ENOMEM or -E2BIG.
 */
int signer_authorization(const struct signer_request *request,
			 const struct cloud_credential *credential, struct text *out);

#endif
