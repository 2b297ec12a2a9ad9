# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The lab: a whole private link in network namespaces, from the range to the GitLab host.
#
#   acr -- vpcr -- vbr --------- idcr -- lan (br5) -- gl eth0, mvn, fw
#                  vbr2 (dark) --'  '-- isp (swallows)     gl eth1 -- lan (br21) -- fw (swallows)
#
# Sourced by the scripts that tests/lab/lab.py runs inside private mount, pid and network
# namespaces: everything here dies with the leading process, so nothing is ever cleaned up.
# Wants LAB_DIR (scratch) and LAB_BIN (folder of labnet).
set -eu

LAB_NAMES="acr vpcr vbr vbr2 idcr isp lan gl mvn fw"

# `gl ip route ...` runs a command inside the namespace of that name.
in_net() { # NAME COMMAND...
	net=$1
	shift
	nsenter --net="/run/netns/$net" -- "$@"
}
acr() { in_net acr "$@"; }
vpcr() { in_net vpcr "$@"; }
vbr() { in_net vbr "$@"; }
vbr2() { in_net vbr2 "$@"; }
idcr() { in_net idcr "$@"; }
isp() { in_net isp "$@"; }
lan() { in_net lan "$@"; }
gl() { in_net gl "$@"; }
mvn() { in_net mvn "$@"; }
fw() { in_net fw "$@"; }
ctr() { in_net ctr "$@"; }

# A sysctl of one namespace: `knob gl net.ipv4.ip_forward 1`; the interface may hold no slash.
knob() { # NAME KEY VALUE
	in_net "$1" sh -c 'echo "$2" >"/proc/sys/$(echo "$1" | tr . /)"' - "$2" "$3"
}

# Waits for what the kernel does in its own time: until a command's output matches a pattern.
await() { # PATTERN COMMAND...
	pattern=$1
	shift
	tries=0
	while :; do
		# shellcheck disable=SC2254 # a pattern is meant
		case $("$@") in
		$pattern) return 0 ;;
		esac
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.05
	done
}

# Private /run and /etc, so that `ip netns` and planted configuration files touch no real one.
lab_mounts() {
	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns /run/etc-upper /run/etc-work
	mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc-upper,workdir=/run/etc-work /etc
	# the machine's own namespaces may have files there, and belong to another user
	mkdir -p /etc/netns
	mount -t tmpfs tmpfs /etc/netns
	ip link set lo up
}

lab_namespace() { # NAME
	ip netns add "$1"
	in_net "$1" sh -eu -c '
		cd /proc/sys/net
		for word in all default; do
			[ ! -e ipv6 ] || echo 1 >ipv6/conf/$word/disable_ipv6
			echo 0 >ipv4/conf/$word/rp_filter
			echo 0 >ipv4/conf/$word/log_martians
		done
		ip link set lo up'
}

lab_links() {
	ip -batch - <<-END
		link add eth0 netns acr type veth peer name a0 netns vpcr
		link add v0 netns vpcr type veth peer name v0 netns vbr
		link add c0 netns vbr type veth peer name uplink0 netns idcr
		link add c0 netns vbr2 type veth peer name uplink1 netns idcr
		link add wan0 netns idcr type veth peer name i0 netns isp
		link add lan0 netns idcr type veth peer name p-idcr netns lan
		link add eth0 netns gl type veth peer name p-gl0 netns lan
		link add eth1 netns gl type veth peer name p-gl1 netns lan
		link add eth0 netns mvn type veth peer name p-mvn netns lan
		link add f0 netns fw type veth peer name p-fw0 netns lan
		link add f1 netns fw type veth peer name p-fw1 netns lan
	END
	ip -n lan -batch - <<-END
		link add br5 type bridge
		link add br21 type bridge
		link set br5 up
		link set br21 up
		link set p-idcr master br5 up
		link set p-gl0 master br5 up
		link set p-mvn master br5 up
		link set p-fw0 master br5 up
		link set p-gl1 master br21 up
		link set p-fw1 master br21 up
	END
}

# Addresses and links of one namespace from stdin: "DEV ADDRESS/LENGTH" a line.
lab_addresses() { # NAME
	while read -r dev address; do
		echo "address add $address dev $dev"
		echo "link set $dev up"
	done | ip -n "$1" -batch -
}

lab_cloud() {
	echo eth0 10.255.1.2/30 | lab_addresses acr
	printf '%s\n' 'a0 10.255.1.1/30' 'v0 10.255.2.1/30' | lab_addresses vpcr
	printf '%s\n' 'v0 10.255.2.2/30' 'c0 10.0.12.1/24' | lab_addresses vbr
	echo c0 10.0.13.1/24 | lab_addresses vbr2
	ip -n acr -batch - <<-END
		route add local 100.104.0.0/16 dev lo
		route add default via 10.255.1.1
	END
	ip -n vpcr -batch - <<-END
		route add 100.104.0.0/16 via 10.255.1.2
		route add 172.16.0.0/12 via 10.255.2.2
	END
	ip -n vbr -batch - <<-END
		route add 100.104.0.0/16 via 10.255.2.1
		route add 172.16.0.0/12 via 10.0.12.2
	END
	ip -n vbr2 route add blackhole default
}

lab_datacenter() {
	printf '%s\n' 'uplink0 10.0.12.2/24' 'uplink1 10.0.13.2/24' 'wan0 203.0.113.2/24' \
		'lan0 172.20.5.1/24' | lab_addresses idcr
	echo i0 203.0.113.1/24 | lab_addresses isp
	printf '%s\n' 'f0 172.20.5.254/24' 'f1 172.21.5.1/24' | lab_addresses fw
	printf '%s\n' 'eth0 172.20.5.10/24' 'eth1 172.21.5.10/24' | lab_addresses gl
	echo eth0 172.20.5.20/24 | lab_addresses mvn
	ip -n idcr -batch - <<-END
		route add default via 203.0.113.1 dev wan0 proto static
		route add 100.104.0.0/16 via 10.0.12.1 dev uplink0 proto static
	END
	ip -n isp route add blackhole default
	ip -n fw route add blackhole default
	ip -n gl -batch - <<-END
		route add default via 172.21.5.1 dev eth1 proto static
		route add 100.104.0.0/16 via 172.20.5.1 dev eth0 proto static
	END
	ip -n mvn route add default via 172.20.5.1 proto static
}

lab_up() {
	lab_mounts
	for name in $LAB_NAMES; do
		lab_namespace "$name"
	done
	lab_links
	lab_cloud
	lab_datacenter
	for name in vpcr vbr vbr2 idcr isp fw; do
		knob "$name" net.ipv4.ip_forward 1
	done
	listen gl 0.0.0.0:443
	listen mvn 0.0.0.0:8081
}

# Starts listeners; their process ids are kept, one file a namespace, for `deaf`.
listen() { # NAME [UID@]ADDRESS:PORT...
	name=$1
	shift
	in_net "$name" "$LAB_BIN/labnet" listen "$@"
}

# Takes a tunnel away: its device goes with the process that holds it.
tunnel_off() { # NAME DEV
	for pid in $(ip netns pids "$1"); do
		case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
		*"labnet tunnel $2 ") kill -KILL "$pid" ;;
		esac
	done
	while in_net "$1" ip link show dev "$2" >/dev/null 2>&1; do
		sleep 0.02
	done
}

# Ends every listener of one namespace.
deaf() { # NAME
	for pid in $(ip netns pids "$1"); do
		case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
		*labnet\ listen*|*docker-proxy\ *)
			kill -KILL "$pid"
			while [ -e "/proc/$pid/fd/0" ]; do
				sleep 0.01
			done
			;;
		esac
	done
}

# A point-to-point tunnel device that swallows: nobody reads from it.
tunnel() { # NAME DEV
	in_net "$1" "$LAB_BIN/labnet" tunnel "$2"
	in_net "$1" ip link set "$2" up
}

# One container behind a bridge of the GitLab host, published on port 443 by address translation.
container_up() { # BRIDGE
	lab_namespace ctr
	gl ip link add "$1" type bridge
	gl ip address add 172.17.0.1/16 dev "$1"
	gl ip link set "$1" up
	ip link add eth0 netns ctr type veth peer name veth4f2a netns gl
	gl ip link set veth4f2a master "$1" up
	ctr ip address add 172.17.0.2/16 dev eth0
	ctr ip link set eth0 up
	ctr ip route add default via 172.17.0.1
	knob gl net.ipv4.ip_forward 1
	deaf gl
	listen ctr 0.0.0.0:443
	gl nft -f - <<-END
		table ip nat {
			chain prerouting {
				type nat hook prerouting priority dstnat
				fib daddr type local tcp dport 443 dnat to 172.17.0.2:443
			}
			chain postrouting {
				type nat hook postrouting priority srcnat
				ip saddr 172.17.0.0/16 oifname "eth1" masquerade
			}
		}
	END
}

container_proxy() {
	[ -e "$LAB_DIR/docker-proxy" ] || cp "$LAB_BIN/labnet" "$LAB_DIR/docker-proxy"
	gl "$LAB_DIR/docker-proxy" -proto tcp -host-ip 0.0.0.0 -host-port 443 \
		-container-ip 172.17.0.2 -container-port 443
}

container_down() { # BRIDGE
	deaf gl
	gl nft delete table ip nat
	deaf ctr
	gl ip link delete veth4f2a
	ip netns delete ctr
	gl ip link delete "$1"
	knob gl net.ipv4.ip_forward 0
	listen gl 0.0.0.0:443
}

# The prefix of that length which lies beside the last address of the range: 16 of them, of lengths
# 17 to 32, are the range without that one address.
hole_prefix() { # LENGTH
	value=$((65536 - (2 << (32 - $1))))
	echo "100.104.$((value / 256)).$((value % 256))/$1"
}
