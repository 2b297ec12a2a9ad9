/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of configuration files: each format once with the range and once beside it, and the file
 * of Docker's networks as a page tree built here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/config_source.h"

#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *name;
	config_reader reader;
	const char *bytes;
	int error;
	const char *found; /* "key=prefix:pool;" in order */
};

static const struct row rows[] = {
	{ "docker pool", config_read_docker_daemon,
	  "{\"default-address-pools\":[{\"base\":\"172.80.0.0/16\",\"size\":24},"
	  "{\"base\":\"100.64.0.0/10\",\"size\":24}],\"bip\":\"100.104.0.1/24\"}", 0,
	  "bip=100.104.0.0/24:0;default-address-pools/1/base=100.64.0.0/10:24;" },
	{ "docker beside the range", config_read_docker_daemon,
	  "{\"bip\":\"100.103.0.1/16\",\"fixed-cidr\":\"100.105.0.0/17\"}", 0, "" },
	{ "docker is no json", config_read_docker_daemon, "{", -EINVAL, "" },
	{ "cni nested ranges", config_read_json_networks,
	  "{\"plugins\":[{\"ipam\":{\"ranges\":[[{\"subnet\":\"100.104.7.0/24\"}]]}}]}", 0,
	  "plugins/0/ipam/ranges/0/0/subnet=100.104.7.0/24:0;" },
	{ "netavark", config_read_json_networks,
	  "{\"subnets\":[{\"subnet\":\"10.89.0.0/24\",\"gateway\":\"10.89.0.1\"},"
	  "{\"subnet\":\"100.96.0.0/11\"}]}", 0, "subnets/1/subnet=100.96.0.0/11:0;" },
	{ "podman pools over lines", config_read_containers_conf,
	  "[engine]\ndefault_subnet=\"100.104.0.0/16\"\n[network]\n"
	  "# default_subnet = \"100.104.9.0/24\"\ndefault_subnet = \"100.104.8.0/24\"\n"
	  "default_subnet_pools = [\n {\"base\" = \"10.89.0.0/16\", \"size\" = 24},\n"
	  " {\"base\" = \"100.104.128.0/17\", \"size\" = 26},\n]\n", 0,
	  "network/default_subnet=100.104.8.0/24:0;"
	  "network/default_subnet_pools/1/base=100.104.128.0/17:26;" },
	{ "wireguard", config_read_allowed_ips,
	  "[Interface]\nPrivateKey = 100.104.0.0/16\n[Peer]\n"
	  "AllowedIPs = 10.0.0.0/8, 100.104.0.0/16 ,fd00::/8\n", 0,
	  "AllowedIPs in line 4=100.104.0.0/16:0;" },
	{ "networkmanager keyfile", config_read_allowed_ips,
	  "[wireguard-peer.x]\nallowed-ips=100.104.1.0/24;192.168.0.0/24;\n", 0,
	  "allowed-ips in line 2=100.104.1.0/24:0;" },
	{ "ifupdown", config_read_routes,
	  "iface eth0 inet static\n address 100.104.9.5/24\n"
	  "  # up ip route add 100.104.7.0/24 via 172.20.5.1\n"
	  "  up ip route add 100.104.0.0/16 via 172.20.5.1\n"
	  "  up route add -net 100.96.0.0 netmask 255.224.0.0 gw 172.20.5.1\n", 0,
	  "route=100.104.0.0/16:0;route=100.96.0.0/11:0;" },
	{ "ifcfg of ip words", config_read_routes, "100.104.0.0/16 via 172.20.5.1 dev eth0", 0,
	  "route=100.104.0.0/16:0;" },
	{ "ifcfg of pairs", config_read_routes,
	  "ADDRESS0=100.104.0.0\nNETMASK0=255.255.128.0\nGATEWAY0=172.20.5.1\n"
	  "ADDRESS1=100.104.128.0\nNETMASK1=255.0.255.0\n", 0, "route=100.104.0.0/17:0;" },
	{ "keyfile route", config_read_routes,
	  "[ipv4]\naddress1=100.104.9.5/24,172.20.5.1\nroute1=100.104.0.0/16,172.20.5.1\n", 0,
	  "route=100.104.0.0/16:0;" },
	{ "networkd", config_read_routes,
	  "[Network]\nAddress=100.104.9.5/24\n[Route]\nDestination=100.104.0.0/16\n"
	  "Gateway=172.20.5.1\n;Destination=100.104.8.0/24\n", 0, "route=100.104.0.0/16:0;" },
	{ "wireguard beside the range", config_read_allowed_ips, "AllowedIPs=100.100.0.0/16\n", 0,
	  "" },
};

static void render(const struct configs_facts *facts, struct text *out)
{
	char prefix[PREFIX_TEXT_MAX];
	size_t i;

	for (i = 0; i < facts->configs.count; i++) {
		const struct config_fact *fact = LIST_AT(&facts->configs, struct config_fact, i);

		text_addf(out, "%s=%s:%u;", fact->key, prefix_print(&fact->prefix, prefix),
			  fact->pool_size);
	}
}

static void check(const struct row *row, size_t length)
{
	struct configs_facts facts = { .section.state = FACT_OK };
	struct config_sink sink = { .facts = &facts, .owner = "owner", .path = "/file" };
	struct text found;

	text_init(&found, 4096);
	assert_int_equal(row->reader(row->bytes, length, &sink), row->error);
	render(&facts, &found);
	if (strcmp(text_string(&found), row->found) != 0)
		fail_msg("%s: found '%s', expected '%s'", row->name, text_string(&found),
			 row->found);
	text_release(&found);
	record_release(section_record(SECTION_CONFIGS), &facts);
}

static void test_formats(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i], strlen(rows[i].bytes));
}

static void test_command_line(void **state)
{
	static const char line[] =
		"kube-controller-manager\0--x\0--cluster-cidr\00010.1.0.0/16,100.96.0.0/11";
	static const char equal[] = "kube-controller-manager\0--cluster-cidr=100.104.0.0/16";
	const struct row two_words = { "two words", config_read_cluster_cidr, line, 0,
				       "--cluster-cidr=100.96.0.0/11:0;" };
	const struct row one_word = { "one word", config_read_cluster_cidr, equal, 0,
				      "--cluster-cidr=100.104.0.0/16:0;" };

	(void)state;
	check(&two_words, sizeof(line));
	check(&one_word, sizeof(equal));
}

#define PAGE 4096u

static void put16(unsigned char *at, uint16_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put32(unsigned char *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put64(unsigned char *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* A leaf page with one element; returns its length. */
static size_t leaf(unsigned char *page, uint32_t flags, const char *key, const void *value,
		   size_t size)
{
	size_t name = strlen(key);

	put16(page + 8, 2);
	put16(page + 10, 1);
	put32(page + 16, flags);
	put32(page + 20, 16);
	put32(page + 24, (uint32_t)name);
	put32(page + 28, (uint32_t)size);
	memcpy(page + 32, key, name);
	memcpy(page + 32 + name, value, size);
	return 32 + name + size;
}

/* Meta pages 0 and 1, an unreachable leaf 2 (a removed network), root 3 with an inline bucket. */
static unsigned char *bolt_file(void)
{
	static const char gone[] = "12345678{\"ipamV4Config\":\"[{\\\"PreferredPool\\\":"
				   "\\\"100.104.66.0/24\\\"}]\"}";
	static const char live[] = "12345678{\"ipamV4Info\":\"[{\\\"IPAMData\\\":\\\"{\\\\\\\"Pool"
				   "\\\\\\\":\\\\\\\"100.104.5.0/24\\\\\\\"}\\\"}]\"}";
	unsigned char *file = calloc(4, PAGE);
	unsigned char bucket[1024] = { 0 };
	unsigned int i;
	size_t size;

	assert_non_null(file);
	for (i = 0; i < 2; i++) {
		unsigned char *meta = file + (size_t)i * PAGE + 16;

		put16(file + (size_t)i * PAGE + 8, 4);
		put32(meta, 0xED0CDAEDu);
		put32(meta + 4, 2);
		put32(meta + 8, PAGE);
		put64(meta + 16, i == 1 ? 3 : 2);
		put64(meta + 48, i);
	}
	leaf(file + (size_t)2 * PAGE, 0, "docker/network/v1.0/network/a/", gone, sizeof(gone) - 1);
	size = 16 + leaf(bucket + 16, 0, "docker/network/v1.0/network/b/", live, sizeof(live) - 1);
	leaf(file + (size_t)3 * PAGE, 1, "libnetwork", bucket, size);
	return file;
}

static void test_docker_networks(void **state)
{
	unsigned char *file = bolt_file();
	const struct row row = { "reachable network", config_read_docker_networks, (char *)file, 0,
				 "Pool=100.104.5.0/24:0;" };
	struct configs_facts facts = { .section.state = FACT_OK };
	struct config_sink sink = { .facts = &facts, .owner = "docker", .path = "/file" };
	size_t cut;

	(void)state;
	check(&row, (size_t)4 * PAGE);
	for (cut = 0; cut < (size_t)4 * PAGE; cut += 61) { /* no cut may read beyond its end */
		char *copy = malloc(cut + 1);

		assert_non_null(copy);
		memcpy(copy, file, cut);
		copy[cut] = '\0';
		config_read_docker_networks(copy, cut, &sink);
		free(copy);
	}
	assert_int_equal(sink.error, 0);
	put64(file + (size_t)3 * PAGE + 32 + 10, 3); /* a bucket whose root is its own page */
	assert_int_equal(config_read_docker_networks((char *)file, (size_t)4 * PAGE, &sink),
			 -EINVAL);
	record_release(section_record(SECTION_CONFIGS), &facts);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_docker_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
