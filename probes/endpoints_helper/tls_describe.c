/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate says, as facts. Everything in it is foreign and bounded. */
#include "probes/endpoints_helper/tls.h"

#include "probes/endpoints_helper/url.h"
#include "rules/text.h"

#include <errno.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 64
#define HOSTS_MAX 8
#define URI_MAX 1024

/* Adds `prefix` and the cleaned bytes. */
static int add_foreign(struct strings *strings, const char *prefix, const char *bytes, int length)
{
	size_t size = length < 0 ? 0 : (size_t)length;
	char *clean = text_clean(bytes, size < TEXT_FOREIGN_MAX ? size : TEXT_FOREIGN_MAX);
	struct text whole;
	int error;

	text_init(&whole, URI_MAX * 2);
	if (clean) {
		text_add(&whole, prefix);
		text_add(&whole, clean);
	}
	error = clean ? text_error(&whole) : -ENOMEM;
	if (!error)
		error = strings_add(strings, text_string(&whole));
	text_release(&whole);
	free(clean);
	return error;
}

static char *name_text(const X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *clean = NULL, *bytes;
	long length;

	/* UTF-8 stays as it is: the sanitizer looks after the rest */
	if (memory && X509_NAME_print_ex(memory, name, 0,
					 XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >=
			      0) {
		length = BIO_get_mem_data(memory, &bytes);
		clean = text_clean(length > 0 ? bytes : "",
				   length < TEXT_FOREIGN_MAX ? (size_t)length : TEXT_FOREIGN_MAX);
	}
	BIO_free(memory);
	return clean;
}

static char *time_text(const ASN1_TIME *time)
{
	char text[40];
	struct tm parts;

	if (!time || !ASN1_TIME_to_tm(time, &parts))
		return text_copy("");
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
		       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
	return text_copy(text);
}

static char *fingerprint(const X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int length = 0, i;
	struct text hex;
	char *taken;

	if (!X509_digest(certificate, EVP_sha256(), digest, &length))
		return NULL;
	text_init(&hex, 2 * EVP_MAX_MD_SIZE);
	for (i = 0; i < length; i++)
		text_addf(&hex, "%02x", digest[i]);
	taken = text_take(&hex);
	text_release(&hex);
	return taken;
}

static int add_address(struct strings *names, const ASN1_OCTET_STRING *bytes)
{
	struct address address = { .family = ADDRESS_NONE };
	char spelled[ADDRESS_TEXT_MAX];
	int length = ASN1_STRING_length(bytes);

	if (length == 4 || length == 16) {
		address.family = length == 4 ? ADDRESS_IPV4 : ADDRESS_IPV6;
		memcpy(address.bytes, ASN1_STRING_get0_data(bytes), (size_t)length);
	}
	address_print(&address, spelled);
	return add_foreign(names, "IP:", spelled, (int)strlen(spelled));
}

static int add_common_name(X509 *certificate, struct strings *names)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *bytes = NULL;
	int length, error = 0;

	if (at < 0)
		return 0;
	length = ASN1_STRING_to_UTF8(
		&bytes, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (length > 0)
		error = add_foreign(names, "CN:", (const char *)bytes, length);
	OPENSSL_free(bytes);
	return error;
}

static int add_names(X509 *certificate, struct strings *names)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int i, error = 0;

	for (i = 0; i < sk_GENERAL_NAME_num(all) && i < NAMES_MAX && !error; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);

		if (name->type == GEN_DNS)
			error = add_foreign(names, "DNS:",
					    (const char *)ASN1_STRING_get0_data(name->d.dNSName),
					    ASN1_STRING_length(name->d.dNSName));
		else if (name->type == GEN_IPADD)
			error = add_address(names, name->d.iPAddress);
	}
	GENERAL_NAMES_free(all);
	if (!error && !names->count)
		error = add_common_name(certificate, names);
	return error;
}

/* The host of a URI in the certificate, once; a URI without one is of no use to anybody. */
static int add_host(struct strings *hosts, const ASN1_STRING *uri)
{
	int length = ASN1_STRING_length(uri);
	char text[URI_MAX + 1];
	struct url url;
	int error = 0;

	if (length <= 0 || (size_t)length > URI_MAX || hosts->count >= HOSTS_MAX)
		return 0;
	memcpy(text, ASN1_STRING_get0_data(uri), (size_t)length);
	text[length] = '\0';
	switch (url_parse(text, &url)) {
	case 0:
		if (!strings_contain(hosts, url.host))
			error = strings_add(hosts, url.host);
		break;
	case -ENOMEM:
		error = -ENOMEM;
		break;
	}
	url_release(&url);
	return error;
}

static int add_access(X509 *certificate, struct certificate_fact *fact)
{
	AUTHORITY_INFO_ACCESS *all = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
	int i, error = 0;

	for (i = 0; i < sk_ACCESS_DESCRIPTION_num(all) && !error; i++) {
		const ACCESS_DESCRIPTION *access = sk_ACCESS_DESCRIPTION_value(all, i);
		int method = OBJ_obj2nid(access->method);

		if (access->location->type != GEN_URI)
			continue;
		if (method == NID_ad_OCSP)
			error = add_host(&fact->ocsp_hosts,
					 access->location->d.uniformResourceIdentifier);
		else if (method == NID_ad_ca_issuers)
			error = add_host(&fact->issuer_hosts,
					 access->location->d.uniformResourceIdentifier);
	}
	AUTHORITY_INFO_ACCESS_free(all);
	return error;
}

int tls_describe(X509 *certificate, struct list *list)
{
	struct certificate_fact *fact = list_add(list, sizeof(*fact));
	int error;

	if (!fact)
		return -ENOMEM;
	fact->subject = name_text(X509_get_subject_name(certificate));
	fact->issuer = name_text(X509_get_issuer_name(certificate));
	fact->not_before = time_text(X509_get0_notBefore(certificate));
	fact->not_after = time_text(X509_get0_notAfter(certificate));
	fact->fingerprint = fingerprint(certificate);
	fact->self_issued = !X509_NAME_cmp(X509_get_subject_name(certificate),
					   X509_get_issuer_name(certificate));
	fact->self_signed = fact->self_issued && X509_self_signed(certificate, 1) == 1;
	if (!fact->subject || !fact->issuer || !fact->not_before || !fact->not_after ||
	    !fact->fingerprint)
		return -ENOMEM;
	error = add_names(certificate, &fact->names);
	return error ? error : add_access(certificate, fact);
}
