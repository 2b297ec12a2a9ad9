#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What librules.a asks of the outside: pure parts of libc, and cJSON. No socket, clock, file, print.
. "$(dirname -- "$0")/lint_common.inc"

archive=${RB_RELEASE:-build/release}/librules.a
[ -e "$archive" ] || skip "no $archive"
command -v nm >/dev/null || skip "no nm"

allowed='malloc|calloc|realloc|reallocarray|free|strdup|strndup|abort'
allowed="$allowed|mem(cpy|move|set|cmp|chr|mem|rchr)|str(len|nlen|cmp|ncmp|chr|rchr|chrnul|str|spn|cspn|casecmp|ncasecmp|pbrk)"
allowed="$allowed|qsort|qsort_r|bsearch|strto(l|ul|ll|ull|d|imax|umax)|__isoc[0-9]+_strto[a-z]+|v?snprintf|v?asprintf|strerror|strerrorname_np|strerrordesc_np"
allowed="$allowed|__(memcpy|memmove|memset|strcpy|v?snprintf|v?asprintf|explicit_bzero)_chk|__ctype_(b|toupper|tolower)_loc|toupper|tolower|isalnum|isdigit"
allowed="$allowed|inet_(pton|ntop)|(ntoh|hton)[sl]|__errno_location|__stack_chk_fail|__assert_fail|_GLOBAL_OFFSET_TABLE_"
allowed="$allowed|isnan|isinf|isfinite|__(isnan|isinf|finite|fpclassify)|floor|fabs|fmod|trunc|explicit_bzero|timegm"
allowed="$allowed|cJSON_[A-Za-z]+"

defined=$(mktemp)
trap 'rm -f "$defined"' EXIT
nm --defined-only "$archive" | awk 'NF == 3 && $2 ~ /^[A-Z]$/ { print $3 }' | sort -u >"$defined"
nm --undefined-only "$archive" | awk '$1 == "U" { print $2 }' | sed 's/@.*//' | sort -u |
	comm -23 - "$defined" | grep -vxE "$allowed" | sed 's/^/librules.a needs /' | verdict
