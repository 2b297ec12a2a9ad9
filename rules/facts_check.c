/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the types of the facts cannot say. A file that was damaged or made by hand is refused with a
 * JSON pointer: from classes with a hole no verdict may follow.
 */
#include "rules/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What RTM_GETROUTE answers, and "none". */
static const char *const route_types[] = {
	"unicast", "local",	  "broadcast", "multicast", "anycast", "blackhole",
	"unreachable", "prohibit", "throw",	"nat",	     "xresolve", "none",
	NULL,
};

static bool is_word_of(const char *const *words, const char *word)
{
	for (; *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

static int check_type(const char *list, size_t index, const char *type, struct fault *fault)
{
	if (is_word_of(route_types, type))
		return 0;
	return fault_set(fault, -EINVAL,
			 "/routes/%s/%zu/type: expected a route type of the kernel or "
			 "\"none\", not \"%s\"",
			 list, index, type);
}

static int check_span(const char *list, size_t index, const struct address *first,
		      const struct address *last, struct fault *fault)
{
	if (first->family != ADDRESS_IPV4)
		return fault_set(fault, -EINVAL, "/routes/%s/%zu/first: expected an IPv4 address",
				 list, index);
	if (last->family != ADDRESS_IPV4)
		return fault_set(fault, -EINVAL, "/routes/%s/%zu/last: expected an IPv4 address",
				 list, index);
	if (address_ipv4(first) > address_ipv4(last))
		return fault_set(fault, -EINVAL, "/routes/%s/%zu/last: expected an address that is "
				 "not before \"first\"", list, index);
	return 0;
}

/* One item of a partition: whose it is, and what it spans. */
struct piece {
	const char *owner, *interface;
	uint32_t mark;
	const struct address *first, *last;
};

struct partition {
	const char *list; /* key under /routes */
	const struct prefix *whole;
	size_t count;
	struct piece (*at)(const struct facts *facts, size_t index);
};

static bool is_same_proof(const struct piece *a, const struct piece *b)
{
	return text_equal(a->owner, b->owner) && text_equal(a->interface, b->interface) &&
	       a->mark == b->mark;
}

static int refuse_gap(const struct partition *partition, size_t index, const char *key,
		      uint32_t expected, struct fault *fault)
{
	struct address address = address_from_ipv4(expected);
	char text[ADDRESS_TEXT_MAX], range[PREFIX_TEXT_MAX];

	return fault_set(fault, -EINVAL,
			 "/routes/%s/%zu/%s: expected %s: the items of one proof are in order, "
			 "disjoint and cover %s",
			 partition->list, index, key, address_print(&address, text),
			 prefix_print(partition->whole, range));
}

/* Pieces of one proof stand together, in order, each where the one before it ends. */
static int check_cover(const struct facts *facts, const struct partition *partition,
		       struct list *proofs, struct fault *fault)
{
	uint32_t start = prefix_first(partition->whole), end = prefix_last(partition->whole);
	struct piece piece, next = { 0 }, *proof;
	uint32_t expected = start;
	int error = 0;
	bool ends;
	size_t i;

	for (i = 0; i < partition->count && !error; i++) {
		piece = partition->at(facts, i);
		error = check_span(partition->list, i, piece.first, piece.last, fault);
		if (error < 0)
			return error;
		if (address_ipv4(piece.first) != expected)
			return refuse_gap(partition, i, "first", expected, fault);
		proof = expected == start ? list_add(proofs, sizeof(*proof)) : &piece;
		if (!proof)
			return fault_set(fault, -ENOMEM, "out of memory");
		*proof = piece;
		ends = i + 1 == partition->count;
		if (!ends)
			next = partition->at(facts, i + 1);
		ends = ends || !is_same_proof(&piece, &next) || address_ipv4(piece.last) == end;
		if (ends ? address_ipv4(piece.last) != end : address_ipv4(piece.last) > end)
			return refuse_gap(partition, i, "last", end, fault);
		expected = ends ? start : address_ipv4(piece.last) + 1;
	}
	return error;
}

static int compare_pieces(const void *one, const void *two)
{
	const struct piece *a = one, *b = two;
	int order = text_compare(a->owner, b->owner);

	if (!order)
		order = text_compare(a->interface, b->interface);
	if (!order)
		order = a->mark < b->mark ? -1 : a->mark > b->mark;
	return order;
}

static int check_partition(const struct facts *facts, const struct partition *partition,
			   struct fault *fault)
{
	struct list proofs = { 0 };
	const struct piece *piece;
	int error;
	size_t i;

	error = check_cover(facts, partition, &proofs, fault);
	list_sort(&proofs, sizeof(struct piece), compare_pieces);
	for (i = 1; i < proofs.count && !error; i++) {
		piece = LIST_AT(&proofs, struct piece, i);
		if (is_same_proof(piece - 1, piece))
			error = fault_set(fault, -EINVAL, "/routes/%s: the proof of \"%s\" stands "
					  "there twice", partition->list, piece->owner);
	}
	free(proofs.items);
	return error;
}

static struct piece piece_of_class(const struct class_fact *fact)
{
	return (struct piece){ .owner = fact->service,
			       .interface = fact->iif,
			       .mark = fact->mark,
			       .first = &fact->first,
			       .last = &fact->last };
}

static struct piece class_at(const struct facts *facts, size_t index)
{
	return piece_of_class(LIST_AT(&facts->routes.classes, struct class_fact, index));
}

static struct piece vswitch_class_at(const struct facts *facts, size_t index)
{
	return piece_of_class(LIST_AT(&facts->routes.vswitch_classes, struct class_fact, index));
}

static struct piece ingress_at(const struct facts *facts, size_t index)
{
	const struct list *ingress = &facts->routes.ingress;
	const struct ingress_fact *fact = LIST_AT(ingress, struct ingress_fact, index);

	return (struct piece){ .owner = fact->service,
			       .interface = fact->arrival,
			       .first = &fact->first,
			       .last = &fact->last };
}

static int check_ports(const char *list, size_t index, const struct list *ports,
		       struct fault *fault)
{
	const struct class_ports *item;
	uint32_t next = 0;
	size_t i;

	for (i = 0; i < ports->count; i++) {
		item = LIST_AT(ports, struct class_ports, i);
		if (item->first < next || item->first > item->last)
			return fault_set(fault, -EINVAL, "/routes/%s/%zu/ports/%zu: expected ports "
					 "in order and disjoint", list, index, i);
		next = item->last + 1;
		if (!is_word_of(route_types, item->type))
			return fault_set(fault, -EINVAL,
					 "/routes/%s/%zu/ports/%zu/type: expected a route type of "
					 "the kernel or \"none\", not \"%s\"",
					 list, index, i, item->type);
	}
	return 0;
}

static bool leg_used(const struct list *hops)
{
	size_t i;

	for (i = 0; i < hops->count; i++)
		if (!LIST_AT(hops, struct next_hop, i)->unused)
			return true;
	return false;
}

/* A packet that is sent on is sent somewhere: without a next hop nothing could be judged. */
static int check_classes(const char *list, const struct list *classes, struct fault *fault)
{
	const struct class_fact *fact;
	int error = 0;
	size_t i;

	for (i = 0; i < classes->count && !error; i++) {
		fact = LIST_AT(classes, struct class_fact, i);
		error = check_type(list, i, fact->type, fault);
		if (!error && !strcmp(fact->type, "unicast") && !fact->error &&
		    !leg_used(&fact->next_hops))
			error = fault_set(fault, -EINVAL,
					  "/routes/%s/%zu/next_hops: expected at least one that is "
					  "used", list, i);
		if (!error)
			error = check_ports(list, i, &fact->ports, fault);
	}
	return error;
}

static int check_routes(const struct facts *facts, struct fault *fault)
{
	const struct routes_facts *routes = &facts->routes;
	const struct prefix *vswitch = &facts->plan.link.vswitch_cidr;
	const struct partition classes = { "classes", &reverse_range, routes->classes.count,
					   class_at };
	const struct partition others = { "vswitch_classes", vswitch,
					  routes->vswitch_classes.count, vswitch_class_at };
	const struct partition ingress = { "ingress", &reverse_range, routes->ingress.count,
					   ingress_at };
	int error;

	if (others.count && !vswitch->known)
		return fault_set(fault, -EINVAL,
				 "/routes/vswitch_classes: expected none, because the plan "
				 "declares no /plan/link/vswitch_cidr");
	error = check_partition(facts, &classes, fault);
	if (!error)
		error = check_partition(facts, &others, fault);
	if (!error)
		error = check_partition(facts, &ingress, fault);
	if (!error)
		error = check_classes("classes", &routes->classes, fault);
	if (!error)
		error = check_classes("vswitch_classes", &routes->vswitch_classes, fault);
	return error;
}

static bool is_range(const struct maybe *first, const struct maybe *last)
{
	return first->known == last->known && (!first->known || first->value <= last->value);
}

/* A jump goes forward, or rules could be walked for ever. */
static const char *fault_of_rule(const struct rule_fact *rule, uint32_t least_priority)
{
	if (rule->priority < least_priority)
		return "priority: expected the order of priorities";
	if (rule->action == RULE_GOTO && !rule->goto_priority.known && !rule->goto_unresolved)
		return "goto_priority: missing";
	if (rule->action == RULE_GOTO && rule->goto_priority.known &&
	    rule->goto_priority.value <= rule->priority)
		return "goto_priority: expected a later rule";
	if (!is_range(&rule->sport_first, &rule->sport_last))
		return "sport_last: expected a range of ports";
	if (!is_range(&rule->dport_first, &rule->dport_last))
		return "dport_last: expected a range of ports";
	if (!is_range(&rule->uid_first, &rule->uid_last))
		return "uid_last: expected a range of users";
	return NULL;
}

static int check_rules(const struct facts *facts, struct fault *fault)
{
	const struct rule_fact *rule;
	const char *wrong;
	uint32_t least = 0;
	size_t i;

	for (i = 0; i < facts->rules.rules.count; i++) {
		rule = LIST_AT(&facts->rules.rules, struct rule_fact, i);
		wrong = fault_of_rule(rule, least);
		if (wrong)
			return fault_set(fault, -EINVAL, "/rules/rules/%zu/%s", i, wrong);
		least = rule->priority;
	}
	return 0;
}

/* RFC 3339 in UTC, whole seconds: "2026-11-20T12:00:00Z". */
static bool is_moment(const char *string)
{
	static const char shape[] = "0000-00-00T00:00:00Z";
	size_t i;

	if (strlen(string) != sizeof(shape) - 1)
		return false;
	for (i = 0; shape[i]; i++)
		if (shape[i] == '0' ? string[i] < '0' || string[i] > '9' : string[i] != shape[i])
			return false;
	return true;
}

static int check_plan(const struct facts *facts, struct fault *fault)
{
	struct fault said = { 0 };
	int error = 0;

	if (facts->plan.state == FACT_OK)
		error = plan_check(&facts->plan, &said);
	if (error < 0)
		fault_set(fault, error, "/plan%s", fault_text(&said, error));
	return error;
}

int facts_check(const struct facts *facts, struct fault *fault)
{
	int error;

	if (facts->started && !is_moment(facts->started))
		return fault_set(fault, -EINVAL, "/started: expected a time like "
				 "2026-11-20T12:00:00Z, not \"%s\"", facts->started);
	error = check_plan(facts, fault);
	/* of a probe that failed nothing but its state is known */
	if (!error && facts->cloud.section.state == FACT_OK && facts->cloud.from == CLOUD_UNSET)
		error = fault_set(fault, -EINVAL, "/cloud/from: missing");
	if (!error && facts->rules.section.state == FACT_OK)
		error = check_rules(facts, fault);
	if (!error && facts->routes.section.state == FACT_OK)
		error = check_routes(facts, fault);
	if (!error && facts->trace.section.state == FACT_OK)
		error = trace_check(&facts->trace, fault);
	return error;
}
