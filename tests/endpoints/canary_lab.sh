#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Looks for copies of the token wherever there may be one, in namespaces of its own.
#
#	sh tests/endpoints/canary_lab.sh BUILD
#
# Prints `ok|FAIL|SKIP endpoints canary NAME`. See canary.py for what is demanded.
set -eu

build=$(CDPATH='' cd -- "$1" && pwd -P)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
PATH="$PATH:/usr/sbin:/sbin"
export PATH

for tool in unshare ip python3; do
	command -v "$tool" >/dev/null || { echo "SKIP endpoints canary: no $tool"; exit 0; }
done
user=
[ "$(id -u)" -eq 0 ] || user=-Ur
# shellcheck disable=SC2086
if ! unshare $user -mnupf --mount-proc true 2>/dev/null; then
	echo "SKIP endpoints canary: no namespaces here"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
status=0
# shellcheck disable=SC2086
unshare $user -mnupf --mount-proc python3 "$here/canary.py" "$build" "$work" || status=$?
[ "$status" -eq 0 ] || echo "FAIL endpoints canary: the driver ended with $status"
