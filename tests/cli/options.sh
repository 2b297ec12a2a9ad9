#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wrong usage: status 64, one line that names the word and the nearest known one.
set -eu
. "$(dirname -- "$0")/cli.inc"

refuses 64 'unknown option "--jsn", did you mean "--json"?' "$program" --jsn
refuses 64 'unknown option "--return-next-hup", did you mean "--return-next-hop"?' \
	"$program" --return-next-hup=1.2.3.4
refuses 64 'unknown option "--gitlab-token", did you mean "--gitlab-token-file"?' \
	"$program" --gitlab-token x
refuses 64 'unknown option "--zzzzzzzzzzzz"' "$program" --zzzzzzzzzzzz
refuses 64 'unknown option "--"' "$program" --=x
refuses 64 'unknown option "-Z"' "$program" -jZ
refuses 64 'unknown command "chekc", did you mean "check"?' "$program" chekc
refuses 64 'unknown command "xxxxxxxxxxxx"' "$program" xxxxxxxxxxxx
refuses 64 '--plan needs an argument' "$program" --plan
refuses 64 '--json takes no argument' "$program" --json=yes
refuses 64 '"check" takes no operand "here"' "$program" check here
refuses 64 '"judge" needs an operand' "$program" judge
refuses 64 '"docs" takes no option --json' "$program" docs man --json
refuses 64 '"collect" takes no option --strict' "$program" collect --strict
refuses 64 'unknown word "purple" (accepted: auto, always, never)' "$program" -c=purple
refuses 64 '--max-time: "0" is no time' "$program" --max-time 0
refuses 64 '--max-time: "-1" is no time' "$program" --max-time -1
refuses 64 '--max-time: "1e9" is no time' "$program" --max-time 1e9
refuses 64 '--max-time: "9999999999" is no time' "$program" --max-time 9999999999
refuses 64 '--service: "10.0.0.1" is no IPv4 address and port' "$program" --service 10.0.0.1
refuses 64 '--service: "10.0.0.1:0"' "$program" --service 10.0.0.1:0
refuses 64 '--service: "10.0.0.1:65536"' "$program" --service 10.0.0.1:65536
refuses 64 '--service: "[fd00::1]:443"' "$program" --service '[fd00::1]:443'
refuses 64 '--service: ""' "$program" --service ''
for address in 100.103.255.255 100.105.0.0 172.20.5.10 100.104.1.0/24 100.104.9 fd00::1 ''; do
	refuses 64 "--trace: \"$address\" is no address of 100.104.0.0/16" \
		"$program" --trace "$address"
done
refuses 64 '--trace: replies leave from the GitLab host, and this is "idc-router"' \
	"$program" collect --vantage idc-router --trace 100.104.9.9
refuses 64 '"judge" takes no option --trace' "$program" judge --trace 100.104.9.9 x.json
refuses 64 '--trace: at most 8 addresses at once' "$program" --trace 100.104.0.1 \
	--trace 100.104.0.2 --trace 100.104.0.3 --trace 100.104.0.4 --trace 100.104.0.5 \
	--trace 100.104.0.6 --trace 100.104.0.7 --trace 100.104.0.8 --trace 100.104.0.9
refuses 64 '--return-next-hop: "gateway" is no IP address' "$program" --return-next-hop gateway
for hop in 0.0.0.0 127.0.0.1 224.0.0.1 255.255.255.255 100.104.3.4; do
	refuses 64 "return_next_hop: $hop cannot be the address of a router" \
		"$program" --return-next-hop "$hop"
done
refuses 64 '--link-vswitch-cidr: "10.0.0.1/24" has bits set behind its length; "10.0.0.0/24"?' \
	"$program" --link-vswitch-cidr 10.0.0.1/24
refuses 64 '--link-vswitch-cidr: "10.0.0.1/33" is no IPv4 prefix' \
	"$program" --link-vswitch-cidr 10.0.0.1/33
refuses 64 '--accept: RT-03 is a cause, not a rule' "$program" --accept RT-03=why
refuses 64 '--gitlab-access: unknown word "vpn"' "$program" --gitlab-access vpn
refuses 64 '--maven-artifact must follow a --maven-url' "$program" --maven-artifact a:b:1
refuses 64 '--accept: unknown rule "no-such-rule-at-all"' "$program" --accept no-such-rule-at-all=ok
refuses 64 '--accept: "x" names no reason' "$program" --accept x
refuses 64 'unknown rule or cause "RT-99"' "$program" explain RT-99
refuses 64 'unknown document "mann", did you mean "man"?' "$program" docs mann
# What a terminal would obey is shown, not sent.
refuses 64 'unknown command' "$program" "$(printf 'a\033[31mb')"
if LC_ALL=C grep -q "$(printf '\033')" "$work/err"; then
	die "an escape sequence reached the terminal"
fi

# A code that is nearly right is named.
code=$("$program" rules -j | sed 's/.*"code":"\([^"]*\)".*/\1/')
refuses 64 "did you mean \"$code\"?" "$program" --accept "${code}x=reason"
refuses 64 "did you mean \"$code\"?" "$program" explain "${code}x"

# Options and operands in any order; "--" ends the options.
gives 0 "$program" --pretty explain --json RT-02
gives 0 "$program" explain -jp RT-02
gives 0 "$program" -jp -c=never explain -- rt-02
refuses 64 'unknown rule or cause "--json"' "$program" explain -- --json
gives 0 "$program" --version
[ "$(cat "$work/out")" = "reachback $(sed 's/.* //' "$work/out")" ] || die "an odd version"
gives 0 "$program" judge --help
grep -q -- --max-age "$work/out" || die "judge's help lacks --max-age"
