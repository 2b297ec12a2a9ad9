/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From sheets of answers to maximal classes, for every mark, and to the way in. It judges nothing:
 * where rules on ports make answers differ, the least healthy one stands for the class and all of
 * them are listed.
 */
#include "probes/proof.h"

#include "probes/proof_legs.h"
#include "probes/proof_sheet.h"
#include "rules/text.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

int proof_init(struct proof *proof, const struct facts *facts, struct lookup *lookup,
	       struct fault *fault)
{
	int code;

	memset(proof, 0, sizeof(*proof));
	proof->facts = facts;
	proof->lookup = lookup;
	facts_declared_return(facts, facts_vantage(facts, NULL), &proof->declared);
	proof->declared_device = device_index(facts, proof->declared.dev);
	proof->fib = fib_new(facts);
	code = proof->fib ? 0 : -ENOMEM;
	if (!code)
		code = marks_of_rules(&facts->rules, &proof->marks, &proof->mark_count);
	if (!code)
		code = port_cuts_make(&proof->sent, &facts->rules, false);
	if (!code)
		code = port_cuts_make(&proof->entered, &facts->rules, true);
	if (!code)
		return 0;
	proof_release(proof);
	return fault_set(fault, code, "out of memory");
}

void proof_release(struct proof *proof)
{
	answers_release(&proof->answers);
	legs_release(&proof->legs);
	hops_release(&proof->message.hops);
	port_cuts_release(&proof->sent);
	port_cuts_release(&proof->entered);
	free(proof->marks);
	fib_free(proof->fib);
	memset(proof, 0, sizeof(*proof));
}

bool proof_possible(const struct service_fact *service)
{
	return service->resolved && service->address.family == ADDRESS_IPV4 &&
	       (service->local || service->iif);
}

/* How ill an answer is: 0 best. Only an order, so that the worst can stand for its class. */
static unsigned int rank(const struct proof *proof, const struct answer *answer,
			 const struct cell *cell)
{
	unsigned int worst = 0;
	size_t i;

	if (answer->error)
		return 4;
	if (answer->type != RTN_UNICAST)
		return 3;
	for (i = 0; i < answer->hop_count; i++) {
		const struct hop *hop = &answer->hops[i];
		const struct address *way = &proof->declared.next_hop;
		uint32_t device = proof->declared_device;

		if (hop->flags & HOP_UNUSED)
			continue;
		if (hop->flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN))
			return 2;
		if (way->family && (hop->family != way->family ||
				    memcmp(hop->via, way->bytes, sizeof(hop->via))))
			worst = 1;
		if (device && hop->oif != device)
			worst = 1;
	}
	if (!proof->declared.next_hop.family && !proof->declared.dev && !cell->matched.length)
		worst = 1;
	return worst;
}

/* Ports whose answer equals that of interval `port`. */
static uint32_t breadth(const struct sheet *sheet, size_t piece, size_t port)
{
	uint32_t ports = 0;
	size_t i;

	for (i = 0; i < sheet->ports->count; i++)
		if (sheet_cell(sheet, piece, i)->answer == sheet_cell(sheet, piece, port)->answer)
			ports += port_cuts_end(sheet->ports, i) - sheet->ports->starts[i] + 1;
	return ports;
}

/* The interval that stands for the piece: the worst, among equals the broadest, then the first. */
static size_t worst_port(const struct sheet *sheet, size_t piece)
{
	size_t best = 0;
	size_t port;

	for (port = 1; port < sheet->ports->count; port++) {
		unsigned int a = rank(sheet->proof, sheet_answer(sheet, piece, port),
				      sheet_cell(sheet, piece, port));
		unsigned int b = rank(sheet->proof, sheet_answer(sheet, piece, best),
				      sheet_cell(sheet, piece, best));

		if (a > b || (a == b && breadth(sheet, piece, port) > breadth(sheet, piece, best)))
			best = port;
	}
	return best;
}

/* The words of an answer, which classes and their ports share. */
struct told {
	char **type;
	struct maybe *table;
	struct list *next_hops;
	char **error;
};

static int tell(const struct proof *proof, const struct answer *answer, const struct told *told)
{
	char number[12];
	char name[16];

	*told->type = text_copy(answer->type == RTN_UNSPEC ? "none" :
				rtnl_route_type(answer->type, number));
	*told->error = answer->error ? text_copy(errno_name(answer->error, name)) : NULL;
	if (!*told->type || (answer->error && !*told->error))
		return -ENOMEM;
	told->table->known = answer->table != 0;
	told->table->value = answer->table;
	return hops_to_facts(proof->facts, answer->hops, answer->hop_count, told->next_hops);
}

/* Intervals of ports with their answers, where these differ. */
static int add_ports(const struct sheet *sheet, size_t piece, struct list *list)
{
	size_t port = 0;

	if (breadth(sheet, piece, 0) == EPHEMERAL_LAST - EPHEMERAL_FIRST + 1)
		return 0;
	while (port < sheet->ports->count) {
		uint32_t answer = sheet_cell(sheet, piece, port)->answer;
		struct class_ports *ports = list_add(list, sizeof(*ports));
		int code;

		if (!ports)
			return -ENOMEM;
		ports->first = sheet->ports->starts[port];
		code = tell(sheet->proof, sheet_answer(sheet, piece, port),
			    &(struct told){ &ports->type, &ports->table, &ports->next_hops,
					    &ports->error });
		if (code)
			return code;
		do {
			ports->last = port_cuts_end(sheet->ports, port++);
		} while (port < sheet->ports->count &&
			 sheet_cell(sheet, piece, port)->answer == answer);
	}
	return 0;
}

static bool pieces_alike(const struct sheet *sheet, size_t a, size_t b)
{
	size_t port;

	for (port = 0; port < sheet->ports->count; port++)
		if (sheet_cell(sheet, a, port)->answer != sheet_cell(sheet, b, port)->answer)
			return false;
	return true;
}

/* Pieces from..to (both included) as one class. */
static int add_class(const struct sheet *sheet, const struct service_fact *service, size_t from,
		     size_t to, struct list *classes)
{
	struct class_fact *fact = list_add(classes, sizeof(*fact));
	size_t port = worst_port(sheet, from);
	int code;

	if (!fact)
		return -ENOMEM;
	fact->service = text_copy(service->service);
	fact->iif = text_copy(service->iif);
	if (!fact->service || (service->iif && !fact->iif))
		return -ENOMEM;
	fact->mark = sheet->base.mark;
	fact->first = address_from_ipv4(sheet->cuts.starts[from]);
	fact->last = address_from_ipv4(cuts_end(&sheet->cuts, to));
	fact->destination = sheet_cell(sheet, from, port)->matched;
	code = tell(sheet->proof, sheet_answer(sheet, from, port),
		    &(struct told){ &fact->type, &fact->table, &fact->next_hops, &fact->error });
	return code ? code : add_ports(sheet, from, &fact->ports);
}

static int add_classes(const struct sheet *sheet, const struct service_fact *service,
		       struct list *classes)
{
	size_t from = 0;
	int code = 0;

	while (!code && from < sheet->cuts.count) {
		size_t to = from;

		while (to + 1 < sheet->cuts.count && pieces_alike(sheet, from, to + 1))
			to++;
		code = add_class(sheet, service, from, to, classes);
		from = to + 1;
	}
	return code;
}

static int find_device(const struct proof *proof, const char *name, uint32_t *index,
		       struct fault *fault)
{
	*index = name ? device_index(proof->facts, name) : 0;
	if (name && !*index)
		return fault_set(fault, -ENODEV, "interface \"%s\" has gone", name);
	return 0;
}

/* Where the classes of one proof go. */
struct class_target {
	const struct cuts *cuts;
	struct list *classes;
	struct fault *fault;
};

static int add_marked(struct sheet *sheet, const struct service_fact *service, uint32_t mark,
		      struct class_target *target)
{
	int code;

	sheet->base.mark = mark;
	code = sheet_make(sheet, target->cuts, target->fault);
	if (code)
		return code;
	code = add_classes(sheet, service, target->classes);
	sheet_release(sheet);
	return code ? fault_set(target->fault, code, "out of memory") : 0;
}

int proof_classes(struct proof *proof, const struct service_fact *service, const struct cuts *cuts,
		  struct list *classes, struct fault *fault)
{
	struct sheet sheet = {
		.proof = proof,
		.ports = service->iif ? &proof->entered : &proof->sent,
		.base = {
			.source = address_ipv4(&service->address),
			.sport = (uint16_t)service->port,
			.uid = service->uid.known ? service->uid.value : 0,
		},
		.iif = service->iif,
		.oif = service->iif ? NULL : service->dev,
	};
	struct class_target target = { cuts, classes, fault };
	bool own_asked = !service->mark.known || service->iif;
	size_t i;
	int code = find_device(proof, service->iif, &sheet.base.iif, fault);

	if (!code)
		code = find_device(proof, sheet.oif, &sheet.base.oif, fault);
	for (i = 0; !code && i < proof->mark_count; i++) {
		own_asked = own_asked || proof->marks[i] == service->mark.value;
		code = add_marked(&sheet, service, proof->marks[i], &target);
	}
	/* the socket's own mark may meet a rule's mask without being the value that it names */
	if (!code && !own_asked)
		code = add_marked(&sheet, service, service->mark.value, &target);
	return code;
}

/* The first refusal among the intervals of ports; 0: let in. */
static int refusal(const struct sheet *sheet, size_t piece)
{
	size_t port;

	for (port = 0; port < sheet->ports->count; port++)
		if (sheet_answer(sheet, piece, port)->error)
			return sheet_answer(sheet, piece, port)->error;
	return 0;
}

static int add_ingress(const struct sheet *sheet, const struct way_in *way, struct list *ingress)
{
	size_t from = 0;

	while (from < sheet->cuts.count) {
		struct ingress_fact *fact = list_add(ingress, sizeof(*fact));
		int error = refusal(sheet, from);
		size_t to = from;
		char name[16];

		while (to + 1 < sheet->cuts.count && refusal(sheet, to + 1) == error)
			to++;
		if (!fact)
			return -ENOMEM;
		fact->service = text_copy(way->service->service);
		fact->arrival = text_copy(way->arrival);
		fact->error = error ? text_copy(errno_name(error, name)) : NULL;
		if (!fact->service || !fact->arrival || (error && !fact->error))
			return -ENOMEM;
		fact->first = address_from_ipv4(sheet->cuts.starts[from]);
		fact->last = address_from_ipv4(cuts_end(&sheet->cuts, to));
		from = to + 1;
	}
	return 0;
}

int proof_ingress(struct proof *proof, const struct way_in *way, const struct cuts *cuts,
		  struct list *ingress, struct fault *fault)
{
	const struct service_fact *service = way->service;
	struct sheet sheet = {
		.proof = proof,
		.ports = &proof->entered,
		.base = {
			.destination = address_ipv4(&service->address),
			.dport = (uint16_t)service->port,
		},
		.iif = way->arrival,
		.inward = true,
		.beyond = !service->local,
	};
	int code = find_device(proof, way->arrival, &sheet.base.iif, fault);

	if (!code)
		code = sheet_make(&sheet, cuts, fault);
	if (code)
		return code;
	code = add_ingress(&sheet, way, ingress);
	sheet_release(&sheet);
	return code ? fault_set(fault, code, "out of memory") : 0;
}
