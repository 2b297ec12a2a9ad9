#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the tests need, builds, and runs groups of tests; ends with one line of counts.
#
#	sh tests/run.sh [GROUP [ARGUMENTS]]      every group but `bench` without arguments
#
# Groups: see the table below. A group prints `ok NAME`, `FAIL NAME: why` or `SKIP NAME: why`, one
# line a test; whatever else it prints is passed through. Arguments go to that one group.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
. "$root/cmd/packages.sh"

RB_ROOT=$root
RB_RELEASE=$root/build/release
RB_DEBUG=$root/build/debug
export RB_ROOT RB_RELEASE RB_DEBUG

needs() {
	packages_to_build
	cat <<-END
		lib cmocka libcmocka-dev libcmocka-devel
		tool clang clang clang
		file /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-x86_64.a libclang-rt-dev compiler-rt
		tool ip iproute2 iproute
		file /etc/protocols netbase setup
		tool nft nftables nftables
		tool unshare util-linux util-linux
		tool strace strace strace
		tool jq jq jq
		tool python3 python3 python3
		tool nm binutils binutils
		tool ctags universal-ctags ctags
		tool shellcheck shellcheck ShellCheck
		tool valgrind valgrind valgrind
		file /usr/lib/frr/bgpd frr frr
		tool nginx nginx-light nginx
		tool fcgiwrap fcgiwrap fcgiwrap
		tool git git git
		file /usr/lib*/git-core/git-http-backend git git-core
		tool dnsmasq dnsmasq-base dnsmasq
		tool openssl openssl openssl
		tool curl curl curl
		tool zsh zsh zsh
		tool fish fish -
		file /usr/share/maven-repo/commons-io libcommons-io-java -
		file /usr/lib/python3*/dist-packages/jsonschema python3-jsonschema python3-jsonschema
	END
}

# Without one of these a test is skipped with its reason; the rest must still run.
install() {
	needs | packages_install tests/run.sh >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		echo "tests/run.sh: going on with what is here" >&2
	}
}

# Two runs at once must not build into one folder: the second waits for the first.
locked() { # COMMAND...
	(
		mkdir -p build && exec 9>build/.lock || exit
		if command -v flock >/dev/null 2>&1; then
			flock 9 || exit
		fi
		"$@" 9>&-
	)
}

preset_build() { # PRESET
	cmake --preset "$1" && cmake --build --preset "$1" --parallel "$(nproc)"
}

build() { # PRESET
	if ! locked preset_build "$1" >"$log" 2>&1; then
		cat "$log" >&2
		echo "FAIL build $1: see above"
	else
		echo "ok build $1"
	fi
}

# A line of ours for each of ctest's: "3/44 Test  #5: NAME ....***Failed   0.1 sec" and its kin.
unit_lines() { # PRESET
	sed -nE 's,^ *[0-9]+/[0-9]+ Test +#[0-9]+: ([^ ]+) [. ]*(.*[^ ]) +[0-9.]+ sec.*,\1 \2,p' |
		while read -r name state; do
			case $state in
			Passed) echo "ok unit $1 $name" ;;
			*Skipped*) echo "SKIP unit $1 $name: by its own account" ;;
			*) echo "FAIL unit $1 $name: $state" ;;
			esac
		done
}

group_unit() {
	for preset in release debug; do
		if ! ctest --preset "$preset" --parallel "$(nproc)" "$@" >"$log" 2>&1; then
			cat "$log" >&2
		fi
		unit_lines "$preset" <"$log"
	done
}

group_lint() {
	for lint in "$root"/tests/lint/*.sh; do
		case " $* " in
		"  "|*" $(basename "$lint" .sh) "*) sh "$lint" || echo "FAIL lint $(basename "$lint" .sh): ended with $?" ;;
		esac
	done
}

group_lab() {
	sh "$root/tests/lab/run.sh" "$@"
}

# Real peers, one planted fault at a time; then hostile ones.
group_endpoints() {
	sh "$root/tests/endpoints/run.sh" "$@"
}

# The cloud's answers, one planted fault at a time, from a server that verifies every signature.
group_cloud() {
	sh "$root/tests/cloud/run.sh" "$@"
}

# `exact` (classes against single look-ups) and `healthy` (no false alarm); arguments go to one.
group_worlds() {
	which=${1:-both}
	[ $# -eq 0 ] || shift
	case $which in
	exact) sh "$root/tests/worlds/run.sh" "$@" ;;
	healthy) sh "$root/tests/lab/healthy/run.sh" "$@" ;;
	both)
		status=0
		sh "$root/tests/worlds/run.sh" || status=1
		sh "$root/tests/lab/healthy/run.sh" || status=1
		return "$status"
		;;
	*)
		echo "FAIL worlds: neither exact nor healthy: $which"
		return 1
		;;
	esac
}

# Every allocation and system call failed, probes killed, routes churned; STEP n takes each n-th.
group_robust() {
	spoken robust sh "$root/tests/robust/run.sh" "$RB_RELEASE" "$@"
}

fuzz_build() { # SECONDS
	CC=clang cmake -S . -B build/fuzz -DRB_FUZZ=ON -DRB_WERROR=ON -DRB_FUZZ_SECONDS="$1" \
		-DCMAKE_BUILD_TYPE=Debug &&
		cmake --build build/fuzz --parallel "$(nproc)"
}

# libFuzzer, SECONDS each; the kept corpora are replayed by the unit group as well.
group_fuzz() {
	command -v clang >/dev/null || { echo "SKIP fuzz: no clang"; return 0; }
	if ! locked fuzz_build "${1:-20}" >"$log" 2>&1; then
		cat "$log" >&2
		echo "FAIL fuzz: the harnesses do not build"
		return 0
	fi
	ctest --test-dir build/fuzz -R '^fuzz\.run\.' --parallel "$(nproc)" --output-on-failure \
		>"$log" 2>&1 || cat "$log" >&2
	unit_lines libfuzzer <"$log"
}

group_bench() {
	spoken bench sh "$root/tests/bench/run.sh" "$RB_RELEASE" "$@"
}

# Passes a script's lines on, and answers for it where it says neither ok, FAIL nor SKIP itself.
spoken() { # NAME COMMAND...
	name=$1
	shift
	status=0
	"$@" >"$log" 2>&1 || status=$?
	cat "$log"
	grep -qE '^(ok|FAIL|SKIP) ' "$log" && [ "$status" -eq 0 ] && return 0
	case $status in
	0) echo "ok $name" ;;
	77) echo "SKIP $name: $(tail -n 1 "$log")" ;;
	*) grep -q '^FAIL ' "$log" || echo "FAIL $name: ended with status $status" ;;
	esac
}

# Runs one group; one that dies without a FAIL line of its own, or says nothing at all, gets one.
run_group() { # GROUP ARGUMENTS...
	group=$1
	shift
	started=$(date +%s)
	before=$(grep -c '^FAIL ' "$results" || :)
	said=$(grep -cE '^(ok|FAIL|SKIP) ' "$results" || :)
	{ "group_$group" "$@" || echo "# $group ended with status $?"; } | tee -a "$results"
	if grep -q "^# $group ended" "$results" &&
		[ "$(grep -c '^FAIL ' "$results" || :)" -eq "$before" ]; then
		echo "FAIL $group: the group failed without a word" | tee -a "$results"
	elif [ "$(grep -cE '^(ok|FAIL|SKIP) ' "$results" || :)" -eq "$said" ]; then
		echo "FAIL $group: nothing was tried" | tee -a "$results"
	fi
	echo "# $group took $(($(date +%s) - started)) s"
}

log=$(mktemp)
results=$(mktemp)
trap 'rm -f "$log" "$results"' EXIT
trap 'exit 130' INT TERM

groups="lint unit lab endpoints cloud worlds robust fuzz"
if [ $# -gt 0 ]; then
	groups=$1
	shift
	case $groups in
	lint|unit|lab|endpoints|cloud|worlds|robust|fuzz|bench) ;;
	*)
		printf "tests/run.sh: unknown group '%s': %s\n" "$groups" \
			"lint, unit, lab, endpoints, cloud, worlds, robust, fuzz, bench" >&2
		exit 64
		;;
	esac
fi

install
for preset in release debug; do
	build "$preset"
done | tee -a "$results"
if ! grep -q '^FAIL' "$results"; then
	for group in $groups; do
		run_group "$group" "$@"
	done
fi

passed=$(grep -c '^ok ' "$results" || :)
failed=$(grep -c '^FAIL ' "$results" || :)
skipped=$(grep -c '^SKIP ' "$results" || :)
grep '^FAIL ' "$results" || :
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
