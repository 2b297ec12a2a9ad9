# SPDX-License-Identifier: Apache-2.0
"""Writes the overlap fixtures: one defect a file, each with a healthy twin."""

from world import connected, host, link, refusal, route, router, rule, write

HOME = route("100.104.0.0/16", "172.20.5.1", "eth0")
VBR = route("100.104.0.0/16", "10.0.12.1", "uplink0")


def with_link(dev, kind, address, length, *entries, base=None, **more):
    """A host with the right route, one more interface, its address and its routes."""
    world = base if base else host()
    world["entries"].append(VBR if world["iif"] else HOME)
    world["links"].append(link(dev, kind, **more))
    if address:
        connected(world, dev, address, length)
    world["entries"] += entries
    return world


def pair(name, sick, causes, healthy):
    write(name, sick, f"not-ready {causes}")
    write(f"{name}-twin", healthy, "ready")


def lans():
    pair("ovl01-lan-inside-the-range", with_link("eth2", None, "100.104.33.1", 24),
         "OVL-01 OVL-04", with_link("eth2", None, "100.103.255.1", 24))
    pair("ovl01-libvirt-network", with_link("virbr0", "bridge", "100.104.122.1", 24),
         "OVL-01 OVL-04", with_link("virbr0", "bridge", "192.168.122.1", 24))
    pair("ovl01-lan-bridge-is-no-container", with_link("br-lan", "bridge", "100.104.9.1", 24),
         "OVL-01 OVL-04", with_link("br-lan", "bridge", "10.104.9.1", 24))
    pair("ovl01-route-without-gateway",
         with_link("eth2", None, None, 0, route("100.104.33.0/24", None, "eth2")), "OVL-01",
         with_link("eth2", None, None, 0, route("100.104.33.0/24", "172.20.5.1", "eth0")))
    sick = host()
    connected(sick, "eth1", "100.64.0.5", 10)
    pair("ovl02-covering-network", sick, "OVL-02",
         with_link("eth2", None, "100.64.0.5", 10))
    pair("ovl02-default-without-gateway", host(entries=[route("0.0.0.0/0", None, "eth1")]),
         "OVL-02", host(entries=[route("0.0.0.0/0", None, "eth1"), HOME]))
    pair("ovl03-the-range-on-link", host(entries=[route("100.104.0.0/16", None, "eth1")]),
         "OVL-03", host(entries=[route("100.104.0.0/16", None, "eth1")], declared=(None, "eth1")))
    pair("ovl04-loopback-address", with_link("dummy0", "dummy", "100.104.7.7", 32), "OVL-04",
         with_link("dummy0", "dummy", "100.105.0.0", 32))
    pair("ovl04-local-route",
         with_link("eth2", None, None, 0, route("100.104.80.0/20", None, "lo", type="local",
                                                table=255, scope="host")), "OVL-04",
         with_link("eth2", None, None, 0, route("100.105.0.0/20", None, "lo", type="local",
                                                table=255, scope="host")))


def containers():
    pair("ovl05-docker-bridge", with_link("docker0", "bridge", "100.104.64.1", 20), "OVL-05",
         with_link("docker0", "bridge", "172.17.0.1", 16))
    pair("ovl05-compose-network", with_link("br-3f1c0a9be771", "bridge", "100.104.16.1", 24),
         "OVL-05", with_link("br-3f1c0a9be771", "bridge", "172.18.0.1", 16))
    pair("ovl05-podman-bridge", with_link("cni-podman0", "bridge", "100.104.89.1", 24), "OVL-05",
         with_link("podman0", "bridge", "10.88.0.1", 16))
    sick = with_link("docker0", "bridge", "100.104.64.1", 20, carrier=False, operstate="down")
    for entry in sick["entries"]:
        for leg in entry["next_hops"]:
            leg["linkdown"] = leg["dev"] == "docker0"
    pair("ovl05-idle-docker-bridge", sick, "OVL-05",
         with_link("docker0", "bridge", "172.17.0.1", 16, carrier=False, operstate="down"))
    sick = with_link("br-8d1f0c2b7a9e", "bridge", None, 0, up=False, carrier=False,
                     operstate="down")
    connected(sick, "br-8d1f0c2b7a9e", "100.104.5.1", 24)
    sick["entries"] = [row for row in sick["entries"] if row["table"] == 255 or
                       row["destination"] != "100.104.5.0/24"]
    sick["entries"] = [row for row in sick["entries"] if row["type"] != "broadcast"]
    pair("ovl05-docker-bridge-down", sick,
         "OVL-05\nip address del 100.104.5.1/24 dev br-8d1f0c2b7a9e",
         with_link("br-8d1f0c2b7a9e", "bridge", "172.18.0.1", 16, up=False, carrier=False,
                   operstate="down"))
    pair("ovl07-calico-pods",
         with_link("cali1f2e3d4c5b6", "veth", None, 0,
                   route("100.104.20.5/32", None, "cali1f2e3d4c5b6", scope="link"),
                   refusal("blackhole", "100.103.20.0/24", protocol="bird")),
         "OVL-07",
         with_link("cali1f2e3d4c5b6", "veth", None, 0,
                   route("100.103.20.5/32", None, "cali1f2e3d4c5b6", scope="link")))
    pair("ovl07-calico-tunnel",
         with_link("tunl0", "ipip", None, 0,
                   route("100.104.96.0/26", "172.20.5.31", "tunl0", protocol="bird"),
                   type="tunnel"), "OVL-07",
         with_link("tunl0", "ipip", None, 0,
                   route("100.96.0.0/26", "172.20.5.31", "tunl0", protocol="bird"),
                   type="tunnel"))
    pods = host()
    pods["links"].append(link("flannel.1", "vxlan"))
    pods["entries"].append(route("100.96.0.0/11", "100.96.1.0", "flannel.1"))
    pair("ovl07-pod-range-covers", pods, "OVL-07",
         with_link("flannel.1", "vxlan", None, 0,
                   route("100.96.0.0/11", "100.96.1.0", "flannel.1")))
    pair("ovl07-cni-bridge", with_link("cni0", "bridge", "100.104.40.1", 24), "OVL-07",
         with_link("cni0", "bridge", "10.42.0.1", 24))
    pair("ovl07-service-addresses", with_link("kube-ipvs0", "dummy", "100.104.0.10", 32),
         "OVL-07", with_link("kube-ipvs0", "dummy", "100.64.0.10", 32))


def overlays():
    tailscale = with_link("tailscale0", "tun", "100.101.2.3", 32,
                          route("100.64.0.0/10", None, "tailscale0", table=52), type="none")
    tailscale["rules"].append(rule(5270, 52))
    pair("ovl08-tailscale-table", tailscale, "OVL-08",
         with_link("tailscale0", "tun", "100.101.2.3", 32, type="none"))
    pair("ovl08-tailscale-address", with_link("tailscale0", "tun", "100.104.9.8", 32, type="none"),
         "OVL-08", with_link("tailscale0", "tun", "100.88.9.8", 32, type="none"))
    pair("ovl09-netbird", with_link("wt0", "wireguard", None, 0,
                                    route("100.104.128.0/18", None, "wt0"), type="none"),
         "OVL-09", with_link("wt0", "wireguard", None, 0,
                             route("100.90.0.0/16", None, "wt0"), type="none"))
    warp = with_link("CloudflareWARP", "tun", "172.16.0.2", 32,
                     route("100.96.0.0/12", None, "CloudflareWARP", table=65743), type="none")
    warp["rules"].append(rule(5000, 65743))
    pair("ovl09-cloudflare-warp", warp, "OVL-09",
         with_link("CloudflareWARP", "tun", "172.16.0.2", 32, type="none"))
    twingate = host()
    twingate["links"].append(link("sdwan0", "tun", type="none"))
    connected(twingate, "sdwan0", "100.96.0.5", 12)
    pair("ovl09-twingate", twingate, "OVL-09",
         with_link("sdwan0", "tun", "100.96.0.5", 12, type="none"))
    vpn = host()
    vpn["links"].append(link("tun7", "tun", type="none"))
    vpn["entries"] += [route("0.0.0.0/1", "10.8.0.1", "tun7"),
                       route("64.0.0.0/2", "10.8.0.1", "tun7")]
    pair("ovl09-vpn-takes-everything", vpn, "OVL-09",
         with_link("tun7", "tun", "10.8.0.2", 24, route("64.0.0.0/2", "10.8.0.1", "tun7"),
                   type="none"))
    for dev, kind, layer in (("ppp0", "ppp", "ppp"), ("gre1", "gre", "gre"), ("vti1", "vti", "none"),
                             ("ipip1", "ipip", "tunnel"), ("xfrm0", "xfrm", "none")):
        sick = with_link(dev, kind, None, 0, route("100.104.44.0/24", None, dev), type=layer)
        well = host(declared=(None, dev), entries=[route("100.104.0.0/16", None, dev)])
        well["links"].append(link(dev, kind, type=layer))
        pair(f"ovl09-{kind}-tunnel", sick, "OVL-09", well)
    pair("ovl10-wireguard-of-another-name",
         with_link("corp", "wireguard", "10.77.0.1", 24,
                   route("100.104.192.0/18", None, "corp"), type="none"), "OVL-10",
         with_link("corp", "wireguard", "10.77.0.1", 24, route("100.103.0.0/16", None, "corp"),
                   type="none"))
    quick = host(entries=[route("0.0.0.0/0", "172.20.5.1", "eth0"),
                          route("0.0.0.0/0", None, "wg0", table=51820)])
    quick["links"].append(link("wg0", "wireguard", type="none"))
    quick["rules"] += [rule(32764, 254, suppress_length=0),
                       rule(32765, 51820, invert=True, mark=51820, mask=0xffffffff)]
    guarded = host(entries=[HOME, *quick["entries"]], links=quick["links"], rules=quick["rules"])
    pair("ovl10-wg-quick-takes-the-default", quick, "OVL-10", guarded)


def providers():
    leased = host(entries=[route("0.0.0.0/0", "100.104.5.1", "eth1", protocol="dhcp")])
    connected(leased, "eth1", "100.104.5.77", 24, permanent=False)
    leased["entries"].append(HOME)
    pair("ovl12-leased-address", leased, "OVL-12", with_link("eth2", None, "100.70.5.77", 24))
    wan = router(entries=[route("0.0.0.0/0", "100.104.200.1", "wan0"), VBR])
    connected(wan, "wan0", "100.104.200.2", 24)
    pair("ovl12-wan-of-the-router", wan, "OVL-12",
         router(entries=[route("0.0.0.0/0", "100.72.200.1", "wan0"), VBR]))
    shared = router(entries=[route("0.0.0.0/0", "100.64.0.1", "wan0")])
    connected(shared, "wan0", "100.64.0.2", 10)
    covered = router(entries=[route("0.0.0.0/0", "100.64.0.1", "wan0"), VBR])
    connected(covered, "wan0", "100.64.0.2", 10)
    pair("ovl12-shared-address-space", shared, "OVL-12", covered)


def vswitch():
    pair("ovl01-vswitch-seen-from-the-data-center",
         host(entries=[HOME, route("172.30.1.0/24", None, "eth1")], vswitch="172.30.1.0/24"),
         "OVL-01", host(entries=[HOME, route("172.30.1.0/24", "172.20.5.1", "eth0")],
                        vswitch="172.30.1.0/24"))
    write("ok-vswitch-of-an-ecs",
          host(entries=[HOME, route("172.30.1.0/24", None, "eth0")],
               vswitch="172.30.1.0/24", access="ecs"), "ready")


if __name__ == "__main__":
    lans()
    containers()
    overlays()
    providers()
    vswitch()
