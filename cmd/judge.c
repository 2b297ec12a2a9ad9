/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `judge`: saved facts in, the report out. Needs nothing of the machine it runs on but its clock.
 */
#include "cmd/judge.h"

#include "cmd/clock.h"
#include "cmd/input.h"
#include "cmd/output.h"
#include "cmd/report.h"
#include "rules/join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void judge_report_options(const struct settings *settings, struct report_options *options)
{
	*options = (struct report_options){
		.json = settings->json,
		.pretty = settings->pretty,
		.verbose = settings->verbose,
		.no_hints = settings->no_hints,
	};
	style_init(&options->style, settings);
}

static int answer(const struct settings *settings, const struct join *join,
		  const struct judgement *judgement)
{
	struct report_options options;
	struct report report;
	struct text out;
	int status = 0, code;

	if (settings->quiet)
		return verdict_exit(judgement->verdict, settings->strict);
	judge_report_options(settings, &options);
	text_init(&out, JSON_SIZE_MAX);
	code = report_build(&report, join, judgement);
	if (!code)
		report_render(&report, &options, &out);
	status = code ? complain_fault(EXIT_OWN, code, NULL) : output_answer(&out);
	report_release(&report);
	text_release(&out);
	return status ? status : verdict_exit(judgement->verdict, settings->strict);
}

static void word_age(struct findings *findings, struct finding *finding, const char *started,
		     int64_t present)
{
	char words[CLOCK_TEXT_MAX];
	int64_t moment;

	if (clock_parse(started, &moment))
		finding_message(findings, finding, "the facts do not say when they were observed");
	else if (moment > present)
		finding_message(findings, finding, "the facts are dated %s, after the present",
				started);
	else
		finding_message(findings, finding, "the facts are %s old",
				clock_age_words((uint64_t)(present - moment), words));
}

/* Facts older than --max-age are no proof: an unknown that outweighs every pass. */
static int judge_age(uint64_t most, const struct join_machine *machine, bool several,
		     int64_t present, struct findings *findings)
{
	const char *started = machine->facts->started;
	char words[CLOCK_TEXT_MAX];
	struct finding *finding;
	int64_t moment;
	bool fresh = clock_parse(started, &moment) == 0 && moment <= present &&
		     (uint64_t)(present - moment) <= most;

	finding = findings_add(findings, fresh ? STATUS_PASS : STATUS_UNKNOWN);
	if (!finding)
		return -ENOMEM;
	finding->code = text_copy("facts-fresh");
	finding->subject.host = several ? text_copy(machine->name) : NULL;
	if (!finding->code || (several && !finding->subject.host))
		return -ENOMEM;
	word_age(findings, finding, started, present);
	finding_evidence(findings, finding, "/started", "observed %s", started ? started : "?");
	if (fresh)
		return findings->error;
	finding_cause(findings, finding, "MET-10");
	finding_expected(findings, finding, "facts of the last %s", clock_age_words(most, words));
	finding_settle(findings, finding, "reachback check");
	return findings->error;
}

static int judge_ages(uint64_t most, const struct join *join, const char *now,
		      struct findings *findings)
{
	size_t count = join->machines.count, i;
	int64_t present;
	int code = clock_parse(now, &present);

	for (i = 0; i < count && !code; i++)
		code = judge_age(most, LIST_AT(&join->machines, struct join_machine, i),
				 count > 1, present, findings);
	return code;
}

int judge_join(struct join *join, const struct duration *max_age, struct judgement *judgement,
	       struct fault *fault)
{
	char now[CLOCK_TEXT_MAX], today[sizeof("2026-11-20")];
	struct findings ages;
	int code;

	code = clock_now_text(now);
	if (code)
		return code;
	memcpy(today, now, sizeof(today) - 1);
	today[sizeof(today) - 1] = '\0';
	code = join_judge(join, today, judgement, fault);
	if (code || !max_age->given)
		return code;
	findings_init(&ages);
	code = judge_ages(max_age->ms / 1000, join, now, &ages);
	if (!code)
		code = join_add(join, today, &ages, judgement, fault);
	findings_release(&ages);
	return code;
}

int judge_and_answer(const struct settings *settings, const struct facts *const *facts,
		     size_t count)
{
	struct fault fault = { .code = 0 };
	struct judgement judgement;
	struct join join;
	int code, status = EXIT_USAGE;

	memset(&judgement, 0, sizeof(judgement));
	memset(&join, 0, sizeof(join));
	code = join_choose(facts, count, &join, &fault);
	if (!code) {
		status = EXIT_OWN;
		code = judge_join(&join, &settings->max_age, &judgement, &fault);
	}
	status = code ? complain_fault(status, code, &fault) : answer(settings, &join, &judgement);
	judgement_release(&judgement);
	join_release(&join);
	return status;
}

int judge_read(const char *path, struct facts *facts, struct fault *fault)
{
	struct fault inner = { .code = 0 };
	struct text bytes;
	int code;

	text_init(&bytes, JSON_SIZE_MAX);
	code = input_read(path, &bytes, fault);
	if (!code) {
		code = facts_read(text_string(&bytes), bytes.length, facts, &inner);
		if (code)
			fault_set(fault, code, "%s: %s", path, fault_text(&inner, code));
	}
	text_release(&bytes);
	return code;
}

int judge_run(const struct settings *settings)
{
	size_t count = settings->operand_count, i;
	struct facts *facts = calloc(count + 1, sizeof(*facts));
	const struct facts **chosen = calloc(count + 1, sizeof(*chosen));
	struct fault fault = { .code = 0 };
	int code = facts && chosen ? 0 : -ENOMEM, status;

	for (i = 0; i < count && !code; i++) {
		facts_init(&facts[i]);
		chosen[i] = &facts[i];
		code = judge_read(settings->operands[i], &facts[i], &fault);
		if (!code)
			code = plan_load(settings, &facts[i].plan, &fault);
	}
	status = code ? complain_fault(EXIT_USAGE, code, &fault) :
			judge_and_answer(settings, chosen, count);
	for (i = 0; facts && i < count; i++)
		facts_release(&facts[i]);
	free(facts);
	free(chosen);
	return status;
}
