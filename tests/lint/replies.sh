#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every field of a reply that a reader reads is one that saved replies keep
# (probes/cloud_helper/saved_fields.c), and that table is sorted.
. "$(dirname -- "$0")/lint_common.inc"

table=probes/cloud_helper/saved_fields.c

# Words of readers that are values or names of parameters, not fields.
others="AliyunServiceRoleForContainerRegistryAccessCustomerPrivateZone Associated Available FAIL
GITLAB Healthy MaxResults PrimaryIpAddress QueryRegionId QueryVpcId RoleName Unavailable VBR VPC"

names() { # words that look like fields, a line each
	grep -oE '"[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)*"' | tr -d '"' | tr '.' '\n'
}

# Rows of parameters are no fields, rows of members are.
read_by_readers() {
	cat probes/cloud_helper/read_*.c |
		sed -E '/offsetof/!s/\{ "[A-Za-z0-9.]*", [^}]*\}//g' | names
	# the lists of pages: a row's last string but one
	tr '\n' ' ' <probes/cloud_helper/actions.c | grep -oE 'PAGED\([A-Z][^)]*"\)' |
		sed -E 's/"[^"]*"\)$//; s/^[^"]*"[^"]*"//' | names
}

kept() {
	sed -n '/^static const char \*const fields/,/^};/p' "$table" | grep -oE '"[^"]*"' |
		tr -d '"'
}

known=$(kept)
{
	[ "$(printf '%s\n' "$known" | wc -l)" -gt 100 ] || echo "$table: no table"
	[ "$(printf '%s\n' "$known" | LC_ALL=C sort -u)" = "$known" ] || echo "$table: not sorted"
	read_by_readers | LC_ALL=C sort -u | while read -r name; do
		# shellcheck disable=SC2086 # words
		printf '%s\n' "$known" $others | grep -qxF "$name" ||
			echo "$table: no \"$name\", which a reader reads"
	done
} | verdict
