/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills one sheet: asks, names refusals by the model, resolves next-hop objects, and asks address
 * by address where the kernel's choice of a leg can change the answer.
 */
#include "probes/proof_sheet.h"

#include "probes/proof_legs.h"
#include "rules/text.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct cell *sheet_cell(const struct sheet *sheet, size_t piece, size_t port)
{
	return &sheet->cells[piece * sheet->ports->count + port];
}

const struct answer *sheet_answer(const struct sheet *sheet, size_t piece, size_t port)
{
	return &sheet->proof->answers.items[sheet_cell(sheet, piece, port)->answer];
}

static void ask(size_t index, struct lookup_tuple *tuple, void *data)
{
	const struct sheet *sheet = data;
	uint32_t address = sheet->cuts.starts[index / sheet->ports->count];
	uint16_t port = sheet->ports->starts[index % sheet->ports->count];

	*tuple = sheet->base;
	if (sheet->inward) {
		tuple->source = address;
		tuple->sport = port;
	} else {
		tuple->destination = address;
		tuple->dport = port;
	}
}

static uint8_t type_number(const char *name)
{
	char buffer[12];
	unsigned int type;

	for (type = 0; type <= RTN_MAX; type++)
		if (text_equal(rtnl_route_type(type, buffer), name))
			return (uint8_t)type;
	return RTN_UNSPEC;
}

/* A refusal is an errno; which route or rule refused is told by the dumped ones. */
static void name_refusal(const struct sheet *sheet, const struct lookup_tuple *tuple,
			 struct answer *answer, struct cell *cell)
{
	struct fib_answer model;
	struct flow flow = {
		.destination = tuple->destination,
		.source = tuple->source,
		.mark = tuple->mark,
		.ipproto = IPPROTO_TCP,
		.sport = tuple->sport,
		.dport = tuple->dport,
		/* packets that enter belong to the namespace's root: ip_route_input_slow() */
		.uid = tuple->iif ? 0 : tuple->uid,
		.iif = sheet->iif,
		.oif = sheet->oif,
	};

	fib_lookup(sheet->proof->fib, &flow, 0, &model);
	answer->type = type_number(model.type);
	answer->table = model.table;
	if (!model.route)
		return;
	cell->matched = model.route->destination;
	cell->spread = tuple->iif && !sheet_refused_early(answer->error) &&
		       sheet_legs_matter(sheet, &model.route->next_hops);
}

/* Where local and main share one trie the kernel says "main" of both; the dump knows better. */
static uint32_t true_table(const struct proof *proof, const struct route_message *message)
{
	struct prefix prefix = prefix_make(message->destination, message->length);
	const struct route_fact *route;

	if (message->table == RT_TABLE_MAIN && proof->facts->routes.merged_tables &&
	    fib_equal(proof->fib, RT_TABLE_LOCAL, &prefix, &route, 1))
		return RT_TABLE_LOCAL;
	return message->table;
}

/*
 * What the message tells and no packet sees goes: how a route was entered (onlink). The packet of a
 * socket that is bound to a device leaves by the first leg there, fib_select_path() picks no other.
 */
static void settle_hops(const struct sheet *sheet, struct hop *hops, size_t count)
{
	size_t leg = count;
	size_t i;

	for (i = 0; i < count; i++) {
		hops[i].flags &= (uint8_t)~RTNH_F_ONLINK;
		if (leg == count && sheet->base.oif && hops[i].oif == sheet->base.oif &&
		    !(hops[i].flags & RTNH_F_DEAD))
			leg = i;
	}
	for (i = 0; leg < count && i < count; i++)
		if (hops[i].oif != hops[leg].oif || hops[i].family != hops[leg].family ||
		    memcmp(hops[i].via, hops[leg].via, sizeof(hops[i].via)))
			hops[i].flags |= HOP_UNUSED;
}

static int take_route(const struct sheet *sheet, const struct nlmsghdr *header,
		      struct answer *answer, struct cell *cell)
{
	struct proof *proof = sheet->proof;
	struct route_message *message = &proof->message;
	int code = route_message_decode(header, message);

	if (code)
		return code;
	if (message->flags & RTM_F_CLONED)
		return -EOPNOTSUPP; /* before Linux 4.13 RTM_F_FIB_MATCH was unknown */
	settle_hops(sheet, message->hops.items, message->hops.count);
	answer->type = message->type;
	answer->table = true_table(proof, message);
	answer->object = message->hops.count ? 0 : message->next_hop_id;
	answer->hops = message->hops.items;
	answer->hop_count = message->hops.count;
	cell->matched = prefix_make(message->destination, message->length);
	cell->route = legs_route(header, message);
	return 0;
}

static int take_answer(size_t index, const struct nlmsghdr *header, int error, void *data)
{
	struct sheet *sheet = data;
	struct cell *cell = &sheet->cells[index];
	struct answer answer = { .error = error };
	int code = 0;

	memset(cell, 0, sizeof(*cell));
	if (header) {
		code = take_route(sheet, header, &answer, cell);
	} else if (!sheet->inward) {
		struct lookup_tuple tuple;

		ask(index, &tuple, sheet);
		name_refusal(sheet, &tuple, &answer, cell);
	} else {
		cell->spread = sheet->beyond && !sheet_refused_early(error) &&
			       sheet_unknown_legs_matter(sheet);
	}
	if (!code)
		code = answers_intern(&sheet->proof->answers, &answer, &cell->answer);
	return code;
}

/* Replaces answers that only name a next-hop object by its legs. */
static int resolve_objects(struct sheet *sheet, struct fault *fault)
{
	struct proof *proof = sheet->proof;
	size_t cells = sheet->cuts.count * sheet->ports->count;
	size_t known = proof->answers.count;
	struct hops hops = { .items = NULL };
	uint32_t from;
	int code = 0;

	for (from = 0; !code && from < known; from++) {
		struct answer answer = proof->answers.items[from];
		uint32_t to;
		size_t i;

		if (!answer.object)
			continue;
		hops.count = 0;
		code = hops_of_object(&proof->lookup->rtnl, answer.object, &hops, fault);
		settle_hops(sheet, hops.items, hops.count);
		answer.object = 0;
		answer.hops = hops.items;
		answer.hop_count = hops.count;
		if (!code)
			code = answers_intern(&proof->answers, &answer, &to);
		for (i = 0; !code && i < cells; i++)
			if (sheet->cells[i].answer == from)
				sheet->cells[i].answer = to;
	}
	hops_release(&hops);
	return code;
}

static int ask_all(struct sheet *sheet, struct fault *fault)
{
	struct lookup_run run = {
		.count = sheet->cuts.count * sheet->ports->count,
		.ask = ask,
		.answer = take_answer,
		.data = sheet,
	};
	struct cell *cells = realloc(sheet->cells, run.count * sizeof(*cells));
	int code;

	if (!cells)
		return fault_set(fault, -ENOMEM, "out of memory");
	sheet->cells = cells;
	code = lookup_all(sheet->proof->lookup, &run, fault);
	if (code == -EOPNOTSUPP)
		return fault_set(fault, code,
				 "this kernel does not tell which route answers a look-up");
	return code ? code : resolve_objects(sheet, fault);
}

/*
 * A packet that enters is checked against the leg that was picked for it, and legs are picked by a
 * hash of the addresses: neighbours in one piece can then differ.
 */
static bool must_spread(const struct sheet *sheet, size_t piece)
{
	size_t port;

	for (port = 0; port < sheet->ports->count; port++) {
		const struct answer *answer = sheet_answer(sheet, piece, port);

		if (sheet_cell(sheet, piece, port)->spread ||
		    sheet_hops_matter(sheet, answer->hops, answer->hop_count))
			return true;
	}
	return false;
}

/* Cuts such pieces into single addresses: `next` is settled, and finer if there were any. */
static int refine(const struct sheet *sheet, struct cuts *next)
{
	size_t piece;

	*next = (struct cuts){ .first = sheet->cuts.first, .last = sheet->cuts.last };
	for (piece = 0; piece < sheet->cuts.count; piece++) {
		uint32_t address = sheet->cuts.starts[piece];
		uint32_t last = cuts_end(&sheet->cuts, piece);

		cuts_add(next, address, last);
		if (!must_spread(sheet, piece))
			continue;
		while (address < last && !next->error) {
			cuts_add(next, address, address);
			address++;
		}
	}
	return cuts_settle(next);
}

static int copy_cuts(const struct cuts *from, struct cuts *to)
{
	size_t piece;

	*to = (struct cuts){ .first = from->first, .last = from->last };
	for (piece = 0; piece < from->count; piece++)
		cuts_add(to, from->starts[piece], cuts_end(from, piece));
	return cuts_settle(to);
}

int sheet_make(struct sheet *sheet, const struct cuts *cuts, struct fault *fault)
{
	struct cuts finer;
	int code;

	sheet->cells = NULL;
	code = copy_cuts(cuts, &sheet->cuts);
	if (!code)
		code = ask_all(sheet, fault);
	if (!code && sheet->base.iif) {
		code = refine(sheet, &finer);
		if (!code && finer.count > sheet->cuts.count) {
			cuts_release(&sheet->cuts);
			sheet->cuts = finer;
			code = ask_all(sheet, fault);
		} else {
			cuts_release(&finer);
		}
	}
	/* packets that enter prefer no leg: fib_select_multipath() gets no flow of theirs */
	if (!code && !sheet->inward && !sheet->base.iif && !sheet->base.oif)
		code = legs_mark(sheet, fault);
	if (code) {
		sheet_release(sheet);
		return fault_set(fault, code, "the look-ups failed");
	}
	return 0;
}

void sheet_release(struct sheet *sheet)
{
	cuts_release(&sheet->cuts);
	free(sheet->cells);
	sheet->cells = NULL;
}
