# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Installs what a table of needs lacks. Sourced by cmd/run.sh and tests/run.sh; owns the table of
# what the program is built from, tests/run.sh that of what tests need besides.
#
# A table row is: KIND WHAT DEBIAN-PACKAGE DNF-PACKAGE, where KIND says how presence is seen:
# `tool` a command on PATH (or in sbin), `lib` a pkg-config module, `file` a path (may be a glob).
# A package of `-` has no name in that family: the need goes unmet there.

packages_to_build() {
	cat <<-END
		file /usr/include/stdio.h libc6-dev glibc-devel
		tool cc gcc gcc
		tool make make make
		tool cmake cmake cmake
		tool pkg-config pkg-config pkgconf-pkg-config
		lib libmnl libmnl-dev libmnl-devel
		lib libcjson libcjson-dev cjson-devel
		lib yaml-0.1 libyaml-dev libyaml-devel
		lib libxml-2.0 libxml2-dev libxml2-devel
		lib libnftables libnftables-dev nftables-devel
		lib libcares libc-ares-dev c-ares-devel
		lib libcurl libcurl4-openssl-dev libcurl-devel
		lib openssl libssl-dev openssl-devel
	END
}

packages_have() { # KIND WHAT
	case $1 in
	tool) PATH="$PATH:/usr/sbin:/sbin" command -v "$2" >/dev/null 2>&1 ;;
	lib) pkg-config --exists "$2" 2>/dev/null ;;
	file) for path in $2; do [ -e "$path" ] && return 0; done; return 1 ;;
	*) return 1 ;;
	esac
}

# The packages that are missing, from rows on stdin; $1 is the column (debian or dnf).
packages_missing() { # FAMILY
	while read -r kind what debian dnf; do
		[ -n "$kind" ] || continue
		packages_have "$kind" "$what" && continue
		if [ "$1" = debian ]; then name=$debian; else name=$dnf; fi
		[ "$name" = - ] || echo "$name"
	done | sort -u
}

packages_family() {
	if command -v apt-get >/dev/null 2>&1; then
		echo debian
	elif command -v dnf >/dev/null 2>&1; then
		echo dnf
	else
		echo none
	fi
}

# As root, or through sudo; anything else is told in one line.
packages_as_root() { # COMMAND...
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		return 126
	fi
}

packages_apt() { # PACKAGE...
	packages_as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
		packages_as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get -q -y install --no-install-recommends "$@"
}

# Some of the libraries lie in repositories that are off by default on RHEL and its kin.
packages_dnf() { # PACKAGE...
	packages_as_root dnf -q -y install "$@" && return 0
	packages_as_root dnf -q -y install epel-release || true
	for extra in crb powertools; do
		packages_as_root dnf -q -y --enablerepo="$extra" install "$@" && return 0
	done
	packages_as_root dnf -q -y install "$@"
}

# Rows on stdin; returns 0 when nothing is missing in the end.
packages_install() { # PROGRAM-NAME
	family=$(packages_family)
	rows=$(cat)
	missing=$(printf '%s\n' "$rows" | packages_missing "$family")
	[ -n "$missing" ] || return 0
	# shellcheck disable=SC2086 # one word a package
	set -- "$1" $missing
	self=$1
	shift
	if [ "$family" = none ]; then
		echo "$self: neither apt-get nor dnf here; install by hand: $*" >&2
		return 1
	fi
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
		echo "$self: missing packages, and neither root nor sudo to install them: $*" >&2
		return 1
	fi
	case $family in
	debian) packages_apt "$@" ;;
	dnf) packages_dnf "$@" ;;
	esac || {
		echo "$self: could not install: $*" >&2
		return 1
	}
}
