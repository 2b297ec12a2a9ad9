#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Costs, as ratios of two sides of the same run; one line a goal, then what machine it was.
#
#	sh tests/bench/run.sh [RELEASE-FOLDER [SCALE...]]     1000 100000 1000000 routes
#
# Fails where a goal is missed by more than ten percent.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
release=${1:-$here/../../build/release}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 1000 100000 1000000
routes=$release/tests/bench/bench_routes
start=$release/tests/bench/bench_start
groups=$release/tests/bench/bench_groups
empty=$release/tests/bench/bench_empty
program=$release/reachback
helper=$release/reachback-probe-endpoints

if [ ! -x "$routes" ]; then
	echo "SKIP bench: $routes is not built"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
missed=0

steal() {
	awk '$1 == "cpu" { print $9 }' /proc/stat
}

# A line for a ratio that was put together here: NAME SCALE OURS REFERENCE RATIO GOAL
line() {
	awk -v name="$1" -v scale="$2" -v ours="$3" -v ref="$4" -v ratio="$5" -v goal="$6" 'BEGIN {
		ratio += 0
		bad = ratio <= 0 || ratio > goal * 1.1
		word = bad ? "MISSED" : ratio <= goal ? "ok" : "missed, within slack"
		if (ratio <= 0)
			word = "FAIL no figure"
		printf "bench %s scale=%s ours=%s ref=%s ratio=%.3f goal<=%s %s\n", name, scale, ours,
			ref, ratio, goal, word
		exit bad
	}' || missed=1
}

divide() { # A B
	awk -v a="$1" -v b="$2" 'BEGIN { print (b > 0 ? a / b : 0) }'
}

# figure SCALE KEY: what a run printed for its scale
figure() {
	sed -n "s/^figure scale=$1 .*\\<$2=\\([0-9.]*\\).*/\\1/p" "$work/figures" | head -n 1
}

# R4: peak memory at a million against a thousand, and against `ip -j | jq`
memory() {
	ours=$(figure 1000000 rss_kib)
	few=$(figure 1000 rss_kib)
	peer=$(figure 1000000 peer_kib)
	if [ "$ours" = 0 ] || [ "$few" = 0 ]; then
		echo "bench R4 scale=1000000 SKIP addresses cannot be fixed here (personality refused)"
		return 0
	fi
	line R4 1000000 "${ours}KiB" "1k:${few}KiB" "$(divide "$ours" "$few")" 1.10
	[ "$peer" = 0 ] ||
		line R4 1000000 "${ours}KiB" "ip-j|jq:${peer}KiB" "$(divide "$ours" "$peer")" 0.02
}

# R4, R5, L3: one scale against another
across() {
	for key in rss_kib lookups_ms ours_ms; do
		[ -n "$(figure 1000000 "$key")" ] || { echo "bench R4 R5 L3 SKIP not all scales ran"; return 0; }
	done
	[ -n "$(figure 1000 rss_kib)" ] || return 0
	memory
	line L3 1000000 "$(figure 1000000 lookups_ms)ms" "1k:$(figure 1000 lookups_ms)ms" \
		"$(divide "$(figure 1000000 lookups_ms)" "$(figure 1000 lookups_ms)")" 1.10
	[ -n "$(figure 100000 ours_ms)" ] || return 0
	# both sides grow with the table; each pair of R1 has them side by side, so its medians count
	line R5 1000000 "x$(divide "$(figure 1000000 ours_ms)" "$(figure 100000 ours_ms)")" \
		"null-growth:x$(divide "$(figure 1000000 null_ms)" "$(figure 100000 null_ms)")" \
		"$(divide "$(figure 1000000 scan)" "$(figure 100000 scan)")" 1.10
}

instructions() { # COMMAND...
	valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$@" 2>&1 >/dev/null |
		sed -n 's/.*Collected : *//p'
}

# R7: instructions of user space for a route that does not match, by two sizes of table
per_route() {
	for count in 20000 120000; do
		"$routes" "$count" valgrind --tool=callgrind \
			--callgrind-out-file="$work/callgrind" "$routes" --scan 2>&1 |
			sed -n 's/.*Collected : *//p'
	done >"$work/instructions"
	each=$(awk 'NR == 1 { first = $1 } NR == 2 { printf "%.1f", ($1 - first) / 100000 }' \
		"$work/instructions")
	line R7 100000 "$each" "instructions:120" "$(divide "$each" 120)" 1.00
}

# U1, U2, U3: what a command costs that needs no HTTP, and (U2 again) the helper that does. By CPU time: beside busy neighbours the wall
# ratio of U2 wandered from 0.67 to 0.80 where that of CPU time kept to 0.65 to 0.67.
start_up() {
	"$start" U1 1.3 151 empty-program cpu "$program" --version -- "$empty" || missed=1
	if command -v ip >/dev/null; then
		"$start" U2 0.75 151 ip-V cpu "$program" --version -- ip -V || missed=1
	else
		echo "bench U2 scale=1 SKIP no ip"
	fi
	if command -v curl >/dev/null; then
		echo '{ "budget_ms": 1000 }' >"$work/request"
		"$start" U2 1.0 51 curl--version cpu "$helper" -- curl --version <"$work/request" ||
			missed=1
	else
		echo "bench U2 scale=1 SKIP no curl"
	fi
	if command -v valgrind >/dev/null; then
		count=$(instructions "$program" --version)
		line U3 1 "$count" "instructions:500000" "$(divide "$count" 500000)" 1.00
	else
		echo "bench U3 scale=1 SKIP no valgrind"
	fi
}

# W1: the whole check against its longest chain of probes and a millisecond each
whole() {
	command -v jq >/dev/null || { echo "bench W1 scale=1000 SKIP no jq"; return 0; }
	"$program" probes -j >"$work/probes.json"
	for _ in 1 2 3 4 5 6 7 8 9 10 11; do
		"$routes" 1000 sh "$here/whole.sh" "$program" "$work/report.json" "$work/wall" || :
		[ -s "$work/report.json" ] || continue
		jq -r --slurpfile probes "$work/probes.json" --argjson wall "$(cat "$work/wall")" '
			(.probes | map({ (.name): .took_ms }) | add) as $took |
			($probes[0] | map({ (.section): . }) | add) as $rows |
			def chain($section): $rows[$section] as $row | if $row == null then 0 else
				($took[$row.name] // 0) + ([$row.after[] | chain(.)] | max // 0) end;
			([$probes[0][].section | chain(.)] | max) + ($probes[0] | length) |
			"\($wall) \(.)"' "$work/report.json"
	done | sort -n >"$work/whole"
	wall=$(sed -n '6s/ .*//p' "$work/whole")
	chain=$(sed -n '6s/.* //p' "$work/whole")
	[ -n "$chain" ] || { echo "bench W1 scale=1000 FAIL no figures"; missed=1; return 0; }
	line W1 1000 "${wall}ms" "longest-chain+1ms-a-probe:${chain}ms" \
		"$(divide "$wall" "$chain")" 1.05
}

# Instructions of a sweep, each rule
each_rule() { # RULES
	for turns in 1 11; do
		instructions "$groups" --sweep "$1" "$turns"
	done | awk -v rules="$1" 'NR == 1 { first = $1 }
		NR == 2 { printf "%.1f", ($1 - first) / 10 / rules }'
}

# S1 to S3: security groups
security_groups() {
	"$groups" || missed=1
	if ! command -v valgrind >/dev/null; then
		echo "bench S1 scale=10000 SKIP no valgrind"
		return 0
	fi
	few=$(each_rule 1000)
	some=$(each_rule 10000)
	many=$(each_rule 100000)
	line S1 10000 "$some" "instructions:300" "$(divide "$some" 300)" 1.00
	line S1 10000 "$some" "1k:$few" "$(divide "$some" "$few")" 1.35
	line S1 100000 "$many" "10k:$some" "$(divide "$many" "$some")" 1.35
}

# S4: calls of the cloud's API that do not depend on each other are under way at once
calls() {
	if ! command -v python3 >/dev/null || ! unshare -Urn true 2>/dev/null; then
		echo "bench S4 SKIP no python3, or no namespaces of one's own here"
		return 0
	fi
	# shellcheck disable=SC2016 # the inner shell's own arguments
	unshare -Urn sh -c 'ip link set lo up && exec python3 "$@"' sh "$here/calls.py" "$program" \
		>"$work/calls" || { echo "bench S4 FAIL calls.py ended with $?"; missed=1; }
	while read -r kind count wall length chain; do
		line S4 "$count" "${wall}ms" "chain-of-$length,$kind:${chain}ms" \
			"$(divide "$wall" "$chain")" 1.10
	done <"$work/calls"
}

# E1 to E7: endpoints
endpoints() {
	PATH=$PATH:/usr/sbin:/sbin
	for tool in nginx openssl curl ip unshare; do
		if ! command -v "$tool" >/dev/null; then
			echo "bench E1 E2 E3 E4 E5 E6 E7 SKIP no $tool"
			return 0
		fi
	done
	if ! unshare -Urnmpf true 2>/dev/null; then
		echo "bench E1 E2 E3 E4 E5 E6 E7 SKIP no namespaces of one's own here"
		return 0
	fi
	mkdir "$work/endpoints"
	unshare -Urnmpf --kill-child sh "$here/endpoints.sh" "$release" "$work/endpoints" || missed=1
}

stolen=$(steal)
: >"$work/figures"
for scale in "$@"; do
	status=0
	"$routes" "$scale" >"$work/out" || status=$?
	grep -v '^figure' "$work/out" || :
	grep '^figure' "$work/out" >>"$work/figures" || :
	case $status in
	0) ;;
	77) exit 77 ;;
	*) missed=1 ;;
	esac
done
across
if command -v valgrind >/dev/null; then
	per_route
else
	echo "bench R7 scale=100000 SKIP no valgrind"
fi
start_up
whole
security_groups
calls
endpoints
echo "# $(uname -sr), $(nproc) cores, load $(cut -d ' ' -f 1-3 /proc/loadavg), steal $stolen to $(steal)"
exit "$missed"
