/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands, in the order of the help text.
 */
#include "cmd/command.h"

#include <stdint.h>

const struct command command_table[] = {
	{ .name = "check", .bit = COMMAND_CHECK,
	  .summary = "observe this host, judge, report (the default)",
	  .doc = "Observes this host, judges what was seen and reports. Nothing is changed. "
		 "The proof asks the kernel and sends no packet; from the vSwitch side endpoints "
		 "are tried, and the metadata service and the cloud are asked where the plan or "
		 "the machine gives reason to: \"probes\" tells what each puts on the wire. "
		 "Without any argument the defaults apply, and no privilege is needed.",
	  .run = check_run },
	{ .name = "collect", .bit = COMMAND_COLLECT,
	  .summary = "observe only: facts to standard output",
	  .doc = "Observes this host and writes the facts as one JSON document, for \"judge\" "
		 "elsewhere.",
	  .run = collect_run },
	{ .name = "judge", .bit = COMMAND_JUDGE, .operands = "FACTS...", .least = 1,
	  .most = SIZE_MAX,
	  .summary = "judge saved facts of one or several hosts",
	  .doc = "Judges facts that \"collect\" or \"check --facts\" saved. Those of several hosts "
		 "must share one plan; the newest of each host count, and what a host sends is "
		 "followed through the router that takes it on. The operand \"-\" is standard "
		 "input. Options for keys of the plan override the plan in the facts.",
	  .run = judge_run },
	{ .name = "create", .bit = COMMAND_CREATE, .operands = "[FACTS...]", .most = SIZE_MAX,
	  .summary = "check, then make the link, or print the form that makes it",
	  .doc = "Does what \"check\" does, adds saved facts of other machines (--facts, or as "
		 "operands), and goes on only where the gate is ready or ready-with-risks: every "
		 "blocker decided by facts of the same plan that are not older than --max-age "
		 "(1 h), and none failed. No public operation makes the link to GitLab: "
		 "without a call that the plan describes (create_call) the exact values of the "
		 "console's form are printed. With one, and for --kind registry, what is there "
		 "is read first, the call is shown and written into a journal, and made after a "
		 "\"yes\" at the terminal or with --yes; after an answer that tells nothing the "
		 "state is read before any other try. Values of a described call may hold "
		 "{gitlab_ip}, {other_ips}, {vpc_id}, {vswitch_id}, {instance_id} and {region}; "
		 "as an item of a list {other_ips} becomes an item for each address. "
		 "Ends with 0 where the link was made, was there, or the form was printed, with "
		 "2 where the API refused it and 3 where that is not known, else with the status "
		 "of the gate.",
	  .run = create_run },
	{ .name = "verify", .bit = COMMAND_VERIFY,
	  .summary = "look at a link that exists: interface, managed group, endpoints",
	  .doc = "Does what \"check\" does, for a link that was made: its managed interface must "
		 "stand on the vSwitch, and the managed group must name the addresses that GitLab "
		 "and Maven have now. What no operation that reads shows is said to be unknown, "
		 "with the page of the console that tells. Nothing is changed, and no build is "
		 "started.",
	  .run = verify_run },
	{ .name = "explain", .bit = COMMAND_EXPLAIN, .operands = "CODE|CAUSE...", .least = 1,
	  .most = SIZE_MAX,
	  .summary = "why a rule or a cause matters, what shows it, what mends it",
	  .doc = "Explains a rule by its code, or a cause of the failure catalogue by its id: why "
		 "it matters, what shows it, what mends it on each platform, and the vendor's page "
		 "behind it. Works offline.",
	  .run = explain_run, .words = explain_words },
	{ .name = "rules", .bit = COMMAND_RULES,
	  .summary = "the table of rules",
	  .doc = "Lists every rule with its severity and what it says when all is well.",
	  .run = rules_run },
	{ .name = "probes", .bit = COMMAND_PROBES,
	  .summary = "the table of probes, and what each puts on the wire",
	  .doc = "Lists every probe: what it reads, what it needs, and what it puts on the wire.",
	  .run = probes_table_run },
	{ .name = "docs", .bit = COMMAND_DOCS, .operands = "SUBJECT", .least = 1, .most = 1,
	  .summary = "manual page, completions, schemas and reference pages",
	  .doc = "Prints a document that is made from the program's own tables: the manual page, "
		 "the completions of three shells, JSON Schemas, and reference pages in Markdown.",
	  .run = docs_run, .all_options = true, .words = docs_words },
	{ .name = NULL },
};
