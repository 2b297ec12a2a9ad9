#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds the release and runs `reachback` with the given arguments.
# Writes nothing of its own to stdout, and to stderr only what went wrong.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
. "$root/cmd/packages.sh"

# The tests need one library more than the program: without it they stay out of the build.
configure() {
	if pkg-config --exists cmocka; then
		cmake --preset release
	else
		cmake --preset release -DRB_TESTS=OFF
	fi
}

configured() {
	[ -e build/release/Makefile ] || [ -e build/release/build.ninja ]
}

# Every step is chained: called as a condition, where `set -e` has no force.
build() {
	cd "$root" && mkdir -p build && exec 9>build/.lock || return
	# Two runs at once must not build into one folder: the second waits for the first.
	if command -v flock >/dev/null 2>&1; then
		flock 9 || return
	fi
	packages_to_build | packages_install run.sh &&
		{ configured || configure; } &&
		cmake --build --preset release --parallel "$(nproc)" --target reachback
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
if ! (build) >"$log" 2>&1 </dev/null; then
	cat "$log" >&2
	echo "run.sh: the build failed; nothing was run" >&2
	exit 70
fi
rm -f "$log"
trap - EXIT INT TERM

exec "$root/build/release/reachback" "$@"
