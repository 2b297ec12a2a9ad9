/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of NAT rules, asked of a new TCP connection that comes from the range to an address of
 * this host.
 */
#include "probes/nat_rules.h"

#include "rules/text.h"

#include <stdio.h>
#include <string.h>

#define LOT_MAX 256 /* of targets; what is larger is told, not followed */

const char *nat_string(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static enum nat_answer answer(bool yes)
{
	return yes ? NAT_YES : NAT_NO;
}

static enum nat_answer reverse(enum nat_answer given, bool is)
{
	if (is && given != NAT_DOUBT)
		return given == NAT_YES ? NAT_NO : NAT_YES;
	return given;
}

static enum nat_answer name_port(enum nat_answer given, struct nat_packet *packet)
{
	packet->named = packet->named || given == NAT_YES;
	return given;
}

const cJSON *nat_elements(const struct nat_ruleset *ruleset, const cJSON *rule, const char *name)
{
	const cJSON *object;

	cJSON_ArrayForEach(object, ruleset->objects) {
		const cJSON *set = cJSON_GetObjectItemCaseSensitive(object, "set");

		if (!set)
			set = cJSON_GetObjectItemCaseSensitive(object, "map");
		if (set && text_equal(nat_string(set, "name"), name + 1) &&
		    text_equal(nat_string(set, "table"), nat_string(rule, "table")) &&
		    text_equal(nat_string(set, "family"), nat_string(rule, "family")))
			return cJSON_GetObjectItemCaseSensitive(set, "elem");
	}
	return NULL;
}

bool nat_is_port(const cJSON *left)
{
	const cJSON *payload = cJSON_GetObjectItemCaseSensitive(left, "payload");
	const char *protocol = nat_string(payload, "protocol");

	return text_equal(nat_string(payload, "field"), "dport") &&
	       (text_equal(protocol, "tcp") || text_equal(protocol, "th"));
}

static bool is_within(const cJSON *range, uint32_t number)
{
	const cJSON *first = cJSON_GetArrayItem(range, 0), *last = cJSON_GetArrayItem(range, 1);

	return cJSON_IsNumber(first) && cJSON_IsNumber(last) && number >= first->valuedouble &&
	       number <= last->valuedouble;
}

enum nat_answer nat_contains(const cJSON *value, uint32_t number)
{
	const cJSON *range = cJSON_GetObjectItemCaseSensitive(value, "range");
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(value, "set");
	const cJSON *wrapped = cJSON_GetObjectItemCaseSensitive(value, "elem");
	enum nat_answer all = NAT_NO;
	const cJSON *item;

	if (cJSON_IsNumber(value))
		return answer(value->valuedouble == (double)number);
	if (range)
		return answer(is_within(range, number));
	if (cJSON_IsObject(wrapped))
		value = cJSON_GetObjectItemCaseSensitive(wrapped, "val");
	if (cJSON_IsNumber(value))
		return answer(value->valuedouble == (double)number);
	list = cJSON_IsArray(value) ? value : list;
	if (!list)
		return NAT_DOUBT;
	cJSON_ArrayForEach(item, list) {
		enum nat_answer one = cJSON_IsArray(item) ? NAT_DOUBT : nat_contains(item, number);

		if (one == NAT_YES)
			return NAT_YES;
		all = one == NAT_DOUBT ? NAT_DOUBT : all;
	}
	return all;
}

/* "1.2.3.4" or { "prefix": { "addr", "len" } }. */
static bool read_prefix(const cJSON *value, struct prefix *prefix)
{
	const cJSON *inner = cJSON_GetObjectItemCaseSensitive(value, "prefix");
	const cJSON *length = cJSON_GetObjectItemCaseSensitive(inner, "len");
	const char *address = nat_string(inner, "addr");
	char word[PREFIX_TEXT_MAX + 16];

	if (cJSON_IsString(value))
		return !prefix_parse_loose(value->valuestring, prefix);
	if (!address || !cJSON_IsNumber(length) || length->valuedouble < 0 ||
	    length->valuedouble > 32)
		return false;
	(void)snprintf(word, sizeof(word), "%.20s/%d", address, length->valueint);
	return !prefix_parse_loose(word, prefix);
}

static enum nat_answer match_source(const cJSON *right)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(right, "set");
	enum nat_answer all = NAT_NO;
	struct prefix prefix;
	const cJSON *item;

	if (!list) {
		if (!read_prefix(right, &prefix))
			return NAT_DOUBT;
		if (prefix_covers(&prefix, &reverse_range))
			return NAT_YES;
		return prefix_overlaps(&prefix, &reverse_range) ? NAT_DOUBT : NAT_NO;
	}
	cJSON_ArrayForEach(item, list) {
		enum nat_answer one = cJSON_GetObjectItemCaseSensitive(item, "set") ?
			NAT_DOUBT : match_source(item);

		if (one == NAT_YES)
			return NAT_YES;
		all = one == NAT_DOUBT ? NAT_DOUBT : all;
	}
	return all;
}

static enum nat_answer match_destination(const cJSON *right, bool is_not, struct nat_packet *packet)
{
	struct prefix prefix;
	struct address address;

	if (is_not || !read_prefix(right, &prefix))
		return NAT_DOUBT;
	if (packet->destination.family)
		return answer(prefix_contains(&prefix, address_ipv4(&packet->destination)));
	if (!prefix.length)
		return NAT_YES;
	if (prefix.length < 32)
		return NAT_DOUBT;
	address = address_from_ipv4(prefix_first(&prefix));
	packet->destination = address;
	return NAT_YES;
}

/* A word, or a set of words that holds it. */
static enum nat_answer match_word(const cJSON *right, const char *word)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(right, "set");
	const cJSON *item;

	if (cJSON_IsString(right))
		return answer(text_equal(right->valuestring, word));
	if (cJSON_IsArray(right))
		list = right;
	if (!list)
		return NAT_DOUBT;
	cJSON_ArrayForEach(item, list)
		if (cJSON_IsString(item) && text_equal(item->valuestring, word))
			return NAT_YES;
	return NAT_NO;
}

static enum nat_answer match_meta(const char *key, const cJSON *right, bool is_not)
{
	if (text_equal(key, "l4proto"))
		return reverse(match_word(right, "tcp"), is_not);
	if (text_equal(key, "nfproto"))
		return reverse(match_word(right, "ipv4"), is_not);
	if (text_equal(key, "iifname") || text_equal(key, "iif")) {
		/* what comes from the range comes neither by a bridge of containers nor by lo */
		if (is_not)
			return NAT_YES;
		return match_word(right, "lo") == NAT_YES ? NAT_NO : NAT_DOUBT;
	}
	return NAT_DOUBT;
}

static enum nat_answer match_payload(const cJSON *payload, const cJSON *right, bool is_not,
				     struct nat_packet *packet)
{
	const char *protocol = nat_string(payload, "protocol");
	const char *field = nat_string(payload, "field");

	if (text_equal(protocol, "ip") && text_equal(field, "saddr"))
		return reverse(match_source(right), is_not);
	if (text_equal(protocol, "ip") && text_equal(field, "daddr"))
		return match_destination(right, is_not, packet);
	if (text_equal(protocol, "ip") && text_equal(field, "protocol"))
		return reverse(match_word(right, "tcp"), is_not);
	if (text_equal(protocol, "udp") || text_equal(protocol, "ip6") ||
	    text_equal(protocol, "icmp") || text_equal(protocol, "sctp"))
		return NAT_NO;
	return NAT_DOUBT;
}

enum nat_answer nat_match(const struct nat_ruleset *ruleset, const cJSON *rule, const cJSON *match,
			  struct nat_packet *packet)
{
	const cJSON *left = cJSON_GetObjectItemCaseSensitive(match, "left");
	const cJSON *right = cJSON_GetObjectItemCaseSensitive(match, "right");
	const cJSON *payload = cJSON_GetObjectItemCaseSensitive(left, "payload");
	const cJSON *fib = cJSON_GetObjectItemCaseSensitive(left, "fib");
	const cJSON *meta = cJSON_GetObjectItemCaseSensitive(left, "meta");
	const char *operator = nat_string(match, "op");
	bool is_not = text_equal(operator, "!=");

	if (!is_not && !text_equal(operator, "==") && !text_equal(operator, "in"))
		return NAT_DOUBT;
	if (cJSON_IsString(right) && right->valuestring[0] == '@')
		right = nat_elements(ruleset, rule, right->valuestring);
	if (nat_is_port(left))
		return name_port(reverse(nat_contains(right, packet->port), is_not), packet);
	if (payload)
		return match_payload(payload, right, is_not, packet);
	if (fib && text_equal(nat_string(fib, "result"), "type") &&
	    match_word(cJSON_GetObjectItemCaseSensitive(fib, "flags"), "daddr") == NAT_YES &&
	    cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(fib, "flags")) <= 1)
		return reverse(match_word(right, "local"), is_not);
	if (meta)
		return match_meta(nat_string(meta, "key"), right, is_not);
	return NAT_DOUBT;
}

/* "443", "8000-8010" or "{ 80, 443 }" behind "dport ". */
static enum nat_answer words_contain(const char *words, uint32_t port)
{
	bool set = *words == '{';

	words += set ? 1 : 0;
	for (;;) {
		uint64_t first, last;

		words += strspn(words, ", ");
		if (text_number(&words, 65535, &first))
			return set && *words == '}' ? NAT_NO : NAT_DOUBT;
		last = first;
		if (*words == '-' && words++ && text_number(&words, 65535, &last))
			return NAT_DOUBT;
		if (port >= first && port <= last)
			return NAT_YES;
		if (!set)
			return NAT_NO;
	}
}

enum nat_answer nat_match_words(const char *name, const char *words,
				struct nat_packet *packet)
{
	const char *dport = strstr(words, "dport ");

	if (text_equal(name, "comment"))
		return NAT_YES;
	if (text_equal(name, "addrtype"))
		return strstr(words, "fib daddr type local") ? NAT_YES : NAT_DOUBT;
	if ((text_equal(name, "tcp") || text_equal(name, "multiport")) && dport)
		return name_port(words_contain(dport + strlen("dport "), packet->port), packet);
	return NAT_DOUBT;
}

/* How many numbers the key of a map gives by lot (numgen, jhash, symhash); 0: it does not. */
static uint32_t lot_size(const cJSON *map)
{
	const cJSON *kind = cJSON_GetObjectItemCaseSensitive(map, "key");
	const cJSON *size, *offset;

	kind = kind ? kind->child : NULL;
	if (!kind || (!text_equal(kind->string, "numgen") && !text_equal(kind->string, "jhash") &&
		      !text_equal(kind->string, "symhash")))
		return 0;
	size = cJSON_GetObjectItemCaseSensitive(kind, "mod");
	offset = cJSON_GetObjectItemCaseSensitive(kind, "offset");
	if (!cJSON_IsNumber(size) || size->valuedouble < 1 || size->valuedouble > LOT_MAX ||
	    (offset && (!cJSON_IsNumber(offset) || offset->valuedouble != 0)))
		return 0;
	return (uint32_t)size->valueint;
}

bool nat_is_whole_lot(const cJSON *map, const cJSON *list)
{
	uint32_t number, size = lot_size(map);
	const cJSON *item;

	for (number = 0; number < size; number++) {
		cJSON_ArrayForEach(item, list)
			if (nat_contains(cJSON_GetArrayItem(item, 0), number) == NAT_YES)
				break;
		if (!item)
			return false;
	}
	return size > 0;
}
