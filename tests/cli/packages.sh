#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is missing and cannot be installed: one clear line that names the packages of the family.
set -eu
. "$(dirname -- "$0")/cli.inc"
. "$(dirname -- "$0")/../../cmd/packages.sh"

# Nobody, on a machine without sudo, where nothing of what is needed is there.
mkdir "$work/bin"
for tool in cat sort; do
	ln -s "$(command -v "$tool")" "$work/bin/$tool"
done
# shellcheck disable=SC2317 # packages_install calls what stands in for its own
install() { # FAMILY, rows on stdin
	(
		PATH=$work/bin
		family_here=$1
		id() { echo 1000; }
		packages_have() { return 1; }
		packages_family() { echo "$family_here"; }
		packages_install run.sh
	) >"$work/out" 2>"$work/err"
}
refused() { # FAMILY WORDS
	if printf 'tool nonesuch deb-name rpm-name\nlib other deb-name rpm-name\n' | install "$1"; then
		die "$1: nothing was missed"
	fi
	[ ! -s "$work/out" ] || die "$1: something on stdout"
	[ "$(cat "$work/err")" = "run.sh: $2" ] || die "$1: not '$2'"
}
refused debian "missing packages, and neither root nor sudo to install them: deb-name"
refused dnf "missing packages, and neither root nor sudo to install them: rpm-name"
refused none "neither apt-get nor dnf here; install by hand: rpm-name"
echo 'tool nonesuch deb-name -' | install dnf || die "a need without a name in that family is an error"
[ ! -s "$work/err" ] || die "a need without a name in that family is told"
