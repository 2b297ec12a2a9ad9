# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The lab of endpoints: the range, the vSwitch's host, cloud DNS, and a data centre with GitLab, Maven
# and a name server of its own, all real servers but GitLab's API.
#
#   acr 100.104.7.9 --. vpcr .-- c0 --.
#   vsw 192.168.1.20 -|      |-- c1 --- idcr -- br5 -- gl 172.20.5.10 (.11 .12)   mvn .20 (.30)   idns .53
#   cdns 100.100.2.136'      '-- gl eth1 192.168.1.30 (where a scenario has it on the vSwitch)
#
# Sourced after tests/lab/lab.sh by every script of tests/endpoints/lab.py, inside private mount,
# pid, uts and network namespaces. Wants LAB_DIR (scratch), LAB_STAGE (stage.sh's), LAB_CODE (here).
# Functions set their words with `local`: faults call them in any order.
# shellcheck disable=SC3043 # dash, bash and busybox know `local`
# shellcheck disable=SC2119,SC2120 # without arguments everything is healthy

WORLD_NAMES="acr vpcr vsw cdns idcr gl mvn idns"
vsw() { in_net vsw "$@"; }
cdns() { in_net cdns "$@"; }
idns() { in_net idns "$@"; }

# Ends the processes whose numbers stand in a file; returns when their sockets are gone.
ended() { # FILE
	local number
	[ -e "$1" ] || return 0
	while read -r number; do
		kill -KILL "$number" 2>/dev/null || continue
		await '' readlink "/proc/$number/exe"
	done <"$1"
	rm -f "$1"
}

world_links() {
	ip -batch - <<-END
		link add eth0 netns acr type veth peer name a0 netns vpcr
		link add sw0 netns vpcr type bridge
		link add eth0 netns vsw type veth peer name sw1 netns vpcr
		link add eth1 netns gl type veth peer name sw2 netns vpcr
		link add eth0 netns cdns type veth peer name n0 netns vpcr
		link add c0 netns vpcr type veth peer name c0 netns idcr
		link add c1 netns vpcr type veth peer name c1 netns idcr
		link add br5 netns idcr type bridge
		link add eth0 netns gl type veth peer name br51 netns idcr
		link add eth0 netns mvn type veth peer name br52 netns idcr
		link add eth0 netns idns type veth peer name br53 netns idcr
	END
}

# Addresses and routes of one machine: ip-batch lines on stdin.
machine() { # NAME
	ip -n "$1" -batch -
}

world_cloud() {
	machine acr <<-END
		address add 100.104.7.9/16 dev eth0
		link set eth0 up
		route add default via 100.104.0.1
	END
	machine vpcr <<-END
		address add 100.104.0.1/16 dev a0
		address add 192.168.1.1/24 dev sw0
		address add 100.100.2.1/24 dev n0
		address add 10.0.1.1/30 dev c0
		address add 10.0.2.1/30 dev c1
		link set sw1 master sw0
		link set sw2 master sw0
		link set a0 up
		link set sw0 up
		link set sw1 up
		link set sw2 up
		link set n0 up
		link set c0 up
		link set c1 up
		route add 172.20.0.0/16 via 10.0.1.2
		route add blackhole default
	END
	machine vsw <<-END
		address add 192.168.1.20/24 dev eth0
		link set eth0 up
		route add default via 192.168.1.1
	END
	machine cdns <<-END
		address add 100.100.2.136/24 dev eth0
		address add 100.100.2.138/24 dev eth0
		link set eth0 up
		route add default via 100.100.2.1
	END
}

world_idc() {
	machine idcr <<-END
		address add 10.0.1.2/30 dev c0
		address add 10.0.2.2/30 dev c1
		address add 172.20.5.1/24 dev br5
		link set br51 master br5
		link set br52 master br5
		link set br53 master br5
		link set c0 up
		link set c1 up
		link set br5 up
		link set br51 up
		link set br52 up
		link set br53 up
		route add 100.104.0.0/16 via 10.0.1.1
		route add 192.168.0.0/16 via 10.0.1.1
		route add 100.100.2.0/24 via 10.0.1.1
		route add blackhole default
	END
	machine gl <<-END
		address add 172.20.5.10/24 dev eth0
		address add 172.20.5.11/24 dev eth0
		address add 172.20.5.12/24 dev eth0
		link set eth0 up
		route add default via 172.20.5.1
	END
	machine mvn <<-END
		address add 172.20.5.20/24 dev eth0
		address add 172.20.5.21/24 dev eth0
		address add 172.20.5.30/24 dev eth0
		link set eth0 up
		route add default via 172.20.5.1
	END
	machine idns <<-END
		address add 172.20.5.53/24 dev eth0
		link set eth0 up
		route add default via 172.20.5.1
	END
}

world_routers() {
	local name
	for name in vpcr idcr; do
		knob "$name" net.ipv4.ip_forward 1
		knob "$name" net.ipv4.icmp_ratelimit 0
		knob "$name" net.ipv4.icmp_msgs_per_sec 100000
		knob "$name" net.ipv4.conf.all.send_redirects 0
	done
	knob vpcr net.ipv4.fib_multipath_hash_policy 1
}

# What every machine believes: resolver, hosts file, trust. A file below /etc/netns/NAME is that
# machine's own (ip-netns(8)).
world_files() {
	local folder
	# anew, not rewritten: without root the machine's own files are another user's
	rm -f /etc/resolv.conf /etc/hosts /etc/nsswitch.conf
	printf 'nameserver 100.100.2.136\nnameserver 100.100.2.138\noptions timeout:1 attempts:1\n' \
		>/etc/resolv.conf
	printf '127.0.0.1 localhost\n' >/etc/hosts
	printf 'hosts: files dns\n' >/etc/nsswitch.conf
	folder=$(openssl version -d | sed 's/.*"\(.*\)"/\1/')/certs
	mount --bind "$LAB_STAGE/store" "$(readlink -f "$folder")"
	mkdir -p /etc/netns/vsw /etc/netns/acr
}

world_up() {
	local name
	lab_mounts
	for name in $WORLD_NAMES; do
		lab_namespace "$name"
	done
	world_links
	world_cloud
	world_idc
	world_routers
	world_files
	(umask 022 && cp -a "$LAB_STAGE/git" "$LAB_DIR/git")
	dns cloud
	dns idc
	gitlab_up
	maven_web
}

# --- The way -------------------------------------------------------------------------------------

# What the managed security group lets out of the range: the form's addresses, and names.
allow() { # ADDRESS...
	local address
	{
		echo "table ip managed"
		echo "delete table ip managed"
		echo "table ip managed {"
		echo "chain out {"
		echo "type filter hook output priority 0; policy drop;"
		echo "oifname lo accept"
		for address in 100.100.2.136 100.100.2.138 "$@"; do
			echo "ip daddr $address accept"
		done
		printf '}\n}\n'
	} | acr nft -f -
}

# GitLab lives on the vSwitch instead (as an ECS, or as a load balancer's address), not in the data
# centre: two ways to one host would let answers pass by the routers.
on_the_vswitch() {
	machine gl <<-END
		link set eth0 down
		address add 192.168.1.30/24 dev eth1
		link set eth1 up
		route add default via 192.168.1.1
	END
	dns cloud --host-record=gitlab.corp.example,192.168.1.30 \
		--host-record=maven.corp.example,172.20.5.20
}

# A second host on the vSwitch: the same plan seen from two places.
second_host() {
	lab_namespace vsw2
	ip link add eth0 netns vsw2 type veth peer name sw4 netns vpcr
	machine vsw2 <<-END
		address add 192.168.1.21/24 dev eth0
		link set eth0 up
		route add default via 192.168.1.1
	END
	ip -n vpcr link set sw4 master sw0 up
}

# A firewall on the data centre's router; `rule` as in nft, in the forward chain.
firewall() { # RULE...
	local rule
	{
		printf 'table ip firewall {\nchain forward {\ntype filter hook forward priority 0;\n'
		for rule in "$@"; do
			echo "$rule"
		done
		printf '}\n}\n'
	} | idcr nft -f -
}

firewall_off() {
	idcr nft delete table ip firewall
}
