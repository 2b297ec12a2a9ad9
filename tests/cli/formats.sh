#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One judgement, every format: the same exit status, clean streams, the schema kept, 80 columns.
set -eu
. "$(dirname -- "$0")/cli.inc"

facts=$work/facts.json
gives 0 "$program" collect
cp "$work/out" "$facts"
decides "$program" judge "$facts"
usual=$status
for options in -j -jp -v -jv --no-hints -c=always --quiet '-v --no-hints'; do
	# shellcheck disable=SC2086 # several words
	gives "$usual" "$program" judge $options "$facts"
	[ ! -s "$work/err" ] || die "a complaint with $options"
done
gives "$usual" "$program" judge --quiet "$facts"
[ ! -s "$work/out" ] || die "--quiet said something"

# Text: both verdicts first, nothing wider than 80 columns but words that cannot be broken.
for options in '' -v --no-hints; do
	# shellcheck disable=SC2086
	decides "$program" judge $options "$facts"
	head -n 1 "$work/out" | grep -qE '^THIS HOST (READY|READY WITH RISKS|NOT READY|UNDETERMINED), LINK ' ||
		die "the first line does not hold both verdicts"
	awk 'length($0) > 80 && NF > 2 { print; wide = 1 } END { exit wide }' "$work/out" ||
		die "wider than 80 columns"
done

# Colour: the flag, then NO_COLOR, then CLICOLOR_FORCE, then the terminal.
colored() {
	LC_ALL=C grep -q "$(printf '\033')" "$work/out"
}
decides "$program" judge "$facts"
! colored || die "colour without a terminal"
decides "$program" judge -c "$facts"
colored || die "-c gave no colour"
decides env NO_COLOR=1 "$program" judge --color=always "$facts"
colored || die "NO_COLOR beat the flag"
decides env CLICOLOR_FORCE=1 "$program" judge "$facts"
colored || die "CLICOLOR_FORCE had no effect"
decides env CLICOLOR_FORCE=1 NO_COLOR=1 "$program" judge "$facts"
! colored || die "CLICOLOR_FORCE beat NO_COLOR"
decides env CLICOLOR_FORCE=1 "$program" judge -c=never "$facts"
! colored || die "CLICOLOR_FORCE beat the flag"
decides env CLICOLOR_FORCE=1 "$program" judge -j "$facts"
! colored || die "colour in JSON"

# At a terminal: of itself, not where NO_COLOR or the flag is against it.
at_terminal() { # ARGUMENT...
	python3 - "$program" judge "$@" "$facts" >"$work/out" <<-'END'
		import os, pty, sys

		def read(terminal):
		    said = os.read(terminal, 4096)
		    os.write(1, said)
		    return b""

		pty.spawn(sys.argv[1:], read, lambda terminal: b"")
	END
}
if command -v python3 >/dev/null; then
	at_terminal
	colored || die "no colour at a terminal"
	NO_COLOR=1 at_terminal
	! colored || die "colour at a terminal against NO_COLOR"
	at_terminal -c=never
	! colored || die "colour at a terminal against the flag"
fi

# No locale changes a byte.
decides env LC_ALL=C "$program" judge "$facts"
cp "$work/out" "$work/usual"
for locale in C.UTF-8 de_DE.UTF-8 tr_TR.UTF-8 zh_CN.UTF-8 ja_JP.UTF-8 none; do
	decides env LC_ALL=$locale LANGUAGE=$locale "$program" judge "$facts"
	cmp -s "$work/out" "$work/usual" || die "locale $locale changed the report"
done

# The shipped schemas hold.
python3 -c 'import jsonschema' 2>/dev/null || exit 0
valid() { # SCHEMA DOCUMENT
	"$program" docs "$1" >"$work/schema.json"
	python3 - "$work/schema.json" "$2" <<-'END' || die "$1 does not hold"
		import json, sys
		import jsonschema
		schema, document = (json.load(open(name)) for name in sys.argv[1:])
		jsonschema.Draft202012Validator.check_schema(schema)
		jsonschema.Draft202012Validator(schema).validate(document)
	END
}
valid schema-facts "$facts"
decides "$program" judge -j "$facts"
cp "$work/out" "$work/report.json"
valid schema-report "$work/report.json"
sed 's/"machine":"[^"]*"/"machine":"0123456789abcdef"/' "$facts" >"$work/other.json"
decides "$program" judge -j "$facts" "$work/other.json"
cp "$work/out" "$work/report.json"
valid schema-report "$work/report.json"
echo '{ "schema": "reachback.plan/1", "region": "cn-hangzhou", "accept": [] }' >"$work/plan.json"
valid schema-plan "$work/plan.json"
