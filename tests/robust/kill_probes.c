/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_probes KILLS SEED COMMAND...: starts the command (a `check -j`) and kills one of its probe
 * children at a random time, until KILLS children have died so. Demands a complete report all the
 * same: the killed probe says so, and where a blocker rule needed its section the verdict is
 * undetermined (exit 3).
 */
#include "rules/engine.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHILDREN_MAX 64

struct trial {
	pid_t program;
	int fd;
	struct text report;
	int status;
	bool killed;
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "kill_probes: %s: %s\n", what, strerror(errno));
	exit(70);
}

static void start(struct trial *trial, char **command)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		die("pipe");
	trial->program = fork();
	if (trial->program < 0)
		die("fork");
	if (trial->program == 0) {
		if (dup2(ends[1], STDOUT_FILENO) >= 0)
			execv(command[0], command);
		_exit(126);
	}
	close(ends[1]);
	trial->fd = ends[0];
	text_init(&trial->report, (size_t)64 * 1024 * 1024);
}

/* Kills one child of the program, chosen by `lot`; false when it has none at the moment. */
static bool kill_one(pid_t program, unsigned int lot)
{
	pid_t children[CHILDREN_MAX];
	char path[64];
	size_t count = 0;
	FILE *list;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", program, program);
	list = fopen(path, "re");
	if (list == NULL)
		return false;
	while (count < CHILDREN_MAX && fscanf(list, "%d", &children[count]) == 1)
		count++;
	fclose(list);
	return count > 0 && kill(children[lot % count], SIGKILL) == 0;
}

static void finish(struct trial *trial)
{
	char buffer[65536];
	ssize_t got;

	while ((got = read(trial->fd, buffer, sizeof(buffer))) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			text_add_bytes(&trial->report, buffer, (size_t)got);
	close(trial->fd);
	while (waitpid(trial->program, &trial->status, 0) < 0 && errno == EINTR)
		continue;
}

static const char *word_of(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* Does the rule decide anything in this report, or is it skipped or of another vantage? */
static bool rule_decides(const cJSON *findings, const struct rule *rule)
{
	const cJSON *finding;

	cJSON_ArrayForEach(finding, findings) {
		if (text_equal(word_of(finding, "code"), rule->code) &&
		    !text_equal(word_of(finding, "status"), "skipped"))
			return true;
	}
	return false;
}

/* Sections without which some blocker rule is undecided, in the world of an undisturbed report. */
static unsigned int sections_of_blockers(const struct text *report)
{
	const cJSON *findings;
	unsigned int sections = 0;
	cJSON *json;
	size_t i;

	if (json_parse(text_string(report), report->length, &json, NULL))
		return 0;
	findings = cJSON_GetObjectItemCaseSensitive(json, "findings");
	for (i = 0; i < rule_catalog_count; i++)
		if (rule_catalog[i]->severity == SEVERITY_BLOCKER &&
		    rule_decides(findings, rule_catalog[i]))
			sections |= rule_catalog[i]->reads;
	cJSON_Delete(json);
	return sections;
}

/* Sections whose probe did not end well, by the report's own word; -1 when the report is none. */
static int sections_lost(const struct trial *trial)
{
	const cJSON *probes, *probe;
	int lost = 0, id;
	cJSON *json;

	if (json_parse(text_string(&trial->report), trial->report.length, &json, NULL))
		return -1;
	probes = cJSON_GetObjectItemCaseSensitive(json, "probes");
	cJSON_ArrayForEach(probe, probes) {
		const char *name = word_of(probe, "name");
		const char *state = word_of(probe, "state");

		for (id = 0; id < SECTION_COUNT; id++)
			if (text_equal(name, section_name((enum section_id)id)) &&
			    text_equal(state, "failed"))
				lost |= (int)SECTION_BIT(id);
	}
	if (cJSON_GetArraySize(probes) == 0)
		lost = -1;
	cJSON_Delete(json);
	return lost;
}

static const char *law_broken(const struct trial *trial, unsigned int needed)
{
	int lost = sections_lost(trial);
	int status = WIFEXITED(trial->status) ? WEXITSTATUS(trial->status) : -1;

	if (status < 0)
		return "the program itself ended by a signal";
	if (lost < 0)
		return "no complete report";
	if (trial->killed && lost == 0)
		return "a probe was killed and nobody says so";
	if (!trial->killed && lost != 0)
		return "a probe failed that nobody killed";
	if (((unsigned int)lost & needed) != 0 && status != 3)
		return "a blocker rule lost its section and the exit status is not 3";
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long kills, killed = 0, bad = 0, i;
	unsigned int seed, needed = 0;
	uint64_t longest = 0;

	if (argc < 4)
		return 64;
	kills = strtoul(argv[1], NULL, 10);
	seed = (unsigned int)strtoul(argv[2], NULL, 10);
	if (!kills)
		return 64;
	printf("kill_probes: seed %u\n", seed);
	/* some times are those when there is nobody to kill */
	for (i = 0; killed < kills && i <= kills * 20; i++) {
		struct trial trial = { 0 };
		uint64_t begun = now_us();
		const char *broken;

		start(&trial, argv + 3);
		if (i > 0) { /* the first run only shows how long one lasts */
			usleep((useconds_t)((uint64_t)rand_r(&seed) % (longest + 1)));
			trial.killed = kill_one(trial.program, (unsigned int)rand_r(&seed));
		}
		finish(&trial);
		if (i == 0) {
			longest = now_us() - begun;
			needed = sections_of_blockers(&trial.report);
		}
		killed += trial.killed;
		broken = law_broken(&trial, needed);
		/* a child that was over when the signal came has given its answer already */
		if (broken != NULL && !(trial.killed && sections_lost(&trial) == 0)) {
			printf("kill_probes: run %lu, sections 0x%x: %s\n", i,
			       (unsigned int)sections_lost(&trial), broken);
			bad++;
		}
		text_release(&trial.report);
	}
	printf("kill_probes: %lu runs, %lu killed, %lu bad\n", i, killed, bad);
	return bad == 0 && killed == kills ? 0 : 1;
}
