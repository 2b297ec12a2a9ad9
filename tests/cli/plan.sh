#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Plans that cannot be used: status 64, one line with the file and the place in it.
set -eu
. "$(dirname -- "$0")/cli.inc"

plan=$work/plan.json
write() {
	printf '%s\n' "$1" >"$plan"
}

refuses 64 'cannot open' "$program" --plan "$work/none.json"
refuses 64 'cannot read' "$program" --plan "$work"
write '{ "schema": "reachback.plan/1", "regoin": "cn-hangzhou" }'
refuses 64 "$plan: " "$program" --plan "$plan"
grep -q region "$work/err" || die "the nearest known key is not named"
write '{ "schema": "reachback.plan/1", "region": 7 }'
refuses 64 /region "$program" --plan "$plan"
write '{ "schema": "reachback.plan/1", "gitlab": { "access": "vpn" } }'
refuses 64 /gitlab/access "$program" --plan "$plan"
write '{ "schema": "reachback.plan/1", "datacenter": { "cidrs": ["172.20.0.0/16", "x"] } }'
refuses 64 /datacenter/cidrs/1 "$program" --plan "$plan"
write '{ "schema": "reachback.plan/2" }'
refuses 64 /schema "$program" --plan "$plan"
write '{ "region": "a", "region": "b" }'
refuses 64 "$plan: " "$program" --plan "$plan"
write '{ "region": "a" } trailing'
refuses 64 "$plan: " "$program" --plan "$plan"
write '{ "region": "a'
refuses 64 "$plan: " "$program" --plan "$plan"
: >"$plan"
refuses 64 "$plan: " "$program" --plan "$plan"
write '[]'
refuses 64 "$plan: " "$program" --plan "$plan"
head -c 1100000 /dev/zero | tr '\0' ' ' >"$plan"
refuses 64 'more than 1048576 bytes' "$program" --plan "$plan"
printf '{ "region": "\377" }' >"$plan"
refuses 64 "$plan: " "$program" --plan "$plan"

# The twin that is fine, and options that override it.
write '{ "schema": "reachback.plan/1", "region": "cn-hangzhou",
	"maven": [ { "url": "http://172.20.5.20:8081/a/", "artifact": "a:b:1" } ],
	"datacenter": { "cidrs": ["172.20.0.0/16"], "return_next_hop": "172.20.5.1",
		"by_vantage": { "idc-router": { "return_next_hop": "10.0.12.1" } } } }'
decides "$program" --plan "$plan"
gives 0 "$program" collect --plan "$plan" --region cn-beijing --return-next-hop 172.20.5.2 \
	--cidrs 10.1.0.0/16 --cidrs 10.2.0.0/16 --maven-url http://10.1.0.1/m/ \
	--gitlab-access datacenter
for wanted in '"region":"cn-beijing"' '"return_next_hop":"172.20.5.2"' \
	'"cidrs":["10.1.0.0/16","10.2.0.0/16"]' '"url":"http://10.1.0.1/m/"' \
	'"access":"datacenter"'; do
	grep -qF "$wanted" "$work/out" || die "the option did not override: $wanted"
done
for gone in cn-hangzhou 172.20.5.1\" 10.0.12.1 172.20.0.0/16 172.20.5.20; do
	if grep -qF "$gone" "$work/out"; then
		die "what the option replaced is still there: $gone"
	fi
done

# What is still a name: the command that settles it is one that the program takes.
decides "$program" --gitlab-url http://git.example
grep -q -- '--service ADDRESS:' "$work/out" || die "no command settles a service that is a name"
! grep -q -- '--service git' "$work/out" || die "a command is shown that is refused"
