#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Documents under docs/ are what the program makes. "docs.sh update [PROGRAM]" writes them anew,
# and the help in the README with them (options.sh compares that).
. "$(dirname -- "$0")/lint_common.inc"

program=${2:-${RB_RELEASE:-build/release}/reachback}
[ -x "$program" ] || skip "no $program"
made=$(mktemp)
trap 'rm -f "$made"' EXIT

table() { # SUBJECT FILE
	cat <<-END
		man reachback.1
		rules rules.md
		probes probes.md
		options options.md
		facts facts.md
		actions actions.md
		ram-policy ram-policy.json
		schema-report report.schema.json
		schema-facts facts.schema.json
		schema-plan plan.schema.json
	END
}

# The fenced block that begins with "$ reachback --help", its text replaced.
update_readme() {
	"$program" --help >"$made"
	awk -v help="$made" '
		/^```/ { inside = 0 }
		!inside { print }
		/^\$ reachback --help$/ { inside = 1; while ((getline line <help) > 0) print line }
	' README.md >"$made.new"
	cat "$made.new" >README.md
	rm -f "$made.new"
}

if [ "${1:-}" = update ] && [ -e README.md ]; then
	update_readme
fi
table | while read -r subject file; do
	if ! "$program" docs "$subject" >"$made"; then
		echo "docs/$file: the program could not make it"
	elif [ "${1:-}" = update ]; then
		cat "$made" >"docs/$file"
	elif ! cmp -s "$made" "docs/$file"; then
		echo "docs/$file: differs (sh tests/lint/docs.sh update)"
	fi
done | verdict
