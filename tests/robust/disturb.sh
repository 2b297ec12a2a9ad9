#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: disturb.sh BUILD_DIRECTORY endpoints|create [SECONDS|all]
# Disturbs the endpoint helper while it climbs all rungs of healthy peers, or `create --dry-run`
# against the API server, in namespaces of its own: the allocations of each call site and each system
# call fail. A sample that takes SECONDS (50), or all of it (half an hour and more). What is demanded
# stands in endpoints.py and create.py.
set -eu

build=$(CDPATH='' cd -- "$1" && pwd -P)
subject=$2
most=${3:-50}
case $most in
all|[1-9]*) ;;
*)
	echo "FAIL robust $subject: neither seconds nor \"all\": $most"
	exit 1
	;;
esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
PATH="$PATH:/usr/sbin:/sbin"
export PATH

skip() { # WHY
	echo "SKIP robust $subject: $1"
	exit 0
}

for tool in unshare ip python3 openssl; do
	command -v "$tool" >/dev/null || skip "no $tool"
done
[ -f "$build/tests/robust/libfail_site.so" ] || skip "this build has an allocator of its own"
user=
[ "$(id -u)" = 0 ] || user=-Ur
# shellcheck disable=SC2086
if unshare $user -mnupf --mount-proc true 2>/dev/null; then
	set -- $user -mnupf --mount-proc
elif unshare $user -mnu true 2>/dev/null; then
	set -- $user -mnu
else
	skip "neither root nor user namespaces"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# shellcheck disable=SC2016 # the inner shell's own arguments
unshare "$@" sh -c 'mount -t tmpfs none /var/lib; ip link set lo up; exec python3 -B "$@"' sh \
	"$here/$subject.py" "$build" "$work" "$most"
