#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A program that is killed takes its helper along, which waits for a peer that never answers.
set -eu
. "$(dirname -- "$0")/cli.inc"

command -v python3 >/dev/null || skip "no python3 for a silent peer"

# Its port on stdout; connections wait in the queue for ever.
python3 -c '
import socket, time
peer = socket.create_server(("127.0.0.1", 0))
print(peer.getsockname()[1], flush=True)
time.sleep(60)' >"$work/port" &
peer=$!
trap 'kill "$peer"; rm -rf "$work"' EXIT

# The one process whose parent this is; /proc/PID/stat may be read by everybody.
child_of() { # PID
	awk -v parent="$1" '{ pid = $1; sub(/^.*\) /, ""); if ($2 == parent) print pid }' \
		/proc/[0-9]*/stat 2>/dev/null || :
}

await() { # COMMAND... that says something once it is time
	tries=0
	until said=$("$@") && [ -n "$said" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.02
	done
	echo "$said"
}

helper_of() { # PID: child of one of its children
	for probe in $(child_of "$1"); do
		for helper in $(child_of "$probe"); do
			tr '\0' '\n' <"/proc/$helper/cmdline" 2>/dev/null |
				grep -q '^reachback-probe-endpoints$' && echo "$helper"
		done
	done || :
}

port=$(await cat "$work/port") || die "no peer"
for victim in program probe; do
	"$program" check -j --vantage vswitch-host --gitlab-url "http://127.0.0.1:$port" \
		>"$work/out" 2>"$work/err" &
	checking=$!
	helper=$(await helper_of "$checking") || die "no helper was started"
	kills=$checking
	[ "$victim" = program ] ||
		kills=$(awk '{ sub(/^.*\) /, ""); print $2 }' "/proc/$helper/stat")
	grep -q '^Max core file size  *0  *0 ' "/proc/$helper/limits" || die "it may leave a core"
	kill -KILL "$kills"
	wait "$checking" 2>/dev/null || :
	tries=0
	while [ -e "/proc/$helper/stat" ] && ! grep -q ') [ZX] ' "/proc/$helper/stat" 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 25 ] || die "the helper outlives the $victim that was killed"
		sleep 0.02
	done
done
