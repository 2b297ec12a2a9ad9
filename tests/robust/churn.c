/* SPDX-License-Identifier: Apache-2.0 */
/*
 * churn ROUTES RUNS RATE outside|inside COMMAND...: fills the main table with routes, runs the
 * command (a `check -j`) once in peace, then RUNS times while another process adds and removes
 * routes without pause.
 *
 *   outside  the changing routes do not touch 100.104.0.0/16: at least 19 of 20 reports must be the
 *            quiet one, the others unstable
 *   inside   they do, by the way that is right anyway: a quiet verdict (one route of the moment may
 *            be named), or a routes section that failed as unstable with exit 3; never another
 *
 * The way of all routes is 172.20.5.1 dev lan0, which must be there. Below RATE changes a second
 * the churn proves nothing: the status is 77 then.
 */
#include "tests/robust/report.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GATEWAY 0xac140501u       /* 172.20.5.1 */
#define LOADED 0x0a000000u        /* 10.0.0.0, cut into /26 */
#define OUTSIDE 0x64680000u + 0x10000u /* 100.105.0.0, the range's neighbour */
#define INSIDE 0x64680000u        /* 100.104.0.0 */
#define BATCH 1024
#define REPORT_MAX ((size_t)8 * 1024 * 1024)

struct message {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr destination_head;
	uint32_t destination;
	struct rtattr gateway_head;
	uint32_t gateway;
	struct rtattr oif_head;
	uint32_t oif;
};

struct batch {
	int socket;
	uint32_t oif;
	size_t count;
	struct message messages[BATCH];
};

struct outcome {
	char *report;
	int status;
};

static void die(const char *what)
{
	fprintf(stderr, "churn: %s: %s\n", what, strerror(errno));
	exit(70);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct batch *batch_open(void)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	int room = 8 * 1024 * 1024;

	if (batch == NULL)
		die("calloc");
	batch->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	batch->oif = if_nametoindex("lan0");
	if (batch->socket < 0 || batch->oif == 0)
		die("netlink or lan0");
	if (setsockopt(batch->socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		(void)setsockopt(batch->socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return batch;
}

/* Sends what is gathered. Nobody asks for an answer, so whatever comes is an error. */
static void batch_send(struct batch *batch)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[4096];
	} answer;
	size_t length = batch->count * sizeof(batch->messages[0]);
	ssize_t got;

	if (batch->count > 0 && send(batch->socket, batch->messages, length, 0) != (ssize_t)length)
		die("send");
	batch->count = 0;
	got = recv(batch->socket, &answer, sizeof(answer), MSG_DONTWAIT);
	if (got >= (ssize_t)(sizeof(answer.header) + sizeof(answer.error)) &&
	    answer.header.nlmsg_type == NLMSG_ERROR && answer.error.error != 0) {
		errno = -answer.error.error;
		die("the kernel refused a route");
	}
}

static struct rtattr attribute(unsigned short type)
{
	return (struct rtattr){ .rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = type };
}

static void batch_add(struct batch *batch, bool add, uint32_t destination, unsigned char length)
{
	batch->messages[batch->count++] = (struct message){
		.header = { .nlmsg_len = sizeof(struct message),
			    .nlmsg_type = add ? RTM_NEWROUTE : RTM_DELROUTE,
			    .nlmsg_flags = NLM_F_REQUEST |
					   (add ? NLM_F_CREATE | NLM_F_REPLACE : 0) },
		.route = { .rtm_family = AF_INET, .rtm_dst_len = length, .rtm_table = RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC, .rtm_scope = RT_SCOPE_UNIVERSE,
			   .rtm_type = RTN_UNICAST },
		.destination_head = attribute(RTA_DST), .destination = htonl(destination),
		.gateway_head = attribute(RTA_GATEWAY), .gateway = htonl(GATEWAY),
		.oif_head = attribute(RTA_OIF), .oif = batch->oif,
	};
	if (batch->count == BATCH)
		batch_send(batch);
}

static void load(unsigned long count)
{
	struct batch *batch = batch_open();
	double begun = now_s();
	unsigned long i;

	for (i = 0; i < count; i++)
		batch_add(batch, true, LOADED + (uint32_t)i * 64, 26);
	batch_send(batch);
	close(batch->socket);
	free(batch);
	printf("churn: %lu routes loaded in %.2f s\n", count, now_s() - begun);
}

/* Adds and removes /24s of one /16, for ever; a send holds as many of the one as of the other. */
static _Noreturn void churn(uint32_t base, atomic_ulong *changes)
{
	struct batch *batch = batch_open();
	uint32_t at = 0, i;

	for (;;) {
		for (i = 0; i < BATCH / 2; i++) {
			batch_add(batch, true, base + (((at + i) & 0xff) << 8), 24);
			batch_add(batch, false, base + (((at + i) & 0xff) << 8), 24);
		}
		at += 17;
		atomic_fetch_add(changes, BATCH);
	}
}

static struct outcome run(char **command)
{
	struct outcome outcome = { .report = malloc(REPORT_MAX + 1) };
	size_t length = 0;
	ssize_t got;
	int ends[2];
	pid_t child;

	if (outcome.report == NULL || pipe(ends) < 0)
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		if (dup2(ends[1], STDOUT_FILENO) >= 0 && close(ends[0]) == 0 && close(ends[1]) == 0)
			execv(command[0], command);
		_exit(126);
	}
	close(ends[1]);
	while ((got = read(ends[0], outcome.report + length, REPORT_MAX - length)) > 0 ||
	       (got < 0 && errno == EINTR))
		length += got > 0 ? (size_t)got : 0;
	close(ends[0]);
	outcome.report[length] = '\0';
	report_normalise(outcome.report);
	while (waitpid(child, &outcome.status, 0) < 0 && errno == EINTR)
		continue;
	return outcome;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->status == b->status && strcmp(a->report, b->report) == 0;
}

/* Ready, and nothing that is worse than a pass. */
static bool carefree(const struct outcome *outcome)
{
	return outcome->status == 0 && strstr(outcome->report, "\"verdict\":\"ready\"") != NULL &&
	       strstr(outcome->report, "\"fail\":0,\"warn\":0,\"unknown\":0,\"blocked\":0") != NULL;
}

/* Undetermined, for the routes section gave itself up as unstable. */
static bool unstable(const struct outcome *outcome)
{
	return WIFEXITED(outcome->status) && WEXITSTATUS(outcome->status) == 3 &&
	       strstr(outcome->report, "\"verdict\":\"undetermined\"") != NULL &&
	       strstr(outcome->report, "{\"name\":\"routes\",\"state\":\"failed\"") != NULL &&
	       strstr(outcome->report, "unstable: ") != NULL;
}

struct tally {
	unsigned long quiet, unstable, wrong;
};

static void judge(struct tally *tally, const struct outcome *quiet, struct outcome *outcome,
		  bool inside)
{
	const char *routes = strstr(outcome->report, "{\"name\":\"routes\"");

	if (same(quiet, outcome) || (inside && carefree(outcome))) {
		tally->quiet++;
	} else if (unstable(outcome)) {
		tally->unstable++;
	} else {
		tally->wrong++;
		printf("churn: status 0x%x, neither quiet nor unstable: %.100s\n",
		       (unsigned int)outcome->status, routes != NULL ? routes : "");
		report_difference(quiet->report, outcome->report);
	}
	free(outcome->report);
}

int main(int argc, char **argv)
{
	struct tally tally = { 0 };
	unsigned long routes, runs, rate, i;
	struct outcome quiet, outcome;
	atomic_ulong *changes;
	double begun, took, reached;
	bool inside;
	pid_t child;

	if (argc < 6)
		return 64;
	routes = strtoul(argv[1], NULL, 10);
	runs = strtoul(argv[2], NULL, 10);
	rate = strtoul(argv[3], NULL, 10);
	if (!runs || !rate)
		return 64;
	inside = strcmp(argv[4], "inside") == 0;
	changes = mmap(NULL, sizeof(*changes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (changes == MAP_FAILED)
		die("mmap");
	load(routes);
	quiet = run(argv + 5);
	if (!WIFEXITED(quiet.status) || WEXITSTATUS(quiet.status) != 0) {
		printf("churn: not ready in peace: status 0x%x\n", (unsigned int)quiet.status);
		return 1;
	}
	fflush(stdout);
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0)
		churn(inside ? INSIDE : OUTSIDE, changes);
	usleep(200000);
	begun = now_s();
	atomic_store(changes, 0);
	for (i = 1; i <= runs; i++) {
		outcome = run(argv + 5);
		judge(&tally, &quiet, &outcome, inside);
	}
	took = now_s() - begun;
	reached = (double)atomic_load(changes) / took;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("churn: %s, %lu routes, %.0f changes a second: %lu runs of %.0f ms, %lu quiet, "
	       "%lu unstable, %lu wrong\n",
	       argv[4], routes, reached, runs, took * 1000 / (double)runs, tally.quiet,
	       tally.unstable, tally.wrong);
	free(quiet.report);
	if (reached < (double)rate) {
		printf("churn: fewer than %lu changes a second prove nothing\n", rate);
		return tally.wrong == 0 ? 77 : 1;
	}
	return tally.wrong == 0 && (inside || tally.quiet * 20 >= runs * 19) ? 0 : 1;
}
