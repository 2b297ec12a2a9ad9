/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts: what is asked about each, which answer this machine goes by, and who waits for it. */
#include "probes/endpoints_helper/names.h"

#include "probes/endpoints_helper/memory.h"
#include "probes/endpoints_helper/names_internal.h"
#include "probes/endpoints_helper/url.h"
#include "rules/text.h"

#include <ares.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HOSTS_ROW "hosts"
#define LOCALHOST "localhost"
#define OPTION_ROW "option"
#define CANDIDATE_MAX ((size_t)512)

/* What one server knows about the name that is asked for now. */
enum knowledge { PENDING, LATE, KNOWS, KNOWS_NONE, KNOWS_NOT };

static const unsigned int types[] = { DNS_TYPE_A, DNS_TYPE_AAAA };
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

static void add_address(struct name_host *host, const struct address *address)
{
	struct address *addresses =
		realloc(host->addresses, (host->count + 1) * sizeof(*addresses));

	if (!run_keeps(host->run, addresses))
		return;
	host->addresses = addresses;
	addresses[host->count++] = *address;
}

static void use_row(struct name_host *host, struct name_question *question)
{
	size_t i;

	question->fact.used = question->fact.addresses.count > 0;
	for (i = 0; i < question->fact.addresses.count; i++) {
		struct address address;

		if (!address_parse(question->fact.addresses.items[i], &address))
			add_address(host, &address);
	}
}

/* The hosts file is this machine's alone: it stands for name servers that know no address. */
static void use_hosts(struct name_host *host)
{
	struct name_question *one;

	for (one = host->questions; one; one = one->next)
		if (text_equal(one->fact.server, HOSTS_ROW))
			use_row(host, one);
}

/* Nobody needs to know any more what slow servers say; but it may be on its way. */
static void end_late(struct name_host *host)
{
	struct name_question *one;

	for (one = host->questions; one; one = one->next) {
		if (one->finished || !one->late)
			continue;
		if (host->count)
			name_question_hurry(one);
		else
			name_question_end(one, NAME_TIMED_OUT);
	}
}

/* The addresses that are known now are the host's. Waiters may ask for more names. */
static void settle(struct name_host *host)
{
	host->settled = true;
	end_late(host);
	if (!host->count)
		use_hosts(host);
	while (host->waiters && !host->run->error) {
		struct name_waiter *waiter = host->waiters;

		host->waiters = waiter->next;
		waiter->done(waiter->owner, host->addresses, host->count);
		free(waiter);
	}
}

/* The question of this type that the server in `place` was asked for the candidate of now. */
static struct name_question *find_question(const struct name_host *host, size_t place,
					   unsigned int type)
{
	struct name_question *one;

	for (one = host->questions; one; one = one->next)
		if (one->asked == &host->run->names->asked[place] && one->type == type &&
		    one->candidate == host->candidate)
			return one;
	return NULL;
}

static enum knowledge knowledge_of(const struct name_host *host, size_t place)
{
	bool none = false, answered = false, late = false;
	size_t i;

	for (i = 0; i < TYPE_COUNT; i++) {
		const struct name_question *one = find_question(host, place, types[i]);

		if (!one)
			continue;
		if (!one->finished && !one->late)
			return PENDING;
		/* an answer for IPv6 is not waited for */
		late = late || (!one->finished && types[i] == DNS_TYPE_A);
		answered = answered || one->fact.outcome == NAME_ANSWERED;
		/* that there is no IPv6 address says nothing of a question that failed */
		none = none || (types[i] == DNS_TYPE_A && (one->fact.outcome == NAME_EMPTY ||
							   one->fact.outcome == NAME_NXDOMAIN));
	}
	return late ? LATE : answered ? KNOWS : none ? KNOWS_NONE : KNOWS_NOT;
}

static void use_server(struct name_host *host, size_t place)
{
	size_t i;

	for (i = 0; i < TYPE_COUNT; i++) {
		struct name_question *one = find_question(host, place, types[i]);

		if (one)
			use_row(host, one);
	}
	settle(host);
}

static void ask_servers(struct name_host *host, size_t candidate)
{
	struct names *names = host->run->names;
	bool outer = host->starting;
	size_t i, j;

	host->starting = true;
	for (i = 0; i < names->config.server_count; i++) {
		for (j = 0; j < TYPE_COUNT && !host->run->error; j++)
			name_question_ask(host, &names->asked[i], types[j], candidate);
	}
	host->starting = outer;
}

/* True: settled, or still waiting. False: the candidate of now leads nowhere. */
static bool decide(struct name_host *host, bool *known)
{
	const struct names_config *config = &host->run->names->config;
	bool late = false;
	size_t i;

	*known = false;
	for (i = 0; i < config->server_count && !config->servers[i].extra; i++) {
		switch (knowledge_of(host, i)) {
		case PENDING:
			return true;
		case LATE:
			late = true;
			break;
		case KNOWS:
			use_server(host, i);
			return true;
		case KNOWS_NONE:
			*known = true;
			return late;
		case KNOWS_NOT:
			break;
		}
	}
	return late;
}

void name_host_look(struct name_host *host)
{
	bool known;

	while (!host->settled && !host->starting && !host->run->error && !decide(host, &known)) {
		/* only "there is no such name" leads on in the search list */
		if (!known || host->candidate + 1 == host->candidates.count) {
			settle(host);
			return;
		}
		/* the last was asked from the start */
		if (++host->candidate + 1 < host->candidates.count)
			ask_servers(host, host->candidate);
	}
}

/* What the hosts file says, to be compared with what builds are told. */
static void look_in_hosts(struct name_host *host)
{
	static const int families[TYPE_COUNT] = { ADDRESS_IPV4, ADDRESS_IPV6 };
	const struct names_config *config = &host->run->names->config;
	size_t i;

	for (i = 0; i < TYPE_COUNT && !host->run->error; i++) {
		struct strings addresses = { NULL, 0 };
		struct name_question *row = NULL;

		if (names_config_hosts(config, host->name, families[i], &addresses))
			host->run->error = -ENOMEM;
		if (addresses.count || text_error(&config->hosts))
			row = name_question_add(host, HOSTS_ROW, types[i]);
		if (!row) {
			strings_release(&addresses);
			continue;
		}
		row->fact.addresses = addresses;
		row->fact.outcome = addresses.count ? NAME_ANSWERED : NAME_FAILED;
	}
}

static const struct name_option *find_option(const struct names *names, const char *host,
					     uint32_t port)
{
	const struct list *options = &names->config.options;
	size_t i;

	for (i = 0; i < options->count; i++) {
		const struct name_option *one = LIST_AT(options, struct name_option, i);

		if (one->port == port && text_equal(one->host, host))
			return one;
	}
	return NULL;
}

/* Is the address, in text, of the family that this type of question is for? */
static bool is_of(const char *text, unsigned int type)
{
	struct address address;

	return !address_parse(text, &address) &&
	       address.family == (type == DNS_TYPE_A ? ADDRESS_IPV4 : ADDRESS_IPV6);
}

static void from_option(struct name_host *host, const struct name_option *option)
{
	size_t i, j;

	host->port = option->port;
	for (i = 0; i < TYPE_COUNT; i++) {
		struct name_question *row = NULL;

		for (j = 0; j < option->addresses.count && !host->run->error; j++) {
			if (!is_of(option->addresses.items[j], types[i]))
				continue;
			if (!row)
				row = name_question_add(host, OPTION_ROW, types[i]);
			if (row && strings_add(&row->fact.addresses, option->addresses.items[j]))
				host->run->error = -ENOMEM;
		}
		if (!row)
			continue;
		row->fact.outcome = NAME_ANSWERED;
		use_row(host, row);
	}
}

/* A name without a dot is looked for in the search list first, then as it stands. */
static void list_candidates(struct name_host *host)
{
	const struct strings *search = &host->run->names->config.search;
	size_t i;

	for (i = 0; i < search->count && !strchr(host->name, '.'); i++) {
		struct text candidate;

		text_init(&candidate, CANDIDATE_MAX);
		text_addf(&candidate, "%s.%s", host->name, search->items[i]);
		/* one that is too long is no name */
		if (text_error(&candidate) == -ENOMEM ||
		    (!text_error(&candidate) &&
		     strings_add(&host->candidates, text_string(&candidate))))
			host->run->error = -ENOMEM;
		text_release(&candidate);
	}
	if (strings_add(&host->candidates, host->name))
		host->run->error = -ENOMEM;
}

static void start(struct name_host *host, uint32_t port)
{
	const struct name_option *option = find_option(host->run->names, host->name, port);
	struct address address;

	if (!names_literal(host->name, &address)) {
		add_address(host, &address);
		settle(host);
		return;
	}
	list_candidates(host);
	if (option)
		from_option(host, option);
	host->settled = option != NULL;
	if (!option)
		look_in_hosts(host);
	host->starting = true;
	if (!host->run->error)
		ask_servers(host, 0);
	/* as it stands, too: that is what a machine with another search list would ask */
	if (!host->run->error && host->candidates.count > 1)
		ask_servers(host, host->candidates.count - 1);
	host->starting = false;
	/* nothing was waited for: what servers say beside an option is told, and not gone by */
	if (host->settled)
		settle(host);
	name_host_look(host);
}

static struct name_host *find_host(const struct names *names, const char *name, uint32_t port)
{
	const struct name_option *option = find_option(names, name, port);
	struct name_host *host;

	for (host = names->hosts; host; host = host->next)
		if (text_equal(host->name, name) && host->port == (option ? port : 0))
			return host;
	return NULL;
}

static struct name_host *add_host(struct run *run, const char *name)
{
	struct name_host *host = calloc(1, sizeof(*host));

	if (!run_keeps(run, host))
		return NULL;
	host->run = run;
	host->end = &host->questions;
	host->next = run->names->hosts;
	run->names->hosts = host;
	host->name = text_copy(name);
	return run_keeps(run, host->name) ? host : NULL;
}

int names_literal(const char *host, struct address *address)
{
	size_t length = strlen(host);

	if (!address_parse(host, address))
		return 0;
	length -= length && host[length - 1] == '.';
	if (length < strlen(LOCALHOST) ||
	    strncasecmp(host + length - strlen(LOCALHOST), LOCALHOST, strlen(LOCALHOST)) ||
	    (length > strlen(LOCALHOST) && host[length - strlen(LOCALHOST) - 1] != '.'))
		return -EINVAL;
	*address = address_from_ipv4(INADDR_LOOPBACK);
	return 0;
}

void names_look(struct run *run, const char *name)
{
	struct names *names = run->names;
	struct address address;
	struct name_host *host;

	if (!names_literal(name, &address) || find_host(names, name, 0) ||
	    names->looks++ >= NAMES_LOOKS_MAX)
		return;
	host = add_host(run, name);
	if (host) {
		host->beside = true;
		start(host, 0);
	}
}

int names_resolve(struct run *run, const char *name, uint32_t port, names_done *done, void *owner)
{
	struct name_host *host = find_host(run->names, name, port);
	struct name_waiter *waiter, **end;
	bool fresh = !host;

	if (host && host->settled) {
		done(owner, host->addresses, host->count);
		return run->error;
	}
	waiter = calloc(1, sizeof(*waiter));
	if (!run_keeps(run, waiter))
		return -ENOMEM;
	*waiter = (struct name_waiter){ .done = done, .owner = owner };
	if (fresh)
		host = add_host(run, name);
	if (!host) {
		free(waiter);
		return -ENOMEM;
	}
	host->beside = false;
	for (end = &host->waiters; *end; end = &(*end)->next)
		;
	*end = waiter;
	if (fresh)
		start(host, port);
	return run->error;
}

int names_open(struct run *run)
{
	struct names *names = calloc(1, sizeof(*names));
	size_t i;
	int error;

	if (!names)
		return -ENOMEM;
	run->names = names;
	if (ares_library_init_mem(ARES_LIB_INIT_ALL, memory_get, free, memory_resize))
		return -ENOMEM;
	error = names_config_read(&names->config, run->request);
	if (error)
		return error;
	names->asked = calloc(names->config.server_count, sizeof(*names->asked));
	if (!names->asked)
		return -ENOMEM;
	for (i = 0; i < names->config.server_count && !error; i++) {
		const struct name_server *server = &names->config.servers[i];
		struct name_asked *asked = &names->asked[i];

		asked->server = server;
		asked->refused = url_forbidden(&server->address, true);
		name_channel_init(&asked->udp, run, server, false);
		name_channel_init(&asked->tcp, run, server, true);
		if (!server->extra)
			error = strings_add(&run->facts->name_servers, server->text);
	}
	return error;
}

/* Hands the rows of a host over to the facts. */
static void release_host(struct name_host *host)
{
	struct run *run = host->run;

	while (host->questions) {
		struct name_question *question = host->questions;
		struct name_fact *row = list_add(&run->facts->names, sizeof(*row));

		host->questions = question->next;
		if (run_keeps(run, row)) {
			*row = question->fact;
			memset(&question->fact, 0, sizeof(question->fact));
		}
		name_question_free(question);
	}
	strings_release(&host->candidates);
	free(host->addresses);
	free(host->name);
	free(host);
}

/* Nobody is called any more: those who waited are gone by now. */
static void give_up(struct name_host *host)
{
	struct name_question *question;

	host->settled = true;
	while (host->waiters) {
		struct name_waiter *waiter = host->waiters;

		host->waiters = waiter->next;
		free(waiter);
	}
	for (question = host->questions; question; question = question->next)
		name_question_stop(question);
}

void names_close(struct run *run)
{
	struct names *names = run->names;
	struct name_host *host;
	size_t i;

	if (!names)
		return;
	for (host = names->hosts; host; host = host->next)
		give_up(host);
	for (i = 0; names->asked && i < names->config.server_count; i++) {
		name_channel_release(&names->asked[i].udp);
		name_channel_release(&names->asked[i].tcp);
	}
	while (names->hosts) {
		host = names->hosts;
		names->hosts = host->next;
		release_host(host);
	}
	names_config_release(&names->config);
	ares_library_cleanup();
	free(names->asked);
	free(names);
	run->names = NULL;
}
