#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Documents: the page formats without a warning, completions work in their shells, every code and
# cause is explained, every option is everywhere.
set -eu
. "$(dirname -- "$0")/cli.inc"

# The words that a command's operand may be, one a line, out of its help.
words_of() { # COMMAND
	"$program" "$1" --help | sed -n '/^[A-Z|.]\{3,\}/,/^$/p' | sed 's/^[A-Z|.]* *//' |
		tr ' ' '\n' | sed '/^$/d'
}

for subject in $(words_of docs); do
	gives 0 "$program" docs "$subject"
	[ -s "$work/out" ] || die "docs $subject is empty"
	case $subject in
	man) cp "$work/out" "$work/page.1" ;;
	completion-*) cp "$work/out" "$work/${subject#completion-}" ;;
	options) cp "$work/out" "$work/options.md" ;;
	esac
done
for page in page.1 bash options.md; do
	[ -s "$work/$page" ] || die "no $page"
done

if command -v groff >/dev/null; then
	groff -mandoc -ww -z -Tutf8 "$work/page.1" 2>"$work/err" || die "groff refuses the page"
	[ ! -s "$work/err" ] || die "groff warns about the page"
fi
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$work/page.1" >"$work/err" || die "mandoc warns about the page"
fi

# Words that a shell offers: "reachback ex" -> explain, "--return-" -> both, "explain RT-0" -> nine.
if command -v bash >/dev/null; then
	cat >"$work/ask.bash" <<-'END'
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_reachback
		echo "${COMPREPLY[*]}"
	END
	offers() { # WANTED WORDS...
		wanted=$1
		shift
		[ "$(bash "$work/ask.bash" "$work/bash" "$@")" = "$wanted" ] ||
			die "bash does not offer '$wanted' for: $*"
	}
	offers explain reachback ex
	offers '--return-next-hop --return-interface' reachback check --return-
	offers '--return-next-hop --return-interface' reachback --return-
	offers 'ecs slb datacenter' reachback --gitlab-access ''
	offers 'RT-01 RT-02 RT-03 RT-04 RT-05 RT-06 RT-07 RT-08 RT-09' reachback explain RT-0
	offers '' reachback docs --js
fi
if command -v fish >/dev/null; then
	fish -c "source $work/fish; complete -C 'reachback ex'" | grep -q '^explain' ||
		die "fish does not offer explain"
	fish -c "source $work/fish; complete -C 'reachback check --return-n'" |
		grep -q '^--return-next-hop' || die "fish does not offer --return-next-hop"
fi
if command -v zsh >/dev/null; then
	zsh -n "$work/zsh" || die "zsh refuses its completion"
fi

# Each option of the list is in help, page and completions.
sed -n 's/^| \(`-.`, \)\{0,1\}`--\([a-z-]*\).*/\2/p' "$work/options.md" >"$work/names"
[ "$(wc -l <"$work/names")" -ge 30 ] || die "the list of options is short"
{ for name in check judge create verify; do "$program" "$name" --help; done; } >"$work/help"
while read -r name; do
	for place in help bash zsh fish page.1; do
		case $place in
		fish) pattern="-l $name " ;;
		page.1) pattern="Fl -$name" ;;
		*) pattern="--$name" ;;
		esac
		grep -qF -e "$pattern" "$work/$place" || die "--$name is missing in $place"
	done
done <"$work/names"

# Every rule and every cause has an explanation, in text and JSON.
words_of explain >"$work/words"
[ "$(wc -l <"$work/words")" -ge 199 ] || die "words are missing that explain knows"
# shellcheck disable=SC2046 # one word each
gives 0 "$program" explain $(cat "$work/words")
[ "$(grep -cE '^fix' "$work/out")" -ge 199 ] || die "an explanation lacks a fix"
# shellcheck disable=SC2046
gives 0 "$program" explain -j $(cat "$work/words")
if command -v jq >/dev/null; then
	[ "$(jq length "$work/out")" -eq "$(wc -l <"$work/words")" ] || die "explain -j lost some"
fi

# No cause is disowned that a report speaks of.
for cause in MET-07 MET-08 OVL-15; do
	gives 0 "$program" explain "$cause"
	if grep -q 'does not look for it' "$work/out"; then
		die "explain $cause says that nothing looks for it"
	fi
done
