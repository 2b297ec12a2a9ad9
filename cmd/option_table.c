/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the program's own options. Keys of the plan are not here: see option_plan.c.
 */
#include "cmd/option.h"

#define IN_SETTINGS(member) offsetof(struct settings, member)
#define OUTPUTS (COMMAND_OBSERVES | COMMAND_JUDGE | COMMAND_TABLES)

const struct option option_table[] = {
	{ .name = "json", .letter = 'j', .kind = OPTION_FLAG, .offset = IN_SETTINGS(json),
	  .commands = OUTPUTS, .group = "Output",
	  .help = "answer with one JSON document" },
	{ .name = "pretty", .letter = 'p', .kind = OPTION_FLAG, .offset = IN_SETTINGS(pretty),
	  .commands = OUTPUTS, .group = "Output",
	  .help = "indent the JSON" },
	{ .name = "color", .letter = 'c', .argument = "WHEN", .kind = OPTION_COLOR,
	  .offset = IN_SETTINGS(color), .commands = OUTPUTS, .group = "Output",
	  .help = "colour the text: auto, always (the bare option) or never; else NO_COLOR, "
		  "CLICOLOR_FORCE and the terminal decide" },
	{ .name = "verbose", .letter = 'v', .kind = OPTION_FLAG, .offset = IN_SETTINGS(verbose),
	  .commands = COMMAND_JUDGES | COMMAND_TABLES, .group = "Output",
	  .help = "show everything, passes and their evidence too" },
	{ .name = "quiet", .letter = 'q', .kind = OPTION_FLAG, .offset = IN_SETTINGS(quiet),
	  .commands = COMMAND_JUDGES, .group = "Output",
	  .help = "print no answer: the exit status is all" },
	{ .name = "no-hints", .kind = OPTION_FLAG, .offset = IN_SETTINGS(no_hints),
	  .commands = COMMAND_JUDGES, .group = "Output",
	  .help = "leave fixes and next steps out of the text" },
	{ .name = "strict", .kind = OPTION_FLAG, .offset = IN_SETTINGS(strict),
	  .commands = COMMAND_JUDGES, .group = "Output",
	  .help = "end with status 1 where the verdict is ready-with-risks" },
	{ .name = "netns", .letter = 'n', .argument = "NETNS", .kind = OPTION_TEXT,
	  .offset = IN_SETTINGS(netns), .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "look inside a network namespace: a name of ip-netns(8) or a path" },
	{ .name = "service", .argument = "ADDR:PORT", .repeatable = true, .kind = OPTION_LATER,
	  .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "prove the way back from this address and port instead of those of the plan or "
		  "of the listeners" },
	{ .name = "resolve", .argument = "HOST:PORT:ADDR", .repeatable = true,
	  .kind = OPTION_LATER, .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "connect to this address (or several, with commas) for this host and port, "
		  "whatever names say" },
	{ .name = "name-server", .argument = "ADDR[:PORT]", .repeatable = true,
	  .kind = OPTION_LATER, .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "ask this name server as well" },
	{ .name = "registry", .argument = "DOMAIN", .repeatable = true, .kind = OPTION_LATER,
	  .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "look at the registry of this domain, too" },
	{ .name = "cacert", .argument = "FILE", .kind = OPTION_TEXT,
	  .offset = IN_SETTINGS(cacert), .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "also take certificates that these authorities (PEM) sign; whether the registry "
		  "knows them is told as a risk" },
	{ .name = "token-fd", .argument = "NUMBER", .kind = OPTION_TEXT,
	  .offset = IN_SETTINGS(token_fd), .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "read the GitLab token from this descriptor" },
	{ .name = "deep", .kind = OPTION_FLAG, .offset = IN_SETTINGS(deep),
	  .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "try endpoints in more ways than a failure calls for: segment sizes, source "
		  "ports, without server name" },
	{ .name = "max-time", .argument = "SECONDS", .kind = OPTION_DURATION,
	  .offset = IN_SETTINGS(max_time), .commands = COMMAND_OBSERVES, .group = "Observation",
	  .help = "total time that looking may take (10)" },
	{ .name = "facts", .argument = "FILE", .repeatable = true, .kind = OPTION_TEXT,
	  .offset = IN_SETTINGS(facts_file), .commands = COMMAND_CHECK | COMMAND_CREATE,
	  .group = "Observation",
	  .help = "check: also write the facts that were judged; create: judge these saved facts "
		  "of another machine as well" },
	{ .name = "plan", .argument = "FILE", .kind = OPTION_TEXT,
	  .offset = IN_SETTINGS(plan_file), .commands = COMMAND_PLANS, .group = "Judgement",
	  .help = "read what is intended from a plan (JSON)" },
	{ .name = "accept", .argument = "CODE[:SUBJECT]=REASON", .repeatable = true,
	  .kind = OPTION_LATER, .commands = COMMAND_PLANS, .group = "Judgement",
	  .help = "let a fail or unknown of this rule count as a warning, on record" },
	{ .name = "max-age", .argument = "AGE", .kind = OPTION_DURATION,
	  .offset = IN_SETTINGS(max_age), .commands = COMMAND_JUDGE | COMMAND_CREATE,
	  .group = "Judgement",
	  .help = "refuse to be sure about facts older than this: seconds, or 30m, 24h, 7d "
		  "(create: 1h)" },
	{ .name = "dry-run", .kind = OPTION_FLAG, .offset = IN_SETTINGS(dry_run),
	  .commands = COMMAND_CREATE, .group = "Link",
	  .help = "stop before anything is changed" },
	{ .name = "override", .argument = "REASON", .kind = OPTION_TEXT,
	  .offset = IN_SETTINGS(override_reason), .commands = COMMAND_CREATE, .group = "Link",
	  .help = "go on although the gate refuses; the reason stands in the report" },
	{ .name = "help", .letter = 'h', .kind = OPTION_FLAG, .offset = IN_SETTINGS(help),
	  .commands = COMMAND_ALL, .group = "Other",
	  .help = "show what the program, or one command, takes" },
	{ .name = "version", .letter = 'V', .kind = OPTION_FLAG, .offset = IN_SETTINGS(version),
	  .commands = COMMAND_ALL, .group = "Other",
	  .help = "show the version" },
	{ .name = NULL },
};
