/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One server's certificate seen from two machines: where an authority that the other one does not
 * see has signed it, something on one of the ways opens TLS and signs anew (TLS-09).
 *
 * A server may have several certificates, and new ones: chains that have any authority in common
 * are of one hand. What was issued after the other machine had looked may as well be a renewal.
 */
#include "rules/join.h"

#include "rules/checks/endpoint_names.h"
#include "rules/checks/endpoint_path.h"
#include "rules/checks/endpoint_web.h"
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TRUST_RULE "certificate-trusted"

static const char *needs_several(const struct rule_context *context)
{
	(void)context;
	return "needs saved facts of several machines that looked at the same URLs: reachback "
	       "judge A.json B.json";
}

const struct rule rule_certificate_same_elsewhere = {
	.code = "certificate-same-elsewhere",
	.area = "endpoints",
	.title = "every machine that looked sees certificates of the same authority",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_OFFLINE),
	.causes = { "TLS-09" },
	.after = { "names-answer", "allow-list-complete", "redirect-port-open", PATH_RULES,
		   "tls-handshake-completes" },
	.why = "a firewall that opens TLS signs with an authority of its own, which the registry's "
	       "builders do not know; the machines of the site often trust it, so that none of "
	       "them alone can tell",
	.evidence = "issuers of the certificates that one address sent to each of the machines",
	.remedies = {
		{ "firewall", "exempt the link from TLS inspection: the reverse-access range and "
			      "the vSwitch, to the addresses of GitLab and Maven" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = needs_several,
};

/* What one machine saw of an address. */
struct sight {
	const struct join_machine *machine;
	const struct attempt_fact *attempt;
	const struct certificate_fact *leaf;
};

struct meeting {
	struct sight sides[2];
	const struct endpoint_target *target;
};

static const struct list *chain_of(const struct sight *sight)
{
	return &sight->attempt->tls.certificates;
}

static bool is_issued_by(const struct sight *sight, const char *authority)
{
	size_t i;

	for (i = 0; authority && i < chain_of(sight)->count; i++)
		if (text_equal(LIST_AT(chain_of(sight), struct certificate_fact, i)->issuer,
			       authority))
			return true;
	return false;
}

static bool is_of_one_hand(const struct meeting *meeting)
{
	const struct sight *one = &meeting->sides[0];
	size_t i;

	for (i = 0; i < chain_of(one)->count; i++)
		if (is_issued_by(&meeting->sides[1],
				 LIST_AT(chain_of(one), struct certificate_fact, i)->issuer))
			return true;
	return false;
}

/* Times are spelled alike, so their order is that of their letters. */
static bool is_issued_between(const struct sight *later, const struct sight *earlier)
{
	const char *looked = earlier->machine->facts->started;

	return looked && later->leaf->not_before && strcmp(later->leaf->not_before, looked) > 0;
}

static bool may_be_renewed(const struct meeting *meeting)
{
	return is_issued_between(&meeting->sides[0], &meeting->sides[1]) ||
	       is_issued_between(&meeting->sides[1], &meeting->sides[0]);
}

static bool is_trusted(const struct sight *sight)
{
	return sight->attempt->tls.chain_system.known && !sight->attempt->tls.chain_system.value;
}

/* On whose way it sits: that of the machine that does not trust what it sees. NULL: not told. */
static const struct sight *suspect_of(const struct meeting *meeting)
{
	bool one = is_trusted(&meeting->sides[0]), other = is_trusted(&meeting->sides[1]);

	return one == other ? NULL : &meeting->sides[one ? 1 : 0];
}

static void say(const struct meeting *meeting, int status, struct findings *out,
		struct finding *finding)
{
	const struct sight *one = &meeting->sides[0], *other = &meeting->sides[1];

	if (status == STATUS_PASS)
		finding_message(out, finding, "%s and %s see certificates of the same authority: "
					      "\"%s\"",
				one->machine->name, other->machine->name, other->leaf->issuer);
	else
		finding_message(out, finding, "%s sees a certificate issued by \"%s\", %s one by "
					      "\"%s\": %s",
				one->machine->name, one->leaf->issuer, other->machine->name,
				other->leaf->issuer,
				status == STATUS_FAIL
				? "something on one of the two ways opens TLS and signs anew"
				: "one of them was issued after the other machine had looked, so "
				  "it may be a renewal by another authority");
}

static void add_evidence(const struct sight *sight, struct findings *out, struct finding *finding)
{
	const struct list *attempts = &sight->machine->facts->endpoints.attempts;
	char pointer[64];

	pointer_print(pointer, sizeof(pointer), "/endpoints/attempts",
		      (size_t)(sight->attempt - LIST_AT(attempts, struct attempt_fact, 0)));
	finding_evidence(out, finding, pointer, "%s, observed %s: \"%s\" issued by \"%s\", %s",
			 sight->machine->name,
			 sight->machine->facts->started ? sight->machine->facts->started
							: "at an unknown time",
			 sight->leaf->subject, sight->leaf->issuer,
			 is_trusted(sight) ? "verified by its store" : "not verified by its store");
}

static void add_action(const struct meeting *meeting, int status, struct findings *out,
		       struct finding *finding)
{
	char address[ADDRESS_TEXT_MAX];

	if (status == STATUS_PASS)
		return;
	finding_expected(out, finding, "one authority, wherever the server is asked from");
	if (status == STATUS_UNKNOWN) {
		finding_settle(out, finding, "collect on both machines again, one right after the "
					     "other");
		return;
	}
	finding_cause(out, finding, "TLS-09");
	finding_remedy(out, finding, "firewall",
		       "exempt 100.104.0.0/16 and the vSwitch from TLS inspection on the way to "
		       "%s port %u",
		       address_print(&meeting->sides[0].attempt->address, address),
		       (unsigned int)meeting->target->port);
}

static int status_of(const struct meeting *meeting)
{
	if (is_of_one_hand(meeting))
		return STATUS_PASS;
	return may_be_renewed(meeting) ? STATUS_UNKNOWN : STATUS_FAIL;
}

static void judge_meeting(const struct meeting *meeting, struct findings *out)
{
	int status = status_of(meeting);
	const struct sight *suspect = suspect_of(meeting);
	struct finding *finding =
		endpoint_finding(out, (enum finding_status)status, meeting->target, RUNG_TLS);

	if (!finding)
		return;
	finding->code = text_copy(rule_certificate_same_elsewhere.code);
	finding->subject.host = text_copy(suspect ? suspect->machine->name : NULL);
	finding->subject.address = meeting->sides[0].attempt->address;
	finding->subject.port = (struct maybe){ true, meeting->target->port };
	if (!finding->code || (suspect && !finding->subject.host))
		out->error = -ENOMEM;
	say(meeting, status, out, finding);
	add_evidence(&meeting->sides[0], out, finding);
	add_evidence(&meeting->sides[1], out, finding);
	add_action(meeting, status, out, finding);
}

/* What that machine saw of the URL at that address; false: no certificate. */
static bool look(const struct join_machine *machine, const char *url, const struct address *address,
		 struct sight *sight)
{
	sight->machine = machine;
	sight->attempt = endpoints_attempt(&machine->facts->endpoints, url, address);
	if (!sight->attempt || !sight->attempt->tls.certificates.count)
		return false;
	sight->leaf = LIST_AT(&sight->attempt->tls.certificates, struct certificate_fact, 0);
	return sight->leaf->issuer && sight->leaf->subject;
}

static void judge_pair(const struct join_machine *one, const struct join_machine *other,
		       struct findings *out)
{
	const struct endpoints_facts *here = &one->facts->endpoints;
	struct meeting meeting;
	size_t i;

	for (i = 0; i < here->attempts.count && !out->error; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&here->attempts, struct attempt_fact, i);

		meeting.target = endpoints_target(here, attempt->url);
		if (meeting.target &&
		    look(one, attempt->url, &attempt->address, &meeting.sides[0]) &&
		    look(other, attempt->url, &attempt->address, &meeting.sides[1]))
			judge_meeting(&meeting, out);
	}
}

void join_certificates(const struct join *join, struct findings *out)
{
	join_pairs(join, judge_pair, out);
}

/* Was that machine's trouble with the certificate what interception looks like from there? */
static bool is_symptom(const struct finding *finding, const struct finding *cause)
{
	return finding->status == STATUS_FAIL && text_equal(finding->code, TRUST_RULE) &&
	       text_equal(finding->subject.host, cause->subject.host) &&
	       text_equal(finding->subject.url, cause->subject.url) &&
	       address_equal(&finding->subject.address, &cause->subject.address);
}

int join_hide_distrust(const struct findings *causes, struct findings *findings)
{
	int error = 0;
	size_t i, j;

	for (i = 0; i < causes->list.count; i++) {
		const struct finding *cause = LIST_AT(&causes->list, struct finding, i);

		if (cause->status != STATUS_FAIL || !cause->subject.host ||
		    !text_equal(cause->code, rule_certificate_same_elsewhere.code))
			continue;
		for (j = 0; j < findings->list.count && !error; j++) {
			struct finding *finding = LIST_AT(&findings->list, struct finding, j);

			if (is_symptom(finding, cause))
				error = engine_hide_behind(findings, finding, cause->code);
		}
	}
	return error;
}
