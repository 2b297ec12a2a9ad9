#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: edges.sh BUILD_DIRECTORY WORK_DIRECTORY
# The program where something of its surroundings is missing, full, closed, stopped or cut short.
# Called by run.sh, inside its world: a mount and a network namespace of their own.
#
# The law: it ends by itself, within its time, and 0 only with the very report of the undisturbed
# run (times apart), or, where a lack lasts, with one that names what failed and does not know what
# hangs on it. Prints a line a test.
set -eu

build=$1
work=$2
program=$build/reachback
failed=0

say() { # NAME [WHY]: ok without a reason
	if [ -z "${2:-}" ]; then
		echo "ok robust $1"
	else
		echo "FAIL robust $1: $2"
		failed=1
	fi
}

normalise() {
	sed -E 's/"(took_ms|started|value)":[^,}]*//g'
}

# What is wrong with an end; nothing printed: it keeps the law.
verdict() { # STATUS REPORT
	case $1 in
	0) normalise <"$2" | cmp -s - "$work/clean" || echo "exit 0 with another report" ;;
	1|2|3|64|70|74) ;;
	124) echo "hangs" ;;
	*) echo "ended with status $1" ;;
	esac
}

# As verdict, where the lack lasts: another report may end with 0 too when it says what it lacks.
lasting() { # STATUS REPORT
	[ "$1" -eq 0 ] && grep -q '"state":"failed","took_ms":[0-9]*,"note":"' "$2" &&
		grep -q '"status":"unknown"' "$2" && return
	verdict "$@"
}

short() { # NAME COMMAND...: runs short of something, judges
	name=$1
	shift
	status=0
	timeout 30 "$@" >"$work/out" 2>"$work/err" || status=$?
	say "$name (exit $status)" "$(lasting "$status" "$work/out")"
}

law() { # NAME COMMAND...: runs, judges
	name=$1
	shift
	status=0
	timeout 30 "$@" >"$work/out" 2>"$work/err" || status=$?
	say "$name (exit $status)" "$(verdict "$status" "$work/out")"
}

# As law, and the exit status must be the one expected.
law_status() { # NAME STATUS COMMAND...
	name=$1
	expected=$2
	shift 2
	status=0
	timeout 30 "$@" >"$work/out" 2>"$work/err" || status=$?
	why=$(verdict "$status" "$work/out")
	[ "$status" -eq "$expected" ] ||
		why="exit $status, not $expected: $(head -c 200 "$work/err")"
	say "$name" "$why"
}

is_whole() { # the last report is whole: it names every probe
	tail -c 3 "$work/out" | grep -q '}' &&
		[ "$(grep -o '"took_ms":' "$work/out" | wc -l)" -ge 13 ]
}

refusals() {
	for answer in EPERM EAFNOSUPPORT; do
		law_status "netlink refused with $answer" 3 \
			"$build/tests/robust/refuse" netlink "$answer" "$program" check -j
		is_whole || say "netlink refused with $answer, report" "it is not complete"
		for family in inet inet6 unix; do
			law "$family refused with $answer" \
				"$build/tests/robust/refuse" "$family" "$answer" "$program" check -j
		done
	done
}

limits() {
	# fewer than this the dynamic loader itself cannot do with
	for limit in 3 4 5 6 7 8 9 10 12 14 16 20 24 32; do
		prlimit --nofile=$limit:$limit "$program" --version >/dev/null 2>&1 || continue
		short "at most $limit descriptors" \
			prlimit --nofile=$limit:$limit "$program" check -j
	done
	for limit in 3 4 5 6 7 8 10 12 16 24 32 64; do
		prlimit --as=$((limit * 1048576)) "$program" --version >/dev/null 2>&1 || continue
		short "at most $limit MiB of addresses" \
			prlimit --as=$((limit * 1048576)) "$program" check -j
		short "judge in at most $limit MiB" \
			prlimit --as=$((limit * 1048576)) "$program" judge -j "$work/facts.json"
	done
	short "no new process" prlimit --nproc=1:1 "$program" check -j
	law_status "no file may grow" 74 prlimit --fsize=0:0 "$program" check -j
	mkdir -p "$work/short"
	law_status "no facts file may grow" 74 \
		prlimit --fsize=4096:4096 "$program" check -q --facts "$work/short/facts.json"
	[ -z "$(ls -A "$work/short")" ] || say "no facts file may grow, rest" "half a file is left"
}

# A closed descriptor must not become the place that something else writes to.
descriptors() {
	status=0
	"$program" check -j <&- >"$work/out" 2>"$work/err" || status=$?
	say "stdin closed" "$(verdict "$status" "$work/out")"
	status=0
	"$program" check -j 2>&- >"$work/out" || status=$?
	say "stderr closed" "$(verdict "$status" "$work/out")"
	status=0
	"$program" check -j --facts "$work/kept" >&- 2>"$work/err" || status=$?
	why=
	[ "$status" -eq 74 ] || why="exit $status, not 74"
	"$program" judge -q "$work/kept" >"$work/out" 2>&1 || why="the facts hold something else"
	say "stdout closed" "$why"
	status=0
	"$program" check -j --facts "$work/kept" <&- >&- 2>&- || status=$?
	why=
	[ "$status" -eq 74 ] || why="exit $status, not 74"
	"$program" judge -q "$work/kept" >"$work/out" 2>&1 || why="the facts hold something else"
	say "all three closed" "$why"
	status=0
	"$program" check --plan "$work/none" 2>&- >"$work/out" || status=$?
	why=
	[ "$status" -eq 64 ] || why="exit $status, not 64"
	[ ! -s "$work/out" ] || why="a complaint went to stdout"
	say "complaint with stderr closed" "$why"
}

full() {
	status=0
	"$program" check -j >/dev/full 2>"$work/err" || status=$?
	why=
	[ "$status" -eq 74 ] || why="exit $status, not 74"
	[ "$(wc -l <"$work/err")" -eq 1 ] || why="not one clear line"
	say "stdout full" "$why"
	mkdir -p "$work/small"
	if ! mount -t tmpfs -o size=4k none "$work/small" 2>/dev/null; then
		echo "SKIP robust disk full: no tmpfs"
		return
	fi
	echo kept >"$work/small/facts.json"
	status=0
	"$program" check -j --facts "$work/small/facts.json" >"$work/out" 2>"$work/err" || status=$?
	why=
	[ "$status" -eq 74 ] || why="exit $status, not 74"
	[ "$(wc -l <"$work/err")" -eq 1 ] || why="not one clear line"
	[ "$(cat "$work/small/facts.json")" = kept ] || why="the old file is gone"
	[ "$(find "$work/small" -type f | wc -l)" -eq 1 ] || why="something half-written is left"
	say "disk full for --facts" "$why"
	umount "$work/small"
}

# Children of a process, by number.
children() { # PID
	cat "/proc/$1/task/$1/children" 2>/dev/null || :
}

# A failed neighbour is looked at again after a second: time enough to reach into the run.
slow() {
	ip neighbour replace 172.20.5.1 dev lan0 nud failed
}

# Starts a slow run in the background; $run is its number.
begin() { # OPTIONS...
	slow
	# a shell without job control starts jobs with SIGINT ignored
	env --default-signal=INT,QUIT "$program" check -j "$@" >"$work/out" 2>"$work/err" &
	run=$!
	turns=0
	# the neighbours' probe, which waits, is the last one
	while sleep 0.02; turns=$((turns + 1)); [ $turns -lt 100 ]; do
		probe=$(children "$run")
		if [ $turns -gt 10 ] && [ "$(echo "$probe" | wc -w)" -eq 1 ]; then
			break
		fi
	done
}

gone() { # PIDS...
	for pid in "$@"; do
		[ "$(sed 's/.*) //;s/ .*//' "/proc/$pid/stat" 2>/dev/null)" = Z ] ||
			! kill -0 "$pid" 2>/dev/null || return 1
	done
}

signals() {
	for row in INT:130 TERM:143 HUP:129 QUIT:131 KILL:137; do
		signal=${row%:*}
		begin
		probes=$(children "$run")
		started=$(date +%s%N)
		kill -s "$signal" "$run"
		status=0
		wait "$run" 2>/dev/null || status=$?
		took=$((($(date +%s%N) - started) / 1000000))
		sleep 0.1
		why=
		[ "$status" -eq "${row#*:}" ] || why="exit $status, not ${row#*:}"
		[ "$took" -lt 500 ] || why="took $took ms to end"
		[ -n "$probes" ] || why="nothing was under way"
		# shellcheck disable=SC2086
		gone $probes || why="a probe is left behind"
		[ ! -s "$work/out" ] || why="half an answer was written"
		say "SIG$signal in mid-run" "$why"
	done
}

stopped() {
	begin --max-time 3s
	# shellcheck disable=SC2086
	kill -s STOP $probe
	stopped_probe=$probe
	started=$(date +%s%N)
	status=0
	wait "$run" || status=$?
	took=$((($(date +%s%N) - started) / 1000000))
	why=
	[ "$status" -eq 3 ] || why="exit $status, not 3"
	[ "$took" -lt 3500 ] || why="took $took ms with 3000 allowed"
	grep -q '"state":"failed".*no answer within \(3000\|29[0-9][0-9]\) ms' "$work/out" || why="nobody says so"
	# shellcheck disable=SC2086
	gone $stopped_probe || why="the probe is left behind"
	say "a probe stopped: counted and killed" "$why"
}

without_proc() {
	if ! mount -t tmpfs none /proc 2>/dev/null; then
		echo "SKIP robust without /proc: it cannot be covered here"
		return
	fi
	law_status "without /proc" 3 "$program" check -j
	is_whole || say "without /proc, report" "it is not complete"
	umount /proc
}

"$program" check -j | normalise >"$work/clean"
"$program" collect >"$work/facts.json"
refusals
limits
descriptors
full
without_proc
signals
stopped
exit $failed
