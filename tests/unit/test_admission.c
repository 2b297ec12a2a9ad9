/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is let in, against brute force: random groups and ACLs, every class of ports, every one of
 * the 65,536 addresses. `test_admission SETS` takes another number of sets.
 */
#include "rules/admission_acls.h"
#include "rules/admission_groups.h"
#include "tests/unit/admission_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* all of them where nothing slows it down, a tenth beside the sanitizers */
#if defined(__SANITIZE_ADDRESS__)
#define SETS_GROUPS 2000
#define SETS_ACLS 500
#else
#define SETS_GROUPS 20000
#define SETS_ACLS 5000
#endif
#define LINUX_FIRST 32768u
#define LINUX_LAST 60999u

static unsigned long sets_asked; /* by argument; 0: the usual number */

static const struct span whole = { WORLD_FIRST, WORLD_LAST };

/* The classes of destination (or source) ports as the numbers have them, each by its first port. */
static void classes_of(const struct told_world *world, bool sources, uint8_t begins[65537])
{
	unsigned int i, j;

	memset(begins, 0, 65537);
	begins[0] = 1;
	for (i = 0; i < world->count; i++) {
		const struct told_rule *rule = &world->rules[i];

		if (sources) {
			begins[rule->sources[0]] = begins[rule->sources[1] + 1] = 1;
			continue;
		}
		for (j = 0; j < rule->port_count; j++)
			begins[rule->ports[j][0]] = begins[rule->ports[j][1] + 1] = 1;
	}
}

static void bits_of(const struct list *pieces, uint64_t bits[WORLD_WORDS], bool refused)
{
	uint32_t expected = WORLD_FIRST;
	size_t i;

	memset(bits, 0, WORLD_WORDS * sizeof(*bits));
	for (i = 0; i < pieces->count; i++) {
		const struct admission_piece *piece =
			LIST_AT(pieces, struct admission_piece, i);

		assert_true(piece->peers.first <= piece->peers.last);
		assert_true(refused ? piece->peers.first >= expected
				    : piece->peers.first == expected);
		expected = piece->peers.last + 1;
		if (piece->admitted != refused)
			world_fill(bits, piece->peers.first, piece->peers.last);
	}
	assert_true(refused || expected == WORLD_LAST + 1);
}

/* Each piece names the rule that decides its ends and its middle. */
static void check_names(const struct told_world *world, const struct list *pieces, uint32_t port,
			uint32_t source)
{
	size_t i;

	for (i = 0; i < pieces->count; i++) {
		const struct admission_piece *piece =
			LIST_AT(pieces, struct admission_piece, i);
		uint32_t middle = piece->peers.first +
				  (piece->peers.last - piece->peers.first) / 2;

		assert_int_equal(piece->rule,
				 world_decides(world, piece->peers.first, port, source));
		assert_int_equal(piece->rule, world_decides(world, middle, port, source));
		assert_int_equal(piece->rule,
				 world_decides(world, piece->peers.last, port, source));
	}
}

static void check_class(const struct told_world *world, const struct list *atoms, uint32_t port,
			uint32_t source)
{
	struct admission_question question = { .peers = whole, .port = port,
					       .peer_port = source };
	uint64_t told[WORLD_WORDS], found[WORLD_WORDS];
	struct list pieces = { .count = 0 };

	assert_int_equal(admission_sweep(atoms, &question, &pieces), 0);
	world_paint(world, port, source, told);
	bits_of(&pieces, found, false);
	assert_memory_equal(told, found, sizeof(told));
	check_names(world, &pieces, port, source);
	admission_release(&pieces);
}

/* What is refused from some of the ports that clients use: the union over the classes of them. */
static void check_refused(const struct told_world *world, const struct list *atoms, uint32_t port)
{
	uint8_t begins[65537];
	uint64_t told[WORLD_WORDS] = { 0 }, one[WORLD_WORDS], found[WORLD_WORDS];
	struct list pieces = { .count = 0 };
	uint64_t size = 0;
	uint32_t source, i;

	classes_of(world, true, begins);
	begins[LINUX_FIRST] = 1;
	for (source = LINUX_FIRST; source <= LINUX_LAST; source++) {
		if (!begins[source])
			continue;
		world_paint(world, port, source, one);
		for (i = 0; i < WORLD_WORDS; i++)
			told[i] |= ~one[i];
	}
	assert_int_equal(admission_refused(atoms, whole, (struct port_span){ port, port },
					   (struct port_span){ LINUX_FIRST, LINUX_LAST },
					   &pieces), 0);
	bits_of(&pieces, found, true);
	assert_memory_equal(told, found, sizeof(told));
	for (i = 0; i < WORLD_WORDS; i++)
		size += (uint64_t)__builtin_popcountll(told[i]);
	assert_int_equal(admission_size(&pieces), size);
	admission_release(&pieces);
}

/* The program's classes begin where those of the numbers do; none that matters is missing. */
static void check_starts(const struct told_world *world, const struct list *atoms)
{
	uint8_t begins[65537];
	struct list starts = { .count = 0 };
	size_t i;

	classes_of(world, false, begins);
	assert_int_equal(admission_port_classes(atoms, (struct port_span){ 0, 65535 }, false,
						&starts), 0);
	for (i = 0; i < starts.count; i++) {
		assert_true(begins[*LIST_AT(&starts, uint32_t, i)]);
		begins[*LIST_AT(&starts, uint32_t, i)] = 2;
	}
	for (i = 0; i < atoms->count; i++)
		assert_int_equal(begins[LIST_AT(atoms, struct admission_atom, i)->ports.first], 2);
	admission_release(&starts);
}

static void check_world(struct told_world *world, const struct list *atoms, struct random *random)
{
	uint8_t begins[65537];
	uint32_t port, source = LINUX_FIRST + random_below(random, LINUX_LAST - LINUX_FIRST);

	classes_of(world, false, begins);
	check_starts(world, atoms);
	for (port = 0; port < 65536; port++)
		if (begins[port])
			check_class(world, atoms, port, source);
	check_class(world, atoms, 443, random_below(random, 65536));
	check_refused(world, atoms, 443);
}

static unsigned long sets_of(unsigned long usual)
{
	return sets_asked ? sets_asked : usual;
}

static void test_groups(void **state)
{
	struct random random = random_seeded("admission.groups");
	struct told_world *world = calloc(1, sizeof(*world));
	unsigned long left;

	(void)state;
	assert_non_null(world);
	for (left = sets_of(SETS_GROUPS); left; left--) {
		struct group_question question = { .hopeful = left % 2 };
		struct list atoms = { .count = 0 };

		world_groups(world, &random);
		question.facts = &world->facts;
		question.groups = &world->attached;
		assert_int_equal(address_parse(WORLD_LOCAL, &question.local), 0);
		assert_int_equal(admission_groups(&question, &atoms), 0);
		check_world(world, &atoms, &random);
		admission_release(&atoms);
		world_release(world);
	}
	free(world);
}

static void test_acls(void **state)
{
	struct random random = random_seeded("admission.acls");
	struct told_world *world = calloc(1, sizeof(*world));
	unsigned long left;

	(void)state;
	assert_non_null(world);
	for (left = sets_of(SETS_ACLS); left; left--) {
		struct acl_question question = { .hopeful = left % 2 };
		struct list atoms = { .count = 0 };

		world_acl(world, &random);
		question.facts = &world->facts;
		question.acl = LIST_AT(&world->facts.acls, struct network_acl_fact, 0);
		assert_int_equal(admission_acls(&question, &atoms), 0);
		check_world(world, &atoms, &random);
		admission_release(&atoms);
		world_release(world);
	}
	free(world);
}

#define SCATTERED 3000u

/* Every address there is: single ones that are let in, told in no order of theirs. */
static void test_everywhere(void **state)
{
	struct admission_question question = { .peers = { 0, UINT32_MAX }, .port = 443 };
	struct list atoms = { .count = 0 }, pieces = { .count = 0 };
	uint64_t expected = 0, admitted = 0;
	uint32_t i;

	(void)state;
	for (i = 0; i < SCATTERED; i++) {
		struct admission_atom *atom = list_add(&atoms, sizeof(*atom));
		uint32_t peer = (i + 1) * 2654435761u; /* odd: no two are the same */

		assert_non_null(atom);
		*atom = (struct admission_atom){
			.peers = { peer, peer }, .ports = { 443, 443 }, .admits = true, .rule = i,
			.peer_ports = { 0, ADMISSION_PORTS },
		};
	}
	assert_int_equal(admission_sweep(&atoms, &question, &pieces), 0);
	for (i = 0; i < pieces.count; i++) {
		const struct admission_piece *piece =
			LIST_AT(&pieces, struct admission_piece, i);

		assert_int_equal(piece->peers.first, expected);
		expected = (uint64_t)piece->peers.last + 1;
		if (!piece->admitted)
			continue;
		assert_int_equal(piece->peers.first, piece->peers.last);
		assert_int_equal(piece->peers.first, (piece->rule + 1) * 2654435761u);
		admitted++;
	}
	assert_int_equal(expected, (uint64_t)UINT32_MAX + 1);
	assert_int_equal(admitted, SCATTERED);
	admission_release(&pieces);
	admission_release(&atoms);
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_acls),
		cmocka_unit_test(test_everywhere),
	};

	if (count > 1)
		sets_asked = strtoul(arguments[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
