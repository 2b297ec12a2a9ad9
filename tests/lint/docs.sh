#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Documents under docs/ are what the program makes, and so are the blocks of the README that begin
# with a command, "$ reachback ...". "docs.sh update [PROGRAM]" writes them all anew.
. "$(dirname -- "$0")/lint_common.inc"

program=${2:-${RB_RELEASE:-build/release}/reachback}
[ -x "$program" ] || skip "no $program"
made=$(mktemp)
trap 'rm -f "$made" "$made.said"' EXIT

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

# The README with what each of its commands prints today.
readme() {
	awk -v program="$program" '
		/^```/ { inside = 0 }
		inside { next }
		{ print }
		/^\$ reachback / {
			inside = 1
			command = program substr($0, length("$ reachback ")) " 2>&1"
			while ((command | getline line) > 0) print line
			close(command)
		}
	' README.md
}

if [ "${1:-}" = update ] && [ -e README.md ]; then
	readme >"$made"
	cat "$made" >README.md
fi
table | while read -r subject file; do
	if ! "$program" docs "$subject" >"$made"; then
		echo "docs/$file: the program could not make it"
	elif [ "${1:-}" = update ]; then
		cat "$made" >"docs/$file"
	elif ! cmp -s "$made" "docs/$file"; then
		echo "docs/$file: differs (sh tests/lint/docs.sh update)"
	fi
done >"$made.said"
if [ -e README.md ] && ! readme | cmp -s - README.md; then
	echo "README.md: a command prints something else (sh tests/lint/docs.sh update)" >>"$made.said"
fi
verdict <"$made.said"
