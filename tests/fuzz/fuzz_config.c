/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of configuration files, of which some are binary and all belong to others: the first byte
 * picks one. Whatever they hold, only prefixes that meet the range may come out.
 */
#include "probes/config_source.h"
#include "rules/text.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

static const config_reader readers[] = {
	config_read_docker_daemon, config_read_docker_networks, config_read_json_networks,
	config_read_containers_conf, config_read_allowed_ips, config_read_cluster_cidr,
	config_read_routes,
};

#define READERS (sizeof(readers) / sizeof(readers[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facts facts;
	struct config_sink sink = { .facts = &facts.configs, .owner = "docker", .path = "/file" };
	struct text out;
	char *bytes;
	size_t i;
	int code;

	if (!size || size > 1024 * 1024)
		return 0;
	facts_init(&facts);
	/* a NUL behind the end is what readers are promised */
	bytes = malloc(size);
	if (!bytes)
		abort();
	memcpy(bytes, data + 1, size - 1);
	bytes[size - 1] = '\0';
	code = readers[data[0] % READERS](bytes, size - 1, &sink);
	FUZZ_CHECK((code == 0 || code == -EINVAL) && sink.error == 0);
	for (i = 0; i < facts.configs.configs.count; i++)
		FUZZ_CHECK(prefix_overlaps(&LIST_AT(&facts.configs.configs, struct config_fact,
						    i)->prefix, &reverse_range));
	facts.configs.section.state = FACT_OK;
	facts_sort(&facts);
	text_init(&out, JSON_SIZE_MAX);
	facts_write(&facts, &out, -1);
	FUZZ_CHECK(text_error(&out) == 0);
	FUZZ_CHECK(json_validate(text_string(&out), out.length, NULL) == 0);
	text_release(&out);
	facts_release(&facts);
	free(bytes);
	return 0;
}
