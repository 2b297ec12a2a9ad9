/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_routes SCALE [--long]      goals R1-R7 and L1-L3 at one size of table
 * bench_routes SCALE COMMAND...    anything else in such a namespace
 * bench_routes --MODE              one thing once, where it is started: see mode_table[]
 *
 * The sides of a pair alternate in one process, so that both meet the same caches and neighbours.
 */
#include "tests/bench/bench.h"

#include "probes/lookup.h"
#include "probes/probe.h"
#include "probes/proof_cuts.h"
#include "probes/routes_scan.h"
#include "rules/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

struct bench {
	unsigned long scale;
	unsigned int pairs;
	const char *self;
	bool good;
	struct pairs scan; /* R1's */
	long peer_kib;     /* peak memory of R3's reference */
};

static uint64_t deadline(void)
{
	return probe_now_ms() + 600000;
}

/* The links section, which an earlier wave fills. */
static int name_links(struct facts *facts)
{
	struct link_fact *link = list_add(&facts->links.links, sizeof(*link));

	if (!link)
		return -ENOMEM;
	link->index = if_nametoindex("b0");
	link->name = text_copy("b0");
	return link->name ? 0 : -ENOMEM;
}

/* The scan as the routes probe makes it. Every timed run checks what it found. */
static int our_scan(double *cpu_ms, struct cuts *cuts)
{
	struct facts facts;
	struct route_scan scan = { .facts = &facts, .ranges = { cuts, NULL } };
	struct rtnl rtnl;
	double start;
	int code;

	facts_init(&facts);
	if (name_links(&facts))
		return -ENOMEM;
	scan.entries = &facts.routes.entries;
	cuts_init(cuts, &reverse_range);
	code = rtnl_open(&rtnl, NETLINK_ROUTE, 0, deadline(), NULL);
	start = bench_cpu_ms();
	if (!code) {
		code = routes_scan(&rtnl, &scan, NULL);
		rtnl_close(&rtnl);
	}
	*cpu_ms = bench_cpu_ms() - start;
	/* the planted ones and the default route */
	if (!code && facts.routes.entries.count != PLANTED + 1) {
		printf("# %zu routes overlap, not %d\n", facts.routes.entries.count, PLANTED + 1);
		code = -EBADMSG;
	}
	facts_release(&facts);
	return code ? code : cuts_settle(cuts);
}

struct questions {
	const struct cuts *cuts; /* NULL: every address */
	size_t offset;
	size_t answered;
};

static void ask(size_t index, struct lookup_tuple *tuple, void *data)
{
	const struct questions *questions = data;

	index += questions->offset;
	tuple->destination = questions->cuts ? questions->cuts->starts[index] :
		prefix_first(&reverse_range) + (uint32_t)index;
	tuple->source = BENCH_SOURCE;
	tuple->sport = BENCH_SPORT;
	tuple->dport = BENCH_DPORT;
}

static int count_answer(size_t index, const struct nlmsghdr *header, int error, void *data)
{
	struct questions *questions = data;

	(void)index;
	(void)error;
	questions->answered += header != NULL;
	return 0;
}

/* All addresses, or one a piece. `batch` 1: a send and a receive each. */
static int ask_all(const struct cuts *cuts, size_t batch, double *cpu_ms)
{
	struct questions questions = { .cuts = cuts };
	size_t total = cuts ? cuts->count : REVERSE_RANGE_SIZE;
	struct lookup_run run = { .count = batch ? batch : total, .ask = ask,
				  .answer = count_answer, .data = &questions };
	struct lookup lookup;
	double start;
	int code = lookup_open(&lookup, deadline(), NULL);

	if (code)
		return code;
	start = bench_cpu_ms();
	for (; !code && questions.offset < total; questions.offset += run.count)
		code = lookup_all(&lookup, &run, NULL);
	*cpu_ms = bench_cpu_ms() - start;
	lookup_close(&lookup);
	return code ? code : questions.answered == total ? 0 : -EBADMSG;
}

static void settle(struct bench *bench, const struct goal *goal, const struct pairs *pairs,
		   int code)
{
	if (code) {
		printf("bench %s scale=%lu FAIL %s\n", goal->name, goal->scale, strerror(-code));
		bench->good = false;
	} else if (!goal_report(goal, pairs, "ms")) {
		bench->good = false;
	}
}

/* One scan of ours and one null dump: adds what they cost. */
static int scan_pair(bool ours_first, double *ours, double *theirs)
{
	struct cuts cuts = { .first = 0 };
	double mine = 0, other = 0;
	int code = ours_first ? our_scan(&mine, &cuts) : floor_dump(&other);

	if (!code)
		code = ours_first ? floor_dump(&other) : our_scan(&mine, &cuts);
	cuts_release(&cuts);
	*ours += mine;
	*theirs += other;
	return code;
}

static void goal_r1(struct bench *bench)
{
	const struct goal goal = { "R1", bench->scale, "null-dump",
				   bench->scale >= 1000000 ? 1.05 : 1.10, NULL };
	/* a thousand routes take 0.1 ms: many in one figure */
	unsigned int turns = bench->scale < 10000 ? 100 : 1, turn, i;
	int code = 0;

	for (i = 0; !code && i < bench->pairs; i++) {
		double ours = 0, theirs = 0;

		for (turn = 0; !code && turn < turns; turn++)
			code = scan_pair((i + turn) % 2, &ours, &theirs);
		pairs_add(&bench->scan, ours / turns, theirs / turns);
	}
	settle(bench, &goal, &bench->scan, code);
}

/* Whole processes: a mode of this program against a shell command, and the floor of both. */
struct contest {
	const char *ours, *floor;
	const char *theirs;
	bool cpu; /* else wall */
	unsigned int turns;
};

static int run_side(const char *program, const char *mode, bool cpu, double *cost)
{
	char *argv[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)mode, NULL };
	struct child_cost child;
	int code = bench_run(argv, &child);

	*cost = cpu ? child.cpu_ms : child.wall_ms;
	return code;
}

static void compete(struct bench *bench, const struct goal *goal, const struct contest *contest)
{
	const char *const modes[] = { contest->ours, contest->floor };
	char *other[] = { (char *)"sh", (char *)"-c", (char *)(uintptr_t)contest->theirs, NULL };
	struct pairs pairs = { .count = 0 };
	unsigned int i;
	int code = 0;

	for (i = 0; !code && i < contest->turns; i++) {
		struct child_cost theirs = { .cpu_ms = 0 };
		double costs[2] = { 0 }; /* ours and the floor's */
		unsigned int first = i % 2; /* what follows upon theirs finds colder caches */

		code = run_side(bench->self, modes[first], contest->cpu, &costs[first]);
		if (!code)
			code = run_side(bench->self, modes[!first], contest->cpu, &costs[!first]);
		if (!code)
			code = bench_run(other, &theirs);
		bench->peer_kib = theirs.rss_kib;
		pairs.floor[i] = costs[1];
		pairs_add(&pairs, costs[0], contest->cpu ? theirs.cpu_ms : theirs.wall_ms);
	}
	settle(bench, goal, &pairs, code);
}

static void goals_r2_r3(struct bench *bench)
{
	const struct goal two = { "R2", bench->scale, "ip-root+ip-match",
				  bench->scale >= 1000000 ? 0.52 : 0.40, "null-dump" };
	const struct goal three = { "R3", bench->scale, "ip-j|jq", 0.15, "null-dump" };
	struct contest contest = {
		.ours = "--scan",
		.floor = "--floor-scan",
		.theirs = "ip route show table all root 100.104.0.0/16; "
			  "exec ip route show table all match 100.104.0.0/16",
		.cpu = true,
		.turns = bench->scale >= 1000000 ? 3 : 11,
	};

	compete(bench, &two, &contest);
	bench->peer_kib = 0;
	if (!bench_has("jq")) {
		goal_skip(&three, "no jq");
		return;
	}
	contest.cpu = false;
	contest.theirs = "ip -j route show table all | jq -c "
			 "'[.[] | select(.dst | startswith(\"100.\"))]'";
	compete(bench, &three, &contest);
}

/* Figures that run.sh puts together from several scales; 0: could not be had. */
static void print_figures(struct bench *bench)
{
	char *mine[] = { (char *)(uintptr_t)bench->self, (char *)"--scan-fixed", NULL };
	struct child_cost cost = { .rss_kib = 0 };

	if (bench_run(mine, &cost))
		cost.rss_kib = 0;
	printf("figure scale=%lu rss_kib=%ld peer_kib=%ld ours_ms=%.3f null_ms=%.3f scan=%.4f\n",
	       bench->scale, cost.rss_kib, bench->peer_kib,
	       bench_median(bench->scan.ours, bench->scan.count),
	       bench_median(bench->scan.theirs, bench->scan.count), pairs_ratio(&bench->scan));
}

static void goal_r6(struct bench *bench)
{
	const struct goal goal = { "R6", bench->scale, "scan", 0.03, NULL };
	struct pairs pairs = { .count = 0 };
	unsigned int i;
	int code = 0;

	for (i = 0; !code && i < bench->pairs; i++) {
		struct cuts cuts;
		double scan = 0, lookups = 0;

		code = our_scan(&scan, &cuts);
		if (!code)
			code = ask_all(&cuts, 0, &lookups);
		cuts_release(&cuts);
		pairs_add(&pairs, lookups, scan);
	}
	settle(bench, &goal, &pairs, code);
}

/* The questions of ask() as `ip -batch` reads them. */
static int write_questions(int descriptor)
{
	FILE *out = fdopen(descriptor, "w");
	uint32_t i;

	if (!out)
		return -errno;
	for (i = 0; i < REVERSE_RANGE_SIZE; i++) {
		uint32_t address = prefix_first(&reverse_range) + i;

		fprintf(out, "route get fibmatch %u.%u.%u.%u from 10.0.0.1 ipproto tcp "
			"sport %d dport %d\n", address >> 24, address >> 16 & 255,
			address >> 8 & 255, address & 255, BENCH_SPORT, BENCH_DPORT);
	}
	return fclose(out) ? -EIO : 0;
}

static void goal_l1(struct bench *bench)
{
	const struct goal goal = { "L1", bench->scale, "ip-batch", 0.22, "send+receive" };
	char path[] = "/tmp/reachback-bench-XXXXXX";
	char command[64];
	struct contest contest = { .ours = "--lookups", .floor = "--floor-lookups",
				   .theirs = command, .cpu = true, .turns = 7 };
	int descriptor = mkostemp(path, O_CLOEXEC);
	int code = descriptor < 0 ? -errno : write_questions(descriptor);

	(void)snprintf(command, sizeof(command), "exec ip -batch %s", path);
	if (code)
		settle(bench, &goal, NULL, code);
	else
		compete(bench, &goal, &contest);
	if (descriptor >= 0)
		(void)unlink(path);
}

static void goal_l2(struct bench *bench)
{
	const struct goal goal = { "L2", bench->scale, "one-at-a-time", 0.65, NULL };
	struct pairs pairs = { .count = 0 };
	double ours, theirs;
	unsigned int i;
	int code = 0;

	for (i = 0; !code && i < 7; i++) {
		code = ask_all(NULL, 0, &ours);
		if (!code)
			code = ask_all(NULL, 1, &theirs);
		pairs_add(&pairs, ours, theirs);
	}
	settle(bench, &goal, &pairs, code);
}

/* For L3: the same look-ups at another size of table; run.sh compares. */
static void print_lookups(struct bench *bench)
{
	double figures[7] = { 0 };
	size_t i;

	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (ask_all(NULL, 0, &figures[i]))
			bench->good = false;
	printf("figure scale=%lu lookups_ms=%.3f\n", bench->scale,
	       bench_median(figures, sizeof(figures) / sizeof(figures[0])));
}

static int run_goals(struct bench *bench)
{
	goal_r1(bench);
	goals_r2_r3(bench);
	if (bench->scale == 100000)
		goal_r6(bench);
	if (bench->scale == 1000) {
		goal_l1(bench);
		goal_l2(bench);
	}
	print_figures(bench);
	print_lookups(bench);
	return bench->good ? 0 : 1;
}

static int mode_scan(void)
{
	struct cuts cuts = { .first = 0 };
	double cost;
	int code = our_scan(&cost, &cuts);

	cuts_release(&cuts);
	return code;
}

/*
 * The scan without address randomisation: how many pages of the program and its libraries come with
 * one fault depends on where they lie, and moves the peak by 20 % from run to run.
 */
static int mode_scan_fixed(void)
{
	char *argv[] = { (char *)"bench_routes", (char *)"--scan", NULL };

	if (personality(ADDR_NO_RANDOMIZE) < 0)
		return -errno;
	(void)execv("/proc/self/exe", argv);
	return -errno;
}

static int mode_lookups(void)
{
	double cost;

	return ask_all(NULL, 0, &cost);
}

static int mode_floor_scan(void)
{
	double cost;

	return floor_dump(&cost);
}

static int mode_floor_lookups(void)
{
	double cost;

	return floor_lookups(&cost);
}

/* What runs once in the namespace it is started in, for whole-process figures. */
static const struct mode {
	const char *word;
	int (*run)(void);
} mode_table[] = {
	{ "--scan", mode_scan },
	{ "--scan-fixed", mode_scan_fixed },
	{ "--lookups", mode_lookups },
	{ "--floor-scan", mode_floor_scan },
	{ "--floor-lookups", mode_floor_lookups },
};

int main(int count, char **words)
{
	struct bench bench = { .self = words[0], .good = true, .pairs = 31 };
	size_t i;
	int code;

	for (i = 0; count > 1 && i < sizeof(mode_table) / sizeof(mode_table[0]); i++)
		if (!strcmp(words[1], mode_table[i].word))
			return mode_table[i].run() ? 1 : 0;
	bench.scale = count > 1 ? strtoul(words[1], NULL, 10) : 1000;
	if (!bench.scale)
		return 64;
	if (bench.scale >= 1000000)
		bench.pairs = 7;
	if (!bench_namespace()) {
		printf("SKIP bench routes: namespaces are refused here\n");
		return 77;
	}
	code = bench_load(bench.scale);
	if (code) {
		printf("FAIL bench routes: cannot load %lu routes: %s\n", bench.scale,
		       strerror(-code));
		return 1;
	}
	/* `bench_routes SCALE COMMAND...`: anything else in such a namespace */
	if (count > 2) {
		(void)execvp(words[2], words + 2);
		return 127;
	}
	return run_goals(&bench);
}
