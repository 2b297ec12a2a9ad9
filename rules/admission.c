/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over ranked boxes; see admission.h. */
#include "rules/admission.h"

#include <errno.h>
#include <stdlib.h>

/* A heap of the atoms that hold at the sweep's address, the deciding one on top. */
struct heap {
	const struct admission_atom **items;
	size_t count;
};

static const struct admission_atom *atom_at(const struct list *atoms, size_t i)
{
	return LIST_AT(atoms, struct admission_atom, i);
}

static bool decides_before(const struct admission_atom *a, const struct admission_atom *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank;
	if (a->admits != b->admits)
		return !a->admits;
	return a->rule < b->rule;
}

static void heap_push(struct heap *heap, const struct admission_atom *atom)
{
	size_t at = heap->count++;

	while (at > 0 && decides_before(atom, heap->items[(at - 1) / 2])) {
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = atom;
}

static void heap_pop(struct heap *heap)
{
	const struct admission_atom *atom = heap->items[--heap->count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < heap->count) {
		if (child + 1 < heap->count &&
		    decides_before(heap->items[child + 1], heap->items[child]))
			child++;
		if (!decides_before(heap->items[child], atom))
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = atom;
}

/* Two arrays of the same length: a step of the sort goes from one to the other. */
struct sorting {
	const struct admission_atom **atoms, **spare;
};

static uint32_t first_behind(const struct admission_atom *atom, uint32_t first)
{
	return atom->peers.first > first ? atom->peers.first - first : 0;
}

/* One byte of the key, the order of equal ones as it was. */
static void sort_byte(const struct admission_atom *const *from, const struct admission_atom **to,
		      size_t count, uint32_t first, unsigned int shift)
{
	size_t starts[257] = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		starts[(first_behind(from[i], first) >> shift & 255) + 1]++;
	for (i = 1; i < 256; i++)
		starts[i] += starts[i - 1];
	for (i = 0; i < count; i++)
		to[starts[first_behind(from[i], first) >> shift & 255]++] = from[i];
}

/*
 * By their first peer of `peers`, byte by byte from the lowest, as many as `peers` need; atoms that
 * begin before are alike. Comparing them cost more than all the rest of a sweep.
 */
static void sort_atoms(struct sorting *sorting, size_t count, struct span peers)
{
	unsigned int shift;

	for (shift = 0; shift < 32 && (peers.last - peers.first) >> shift; shift += 8) {
		const struct admission_atom **sorted = sorting->spare;

		sort_byte(sorting->atoms, sorted, count, peers.first, shift);
		sorting->spare = sorting->atoms;
		sorting->atoms = sorted;
	}
}

static bool port_is_in(struct port_span span, uint32_t port)
{
	return span.first <= port && port <= span.last;
}

/* The atoms that the question meets, by their first peer; their number. */
static size_t select_atoms(const struct list *atoms, const struct admission_question *question,
			   struct sorting *sorting)
{
	size_t i, count = 0;

	for (i = 0; i < atoms->count; i++) {
		const struct admission_atom *atom = atom_at(atoms, i);

		if (atom->peers.first <= question->peers.last &&
		    atom->peers.last >= question->peers.first &&
		    port_is_in(atom->ports, question->port) &&
		    port_is_in(atom->peer_ports, question->peer_port))
			sorting->atoms[count++] = atom;
	}
	sort_atoms(sorting, count, question->peers);
	return count;
}

/* Adds a piece, or lets the last one grow where it is alike. */
static int add_piece(struct list *pieces, const struct admission_piece *piece)
{
	struct admission_piece *last = pieces->count ?
		LIST_AT(pieces, struct admission_piece, pieces->count - 1) : NULL;

	if (last && last->rule == piece->rule && last->admitted == piece->admitted &&
	    last->peers.last + 1 == piece->peers.first) {
		last->peers.last = piece->peers.last;
		return 0;
	}
	last = list_add(pieces, sizeof(*last));
	if (!last)
		return -ENOMEM;
	*last = *piece;
	return 0;
}

/* From `at` to wherever the answer may change next: the end of the deciding atom, or a new one. */
static struct admission_piece next_piece(const struct heap *heap, uint32_t at, uint32_t last,
					 const struct admission_atom *coming)
{
	struct admission_piece piece = {
		.peers = { at, last }, .rule = ADMISSION_NO_RULE,
	};

	if (heap->count) {
		piece.admitted = heap->items[0]->admits;
		piece.rule = heap->items[0]->rule;
		if (heap->items[0]->peers.last < last)
			piece.peers.last = heap->items[0]->peers.last;
	}
	if (coming && coming->peers.first - 1 < piece.peers.last)
		piece.peers.last = coming->peers.first - 1;
	return piece;
}

static int sweep(struct sorting *sorting, size_t count, struct span peers, struct list *pieces)
{
	struct heap heap = { .items = sorting->spare };
	uint32_t at = peers.first;
	size_t next = 0;
	int error = 0;

	while (!error) {
		struct admission_piece piece;

		while (next < count && sorting->atoms[next]->peers.first <= at)
			heap_push(&heap, sorting->atoms[next++]);
		while (heap.count && heap.items[0]->peers.last < at)
			heap_pop(&heap);
		piece = next_piece(&heap, at, peers.last,
				   next < count ? sorting->atoms[next] : NULL);
		error = add_piece(pieces, &piece);
		if (piece.peers.last == peers.last)
			break;
		at = piece.peers.last + 1;
	}
	return error;
}

int admission_sweep(const struct list *atoms, const struct admission_question *question,
		    struct list *pieces)
{
	struct sorting sorting = {
		.atoms = calloc(atoms->count + 1, sizeof(const void *)),
		.spare = calloc(atoms->count + 1, sizeof(const void *)),
	};
	int error = -ENOMEM;

	pieces->count = 0;
	if (sorting.atoms && sorting.spare)
		error = sweep(&sorting, select_atoms(atoms, question, &sorting), question->peers,
			      pieces);
	free(sorting.atoms);
	free(sorting.spare);
	return error;
}

static int compare_ports(const void *one, const void *two)
{
	const uint32_t *a = one, *b = two;

	return *a < *b ? -1 : *a > *b;
}

static int add_start(struct list *starts, uint64_t port, struct port_span ports)
{
	uint32_t *start;

	if (port < ports.first || port > ports.last)
		return 0;
	start = list_add(starts, sizeof(*start));
	if (!start)
		return -ENOMEM;
	*start = (uint32_t)port;
	return 0;
}

int admission_port_classes(const struct list *atoms, struct port_span ports, bool peer,
			   struct list *starts)
{
	size_t i, kept = 0;
	uint32_t *items;
	int error;

	starts->count = 0;
	error = add_start(starts, ports.first, ports);
	for (i = 0; i < atoms->count && !error; i++) {
		const struct admission_atom *atom = atom_at(atoms, i);
		struct port_span span = peer ? atom->peer_ports : atom->ports;

		error = add_start(starts, span.first, ports);
		if (!error)
			error = add_start(starts, (uint64_t)span.last + 1, ports);
	}
	if (error)
		return error;
	list_sort(starts, sizeof(*items), compare_ports);
	items = starts->items;
	for (i = 0; i < starts->count; i++)
		if (!kept || items[kept - 1] != items[i])
			items[kept++] = items[i];
	starts->count = kept;
	return 0;
}

/*
 * The refused pieces of one question become atoms of `refusals`: ranked by `rank`, so that a sweep
 * over them names for each peer the first question that refused it.
 */
static int add_refusals(const struct list *atoms, const struct admission_question *question,
			uint64_t rank, struct list *refusals)
{
	struct list pieces = { .count = 0 };
	int error = admission_sweep(atoms, question, &pieces);
	size_t i;

	for (i = 0; i < pieces.count && !error; i++) {
		const struct admission_piece *piece =
			LIST_AT(&pieces, struct admission_piece, i);
		struct admission_atom *atom;

		if (piece->admitted)
			continue;
		atom = list_add(refusals, sizeof(*atom));
		if (!atom)
			error = -ENOMEM;
		else
			*atom = (struct admission_atom){
				.peers = piece->peers, .rank = rank, .rule = piece->rule,
				.ports = { 0, ADMISSION_PORTS },
				.peer_ports = { 0, ADMISSION_PORTS },
			};
	}
	admission_release(&pieces);
	return error;
}

/* One refusal at the most for a peer, of the lowest ports. */
static int first_refusals(struct list *refusals, struct span peers, struct list *pieces)
{
	struct admission_question question = { .peers = peers };
	struct admission_atom *all = list_add(refusals, sizeof(*all));
	size_t i, kept = 0;
	int error;

	/* what nobody refused is admitted here: an atom beneath all others says so */
	if (!all)
		return -ENOMEM;
	*all = (struct admission_atom){
		.peers = peers, .rank = UINT64_MAX, .admits = true,
		.ports = { 0, ADMISSION_PORTS }, .peer_ports = { 0, ADMISSION_PORTS },
	};
	error = admission_sweep(refusals, &question, pieces);
	for (i = 0; i < pieces->count && !error; i++) {
		struct admission_piece *items = pieces->items;

		if (!items[i].admitted)
			items[kept++] = items[i];
	}
	pieces->count = kept;
	return error;
}

int admission_refused(const struct list *atoms, struct span peers, struct port_span ports,
		      struct port_span peer_ports, struct list *pieces)
{
	struct list starts = { .count = 0 }, peer_starts = { .count = 0 };
	struct list refusals = { .count = 0 };
	size_t i, j;
	int error = admission_port_classes(atoms, ports, false, &starts);

	pieces->count = 0;
	if (!error)
		error = admission_port_classes(atoms, peer_ports, true, &peer_starts);
	for (i = 0; i < starts.count && !error; i++) {
		for (j = 0; j < peer_starts.count && !error; j++) {
			struct admission_question question = {
				.peers = peers, .port = *LIST_AT(&starts, uint32_t, i),
				.peer_port = *LIST_AT(&peer_starts, uint32_t, j),
			};

			error = add_refusals(atoms, &question, (uint64_t)i * peer_starts.count + j,
					     &refusals);
		}
	}
	if (!error)
		error = first_refusals(&refusals, peers, pieces);
	admission_release(&refusals);
	admission_release(&starts);
	admission_release(&peer_starts);
	return error;
}

uint64_t admission_size(const struct list *pieces)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < pieces->count; i++) {
		const struct admission_piece *piece = LIST_AT(pieces, struct admission_piece, i);

		size += (uint64_t)piece->peers.last - piece->peers.first + 1;
	}
	return size;
}

void admission_span_set(const struct list *pieces, struct span_set *out)
{
	size_t i;

	for (i = 0; i < pieces->count; i++) {
		const struct admission_piece *piece = LIST_AT(pieces, struct admission_piece, i);

		span_set_add(out, piece->peers.first, piece->peers.last);
	}
}

void admission_release(struct list *list)
{
	free(list->items);
	*list = (struct list){ .count = 0 };
}
