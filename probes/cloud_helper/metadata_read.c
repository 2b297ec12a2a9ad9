/* SPDX-License-Identifier: Apache-2.0 */
/* The section "metadata", item by item. */
#include "probes/cloud_helper/metadata.h"

#include "probes/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESSES_MAX 64u
#define ITEM_MAX 192

/* An item without its last line break; NULL and 0 where there is none. */
static int get(const struct metadata *metadata, const char *item, char **out, struct fault *fault)
{
	struct text text;
	int error;

	text_init(&text, METADATA_ITEM_MAX);
	error = metadata_get(metadata, item, &text, fault);
	*out = NULL;
	if (!error && text.length) {
		size_t length = text.length;

		while (length && strchr(" \t\r\n", text.data[length - 1]))
			length--;
		*out = length ? text_clean(text.data, length) : NULL;
		error = length && !*out ? -ENOMEM : 0;
	}
	text_release(&text);
	return error == -ENOENT ? 0 : error;
}

static int get_prefix(const struct metadata *metadata, const char *item, struct prefix *out,
		      struct fault *fault)
{
	char *word;
	int error = get(metadata, item, &word, fault);

	if (word && prefix_parse_loose(word, out))
		*out = (struct prefix){ .known = false };
	free(word);
	return error;
}

/* ["192.168.1.5","192.168.1.6"], or one a line. */
static int add_words(const char *list, struct strings *out)
{
	static const char separators[] = "[]\", \r\n\t";
	char word[64];
	int error = 0;

	while (*list && !error && out->count < ADDRESSES_MAX) {
		size_t length;

		list += strspn(list, separators);
		length = strcspn(list, separators);
		if (length && length < sizeof(word)) {
			memcpy(word, list, length);
			word[length] = '\0';
			if (!strings_contain(out, word))
				error = strings_add(out, word);
		}
		list += length;
	}
	strings_sort(out);
	return error;
}

static int get_words(const struct metadata *metadata, const char *item, struct strings *out,
		     struct fault *fault)
{
	struct text text;
	int error;

	text_init(&text, METADATA_ITEM_MAX);
	error = metadata_get(metadata, item, &text, fault);
	if (!error)
		error = add_words(text_string(&text), out);
	text_release(&text);
	return error == -ENOENT ? 0 : error;
}

static const char *item_of(const char *mac, const char *name, char item[ITEM_MAX])
{
	(void)snprintf(item, ITEM_MAX, "meta-data/network/interfaces/macs/%.32s/%s", mac, name);
	return item;
}

static int look_interface(const struct metadata *metadata, const char *mac,
			  struct metadata_facts *facts, struct fault *fault)
{
	struct metadata_interface *found = list_add(&facts->interfaces, sizeof(*found));
	char item[ITEM_MAX], *primary = NULL;
	int error;

	if (!found)
		return -ENOMEM;
	found->mac = text_clean(mac, strlen(mac));
	error = found->mac ? 0 : -ENOMEM;
	if (!error)
		error = get(metadata, item_of(mac, "network-interface-id", item), &found->id,
			    fault);
	if (!error)
		error = get(metadata, item_of(mac, "vpc-id", item), &found->vpc_id, fault);
	if (!error)
		error = get(metadata, item_of(mac, "vswitch-id", item), &found->vswitch_id, fault);
	if (!error)
		error = get_prefix(metadata, item_of(mac, "vswitch-cidr-block", item),
				   &found->vswitch_cidr, fault);
	if (!error)
		error = get_words(metadata, item_of(mac, "vpc-cidr-block", item),
				  &found->vpc_cidrs, fault);
	if (!error)
		error = get_words(metadata, item_of(mac, "private-ipv4s", item),
				  &found->addresses, fault);
	if (!error)
		error = get(metadata, item_of(mac, "primary-ip-address", item), &primary, fault);
	if (primary && address_parse(primary, &found->primary))
		found->primary = (struct address){ .family = ADDRESS_NONE };
	free(primary);
	return error;
}

static bool is_mac(const char *word)
{
	return strlen(word) == 17 && strspn(word, "0123456789abcdefABCDEF:") == 17;
}

static int look_interfaces(const struct metadata *metadata, struct metadata_facts *facts,
			   struct fault *fault)
{
	struct strings macs = { NULL, 0 };
	int error = get_words(metadata, "meta-data/network/interfaces/macs/", &macs, fault);
	size_t i;

	for (i = 0; i < macs.count && !error; i++) {
		/* a folder's name ends with a slash */
		macs.items[i][strcspn(macs.items[i], "/")] = '\0';
		if (is_mac(macs.items[i]))
			error = look_interface(metadata, macs.items[i], facts, fault);
	}
	strings_release(&macs);
	return error;
}

static int look_items(const struct metadata *metadata, struct metadata_facts *facts,
		      struct fault *fault)
{
	const struct { const char *item; char **place; } rows[] = {
		{ "meta-data/region-id", &facts->region },
		{ "meta-data/zone-id", &facts->zone },
		{ "meta-data/vpc-id", &facts->vpc_id },
		{ "meta-data/vswitch-id", &facts->vswitch_id },
		{ "meta-data/ram/security-credentials/", &facts->role },
	};
	size_t i;
	int error = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && !error; i++)
		error = get(metadata, rows[i].item, rows[i].place, fault);
	if (!error)
		error = get_prefix(metadata, "meta-data/vpc-cidr-block", &facts->vpc_cidr, fault);
	if (!error)
		error = get_prefix(metadata, "meta-data/vswitch-cidr-block", &facts->vswitch_cidr,
				   fault);
	return error;
}

/* Something else may live at this address: what does not name an instance is not the service. */
static bool is_instance(const char *id)
{
	return id && text_has_prefix(id, "i-") && strlen(id) > 2 && strlen(id) <= 64;
}

int metadata_look(const struct cloud_request *request, struct facts *facts, struct fault *fault)
{
	struct metadata_facts *out = &facts->metadata;
	struct metadata metadata = { .base = NULL };
	int error = metadata_open(&metadata, request->plan.endpoints.metadata, false,
				  probe_now_ms() + request->budget_ms, fault);

	out->token = metadata.token != NULL;
	if (!error)
		error = get(&metadata, "meta-data/instance-id", &out->instance_id, fault);
	if (!error && !is_instance(out->instance_id))
		error = fault_set(fault, -EPROTO, "what answers there names no instance: it is no "
						  "metadata service");
	if (!error)
		error = look_items(&metadata, out, fault);
	if (!error)
		error = look_interfaces(&metadata, out, fault);
	metadata_close(&metadata);
	if (error == -ENOMEM)
		return error;
	if (error)
		record_release(section_record(SECTION_METADATA), out);
	out->section.state = !error ? FACT_OK : error == -EACCES ? FACT_DENIED : FACT_FAILED;
	out->section.note = error ? text_copy(fault_text(fault, error)) : NULL;
	return 0;
}
