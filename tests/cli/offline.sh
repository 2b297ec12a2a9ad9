#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Judging needs nothing of the edge: a program of rules, judge and reports alone does the same.
set -eu
. "$(dirname -- "$0")/cli.inc"

judge=$tools/offline_judge
command -v ldd >/dev/null || skip "no ldd"
ldd "$judge" >"$work/needs"
for library in mnl pcap curl yaml xml; do
	if grep -q "lib$library" "$work/needs"; then
		die "offline judging needs lib$library"
	fi
done
if command -v nm >/dev/null; then
	if nm "$judge" | grep -qE ' (mnl_|probe_catalog|probes_run|rtnl_)'; then
		die "the edge is in the offline program"
	fi
fi
ldd "$program" >"$work/needs"
for library in pcap curl yaml xml; do
	if grep -q "lib$library" "$work/needs"; then
		die "the program needs lib$library"
	fi
done

gives 0 "$program" collect
cp "$work/out" "$work/facts.json"
decides "$program" judge -j "$work/facts.json"
cp "$work/out" "$work/usual"
gives "$status" "$judge" judge -j "$work/facts.json"
cmp "$work/out" "$work/usual" || die "the offline program judges otherwise"
