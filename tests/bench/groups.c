/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The goals about security groups (S1 to S3).
 *
 *	bench_groups                        S2 and S3, over 1,000 rules
 *	bench_groups --sweep RULES TURNS    nothing but so many sweeps, for an instruction counter
 */
#include "tests/bench/bench.h"

#include "rules/admission_groups.h"
#include "rules/facts.h"
#include "tests/random.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES 1000u
#define RANGE_SIZE 65536u
#define RANGE_FIRST 0x64680000u
#define PORT 443u

/* The same rules each time: instructions are compared between runs. */
static const struct random chance = { .state = 104 };
static const struct admission_question question = {
	.peers = { RANGE_FIRST, RANGE_FIRST + RANGE_SIZE - 1 }, .port = PORT, .peer_port = 40000,
};

/* A rule as numbers: each meets the range and the port. */
struct told {
	uint32_t first, length; /* a block of 17 to 32 bits, now and then of 8 */
	uint32_t priority;      /* 1 to 100 */
	bool admits;
};

static struct told told_next(struct random *random)
{
	struct told told = { .length = 17 + random_below(random, 16) };

	if (!random_below(random, 32))
		told.length = 8;
	told.first = (RANGE_FIRST + random_below(random, RANGE_SIZE)) & UINT32_MAX
									<< (32 - told.length);
	told.priority = 1 + random_below(random, 100);
	told.admits = random_below(random, 2);
	return told;
}

static int make_atoms(uint32_t rules, struct list *atoms)
{
	struct random random = chance;
	uint32_t i;

	for (i = 0; i < rules; i++) {
		const struct told told = told_next(&random);
		struct admission_atom *atom = list_add(atoms, sizeof(*atom));

		if (!atom)
			return -1;
		*atom = (struct admission_atom){
			.peers = { told.first, told.first | (uint32_t)(UINT32_MAX >> told.length) },
			.ports = { PORT, PORT }, .peer_ports = { 0, ADMISSION_PORTS },
			.rank = told.priority, .admits = told.admits, .rule = i,
		};
	}
	return 0;
}

/* The same as facts. */
static void write_facts(struct text *out)
{
	struct random random = chance;
	uint32_t i;

	text_add(out, "{\"schema\":\"" FACTS_SCHEMA "\",\"groups\":{\"state\":\"ok\",\"groups\":["
		      "{\"id\":\"sg-1\",\"state\":\"ok\",\"type\":\"normal\",\"rules\":[");
	for (i = 0; i < RULES; i++) {
		const struct told told = told_next(&random);

		text_addf(out, "%s{\"id\":\"sgr-%u\",\"direction\":\"ingress\",\"policy\":\"%s\","
			  "\"priority\":\"%u\",\"protocol\":\"TCP\",\"ports\":\"%u/%u\","
			  "\"source\":\"%u.%u.%u.%u/%u\"}", i ? "," : "", (unsigned int)i,
			  told.admits ? "Accept" : "Drop", (unsigned int)told.priority, PORT, PORT,
			  told.first >> 24, told.first >> 16 & 255, told.first >> 8 & 255,
			  told.first & 255, (unsigned int)told.length);
	}
	text_add(out, "]}]}}");
}

/* Of each address the first atom in the order of ranks: as often as there are atoms. */
static void brute(const struct list *atoms, uint8_t admitted[RANGE_SIZE])
{
	uint32_t address;
	size_t i;

	for (address = 0; address < RANGE_SIZE; address++) {
		const struct admission_atom *best = NULL;

		for (i = 0; i < atoms->count; i++) {
			const struct admission_atom *atom =
				LIST_AT(atoms, struct admission_atom, i);

			if (RANGE_FIRST + address < atom->peers.first ||
			    RANGE_FIRST + address > atom->peers.last)
				continue;
			if (!best || atom->rank < best->rank ||
			    (atom->rank == best->rank && !atom->admits))
				best = atom;
		}
		admitted[address] = best && best->admits;
	}
}

static bool is_same(const struct list *pieces, const uint8_t admitted[RANGE_SIZE])
{
	uint32_t address, seen = 0;
	size_t i;

	for (i = 0; i < pieces->count; i++) {
		const struct admission_piece *piece =
			LIST_AT(pieces, struct admission_piece, i);

		for (address = piece->peers.first; address <= piece->peers.last; address++, seen++)
			if (piece->admitted != admitted[address - RANGE_FIRST])
				return false;
	}
	return seen == RANGE_SIZE;
}

/* S3: against every address and every rule; both must say the same. */
static bool against_brute(void)
{
	static const struct goal goal = { "S3", RULES, "brute-force/500", 1.0, NULL };
	uint8_t *admitted = malloc(RANGE_SIZE);
	struct list atoms = { .count = 0 }, pieces = { .count = 0 };
	struct pairs pairs = { .count = 0 };
	bool good = admitted && !make_atoms(RULES, &atoms);
	unsigned int i, turn, turns = 100;

	for (i = 0; good && i < 7; i++) {
		double start = bench_cpu_ms(), ours;

		for (turn = 0; good && turn < turns; turn++)
			good = !admission_sweep(&atoms, &question, &pieces);
		ours = (bench_cpu_ms() - start) / turns;
		start = bench_cpu_ms();
		brute(&atoms, admitted);
		pairs_add(&pairs, ours, (bench_cpu_ms() - start) / 500);
		good = good && is_same(&pieces, admitted);
	}
	admission_release(&atoms);
	admission_release(&pieces);
	free(admitted);
	if (!good)
		printf("bench S3 scale=%u FAIL the sweep and brute force differ\n", RULES);
	return good && goal_report(&goal, &pairs, "ms");
}

/* From bytes to who is let in. */
static bool evaluate(const struct text *document, const struct strings *groups,
		     struct list *pieces)
{
	struct group_question asked = { .groups = groups };
	struct list atoms = { .count = 0 };
	struct fault fault = { 0 };
	struct facts facts;
	bool good = false;

	facts_init(&facts);
	if (!facts_read(text_string(document), document->length, &facts, &fault)) {
		asked.facts = &facts.groups;
		good = !address_parse("172.20.5.10", &asked.local) &&
		       !admission_groups(&asked, &atoms) && atoms.count >= RULES &&
		       !admission_sweep(&atoms, &question, pieces);
	}
	admission_release(&atoms);
	facts_release(&facts);
	return good;
}

/* Bytes to facts. */
static bool parse(const struct text *document)
{
	struct fault fault = { 0 };
	struct facts facts;
	bool good;

	facts_init(&facts);
	good = !facts_read(text_string(document), document->length, &facts, &fault);
	facts_release(&facts);
	return good;
}

/* S2: what is worked out costs little beside the reading of it. */
static bool beside_parsing(void)
{
	static const struct goal goal = { "S2", RULES, "parse", 1.15, NULL };
	struct list pieces = { .count = 0 };
	struct pairs pairs = { .count = 0 };
	struct strings groups = { .count = 0 };
	struct text document;
	bool good;
	unsigned int i, turn, turns = 20;

	text_init(&document, JSON_SIZE_MAX);
	write_facts(&document);
	good = !text_error(&document) && !strings_add(&groups, "sg-1");
	for (i = 0; good && i < 31; i++) {
		double start = bench_cpu_ms(), ours;

		for (turn = 0; good && turn < turns; turn++)
			good = evaluate(&document, &groups, &pieces);
		ours = bench_cpu_ms() - start;
		start = bench_cpu_ms();
		for (turn = 0; good && turn < turns; turn++)
			good = parse(&document);
		pairs_add(&pairs, ours / turns, (bench_cpu_ms() - start) / turns);
	}
	admission_release(&pieces);
	strings_release(&groups);
	text_release(&document);
	if (!good)
		printf("bench S2 scale=%u FAIL the rules were not evaluated\n", RULES);
	return good && goal_report(&goal, &pairs, "ms");
}

static int sweep_only(uint32_t rules, unsigned long turns)
{
	struct list atoms = { .count = 0 }, pieces = { .count = 0 };
	int error = make_atoms(rules, &atoms);

	while (!error && turns--)
		error = admission_sweep(&atoms, &question, &pieces);
	admission_release(&atoms);
	admission_release(&pieces);
	return error ? 1 : 0;
}

int main(int count, char **words)
{
	bool good;

	if (count == 4 && !strcmp(words[1], "--sweep"))
		return sweep_only((uint32_t)strtoul(words[2], NULL, 10),
				  strtoul(words[3], NULL, 10));
	if (count != 1)
		return 64;
	good = beside_parsing();
	return against_brute() && good ? 0 : 1;
}
