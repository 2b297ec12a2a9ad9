/* SPDX-License-Identifier: Apache-2.0 */
/* What the resolver goes by; read as the C library reads it, so that both ask the same servers. */
#include "probes/endpoints_helper/names_config.h"

#include "probes/probe.h"
#include "probes/system_file.h"
#include "rules/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define RESOLVER_FILE "resolv.conf"
#define HOSTS_FILE "hosts"
#define RESOLVER_MAX ((size_t)64 * 1024)
#define LINE_MAX_BYTES 1024
#define DNS_PORT 53
#define BLANKS " \t\r\f\v"

/* Copies the next line without its comment and moves behind it; false at the end. */
static bool next_line(const char **at, const char *comments, char line[LINE_MAX_BYTES])
{
	size_t length = strcspn(*at, "\n"), kept = length;

	if (!**at)
		return false;
	if (kept >= LINE_MAX_BYTES)
		kept = LINE_MAX_BYTES - 1;
	memcpy(line, *at, kept);
	line[kept] = '\0';
	line[strcspn(line, comments)] = '\0';
	*at += length + ((*at)[length] == '\n');
	return true;
}

/* The next word of a line, ended in place; NULL at the end. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, BLANKS);
	size_t length = strcspn(word, BLANKS);

	if (!length)
		return NULL;
	*at = word + length + (word[length] != '\0');
	word[length] = '\0';
	return word;
}

/* "192.0.2.53", "2001:db8::53", "fe80::1%eth0"; the scope counts for the text alone. */
static int add_server(struct names_config *config, const char *word, uint32_t port, bool extra)
{
	struct name_server *server = &config->servers[config->server_count];
	char address[NAMES_SERVER_TEXT_MAX - 9];
	bool ipv6;

	if (config->server_count == sizeof(config->servers) / sizeof(config->servers[0]) ||
	    strlen(word) >= sizeof(address))
		return -EINVAL;
	*server = (struct name_server){ .port = port, .extra = extra };
	(void)snprintf(address, sizeof(address), "%s", word);
	address[strcspn(address, "%")] = '\0';
	if (address_parse(address, &server->address))
		return -EINVAL;
	ipv6 = server->address.family == ADDRESS_IPV6;
	(void)snprintf(address, sizeof(address), "%s", word);
	(void)snprintf(server->text, sizeof(server->text), "%s%s%s:%u", ipv6 ? "[" : "", address,
		       ipv6 ? "]" : "", (unsigned int)port);
	config->server_count++;
	return 0;
}

static int read_search(struct names_config *config, char *words)
{
	char *word;
	int error = 0;

	/* the last line counts */
	strings_release(&config->search);
	while (!error && config->search.count < NAMES_SEARCH_MAX && (word = next_word(&words))) {
		size_t length = strlen(word);

		while (length > 0 && word[length - 1] == '.')
			word[--length] = '\0';
		if (length)
			error = strings_add(&config->search, word);
	}
	return error;
}

int names_config_resolver(struct names_config *config, const char *text)
{
	char line[LINE_MAX_BYTES];
	int error = 0;

	while (!error && next_line(&text, "#;", line)) {
		char *at = line, *keyword = next_word(&at), *word;

		/* keywords stand at the start of the line */
		if (!keyword || keyword != line)
			continue;
		if (text_equal(keyword, "search") || text_equal(keyword, "domain")) {
			error = read_search(config, at);
		} else if (text_equal(keyword, "nameserver") &&
			   config->server_count < NAMES_SERVERS_MAX) {
			word = next_word(&at);
			/* what is no address is passed over there, too */
			if (word)
				(void)add_server(config, word, DNS_PORT, false);
		}
	}
	if (!error && !config->server_count)
		error = add_server(config, "127.0.0.1", DNS_PORT, false);
	return error;
}

int names_config_server(struct names_config *config, const char *option)
{
	char address[NAMES_SERVER_TEXT_MAX];
	const char *colon = strrchr(option, ':');
	size_t length = strlen(option);
	uint64_t port = DNS_PORT;

	/* "::1" has no port, "[::1]:53" and "192.0.2.53:53" have one */
	if (option[0] == '[' || (colon && strchr(option, ':') == colon)) {
		if (colon && colon[-1] != ']' && option[0] == '[')
			colon = NULL;
		if (colon && (text_whole_number(colon + 1, 65535, &port) || !port))
			return -EINVAL;
		length = colon ? (size_t)(colon - option) : length;
	}
	if (option[0] == '[') {
		if (length < 2 || option[length - 1] != ']')
			return -EINVAL;
		option++;
		length -= 2;
	}
	if (length >= sizeof(address))
		return -EINVAL;
	memcpy(address, option, length);
	address[length] = '\0';
	return add_server(config, address, (uint32_t)port, true);
}

/* One address of an option, brackets allowed. */
static int add_option_address(struct name_option *row, const char *word, size_t length)
{
	char text[ADDRESS_TEXT_MAX];
	struct address address;

	if (length >= 2 && word[0] == '[' && word[length - 1] == ']') {
		word++;
		length -= 2;
	}
	if (length >= sizeof(text))
		return -EINVAL;
	memcpy(text, word, length);
	text[length] = '\0';
	if (address_parse(text, &address))
		return -EINVAL;
	return strings_add(&row->addresses, address_print(&address, text));
}

int names_config_option(struct names_config *config, const char *option)
{
	const char *colon = strchr(option, ':'), *second = colon ? strchr(colon + 1, ':') : NULL;
	struct name_option *row = list_add(&config->options, sizeof(*row));
	char digits[8];
	uint64_t port;
	size_t i;
	int error = 0;

	if (!row)
		return -ENOMEM;
	if (!second || colon == option || second - colon > (ptrdiff_t)sizeof(digits))
		return -EINVAL;
	memcpy(digits, colon + 1, (size_t)(second - colon) - 1);
	digits[second - colon - 1] = '\0';
	if (text_whole_number(digits, 65535, &port) || !port)
		return -EINVAL;
	row->port = (uint32_t)port;
	row->host = strndup(option, (size_t)(colon - option));
	if (!row->host)
		return -ENOMEM;
	for (i = 0; row->host[i]; i++)
		row->host[i] = (char)tolower((unsigned char)row->host[i]);
	while (!error && *second) {
		size_t length = strcspn(second + 1, ",");

		error = add_option_address(row, second + 1, length);
		second += 1 + length;
	}
	strings_sort(&row->addresses);
	return error;
}

int names_config_hosts(const struct names_config *config, const char *name, int family,
		       struct strings *addresses)
{
	const char *text = text_string(&config->hosts);
	char line[LINE_MAX_BYTES];
	int error = 0;

	while (!error && next_line(&text, "#", line)) {
		char *at = line, *word = next_word(&at), printed[ADDRESS_TEXT_MAX];
		struct address address;

		if (!word || address_parse(word, &address) || address.family != family)
			continue;
		while ((word = next_word(&at)) && strcasecmp(word, name) != 0)
			;
		(void)address_print(&address, printed);
		if (word && !strings_contain(addresses, printed))
			error = strings_add(addresses, printed);
	}
	strings_sort(addresses);
	return error;
}

/* A file of /etc, or what `ip netns exec` would put in its place. */
static int open_file(const char *netns, const char *name)
{
	char path[PATH_MAX];
	int length, file = -ENOENT;

	length = snprintf(path, sizeof(path), "/etc/netns/%s/%s", netns ? netns : "", name);
	if (netns && !strchr(netns, '/') && length < (int)sizeof(path))
		file = system_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
	if (!system_absent(file))
		return file;
	(void)snprintf(path, sizeof(path), "/etc/%s", name);
	return system_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
}

/* What is not there, or not for us to read, is as good as empty: the C library takes it so. */
static int read_file(const char *netns, const char *name, struct text *text)
{
	int file = open_file(netns, name), error;

	if (file < 0)
		return system_absent(file) || system_denied(file) ? 0 : file;
	error = probe_read(file, text);
	(void)close(file);
	/* a file that is too long goes as it is: its text tells */
	return error == -EFBIG ? 0 : error;
}

static int read_files(struct names_config *config, const char *netns)
{
	struct text resolver;
	int error;

	text_init(&resolver, RESOLVER_MAX);
	error = read_file(netns, RESOLVER_FILE, &resolver);
	if (!error)
		error = names_config_resolver(config, text_string(&resolver));
	text_release(&resolver);
	if (!error)
		error = read_file(netns, HOSTS_FILE, &config->hosts);
	return error;
}

int names_config_read(struct names_config *config, const struct endpoints_request *request)
{
	size_t i;
	int error;

	*config = (struct names_config){ .server_count = 0 };
	text_init(&config->hosts, NAMES_HOSTS_MAX);
	error = read_files(config, request->netns);
	for (i = 0; i < request->name_servers.count && !error; i++)
		error = names_config_server(config, request->name_servers.items[i]);
	for (i = 0; i < request->resolve.count && !error; i++)
		error = names_config_option(config, request->resolve.items[i]);
	return error;
}

void names_config_release(struct names_config *config)
{
	size_t i;

	for (i = 0; i < config->options.count; i++) {
		struct name_option *row = LIST_AT(&config->options, struct name_option, i);

		free(row->host);
		strings_release(&row->addresses);
	}
	free(config->options.items);
	strings_release(&config->search);
	text_release(&config->hosts);
	*config = (struct names_config){ .server_count = 0 };
}
