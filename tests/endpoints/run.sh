#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The group `endpoints`: every *_lab.sh and *_hostile.sh of this folder, several at once (they wait
# more than they work), then the scenarios of lab.py.
#
#	run.sh [--debug] [NAME...]     only these: names of scripts (without .sh) or of scenarios
#
# --debug takes the build with sanitizers, which are allowed more time and memory.
# A script gets the build's folder as $1 and prints `ok|FAIL|SKIP endpoints NAME...` lines; it is
# ended after SCRIPT_LIMIT seconds, the scenarios together after LAB_LIMIT.
set -eu

SCRIPT_LIMIT=300
LAB_LIMIT=900
AT_ONCE=3

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
release=${RB_RELEASE:-$(CDPATH='' cd -- "$here/../.." && pwd -P)/build/release}
if [ "${1:-}" = --debug ]; then
	shift
	release=${RB_DEBUG:-$(CDPATH='' cd -- "$here/../.." && pwd -P)/build/debug}
	RB_SANITIZED=1
	export RB_SANITIZED
fi
. "$here/../answered.inc"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

lab() { # ARGUMENT...
	answered "endpoints lab" timeout -s KILL "$LAB_LIMIT" python3 "$here/lab.py" \
		--program "$release/reachback" --binaries "$release/tests" \
		--jobs "$((2 * $(nproc)))" "$@"
}

# Its lines on whole: several at once would mix them.
script() { # PATH
	word=$(basename "$1" .sh)
	answered "endpoints $word" timeout -s KILL "$SCRIPT_LIMIT" sh "$1" "$release" \
		>"$scratch/$word"
	# limits are tested to 200 ms: on a busy machine a script may need to be tried again
	if grep -q '^FAIL ' "$scratch/$word"; then
		sed -n 's/^FAIL /# not at the first try: /p' "$scratch/$word"
		answered "endpoints $word" timeout -s KILL "$SCRIPT_LIMIT" sh "$1" "$release" \
			>"$scratch/$word"
	fi
	cat "$scratch/$word"
}

scripts() { # PATH...
	running=0
	for path in "$@"; do
		if [ "$running" -eq "$AT_ONCE" ]; then
			wait
			running=0
		fi
		script "$path" &
		running=$((running + 1))
	done
	wait
}

if [ $# -eq 0 ]; then
	set --
	for path in "$here"/*_lab.sh "$here"/*_hostile.sh; do
		[ ! -e "$path" ] || set -- "$@" "$path"
	done
	scripts "$@"
	lab
	exit 0
fi
for name in "$@"; do
	shift
	if [ -e "$here/$name.sh" ]; then
		script "$here/$name.sh"
	else
		set -- "$@" "$name"
	fi
done
[ $# -eq 0 ] || lab "$@"
