/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the path lose large packets without a word (EC-14, EC-15, TLS-10)?
 *
 * A handshake or answer that stalls while the same one with a smaller MSS gets through is a hole in
 * the path MTU: some link takes less than both ends believe (EC-14), and its "fragmentation needed"
 * never reaches the sender (EC-15). From here the two are one and are named together; TLS-10
 * besides where the server's first flight is what stalls.
 */
#include "rules/checks/endpoint_path.h"

#include "rules/checks/checks.h"
#include "rules/checks/endpoint_names.h"

/* IPv4 and TCP headers without options: what an MSS leaves out of a packet. */
#define HEADERS 40u

/* So many of ten values up to the largest that passed have to pass, or sizes tell nothing. */
#define MOST_OF_TEN 7u

struct ladder {
	uint32_t rungs, passed_rungs;
	uint32_t passed, failed; /* largest MSS that passed, smallest above that did not; 0: none */
	uint32_t odd;            /* values below `passed` that did not */
	size_t passed_at, failed_at;
};

static bool is_rung(const struct experiment_fact *row, const struct attempt_fact *attempt)
{
	return row->kind == EXPERIMENT_MSS && row->tried && text_equal(row->url, attempt->url) &&
	       address_equal(&row->address, &attempt->address);
}

static void read_failed(const struct list *list, const struct attempt_fact *attempt,
			struct ladder *ladder)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct experiment_fact *row = LIST_AT(list, struct experiment_fact, i);

		if (!is_rung(row, attempt) || row->succeeded)
			continue;
		ladder->odd += row->value < ladder->passed;
		if (row->value < ladder->passed ||
		    (ladder->failed && row->value >= ladder->failed))
			continue;
		ladder->failed = row->value;
		ladder->failed_at = i;
	}
}

static void read_ladder(const struct rule_context *context, const struct attempt_fact *attempt,
			struct ladder *ladder)
{
	const struct list *list = &context->facts->endpoints.experiments;
	size_t i;

	*ladder = (struct ladder){ .rungs = 0 };
	for (i = 0; i < list->count; i++) {
		const struct experiment_fact *row = LIST_AT(list, struct experiment_fact, i);

		if (!is_rung(row, attempt))
			continue;
		ladder->rungs++;
		ladder->passed_rungs += row->succeeded > 0;
		if (row->succeeded && row->value > ladder->passed) {
			ladder->passed = row->value;
			ladder->passed_at = i;
		}
	}
	read_failed(list, attempt, ladder);
}

/* Where the attempt, or a request above it on the same address, got stuck. */
struct stall {
	bool stalled;
	enum endpoint_rung rung;
	uint32_t received; /* bytes until then */
};

static bool is_stall(const struct http_fact *http)
{
	return http->outcome == HTTP_TIMED_OUT || http->outcome == HTTP_SLOW;
}

static void find_stall(const struct rule_context *context, const struct attempt_fact *attempt,
		       struct stall *stall)
{
	const struct list *exchanges = &context->facts->endpoints.exchanges;
	size_t i;

	*stall = (struct stall){ .stalled = false };
	if (attempt->tls.outcome == TLS_TIMED_OUT) {
		*stall = (struct stall){ true, RUNG_TLS, attempt->tls.received };
		return;
	}
	if (is_stall(&attempt->http))
		*stall = (struct stall){ true, RUNG_HTTP, attempt->http.received };
	for (i = 0; !stall->stalled && i < exchanges->count; i++) {
		const struct exchange_fact *exchange =
			LIST_AT(exchanges, struct exchange_fact, i);

		if (is_stall(&exchange->http) && text_equal(exchange->url, attempt->url) &&
		    address_equal(&exchange->address, &attempt->address))
			*stall = (struct stall){ true, (enum endpoint_rung)exchange->rung,
						 exchange->http.received };
	}
}

static void show_rung(const struct rule_context *context, size_t at, struct findings *out,
		      struct finding *finding)
{
	const struct experiment_fact *row = LIST_AT(&context->facts->endpoints.experiments,
						    struct experiment_fact, at);
	char pointer[64];

	pointer_print(pointer, sizeof(pointer), "/endpoints/experiments", at);
	finding_evidence(out, finding, pointer, "MSS %u: %u of %u got through%s%s",
			 (unsigned int)row->value, (unsigned int)row->succeeded,
			 (unsigned int)row->tried, row->reached ? ", reached " : "",
			 row->reached ? row->reached : "");
}

static void add_hole(const struct rule_context *context, const struct attempt_fact *attempt,
		     const struct stall *stall, const struct ladder *ladder, struct findings *out)
{
	struct finding *finding = path_finding(context, out, STATUS_FAIL, NULL, attempt);
	bool tls = stall->rung == RUNG_TLS, exact = ladder->failed == ladder->passed + 1;
	unsigned int most = ladder->passed;
	char words[PATH_WORDS_MAX];

	path_rung(out, finding, stall->rung);
	finding_cause(out, finding, "EC-14");
	finding_cause(out, finding, "EC-15");
	if (tls)
		finding_cause(out, finding, "TLS-10");
	finding_message(out, finding, "%s: the %s stalls after %u bytes, and gets through with an "
			"MSS of %u, not with %u: packets above %s%u bytes are lost on the way "
			"without an ICMP error", path_print(attempt, words),
			tls ? "TLS handshake" : "answer", (unsigned int)stall->received, most,
			(unsigned int)ladder->failed, exact ? "" : "about ", most + HEADERS);
	finding_expected(out, finding, "the plain connection gets as far as one with a small MSS");
	show_rung(context, ladder->passed_at, out, finding);
	show_rung(context, ladder->failed_at, out, finding);
	finding_next(out, finding, "the link on the way that carries at most %u bytes: MTU of "
		     "tunnels and circuits between here and the target", most + HEADERS);
	finding_remedy(out, finding, "router", "set the MTU to %u on both ends of that link, or "
		       "limit the MSS of TCP through it to %u: tcp option maxseg size set %u",
		       most + HEADERS, most, most);
	finding_remedy(out, finding, "firewall", "let ICMP type 3 code 4 (fragmentation needed) "
		       "pass in both directions");
}

static void add_unknown(const struct rule_context *context, const struct attempt_fact *attempt,
			const struct ladder *ladder, const char *why, struct findings *out)
{
	struct finding *finding = path_finding(context, out, STATUS_UNKNOWN, NULL, attempt);
	char words[PATH_WORDS_MAX];

	path_rung(out, finding, RUNG_TLS);
	finding_message(out, finding, "%s: %s (%u of %u packet sizes got through)",
			path_print(attempt, words), why, (unsigned int)ladder->passed_rungs,
			(unsigned int)ladder->rungs);
	finding_settle(out, finding, "reachback check --vantage vswitch-host --deep --max-time 30");
}

static void add_pass(const struct rule_context *context, const struct attempt_fact *attempt,
		     const struct ladder *ladder, const char *why, struct findings *out)
{
	struct finding *finding = path_finding(context, out, STATUS_PASS, NULL, attempt);
	char words[PATH_WORDS_MAX];

	path_rung(out, finding, attempt->tls.outcome == TLS_NONE ? RUNG_HTTP : RUNG_TLS);
	finding_message(out, finding, "%s: %s (%u of %u packet sizes got through)",
			path_print(attempt, words), why, (unsigned int)ladder->passed_rungs,
			(unsigned int)ladder->rungs);
}

static void judge_stall(const struct rule_context *context, const struct attempt_fact *attempt,
			const struct stall *stall, const struct ladder *ladder,
			struct findings *out)
{
	const struct experiment_fact *again =
		path_experiment(context, attempt, EXPERIMENT_REPEAT, NULL);

	if (!ladder->rungs)
		add_unknown(context, attempt, ladder, "it stalls, and no smaller packets were "
			    "tried", out);
	else if (!ladder->passed)
		add_pass(context, attempt, ladder, "it stalls whatever the size of packets", out);
	else if (!ladder->failed || (again && again->succeeded))
		add_unknown(context, attempt, ladder, "it stalled once and not again", out);
	else if (ladder->passed_rungs * 10 <
		 (ladder->passed_rungs + ladder->odd) * MOST_OF_TEN)
		add_unknown(context, attempt, ladder, "it stalls now and then, whatever the size "
			    "of packets", out);
	else
		add_hole(context, attempt, stall, ladder, out);
}

static void judge(const struct rule_context *context, const struct attempt_fact *attempt,
		  struct findings *out)
{
	struct ladder ladder;
	struct stall stall;

	read_ladder(context, attempt, &ladder);
	find_stall(context, attempt, &stall);
	if (attempt->tcp.outcome != TCP_CONNECTED)
		add_unknown(context, attempt, &ladder, "no connection, so no packet of any size",
			    out);
	else if (stall.stalled)
		judge_stall(context, attempt, &stall, &ladder, out);
	else
		add_pass(context, attempt, &ladder, "nothing stalled", out);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct list *attempts = &context->facts->endpoints.attempts;
	size_t i;

	for (i = 0; i < attempts->count; i++) {
		const struct attempt_fact *attempt = LIST_AT(attempts, struct attempt_fact, i);

		if (path_attempt_is_judged(context, attempt))
			judge(context, attempt, out);
	}
}

const struct rule rule_path_carries_large_packets = {
	.code = "path-carries-large-packets",
	.area = "endpoints",
	.title = "packets of full size arrive",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "EC-14", "EC-15", "TLS-10" },
	.after = { PATH_AFTER, "path-treats-flows-alike",
		   "endpoint-connects" },
	.why = "Connections and logins work, and the first large answer hangs: a certificate "
	       "chain, or the pack of a clone at \"Receiving objects\".",
	.evidence = "the same handshake or request with smaller and smaller MSS, all at once, "
		    "then every value between the last that passed and the first that did not; "
		    "made where the plain one stalled, or with --deep",
	.remedies = {
		{ "router", "the same MTU on both ends of every link, or an MSS limit in front of "
			    "the smaller one" },
		{ "firewall", "ICMP type 3 code 4 passes in both directions" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = endpoint_no_url,
	.eval = evaluate,
};
