/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which part of the way a finding is about, what explains a connection that failed, and what is
 * ruled out.
 *
 * Nothing is concluded from a connection whose source lies outside of the link's vSwitch, nor from
 * a finding that the user accepted: what is accepted may be in order, the silence is not.
 */
#include "rules/segments.h"

#include "rules/checks/cloud_rules.h"
#include "rules/checks/endpoint_connects.h"
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdio.h>

#define SYMPTOM "endpoint-connects"
#define GROUPS_AND_VSWITCH "security-groups-admit-vswitch"
#define BIT(name) (1u << SEGMENT_##name)
#define ANYONE (-1) /* the cloud is the same for all who ask it */

const char *const segment_words[SEGMENT_COUNT + 1] = {
	[SEGMENT_VSWITCH_VBR] = "vswitch-vbr",   [SEGMENT_VBR_EDGE] = "vbr-edge",
	[SEGMENT_EDGE_HOST] = "edge-host",       [SEGMENT_HOST_EDGE] = "host-edge",
	[SEGMENT_EDGE_VBR] = "edge-vbr",         [SEGMENT_VBR_VSWITCH] = "vbr-vswitch",
	[SEGMENT_VSWITCH_HOST] = "vswitch-host", [SEGMENT_HOST_VSWITCH] = "host-vswitch",
};

/* How a failure of that rule is told from the vSwitch. */
enum sign {
	SIGN_NONE,    /* from there it is not seen: it is about the range alone */
	SIGN_CAUSE,   /* by a cause that both name */
	SIGN_SILENCE, /* by that, or as silence */
	SIGN_GROUPS,  /* as silence, where the groups refuse the vSwitch as well */
};

/* Rules that know a part of the way; what stands first explains first. */
static const struct row {
	const char *code; /* NULL: every rule over classes that no row above names */
	int vantage;      /* of the machine whose finding counts */
	enum sign sign;
	unsigned int circuit, inside; /* segments, by gitlab.access */
} rows[] = {
	{ "network-acl-lets-out", ANYONE, SIGN_SILENCE, BIT(VSWITCH_VBR), BIT(VSWITCH_HOST) },
	{ "cen-carries-routes", ANYONE, SIGN_SILENCE, BIT(VSWITCH_VBR) | BIT(VBR_VSWITCH), 0 },
	{ "vpc-route-to-service", ANYONE, SIGN_SILENCE, BIT(VSWITCH_VBR), BIT(VSWITCH_HOST) },
	{ "border-router-up", ANYONE, SIGN_SILENCE, BIT(VBR_EDGE) | BIT(EDGE_VBR), 0 },
	{ "border-sessions-up", ANYONE, SIGN_SILENCE, BIT(VBR_EDGE) | BIT(EDGE_VBR), 0 },
	{ "border-route-to-service", ANYONE, SIGN_SILENCE, BIT(VBR_EDGE), 0 },
	{ "request-not-refused", VANTAGE_IDC_ROUTER, SIGN_SILENCE, BIT(VBR_EDGE), 0 },
	{ "reverse-path-filter", VANTAGE_IDC_ROUTER, SIGN_SILENCE, BIT(VBR_EDGE), 0 },
	{ "forwarding-enabled", VANTAGE_IDC_ROUTER, SIGN_SILENCE, BIT(EDGE_HOST) | BIT(HOST_EDGE),
	  0 },
	{ "network-acl-passes-range", ANYONE, SIGN_NONE, 0,
	  BIT(VSWITCH_HOST) | BIT(HOST_VSWITCH) },
	{ "security-groups-admit-range", ANYONE, SIGN_GROUPS, 0, BIT(VSWITCH_HOST) },
	{ GROUPS_AND_VSWITCH, ANYONE, SIGN_NONE, 0, BIT(VSWITCH_HOST) },
	{ "request-not-refused", VANTAGE_GITLAB_HOST, SIGN_SILENCE, BIT(EDGE_HOST),
	  BIT(VSWITCH_HOST) },
	{ "reverse-path-filter", VANTAGE_GITLAB_HOST, SIGN_SILENCE, BIT(EDGE_HOST),
	  BIT(VSWITCH_HOST) },
	{ "listener-answers", VANTAGE_GITLAB_HOST, SIGN_CAUSE, BIT(EDGE_HOST), BIT(VSWITCH_HOST) },
	{ "border-return-route", ANYONE, SIGN_NONE, BIT(VBR_VSWITCH), 0 },
	{ "vpc-routes-leave-range", ANYONE, SIGN_NONE, BIT(VBR_VSWITCH), BIT(HOST_VSWITCH) },
	{ NULL, VANTAGE_GITLAB_HOST, SIGN_SILENCE, BIT(HOST_EDGE), BIT(HOST_VSWITCH) },
	{ NULL, VANTAGE_IDC_ROUTER, SIGN_SILENCE, BIT(EDGE_VBR), 0 },
};

/* Where the causes of a failed connection sit, and the rules that rule each out by a pass. */
static const struct {
	const char *cause;
	unsigned int circuit, inside;
	int vantage;
	const char *ruled_out_by[2]; /* all of them; none: nothing does */
} places[] = {
	{ "CLD-04", BIT(VSWITCH_VBR), BIT(VSWITCH_HOST), ANYONE, { "vpc-route-to-service" } },
	{ "CTL-11", BIT(EDGE_HOST), BIT(VSWITCH_HOST), ANYONE, { NULL } },
	{ "DNS-03", BIT(EDGE_HOST), BIT(VSWITCH_HOST), ANYONE, { NULL } },
	{ "EC-01", BIT(EDGE_HOST) | BIT(HOST_EDGE) | BIT(EDGE_VBR),
	  BIT(VSWITCH_HOST) | BIT(HOST_VSWITCH), ANYONE, { NULL } },
	{ "EC-02", BIT(EDGE_HOST), 0, ANYONE, { NULL } },
	{ "EC-05", BIT(EDGE_HOST) | BIT(HOST_EDGE), BIT(VSWITCH_HOST) | BIT(HOST_VSWITCH), ANYONE,
	  { NULL } },
	{ "EC-11", BIT(VBR_EDGE) | BIT(EDGE_VBR), 0, ANYONE, { "border-router-up" } },
	{ "EC-13", BIT(VBR_EDGE) | BIT(EDGE_HOST), 0, ANYONE, { NULL } },
	{ "HOST-10", BIT(EDGE_HOST), BIT(VSWITCH_HOST), VANTAGE_GITLAB_HOST,
	  { "listener-answers" } },
	{ "SG-01", 0, BIT(VSWITCH_HOST), ANYONE,
	  { "security-groups-admit-range", GROUPS_AND_VSWITCH } },
	{ "SG-16", 0, BIT(VSWITCH_HOST), ANYONE, { "network-acl-lets-out" } },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define PLACES (sizeof(places) / sizeof(places[0]))

/* The connection at hand. */
struct looking {
	const struct segments_side *sides;
	size_t count;
	struct findings *findings;
	const struct plan *plan;
	struct finding *symptom;
	uint32_t source; /* its own address, host order */
	bool timed_out;
	char service[ADDRESS_TEXT_MAX + 8]; /* "address:port" */
};

static unsigned int by_access(const struct plan *plan, unsigned int circuit, unsigned int inside)
{
	switch (plan->gitlab.access) {
	case ACCESS_DATACENTER:
		return circuit;
	case ACCESS_ECS:
		return inside;
	default:
		return 0;
	}
}

static int set_segments(struct finding *finding, unsigned int bits)
{
	unsigned int i;
	int error = 0;

	strings_release(&finding->segments);
	for (i = 0; i < SEGMENT_COUNT && !error; i++)
		if (bits & 1u << i)
			error = strings_add(&finding->segments, segment_words[i]);
	return error;
}

static bool is_from(const struct finding *finding, int vantage)
{
	return vantage == ANYONE || finding->seen_from == vantage;
}

/* NULL: it is about no part of the way. */
static const struct row *row_of(const struct finding *finding)
{
	bool over_classes = rule_find(finding->code)->judge_class != NULL;
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (is_from(finding, rows[i].vantage) &&
		    (rows[i].code ? text_equal(rows[i].code, finding->code) : over_classes))
			return &rows[i];
	return NULL;
}

/* The part of the way that each finding is about; a failed connection's by its causes. */
static int name_segments(const struct plan *plan, struct finding *finding)
{
	const struct row *row = row_of(finding);
	unsigned int bits = 0;
	size_t i;

	if (finding->status != STATUS_FAIL && finding->status != STATUS_WARN)
		return set_segments(finding, 0);
	if (row)
		bits = by_access(plan, row->circuit, row->inside);
	for (i = 0; i < PLACES && text_equal(finding->code, SYMPTOM); i++)
		if (strings_contain(&finding->causes, places[i].cause))
			bits |= by_access(plan, places[i].circuit, places[i].inside);
	return set_segments(finding, bits);
}

/* Did this machine look at the service? */
static bool has_service(const struct facts *facts, const struct subject *wanted)
{
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		const struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		if (service->port == wanted->port.value &&
		    address_equal(&service->address, &wanted->address))
			return true;
	}
	return false;
}

/* What is said of no service in particular is said of all that were looked at. */
static bool is_among_all(const struct looking *looking, const struct finding *finding)
{
	const struct subject *wanted = &looking->symptom->subject;
	struct cloud_services services;
	bool among = false;
	size_t i;

	if (rule_find(finding->code)->reads & SECTIONS_OF_CLOUD) {
		cloud_services(looking->plan, &services);
		for (i = 0; i < services.count; i++)
			among = among || address_equal(&services.items[i], &wanted->address);
		return among;
	}
	for (i = 0; i < looking->count; i++)
		if (text_equal(looking->sides[i].name, finding->subject.host))
			among = among || has_service(looking->sides[i].facts, wanted);
	return among;
}

static bool is_about_service(const struct looking *looking, const struct finding *finding)
{
	const struct subject *subject = &finding->subject;
	const struct subject *wanted = &looking->symptom->subject;

	if (subject->services.count)
		return strings_contain(&subject->services, looking->service);
	if (subject->address.family == ADDRESS_NONE)
		return is_among_all(looking, finding);
	return address_equal(&subject->address, &wanted->address) &&
	       (!subject->port.known || subject->port.value == wanted->port.value);
}

/* Of the addresses that it is about, is the connection's source one? */
static bool is_about_source(const struct looking *looking, const struct finding *finding)
{
	const struct subject *subject = &finding->subject;
	struct prefix prefix;
	size_t i;

	if (subject->prefix.known)
		return prefix_contains(&subject->prefix, looking->source);
	for (i = 0; i < subject->prefixes.count; i++)
		if (!prefix_parse(subject->prefixes.items[i], &prefix) &&
		    prefix_contains(&prefix, looking->source))
			return true;
	return !subject->prefixes.count;
}

/*
 * Nobody said a word: what is lost anywhere on the way looks like that. Where a trace met somebody
 * who did, other causes are named, or one of these alone.
 */
static bool is_silence(const struct looking *looking)
{
	const struct strings *causes = &looking->symptom->causes;

	return looking->timed_out &&
	       ((strings_contain(causes, "EC-01") && strings_contain(causes, "EC-05")) ||
		strings_contain(causes, "SG-01") || strings_contain(causes, "SG-16"));
}

static bool shares_cause(const struct finding *a, const struct finding *b)
{
	size_t i;

	for (i = 0; i < a->causes.count; i++)
		if (strings_contain(&b->causes, a->causes.items[i]))
			return true;
	return false;
}

static bool groups_refuse_vswitch(const struct looking *looking)
{
	const struct list *list = &looking->findings->list;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct finding *finding = LIST_AT(list, struct finding, i);

		if (finding->status == STATUS_WARN &&
		    text_equal(finding->code, GROUPS_AND_VSWITCH) &&
		    is_about_service(looking, finding))
			return true;
	}
	return false;
}

static bool fits_sign(const struct looking *looking, enum sign sign, const struct finding *finding)
{
	switch (sign) {
	case SIGN_CAUSE:
		return shares_cause(finding, looking->symptom);
	case SIGN_SILENCE:
		return shares_cause(finding, looking->symptom) || is_silence(looking);
	case SIGN_GROUPS:
		return is_silence(looking) && groups_refuse_vswitch(looking);
	default:
		return false;
	}
}

static bool explains(const struct looking *looking, const struct row *row,
		     const struct finding *finding)
{
	return finding->status == STATUS_FAIL && !finding->accepted.reason &&
	       is_about_service(looking, finding) &&
	       (row->sign == SIGN_GROUPS || is_about_source(looking, finding)) &&
	       fits_sign(looking, row->sign, finding);
}

static const struct finding *find_explanation(const struct looking *looking)
{
	const struct list *list = &looking->findings->list;
	const struct finding *found = NULL;
	const struct row *first = rows + ROWS;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct finding *finding = LIST_AT(list, struct finding, i);
		const struct row *row = row_of(finding);

		if (row && row < first && explains(looking, row, finding)) {
			found = finding;
			first = row;
		}
	}
	return found;
}

/* Did everything that this rule says of the service pass, and something at all? */
static bool has_passed(const struct looking *looking, const char *code, int vantage)
{
	const struct list *list = &looking->findings->list;
	bool any = false;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct finding *finding = LIST_AT(list, struct finding, i);

		if (!text_equal(finding->code, code) || !is_from(finding, vantage) ||
		    !is_about_service(looking, finding) || finding->status == STATUS_SKIPPED ||
		    finding->decided)
			continue;
		if (finding->status != STATUS_PASS)
			return false;
		any = true;
	}
	return any;
}

static bool is_ruled_out(const struct looking *looking, const char *cause)
{
	bool all = false;
	size_t i, j;

	for (i = 0; i < PLACES; i++) {
		if (!text_equal(places[i].cause, cause))
			continue;
		for (j = 0; j < 2 && places[i].ruled_out_by[j]; j++) {
			all = has_passed(looking, places[i].ruled_out_by[j], places[i].vantage);
			if (!all)
				return false;
		}
	}
	return all;
}

static int say_ruled_out(const struct looking *looking, const char *cause)
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (text_equal(places[i].cause, cause))
			finding_evidence(looking->findings, looking->symptom, "/endpoints/attempts",
					 "%s is ruled out by %s", cause, places[i].ruled_out_by[0]);
	return looking->findings->error;
}

/* Leaves the causes that nothing rules out; all of them where none would be left. */
static int rule_out(const struct looking *looking)
{
	struct finding *symptom = looking->symptom;
	struct strings left = { 0 }, gone = { 0 };
	int error = 0;
	size_t i;

	for (i = 0; i < symptom->causes.count && !error; i++) {
		const char *cause = symptom->causes.items[i];

		error = strings_add(is_ruled_out(looking, cause) ? &gone : &left, cause);
	}
	if (!error && left.count && gone.count) {
		finding_drop_remedies(symptom);
		strings_release(&symptom->causes);
		for (i = 0; i < left.count; i++)
			connect_name_cause(left.items[i], looking->findings, symptom);
		for (i = 0; i < gone.count && !error; i++)
			error = say_ruled_out(looking, gone.items[i]);
	}
	strings_release(&left);
	strings_release(&gone);
	return error ? error : looking->findings->error;
}

/* Fills what is looked at; false: nothing can be told from this connection. */
static bool look_at(struct looking *looking, struct finding *symptom)
{
	const struct attempt_fact *attempt = NULL;
	char address[ADDRESS_TEXT_MAX];
	size_t i;

	if (symptom->status != STATUS_FAIL || symptom->accepted.reason ||
	    !text_equal(symptom->code, SYMPTOM) || !symptom->subject.url ||
	    !looking->plan->link.vswitch_cidr.known)
		return false;
	for (i = 0; i < looking->count && !attempt; i++)
		if (text_equal(looking->sides[i].name, symptom->subject.host))
			attempt = endpoints_attempt(&looking->sides[i].facts->endpoints,
						    symptom->subject.url,
						    &symptom->subject.address);
	if (!attempt || attempt->tcp.source.family != ADDRESS_IPV4 ||
	    !prefix_contains(&looking->plan->link.vswitch_cidr,
			     address_ipv4(&attempt->tcp.source)))
		return false;
	looking->symptom = symptom;
	looking->source = address_ipv4(&attempt->tcp.source);
	looking->timed_out = attempt->tcp.outcome == TCP_TIMED_OUT;
	(void)snprintf(looking->service, sizeof(looking->service), "%s:%u",
		       address_print(&symptom->subject.address, address),
		       (unsigned int)symptom->subject.port.value);
	return true;
}

static int judge_symptom(struct looking *looking)
{
	const struct finding *explanation = find_explanation(looking);
	struct finding *symptom = looking->symptom;

	if (!explanation)
		return rule_out(looking);
	finding_evidence(looking->findings, symptom, "/endpoints/attempts", "explained by %s%s%s",
			 explanation->code, explanation->subject.host ? " of " : "",
			 explanation->subject.host ? explanation->subject.host : "");
	return looking->findings->error
		       ? looking->findings->error
		       : engine_hide_behind(looking->findings, symptom, explanation->code);
}

int segments_judge(const struct segments_side *sides, size_t count, struct findings *findings)
{
	struct looking looking = { .sides = sides, .count = count, .findings = findings,
				   .plan = &sides[0].facts->plan };
	int error = 0;
	size_t i;

	for (i = 0; i < findings->list.count && !error; i++)
		if (look_at(&looking, LIST_AT(&findings->list, struct finding, i)))
			error = judge_symptom(&looking);
	for (i = 0; i < findings->list.count && !error; i++)
		error = name_segments(looking.plan,
				      LIST_AT(&findings->list, struct finding, i));
	return error;
}

const char *segments_code(size_t place)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].code && !place--)
			return rows[i].code;
	for (i = 0; i < 2 * PLACES; i++)
		if (places[i / 2].ruled_out_by[i % 2] && !place--)
			return places[i / 2].ruled_out_by[i % 2];
	return NULL;
}
