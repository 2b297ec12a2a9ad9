#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# TCP, path MTU, unequal paths and the source, in namespaces of two routers in a row.
#
#	sh tests/endpoints/tcp_lab.sh BUILD [NAME...]
#
#   here c0 10.0.1.2 --- r1 --- r2 10.0.3.1 --- host 10.0.3.2, service 10.9.9.9
#   here c1 10.0.4.2 ---'
#
# Each scenario starts from a world of its own, plants its fault, asks the program, reverts, and asks
# again: then the same endpoint has to be fine. Prints `ok|FAIL|SKIP endpoints tcp NAME`.
set -eu

LIMIT_MS=5000
AT_ONCE=4
CODES='"endpoint-connects","path-treats-flows-alike","path-carries-large-packets"'

build=$(CDPATH='' cd -- "$1" && pwd -P)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
program=$build/reachback
PATH="$PATH:/usr/sbin:/sbin"
export PATH

# NAME|EXPECTED|PORT|ARGUMENTS|PLANT|REVERT
#
# EXPECTED: all that is said of the service besides passes, "CODE STATUS CAUSE,CAUSE"; `calm`: no
# fail at all, whatever the time that takes. PLANT and REVERT are shell lines; r1, r2 and peer run a command on that machine.
scenarios() {
	cat <<-'END'
		reset-by-the-host|endpoint-connects fail HOST-10|80||peer nft 'table ip f { chain i { type filter hook input priority 0; tcp dport 80 reject with tcp reset; }; }'|peer nft delete table ip f
		reset-on-a-closed-port|endpoint-connects fail HOST-10|80||kill_peer|start_peer
		reset-by-the-last-router|endpoint-connects fail EC-05|80||filter r2 'tcp dport 80 reject with tcp reset'|unfilter r2
		reset-by-the-first-router|endpoint-connects fail EC-05|80||filter r1 'tcp dport 80 reject with tcp reset'|unfilter r1
		reset-before-packets-expire|endpoint-connects fail EC-05|80||early r1 'tcp dport 80 reject with tcp reset'|unfilter r1
		reset-with-no-datagram-answered|endpoint-connects fail EC-05|80||filter r2 'tcp dport 80 reject with tcp reset;  udp dport 80 drop'|unfilter r2
		prohibited-by-a-router|endpoint-connects fail EC-05|80||filter r2 'tcp dport 80 reject with icmp type admin-prohibited'|unfilter r2
		prohibited-host|endpoint-connects fail EC-05|80||filter r1 'tcp dport 80 reject with icmp type host-prohibited'|unfilter r1
		prohibited-network|endpoint-connects fail EC-05|80||filter r1 'tcp dport 80 reject with icmp type net-prohibited'|unfilter r1
		prohibited-by-a-route|endpoint-connects fail EC-05|80||r2 ip route replace prohibit 10.9.9.9|r2 ip route delete prohibit 10.9.9.9
		port-unreachable-by-a-router|endpoint-connects fail EC-05|80||filter r2 'tcp dport 80 reject with icmp type port-unreachable'|unfilter r2
		port-unreachable-by-the-host|endpoint-connects fail HOST-10|80||peer nft 'table ip f { chain i { type filter hook input priority 0; tcp dport 80 reject with icmp type port-unreachable; }; }'|peer nft delete table ip f
		no-route-at-the-first-router|endpoint-connects fail CLD-04|80||r1 ip route delete 10.9.9.0/24|r1 ip route add 10.9.9.0/24 via 10.0.2.2
		no-route-further-on|endpoint-connects fail EC-01|80||r2 ip route delete 10.9.9.0/24|r2 ip route add 10.9.9.0/24 via 10.0.3.2
		no-neighbour-further-on|endpoint-connects fail CTL-11,EC-13|80||r2 ip route replace 10.9.9.0/24 via 10.0.3.77|r2 ip route replace 10.9.9.0/24 via 10.0.3.2
		loop|endpoint-connects fail EC-02|80||r2 ip route replace 10.9.9.0/24 via 10.0.2.1|r2 ip route replace 10.9.9.0/24 via 10.0.3.2
		silent-from-the-first-hop|endpoint-connects fail CLD-04,EC-01,EC-05,EC-11|80||early r1 'ip daddr 10.9.9.9 drop'|unfilter r1
		silent-instance|endpoint-connects fail SG-01,SG-16|80|--gitlab-access ecs|early r1 'ip daddr 10.9.9.9 drop'|unfilter r1
		silent-load-balancer|endpoint-connects fail SG-01,SG-16|80|--gitlab-access slb|early r1 'ip daddr 10.9.9.9 drop'|unfilter r1
		silent-behind-a-router|endpoint-connects fail EC-01,EC-05|80||filter r2 'tcp dport 80 drop'|unfilter r2
		silent-for-want-of-a-way-back|endpoint-connects fail EC-01,EC-05|80||peer ip route add blackhole 10.0.1.0/24|peer ip route delete blackhole 10.0.1.0/24
		own-filter-drops|endpoint-connects unknown ;path-carries-large-packets unknown |80||nft 'table ip f { chain o { type filter hook output priority 0; tcp dport 80 drop; }; }'|nft delete table ip f
		own-filter-rejects|endpoint-connects unknown ;path-carries-large-packets unknown |80||nft 'table ip f { chain o { type filter hook output priority 0; tcp dport 80 reject with icmp type admin-prohibited; }; }'|nft delete table ip f
		own-route-missing|endpoint-connects unknown ;path-carries-large-packets unknown |80||ip route delete default|ip route add default via 10.0.1.1
		own-route-prohibits|endpoint-connects unknown ;path-carries-large-packets unknown |80||ip route add prohibit 10.9.9.9|ip route delete prohibit 10.9.9.9
		own-next-hop-gone|endpoint-connects unknown ;path-carries-large-packets unknown |80||ip route replace default via 10.0.1.77|ip route replace default via 10.0.1.1
		large-packets-lost-both-ways|path-carries-large-packets fail EC-14,EC-15,TLS-10|443||filter r2 'meta length > 1300 drop'|unfilter r2
		large-answers-lost|path-carries-large-packets fail EC-14,EC-15|80||filter r2 'oifname "a2" meta length > 1347 drop'|unfilter r2
		large-answers-lost-in-the-handshake|path-carries-large-packets fail EC-14,EC-15,TLS-10|443||filter r1 'oifname "a1" meta length > 1499 drop'|unfilter r1
		large-packets-told|calm|443||r1 ip link set b1 mtu 1300; r2 ip link set a2 mtu 1300|r1 ip link set b1 mtu 1500; r2 ip link set a2 mtu 1500
		leg-of-the-host-dead|path-treats-flows-alike fail EC-10,RT-09|80|--deep|two_ways peer 10.0.1.0/24 10.0.3.1 10.0.3.99 h0|peer ip route replace default via 10.0.3.1; peer ip route delete 10.0.1.0/24
		leg-of-a-router-dead|path-treats-flows-alike fail EC-10,RT-09|80|--deep|two_ways r1 10.9.9.0/24 10.0.2.2 10.0.2.99 b1|r1 ip route replace 10.9.9.0/24 via 10.0.2.2
		loss-by-chance|calm|80|--deep|filter r2 'numgen random mod 100 < 25 drop'|unfilter r2
		other-source-refused|endpoint-connects fail EC-01,EC-05|80||second_source; filter r2 'ip saddr 10.0.4.2 drop'; from='--from c1'|unfilter r2
		source-address-refused|endpoint-connects fail EC-01,EC-05|80||second_source; filter r2 'ip saddr 10.0.4.2 drop'; from='--from 10.0.4.2'|unfilter r2
	END
}

skip() { # WHY
	echo "SKIP endpoints tcp: $1"
	exit 0
}

# --- inside the namespaces of one scenario ---

on() { # PID COMMAND...
	on_pid=$1
	shift
	nsenter -t "$on_pid" -n -- "$@"
}
r1() { on "$first" "$@"; }
r2() { on "$second" "$@"; }
peer() { on "$third" "$@"; }

chain() { # MACHINE HOOK PRIORITY RULE
	"$1" nft "table ip f { chain f { type filter hook $2 priority $3; $4; }; }"
}
filter() { chain "$1" forward 0 "$2"; }
early() { chain "$1" prerouting 0 "$2"; }
unfilter() { "$1" nft delete table ip f; }

# Two next hops, the second of which swallows; flows are told apart by their ports.
two_ways() { # MACHINE PREFIX LIVE DEAD DEV
	"$1" sh -c 'echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy'
	"$1" ip neigh replace "$4" lladdr 02:00:00:00:00:99 dev "$5" nud permanent
	"$1" ip route replace "$2" nexthop via "$3" nexthop via "$4"
}

second_source() {
	ip rule add from 10.0.4.2 lookup 4 2>/dev/null || :
	ip route replace default via 10.0.4.1 table 4
}

start_peer() {
	nsenter -t "$third" -n -- python3 "$here/tcp_peer.py" "$work/peer.crt" "$work/peer.key" 60000 \
		>/dev/null 2>&1 &
	peer_pid=$!
	tries=0
	until peer python3 -c 'import socket; [socket.create_connection(("10.9.9.9", p), 1) for p in (80, 443)]' 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 60 ] || return 1
		sleep 0.05
	done
}

kill_peer() {
	kill -KILL "$peer_pid"
	wait "$peer_pid" 2>/dev/null || :
}

namespace() {
	unshare -n sleep 300 &
	made=$!
	tries=0
	while [ "$(readlink "/proc/$made/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.02
	done
}

world() {
	namespace; first=$made
	namespace; second=$made
	namespace; third=$made
	ip link set lo up
	ip link add c0 type veth peer name a1 netns "$first"
	ip link add c1 type veth peer name a4 netns "$first"
	r1 ip link add b1 type veth peer name a2 netns "$second"
	r2 ip link add b2 type veth peer name h0 netns "$third"
	ip -batch - <<-'END'
		address add 10.0.1.2/24 dev c0
		address add 10.0.4.2/24 dev c1
		link set c0 up
		link set c1 up
		route add default via 10.0.1.1
	END
	r1 ip -batch - <<-'END'
		address add 10.0.1.1/24 dev a1
		address add 10.0.4.1/24 dev a4
		address add 10.0.2.1/24 dev b1
		link set a1 up
		link set a4 up
		link set b1 up
		route add 10.9.9.0/24 via 10.0.2.2
		route add 10.0.3.0/24 via 10.0.2.2
	END
	r2 ip -batch - <<-'END'
		address add 10.0.2.2/24 dev a2
		address add 10.0.3.1/24 dev b2
		link set a2 up
		link set b2 up
		route add 10.9.9.0/24 via 10.0.3.2
		route add 10.0.1.0/24 via 10.0.2.1
		route add 10.0.4.0/24 via 10.0.2.1
	END
	peer ip -batch - <<-'END'
		link set lo up
		address add 10.0.3.2/24 dev h0
		address add 10.9.9.9/32 dev lo
		link set h0 up
		route add default via 10.0.3.1
	END
	for machine in r1 r2; do
		"$machine" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	done
	# segments go one by one: a filter by length would see a burst as one packet
	ip link set c0 gso_max_segs 1
	peer ip link set h0 gso_max_segs 1
	# else "no neighbour" takes three seconds
	r2 sh -c 'echo 50 >/proc/sys/net/ipv4/neigh/b2/retrans_time_ms'
	start_peer
}

milliseconds() { date +%s%3N; }

# Asks; `said` is everything but passes, `took` the time.
ask() { # NAME
	scheme=http
	[ "$port" = 80 ] || scheme=https
	began=$(milliseconds)
	# shellcheck disable=SC2086 # words are meant
	env -i "$program" check -j --vantage vswitch-host --gitlab-url "$scheme://10.9.9.9" \
		--gitlab-access datacenter --link-gitlab-ip 10.9.9.9 --facts "$work/$1.facts" \
		$args $from >"$work/$1.report" 2>"$work/$1.err" || [ $? -lt 64 ]
	took=$(($(milliseconds) - began))
	said=$(jq -r "[.findings[] | select(.code | IN($CODES)) | select(.status | IN(\"pass\", \"blocked\") | not)
		| \"\(.code) \(.status) \(.causes | join(\",\"))\"] | unique | join(\";\")" "$work/$1.report")
}

complain() { # WHAT
	complaints="$complaints${complaints:+; }$1"
}

compare() { # WHICH EXPECTED
	case $2 in
	calm) ! echo "$said" | grep -q ' fail ' || complain "$1 said '$said', expected no fail" ;;
	*)
		[ "$said" = "$2" ] || complain "$1 said '$said', expected '$2'"
		[ "$took" -le "$LIMIT_MS" ] || complain "$1 took $took ms"
		;;
	esac
}

# NAME of a scenario whose words are in the table.
from_table() {
	line=$(scenarios | grep "^$1|")
	expected=$(echo "$line" | cut -d'|' -f2)
	port=$(echo "$line" | cut -d'|' -f3)
	args=$(echo "$line" | cut -d'|' -f4)
	plant=$(echo "$line" | cut -d'|' -f5)
	revert=$(echo "$line" | cut -d'|' -f6)
	from=
	world
	eval "$plant"
	ask planted
	compare planted "$expected"
	eval "$revert"
	ask twin
	[ "$expected" = calm ] || expected=
	compare twin "$expected"
}

# What is never asked, in every spelling that a plan may hold: not one packet may leave.
forbidden() {
	world
	ip route add 169.254.0.0/16 via 10.0.1.1
	nft 'table ip watch {
		counter sent { }
		chain o {
			type filter hook output priority 0
			ip daddr { 169.254.0.0/16, 100.100.100.200, 0.0.0.0/8, 127.0.0.0/8 } counter name sent
		}
	}'
	port=80
	args=
	for host in 169.254.169.254 169.254.0.1 100.100.100.200 0x646464c8 '[::ffff:100.100.100.200]' \
		'[64:ff9b::6464:64c8]' '[2002:6464:64c8::]' '[::ffff:7f00:1]' 0.0.0.0; do
		args="$args --maven-url http://$host/"
	done
	from=
	for name in metadata:100.100.100.200 near:169.254.7.7 self:127.0.0.1 'mapped:[::ffff:127.0.0.1]'; do
		from="$from --maven-url http://${name%%:*}.example/ --resolve ${name%%:*}.example:80:${name#*:}"
	done
	ask planted
	sent=$(nft -j list counter ip watch sent | jq '.nftables[] | .counter? // empty | .packets')
	[ "$sent" = 0 ] || complain "$sent packets were sent"
	tried=$(jq -r '[.endpoints.attempts[] | select(.address != "10.9.9.9" and .tcp.outcome != "forbidden")
		| "\(.url) \(.tcp.outcome)"] | join(" ")' "$work/planted.facts")
	[ -z "$tried" ] || complain "tried: $tried"
	count=$(jq '[.endpoints.attempts[] | select(.tcp.outcome == "forbidden")] | length' "$work/planted.facts")
	[ "$count" -ge 10 ] || complain "only $count were refused"
}

# A thousand addresses that swallow everything cost the time of one connect.
thousand_dead() {
	world
	early r1 'ip daddr 10.8.0.0/16 drop'
	r1 ip route add blackhole 10.8.0.0/16
	args=
	for name in $(seq 16); do
		list=
		for number in $(seq 60); do
			list="$list${list:+,}10.8.$name.$number"
		done
		args="$args --maven-url http://n$name.example/ --resolve n$name.example:80:$list"
	done
	from=
	port=80
	ask planted
	count=$(jq '[.endpoints.attempts[] | select(.tcp.outcome == "timed-out")] | length' "$work/planted.facts")
	[ "$count" -eq 960 ] || complain "$count of 960 timed out"
	spent=$(jq '.endpoints.took_ms' "$work/planted.facts")
	[ "$spent" -le 2000 ] || complain "960 dead addresses took $spent ms"
}

# A dead address beside a live one is the records' fault.
one_of_two() {
	world
	peer ip address add 10.9.9.8/32 dev lo
	port=80
	args='--maven-url http://two.example/ --resolve two.example:80:10.9.9.9,10.9.9.8 --link-other-ips 10.9.9.8'
	from=
	filter r2 'ip daddr 10.9.9.8 drop'
	ask planted
	compare planted 'endpoint-connects fail DNS-03'
	unfilter r2
	ask twin
	compare twin ''
}

# What --from met is told beside what the default source met.
sources_compared() {
	world
	second_source
	filter r2 'ip saddr 10.0.4.2 drop'
	port=80
	args=
	from='--from c1'
	ask planted
	jq -e '.endpoints.source.binding == "device" and .endpoints.attempts[0].tcp.source == "10.0.4.2"' \
		"$work/planted.facts" >/dev/null || complain "not bound to c1"
	jq -e '[.findings[] | select(.code == "endpoint-connects") | .evidence[].text] | any(contains("default source: 1 of 1"))' \
		"$work/planted.report" >/dev/null || complain "the default source is not spoken of"
}

inside() { # NAME
	complaints=
	case $1 in
	forbidden-addresses) forbidden ;;
	thousand-dead) thousand_dead ;;
	one-address-of-two) one_of_two ;;
	sources-compared) sources_compared ;;
	*) from_table "$1" ;;
	esac
	if [ -n "$complaints" ]; then
		echo "FAIL endpoints tcp $1: $complaints"
	else
		echo "ok endpoints tcp $1"
	fi
}

# --- outside ---

names() {
	scenarios | cut -d'|' -f1
	echo forbidden-addresses thousand-dead one-address-of-two sources-compared | tr ' ' '\n'
}

certificate() {
	alternatives=DNS:peer.example
	for number in $(seq 90); do
		alternatives="$alternatives,DNS:name-$number.of-the-peer.example"
	done
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=peer \
		-addext "subjectAltName=$alternatives" -keyout "$work/peer.key" -out "$work/peer.crt" \
		2>"$work/openssl.log"
}

one() { # NAME
	mkdir -p "$scratch/$1"
	cp "$scratch/peer.crt" "$scratch/peer.key" "$scratch/$1"
	# shellcheck disable=SC2086 # words are meant
	RB_TCP_WORK=$scratch/$1 timeout -s KILL 60 unshare $spaces --fork --kill-child sh "$here/tcp_lab.sh" \
		"$build" --inside "$1" >"$scratch/$1/said" 2>"$scratch/$1/log" || :
	if grep -qE '^(ok|FAIL) ' "$scratch/$1/said"; then
		cat "$scratch/$1/said"
	else
		echo "FAIL endpoints tcp $1: $(tail -n 2 "$scratch/$1/log" | tr '\n' ' ')"
	fi
}

if [ "${2:-}" = --inside ]; then
	work=$RB_TCP_WORK
	inside "$3"
	exit 0
fi
for tool in unshare nsenter ip nft jq python3 openssl timeout; do
	command -v "$tool" >/dev/null || skip "no $tool"
done
spaces=-mnup
[ "$(id -u)" -eq 0 ] || spaces=-Urmnup
# shellcheck disable=SC2086 # words are meant
unshare $spaces --fork true 2>/dev/null || skip "no namespaces here"
spaces="$spaces --mount-proc"
scratch=$(mktemp -d)
[ -n "${RB_TCP_KEEP:-}" ] || trap 'rm -rf "$scratch"' EXIT
[ -z "${RB_TCP_KEEP:-}" ] || echo "# $scratch"
work=$scratch
certificate
shift
wanted=$*
running=0
for name in ${wanted:-$(names)}; do
	if [ "$running" -eq "$AT_ONCE" ]; then
		wait
		running=0
	fi
	one "$name" &
	running=$((running + 1))
done
wait
