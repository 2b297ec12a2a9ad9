#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A signal ends the run at once: the shell sees 130 or 143, and no process stays behind.
set -eu
. "$(dirname -- "$0")/cli.inc"

mkfifo "$work/plan.json" "$work/hold"
for pair in TERM:143 INT:130 HUP:129; do
	# A plan that never comes keeps the program where it is. The writer holds the pipe open.
	sleep 30 >"$work/plan.json" &
	writer=$!
	status=0
	# A shell without job control lets its children ignore SIGINT: the default is set by env.
	env --default-signal=INT "$program" check --plan "$work/plan.json" \
		>"$work/out" 2>"$work/err" &
	checking=$!
	sleep 0.3
	kill -s "${pair%:*}" "$checking"
	wait "$checking" || status=$?
	kill "$writer"
	wait "$writer" || :
	[ "$status" -eq "${pair#*:}" ] || die "SIG${pair%:*}: got $status"
	[ ! -s "$work/out" ] || die "SIG${pair%:*}: half an answer"
done
