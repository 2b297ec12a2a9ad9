/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that look at facts as a whole: each fault beside a twin that must stay silent. Rows are
 * judged by the engine with the program's own catalogue.
 */
#include "tests/unit/rule_rows.h"

#define LISTENING(service, forwarding, listeners, published)                                       \
	FACTS3(HOST(",\"forwarding\":" forwarding), SERVICES(service),                             \
	       LISTENERS(listeners, published))

static void test_listener_answers(void **state)
{
	static const struct row rows[] = {
		{ "any", LISTENING(WEB, "false", LISTENER("0.0.0.0", "443", ""), ""), STATUS_PASS,
		  NULL, NULL, 0 },
		{ "own", LISTENING(WEB, "false", LISTENER("10.0.0.5", "443", ""), ""), STATUS_PASS,
		  NULL, NULL, 0 },
		{ "dual", LISTENING(WEB, "false", LISTENER("::", "443", ""), ""), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "mapped", LISTENING(WEB, "false", LISTENER("::ffff:10.0.0.5", "443", ""), ""),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "published", LISTENING(WEB, "true", "", PUBLISHED), STATUS_PASS, NULL, NULL, 0 },
		{ "loopback", LISTENING(WEB, "true", LISTENER("127.0.0.1", "443", ""), ""),
		  STATUS_FAIL, "HOST-10", "another address", 0 },
		{ "other", LISTENING(WEB, "false", LISTENER("10.0.0.6", "443", ""), ""),
		  STATUS_FAIL, "HOST-10", "another address", 0 },
		{ "v6only", LISTENING(WEB, "false", LISTENER("::", "443", ",\"v6only\":true"), ""),
		  STATUS_FAIL, "HOST-11", "IPv6 alone", 0 },
		{ "bound elsewhere",
		  LISTENING(WEB, "false", LISTENER("0.0.0.0", "443", ",\"dev\":\"eth7\""), ""),
		  STATUS_FAIL, "HOST-10", "interface", 0 },
		{ "bound here",
		  LISTENING(WEB, "false", LISTENER("0.0.0.0", "443", ",\"dev\":\"eth0\""), ""),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "one of two",
		  LISTENING(WEB, "false",
			    JOIN(LISTENER("10.0.0.5", "443", ""), LISTENER("127.0.0.1", "443", "")),
			    ""),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "other port", LISTENING(WEB, "false", LISTENER("0.0.0.0", "80", ""), ""),
		  STATUS_FAIL, "HOST-10", "nothing listens on port 443", 0 },
		{ "nothing, forwarding", LISTENING(WEB, "true", "", ""), STATUS_UNKNOWN, NULL,
		  "published port", 0 },
		{ "nothing, forwarding may not be read",
		  LISTENING(WEB, "false,\"forwarding_denied\":true", "", ""), STATUS_UNKNOWN,
		  NULL, "may be forwarded", 0 },
		{ "an address was declared, its port was not",
		  LISTENING(SERVICE("10.0.0.5", "443", "link", ",\"local\":true"), "false",
			    LISTENER("10.0.0.6", "443", ""), ""),
		  STATUS_UNKNOWN, NULL, "link.gitlab_ip 10.0.0.5", 0 },
		{ "nobody asked",
		  LISTENING(SERVICE("10.0.0.5", "443", "kernel", ",\"local\":true"), "false", "",
			    ""),
		  STATUS_SKIPPED, NULL, "no service was asked for", 0 },
		{ "on a router that owns the service address",
		  FACTS4(ROUTER, HOST(",\"forwarding\":true"), SERVICES(WEB), LISTENERS("", "")),
		  STATUS_UNKNOWN, NULL, "published port", 0 },
		{ "on a router that forwards to the service",
		  FACTS4(ROUTER, HOST(",\"forwarding\":true"), SERVICES(FORWARDED),
			 LISTENERS("", "")),
		  STATUS_SKIPPED, NULL, "no service is local", 0 },
		{ "in a container", LISTENING(FORWARDED, "true", "", PUBLISHED), STATUS_SKIPPED,
		  NULL, NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("listener-answers", rows);
}

/* NAT rules send port 443 of this host to its own port 8443. */
#define SENT(forwarding, listeners, published)                                                     \
	FACTS4(HOST(",\"forwarding\":" forwarding), ADDRESSES,                                    \
	       SERVICES(SERVICE("10.0.0.5", "8443", "published", ",\"local\":true")),              \
	       LISTENERS(listeners, published))
#define ADDRESSES                                                                                  \
	"\"addresses\":{\"state\":\"ok\",\"addresses\":[{\"address\":\"10.0.0.5\","             \
	"\"length\":24,\"dev\":\"eth0\"}]}"
#define SENT_ON(more)                                                                              \
	"{\"address\":\"10.0.0.5\",\"port\":443,\"container\":\"10.0.0.5\","                     \
	"\"container_port\":8443" more "}"
#define DIVERTING ",\"source\":\"nftables rule\",\"diverts\":true"
#define UNDECIDED ",\"source\":\"nftables rule with conditions that are not decided\""

static void test_sent_listener(void **state)
{
	static const struct row rows[] = {
		{ "sent to another port of this host, where nothing listens",
		  SENT("true", "", SENT_ON(DIVERTING)), STATUS_FAIL, "HOST-10",
		  "to which NAT rules of this host send", 0 },
		{ "twin: something listens there",
		  SENT("true", LISTENER("0.0.0.0", "8443", ""), SENT_ON(DIVERTING)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "sent there by a rule that is not decided",
		  SENT("false", "", SENT_ON(UNDECIDED)), STATUS_UNKNOWN, NULL, "10.0.0.5:443", 0 },
	};

	(void)state;
	CHECK_ROWS("listener-answers", rows);
}

static void test_forwarding_enabled(void **state)
{
	static const struct row rows[] = {
		{ "host", FACTS2(HOST(",\"forwarding\":false"), SERVICES(WEB)), STATUS_PASS, NULL,
		  NULL, 0 },
		{ "router off", FACTS3(ROUTER, HOST(",\"forwarding\":false"), SERVICES("")),
		  STATUS_FAIL, "RT-16", "net.ipv4.ip_forward = 0", 0 },
		{ "router on", FACTS3(ROUTER, HOST(",\"forwarding\":true"), SERVICES("")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "router, may not be read",
		  FACTS3(ROUTER, HOST(",\"forwarding\":false,\"forwarding_denied\":true"),
			 SERVICES("")),
		  STATUS_UNKNOWN, NULL, "may not be read", 0 },
		{ "host, may not be read",
		  FACTS2(HOST(",\"forwarding\":false,\"forwarding_denied\":true"),
			 SERVICES(WEB)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "container off", FACTS2(HOST(",\"forwarding\":false"), SERVICES(FORWARDED)),
		  STATUS_FAIL, "RT-16", "net.ipv4.ip_forward = 0", 0 },
		{ "container on", FACTS2(HOST(",\"forwarding\":true"), SERVICES(FORWARDED)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "one interface off",
		  FACTS3(HOST(",\"forwarding\":true"), SERVICES(FORWARDED),
			 SYSCTLS(JOIN(SYSCTL("conf.docker0.forwarding", "0"),
				      SYSCTL("conf.eth0.forwarding", "1")))),
		  STATUS_FAIL, "RT-16", "net.ipv4.conf.docker0.forwarding = 0", 0 },
		{ "off as a whole, all interfaces with it",
		  FACTS3(HOST(",\"forwarding\":false"), SERVICES(FORWARDED),
			 SYSCTLS(JOIN(SYSCTL("conf.docker0.forwarding", "0"),
				      SYSCTL("conf.eth0.forwarding", "0")))),
		  STATUS_FAIL, "RT-16", "forwards no packet: net.ipv4.ip_forward = 0", 0 },
		{ "other interface off",
		  FACTS3(HOST(",\"forwarding\":true"), SERVICES(FORWARDED),
			 SYSCTLS(SYSCTL("conf.eth7.forwarding", "0"))),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "on by interface alone",
		  FACTS3(HOST(",\"forwarding\":false"), SERVICES(FORWARDED),
			 SYSCTLS(JOIN(SYSCTL("conf.docker0.forwarding", "1"),
				      SYSCTL("conf.eth0.forwarding", "1")))),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "published, no proxy", LISTENING(WEB, "false", "", PUBLISHED), STATUS_FAIL,
		  "RT-16", NULL, 0 },
		{ "sent to another port of this host",
		  SENT("false", LISTENER("0.0.0.0", "8443", ""), SENT_ON(DIVERTING)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "published, proxy",
		  LISTENING(WEB, "false", LISTENER("0.0.0.0", "443", ""), PUBLISHED),
		  STATUS_UNKNOWN, NULL, "proxy", 0 },
	};

	(void)state;
	CHECK_ROWS("forwarding-enabled", rows);
}

/* ip_forward sets every interface, but only when it changes. */
static void test_forwarding_remedy(void **state)
{
	(void)state;
	check_remedy(FACTS3(HOST(",\"forwarding\":false"), SERVICES(FORWARDED),
			    SYSCTLS(JOIN(SYSCTL("conf.docker0.forwarding", "0"),
					 SYSCTL("conf.eth0.forwarding", "0")))),
		     "forwarding-enabled", STATUS_FAIL, "linux", "sysctl -w net.ipv4.ip_forward=1");
	check_remedy(FACTS3(HOST(",\"forwarding\":true"), SERVICES(FORWARDED),
			    SYSCTLS(SYSCTL("conf.docker0.forwarding", "0"))),
		     "forwarding-enabled", STATUS_FAIL, "linux",
		     "sysctl -w net.ipv4.conf.docker0.forwarding=1");
}

#define CIDRS(list) FACTS2(PLAN(",\"datacenter\":{\"cidrs\":[" list "]}"), HOST(""))

static void test_declared_networks_clear(void **state)
{
	static const struct row rows[] = {
		{ "none", FACTS2(PLAN(""), HOST("")), STATUS_SKIPPED, NULL, "declares no networks",
		  0 },
		{ "touching", CIDRS("\"100.103.0.0/16\",\"100.105.0.0/16\",\"100.64.0.0/13\","
				    "\"100.100.0.0/16\",\"172.20.0.0/16\""),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "inside", CIDRS("\"100.104.8.0/24\""), STATUS_FAIL, "OVL-16",
		  "256 of 65536 addresses", 256 },
		{ "covering", CIDRS("\"100.64.0.0/10\""), STATUS_FAIL, "OVL-16", "100%", 65536 },
		{ "the link beside it",
		  FACTS2(PLAN(",\"link\":{\"vswitch_cidr\":\"100.105.0.0/24\","
			      "\"gitlab_ip\":\"172.20.5.10\"}"), HOST("")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "the vSwitch inside",
		  FACTS2(PLAN(",\"link\":{\"vswitch_cidr\":\"100.104.9.0/24\"}"), HOST("")),
		  STATUS_FAIL, "OVL-16", "256 of 65536 addresses", 256 },
		{ "GitLab inside",
		  FACTS2(PLAN(",\"link\":{\"gitlab_ip\":\"100.104.9.1\"}"), HOST("")), STATUS_FAIL,
		  "OVL-16", "1 of 65536 addresses", 1 },
		{ "another address of the link inside",
		  FACTS2(PLAN(",\"link\":{\"other_ips\":[\"10.0.0.1\",\"100.104.9.2\"]}"),
			 HOST("")), STATUS_FAIL, "OVL-16", "100.104.9.2/32", 1 },
		{ "half", CIDRS("\"100.104.128.0/17\""), STATUS_FAIL, "OVL-16", "50.0%", 32768 },
	};

	(void)state;
	CHECK_ROWS("declared-networks-clear", rows);
}

#define CONFIGS(list, denied)                                                                      \
	"\"configs\":{\"state\":\"ok\",\"configs\":[" list "],\"denied\":[" denied "]}"
#define CONFIG(owner, path, key, prefix, more)                                                     \
	"{\"owner\":\"" owner "\",\"path\":\"" path "\",\"key\":\"" key                         \
	"\",\"prefix\":\"" prefix "\"" more "}"
#define POOL CONFIG("docker", "/etc/docker/daemon.json", "default-address-pools/0/base",           \
		    "100.64.0.0/10", ",\"pool_size\":24")
static void test_configured_networks_clear(void **state)
{
	static const struct row rows[] = {
		{ "nothing", FACTS2(HOST(""), CONFIGS("", "")), STATUS_PASS, NULL, NULL, 0 },
		{ "pool", FACTS2(HOST(""), CONFIGS(POOL, "")), STATUS_WARN, "OVL-06",
		  "docker hands out /24 networks of 100.64.0.0/10", 65536 },
		{ "pool that hands out more",
		  FACTS4(HOST(""), CONFIGS(POOL, ""), SERVICES(WEB),
			 ROUTES(JOIN(CLASS("100.104.0.0", "100.104.0.255", "unicast", "br-1a2b"),
				     CLASS("100.104.1.0", "100.104.255.255", "unicast", "eth0")),
				"")),
		  STATUS_WARN, "OVL-06", "docker hands out /24 networks of 100.64.0.0/10", 65280 },
		{ "pool in use as a whole",
		  FACTS4(HOST(""), CONFIGS(POOL, ""), SERVICES(WEB), ROUTES(ALL("br-1a2b"), "")),
		  STATUS_PASS, NULL, "is up already", 0 },
		{ "network that is up",
		  FACTS4(HOST(""),
			 CONFIGS(CONFIG("docker", "/etc/docker/daemon.json", "bip",
					"100.104.0.0/24", ""), ""),
			 SERVICES(WEB),
			 ROUTES(JOIN(CLASS("100.104.0.0", "100.104.0.255", "unicast", "docker0"),
				     CLASS("100.104.1.0", "100.104.255.255", "unicast", "eth0")),
				"")),
		  STATUS_PASS, NULL, "100.104.0.0/24 of /etc/docker/daemon.json is up", 0 },
		{ "kubernetes",
		  FACTS2(HOST(""), CONFIGS(CONFIG("kubernetes", "/etc/kubernetes/m.yaml",
						  "--cluster-cidr", "100.96.0.0/11", ""), "")),
		  STATUS_WARN, "OVL-07", "kubernetes is configured with 100.96.0.0/11", 65536 },
		{ "tailscale",
		  FACTS2(HOST(""), CONFIGS(CONFIG("tailscale", "interface tailscale0", "address",
						  "100.104.3.4/32", ""), "")),
		  STATUS_WARN, "OVL-08", NULL, 1 },
		{ "netbird",
		  FACTS2(HOST(""), CONFIGS(CONFIG("netbird", "interface wt0", "address",
						  "100.104.0.0/16", ""), "")),
		  STATUS_WARN, "OVL-09", NULL, 65536 },
		{ "wireguard",
		  FACTS2(HOST(""), CONFIGS(CONFIG("wireguard", "/etc/wireguard/wg0.conf",
						  "AllowedIPs in line "
						  "9", "100.104.0.0/17", ""), "")),
		  STATUS_WARN, "OVL-10", "AllowedIPs in line 9", 32768 },
		{ "routes of the network configuration are no networks",
		  FACTS2(HOST(""), CONFIGS(CONFIG("netplan", "/etc/netplan/1.yaml", "route",
						  "100.104.0.0/16", ""),
					   "\"/etc/netplan/2.yaml\"")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "denied", FACTS2(HOST(""), CONFIGS("", "\"/etc/wireguard/wg0.conf\"")),
		  STATUS_SKIPPED, NULL, "/etc/wireguard/wg0.conf", 0 },
	};

	(void)state;
	CHECK_ROWS("configured-networks-clear", rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listener_answers),
		cmocka_unit_test(test_sent_listener),
		cmocka_unit_test(test_forwarding_enabled),
		cmocka_unit_test(test_forwarding_remedy),
		cmocka_unit_test(test_declared_networks_clear),
		cmocka_unit_test(test_configured_networks_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
