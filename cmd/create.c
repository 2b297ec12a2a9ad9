/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `create`: what `check` does, beside saved facts of other machines; then, where the gate lets it,
 * the link.
 *
 * No public operation makes the link to GitLab: the exact values of the console's form are printed,
 * all of them derived from what was seen.
 */
#include "cmd/command.h"

#include "cmd/cloud.h"
#include "cmd/dossier.h"
#include "cmd/judge.h"
#include "cmd/link.h"
#include "cmd/observe.h"
#include "cmd/output.h"
#include "rules/checks/endpoint_form.h"
#include "rules/facts_link.h"
#include "rules/join.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_AGE_MS 3600000u
#define WORDS_MAX ((size_t)16 * 1024)

struct creation {
	const struct settings *settings;
	struct cloud_request cloud; /* how the cloud is asked */
	struct facts own;
	struct dossier dossier;
	struct join join;
	struct judgement judgement;
	struct report_create done;
};

__attribute__((format(printf, 2, 3)))
static int say(struct creation *creation, const char *format, ...)
{
	va_list arguments;
	int length;

	free(creation->done.message);
	va_start(arguments, format);
	length = vasprintf(&creation->done.message, format, arguments);
	va_end(arguments);
	if (length >= 0)
		return 0;
	creation->done.message = NULL;
	return -ENOMEM;
}

/* Whose names and addresses fill the form: the vSwitch side's, else whoever looked at endpoints. */
static const struct facts *form_facts(const struct join *join)
{
	const struct facts *found = NULL;
	size_t i;

	for (i = 0; i < join->machines.count; i++) {
		const struct join_machine *machine =
			LIST_AT(&join->machines, struct join_machine, i);

		if (machine->facts->endpoints.section.state != FACT_OK)
			continue;
		if (!found || machine->vantage == VANTAGE_VSWITCH_HOST)
			found = machine->facts;
	}
	return found ? found : LIST_AT(&join->machines, struct join_machine, 0)->facts;
}

static int copy_value(char **place, const char *value)
{
	*place = text_copy(value);
	return value && !*place ? -ENOMEM : 0;
}

static int fill_addresses(const struct facts *facts, struct report_form *form)
{
	char words[ADDRESS_TEXT_MAX];
	struct address gitlab;
	struct list others = { 0 };
	int code = form_values(facts, &gitlab, &others);
	size_t i;

	if (!code && gitlab.family)
		code = copy_value(&form->gitlab_ip, address_print(&gitlab, words));
	for (i = 0; i < others.count && !code; i++)
		code = strings_add(&form->other_ips,
				   address_print(LIST_AT(&others, struct address, i), words));
	free(others.items);
	return code;
}

static int fill_form(const struct join *join, struct report_form *form)
{
	const struct facts *facts = form_facts(join);
	int code = fill_addresses(facts, form);

	if (!code)
		code = copy_value(&form->region, facts_region(facts));
	if (!code)
		code = copy_value(&form->instance_id, facts->plan.link.instance_id);
	if (!code)
		code = copy_value(&form->vpc_id, facts_link_vpc(facts));
	return code ? code : copy_value(&form->vswitch_id, facts_link_vswitch(facts));
}

/* A form with a gap is no form: each gap by the option that fills it. */
static int check_form(const struct report_form *form, bool source, struct fault *fault)
{
	const struct {
		const char *value, *option;
	} rows[] = {
		{ form->instance_id, "link-instance-id" },
		{ form->vpc_id, "link-vpc-id" },
		{ form->vswitch_id, "link-vswitch-id" },
		{ source ? form->gitlab_ip : "", "link-gitlab-ip" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!rows[i].value)
			return fault_set(fault, -EINVAL,
					 "the link's form has a gap: the plan does not say --%s",
					 rows[i].option);
	return 0;
}

static int print_form(struct creation *creation, struct fault *fault)
{
	int code = fill_form(&creation->join, &creation->done.form);

	if (!code)
		code = check_form(&creation->done.form, true, fault);
	if (!code)
		code = say(creation, "no public operation makes the link to GitLab: type these "
				     "values into the console's form \"Manage Link\"");
	creation->done.outcome = OUTCOME_FORM;
	return code;
}

static int make_link(struct creation *creation, struct fault *fault)
{
	char helpers[PATH_MAX];
	struct report_form form = { .region = NULL };
	struct link link = { .settings = creation->settings, .helper_dir = helpers,
			     .cloud = &creation->cloud, .plan = &creation->own.plan,
			     .form = &form, .done = &creation->done, .journal = { .lock = -1 } };
	int code = fill_form(&creation->join, &form);

	if (!code)
		code = check_form(&form, creation->done.kind == CREATE_SOURCE, fault);
	if (!code && !form.region)
		code = fault_set(fault, -EINVAL, "the region is not known: the plan does not say "
						 "--region");
	if (!code)
		code = observe_helpers(helpers);
	if (!code)
		code = link_prepare(&link, fault);
	if (!code)
		code = link_create(&link, fault);
	link_release(&link);
	report_form_release(&form);
	return code;
}

/* May it go on? A strict user takes no risk. */
static bool gate_lets(const struct creation *creation)
{
	return verdict_exit(creation->judgement.gate, creation->settings->strict) == 0;
}

static int act(struct creation *creation, struct fault *fault)
{
	const char *reason = creation->settings->override_reason;

	if (!gate_lets(creation) && !reason) {
		creation->done.outcome = OUTCOME_REFUSED;
		return say(creation, "the gate is %s, and nothing was changed",
			   verdict_words[creation->judgement.gate]);
	}
	if (!gate_lets(creation)) {
		creation->done.override = text_clean(reason, strlen(reason));
		if (!creation->done.override)
			return -ENOMEM;
	}
	if (link_is_called(&creation->own.plan, creation->done.kind))
		return make_link(creation, fault);
	return print_form(creation, fault);
}

/* What was refused by the gate ends as the gate says, what the API refused as not ready. */
static int exit_status(const struct creation *creation)
{
	switch (creation->done.outcome) {
	case OUTCOME_REFUSED:
		return verdict_exit(creation->judgement.gate, creation->settings->strict);
	case OUTCOME_FAILED:
		return verdict_exit(VERDICT_NOT_READY, false);
	case OUTCOME_THERE:
		/* what stands there is not what the plan asked for */
		return creation->done.link.elsewhere ?
		       verdict_exit(VERDICT_RISKS, creation->settings->strict) : 0;
	case OUTCOME_DECLINED:
	case OUTCOME_UNCLEAR:
		return verdict_exit(VERDICT_UNDETERMINED, false);
	default:
		return 0;
	}
}

static int answer(const struct creation *creation)
{
	struct report_options options;
	struct report report;
	struct text out;
	int code, status = 0;

	if (creation->settings->quiet)
		return exit_status(creation);
	judge_report_options(creation->settings, &options);
	text_init(&out, JSON_SIZE_MAX);
	code = report_build(&report, &creation->join, &creation->judgement);
	report.create = creation->done; /* borrowed, as all else in a report */
	if (!code)
		report_render(&report, &options, &out);
	status = code ? complain_fault(EXIT_OWN, code, NULL) : output_answer(&out);
	report_release(&report);
	text_release(&out);
	return status ? status : exit_status(creation);
}

/* Judges our own facts and those that were given; what is too old or of the future is unknown. */
static int judge_all(struct creation *creation, struct fault *fault)
{
	struct duration most = creation->settings->max_age;
	int code;

	if (!most.given)
		most = (struct duration){ .given = true, .ms = MAX_AGE_MS };
	code = join_choose(creation->dossier.facts, creation->dossier.count, &creation->join,
			   fault);
	if (!code)
		code = judge_join(&creation->join, &most, &creation->judgement, fault);
	return code ? code : dossier_settle(&creation->dossier, &creation->judgement);
}

/* The word's place in a list ended by NULL; -1 after a complaint. */
static int find_word(const char *option, const char *word, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (word[0] != '\0' && strcmp(words[i], word) == 0)
			return i;
	(void)complain(EXIT_USAGE, "--%s: unknown word \"%s\" (accepted: %s, %s)", option, word,
		       words[i - 2], words[i - 1]);
	return -1;
}

static int check_settings(const struct settings *settings, struct report_create *done)
{
	static const char *const modules[] = { "registry", "chart", NULL };
	static const char *const settles[] = { "made", "not-made", NULL };
	const char *reason = settings->override_reason;

	if (reason && !reason[strspn(reason, " \t")])
		return complain(EXIT_USAGE, "--override needs a reason");
	done->kind = CREATE_SOURCE;
	if (settings->kind)
		done->kind = find_word("kind", settings->kind, create_kind_words);
	if (done->kind <= 0 ||
	    (settings->module && find_word("module", settings->module, modules) < 0) ||
	    (settings->settle && find_word("settle", settings->settle, settles) < 0))
		return EXIT_USAGE;
	if (done->kind != CREATE_REGISTRY && (settings->module || settings->no_dns_record))
		return complain(EXIT_USAGE, "--module and --no-dns-record are for --kind registry");
	return 0;
}

int create_run(const struct settings *settings)
{
	struct creation creation = { .settings = settings };
	struct fault fault = { .code = 0 };
	int code, status = check_settings(settings, &creation.done);

	if (status)
		return status;
	status = observe_keeping(settings, &creation.cloud, &creation.own);
	if (!status) {
		code = dossier_read(settings, &creation.own, &creation.dossier, &fault);
		if (code)
			status = complain_fault(EXIT_USAGE, code, &fault);
	}
	if (!status) {
		code = judge_all(&creation, &fault);
		if (code)
			status = complain_fault(EXIT_OWN, code, &fault);
	}
	if (!status) {
		code = act(&creation, &fault);
		status = code ? complain_fault(code == -EINVAL || code == -ENOTTY ? EXIT_USAGE :
										    EXIT_OWN,
					       code, &fault) : answer(&creation);
	}
	report_create_release(&creation.done);
	cloud_release(&creation.cloud);
	judgement_release(&creation.judgement);
	join_release(&creation.join);
	dossier_release(&creation.dossier);
	facts_release(&creation.own);
	return status;
}
