/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the probes over the world in this namespace and holds every class against single look-ups:
 * all 65,536 addresses (ports in turn), and all ports at both ends of each class. The model is held
 * against the kernel as well.
 */
#include "tests/worlds/world.h"

#include "probes/catalog.h"
#include "probes/proof_cuts.h"
#include "rules/facts_fib.h"
#include "rules/text.h"
#include "tests/worlds/oracle.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DIFFERENCES_SHOWN 5
#define LARGE_CLASS 4096u /* addresses; every leg that is used at all is met */

struct comparison {
	const struct world *world;
	struct facts facts;
	struct oracle oracle;
	struct fib *fib;
	unsigned int differences;
	bool hash_of_ports; /* legs are picked by ports too: only the asked ports can agree */
	struct port_cuts entered; /* these, of packets that enter */
};

__attribute__((format(printf, 2, 3)))
static void differ(struct comparison *comparison, const char *format, ...)
{
	va_list arguments;

	if (comparison->differences++ >= DIFFERENCES_SHOWN)
		return;
	fputs("#   ", stdout);
	va_start(arguments, format);
	(void)vprintf(format, arguments);
	va_end(arguments);
	fputs("\n", stdout);
}

/* Ports where intervals of the invented rules begin and end, and some between. */
static const uint16_t ports_tried[] = { 1024, 1025, 5000, 5001, 33333, 39999, 40000, 49999, 50000,
					50001, 65534, 65535 };
#define PORTS_TRIED ((uint32_t)(sizeof(ports_tried) / sizeof(ports_tried[0])))

static void say_hops(const struct list *hops, struct text *text)
{
	char via[ADDRESS_TEXT_MAX];
	size_t i;

	for (i = 0; i < hops->count; i++) {
		const struct next_hop *hop = LIST_AT(hops, struct next_hop, i);

		text_addf(text, " via %s dev %s weight %u",
			  hop->via.family ? address_print(&hop->via, via) : "-",
			  hop->dev ? hop->dev : "?", hop->weight);
	}
}

/* As the oracle words it. */
static void say(const char *type, const struct maybe *table, const struct list *hops,
		const char *error, struct text *text)
{
	text_clear(text);
	if (error) {
		text_addf(text, "error %s", error);
		return;
	}
	text_addf(text, "%s table %u", type, table->value);
	say_hops(hops, text);
}

/* Before any rule is added local and main are one trie, and the kernel says "main" of both. */
static bool same_words(const char *ours, const char *kernels)
{
	const char *a = strstr(ours, "table 255");
	const char *b = strstr(kernels, "table 254");

	if (!strcmp(ours, kernels))
		return true;
	return a && b && a - ours == b - kernels && !strncmp(ours, kernels, (size_t)(a - ours)) &&
	       !strcmp(a + 9, b + 9);
}

static void expect(const struct class_fact *class, uint16_t port, struct text *text)
{
	size_t i;

	for (i = 0; i < class->ports.count; i++) {
		const struct class_ports *ports = LIST_AT(&class->ports, struct class_ports, i);

		if (port >= ports->first && port <= ports->last) {
			say(ports->type, &ports->table, &ports->next_hops, ports->error, text);
			return;
		}
	}
	say(class->type, &class->table, &class->next_hops, class->error, text);
}

static void compare_one(struct comparison *comparison, struct question *question, const char *ours,
			const char *what)
{
	char kernels[ORACLE_TEXT_MAX];
	char text[ADDRESS_TEXT_MAX];
	struct address address = address_from_ipv4(question->destination);
	int code = oracle_ask(&comparison->oracle, question, kernels);

	if (code)
		differ(comparison, "the oracle failed: %s", strerror(-code));
	else if (!same_words(ours, kernels))
		differ(comparison, "%s to %s port %u mark %u: \"%s\", the kernel says \"%s\"", what,
		       address_print(&address, text), question->dport, question->mark, ours,
		       kernels);
}

static bool same_use(const struct list *a, const struct list *b)
{
	size_t i;

	for (i = 0; a->count == b->count && i < a->count; i++)
		if (LIST_AT(a, struct next_hop, i)->unused !=
		    LIST_AT(b, struct next_hop, i)->unused)
			return false;
	return a->count == b->count;
}

static struct question question_of(const struct comparison *comparison,
				   const struct class_fact *class)
{
	const struct service_fact *service = facts_service(&comparison->facts, class->service,
							   class->iif);

	return (struct question){
		.source = address_ipv4(&service->address),
		.mark = class->mark,
		.uid = service->uid.known ? service->uid.value : 0,
		.iif = class->iif ? if_nametoindex(class->iif) : 0,
		.oif = !class->iif && service->dev ? if_nametoindex(service->dev) : 0,
		.sport = (uint16_t)service->port,
	};
}

/* How many addresses of the class leave by this leg, each asked for on its own. */
static uint32_t times_picked(struct comparison *comparison, const struct class_fact *class,
			     const struct next_hop *hop)
{
	struct question question = question_of(comparison, class);
	uint32_t first = address_ipv4(&class->first), last = address_ipv4(&class->last);
	char kernels[ORACLE_TEXT_MAX], leg[128], via[ADDRESS_TEXT_MAX];
	uint32_t offset, picked = 0;
	int code = 0;

	(void)snprintf(leg, sizeof(leg), " via %s dev %s weight 1",
		       hop->via.family ? address_print(&hop->via, via) : "-", hop->dev);
	question.one = true;
	for (offset = 0; !code && offset <= last - first; offset++) {
		question.destination = first + offset;
		question.dport = ports_tried[offset % PORTS_TRIED];
		code = oracle_ask(&comparison->oracle, &question, kernels);
		picked += !code && strstr(kernels, leg);
	}
	if (code)
		differ(comparison, "the oracle failed: %s", strerror(-code));
	return picked;
}

/* A leg is said to be unused where no address takes it, and in large classes only there. */
static void compare_legs(struct comparison *comparison, const struct class_fact *class)
{
	uint32_t size = address_ipv4(&class->last) - address_ipv4(&class->first) + 1;
	char text[ADDRESS_TEXT_MAX], via[ADDRESS_TEXT_MAX];
	size_t i;

	if (class->ports.count || class->iif || class->next_hops.count < 2)
		return;
	for (i = 0; i < class->next_hops.count; i++) {
		const struct next_hop *hop = LIST_AT(&class->next_hops, struct next_hop, i);
		uint32_t picked;

		if (!hop->unused && (size < LARGE_CLASS || hop->dead || hop->linkdown))
			continue;
		picked = times_picked(comparison, class, hop);
		if (hop->unused ? picked != 0 : picked == 0)
			differ(comparison, "from %s on %u of %u take %s dev %s, unused %d",
			       address_print(&class->first, text), picked, size,
			       address_print(&hop->via, via), hop->dev,
			       hop->unused);
	}
}

static const char *bound_to(const struct comparison *comparison, const struct class_fact *class)
{
	return facts_service(&comparison->facts, class->service, class->iif)->dev;
}

static void compare_class(struct comparison *comparison, const struct class_fact *class)
{
	struct question question = question_of(comparison, class);
	uint32_t first = address_ipv4(&class->first), last = address_ipv4(&class->last);
	struct text text;
	uint32_t address;
	size_t port;

	text_init(&text, ORACLE_TEXT_MAX);
	for (port = 0; port < PORTS_TRIED; port++) {
		if (comparison->hash_of_ports && class->iif && port)
			break;
		question.dport = ports_tried[port];
		expect(class, question.dport, &text);
		question.destination = first;
		compare_one(comparison, &question, text_string(&text), "first");
		question.destination = last;
		compare_one(comparison, &question, text_string(&text), "last");
		/* the rest of the class in turn */
		for (address = first + (uint32_t)port; address < last; address += PORTS_TRIED) {
			question.destination = address;
			compare_one(comparison, &question, text_string(&text), "inside");
			if (address > UINT32_MAX - PORTS_TRIED)
				break;
		}
	}
	text_release(&text);
}

/* The model's words for one flow, with the kernel's errno where it is certain. */
static const char *model_error(const struct fib_answer *answer)
{
	if (text_equal(answer->type, "blackhole"))
		return "error EINVAL";
	if (text_equal(answer->type, "prohibit"))
		return "error EACCES";
	if (text_equal(answer->type, "unreachable"))
		return answer->route ? "error EHOSTUNREACH" : "error ENETUNREACH";
	if (text_equal(answer->type, "none") || text_equal(answer->type, "throw"))
		return "error ENETUNREACH";
	return NULL;
}

/* The model decides routes only: why a packet that enters is refused is not its matter. */
static void compare_model(struct comparison *comparison, const struct class_fact *class,
			  uint16_t port)
{
	const struct question question = question_of(comparison, class);
	struct flow flow = {
		.destination = address_ipv4(&class->first), .source = question.source,
		.mark = class->mark, .ipproto = IPPROTO_TCP, .sport = question.sport, .dport = port,
		.uid = class->iif ? 0 : question.uid, .iif = class->iif,
		.oif = class->iif ? NULL : bound_to(comparison, class),
	};
	struct fib_answer answer;
	struct text ours, models;
	const char *error;

	text_init(&ours, ORACLE_TEXT_MAX);
	text_init(&models, ORACLE_TEXT_MAX);
	expect(class, port, &ours);
	fib_lookup(comparison->fib, &flow, 0, &answer);
	error = model_error(&answer);
	if (error) {
		text_add(&models, error);
	} else {
		text_addf(&models, "%s table %u", answer.type, answer.table);
		say_hops(&answer.route->next_hops, &models);
	}
	if (!((class->iif || flow.oif) && text_has_prefix(text_string(&ours), "error")) &&
	    !same_words(text_string(&models), text_string(&ours)) &&
	    !same_words(text_string(&ours), text_string(&models)))
		differ(comparison, "mark %u port %u address %x: model \"%s\", kernel \"%s\"",
		       class->mark, port, flow.destination, text_string(&models),
		       text_string(&ours));
	text_release(&ours);
	text_release(&models);
}

static void compare_models(struct comparison *comparison, const struct class_fact *class)
{
	size_t i;

	if (!class->ports.count)
		compare_model(comparison, class, 1024);
	for (i = 0; i < class->ports.count; i++)
		compare_model(comparison, class,
			      (uint16_t)LIST_AT(&class->ports, struct class_ports, i)->first);
}

/* A class ends where the next one differs: else it was not maximal. */
static void compare_neighbours(struct comparison *comparison, const struct class_fact *a,
			       const struct class_fact *b)
{
	struct text first, second;
	size_t port;
	bool equal = true;

	if (!text_equal(a->service, b->service) || !text_equal(a->iif, b->iif) ||
	    a->mark != b->mark || address_ipv4(&a->last) + 1 != address_ipv4(&b->first))
		return;
	text_init(&first, ORACLE_TEXT_MAX);
	text_init(&second, ORACLE_TEXT_MAX);
	for (port = 0; equal && port < PORTS_TRIED; port++) {
		expect(a, ports_tried[port], &first);
		expect(b, ports_tried[port], &second);
		equal = !strcmp(text_string(&first), text_string(&second)) &&
			text_equal(a->type, b->type) && a->table.value == b->table.value &&
			same_use(&a->next_hops, &b->next_hops);
	}
	if (equal)
		differ(comparison, "two classes side by side are alike: %s", text_string(&first));
	text_release(&first);
	text_release(&second);
}

static void compare_classes(struct comparison *comparison, const struct list *classes)
{
	size_t i;

	for (i = 0; i < classes->count; i++) {
		const struct class_fact *class = LIST_AT(classes, struct class_fact, i);

		compare_class(comparison, class);
		compare_legs(comparison, class);
		compare_models(comparison, class);
		if (i)
			compare_neighbours(comparison, class - 1, class);
	}
}

/* Was this port among those that the proof asked about: the first of an interval? */
static bool is_asked(const struct comparison *comparison, uint16_t port)
{
	const struct port_cuts *asked = &comparison->entered;
	size_t i = 0;

	while (i < asked->count && asked->starts[i] != port)
		i++;
	return i < asked->count;
}

/* One refused port refuses the address. All ports are tried at the ends, one a place inside. */
static void compare_entry(struct comparison *comparison, const struct ingress_fact *fact,
			  struct question *question, uint32_t address)
{
	bool end = address == address_ipv4(&fact->first) || address == address_ipv4(&fact->last);
	char kernels[ORACLE_TEXT_MAX], ours[64];
	bool refused = false;
	size_t i;

	(void)snprintf(ours, sizeof(ours), "error %s", fact->error ? fact->error : "");
	question->source = address;
	for (i = 0; !refused && i < PORTS_TRIED; i++) {
		if (comparison->hash_of_ports ? !is_asked(comparison, ports_tried[i]) :
		    !end && !fact->error && i != address % PORTS_TRIED)
			continue;
		question->sport = ports_tried[i];
		if (oracle_ask(&comparison->oracle, question, kernels))
			return;
		refused = text_has_prefix(kernels, "error");
	}
	if (refused != (fact->error != NULL) || (refused && strcmp(kernels, ours)))
		differ(comparison, "in from %x by %s: \"%s\", the kernel says \"%s\"", address,
		       fact->arrival, ours, kernels);
}

static void compare_ingress(struct comparison *comparison, const struct ingress_fact *fact)
{
	const struct service_fact *service = NULL;
	struct question question = { .iif = if_nametoindex(fact->arrival) };
	uint32_t address;
	size_t i;

	for (i = 0; i < comparison->facts.services.services.count; i++) {
		const struct service_fact *at =
			LIST_AT(&comparison->facts.services.services, struct service_fact, i);

		if (text_equal(at->service, fact->service))
			service = at;
	}
	question.destination = address_ipv4(&service->address);
	question.dport = (uint16_t)service->port;
	for (address = address_ipv4(&fact->first); address <= address_ipv4(&fact->last); address++)
		compare_entry(comparison, fact, &question, address);
}

/* The services that were found against the world's `expect` lines. */
static void compare_services(struct comparison *comparison)
{
	const struct strings *expected = &comparison->world->expected;
	const struct list *services = &comparison->facts.services.services;
	struct text text;
	size_t i, j;

	text_init(&text, ORACLE_TEXT_MAX);
	for (i = 0; expected->count && (i < services->count || i < expected->count); i++) {
		text_clear(&text);
		if (i < services->count) {
			const struct service_fact *at = LIST_AT(services, struct service_fact, i);

			text_addf(&text, "%s %s %s iif=%s arrival=%s", at->service, at->origin,
				  !at->resolved ? "unresolved" : at->local ? "local" : "remote",
				  at->iif ? at->iif : "-", at->arrival ? at->arrival : "-");
			for (j = 0; j < at->arrivals.count; j++)
				text_addf(&text, "|%s", at->arrivals.items[j]);
		}
		if (i >= expected->count || strcmp(text_string(&text), expected->items[i]))
			differ(comparison, "service \"%s\", expected \"%s\"", text_string(&text),
			       i < expected->count ? expected->items[i] : "none");
	}
	text_release(&text);
}

static int observe(struct comparison *comparison)
{
	static const struct probe *const probes[] = { &probe_links, &probe_addresses,
						      &probe_policy_rules, &probe_services,
						      &probe_routes, &probe_sysctls };
	const struct probe_context context = {
		.deadline_ms = probe_now_ms() + 120000,
		.services = comparison->world->services,
		.service_count = comparison->world->service_count,
		.root = "",
	};
	struct facts *facts = &comparison->facts;
	struct fault fault = { .code = 0 };
	size_t i;

	facts->plan = comparison->world->plan;
	facts->host.section.state = FACT_OK;
	facts->host.forwarding = true;
	facts->listeners = comparison->world->listeners;
	facts->listeners.section.state = FACT_OK;
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		int code = probes[i]->run(&context, facts, &fault);

		if (code) {
			differ(comparison, "probe %s: %s", probes[i]->name,
			       fault_text(&fault, code));
			return code;
		}
		facts_section(facts, probes[i]->section)->state = FACT_OK;
	}
	facts_sort(facts);
	if (facts_check(facts, &fault))
		differ(comparison, "the facts are refused: %s", fault_text(&fault, fault.code));
	return 0;
}

static void compare_all(struct comparison *comparison)
{
	const struct routes_facts *routes = &comparison->facts.routes;
	size_t i;

	compare_services(comparison);
	compare_classes(comparison, &routes->classes);
	compare_classes(comparison, &routes->vswitch_classes);
	for (i = 0; i < routes->ingress.count; i++)
		compare_ingress(comparison, LIST_AT(&routes->ingress, struct ingress_fact, i));
}

static bool legs_by_ports(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/fib_multipath_hash_policy", "re");
	int policy = file ? fgetc(file) : '1';

	if (file)
		(void)fclose(file);
	return policy != '0';
}

unsigned int world_compare(const struct world *world, uint64_t *lookups)
{
	struct comparison comparison = { .world = world, .hash_of_ports = legs_by_ports() };

	facts_init(&comparison.facts);
	if (!observe(&comparison)) {
		comparison.fib = fib_new(&comparison.facts);
		if (!port_cuts_make(&comparison.entered, &comparison.facts.rules, true) &&
		    comparison.fib && !oracle_open(&comparison.oracle)) {
			compare_all(&comparison);
			oracle_close(&comparison.oracle);
		} else {
			differ(&comparison, "out of memory or sockets");
		}
		fib_free(comparison.fib);
		port_cuts_release(&comparison.entered);
	}
	*lookups = comparison.oracle.asked;
	/* plan and listeners are the world's */
	memset(&comparison.facts.plan, 0, sizeof(comparison.facts.plan));
	memset(&comparison.facts.listeners, 0, sizeof(comparison.facts.listeners));
	facts_release(&comparison.facts);
	return comparison.differences;
}
