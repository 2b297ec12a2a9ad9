/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_routes SCALE [--long]      goals R1-R7 and L1-L3 at one size of table
 * bench_routes --scan              scans this namespace's routes once, for whole-process figures
 * bench_routes --lookups           asks for all 65,536 addresses once
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
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
	unsigned long scale;
	unsigned int pairs;
	const char *self;
	bool good;
};

static uint64_t deadline(void)
{
	return probe_now_ms() + 600000;
}

/* The least that a dump can cost: receive until the end, look at nothing. */
static int null_dump(double *cpu_ms)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
	} request;
	static char buffer[32768];
	int on = 1;
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	double start;
	ssize_t got;

	if (descriptor < 0)
		return -errno;
	(void)setsockopt(descriptor, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_GETROUTE;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request.route.rtm_family = AF_INET;
	start = bench_cpu_ms();
	got = send(descriptor, &request, sizeof(request), 0);
	while (got > 0) {
		got = recv(descriptor, buffer, sizeof(buffer), 0);
		if (got >= (ssize_t)sizeof(request.header) &&
		    ((const struct nlmsghdr *)(const void *)buffer)->nlmsg_type == NLMSG_DONE)
			break;
	}
	*cpu_ms = bench_cpu_ms() - start;
	(void)close(descriptor);
	return got > 0 ? 0 : -EIO;
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
	tuple->source = 0x0a000001;
	tuple->sport = 443;
	tuple->dport = 40000;
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

static void goal_r1(struct bench *bench)
{
	const struct goal goal = { "R1", bench->scale, "null-dump",
				   bench->scale >= 1000000 ? 1.05 : 1.10, true, 1.1 };
	struct pairs pairs = { .count = 0 };
	struct cuts cuts;
	unsigned int i;
	int code = 0;

	for (i = 0; !code && i < bench->pairs; i++) {
		/* a thousand routes take 0.1 ms: many in one figure */
		unsigned int turns = bench->scale < 10000 ? 100 : 1, turn;
		double ours = 0, theirs = 0, cost;

		for (turn = 0; !code && turn < turns; turn++) {
			code = null_dump(&cost);
			theirs += cost;
			if (!code)
				code = our_scan(&cost, &cuts);
			cuts_release(&cuts);
			ours += cost;
		}
		pairs_add(&pairs, ours / turns, theirs / turns);
	}
	settle(bench, &goal, &pairs, code);
}

/* Whole processes; `cpu` or wall. */
static void goal_process(struct bench *bench, const struct goal *goal, const char *theirs, bool cpu)
{
	char *mine[] = { (char *)(uintptr_t)bench->self, (char *)"--scan", NULL };
	char command[512];
	char *other[] = { (char *)"sh", (char *)"-c", command, NULL };
	struct pairs pairs = { .count = 0 };
	struct child_cost a, b;
	unsigned int i, most = bench->scale >= 1000000 ? 3 : 11;
	int code = 0;

	(void)snprintf(command, sizeof(command), "%s", theirs);
	for (i = 0; !code && i < most; i++) {
		code = bench_run(mine, &a);
		if (!code)
			code = bench_run(other, &b);
		pairs_add(&pairs, cpu ? a.cpu_ms : a.wall_ms, cpu ? b.cpu_ms : b.wall_ms);
	}
	settle(bench, goal, &pairs, code);
}

static void goals_r2_r3(struct bench *bench)
{
	const struct goal two = { "R2", bench->scale, "ip-root+ip-match",
				  bench->scale >= 1000000 ? 0.52 : 0.40, true, 1.1 };
	const struct goal three = { "R3", bench->scale, "ip-j|jq", 0.15, true, 1.1 };

	goal_process(bench, &two, "ip route show table all root 100.104.0.0/16; "
		     "exec ip route show table all match 100.104.0.0/16", true);
	if (!bench_has("jq"))
		goal_skip(&three, "no jq");
	else
		goal_process(bench, &three, "ip -j route show table all | jq -c "
			     "'[.[] | select(.dst | startswith(\"100.\"))]'", false);
}

/* Figures that run.sh puts together from several scales. */
static void print_figures(struct bench *bench)
{
	char *mine[] = { (char *)(uintptr_t)bench->self, (char *)"--scan", NULL };
	struct child_cost cost = { .rss_kib = 0 };
	struct pairs pairs = { .count = 0 };
	struct cuts cuts;
	double ours, theirs;
	unsigned int i;

	(void)bench_run(mine, &cost);
	for (i = 0; i < 5 && !null_dump(&theirs) && !our_scan(&ours, &cuts); i++) {
		pairs_add(&pairs, ours, theirs);
		cuts_release(&cuts);
	}
	printf("figure scale=%lu rss_kib=%ld ours_ms=%.3f null_ms=%.3f\n", bench->scale,
	       cost.rss_kib, bench_median(pairs.ours, pairs.count),
	       bench_median(pairs.theirs, pairs.count));
}

static void goal_r6(struct bench *bench)
{
	const struct goal goal = { "R6", bench->scale, "scan", 0.03, true, 1.1 };
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

static void goal_l1(struct bench *bench)
{
	const struct goal goal = { "L1", bench->scale, "ip-batch", 0.22, true, 1.1 };
	char *mine[] = { (char *)(uintptr_t)bench->self, (char *)"--lookups", NULL };
	char command[] = "ip -batch /tmp/reachback-bench-lookups";
	char *other[] = { (char *)"sh", (char *)"-c", command, NULL };
	struct pairs pairs = { .count = 0 };
	struct child_cost a, b;
	FILE *out = fopen("/tmp/reachback-bench-lookups", "we");
	uint32_t address;
	unsigned int i;
	int code = out ? 0 : -errno;

	for (address = prefix_first(&reverse_range); out && address <= prefix_last(&reverse_range);
	     address++)
		fprintf(out, "route get fibmatch %u.%u.%u.%u from 10.0.0.1 ipproto tcp "
			"sport 443 dport 40000\n", address >> 24,
			address >> 16 & 255, address >> 8 & 255, address & 255);
	if (out && fclose(out))
		code = -EIO;
	for (i = 0; !code && i < 7; i++) {
		code = bench_run(mine, &a);
		if (!code)
			code = bench_run(other, &b);
		pairs_add(&pairs, a.cpu_ms, b.cpu_ms);
	}
	(void)unlink("/tmp/reachback-bench-lookups");
	settle(bench, &goal, &pairs, code);
}

static void goal_l2(struct bench *bench)
{
	const struct goal goal = { "L2", bench->scale, "one-at-a-time", 0.65, true, 1.1 };
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

int main(int count, char **words)
{
	struct bench bench = { .self = "/proc/self/exe", .good = true, .pairs = 31 };
	struct cuts cuts = { .first = 0 };
	double cost;
	int code;

	if (count > 1 && !strcmp(words[1], "--scan")) {
		code = our_scan(&cost, &cuts);
		cuts_release(&cuts);
		return code ? 1 : 0;
	}
	if (count > 1 && !strcmp(words[1], "--lookups"))
		return ask_all(NULL, 0, &cost) ? 1 : 0;
	bench.self = words[0];
	bench.scale = count > 1 ? strtoul(words[1], NULL, 10) : 1000;
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
