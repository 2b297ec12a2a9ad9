#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The group `cloud`: tests of the API server itself, every *_lab.sh of this folder, then the
# scenarios and sweeps of lab.py.
#
#	run.sh [NAME...]     only these scenarios or sweeps (lab.py --list), or `link` (a link's
#	                     way, step by step), or `path` (the whole of it, from a host's facts
#	                     to the link, nothing overridden), or `create` (runs that are disturbed,
#	                     and `link` and `stops`), or `stops` (runs that are killed at each call
#	                     that matters),
#	                     or the name of one script without _lab.sh
#
# Prints `ok|FAIL|SKIP cloud NAME...` lines; all of it is ended after LIMIT seconds.
set -eu

LIMIT=600
SCRIPT_LIMIT=300
CREATE_LIMIT=1200

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
release=${RB_RELEASE:-$(CDPATH='' cd -- "$here/../.." && pwd -P)/build/release}

if ! command -v python3 >/dev/null; then
	echo "SKIP cloud: no python3"
	exit 0
fi
export PYTHONDONTWRITEBYTECODE=1
. "$here/../answered.inc"

# In a network and with a folder of journals of its own.
apart() { # SCRIPT ARGUMENT...
	script=$1
	shift
	# shellcheck disable=SC2016 # the inner shell's own arguments
	timeout -s KILL "$CREATE_LIMIT" unshare "$namespaces" sh -c '
		mount -t tmpfs none /var/lib && ip link set lo up && exec python3 "$@"' sh \
		"$here/$script" "$release/reachback" "$@"
}

# Runs of `create` that are killed, refused, left without an answer: 2,000, in parts side by side
# because they mostly wait. RB_CREATE_ROUNDS: three to four runs a round.
disturbed() {
	seed=${REACHBACK_SEED:-$(date +%s)}
	rounds=${RB_CREATE_ROUNDS:-600}
	if ! [ "$rounds" -gt 0 ]; then
		echo "FAIL cloud create: RB_CREATE_ROUNDS=$rounds"
		return 0
	fi
	parts=$((3 * $(nproc)))
	[ "$parts" -le "$rounds" ] || parts=$rounds
	rounds=$(((rounds + parts - 1) / parts))
	while [ "$parts" -gt 0 ]; do
		answered "cloud create" apart create_runs.py "$rounds" "$seed.$parts" &
		parts=$((parts - 1))
	done
	wait
}

# Runs that are killed at each call that matters, in parts side by side for the same reason.
stopped() {
	parts=$((3 * $(nproc)))
	part=0
	while [ "$part" -lt "$parts" ]; do
		answered "cloud stops" apart create_stops.py "$part" "$parts" &
		part=$((part + 1))
	done
	wait
}

links() { # [link|stops]
	namespaces=-mn
	[ "$(id -u)" -eq 0 ] || namespaces=-Urmn
	if ! unshare "$namespaces" true 2>/dev/null; then
		echo "SKIP cloud create: no private namespaces here"
		return 0
	fi
	[ "${1:-}" = stops ] || answered "cloud link" apart link_story.py
	[ "${1:-}" = link ] || stopped
	[ "${1:-}" = link ] || [ "${1:-}" = stops ] || disturbed
}

if [ $# -eq 0 ]; then
	answered "cloud server" timeout -s KILL 120 python3 "$here/server_test.py"
fi
case ${1:-} in
""|path)
	answered "cloud path" timeout -s KILL "$SCRIPT_LIMIT" python3 "$here/whole_path.py" "$release"
	[ $# -eq 0 ] || exit 0
	;;
esac
case ${1:-} in
""|create|link|stops)
	links "$@"
	[ $# -eq 0 ] || exit 0
	;;
esac
for script in "$here"/*_lab.sh; do
	name=$(basename "$script" _lab.sh)
	case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
	RB_RELEASE=$release answered "cloud $name" timeout -s KILL "$SCRIPT_LIMIT" sh "$script"
	[ $# -ne 1 ] || exit 0
done
answered "cloud lab" timeout -s KILL "$LIMIT" python3 "$here/lab.py" \
	--program "$release/reachback" --jobs "$((2 * $(nproc)))" "$@"
