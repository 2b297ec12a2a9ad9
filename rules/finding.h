/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: one rule's answer about one subject. Their record table is the report's and the
 * schema's; see design "words". All strings are owned by the finding and cleaned.
 */
#ifndef RULES_FINDING_H
#define RULES_FINDING_H

#include "rules/facts.h"

enum finding_status {
	STATUS_PASS,
	STATUS_FAIL,
	STATUS_WARN,
	STATUS_UNKNOWN,
	STATUS_BLOCKED,
	STATUS_SKIPPED,
	STATUS_COUNT
};
extern const char *const status_words[STATUS_COUNT + 1];

enum severity { SEVERITY_BLOCKER, SEVERITY_RISK, SEVERITY_NOTE, SEVERITY_COUNT };
extern const char *const severity_words[SEVERITY_COUNT + 1];

/* What a finding is about; only what is set is printed. Always an object in JSON. */
struct subject {
	struct prefix prefix;      /* when the addresses are one prefix */
	struct strings prefixes;   /* when they are several: all of them, in order */
	struct strings services;   /* "address:port" whose proof says so; empty: all asked */
	struct strings service_iifs; /* of forwarded services; parallel use: owner's choice */
	struct address address;    /* of a service, a local address, a next hop */
	struct maybe port;
	struct maybe mark;
	char *dev;
	char *path;    /* of a configuration file */
	char *key;     /* inside it */
	char *section; /* of facts, for findings about looking */
	char *host;    /* in judge of several machines */
	char *url;     /* of an endpoint, spelled as its target in the facts */
	char *rung;    /* of the ladder, one of endpoint_rung_words */
	char *resource; /* in the cloud, by its id: "vpc-...", "vbr-...", a route table */
	char *zone;     /* of the cloud: "cn-hangzhou-j" */
};

struct evidence {
	char *fact; /* JSON pointer into the facts: "/routes/classes/1" */
	char *text;
};

struct remedy {
	char *platform; /* "linux", "netplan", "networkmanager", "frr", "docker" ... */
	char *text;     /* for "linux": a command line that can be pasted */
};

struct accepted {
	char *reason; /* NULL: not accepted */
	char *until;
};

struct source {
	char *document; /* "000" */
	char *heading;
};

struct finding {
	char *code;
	struct strings causes; /* established catalogue ids, sorted; empty on a pass */
	int status;            /* enum finding_status */
	int severity;          /* enum severity */
	struct strings blocked_by; /* codes */
	struct subject subject;
	struct strings segments; /* of the way where it sits: segment_words, in its order */
	struct share share;
	char *message;
	char *expected; /* what would be good here; NULL where the title says it */
	char *settle;   /* unknown: the one command that would settle it */
	char *next;     /* where the next look belongs; NULL */
	struct list evidence; /* struct evidence */
	struct list remedy;   /* struct remedy */
	struct source source;
	struct accepted accepted;
	/* not part of the report */
	int seen_from; /* enum vantage of the machine whose facts it is about */
	bool decided;  /* unknown here, and decided by another machine that sees the same */
};

struct findings {
	struct list list; /* struct finding, sorted by findings_sort() */
	int error;        /* latched -ENOMEM: the findings are worth nothing then */
};

extern const struct record finding_record;

void findings_init(struct findings *findings);
void findings_release(struct findings *findings);
/* A new finding, or NULL (error latched). Code, severity and source are filled by the engine. */
struct finding *findings_add(struct findings *findings, enum finding_status status);
void findings_sort(struct findings *findings);
/*
 * The subject in words, one line: what `accept` looks into. Nothing for an empty subject:
 * "100.104.0.0/17 172.20.5.10:443 dev eth1". The caller checks text_error().
 */
void subject_print(const struct subject *subject, struct text *out);

/* Each latches its failure in `findings`; texts are printf formats, cleaned on the way. */
__attribute__((format(printf, 3, 4)))
void finding_message(struct findings *findings, struct finding *finding, const char *format, ...);
__attribute__((format(printf, 4, 5)))
void finding_evidence(struct findings *findings, struct finding *finding, const char *fact,
		      const char *format, ...);
__attribute__((format(printf, 4, 5)))
void finding_remedy(struct findings *findings, struct finding *finding, const char *platform,
		    const char *format, ...);
__attribute__((format(printf, 3, 4)))
void finding_settle(struct findings *findings, struct finding *finding, const char *format, ...);
__attribute__((format(printf, 3, 4)))
void finding_next(struct findings *findings, struct finding *finding, const char *format, ...);
__attribute__((format(printf, 3, 4)))
void finding_expected(struct findings *findings, struct finding *finding, const char *format, ...);
/* Takes what mends it off again: something else has to be mended first. */
void finding_drop_remedies(struct finding *finding);
void finding_cause(struct findings *findings, struct finding *finding, const char *cause);

/* Adds one service to subject.services. */
void finding_service(struct findings *findings, struct finding *finding, const char *service);
/* Sets subject.prefix where the addresses are one prefix, else subject.prefixes. */
void finding_addresses(struct findings *findings, struct finding *finding,
		       const struct span_set *addresses);
/* "100.104.0.0/17 and 100.104.128.0/18", or "256 addresses in 7 prefixes". */
void span_set_print(const struct span_set *set, struct text *out);
/* One decimal where that does not round a part to all or to nothing, else the plain numbers. */
void share_print(uint64_t part, uint64_t whole, char *text, size_t size);

#endif
