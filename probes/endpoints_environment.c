/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads proxy and trust variables out of an environment. Passwords stand in proxy variables, so
 * only what cannot be one is kept.
 */
#include "probes/endpoints_environment.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* curl reads both spellings (http_proxy in small letters alone), others either. */
static const char *const proxy_names[] = {
	"http_proxy",  "HTTP_PROXY",  "https_proxy", "HTTPS_PROXY", "all_proxy",
	"ALL_PROXY",   "ftp_proxy",   "FTP_PROXY",   "no_proxy",    "NO_PROXY",
	"socks_proxy", "SOCKS_PROXY", NULL,
};

static const char *const trust_names[] = {
	"SSL_CERT_FILE",      "SSL_CERT_DIR",       "CURL_CA_BUNDLE",      "REQUESTS_CA_BUNDLE",
	"GIT_SSL_CAINFO",     "GIT_SSL_CAPATH",     "GIT_SSL_NO_VERIFY",   "GIT_SSL_CERT",
	"NODE_EXTRA_CA_CERTS", "OPENSSL_CONF",      NULL,
};

/* The value of NAME=VALUE where that is not empty. */
static const char *value_of(const char *variable, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(variable, name, length) != 0 || variable[length] != '=')
		return NULL;
	return variable[length + 1] ? variable + length + 1 : NULL;
}

/*
 * "http://user:p@ss/word@host:3128/path" -> "http://host:3128": whatever stands before the last
 * "@" may be a password, and what follows the host is none of a proxy's.
 */
static void add_location(struct text *text, const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789";
	const char *colon = strstr(value, "://"), *at = strrchr(value, '@'), *host;
	char piece[TEXT_FOREIGN_MAX];
	size_t length;

	host = at ? at + 1 : colon ? colon + 3 : value;
	/* else it is no scheme, but part of a user's name or password */
	if (colon && strspn(value, letters) == (size_t)(colon - value))
		text_add_bytes(text, value, (size_t)(colon - value) + 3);
	length = strcspn(host, "/?#");
	if (length >= sizeof(piece))
		length = sizeof(piece) - 1;
	memcpy(piece, host, length);
	piece[length] = '\0';
	text_add_clean(text, piece, sizeof(piece));
}

static int add_proxy(const char *name, const char *value, struct strings *variables)
{
	struct text text;
	int error;

	text_init(&text, TEXT_FOREIGN_MAX * 8);
	text_addf(&text, "%s=", name);
	if (text_has_prefix(name, "no_") || text_has_prefix(name, "NO_"))
		text_add_clean(&text, value, TEXT_FOREIGN_MAX);
	else
		add_location(&text, value);
	error = text_error(&text);
	if (!error)
		error = strings_add(variables, text_string(&text));
	text_release(&text);
	return error;
}

static int add_variable(const char *variable, struct endpoints_request *request)
{
	const char *value;
	size_t i;
	int error = 0;

	for (i = 0; proxy_names[i] && !error; i++) {
		value = value_of(variable, proxy_names[i]);
		if (value)
			error = add_proxy(proxy_names[i], value, &request->proxy_variables);
	}
	for (i = 0; trust_names[i] && !error; i++)
		if (value_of(variable, trust_names[i]))
			error = strings_add(&request->trust_variables, trust_names[i]);
	return error;
}

int endpoints_environment(char *const *environment, struct endpoints_request *request)
{
	size_t i;
	int error = 0;

	for (i = 0; environment && environment[i] && !error; i++)
		error = add_variable(environment[i], request);
	strings_sort(&request->proxy_variables);
	strings_sort(&request->trust_variables);
	return error;
}
