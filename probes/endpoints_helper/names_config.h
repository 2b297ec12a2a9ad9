/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this machine's resolver goes by: name servers and search list (resolv.conf(5)), the hosts
 * file (hosts(5)), and what the options say instead. Text in, structs out; files are read by
 * names_config_read() alone.
 */
#ifndef PROBES_ENDPOINTS_HELPER_NAMES_CONFIG_H
#define PROBES_ENDPOINTS_HELPER_NAMES_CONFIG_H

#include "probes/endpoints_request.h"
#include "rules/prefix.h"
#include "rules/record.h"

#define NAMES_SERVERS_MAX 3  /* more lines are ignored by the C library, too */
#define NAMES_EXTRA_MAX 8
#define NAMES_SEARCH_MAX 6   /* likewise */
#define NAMES_SERVER_TEXT_MAX (ADDRESS_TEXT_MAX + 40) /* scope, brackets and port */
#define NAMES_HOSTS_MAX ((size_t)4 * 1024 * 1024)

struct name_server {
	struct address address;
	uint32_t port;
	char text[NAMES_SERVER_TEXT_MAX]; /* "192.0.2.53:53", "[2001:db8::53]:53" */
	bool extra; /* by option: the resolver does not use it */
};

/* One --resolve: what HOST:PORT stands for. */
struct name_option {
	char *host; /* lower case */
	uint32_t port;
	struct strings addresses;
};

struct names_config {
	struct name_server servers[NAMES_SERVERS_MAX + NAMES_EXTRA_MAX]; /* the resolver's first */
	size_t server_count;
	struct strings search;
	struct text hosts; /* the hosts file; its error when it could not be read */
	struct list options; /* struct name_option */
};

/* Files and options together. 0, -ENOMEM, -EINVAL: an option is none. Release in any case. */
int names_config_read(struct names_config *config, const struct endpoints_request *request);
void names_config_release(struct names_config *config);

/* The parts of it, for tests. -ENOMEM, -EINVAL. */
int names_config_resolver(struct names_config *config, const char *text);
int names_config_server(struct names_config *config, const char *option);
int names_config_option(struct names_config *config, const char *option);
/* Addresses of `name` in the hosts file, of the family asked for; sorted. -ENOMEM. */
int names_config_hosts(const struct names_config *config, const char *name, int family,
		       struct strings *addresses);

#endif
