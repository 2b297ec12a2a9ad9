/* SPDX-License-Identifier: Apache-2.0 */
/* What the rule ipsec-policy-bypassed says of packets that a policy or a default takes. */
#include "rules/checks/checks.h"
#include "rules/checks/ipsec.h"

#include <errno.h>
#include <stdio.h>

static const char *print_selector(const struct prefix *prefix, char text[PREFIX_TEXT_MAX])
{
	return prefix->known ? prefix_print(prefix, text) : "any";
}

static const char *direction_word(const char *direction)
{
	return text_equal(direction, "forward") ? "fwd" : direction;
}

/* What mends it: a policy before this one, or none of it, for nothing comes before priority 0. */
static void add_remedies(const struct ipsec_account *account, struct findings *out,
			 struct finding *finding)
{
	const struct xfrm_policy_fact *policy = account->taker;
	const char *direction = direction_word(policy->direction);
	char own[ADDRESS_TEXT_MAX], service[ADDRESS_TEXT_MAX + 4], range[PREFIX_TEXT_MAX];

	(void)snprintf(service, sizeof(service), "%s/32",
		       address_print(&account->taker_end->address, own));
	prefix_print(&reverse_range, range);
	if (policy->priority)
		finding_remedy(out, finding, "linux",
			       "ip xfrm policy add dir %s src %s dst %s priority %u action allow",
			       direction, account->requests ? range : service,
			       account->requests ? service : range, policy->priority - 1);
	else
		finding_remedy(out, finding, "linux", "ip xfrm policy delete index %u dir %s",
			       policy->index, direction);
	finding_remedy(out, finding, "strongswan",
		       "add a connection with mode = pass, local_ts = %s and remote_ts = %s",
		       service, range);
}

/* Without a policy: which default it was. */
static void add_refused(const struct ipsec_account *account, const char *percent,
			struct findings *out, struct finding *finding)
{
	const char *word = direction_word(account->refused);
	char range[PREFIX_TEXT_MAX], pointer[64];

	(void)snprintf(pointer, sizeof(pointer), "/xfrm/blocks_%s", account->refused);
	finding_message(out, finding,
			"the default of IPsec policies (%s: block) takes the %s %s of %s: no "
			"policy lets them pass", word,
			account->requests ? "requests from" : "replies to", percent,
			prefix_print(&reverse_range, range));
	finding_evidence(out, finding, pointer, "default policy of dir %s: block", word);
	finding_remedy(out, finding, "linux", "ip xfrm policy setdefault %s accept", word);
}

static void add_taken(const struct ipsec_account *account, const char *percent,
		      struct findings *out, struct finding *finding)
{
	const struct xfrm_policy_fact *policy = account->taker;
	char source[PREFIX_TEXT_MAX], to[PREFIX_TEXT_MAX], range[PREFIX_TEXT_MAX], pointer[64];

	finding_message(out, finding,
			"IPsec policy %u (%s, priority %u, from %s to %s) takes the %s %s of %s",
			policy->index, policy->direction, policy->priority,
			print_selector(&policy->source, source),
			print_selector(&policy->destination, to),
			account->requests ? "requests from" : "replies to", percent,
			prefix_print(&reverse_range, range));
	pointer_print(pointer, sizeof(pointer), "/xfrm/policies", account->taker_place);
	finding_evidence(out, finding, pointer, "dir %s action %s priority %u%s", policy->direction,
			 policy->action, policy->priority,
			 policy->has_template ? ", with a template" : "");
	add_remedies(account, out, finding);
}

static void add_finding(const struct ipsec_account *account, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_FAIL);
	uint64_t size = span_set_size(&account->lost);
	char percent[48];

	if (!finding)
		return;
	finding_addresses(out, finding, &account->lost);
	finding_service(out, finding, account->service->service);
	finding->share = (struct share){ .known = true, .addresses = (uint32_t)size };
	finding_cause(out, finding, "RT-14");
	share_print(size, REVERSE_RANGE_SIZE, percent, sizeof(percent));
	if (account->taker)
		add_taken(account, percent, out, finding);
	else
		add_refused(account, percent, out, finding);
}

/* The same policy takes from several services on one address: one finding. */
static bool joins(const struct ipsec_account *account, struct findings *out, size_t from)
{
	struct finding *finding;
	char pointer[64];
	size_t i;

	if (account->taker)
		pointer_print(pointer, sizeof(pointer), "/xfrm/policies", account->taker_place);
	else
		(void)snprintf(pointer, sizeof(pointer), "/xfrm/blocks_%s", account->refused);
	for (i = from; i < out->list.count; i++) {
		finding = LIST_AT(&out->list, struct finding, i);
		if (!finding->evidence.count || finding->share.addresses !=
			    (uint32_t)span_set_size(&account->lost) ||
		    !text_equal(LIST_AT(&finding->evidence, struct evidence, 0)->fact, pointer))
			continue;
		if (!strings_contain(&finding->subject.services, account->service->service))
			finding_service(out, finding, account->service->service);
		return true;
	}
	return false;
}

void ipsec_add_fail(const struct ipsec_account *account, struct findings *out, size_t from)
{
	if (!joins(account, out, from))
		add_finding(account, out);
}
