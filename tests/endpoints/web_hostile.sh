#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The endpoint helper against HTTP and TLS peers that misbehave, in namespaces of its own.
#
#	sh tests/endpoints/web_hostile.sh BUILD [MODE...]
#
# One line a mode: `ok|FAIL|SKIP endpoints http|tls MODE`. See web_hostile.py for what is demanded.
set -eu

build=$(CDPATH='' cd -- "$1" && pwd -P)
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

for tool in unshare ip nft python3 mount openssl; do
	PATH="$PATH:/usr/sbin:/sbin" command -v "$tool" >/dev/null || {
		echo "SKIP endpoints web: no $tool"
		exit 0
	}
done
PATH="$PATH:/usr/sbin:/sbin"
export PATH
mine=
[ "$(id -u)" -eq 0 ] || mine=-r
if ! unshare -Umnu $mine true 2>/dev/null && ! unshare -mnu true 2>/dev/null; then
	echo "SKIP endpoints web: no namespaces here"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
if [ -n "$mine" ]; then
	unshare -Urmnu python3 "$here/web_hostile.py" "$build" "$work" "$@" || status=$?
else
	unshare -mnu python3 "$here/web_hostile.py" "$build" "$work" "$@" || status=$?
fi
[ "$status" -eq 0 ] || echo "FAIL endpoints web: the driver ended with $status"
