#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Surroundings that withhold something: no address, no netlink, no sockets, no namespace.
set -eu
. "$(dirname -- "$0")/cli.inc"

refuses 64 'unknown network namespace "no-such-name"' "$program" -n no-such-name
refuses 64 'unknown network namespace ""' "$program" -n ''
refuses 64 'unknown network namespace ".."' "$program" -n ..
refuses 64 'cannot open network namespace' "$program" -n "$work/none"
refuses 64 'is no network namespace' "$program" -n /dev/null
refuses 64 'is no network namespace' "$program" -n /proc/self/ns/mnt

refuses 64 'unknown interface "no-such0"' "$program" --return-interface no-such0
refuses 64 'unknown interface "lo0"' "$program" --from lo0
grep -qF 'did you mean "lo"?' "$work/err" || die "the nearest interface is not named"
decides "$program" --return-interface lo
# A plan for several machines may name what is not here.
echo '{ "datacenter": { "return_interface": "no-such0" } }' >"$work/plan.json"
decides "$program" --plan "$work/plan.json"

# AF_NETLINK, AF_INET, AF_UNIX refused with EACCES and EAFNOSUPPORT: still one report, never ready
# where the kernel could not be asked.
for code in 13 97; do
	status=0
	"$tools/refuse_family" 16 $code "$program" -j >"$work/out" 2>"$work/err" || status=$?
	[ "$status" -ne 77 ] || skip "no seccomp filters here"
	[ "$status" -eq 3 ] || die "without netlink ($code): wanted 3, got $status"
	[ ! -s "$work/err" ] || die "without netlink: a complaint beside the report"
	grep -q '"verdict":"undetermined"' "$work/out" || die "without netlink: an odd report"
	for family in 2 1; do
		decides "$tools/refuse_family" $family $code "$program" -j
	done
done

unshare -Urn true 2>/dev/null || skip "no namespaces of one's own here"
# A host without an IPv4 address: nothing is proved, and it says so in a report.
status=0
unshare -Urn "$program" -j >"$work/out" 2>"$work/err" || status=$?
case $status in
2|3) ;;
*) die "a host without addresses: got $status" ;;
esac
[ ! -s "$work/err" ] || die "a host without addresses: a complaint beside the report"

# -n PATH looks where it says: the other namespace has no address but that of its loopback.
unshare -Urn sh -c 'ip link set lo up; ip addr add 100.104.7.7/32 dev lo
	unshare -n "$1" collect -n /proc/$$/ns/net' sh "$program" >"$work/out" 2>"$work/err" ||
	die "a namespace by its path was refused"
grep -qF 100.104.7.7 "$work/out" || die "-n did not look into the namespace"
