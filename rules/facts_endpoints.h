/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "endpoints": what GitLab, Maven and the registry answered, rung by rung, from the
 * vSwitch side. Part of the facts (rules/facts.h); the record tables are in facts_endpoints*.c.
 *
 * Observed, never inferred: no row says that something is wrong. What was not tried has the first
 * word of its outcome ("untried") and never a time or a status. No secret has a field: URLs are
 * kept without user information, answers only by what was recognised in them. Times are
 * microseconds.
 *
 * A target is one URL, found in the plan or on the way. An attempt is a target on one address: it
 * holds the rungs TCP, TLS and the first plain HTTP request. Exchanges are the requests above that,
 * on one address that answered. Everything is joined by `url`, spelled as in its target.
 */
#ifndef RULES_FACTS_ENDPOINTS_H
#define RULES_FACTS_ENDPOINTS_H

#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

/* Why a URL is looked at. A redirect keeps the purpose "redirect" and names its root. */
enum endpoint_purpose {
	PURPOSE_GITLAB,    /* gitlab.url of the plan */
	PURPOSE_MAVEN,     /* maven[].url of the plan */
	PURPOSE_REGISTRY,  /* https://DOMAIN/v2/ of the instance */
	PURPOSE_REDIRECT,  /* Location of an answer */
	PURPOSE_CLONE,     /* http_url_to_repo of the project */
	PURPOSE_LFS,       /* href of a download action */
	PURPOSE_SUBMODULE, /* url in .gitmodules of the default branch */
	PURPOSE_REALM,     /* token service that the registry names */
	PURPOSE_STORAGE,   /* where the registry keeps layers */
	PURPOSE_COUNT
};
extern const char *const endpoint_purpose_words[PURPOSE_COUNT + 1];

/* Rungs of the ladder, bottom first. */
enum endpoint_rung {
	RUNG_NAME,
	RUNG_TCP,
	RUNG_TLS,
	RUNG_HTTP,
	RUNG_API,       /* it is GitLab, or a Maven repository, or a registry */
	RUNG_TOKEN,
	RUNG_PROJECT,
	RUNG_CLONE,     /* clone URL */
	RUNG_GIT,       /* smart HTTP: references, then a pack */
	RUNG_LFS,
	RUNG_SUBMODULE,
	RUNG_METADATA,  /* Maven metadata */
	RUNG_ARTIFACT,  /* Maven artifact and checksum */
	RUNG_COUNT
};
extern const char *const endpoint_rung_words[RUNG_COUNT + 1];

/* From where connections were made. */
enum source_binding {
	BOUND_DEFAULT, /* as the kernel picks: nothing was asked for */
	BOUND_DEVICE,  /* SO_BINDTODEVICE */
	BOUND_ADDRESS, /* bind() to an address of the interface: the device needs privilege here */
	BOUND_FAILED,  /* what was asked for does not exist here or was refused */
};
extern const char *const source_binding_words[];

struct endpoint_source {
	char *asked; /* plan.from, --from; NULL: nothing */
	int binding; /* enum source_binding */
	char *dev;
	struct address address; /* as asked, or of the interface; none: the kernel picks */
	char *error; /* errno's name where binding failed */
};

/* One question to one name server, or what stands for one. */
enum name_outcome {
	NAME_UNTRIED,
	NAME_ANSWERED,    /* at least one address of the kind asked for */
	NAME_EMPTY,       /* the name exists without such an address (NODATA) */
	NAME_NXDOMAIN,
	NAME_SERVFAIL,
	NAME_REFUSED,
	NAME_ERROR,       /* another response code: `rcode` */
	NAME_TIMED_OUT,
	NAME_UNREACHABLE, /* closed port or ICMP from the way there */
	NAME_TRUNCATED,   /* cut answer over UDP, and TCP failed */
	NAME_MALFORMED,   /* damaged message, loop of aliases */
	NAME_FAILED,      /* this machine could not ask */
	NAME_OUTCOMES
};
extern const char *const name_outcome_words[NAME_OUTCOMES + 1];

struct name_fact {
	char *name;   /* as in the URL, without a final dot */
	char *server; /* "192.0.2.53:53"; "hosts" (the hosts file), "option" (--resolve) */
	char *kind;   /* "A" or "AAAA" */
	char *question; /* the name that was asked for, by the search list; NULL: `name` */
	int outcome;  /* enum name_outcome */
	char *error;  /* errno's name, or why the server was not asked */
	struct maybe rcode;
	struct strings addresses; /* in text, sorted */
	uint32_t left_out; /* addresses beyond those that are kept */
	struct strings aliases;   /* CNAME targets in their order */
	bool over_tcp;  /* answered over TCP after a cut answer */
	bool extra;     /* server was asked for by option, the resolver does not use it */
	bool used;      /* these addresses are what this machine connects to */
	uint32_t took_us;
	uint32_t tries; /* questions sent */
	uint32_t strays; /* messages of this server so far that fitted no question */
};

struct endpoint_target {
	char *url;     /* without user information; key */
	int purpose;   /* enum endpoint_purpose */
	char *root;    /* URL of the plan that led here; equal to `url` for those of the plan */
	int root_purpose; /* enum endpoint_purpose of `root` */
	char *found_in; /* "Location of 302 from URL", "http_url_to_repo" ...; NULL: the plan */
	char *scheme;  /* "http", "https", "ssh", "git" ... */
	char *host;    /* lower case, brackets off */
	uint32_t port;
	bool literal;  /* host is an address */
	char *refused; /* why nothing was sent there ("metadata service", "loopback"); NULL */
};

/* TCP: our own non-blocking connect. */
enum tcp_outcome {
	TCP_UNTRIED,
	TCP_CONNECTED,
	TCP_REFUSED,     /* RST */
	TCP_TIMED_OUT,   /* SYNs went out and nothing came back */
	TCP_UNREACHABLE, /* ICMP, or this machine has no way there: see icmp_* and error */
	TCP_DENIED,      /* this machine's own filter, address family, or privilege */
	TCP_FORBIDDEN,   /* metadata, link-local, loopback ...: nothing was sent */
	TCP_OUTCOMES
};
extern const char *const tcp_outcome_words[TCP_OUTCOMES + 1];

struct tcp_fact {
	int outcome; /* enum tcp_outcome */
	char *error; /* errno's name */
	struct address source; /* the connection's own */
	struct address icmp_from;
	struct maybe icmp_type, icmp_code;
	struct maybe reply_ttl;       /* time to live that the ICMP error arrived with */
	struct maybe took_us;
	struct maybe rtt_us;          /* TCP_INFO */
	struct maybe retransmissions; /* SYNs that were sent again, or should have been */
	bool unsent; /* none left this machine: its own filter, or with 0 retransmissions no
			link-layer address of the next hop */
	struct maybe mss;             /* TCP_INFO, what the peer lets us send */
};

/* TLS: one handshake, its details also where verification fails. */
enum tls_outcome {
	TLS_UNTRIED,
	TLS_NONE,      /* scheme http */
	TLS_DONE,      /* handshake complete, verified or not */
	TLS_ALERT,     /* the peer ended it: `alert` */
	TLS_NOT_TLS,   /* first bytes are no TLS record: `spoken` */
	TLS_TIMED_OUT, /* `received` tells how far it came */
	TLS_CLOSED,    /* connection closed or reset in the handshake */
	TLS_FAILED,    /* this side ended it: `error` */
	TLS_OUTCOMES
};
extern const char *const tls_outcome_words[TLS_OUTCOMES + 1];

struct certificate_fact {
	char *subject, *issuer; /* RFC 2253, cleaned */
	struct strings names;   /* SAN: "DNS:a.example", "IP:192.0.2.1"; the common name if none */
	char *not_before, *not_after; /* RFC 3339 UTC */
	bool self_issued;       /* subject equals issuer */
	bool self_signed;       /* and its own key signs it */
	char *fingerprint;      /* SHA-256, hex */
	struct strings ocsp_hosts, issuer_hosts; /* hosts of the authority information access */
};

struct tls_fact {
	int outcome; /* enum tls_outcome */
	char *sni;   /* server name sent; NULL: none (address) */
	char *version, *cipher;
	struct maybe alert;
	char *error; /* of the library, cleaned */
	char *spoken; /* first bytes of a peer that speaks no TLS, cleaned, at most 32 */
	uint32_t received; /* bytes of the peer up to the end of the handshake */
	struct maybe took_us;
	/* X509_V_ERR_*: 0 good. Name and chain are judged apart. */
	struct maybe chain_system; /* by the system's store */
	struct maybe chain_given;  /* by --cacert alone; unknown: not given */
	char *chain_error;         /* words for the first of them that is not 0 */
	struct maybe depth;        /* of the certificate that this speaks of, 0 the leaf */
	bool name_matches;
	bool in_order;             /* each certificate is followed by its issuer, as sent */
	bool certificate_wanted;   /* CertificateRequest seen */
	bool stapled;              /* an OCSP answer came along */
	struct list certificates;  /* struct certificate_fact, as sent */
};

/* HTTP: one request, one answer; never a redirect followed. */
enum http_outcome {
	HTTP_UNTRIED,
	HTTP_ANSWERED,  /* whole answer */
	HTTP_TIMED_OUT, /* nothing, or not all of it, before the deadline: `received` */
	HTTP_SLOW,      /* below the least rate */
	HTTP_EMPTY,     /* closed without a byte */
	HTTP_CUT,       /* closed before the length it announced */
	HTTP_MALFORMED,
	HTTP_TOO_LARGE, /* more than our cap: header or body */
	HTTP_FAILED,    /* another error: `error` */
	HTTP_OUTCOMES
};
extern const char *const http_outcome_words[HTTP_OUTCOMES + 1];

/* What the body turned out to be. */
enum http_body {
	HTTP_BODY_NONE,
	HTTP_BODY_JSON,
	HTTP_BODY_HTML,
	HTTP_BODY_XML,
	HTTP_BODY_GIT,  /* pkt-lines */
	HTTP_BODY_TEXT,
	HTTP_BODY_OTHER,
	HTTP_BODIES
};
extern const char *const http_body_words[HTTP_BODIES + 1];

struct http_fact {
	int outcome; /* enum http_outcome */
	char *method;
	struct maybe status;
	char *content_type, *server, *via, *date, *location, *authenticate, *retry_after;
	char *last_modified;
	int body;    /* enum http_body */
	char *title; /* of an HTML page, cleaned, at most 64 */
	bool login;  /* an HTML page that asks for a password */
	bool wants_tls; /* asked in plain HTTP, the peer says or shows that it speaks TLS */
	struct maybe length;  /* Content-Length, where it fits */
	uint32_t received;    /* bytes of the body */
	struct maybe first_byte_us, total_us; /* from the sending of the request */
	char *spoken; /* first bytes of an answer that is no HTTP, cleaned, at most 32 */
	char *error;
	char *limit; /* the deadline that struck: "request 3.0 s", "run 10.0 s"; NULL */
};

/* A target on one of its addresses. */
struct attempt_fact {
	char *url;
	struct address address;
	uint32_t port;
	struct tcp_fact tcp;
	struct tls_fact tls;
	struct http_fact http;
};

/* One step of a TCP hop trace on the real port: a SYN with a small time to live. */
enum hop_outcome {
	HOP_SILENT,
	HOP_EXCEEDED,    /* ICMP time exceeded */
	HOP_UNREACHABLE, /* ICMP destination unreachable */
	HOP_CONNECTED,   /* the peer itself */
	HOP_REFUSED,     /* RST, whoever sent it */
	HOP_OUTCOMES
};
extern const char *const hop_outcome_words[HOP_OUTCOMES + 1];

struct hop_fact {
	char *url;
	struct address address;
	uint32_t port;
	uint32_t ttl;
	bool udp;    /* no SYN but a datagram to the same port: what the target itself is like */
	int outcome; /* enum hop_outcome */
	struct address from;
	struct maybe icmp_type, icmp_code;
	/* time to live that the answer arrived with; of a RST only where it was measured */
	struct maybe reply_ttl;
};

/* A request above the first one. */
struct exchange_fact {
	char *url;  /* target that it belongs to */
	char *path; /* path and query asked for, no secret in it */
	int rung;   /* enum endpoint_rung */
	struct address address;
	char *credentials; /* "none", "token", "basic": what kind was sent */
	struct http_fact http;
};

/* A submodule that a clone would fetch by http(s). */
struct submodule_fact {
	char *url;      /* where it leads, without user information */
	bool beside;    /* has the clone URL's origin, and git was asked there; else a target's */
	bool absent;    /* the branch has no such submodule: git does not fetch it */
	bool password;  /* the URL holds one, which was neither kept nor sent */
	bool token;     /* beside: the last answer was one to the token */
	struct maybe status; /* beside: of the last answer to info/refs */
	struct maybe refs;   /* beside: 1: references came; 0: the answer is something else */
};

/* What GitLab said. */
enum token_outcome {
	TOKEN_UNTRIED,
	TOKEN_NONE,     /* no token was given */
	TOKEN_WITHHELD, /* not sent: `withheld` says why */
	TOKEN_VALID,
	TOKEN_INVALID,  /* 401 */
	TOKEN_FORBIDDEN, /* 403: `message` */
	TOKEN_UNCLEAR,  /* another answer */
	TOKEN_OUTCOMES
};
extern const char *const token_outcome_words[TOKEN_OUTCOMES + 1];

/* How many webhooks of a project are asked for; as many of them may be some of more. */
#define GITLAB_HOOKS_ASKED 50u

struct gitlab_fact {
	char *url;
	struct address address; /* that the requests went to */
	struct maybe is_gitlab; /* 1, 0; unknown: no answer that tells */
	struct maybe api;       /* its API answered at this URL: 1, 0 */
	char *recognised_by;    /* "JSON 401 of /api/v4/version", "sign-in page" ... */
	char *relative_root;    /* "/gitlab": where its API was found instead; NULL */
	char *version;
	int token;              /* enum token_outcome */
	char *withheld;
	char *message;          /* of a 401 or 403, cleaned */
	/* 0: a request that refuses bad tokens and takes none took this one: it was lost on the
	   way; 1: it was refused there, too; unknown: not asked, or no answer that tells */
	struct maybe token_arrives;
	struct maybe active, revoked;
	struct strings scopes;  /* sorted; empty: not told */
	bool scopes_known;
	char *expires;          /* YYYY-MM-DD; NULL: never, or not told */
	bool expires_known;
	char *username;         /* of the token's owner */
	char *user_state;       /* "active", "blocked" ... */
	struct maybe project;   /* status of the project's answer */
	char *project_message;  /* of a refusal, cleaned */
	bool project_anonymous; /* asked without a token */
	struct maybe hooks;     /* status of the list of its webhooks; unknown: not asked */
	struct maybe hooks_listed, hooks_told; /* how many, and of how many it says if they work */
	struct strings hooks_stopped; /* "HOST STATUS" of those that GitLab does not call */
	char *project_path;     /* path_with_namespace */
	char *default_branch;
	char *clone_url;        /* http_url_to_repo, without user information */
	struct maybe lfs_enabled;
	struct maybe lfs_used;  /* 1: a pointer was found; 0: there is none; unknown: not settled */
	char *lfs_server;       /* that .lfsconfig names in GitLab's place, no user in it; NULL */
	bool lfs_server_password; /* that URL holds a password, which was neither kept nor sent */
	char *lfs_note;         /* what was looked at, or why no link is known; NULL */
	char *lfs_oid;
	struct strings lfs_urls;  /* hrefs without query */
	struct maybe submodules_read; /* 1 read, 0 there is no .gitmodules; unknown: not told */
	struct strings submodules;    /* URLs as written, user information off */
	uint32_t submodules_left_out; /* beyond those that are kept */
	struct list modules;          /* struct submodule_fact, of those that lead to http(s) */
	struct maybe refs_plain; /* status of info/refs without credentials */
	struct maybe refs_basic; /* and with them */
	struct maybe refs_read;  /* 1: references came; 0: the answer is something else */
	char *head;             /* object that HEAD names, 40 or 64 hex digits */
	uint32_t references;
	struct maybe pack_status; /* of the POST to git-upload-pack */
	struct maybe pack_us;     /* to its first byte */
	struct maybe pack;      /* 1: a pack began; 0: it did not; unknown: not asked */
	char *git_message;      /* error line of the git server, cleaned */
};

/* Git on a further address of a clone URL that is not on GitLab's host; as in gitlab_fact. */
struct git_fact {
	char *url; /* the clone URL */
	struct address address;
	struct maybe refs_plain, refs_read;
	char *head;
	uint32_t references;
	struct maybe pack_status, pack_us, pack;
	char *git_message;
};

/* What a Maven repository said. */
struct maven_fact {
	char *url;
	struct address address; /* that the requests went to */
	char *kind;     /* "nexus", "artifactory", "plain", NULL: not told */
	char *artifact; /* of the plan, "group:artifact:version" */
	struct maybe metadata;  /* status of maven-metadata.xml */
	char *metadata_from;    /* URL that it was redirected to; NULL: none */
	bool metadata_is_xml;   /* root element <metadata> */
	struct maybe version_named; /* the metadata names the version: 1, 0 */
	char *artifact_path;
	/* the packaging that the POM names does not tell the file's ending: it may be another */
	bool ending_guessed;
	struct maybe artifact_status;
	struct maybe artifact_us; /* to its first byte */
	struct maybe pom;         /* status of the POM; unknown: not asked, or no answer */
	char *artifact_from;      /* URL that it was redirected to; NULL: none */
	char *pom_path;           /* of the POM beside the file; NULL: not asked */
	char *pom_from;           /* URL that it was redirected to; NULL: none */
	char *checksum;  /* "sha1" ..., NULL: none was read */
	bool no_checksum; /* the repository has none: 404 or 410 for every kind */
	struct maybe checksum_matches; /* 1, 0; unknown: not compared */
	char *checksum_given, *checksum_seen; /* hex */
	char *note;      /* why a step was left out */
};

/* What the registry's own domain said (its VPC domain, seed 002). */
struct registry_fact {
	char *url;      /* https://DOMAIN/v2/ */
	struct address address; /* that answered */
	struct maybe status;    /* of the answer */
	char *realm;    /* of the Bearer challenge */
	char *service;
	struct strings expected; /* addresses that the link shows, when known */
};

/* One experiment that tells causes apart. */
enum experiment_kind {
	EXPERIMENT_MSS,         /* `value`: MSS */
	EXPERIMENT_NO_SNI,
	EXPERIMENT_BY_ADDRESS,  /* Host: address instead of the name */
	EXPERIMENT_DEFAULT_SOURCE,
	EXPERIMENT_SOURCE_PORT, /* `value`: source port */
	EXPERIMENT_REPEAT,      /* the plain attempt again */
	/*
	 * a handshake or request on each connection of the second round from source ports:
	 * `tried` those that were connected, `succeeded` those that lost nothing on the way
	 */
	EXPERIMENT_FLOW,
	/* a handshake where plain HTTP met no word of it; `succeeded`: TLS is spoken there */
	EXPERIMENT_TLS_INSTEAD,
	/* a connection without a byte, where first bytes drew a RST; `succeeded`: it was closed */
	EXPERIMENT_RESET_IDLE,
	/* `value`: time to live that the target's answer to a SYN, and that RST, arrive with */
	EXPERIMENT_ANSWER_TTL,
	EXPERIMENT_RESET_TTL,
	EXPERIMENT_KINDS
};
extern const char *const experiment_words[EXPERIMENT_KINDS + 1];

struct experiment_fact {
	char *url;
	struct address address;
	uint32_t port;
	int kind;       /* enum experiment_kind */
	uint32_t value;
	uint32_t tried, succeeded;
	char *reached;  /* furthest rung: "tcp", "tls", "http" */
	char *detail;   /* what differed: "certificate of CN=...", "ECONNREFUSED" */
};

struct endpoints_facts {
	struct section section;
	struct endpoint_source source;
	/* variables of the environment that change what a build or git does, by name, sorted */
	struct strings proxy_variables; /* "http_proxy=http://192.0.2.1:3128", no user in it */
	struct strings trust_variables; /* "SSL_CERT_FILE", "CURL_CA_BUNDLE" ... */
	char *trust;         /* store that stands for "the system": its path */
	bool cacert;         /* --cacert was given */
	bool deep;           /* --deep was given */
	struct strings name_servers; /* of the resolver configuration, "address:port", in order */
	struct strings limits; /* deadlines that struck, in words */
	struct list names;     /* struct name_fact, by name, server, question, kind */
	struct list targets;   /* struct endpoint_target: the plan's first, then by url */
	struct list attempts;  /* struct attempt_fact, by url, address */
	struct list hops;      /* struct hop_fact, by url, address, udp, ttl */
	struct list exchanges; /* struct exchange_fact, by url, address, then in the order asked */
	struct list gitlab;    /* struct gitlab_fact, by address: one each that answered */
	struct list git;       /* struct git_fact, by url, address */
	struct list maven;     /* struct maven_fact, the plan's order, then further addresses */
	struct list registry;  /* struct registry_fact */
	struct list experiments; /* struct experiment_fact, by url, address, kind, value */
};

/* For those who move or copy parts of an attempt. */
extern const struct record tcp_record, tls_record, http_record;

/* Look-ups that rules share; NULL where there is none. */
const struct endpoint_target *endpoints_target(const struct endpoints_facts *endpoints,
					       const char *url);
const struct attempt_fact *endpoints_attempt(const struct endpoints_facts *endpoints,
					     const char *url, const struct address *address);
/* Is the address one that the link's form names (plan.link.gitlab_ip, other_ips)? */
bool endpoints_is_listed(const struct plan *plan, const struct address *address);

#endif
