#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Endpoints are looked at from the vSwitch's host, and where --from is typed; there they are facts
# for `judge` alone: findings, verdict and exit status stay what they are without them.
set -eu
. "$(dirname -- "$0")/cli.inc"

command -v jq >/dev/null || skip "no jq"
unshare -Urn true 2>/dev/null || skip "no namespaces of one's own here"

look() { # NAME ARGUMENT...
	name=$1
	shift
	status=0
	unshare -Urn sh -c 'ip link set lo up; ip addr add 172.20.5.10/32 dev lo; exec "$@"' sh \
		"$program" check -j --gitlab-url http://172.20.5.10:9/ --facts "$work/$name.facts" "$@" \
		>"$work/$name" 2>"$work/err" || status=$?
	[ ! -s "$work/err" ] || die "$name: a complaint beside the report"
	jq -S '[.verdict, .gate, .findings]' "$work/$name" >"$work/$name.said"
	echo "$status" >>"$work/$name.said"
}

tried() { # NAME
	jq -r '.endpoints | "\(.state // "absent") \(.attempts // [] | length)"' "$work/$1.facts"
}

for vantage in gitlab-host idc-router; do
	look plain --vantage "$vantage"
	echo "{ \"vantage\": \"$vantage\", \"from\": \"lo\" }" >"$work/plan.json"
	look planned --plan "$work/plan.json"
	look asked --vantage "$vantage" --from lo
	[ "$(tried plain)" = "absent 0" ] || die "$vantage: looked without being asked"
	[ "$(tried planned)" = "absent 0" ] || die "$vantage: looked because a plan for all names from"
	[ "$(tried asked)" = "ok 1" ] || die "$vantage: --from was typed and nothing was looked at"
	cmp -s "$work/plain.said" "$work/asked.said" || {
		diff "$work/plain.said" "$work/asked.said" >"$work/out" || :
		die "$vantage: endpoints changed what this machine is told"
	}
done
look vswitch --vantage vswitch-host
[ "$(tried vswitch)" = "ok 1" ] || die "vswitch-host: nothing was looked at"
