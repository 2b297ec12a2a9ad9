/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows a connection through the chains that change destinations at prerouting. Conditions are
 * decided by nat_match.c.
 */
#include "probes/nat_rules.h"

#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 16
#define CHAINS_MAX 64
#define WORDS_MAX 4096

/* next rule; out of this chain; out of this base chain; no other base chain either */
enum way { WAY_ON, WAY_BACK, WAY_END, WAY_TAKEN };

struct walk {
	const struct nat_ruleset *ruleset;
	struct listeners_facts *listeners;
	const cJSON *rule;
	unsigned int depth;
	bool blurred; /* something before may have taken the connection already */
	int error;
};

const cJSON *nat_base_chain(const cJSON *object)
{
	const cJSON *chain = cJSON_GetObjectItemCaseSensitive(object, "chain");
	const char *family = nat_string(chain, "family");

	return text_equal(nat_string(chain, "type"), "nat") &&
	       text_equal(nat_string(chain, "hook"), "prerouting") &&
	       (text_equal(family, "ip") || text_equal(family, "inet")) ? chain : NULL;
}

bool nat_has_foreign(const cJSON *objects)
{
	const cJSON *object, *expression;

	cJSON_ArrayForEach(object, objects) {
		const cJSON *rule = cJSON_GetObjectItemCaseSensitive(object, "rule");

		cJSON_ArrayForEach(expression, cJSON_GetObjectItemCaseSensitive(rule, "expr"))
			if (cJSON_GetObjectItemCaseSensitive(expression, "xt"))
				return true;
	}
	return false;
}

/* Told once; the rest of the ruleset is read on. */
static void note(struct walk *walk, const struct nat_packet *packet, const char *what)
{
	struct section *section = &walk->listeners->section;
	struct text words;

	walk->listeners->nat_unknown = true;
	if (section->note || walk->error)
		return;
	text_init(&words, WORDS_MAX);
	text_addf(&words, "NAT rules: %s, chain ", what);
	text_add_clean(&words, nat_string(walk->rule, "chain"), 64);
	text_addf(&words, ", could send port %u elsewhere: where to could not be told",
		  (unsigned int)packet->port);
	section->note = text_take(&words);
	if (!section->note)
		walk->error = -ENOMEM;
}

/* The words of the current rule, found by its table and handle. */
static void find_words(const struct walk *walk, char out[WORDS_MAX])
{
	const cJSON *handle = cJSON_GetObjectItemCaseSensitive(walk->rule, "handle");
	const char *family = nat_string(walk->rule, "family");
	const char *table = nat_string(walk->rule, "table");
	char header[256], tail[64];
	const char *line = walk->ruleset->text, *end;
	bool within = false;

	out[0] = '\0';
	if (!family || !table || !cJSON_IsNumber(handle))
		return;
	(void)snprintf(header, sizeof(header), "table %.20s %.128s {", family, table);
	(void)snprintf(tail, sizeof(tail), " # handle %d", handle->valueint);
	for (; *line; line = *end ? end + 1 : end) {
		size_t length = strcspn(line, "\n"), tail_length = strlen(tail);

		end = line + length;
		if (text_has_prefix(line, "table "))
			within = text_has_prefix(line, header);
		if (!within || length < tail_length || length >= WORDS_MAX ||
		    line[0] != '\t' || line[1] != '\t' ||
		    strncmp(end - tail_length, tail, tail_length) != 0)
			continue;
		memcpy(out, line, length - tail_length);
		out[length - tail_length] = '\0';
		return;
	}
}

static void add_row(struct walk *walk, const struct nat_packet *packet,
		    const struct address *target, uint32_t port)
{
	struct published_fact *row;
	bool diverts = !packet->doubtful && !walk->blurred;

	if (!diverts && !packet->named) {
		note(walk, packet, "a rule whose conditions cannot be decided");
		return;
	}
	row = list_add(&walk->listeners->published, sizeof(*row));
	if (!row) {
		walk->error = -ENOMEM;
		return;
	}
	row->address = packet->destination;
	row->address.family = ADDRESS_IPV4;
	row->port = packet->port;
	row->container = *target;
	row->container_port = port ? port : packet->port;
	row->diverts = diverts;
	row->source = text_copy(diverts ? "nftables rule"
					: "nftables rule with conditions that are not decided");
	if (!row->source)
		walk->error = -ENOMEM;
}

static bool is_port(const cJSON *number)
{
	return cJSON_IsNumber(number) && number->valuedouble > 0 && number->valuedouble <= 65535;
}

/* "1.2.3.4", or { "concat": ["1.2.3.4", 8443] }. */
static bool read_target(const cJSON *value, struct address *target, uint32_t *port)
{
	const cJSON *parts = cJSON_GetObjectItemCaseSensitive(value, "concat");
	const cJSON *number = cJSON_GetArrayItem(parts, 1);

	if (parts)
		value = cJSON_GetArrayItem(parts, 0);
	if (is_port(number))
		*port = (uint32_t)number->valueint;
	return cJSON_IsString(value) && !address_parse(value->valuestring, target) &&
	       target->family == ADDRESS_IPV4;
}

/* What a map by destination port gives for this one; `*found` false: it has no such key. */
static const cJSON *map_value(struct walk *walk, const cJSON *map, struct nat_packet *packet,
			      bool *readable)
{
	const cJSON *data = cJSON_GetObjectItemCaseSensitive(map, "data");
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(data, "set");
	const cJSON *item;

	*readable = false;
	if (!nat_is_port(cJSON_GetObjectItemCaseSensitive(map, "key")))
		return NULL;
	if (cJSON_IsString(data) && data->valuestring[0] == '@')
		list = nat_elements(walk->ruleset, walk->rule, data->valuestring);
	*readable = list || cJSON_IsString(data);
	cJSON_ArrayForEach(item, list) {
		enum nat_answer is = nat_contains(cJSON_GetArrayItem(item, 0), packet->port);

		if (is == NAT_YES) {
			packet->named = true;
			return cJSON_GetArrayItem(item, 1);
		}
		*readable = *readable && is == NAT_NO;
	}
	return NULL;
}

static enum way taken(struct walk *walk, const struct nat_packet *packet)
{
	if (!packet->doubtful && !packet->destination.family)
		return WAY_TAKEN;
	/* a row of one address leaves the others to what follows */
	walk->blurred = walk->blurred || packet->doubtful;
	return WAY_ON;
}

static enum way ends(struct walk *walk, const struct nat_packet *packet, enum way way)
{
	if (!packet->doubtful && !packet->destination.family)
		return way;
	walk->blurred = true;
	return WAY_ON;
}

/* Every target gets a part of the connections: each has to be good. False: not all are known. */
static bool follow_lot(struct walk *walk, const cJSON *map, uint32_t port,
		       struct nat_packet *packet)
{
	const cJSON *data = cJSON_GetObjectItemCaseSensitive(map, "data");
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(data, "set");
	uint32_t own;
	struct address target;
	const cJSON *item;

	if (cJSON_IsString(data) && data->valuestring[0] == '@')
		list = nat_elements(walk->ruleset, walk->rule, data->valuestring);
	if (!list || !nat_is_whole_lot(map, list))
		return false;
	cJSON_ArrayForEach(item, list)
		if (!read_target(cJSON_GetArrayItem(item, 1), &target, &own))
			return false;
	cJSON_ArrayForEach(item, list) {
		own = port;
		(void)read_target(cJSON_GetArrayItem(item, 1), &target, &own);
		add_row(walk, packet, &target, own);
	}
	return true;
}

static enum way follow_dnat(struct walk *walk, const cJSON *dnat, struct nat_packet *packet)
{
	const cJSON *address = cJSON_GetObjectItemCaseSensitive(dnat, "addr");
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(dnat, "port");
	const cJSON *map = cJSON_GetObjectItemCaseSensitive(address, "map");
	const char *family = nat_string(dnat, "family");
	struct address target;
	uint32_t port = 0;
	bool readable = true;

	if (family && !text_equal(family, "ip"))
		return WAY_ON;
	if (is_port(number))
		port = (uint32_t)number->valueint;
	if (map && (!number || port) && follow_lot(walk, map, port, packet))
		return taken(walk, packet);
	if (map)
		address = map_value(walk, map, packet, &readable);
	if (map && !address && readable)
		return WAY_ON;
	memset(&target, 0, sizeof(target));
	/* a port alone leaves the address as it is */
	if ((number && !port) || !readable ||
	    ((address || !port) && !read_target(address, &target, &port))) {
		note(walk, packet, "a dnat whose target is chosen at run time");
		walk->blurred = true;
		return WAY_ON;
	}
	add_row(walk, packet, &target, port);
	return taken(walk, packet);
}

/* To this host itself, at the interface's own address. Without a port: the same. */
static enum way follow_redirect(struct walk *walk, const cJSON *redirect, struct nat_packet *packet)
{
	static const struct address here = { .family = ADDRESS_IPV4 };
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(redirect, "port");
	const cJSON *map = cJSON_GetObjectItemCaseSensitive(number, "map");
	bool readable = true;

	if (map)
		number = map_value(walk, map, packet, &readable);
	if (map && !number && readable)
		return WAY_ON;
	if (!readable || (number && !is_port(number))) {
		note(walk, packet, "a redirect whose port is chosen at run time");
		walk->blurred = true;
		return WAY_ON;
	}
	add_row(walk, packet, &here, number ? (uint32_t)number->valueint : 0);
	return taken(walk, packet);
}

/* "... redirect to :8443", as an iptables rule is told in words. */
static enum way follow_redirect_words(struct walk *walk, const char *words,
				      struct nat_packet *packet)
{
	static const struct address here = { .family = ADDRESS_IPV4 };
	const char *at = strstr(words, " redirect");
	uint64_t port = 0;

	at = at ? at + strlen(" redirect") : "?";
	if ((text_has_prefix(at, " to :") && (at += strlen(" to :"),
					      text_number(&at, 65535, &port))) ||
	    (*at && *at != ' ')) {
		note(walk, packet, "a REDIRECT of iptables");
		walk->blurred = true;
		return WAY_ON;
	}
	add_row(walk, packet, &here, (uint32_t)port);
	return taken(walk, packet);
}

/* "... dnat to 172.17.0.2:8443", as an iptables rule is told in words. */
static enum way follow_target(struct walk *walk, const char *name, const char *words,
			      struct nat_packet *packet)
{
	const char *at = strstr(words, " dnat to ");
	char word[ADDRESS_TEXT_MAX];
	struct address target;
	uint64_t port = 0;
	size_t length;

	if (text_equal(name, "REDIRECT"))
		return follow_redirect_words(walk, words, packet);
	if (!text_equal(name, "DNAT"))
		return WAY_ON;
	at = at ? at + strlen(" dnat to ") : "";
	length = strspn(at, "0123456789.");
	memset(&target, 0, sizeof(target));
	if (length < sizeof(word)) {
		memcpy(word, at, length);
		word[length] = '\0';
		at += length;
		if ((*at == ':' && at++ && text_number(&at, 65535, &port)) ||
		    (*at && *at != ' ') || (length && address_parse(word, &target)))
			at = "?";
	}
	/* a port alone leaves the address as it is */
	if (*at == '?' || (length ? target.family != ADDRESS_IPV4 : !port)) {
		note(walk, packet, "a DNAT of iptables");
		walk->blurred = true;
		return WAY_ON;
	}
	add_row(walk, packet, &target, (uint32_t)port);
	return taken(walk, packet);
}

static enum way follow_chain(struct walk *walk, const cJSON *of, const char *name,
			     struct nat_packet packet);

static enum way follow_jump(struct walk *walk, const cJSON *jump, bool is_goto,
			    const struct nat_packet *packet)
{
	const cJSON *rule = walk->rule;
	enum way way = follow_chain(walk, rule, nat_string(jump, "target"), *packet);

	walk->rule = rule;
	if (way == WAY_TAKEN)
		return taken(walk, packet);
	if (way == WAY_END)
		return ends(walk, packet, WAY_END);
	return is_goto && !packet->doubtful && !packet->destination.family ? WAY_BACK : WAY_ON;
}

/* A verdict map: by destination port it is followed, by anything else it is told. */
static enum way follow_verdict_map(struct walk *walk, const cJSON *map, struct nat_packet *packet)
{
	bool readable;
	const cJSON *verdict = map_value(walk, map, packet, &readable);
	const cJSON *jump = cJSON_GetObjectItemCaseSensitive(verdict, "jump");
	const cJSON *go = cJSON_GetObjectItemCaseSensitive(verdict, "goto");

	if (!readable) {
		note(walk, packet, "a verdict map");
		walk->blurred = true;
		return WAY_ON;
	}
	return jump || go ? follow_jump(walk, jump ? jump : go, go != NULL, packet) : WAY_ON;
}

static enum way follow_statement(struct walk *walk, const cJSON *expression, const char *words,
				 struct nat_packet *packet)
{
	const cJSON *value = expression->child;
	const char *key = value ? value->string : NULL;

	if (text_equal(key, "dnat"))
		return follow_dnat(walk, value, packet);
	if (text_equal(key, "jump") || text_equal(key, "goto"))
		return follow_jump(walk, value, text_equal(key, "goto"), packet);
	if (text_equal(key, "vmap"))
		return follow_verdict_map(walk, value, packet);
	if (text_equal(key, "redirect"))
		return follow_redirect(walk, value, packet);
	if (text_equal(key, "accept"))
		return ends(walk, packet, WAY_END);
	if (text_equal(key, "drop"))
		return ends(walk, packet, WAY_TAKEN);
	if (text_equal(key, "return"))
		return ends(walk, packet, WAY_BACK);
	if (text_equal(key, "limit") || text_equal(key, "quota"))
		packet->doubtful = true;
	if (!text_equal(key, "xt") || !text_equal(nat_string(value, "type"), "target"))
		return WAY_ON;
	return follow_target(walk, nat_string(value, "name"), words, packet);
}

/* A condition decided: NAT_NO ends the rule. */
static enum nat_answer decide(struct walk *walk, const cJSON *expression, const char *words,
			      struct nat_packet *packet)
{
	const cJSON *match = cJSON_GetObjectItemCaseSensitive(expression, "match");
	const cJSON *foreign = cJSON_GetObjectItemCaseSensitive(expression, "xt");

	if (match)
		return nat_match(walk->ruleset, walk->rule, match, packet);
	if (foreign && text_equal(nat_string(foreign, "type"), "match"))
		return nat_match_words(nat_string(foreign, "name"), words, packet);
	/* a listing that does not tell what it cannot translate */
	return foreign && !nat_string(foreign, "type") ? NAT_DOUBT : NAT_YES;
}

static enum way follow_rule(struct walk *walk, struct nat_packet packet)
{
	const cJSON *expressions = cJSON_GetObjectItemCaseSensitive(walk->rule, "expr");
	const cJSON *expression;
	char words[WORDS_MAX] = "";
	enum way way = WAY_ON;

	cJSON_ArrayForEach(expression, expressions) {
		enum nat_answer is;

		if (!words[0] && cJSON_GetObjectItemCaseSensitive(expression, "xt"))
			find_words(walk, words);
		is = decide(walk, expression, words, &packet);
		if (is == NAT_NO)
			return WAY_ON;
		packet.doubtful = packet.doubtful || is == NAT_DOUBT;
		way = follow_statement(walk, expression, words, &packet);
		if (way != WAY_ON || walk->error)
			return way;
	}
	return way;
}

static enum way follow_chain(struct walk *walk, const cJSON *of, const char *name,
			     struct nat_packet packet)
{
	const cJSON *object;
	enum way way = WAY_ON;

	if (walk->depth >= DEPTH_MAX)
		return WAY_ON;
	walk->depth++;
	cJSON_ArrayForEach(object, walk->ruleset->objects) {
		const cJSON *rule = cJSON_GetObjectItemCaseSensitive(object, "rule");

		if (!rule || !text_equal(nat_string(rule, "chain"), name) ||
		    !text_equal(nat_string(rule, "table"), nat_string(of, "table")) ||
		    !text_equal(nat_string(rule, "family"), nat_string(of, "family")))
			continue;
		walk->rule = rule;
		way = follow_rule(walk, packet);
		if (way != WAY_ON || walk->error)
			break;
	}
	walk->depth--;
	return way == WAY_BACK ? WAY_ON : way;
}

static double priority(const cJSON *chain)
{
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(chain, "prio");

	return cJSON_IsNumber(number) ? number->valuedouble : 0;
}

int nat_read_port(const struct nat_ruleset *ruleset, uint32_t port,
		  struct listeners_facts *listeners)
{
	struct walk walk = { .ruleset = ruleset, .listeners = listeners };
	const cJSON *chains[CHAINS_MAX];
	size_t count = 0, i, k;
	const cJSON *object;

	cJSON_ArrayForEach(object, ruleset->objects) {
		const cJSON *chain = nat_base_chain(object);

		if (!chain || count == CHAINS_MAX)
			continue;
		for (k = count++; k > 0 && priority(chains[k - 1]) > priority(chain); k--)
			chains[k] = chains[k - 1];
		chains[k] = chain;
	}
	for (i = 0; i < count && !walk.error; i++) {
		struct nat_packet packet = { .port = port };

		if (follow_chain(&walk, chains[i], nat_string(chains[i], "name"), packet) ==
		    WAY_TAKEN)
			break;
	}
	return walk.error;
}
