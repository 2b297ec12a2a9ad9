#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A library that is too old is told when the build is configured, by name and version, and not by
# the compiler or by a token that nothing holds back.
set -eu
. "$(dirname -- "$0")/cli.inc"

command -v cmake >/dev/null || skip "no cmake"
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)

for old in libcurl:7.79.1:7.80 libcares:1.14.0:1.15 openssl:1.1.1:3.0; do
	name=${old%%:*}
	version=${old#*:}
	mkdir -p "$work/$name"
	printf 'Name: %s\nDescription: old\nVersion: %s\n' "$name" "${version%:*}" \
		>"$work/$name/$name.pc"
	gives 1 env PKG_CONFIG_PATH="$work/$name" cmake -S "$root" -B "$work/build-$name" \
		-DRB_TESTS=OFF -DBUILD_TESTING=OFF
	tr -s '\n ' '  ' <"$work/err" >"$work/line"
	grep -q "$name ${version#*:} or newer is needed (.*): here is ${version%:*} " "$work/line" ||
		die "nobody says which $name is needed, and which is here"
done
