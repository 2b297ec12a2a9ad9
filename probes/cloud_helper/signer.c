/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical request, string to sign, HMAC. */
#include "probes/cloud_helper/signer.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define ALGORITHM "ACS3-HMAC-SHA256"
#define CANONICAL_MAX ((size_t)1024 * 1024)

void signer_encode(const char *string, struct text *out)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-_.~";

	for (; *string; string++) {
		if (strchr(plain, *string))
			text_add_bytes(out, string, 1);
		else
			text_addf(out, "%%%02X", (unsigned int)(unsigned char)*string);
	}
}

static int compare_parameters(const void *one, const void *two)
{
	const struct cloud_parameter *a = one, *b = two;

	return strcmp(a->name, b->name);
}

/* How many there are; their sorted copy in `sorted`. Too many latch -E2BIG. */
static size_t sort_parameters(const struct cloud_parameter *from,
			      struct cloud_parameter sorted[SIGNER_PARAMETERS_MAX],
			      struct text *out)
{
	size_t count = 0;

	while (from && from[count].name && count < SIGNER_PARAMETERS_MAX) {
		sorted[count] = from[count];
		count++;
	}
	if (from && count == SIGNER_PARAMETERS_MAX && from[count].name)
		out->error = -E2BIG;
	qsort(sorted, count, sizeof(*sorted), compare_parameters);
	return count;
}

void signer_query(const struct cloud_parameter *query, struct text *out)
{
	struct cloud_parameter sorted[SIGNER_PARAMETERS_MAX];
	size_t count = sort_parameters(query, sorted, out), i;

	for (i = 0; i < count; i++) {
		if (i)
			text_add(out, "&");
		signer_encode(sorted[i].name, out);
		text_add(out, "=");
		signer_encode(sorted[i].value, out);
	}
}

static void to_hex(const unsigned char *bytes, char digest[SIGNER_DIGEST_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < SHA256_DIGEST_LENGTH; i++) {
		digest[2 * i] = digits[bytes[i] >> 4];
		digest[2 * i + 1] = digits[bytes[i] & 15];
	}
	digest[SIGNER_DIGEST_TEXT - 1] = '\0';
}

void signer_digest(const char *bytes, size_t length, char digest[SIGNER_DIGEST_TEXT])
{
	unsigned char raw[SHA256_DIGEST_LENGTH];

	to_hex(SHA256((const unsigned char *)bytes, length, raw), digest);
}

static bool is_signed(const char *name)
{
	return text_has_prefix(name, "x-acs-") || !strcmp(name, "host") ||
	       !strcmp(name, "content-type");
}

static void add_trimmed(const char *value, struct text *out)
{
	size_t length;

	while (*value && isspace((unsigned char)*value))
		value++;
	length = strlen(value);
	while (length && isspace((unsigned char)value[length - 1]))
		length--;
	text_add_bytes(out, value, length);
}

void signer_path(const char *path, struct text *out)
{
	if (*path != '/')
		text_add(out, "/");
	while (*path) {
		size_t length = strcspn(path, "/");
		char *segment = strndup(path, length);

		if (segment)
			signer_encode(segment, out);
		else
			out->error = -ENOMEM;
		free(segment);
		path += length;
		if (*path == '/') {
			text_add(out, "/");
			path++;
		}
	}
}

void signer_canonical(const struct signer_request *request, struct text *out,
		      struct text *signed_headers)
{
	struct cloud_parameter headers[SIGNER_PARAMETERS_MAX];
	size_t count = sort_parameters(request->headers, headers, out), i;
	char digest[SIGNER_DIGEST_TEXT];

	text_add(out, request->method);
	text_add(out, "\n");
	signer_path(request->path, out);
	text_add(out, "\n");
	signer_query(request->query, out);
	text_add(out, "\n");
	for (i = 0; i < count; i++) {
		if (!is_signed(headers[i].name))
			continue;
		text_addf(out, "%s:", headers[i].name);
		add_trimmed(headers[i].value, out);
		text_add(out, "\n");
		text_addf(signed_headers, "%s%s", signed_headers->length ? ";" : "",
			  headers[i].name);
	}
	signer_digest(request->body, strlen(request->body), digest);
	text_add(out, "\n");
	text_add(out, text_string(signed_headers));
	text_add(out, "\n");
	text_add(out, digest);
}

static int add_signature(const struct text *canonical, const char *secret, struct text *out)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	char digest[SIGNER_DIGEST_TEXT];
	unsigned int length = 0;
	struct text string;
	int error;

	signer_digest(text_string(canonical), canonical->length, digest);
	text_init(&string, sizeof(ALGORITHM) + SIGNER_DIGEST_TEXT);
	text_addf(&string, ALGORITHM "\n%s", digest);
	error = text_error(&string);
	if (!error && !HMAC(EVP_sha256(), secret, (int)strlen(secret),
			    (const unsigned char *)text_string(&string), string.length, raw,
			    &length))
		error = -ENOMEM;
	text_release(&string);
	if (error)
		return error;
	to_hex(raw, digest);
	text_add(out, digest);
	return 0;
}

int signer_authorization(const struct signer_request *request,
			 const struct cloud_credential *credential, struct text *out)
{
	struct text canonical, names;
	int error;

	secret_text_init(&canonical, CANONICAL_MAX);
	text_init(&names, CANONICAL_MAX);
	signer_canonical(request, &canonical, &names);
	error = text_error(&canonical);
	if (!error)
		error = text_error(&names);
	text_addf(out, ALGORITHM " Credential=%s,SignedHeaders=%s,Signature=", credential->key_id,
		  text_string(&names));
	if (!error)
		error = add_signature(&canonical, credential->secret, out);
	/* the session token stands in the canonical headers */
	secret_text_release(&canonical);
	text_release(&names);
	return error ? error : text_error(out);
}
