#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No helper looks at anything once the reader of its answer is gone: it does not begin.
set -eu
. "$(dirname -- "$0")/cli.inc"

echo '{"plan":{},"budget_ms":500}' >"$work/request"

# The status of a helper whose answer goes to `cat`, or to a reader that went before it started.
status_of() { # stays|goes COMMAND...
	reader=$1
	shift
	{
		if [ "$reader" = goes ]; then
			# shellcheck disable=SC2030 # the helper ends by SIGPIPE where it writes
			(trap '' PIPE; while printf .; do :; done) 2>/dev/null
		fi
		status=0
		"$@" <"$work/request" || status=$?
		echo "$status" >"$work/status"
	} | case $reader in
	goes) : ;;
	stays) cat >"$work/out" ;;
	esac
	cat "$work/status"
}

helpers=$(dirname -- "$program")
for helper in "config" "nat 80" "endpoints" "cloud metadata"; do
	# shellcheck disable=SC2086 # a name and its argument
	set -- $helper
	name=$helpers/reachback-probe-$1
	shift
	case $(status_of stays "$name" "$@") in
	0) [ -s "$work/out" ] || die "$name: no answer" ;;
	77) ;; # the rules are root's
	*) die "$name: cannot answer" ;;
	esac
	status=$(status_of goes "$name" "$@")
	[ "$status" -eq 1 ] || die "$name: began without a reader (status $status)"
done
