#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `create` without anything to call: the gate refuses with its own status, facts of another plan and
# old ones prove nothing, and what is overridden is on record beside the form's exact values.
set -eu
. "$(dirname -- "$0")/cli.inc"

plan=$work/plan.json
cat >"$plan" <<-END
	{ "schema": "reachback.plan/1", "vantage": "vswitch-host",
	  "link": { "instance_id": "cri-x", "vpc_id": "vpc-x", "vswitch_id": "vsw-x",
	            "gitlab_ip": "172.20.5.10", "other_ips": [ "172.20.5.30", "172.20.5.20" ] } }
END
create() {
	"$program" create --no-cloud --plan "$plan" "$@"
}

# Without a trace in this machine's own folder of journals.
unshared() {
	if [ "$(id -u)" -ne 0 ]; then
		env "$@"
	else
		unshare -m sh -c 'mount -t tmpfs none /var/lib && exec env "$@"' sh "$@"
	fi
}

# Nobody looked at the cloud, nor from the host: nothing is printed that could be typed in.
gives 3 create
grep -q '^NOT CREATED' "$work/out" || die "a refusal is not told"
if grep -q 'GitLab private IP' "$work/out"; then
	die "values are handed out against the gate"
fi
gives 3 create -j
grep -q '"create":{"kind":"source","outcome":"refused"' "$work/out" || die "no outcome"
gives 3 create -q
[ ! -s "$work/out" ] || die "an answer in spite of --quiet"

# Overridden: exact values, each address once and in order, and the reason on record.
gives 0 create --override 'ticket 7'
grep -q 'GitLab private IP  *172\.20\.5\.10$' "$work/out" || die "no address of GitLab"
grep -q 'Other IP addresses  *172\.20\.5\.20, 172\.20\.5\.30$' "$work/out" || die "no others"
grep -q 'Gate overridden  *ticket 7$' "$work/out" || die "the reason is not on record"
head -n 1 "$work/out" | grep -q 'LINK UNDETERMINED' || die "the override changed the gate"
gives 0 create -j --override 'ticket 7' --link-gitlab-ip 172.20.5.11
grep -q '"override":"ticket 7","form":{"region":null,"instance_id":"cri-x",' "$work/out" ||
	die "the form is not in the report"
grep -q '"gitlab_ip":"172.20.5.11","other_ips":\["172.20.5.20","172.20.5.30"\]' "$work/out" ||
	die "the form's addresses are not in the report"
refuses 64 '--override needs a reason' create --override ' '
sed 's/"vpc_id": "vpc-x", //' "$plan" >"$work/gap.json"
refuses 64 '--link-vpc-id' "$program" create --no-cloud --plan "$work/gap.json" --override x

# Wrong words, and a call that nobody could make: there is no credential, so nothing is called.
refuses 64 '--kind: unknown word "sorce"' create --kind sorce
refuses 64 '--kind: unknown word ""' create --kind ''
refuses 64 '--module: unknown word "x"' create --kind registry --module x
refuses 64 '--settle: unknown word "yes"' create --settle yes
refuses 64 'are for --kind registry' create --module chart
refuses 64 'the plan does not say --region' create --kind registry --override x
mkdir "$work/home"
gives 3 unshared HOME="$work/home" "$program" create --no-cloud --plan "$plan" --kind registry \
	--region cn-a --override x --yes
grep -q '^UNCLEAR which links there are could not be read, so nothing was called' "$work/out" ||
	die "a call without a credential"
tr '\n' ' ' <"$work/out" | tr -s ' ' |
	grep -q 'CreateInstanceVpcEndpointLinkedVpc 2018-12-01 InstanceId=cri-x VpcId=vpc-x' ||
	die "the request is not shown"
refuses 64 'is no id of an instance or VPC' unshared "$program" create --no-cloud --plan "$plan" \
	--kind registry --region cn-a --override x --link-vpc-id ../x

# Values of a described call: names in braces are filled in, what only looks like one stays.
cat >"$work/call.json" <<-END
	{ "schema": "reachback.plan/1", "vantage": "vswitch-host",
	  "create_call": { "action": "MakeLink", "query": { "A": "{gitlab_ip}", "B": "{other_ips}",
	                   "C": "{other_ips", "D": "{vpc_id", "E": "{none}" } },
	  "link": { "instance_id": "cri-x", "vpc_id": "vpc-x", "vswitch_id": "vsw-x",
	            "gitlab_ip": "172.20.5.10", "other_ips": [ "172.20.5.20" ] } }
END
gives 3 unshared HOME="$work/home" "$program" create --no-cloud --plan "$work/call.json" \
	--region cn-a --override x --yes
tr '\n' ' ' <"$work/out" | tr -s ' ' |
	grep -qF 'A=172.20.5.10 B=172.20.5.20 C={other_ips D={vpc_id E={none} ' ||
	die "the values of the call are others"

# Evidence: of this plan it is judged beside our own, of another plan it is needed anew.
gives 0 "$program" collect --no-cloud --plan "$plan" --vantage gitlab-host
sed 's/"machine":"[^"]*"/"machine":"0123456789abcdef"/; s/"name":"[^"]*"/"name":"git1"/' \
	"$work/out" >"$work/git1.json"
decides create -j --facts "$work/git1.json"
grep -q '"machines":\[' "$work/out" || die "the facts that were given are not judged"
cp "$work/out" "$work/usual"
decides create -j "$work/git1.json"
grep -q '"machines":\[' "$work/out" || die "operands are no facts"
sed 's/"cri-x"/"cri-y"/' "$work/git1.json" >"$work/other.json"
gives 3 create --facts "$work/other.json"
tr '\n' ' ' <"$work/out" | tr -s ' ' | grep -q 'differ at /plan/link/instance_id' ||
	die "what differs is not told"
refuses 64 'cannot open' create --facts "$work/none.json"

# Facts of yesterday and of tomorrow prove nothing.
for year in 2020 2999; do
	sed "s/\"started\":\"[^\"]*\"/\"started\":\"$year-01-01T00:00:00Z\"/" \
		"$work/git1.json" >"$work/dated.json"
	status=0
	create -j --facts "$work/dated.json" >"$work/out" || status=$?
	[ "$status" -ge 2 ] || die "facts of $year passed"
	grep -q MET-10 "$work/out" || die "facts of $year are not named"
done

# Whoever observes and judges as ever sees no trace of it.
decides "$program" check -j --no-cloud --plan "$plan"
if grep -q '"create":' "$work/out"; then
	die "check reports a create"
fi
