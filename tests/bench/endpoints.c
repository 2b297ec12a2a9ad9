/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_endpoints HELPER FOLDER: the goals about endpoints (E1 to E7), in the world that
 * endpoints.sh made; FOLDER holds its trust stores.
 *
 * The helper program is asked for N URLs, each a host with an address of its own. Every run's
 * answer is read and counted: a run that misses an answer is no measurement. Bounds that need
 * several runs ("the slowest alone and N times one handshake") are put together from runs of the
 * same pair.
 */
#include "tests/bench/bench.h"

#include "rules/facts.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUEST_MAX ((size_t)1024 * 1024)
#define ANSWER_MAX ((size_t)64 * 1024 * 1024)
#define STORE "/etc/ssl/certs"
#define PORT 443
#define SLOW_PORT 8443
#define CONNECT_MS 1500.0 /* CONNECT_TIME_US of the helper */
#define HOSTS_MAX 1000

struct bench {
	const char *helper, *folder;
	int answer; /* memory file */
	bool missed;
};

/* What the helper is asked for. */
struct task {
	unsigned long hosts, slow; /* the first `slow` of them answer late */
	bool dead;                 /* addresses that nobody answers for */
};

/* What it cost, and what it said. */
struct result {
	double cpu_ms, wall_ms;
	long rss_kib;
	double answer_kib;
	double handshake_us; /* median */
};

static void host_name(unsigned long place, char name[64])
{
	(void)snprintf(name, 64, "n%lu.bench.test", place);
}

static void host_address(unsigned long place, bool dead, char text[64])
{
	(void)snprintf(text, 64, "10.%u.%lu.%lu", dead ? 8u : 9u, place / 250, place % 250 + 1);
}

static void write_request(const struct task *task, struct text *out)
{
	char name[64], address[64];
	unsigned long i;

	text_add(out, "{\"budget_ms\":20000,\"plan\":{\"maven\":[");
	for (i = 0; i < task->hosts; i++) {
		host_name(i, name);
		text_addf(out, "%s{\"url\":\"https://%s:%u/\"}", i ? "," : "", name,
			  i < task->slow ? SLOW_PORT : PORT);
	}
	text_add(out, "]},\"resolve\":[");
	for (i = 0; i < task->hosts; i++) {
		host_name(i, name);
		host_address(i, task->dead, address);
		text_addf(out, "%s\"%s:%u:%s\"", i ? "," : "", name,
			  i < task->slow ? SLOW_PORT : PORT, address);
	}
	text_add(out, "]}");
}

static int memory_file(const char *bytes, size_t length)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (length && write(fd, bytes, length) != (ssize_t)length) {
		(void)close(fd);
		return -EIO;
	}
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : fd;
}

/* Runs the program with these descriptors as stdin and stdout. */
static int run(const char *program, int in, int out, struct result *result)
{
	char *argv[] = { (char *)(uintptr_t)program, NULL };
	double start = bench_wall_ms();
	struct rusage usage;
	pid_t child = fork();
	int status;

	if (child < 0)
		return -errno;
	if (!child) {
		(void)dup2(in, STDIN_FILENO);
		(void)dup2(out, STDOUT_FILENO);
		(void)execv(program, argv);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) != child)
		return -errno;
	result->wall_ms = bench_wall_ms() - start;
	result->cpu_ms = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
			 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
	result->rss_kib = usage.ru_maxrss;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD;
}

static bool is_as_wanted(const struct attempt_fact *attempt, const struct task *task)
{
	if (task->dead)
		return attempt->tcp.outcome == TCP_TIMED_OUT;
	return attempt->http.outcome == HTTP_ANSWERED && attempt->tls.chain_system.known &&
	       !attempt->tls.chain_system.value && attempt->tls.name_matches;
}

static int compare(const void *one, const void *other)
{
	const double *a = one, *b = other;

	return *a < *b ? -1 : *a > *b;
}

static void complain(const struct attempt_fact *attempt)
{
	(void)fprintf(stderr, "bench_endpoints: %s: tcp %s, tls %s, http %s\n", attempt->url,
		      tcp_outcome_words[attempt->tcp.outcome],
		      tls_outcome_words[attempt->tls.outcome],
		      http_outcome_words[attempt->http.outcome]);
}

static int check(const struct endpoints_facts *facts, const struct task *task,
		 struct result *result)
{
	double *times = calloc(task->hosts, sizeof(*times));
	unsigned long i, good = 0;

	for (i = 0; times && i < facts->attempts.count && good < task->hosts; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&facts->attempts, struct attempt_fact, i);

		if (is_as_wanted(attempt, task))
			times[good++] = attempt->tls.took_us.value;
		else
			complain(attempt);
	}
	if (times && good) {
		qsort(times, good, sizeof(*times), compare);
		result->handshake_us = times[(good - 1) / 2];
	}
	free(times);
	if (good == task->hosts)
		return 0;
	return -EBADMSG;
}

static int read_answer(int fd, const struct task *task, struct result *result)
{
	struct endpoints_facts facts = { .section.state = FACT_ABSENT };
	const struct record *record = section_record(SECTION_ENDPOINTS);
	off_t length = lseek(fd, 0, SEEK_END);
	cJSON *json = NULL;
	char *bytes;
	int error;

	if (length <= 0 || (size_t)length > ANSWER_MAX)
		return -EBADMSG;
	result->answer_kib = (double)length / 1024;
	bytes = mmap(NULL, (size_t)length, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	error = json_parse(bytes, (size_t)length, &json, NULL);
	if (!error)
		error = record_read(record, json, &facts, 0, NULL);
	if (!error)
		error = check(&facts, task, result);
	cJSON_Delete(json);
	record_release(record, &facts);
	(void)munmap(bytes, (size_t)length);
	return error;
}

/* One run; false: it cannot count. */
static bool ask(struct bench *bench, const struct task *task, struct result *result)
{
	struct text request;
	int in, error;

	text_init(&request, REQUEST_MAX);
	write_request(task, &request);
	in = text_error(&request) ? -ENOMEM
				  : memory_file(text_string(&request), request.length);
	text_release(&request);
	if (in < 0 || ftruncate(bench->answer, 0) || lseek(bench->answer, 0, SEEK_SET) < 0)
		return false;
	error = run(bench->helper, in, bench->answer, result);
	(void)close(in);
	return !error && !read_answer(bench->answer, task, result);
}

static void report(struct bench *bench, const struct goal *goal, const struct pairs *pairs,
		   const char *unit)
{
	if (!goal_report(goal, pairs, unit))
		bench->missed = true;
}

/* What is mounted where the library looks for authorities; false: there is no such store. */
static bool use_store(const struct bench *bench, const char *name)
{
	char path[PATH_MAX], bundle[PATH_MAX + 32];

	(void)umount2(STORE, MNT_DETACH);
	(void)snprintf(path, sizeof(path), "%s/%s", bench->folder, name);
	(void)snprintf(bundle, sizeof(bundle), "%s/ca-certificates.crt", path);
	return !access(bundle, R_OK) && !mount(path, STORE, NULL, MS_BIND, NULL);
}

/* CPU of one endpoint more, by a run of N and one of a single one. */
static double each_ms(const struct result *many, const struct result *one, unsigned long hosts)
{
	return (many->cpu_ms - one->cpu_ms) / (double)(hosts - 1);
}

/*
 * E1: one of N, or all of them, answer after half a second. The floor has the handshakes as they
 * went here and now, beside everything else that this machine does, instead of their bare CPU time.
 * Where there are many they outweigh the wait, and the ratio is no steadier than the machine.
 */
static void waiting(struct bench *bench, unsigned long hosts, bool all, double most)
{
	const struct task fast = { hosts, 0, false }, one = { 1, 0, false };
	const struct task alone = { 1, 1, false }, task = { hosts, all ? hosts : 1, false };
	struct goal goal = { "E1", hosts, all ? "alone+N-handshakes,all-late" :
				  "alone+N-handshakes,one-late", most, "no-wait" };
	struct pairs pairs = { .count = 0 };
	struct result a, b, c, d;
	size_t i;

	for (i = 0; i < (hosts < HOSTS_MAX ? 7 : 5); i++) {
		if (!ask(bench, &alone, &a) || !ask(bench, &task, &b) || !ask(bench, &fast, &c) ||
		    !ask(bench, &one, &d))
			continue;
		pairs.floor[pairs.count] = a.wall_ms + c.wall_ms - d.wall_ms;
		pairs_add(&pairs, b.wall_ms,
			  a.wall_ms + (double)hosts * each_ms(&c, &d, hosts));
	}
	report(bench, &goal, &pairs, "ms");
}

/* CPU milliseconds of one handshake of `openssl s_time`; 0: it failed. */
static double peer_handshake(const struct bench *bench)
{
	char command[PATH_MAX + 160];
	struct child_cost cost;
	unsigned long count = 0;
	char *argv[] = { (char *)"sh", (char *)"-c", command, NULL };
	char path[PATH_MAX];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/s_time", bench->folder);
	(void)snprintf(command, sizeof(command), "exec openssl s_time -connect 10.9.0.1:%d -new "
		       "-time 1 -CAfile %s/root.pem -verify 2 >%s", PORT, bench->folder, path);
	if (bench_run(argv, &cost))
		return 0;
	file = fopen(path, "re");
	if (file) {
		char line[256];

		/* "N connections in S real seconds" */
		while (fgets(line, sizeof(line), file))
			if (strstr(line, "real seconds"))
				count = strtoul(line, NULL, 10);
		(void)fclose(file);
	}
	return count ? cost.cpu_ms / (double)count : 0;
}

/* E2: an endpoint more against a handshake of the library's own benchmark. */
static void handshakes(struct bench *bench)
{
	const struct task many = { 200, 0, false }, one = { 1, 0, false };
	struct goal goal = { "E2", 200, "s_time", 1.6, NULL };
	struct pairs pairs = { .count = 0 };
	struct result a, b;
	double peer;
	size_t i;

	for (i = 0; i < 7; i++) {
		peer = peer_handshake(bench);
		if (peer > 0 && ask(bench, &many, &a) && ask(bench, &one, &b))
			pairs_add(&pairs, each_ms(&a, &b, many.hosts), peer);
	}
	report(bench, &goal, &pairs, "ms");
}

/* The same URLs for curl, as a configuration. */
static bool write_peer(const struct bench *bench, const char *store, unsigned long hosts,
		       char path[PATH_MAX])
{
	char name[64], address[64];
	unsigned long i;
	FILE *file;

	(void)snprintf(path, PATH_MAX, "%s/curlrc", bench->folder);
	file = fopen(path, "we");
	if (!file)
		return false;
	(void)fprintf(file, "parallel\nparallel-max = 300\nsilent\nnoproxy = \"*\"\n"
		      "cacert = \"%s/%s/ca-certificates.crt\"\n", bench->folder, store);
	for (i = 0; i < hosts; i++) {
		host_name(i, name);
		host_address(i, false, address);
		(void)fprintf(file, "resolve = \"%s:%d:%s\"\nurl = \"https://%s:%d/\"\n"
			      "output = \"/dev/null\"\n", name, PORT, address, name, PORT);
	}
	return !fclose(file);
}

/* E3: against curl, with the same authorities. */
static void against_curl(struct bench *bench, const char *store, unsigned long hosts, double most)
{
	const struct task task = { hosts, 0, false };
	struct goal goal = { "E3", hosts, "curl-Z", most, NULL };
	struct pairs pairs = { .count = 0 };
	struct child_cost cost;
	struct result result;
	char path[PATH_MAX];
	char *argv[] = { (char *)"curl", (char *)"-q", (char *)"-K", path, NULL };
	size_t i;

	if (!bench_has("curl")) {
		goal_skip(&goal, "no curl");
		return;
	}
	if (!use_store(bench, store) || !write_peer(bench, store, hosts, path)) {
		goal_skip(&goal, "no bundle of authorities here");
		return;
	}
	for (i = 0; i < 5; i++)
		if (!bench_run(argv, &cost) && ask(bench, &task, &result))
			pairs_add(&pairs, result.wall_ms, cost.wall_ms);
	report(bench, &goal, &pairs, "ms");
}

/* E4: the size of the trust store is paid once, not by each endpoint. */
static void parse_once(struct bench *bench)
{
	const struct task many = { 100, 0, false }, one = { 1, 0, false };
	struct goal goal = { "E4", 100, "1-CA-store", 1.15, NULL };
	struct pairs pairs = { .count = 0 };
	struct result a, b, c, d;
	size_t i;

	for (i = 0; i < 7; i++) {
		if (!use_store(bench, "bundle")) {
			goal_skip(&goal, "no bundle of authorities here");
			return;
		}
		if (!ask(bench, &many, &a) || !ask(bench, &one, &b) || !use_store(bench, "one") ||
		    !ask(bench, &many, &c) || !ask(bench, &one, &d))
			continue;
		pairs_add(&pairs, each_ms(&a, &b, 100), each_ms(&c, &d, 100));
	}
	report(bench, &goal, &pairs, "ms");
}

/*
 * E5 and E6: memory, and handshakes as they are told, of a thousand against few. Whoever hands over
 * what was seen holds it twice at the end, as facts and as text: that is the floor of the memory,
 * and it is above the goal, which comes from a program that kept a few numbers.
 */
static void growth(struct bench *bench)
{
	const struct task many = { HOSTS_MAX, 0, false }, few = { 10, 0, false };
	const struct task late = { HOSTS_MAX, HOSTS_MAX, false }, one = { 1, 0, false };
	struct goal fast_goal = { "E5", HOSTS_MAX, "N=10", 1.3, "answer-twice" };
	struct goal late_goal = { "E5", HOSTS_MAX, "N=10,all-late", 4, NULL };
	struct goal time_goal = { "E6", HOSTS_MAX, "N=1", 4, NULL };
	struct pairs fast = { .count = 0 }, slow = { .count = 0 }, times = { .count = 0 };
	struct result a, b, c, d;
	size_t i;

	for (i = 0; i < 5; i++) {
		if (!ask(bench, &many, &a) || !ask(bench, &few, &b) || !ask(bench, &late, &c) ||
		    !ask(bench, &one, &d))
			continue;
		fast.floor[fast.count] = (double)b.rss_kib + 2 * a.answer_kib;
		pairs_add(&fast, (double)a.rss_kib, (double)b.rss_kib);
		pairs_add(&slow, (double)c.rss_kib, (double)b.rss_kib);
		pairs_add(&times, a.handshake_us, d.handshake_us);
	}
	report(bench, &fast_goal, &fast, "KiB");
	report(bench, &late_goal, &slow, "KiB");
	report(bench, &time_goal, &times, "us");
}

/* E7: nobody answers. */
static void dead(struct bench *bench, unsigned long hosts)
{
	const struct task task = { hosts, 0, true };
	struct goal goal = { "E7", hosts, "connect-timeout", 1.05, NULL };
	struct pairs pairs = { .count = 0 };
	struct result result;
	size_t i;

	for (i = 0; i < 5; i++)
		if (ask(bench, &task, &result))
			pairs_add(&pairs, result.wall_ms, CONNECT_MS);
	report(bench, &goal, &pairs, "ms");
}

int main(int count, char **words)
{
	struct bench bench = { .answer = memory_file("", 0) };

	if (count != 3 || bench.answer < 0)
		return 64;
	bench.helper = words[1];
	bench.folder = words[2];
	if (!use_store(&bench, "one")) {
		printf("bench E1 E2 E3 E4 E5 E6 E7 SKIP no store can be mounted: %s\n",
		       strerror(errno));
		return 0;
	}
	waiting(&bench, 10, false, 1.05);
	waiting(&bench, 10, true, 1.05);
	waiting(&bench, 100, false, 1.15);
	waiting(&bench, 100, true, 1.15);
	waiting(&bench, HOSTS_MAX, true, 1.25);
	handshakes(&bench);
	growth(&bench);
	dead(&bench, 10);
	dead(&bench, HOSTS_MAX);
	against_curl(&bench, "one", HOSTS_MAX, 0.75);
	against_curl(&bench, "many", 100, 0.08);
	parse_once(&bench);
	return bench.missed;
}
