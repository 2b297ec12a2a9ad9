#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The schemas are JSON Schema 2020-12, take what the program reads and writes, and refuse the rest.
. "$(dirname -- "$0")/lint_common.inc"

program=${1:-${RB_RELEASE:-build/release}/reachback}
[ -x "$program" ] || skip "no $program"
python3 -c 'from jsonschema import Draft202012Validator' 2>/dev/null || skip "no python3-jsonschema"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

for schema in facts plan report; do
	"$program" docs "schema-$schema" >"$made/$schema.schema.json"
done
corpus=tests/fuzz/corpus
"$program" judge -j "$corpus/facts/full.json" >"$made/report.json" || :
"$program" collect --max-time 10 >"$made/facts.json" || :

# schema, document, and whether it fits
cat >"$made/table" <<-END
	facts $corpus/facts/full.json yes
	facts $corpus/facts/empty.json yes
	facts $corpus/facts/denied.json yes
	facts $made/facts.json yes
	facts $corpus/plan/full.json no
	plan $corpus/plan/full.json yes
	plan $corpus/plan/empty.json yes
	plan $corpus/plan/unknown_key.json no
	plan $corpus/facts/full.json no
	report $made/report.json yes
	report $corpus/facts/full.json no
END

python3 - "$made" <<'END' | verdict
import json
import sys
from jsonschema import Draft202012Validator

made = sys.argv[1]
validators = {}
for name in ("facts", "plan", "report"):
    with open(f"{made}/{name}.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    try:
        Draft202012Validator.check_schema(schema)
    except Exception as error:
        print(f"schema of {name}: {error}".splitlines()[0])
    validators[name] = Draft202012Validator(schema)
with open(f"{made}/table", encoding="utf-8") as file:
    rows = [line.split() for line in file]
for name, path, fits in rows:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except ValueError as error:
        print(f"{path}: {error}")
        continue
    error = next(iter(validators[name].iter_errors(document)), None)
    if fits == "yes" and error:
        print(f"{path} against {name}: {error.json_path}: {error.message}".splitlines()[0])
    if fits == "no" and not error:
        print(f"{path} fits {name}, and should not")
END
