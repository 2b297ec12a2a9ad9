#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Facts that cannot be judged: status 64, one line. And their twin that can.
set -eu
. "$(dirname -- "$0")/cli.inc"

facts=$work/facts.json
refuses 64 'cannot open' "$program" judge "$work/none.json"
refuses 64 'cannot read' "$program" judge "$work"
for bad in '' '{' '[]' 'null' '{} x' '{"schema":"reachback.facts/2"}' '{"schema":7}' \
	'{"schema":"reachback.facts/1","links":{"state":"ok","links":[{"mtu":-1}]}}' \
	'{"schema":"reachback.facts/1","schema":"reachback.facts/1"}'; do
	printf '%s' "$bad" >"$facts"
	refuses 64 "$facts: " "$program" judge "$facts"
done
refuses 64 '-: ' "$program" judge -

gives 0 "$program" collect
cp "$work/out" "$facts"
decides "$program" judge "$facts"
cp "$work/out" "$work/from-file"
status=0
"$program" judge - <"$facts" >"$work/out" 2>"$work/err" || status=$?
cmp -s "$work/out" "$work/from-file" || die "stdin is judged otherwise than the file"

# One byte lost in the middle is not one verdict less.
size=$(wc -c <"$facts")
for part in 3 2; do
	head -c $((size * (part - 1) / part)) "$facts" >"$work/cut.json"
	refuses 64 'cut.json: ' "$program" judge "$work/cut.json"
done

# Old facts prove nothing about the present.
decides "$program" judge --max-age 1h "$facts"
sed 's/"started":"[^"]*"/"started":"2020-01-01T00:00:00Z"/' "$facts" >"$work/old.json"
status=0
"$program" judge -j --max-age 1h "$work/old.json" >"$work/out" || status=$?
case $status in
2|3) ;;
*) die "old facts gave status $status" ;;
esac
grep -q MET-10 "$work/out" || die "old facts are not named"
gives 0 "$program" explain facts-fresh
cat >"$work/accept.json" <<-END
	{ "schema": "reachback.plan/1",
	  "accept": [ { "code": "facts-fresh", "reason": "nothing has changed since" } ] }
END
decides "$program" judge --plan "$work/accept.json" --max-age 1h "$work/old.json"
grep -q 'UNKNOWN facts-fresh (MET-10), accepted' "$work/out" || die "old facts are not accepted"
decides "$program" judge "$work/old.json"

# A plan serves several machines: it does not forget where the facts were collected.
gives 0 "$program" collect --vantage idc-router
cp "$work/out" "$work/router.json"
echo '{ "schema": "reachback.plan/1", "region": "cn-a" }' >"$work/plan.json"
decides "$program" judge --plan "$work/plan.json" "$work/router.json"
grep -q '^idc-router ' "$work/out" || die "the plan lost the vantage of the facts"
decides "$program" judge --plan "$work/plan.json" --vantage gitlab-host "$work/router.json"
grep -q '^gitlab-host ' "$work/out" || die "the option did not override the vantage"

# Several: the same machine twice is one, another machine is a second, other plans are refused.
decides "$program" judge -j "$facts" "$facts"
if grep -q '"machines"' "$work/out"; then
	die "one machine was taken for two"
fi
sed 's/"machine":"[^"]*"/"machine":"0123456789abcdef"/; s/"name":"[^"]*"/"name":"other1"/' \
	"$facts" >"$work/other.json"
decides "$program" judge -j "$facts" "$work/other.json"
grep -q '"machines":\[' "$work/out" || die "two machines were taken for one"
grep -q '"host":"other1"' "$work/out" || die "the second machine is not named"
cp "$work/out" "$work/usual"
decides "$program" judge -j "$work/other.json" "$facts"
cmp -s "$work/out" "$work/usual" || die "the order of the operands changed the report"
decides "$program" judge "$facts" "$work/other.json"
head -n 1 "$work/out" | grep -q '^THESE HOSTS ' || die "the first line speaks of one host"
gives 0 "$program" collect --region cn-a
cp "$work/out" "$work/planned.json"
sed 's/"machine":"[^"]*"/"machine":"0123456789abcdef"/; s/"cn-a"/"cn-b"/' \
	"$work/planned.json" >"$work/contrary.json"
refuses 64 /plan/region "$program" judge "$work/planned.json" "$work/contrary.json"
decides "$program" judge --region cn-c "$work/planned.json" "$work/contrary.json"

# A traced way back stands for the router that gave no facts; without it the gate names the option.
ways=$(CDPATH='' cd -- "$(dirname -- "$0")/../golden/ways" && pwd -P)
for world in traced untraced; do
	for machine in 2 3; do
		sed -n "${machine}p" "$ways/$world.json" | sed 's/,$//' \
			>"$work/$world.$machine.json"
	done
done
gives 0 "$program" judge "$work/traced.2.json" "$work/traced.3.json"
head -n 1 "$work/out" | grep -q '^THESE HOSTS READY, LINK READY$' || die "the trace did not count"
gives 0 "$program" judge "$work/untraced.2.json" "$work/untraced.3.json"
head -n 1 "$work/out" | grep -q "LINK UNDETERMINED: needs the router's routes$" ||
	die "nobody missed the router"
tr '\n' ' ' <"$work/out" | tr -s ' ' | grep -q 'reachback check --trace ADDRESS' ||
	die "what would stand for the router is not named"
# An old trace is none.
gives 3 "$program" judge --max-age 1h "$work/traced.2.json" "$work/traced.3.json"
