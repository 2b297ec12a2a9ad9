/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules of TLS and HTTP share: walking the attempts, who an answer belongs to, the ways of
 * redirects, and a few words.
 */
#ifndef RULES_CHECKS_ENDPOINT_WEB_H
#define RULES_CHECKS_ENDPOINT_WEB_H

#include "rules/checks/checks.h"

#define VANTAGE_VSWITCH (VANTAGE_BIT(VANTAGE_VSWITCH_HOST))
#define WEB_SOURCE_MAX 80
#define WEB_TIME_MAX 24

/* Whose answer it is: the root of the plan that led to the URL. */
enum web_family { WEB_GITLAB, WEB_MAVEN, WEB_REGISTRY };

/* One attempt under judgement, or a target without any. */
struct web_view {
	const struct rule_context *context;
	const struct endpoints_facts *endpoints;
	const struct endpoint_target *target;
	const struct attempt_fact *attempt; /* NULL: no address was tried */
	size_t index;                       /* of the attempt in the facts */
	int family;                         /* enum web_family */
	struct findings *out;
};

typedef void web_judge(const struct web_view *view);

/*
 * The next attempt at the URL from place `*at` on, which is moved behind it; NULL: no more. IPv6
 * addresses that are out of reach are left out: they are a matter of names.
 */
const struct attempt_fact *web_next_attempt(const struct endpoints_facts *endpoints,
					    const char *url, size_t *at);

/* Calls `judge` for every http and https target: once an attempt, or once without any. */
void web_each(const struct rule_context *context, struct findings *out, web_judge *judge);
/* Why a rule about URLs has nothing to look at; NULL: it has. `https`: only about those. */
const char *web_skip(const struct rule_context *context, bool https);

bool web_is_https(const struct web_view *view);
/* Chain (by either store) and name are good, and the handshake completed. */
bool web_is_trusted(const struct attempt_fact *attempt);
/* The run's own end struck, which says nothing about the peer. */
bool web_run_ended(const char *limit);

/* A finding about the attempt (or the URL alone) on this rung. NULL: latched. */
struct finding *web_add(const struct web_view *view, int status, int rung);
/* `unknown` for a rung that was not reached; the engine finds out what is in the way. */
void web_unreached(const struct web_view *view, int rung, const char *what);
/* "from 192.168.1.5 dev eth1", as the attempt's connection was made. */
const char *web_source(const struct web_view *view, char text[WEB_SOURCE_MAX]);
/* Evidence in the attempt's part ("tls", "http"). */
__attribute__((format(printf, 4, 5)))
void web_evidence(const struct web_view *view, struct finding *finding, const char *part,
		  const char *format, ...);

/*
 * Where the answer of the plan's own URL leads: the attempts that redirect, hop by hop. A way ends
 * where an answer is no redirect, where its goal was not looked at, or where it comes back.
 */
#define WEB_WAY_MAX 10
struct web_way {
	const struct attempt_fact *hops[WEB_WAY_MAX];
	size_t count;
	bool endless; /* comes back, or has more hops than any client follows */
};
void web_way_follow(const struct endpoints_facts *endpoints, const char *url, struct web_way *way);
/* Is `url` on the way of its root's own first answer? */
bool web_on_way(const struct endpoints_facts *endpoints, const struct endpoint_target *target,
		struct web_way *way);

/* "Sat, 21 Nov 2026 11:26:54 GMT" as "2026-11-21T11:26:54Z"; false: no such date. */
bool web_http_date(const char *date, char text[WEB_TIME_MAX]);
/* Clocks that differ by fewer seconds are as good as equal. */
#define WEB_SKEW_MAX 300
/* Seconds from RFC 3339 `from` to `to`; 0 where one is none. */
int64_t web_seconds(const char *from, const char *to);

extern const struct rule rule_tls_handshake_completes, rule_certificate_trusted, rule_tls_risks;
extern const struct rule rule_redirect_port_open, rule_http_answers;

#endif
