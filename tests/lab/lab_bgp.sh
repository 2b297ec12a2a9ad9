# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# FRR between the circuit's far end (vbr) and the data centre's router (idcr), for lab.sh.
# Sourced after lab.sh, which sets the shell strict.

FRR_DIR=/usr/lib/frr

bgp_config() { # NAME, configuration on stdin
	mkdir -p "/etc/frr/$1" "/run/frr/$1" "/var/tmp/frr/$1"
	cat >"/etc/frr/$1/bgpd.conf"
	echo "hostname $1" >"/etc/frr/$1/zebra.conf"
	echo "hostname $1" >"/etc/frr/$1/staticd.conf"
	echo 'no service integrated-vtysh-config' >"/etc/frr/$1/vtysh.conf"
	chown -R frr:frr "/etc/frr/$1" "/run/frr/$1" "/var/tmp/frr/$1"
}

FRR_DAEMONS="zebra staticd bgpd"

bgp_start() { # NAME
	for daemon in $FRR_DAEMONS; do
		in_net "$1" "$FRR_DIR/$daemon" -d -N "$1" -f "/etc/frr/$1/$daemon.conf" \
			-i "/run/frr/$1/$daemon.pid"
	done
}

# Announced on the circuit: $1; what the router does with it: $2. Its static route goes.
bgp_up() { # NETWORK-LINE NEIGHBOUR-LINE
	mkdir -p /var/tmp/frr
	mount -t tmpfs tmpfs /var/tmp/frr
	bgp_config vbr <<-END
		router bgp 45104
		 bgp router-id 10.0.12.1
		 no bgp ebgp-requires-policy
		 no bgp network import-check
		 timers bgp 1 4
		 neighbor 10.0.12.2 remote-as 64512
		 neighbor 10.0.12.2 timers connect 1
		 neighbor 10.0.12.2 advertisement-interval 0
		 address-family ipv4 unicast
		  $1
	END
	bgp_config idcr <<-END
		ip prefix-list bogons seq 5 deny 100.64.0.0/10 le 32
		ip prefix-list bogons seq 10 permit 0.0.0.0/0 le 32
		route-map detour permit 10
		 set ip next-hop 10.0.13.1
		exit
		router bgp 64512
		 bgp router-id 10.0.12.2
		 no bgp ebgp-requires-policy
		 timers bgp 1 4
		 neighbor 10.0.12.1 remote-as 45104
		 neighbor 10.0.12.1 timers connect 1
		 neighbor 10.0.12.1 disable-connected-check
		 address-family ipv4 unicast
		  ${2:-exit-address-family}
	END
	idcr ip route del 100.104.0.0/16
	bgp_start vbr
	bgp_start idcr
	bgp_wait
}

bgp_summary() {
	vtysh -N idcr -c 'show bgp ipv4 unicast summary json' 2>/dev/null |
		jq -r '.peers["10.0.12.1"] // .ipv4Unicast.peers["10.0.12.1"] | "\(.state) \(.msgRcvd)"' \
			2>/dev/null || true
}

# Established, and the end of the first table seen (open, keepalive, update, end of table).
bgp_wait() {
	tries=0
	while :; do
		case $(bgp_summary) in
		"Established "[4-9]*|"Established "[1-9][0-9]*) break ;;
		esac
		tries=$((tries + 1))
		[ "$tries" -lt 150 ] || { echo "bgp: no session" >&2; return 1; }
		sleep 0.1
	done
	sleep 0.3
}

bgp_down() {
	for name in idcr vbr; do
		for daemon in bgpd staticd zebra; do
			kill -TERM "$(cat "/run/frr/$name/$daemon.pid")"
		done
	done
	while idcr ip route show proto bgp | grep -q . || ip netns pids idcr | grep -q .; do
		sleep 0.05
	done
	idcr ip route replace 100.104.0.0/16 via 10.0.12.1 dev uplink0 proto static
}
