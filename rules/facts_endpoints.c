/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "endpoints": its words, and the record tables of names, targets, connections and
 * experiments. Those of TLS, HTTP and what spoke above are in facts_endpoints_web.c.
 */
#include "rules/facts_endpoints.h"

#include "rules/facts_record.h"
#include "rules/text.h"

const char *const endpoint_purpose_words[PURPOSE_COUNT + 1] = {
	"gitlab", "maven", "registry", "redirect", "clone", "lfs", "submodule", "realm", "storage",
	NULL,
};
const char *const endpoint_rung_words[RUNG_COUNT + 1] = {
	"name", "tcp", "tls", "http", "api", "token", "project", "clone", "git", "lfs",
	"submodule", "metadata", "artifact", NULL,
};
const char *const source_binding_words[] = { "default", "device", "address", "failed", NULL };
const char *const name_outcome_words[NAME_OUTCOMES + 1] = {
	"untried", "answered", "empty", "nxdomain", "servfail", "refused", "error", "timed-out",
	"unreachable", "truncated", "malformed", "failed", NULL,
};
const char *const tcp_outcome_words[TCP_OUTCOMES + 1] = {
	"untried", "connected", "refused", "timed-out", "unreachable", "denied", "forbidden", NULL,
};
const char *const experiment_words[EXPERIMENT_KINDS + 1] = {
	"mss", "no-sni", "by-address", "default-source", "source-port", "repeat", "flow",
	"tls-instead", "reset-idle", "answer-ttl", "reset-ttl", NULL,
};
const char *const hop_outcome_words[HOP_OUTCOMES + 1] = {
	"silent", "time-exceeded", "unreachable", "connected", "refused", NULL,
};

static const struct field endpoint_source_fields[] = {
	FIELD(endpoint_source, asked, 0, "interface or address asked for; null: none"),
	FIELD_WORDS(endpoint_source, binding, source_binding_words, 0,
		      "how connections were bound to it"),
	FIELD(endpoint_source, dev, 0, "interface"),
	FIELD(endpoint_source, address, 0,
	      "of the interface, or as asked; none: picked for each connection"),
	FIELD(endpoint_source, error, 0, "errno's name where binding failed"),
	{ .name = NULL },
};
static const struct record endpoint_source_record = { "source", sizeof(struct endpoint_source),
				   endpoint_source_fields };

static const struct field name_fields[] = {
	FIELD(name_fact, name, FIELD_REQUIRED, "as in the URL, without a final dot"),
	FIELD(name_fact, server, FIELD_REQUIRED,
	      "\"192.0.2.53:53\"; \"hosts\" (the hosts file), \"option\" (--resolve)"),
	FIELD(name_fact, kind, FIELD_REQUIRED, "\"A\" or \"AAAA\""),
	FIELD(name_fact, question, 0,
	      "name that was asked for, by the search list; null: the name itself"),
	FIELD_WORDS(name_fact, outcome, name_outcome_words, FIELD_REQUIRED, "what came of it"),
	FIELD(name_fact, error, 0, "errno's name, or why the server was not asked"),
	FIELD(name_fact, rcode, 0, "response code"),
	FIELD(name_fact, addresses, 0, "in text, sorted"),
	FIELD(name_fact, left_out, 0, "addresses beyond those that are kept"),
	FIELD(name_fact, aliases, 0, "CNAME targets, in their order"),
	FIELD(name_fact, over_tcp, 0, "answered over TCP after a cut answer"),
	FIELD(name_fact, extra, 0, "server was asked for by option, the resolver does not use it"),
	FIELD(name_fact, used, 0, "these addresses are what this machine connects to"),
	FIELD(name_fact, took_us, 0, "microseconds"),
	FIELD(name_fact, tries, 0, "questions sent"),
	FIELD(name_fact, strays, 0,
	      "messages of this server so far that fitted no question"),
	{ .name = NULL },
};
static const struct record name_record = { "name", sizeof(struct name_fact), name_fields };

static const struct field endpoint_target_fields[] = {
	FIELD(endpoint_target, url, FIELD_REQUIRED,
	      "without user information, of redirects and LFS links without query too: those that "
	      "differ in it alone end with #2, #3; key"),
	FIELD_WORDS(endpoint_target, purpose, endpoint_purpose_words, FIELD_REQUIRED,
		      "why it is looked at"),
	FIELD(endpoint_target, root, FIELD_REQUIRED,
	      "URL of the plan that led here; equal to `url` for those of the plan"),
	FIELD_WORDS(endpoint_target, root_purpose, endpoint_purpose_words, FIELD_REQUIRED,
		      "purpose of the root"),
	FIELD(endpoint_target, found_in, 0, "where it was found; null: in the plan"),
	FIELD(endpoint_target, scheme, FIELD_REQUIRED, "\"http\", \"https\", \"ssh\", \"git\" ..."),
	FIELD(endpoint_target, host, FIELD_REQUIRED, "lower case, brackets off"),
	FIELD_UP_TO(endpoint_target, port, 65535, 0, "port"),
	FIELD(endpoint_target, literal, 0, "host is an address"),
	FIELD(endpoint_target, refused, 0,
	      "why nothing was sent there (\"metadata service\", \"loopback\"); null"),
	{ .name = NULL },
};
static const struct record endpoint_target_record = { "target", sizeof(struct endpoint_target),
						      endpoint_target_fields };

static const struct field tcp_fields[] = {
	FIELD_WORDS(tcp_fact, outcome, tcp_outcome_words, 0, "what came of the connection"),
	FIELD(tcp_fact, error, 0, "errno's name"),
	FIELD(tcp_fact, source, 0, "the connection's own"),
	FIELD(tcp_fact, icmp_from, 0, "sender of an ICMP error"),
	FIELD(tcp_fact, icmp_type, 0, "type of an ICMP error"),
	FIELD(tcp_fact, icmp_code, 0, "code of an ICMP error"),
	FIELD(tcp_fact, reply_ttl, 0, "time to live that the ICMP error arrived with"),
	FIELD(tcp_fact, took_us, 0, "microseconds to the outcome"),
	FIELD(tcp_fact, rtt_us, 0, "round trip by TCP_INFO, microseconds"),
	FIELD(tcp_fact, retransmissions, 0, "SYNs that were sent again, or should have been"),
	FIELD(tcp_fact, unsent, 0,
	      "none left this machine: its own filter, or (0 retransmissions) no neighbour"),
	FIELD(tcp_fact, mss, 0, "largest segment that may be sent"),
	{ .name = NULL },
};
const struct record tcp_record = { "tcp", sizeof(struct tcp_fact), tcp_fields };

static const struct field attempt_fields[] = {
	FIELD(attempt_fact, url, FIELD_REQUIRED, "target"),
	FIELD(attempt_fact, address, FIELD_REQUIRED, "one of its addresses"),
	FIELD_UP_TO(attempt_fact, port, 65535, FIELD_REQUIRED, "port"),
	FIELD_OBJECT_OF(attempt_fact, tcp, &tcp_record, 0, "the connection"),
	FIELD_OBJECT_OF(attempt_fact, tls, &tls_record, 0, "the handshake"),
	FIELD_OBJECT_OF(attempt_fact, http, &http_record, 0, "the first plain request"),
	{ .name = NULL },
};
static const struct record attempt_record = { "attempt", sizeof(struct attempt_fact),
				   attempt_fields };

static const struct field hop_fields[] = {
	FIELD(hop_fact, url, FIELD_REQUIRED, "target"),
	FIELD(hop_fact, address, FIELD_REQUIRED, "its address"),
	FIELD_UP_TO(hop_fact, port, 65535, FIELD_REQUIRED, "port"),
	FIELD(hop_fact, ttl, FIELD_REQUIRED, "time to live of the SYN"),
	FIELD(hop_fact, udp, 0, "no SYN but a datagram to the same port"),
	FIELD_WORDS(hop_fact, outcome, hop_outcome_words, FIELD_REQUIRED, "what came back"),
	FIELD(hop_fact, from, 0, "who answered"),
	FIELD(hop_fact, icmp_type, 0, "type of the ICMP message"),
	FIELD(hop_fact, icmp_code, 0, "code of the ICMP message"),
	FIELD(hop_fact, reply_ttl, 0,
	      "time to live that the answer arrived with; of a RST where it was measured"),
	{ .name = NULL },
};
static const struct record hop_record = { "hop", sizeof(struct hop_fact), hop_fields };

static const struct field experiment_fields[] = {
	FIELD(experiment_fact, url, FIELD_REQUIRED, "target"),
	FIELD(experiment_fact, address, FIELD_REQUIRED, "its address"),
	FIELD_UP_TO(experiment_fact, port, 65535, FIELD_REQUIRED, "port"),
	FIELD_WORDS(experiment_fact, kind, experiment_words, FIELD_REQUIRED,
		      "what was done differently"),
	FIELD(experiment_fact, value, 0, "MSS, source port or time to live"),
	FIELD(experiment_fact, tried, 0, "attempts"),
	FIELD(experiment_fact, succeeded, 0, "attempts that went all the way"),
	FIELD(experiment_fact, reached, 0, "furthest rung: \"tcp\", \"tls\", \"http\""),
	FIELD(experiment_fact, detail, 0,
	      "what differed: \"certificate of CN=...\", \"ECONNREFUSED\""),
	{ .name = NULL },
};
static const struct record experiment_record = { "experiment", sizeof(struct experiment_fact),
				   experiment_fields };

static const struct field endpoints_fields[] = {
	SECTION_FIELDS(endpoints_facts),
	FIELD_OBJECT_OF(endpoints_facts, source, &endpoint_source_record, 0,
		      "from where connections were made"),
	FIELD(endpoints_facts, proxy_variables, 0,
	      "\"https_proxy=http://192.0.2.1:3128\", no user information"),
	FIELD(endpoints_facts, trust_variables, 0, "\"SSL_CERT_FILE\", \"CURL_CA_BUNDLE\" ..."),
	FIELD(endpoints_facts, trust, 0, "store that stands for \"the system\": its path"),
	FIELD(endpoints_facts, cacert, 0, "--cacert was given"),
	FIELD(endpoints_facts, deep, 0, "--deep was given"),
	FIELD(endpoints_facts, name_servers, 0,
	      "of the resolver configuration, \"address:port\", in order"),
	FIELD(endpoints_facts, limits, 0, "deadlines that struck, in words"),
	FIELD_LIST_OF(endpoints_facts, names, &name_record, 0, "by name, server, question, kind"),
	FIELD_LIST_OF(endpoints_facts, targets, &endpoint_target_record, 0,
		      "the plan's first, then by url"),
	FIELD_LIST_OF(endpoints_facts, attempts, &attempt_record, 0, "by url, address"),
	FIELD_LIST_OF(endpoints_facts, hops, &hop_record, 0, "by url, address, udp, ttl"),
	FIELD_LIST_OF(endpoints_facts, exchanges, &exchange_record, 0,
		      "by url, address, then in the order asked"),
	FIELD_LIST_OF(endpoints_facts, gitlab, &gitlab_record, 0,
		      "by address: one for each that answered"),
	FIELD_LIST_OF(endpoints_facts, git, &git_record, 0,
		      "git on further addresses of a clone URL that is not on GitLab's host"),
	FIELD_LIST_OF(endpoints_facts, maven, &maven_record, 0,
		      "in the plan's order, then those of further addresses that answered"),
	FIELD_LIST_OF(endpoints_facts, registry, &registry_record, 0, "the registry's own domain"),
	FIELD_LIST_OF(endpoints_facts, experiments, &experiment_record, 0,
		      "by url, address, kind, value"),
	{ .name = NULL },
};
const struct record endpoints_record = { "endpoints", sizeof(struct endpoints_facts),
				   endpoints_fields };

const struct endpoint_target *endpoints_target(const struct endpoints_facts *endpoints,
					       const char *url)
{
	size_t i;

	for (i = 0; i < endpoints->targets.count; i++) {
		const struct endpoint_target *target =
			LIST_AT(&endpoints->targets, struct endpoint_target, i);

		if (text_equal(target->url, url))
			return target;
	}
	return NULL;
}

const struct attempt_fact *endpoints_attempt(const struct endpoints_facts *endpoints,
					     const char *url, const struct address *address)
{
	size_t i;

	for (i = 0; i < endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, i);

		if (text_equal(attempt->url, url) && address_equal(&attempt->address, address))
			return attempt;
	}
	return NULL;
}

bool endpoints_is_listed(const struct plan *plan, const struct address *address)
{
	size_t i;

	if (plan->link.gitlab_ip.family && address_equal(&plan->link.gitlab_ip, address))
		return true;
	for (i = 0; i < plan->link.other_ips.count; i++) {
		struct address other;

		if (!address_parse(plan->link.other_ips.items[i], &other) &&
		    address_equal(&other, address))
			return true;
	}
	return false;
}
