/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of line-oriented configuration: podman's containers.conf (the few keys of TOML that hold
 * networks), AllowedIPs of WireGuard in its three spellings, and the cluster range on the command
 * line of a Kubernetes control plane. Nothing but prefixes leaves these functions.
 */
#include "probes/config_source.h"

#include "rules/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 128

static const char *skip_blank(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

static const char *next_line(const char *at)
{
	const char *end = strchr(at, '\n');

	return end != NULL ? end + 1 : at + strlen(at);
}

/* `key` followed by `=` at the start of a line: what stands behind, else NULL. */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	line = skip_blank(line);
	if (*line == '"')
		line++;
	if (strncasecmp(line, key, length) != 0)
		return NULL;
	line += length;
	if (*line == '"')
		line++;
	line = skip_blank(line);
	return *line == '=' ? skip_blank(line + 1) : NULL;
}

/* Copies the word of address characters at `at` (digits, dots, slash, colons). */
static size_t prefix_word(const char *at, char word[WORD_MAX])
{
	size_t length = 0;

	while (length < WORD_MAX - 1 && (isxdigit((unsigned char)at[length]) || at[length] == '.' ||
					 at[length] == ':' || at[length] == '/'))
		length++;
	memcpy(word, at, length);
	word[length] = '\0';
	return length;
}

/* `AllowedIPs = a, b` (wg-quick), `AllowedIPs=` (systemd .netdev), `allowed-ips=a;b;` (keyfile). */
int config_read_allowed_ips(const char *bytes, size_t length, struct config_sink *sink)
{
	static const char *const keys[] = { "AllowedIPs", "allowed-ips" };
	const char *line, *at;
	unsigned int number = 0;
	char key[64], word[WORD_MAX];
	size_t i, used;

	if (memchr(bytes, '\0', length) != NULL)
		return -EINVAL;
	for (line = bytes; *line != '\0'; line = next_line(line)) {
		number++;
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			at = value_of(line, keys[i]);
			if (at == NULL)
				continue;
			snprintf(key, sizeof(key), "%s in line %u", keys[i], number);
			while (*at != '\0' && *at != '\n' && *at != '#') {
				used = prefix_word(at, word);
				config_add(sink, key, word, 0);
				at += used > 0 ? used : 1;
			}
		}
	}
	return 0;
}

/* A quoted string at or behind `at` on this side of `end`; NULL when there is none. */
static const char *quoted(const char *at, const char *end, char word[WORD_MAX])
{
	const char *open = memchr(at, '"', (size_t)(end - at));

	if (open == NULL)
		return NULL;
	return open + 1 + prefix_word(open + 1, word);
}

/* default_subnet_pools = [ { "base" = "10.89.0.0/16", "size" = 24 }, ... ], over several lines. */
static void read_pools(const char *at, struct config_sink *sink)
{
	const char *end = strchr(at, ']');
	unsigned int index = 0;
	char key[64], word[WORD_MAX];

	if (end == NULL)
		end = at + strlen(at);
	while ((at = memchr(at, '{', (size_t)(end - at))) != NULL) {
		const char *close = memchr(at, '}', (size_t)(end - at));
		const char *base, *size;
		uint64_t length = 0;

		if (close == NULL)
			return;
		base = memmem(at, (size_t)(close - at), "base", 4);
		size = memmem(at, (size_t)(close - at), "size", 4);
		if (size != NULL) {
			size += strcspn(size, "0123456789}");
			text_number(&size, 32, &length);
		}
		base = base != NULL ? memchr(base, '=', (size_t)(close - base)) : NULL;
		if (base != NULL && quoted(base, close, word) != NULL) {
			snprintf(key, sizeof(key), "network/default_subnet_pools/%u/base", index);
			config_add(sink, key, word, (uint32_t)length);
		}
		index++;
		at = close;
	}
}

int config_read_containers_conf(const char *bytes, size_t length, struct config_sink *sink)
{
	bool network = false;
	const char *line, *at;
	char word[WORD_MAX];

	if (memchr(bytes, '\0', length) != NULL)
		return -EINVAL;
	for (line = bytes; *line != '\0'; line = next_line(line)) {
		at = skip_blank(line);
		if (*at == '[' && at[1] != '[')
			network = strncmp(at, "[network]", 9) == 0;
		if (!network)
			continue;
		at = value_of(line, "default_subnet");
		if (at != NULL && quoted(at, next_line(at), word) != NULL)
			config_add(sink, "network/default_subnet", word, 0);
		at = value_of(line, "default_subnet_pools");
		if (at != NULL)
			read_pools(at, sink);
	}
	return 0;
}

/* A NUL-separated command line: --cluster-cidr=A,B or --cluster-cidr A,B. */
int config_read_cluster_cidr(const char *bytes, size_t length, struct config_sink *sink)
{
	static const char *const options[] = { "--cluster-cidr", "--pod-cidr",
					       "--cluster-pool-ipv4-cidr" };
	const char *at = bytes, *end = bytes + length;
	const char *waiting = NULL;
	char word[WORD_MAX];
	size_t i, used;

	for (; at < end; at += strlen(at) + 1) {
		const char *value = waiting != NULL ? at : NULL;
		const char *option = waiting;

		waiting = NULL;
		for (i = 0; value == NULL && i < sizeof(options) / sizeof(options[0]); i++) {
			size_t name = strlen(options[i]);

			if (strncmp(at, options[i], name) != 0)
				continue;
			option = options[i];
			if (at[name] == '=')
				value = at + name + 1;
			else if (at[name] == '\0')
				waiting = option;
		}
		while (value != NULL && *value != '\0') {
			used = prefix_word(value, word);
			config_add(sink, option, word, 0);
			value += used > 0 ? used : 1;
		}
	}
	return 0;
}
