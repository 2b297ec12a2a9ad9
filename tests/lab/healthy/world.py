# SPDX-License-Identifier: Apache-2.0
"""
One random healthy world: shell lines that build it, and the plan. Whatever is drawn, replies to the
range leave by the declared gateway; everything else is there to look dangerous.
"""

import json

BRIDGES = (("docker0", "172.17.0.1/16"), ("br-0c1d2e3f4a5b", "172.18.0.1/16"),
           ("br-77aa88bb99cc", "172.29.64.1/20"), ("cni0", "10.244.0.1/24"),
           ("podman0", "10.88.0.1/16"), ("virbr0", "192.168.122.1/24"), ("lxdbr0", "10.11.12.1/24"))
BESIDE = ("100.64.0.0/13", "100.88.0.0/16", "100.100.0.0/16", "100.103.0.0/16", "100.105.0.0/16",
          "100.96.0.0/13", "100.112.0.0/12", "100.72.0.0/13", "100.106.0.0/15", "100.103.255.0/24",
          "100.105.0.0/32", "100.103.255.255/32", "100.124.0.0/14", "10.104.0.0/16", "100.0.0.0/10")
COVERS = ("100.104.0.0/16", "100.104.0.0/15", "100.104.0.0/14", "100.104.0.0/13", "100.96.0.0/12",
          "100.96.0.0/11", "100.64.0.0/10", "100.0.0.0/8", "default")
PIECES = (("100.104.0.0/17", "100.104.128.0/17"),
          ("100.104.0.0/18", "100.104.64.0/18", "100.104.128.0/17"),
          tuple(f"100.104.{value}.0/20" for value in range(0, 256, 16)),
          tuple(f"100.104.{value}.0/24" for value in range(256)))
POOLS = ("100.64.0.0/13", "100.112.0.0/14", "100.103.0.0/16", "172.30.0.0/16", "10.200.0.0/16")


class World:
    def __init__(self, rng, tunnels, users):
        self.rng = rng
        self.tunnels = tunnels
        self.users = users
        self.lines = []
        self.router = rng.random() < 0.25
        self.dev = rng.choice(("eth0", "ens5", "enp3s0", "eno1", "wan.100", "p1p1"))
        net = rng.choice(("10.7.8", "172.20.5", "192.168.77", "172.31.255"))
        self.address, self.gateway = f"{net}.{rng.randint(2, 200)}", f"{net}.{rng.choice((1, 253, 254))}"
        self.service = "172.24.9.10" if self.router else self.address
        self.other = "198.18.4.1"
        self.priority = 40
        self.table = 300

    def maybe(self, chance, *lines):
        if self.rng.random() < chance:
            self.lines += lines

    def link(self, dev, address):
        self.lines += [f"ip link add {dev} type veth peer name far{len(self.lines)}",
                       f"ip address add {address} dev {dev}", f"ip link set {dev} up",
                       f"for far in /sys/class/net/far*; do ip link set ${{far##*/}} up; done"]

    def rule(self, words):
        self.priority += 1
        self.lines.append(f"ip rule add pref {self.priority} {words}")

    def base(self):
        self.lines += ["ip link set lo up", "mount -t sysfs sysfs /sys"]
        self.link(self.dev, f"{self.address}/24")
        self.link("aux0", "198.18.4.2/24")
        if self.router:
            self.link("lan0", "172.24.9.1/24")
            self.lines.append("echo 1 >/proc/sys/net/ipv4/ip_forward")

    def good(self):
        return f"via {self.gateway} dev {self.dev}"

    def bad(self):
        return f"via {self.other} dev aux0"

    def way_back(self):
        """Routes over the whole range by the good gateway, and a default of any kind."""
        draw = self.rng.random()
        protocol = self.rng.choice(("static", "static", "dhcp", "bird", "zebra"))
        covers = [self.rng.choice(COVERS)] if draw < 0.6 else list(self.rng.choice(PIECES))
        if draw > 0.9:
            covers = ["100.104.0.0/16"]
            self.lines.append(f"ip nexthop add id 7 {self.good()}")
            self.lines.append("ip route add 100.104.0.0/16 nhid 7 proto static")
        else:
            batch = "".join(f"route add {prefix} {self.good()} proto {protocol}\\n" for prefix in covers)
            self.lines.append(f"printf '{batch}' | ip -batch -")
        if "default" not in covers:
            self.maybe(0.6, f"ip route add default {self.bad()}")
            if not any(prefix in ("100.64.0.0/10", "100.0.0.0/8") for prefix in covers):
                self.maybe(0.3, "ip route add blackhole 100.64.0.0/10 metric 900")
                self.maybe(0.2, "ip route add unreachable 100.0.0.0/8 metric 900")
            self.maybe(0.2, f"ip route add {covers[0]} {self.bad()} metric 700 proto dhcp")
            self.maybe(0.2, f"ip route add unreachable {covers[0]} metric 4278198272")
        else:
            self.maybe(0.4, f"ip route add default {self.bad()} metric 800")

    def beside(self):
        for prefix in self.rng.sample(BESIDE, self.rng.randint(1, 6)):
            kind = self.rng.choice((self.bad(), self.bad(), "dev aux0"))
            if self.rng.random() < 0.3:
                self.lines.append(f"ip route replace {self.rng.choice(('blackhole', 'prohibit'))} {prefix}")
            else:
                self.lines.append(f"ip route replace {prefix} {kind}")
        self.maybe(0.4, "ip address add 100.100.7.9/16 dev aux0")
        self.maybe(0.2, "ip address add 100.103.255.254/32 dev lo")
        self.maybe(0.2, "ip address add 100.105.0.1/24 dev aux0")

    def bridges(self):
        for dev, address in self.rng.sample(BRIDGES, self.rng.randint(0, 4)):
            self.lines += [f"ip link add {dev} type bridge", f"ip address add {address} dev {dev}",
                           f"ip link set {dev} up"]

    def overlays(self):
        if not self.tunnels:
            return
        if self.rng.random() < 0.4:
            self.lines += ['"$LAB_BIN/labnet" tunnel tailscale0', "ip link set tailscale0 up",
                           "ip address add 100.101.5.6/32 dev tailscale0",
                           "ip rule add pref 5210 fwmark 0x80000/0xff0000 lookup main",
                           "ip rule add pref 5230 fwmark 0x80000/0xff0000 lookup default",
                           "ip rule add pref 5250 fwmark 0x80000/0xff0000 unreachable",
                           "ip rule add pref 5270 lookup 52",
                           "ip route add 100.100.100.100 dev tailscale0 table 52",
                           "ip route add 100.77.1.2 dev tailscale0 table 52"]
        if self.rng.random() < 0.3:
            self.lines += ['"$LAB_BIN/labnet" tunnel wt0', "ip link set wt0 up",
                           "ip address add 100.90.3.4/16 dev wt0"]
        if self.rng.random() < 0.3:
            self.lines += ['"$LAB_BIN/labnet" tunnel wg0', "ip link set wg0 up",
                           "ip address add 10.66.0.2/24 dev wg0"]

    def good_table(self):
        self.table += 1
        self.lines.append(f"ip route add {self.rng.choice(('default', '100.104.0.0/16'))} "
                          f"{self.good()} proto static table {self.table}")
        return self.table

    def bad_table(self):
        self.table += 1
        self.lines.append(f"ip route add default {self.bad()} table {self.table}")
        return self.table

    def policies(self):
        """Rules that do not select the reply, or select it and keep it right."""
        service = self.service
        draws = [
            lambda: self.rule(f"from {service} lookup {self.good_table()}"),
            lambda: self.rule(f"from 198.18.4.2 lookup {self.bad_table()}"),
            lambda: self.rule(f"ipproto udp lookup {self.bad_table()}"),
            lambda: self.rule(f"ipproto tcp sport 1-21 lookup {self.bad_table()}"),
            lambda: self.rule(f"fwmark 0x1 lookup {self.good_table()}"),
            lambda: self.rule(f"to 100.105.0.0/16 lookup {self.bad_table()}"),
            lambda: self.rule("to 100.96.0.0/13 blackhole"),
            lambda: self.rule("from 203.0.113.0/24 prohibit"),
            lambda: self.rule(f"oif aux0 lookup {self.bad_table()}"),
            lambda: self.rule(f"iif aux0 lookup {self.bad_table()}"),
            lambda: self.rule("lookup 299"),
            lambda: self.rule("lookup main suppress_prefixlength 0"),
            lambda: self.rule(f"goto {32766}"),
            lambda: self.rule("nop"),
            lambda: self.rule(f"tos 0x10 lookup {self.bad_table()}"),
        ]
        if not self.router:  # there, requests to the service would go astray by these
            draws += [lambda: self.rule(f"not from {service} lookup {self.bad_table()}"),
                      lambda: self.rule(f"ipproto tcp sport 9443 lookup {self.bad_table()}"),
                      lambda: self.rule(f"dport 1-1023 ipproto tcp lookup {self.bad_table()}")]
        if self.users:
            draws.append(lambda: self.rule(f"uidrange 5000-5999 lookup {self.bad_table()}"))
        for draw in self.rng.sample(draws, self.rng.randint(0, 6)):
            draw()

    def knobs(self):
        value = self.rng.choice((0, 0, 1, 2, 2))
        self.lines += [f"echo {value} >/proc/sys/net/ipv4/conf/{dev}/rp_filter"
                       for dev in (self.dev, "all")]
        self.maybe(0.2, "echo 1 >/proc/sys/net/ipv4/conf/all/log_martians")
        self.maybe(0.2, "echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy")
        self.maybe(0.2, "ip xfrm policy add dir out src 0.0.0.0/0 dst 100.105.0.0/16 tmpl "
                        "src 198.18.4.2 dst 203.0.113.9 proto esp mode tunnel")
        self.maybe(0.2, "ip xfrm policy add dir in src 100.104.0.0/16 dst 100.104.0.0/16 priority 4")

    def files(self):
        pool = self.rng.choice(POOLS)
        docker = json.dumps({"bip": "172.26.0.1/16",
                             "default-address-pools": [{"base": pool, "size": 24}]})
        self.maybe(0.3, "mkdir -p /etc/docker", f"echo '{docker}' >/etc/docker/daemon.json")
        self.maybe(0.2, "mkdir -p /etc/wireguard", "printf '[Interface]\\nPrivateKey = x\\n[Peer]\\n"
                        f"AllowedIPs = 10.66.0.0/24, {pool}\\n' >/etc/wireguard/wg0.conf")
        cni = json.dumps({"cniVersion": "0.4.0", "name": "n", "type": "bridge",
                          "ipam": {"type": "host-local", "subnet": pool}})
        self.maybe(0.2, "mkdir -p /etc/cni/net.d", f"echo '{cni}' >/etc/cni/net.d/10-n.conf")

    def listeners(self):
        if self.router:
            return
        word = self.rng.choice(("0.0.0.0:443", f"{self.address}:443", "0.0.0.0:443 0.0.0.0:80",
                                "0.0.0.0:443 127.0.0.1:80 0.0.0.0:22"))
        self.lines.append(f'"$LAB_BIN/labnet" listen {word}')

    def plan(self):
        plan = {"schema": "reachback.plan/1",
                "gitlab": {"url": f"https://{self.service}", "access": "datacenter"},
                "datacenter": {"return_next_hop": self.gateway}}
        if self.rng.random() < 0.3:
            plan["datacenter"]["return_interface"] = self.dev
        if self.rng.random() < 0.4:
            plan["datacenter"]["cidrs"] = ["172.16.0.0/12", self.rng.choice(BESIDE)]
        return plan

    def build(self):
        self.base()
        self.way_back()
        self.bridges()
        self.overlays()
        self.beside()
        self.policies()
        self.knobs()
        self.files()
        self.listeners()
        return "\n".join(self.lines)
