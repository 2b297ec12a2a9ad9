# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of the rules about names and the allow-list: what the vSwitch's host saw of
DNS and of where URLs lead, one defect a file, each with a healthy twin."""

import json

import ladder
from world import FOLDER, section

CLOUD, SECOND, BESIDE = "100.100.2.136:53", "100.100.2.138:53", "172.20.5.53:53"
GIT, MVN = "gitlab.corp.example", "maven.corp.example"
GIT_URL, MVN_URL = f"https://{GIT}", f"https://{MVN}:8443/repository/maven-public/"
GOOD, MAVEN, PUBLIC = "172.20.5.10", "172.20.5.20", "203.0.113.10"


def name(host, outcome="answered", *addresses, server=CLOUD, kind="A", **more):
    codes = {"answered": 0, "empty": 0, "truncated": 0, "nxdomain": 3, "servfail": 2, "refused": 5}
    return {"name": host, "server": server, "kind": kind, "question": None, "outcome": outcome,
            "error": None, "rcode": codes.get(outcome), "addresses": list(addresses),
            "left_out": 0, "aliases": [], "over_tcp": False, "extra": server == BESIDE,
            "used": bool(addresses) and server == CLOUD, "took_us": 2900, "tries": 1, "strays": 0,
            **more}


def target(url, purpose, root=None, root_purpose=None, found_in=None):
    scheme, _, rest = url.partition("://")
    host, _, port = rest.partition("/")[0].partition(":")
    return {"url": url, "purpose": purpose, "root": root or url,
            "root_purpose": root_purpose or purpose, "found_in": found_in, "scheme": scheme,
            "host": host, "port": int(port or {"https": 443, "http": 80, "ssh": 22}[scheme]),
            "literal": host.replace(".", "").isdigit(), "refused": None}


def attempt(url, address, outcome="connected", **more):
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    made = ladder.attempt(url, address, host)
    if outcome != "connected":
        made.update(tls=ladder.unmade("untried"), http=ladder.silent("untried"))
    return {**made, "tcp": {"outcome": outcome, "source": "192.168.1.20", **more}}


def answered(targets, names, attempts):
    """The attempts, and for addresses that have none one that went well."""
    made = list(attempts)
    for row in targets:
        found = [address for known in names if known["name"] == row["host"] and known["used"]
                 for address in known["addresses"]]
        for address in [row["host"]] if row["literal"] else sorted(set(found)):
            if any(one["url"] == row["url"] and one["address"] == address for one in made):
                continue
            outcome = next((one["tcp"]["outcome"] for one in attempts
                            if one["address"] == address), "connected")
            made.append({**attempt(row["url"], address, outcome), "port": row["port"]})
            if row["scheme"] not in ("http", "https"):
                made[-1].update(tls=ladder.unmade("untried", sni=None),
                                http=ladder.silent("untried"))
            elif row["purpose"] != "gitlab" and outcome == "connected":
                made[-1]["http"] = ladder.page(200, "Index")
    return made


GIT_TARGET, MVN_TARGET = target(GIT_URL, "gitlab"), target(MVN_URL, "maven")
GIT_GOOD, MVN_GOOD = name(GIT, "answered", GOOD), name(MVN, "answered", MAVEN)


def below_gitlab(url, purpose, found_in):
    return target(url, purpose, GIT_URL, "gitlab", found_in)


def climbed(targets, attempts):
    """What was asked above the first answer, of a GitLab and a Maven that answered."""
    live = {row["url"] for row in attempts if row["http"]["outcome"] == "answered"}
    return {"gitlab": [ladder.gitlab(row["url"]) for row in targets
                       if row["purpose"] == "gitlab" and row["url"] in live],
            "maven": [ladder.maven(row["url"]) for row in targets
                      if row["purpose"] == "maven" and row["url"] in live]}


def cloned(targets, names):
    """The clone URL of a GitLab whose name leads somewhere."""
    known = {row["name"] for row in names if row["used"]}
    return [target(f"{row['url']}/group/app.git", "clone", row["url"], "gitlab", "http_url_to_repo")
            for row in targets if row["purpose"] == "gitlab" and
            (row["literal"] or row["host"] in known)]


def write(label, expected, names, targets=(), servers=(CLOUD,), attempts=(), links=("eth1",),
          **plan):
    targets = list(targets) or [GIT_TARGET, MVN_TARGET]
    targets += cloned(targets, names)
    attempts = answered(targets, names, attempts)
    made = {
        "schema": "reachback.facts/1", "version": "0.1.0", "started": "2026-11-20T12:00:00Z",
        "took_ms": 5,
        "plan": section(schema="reachback.plan/1", vantage="vswitch-host",
                        link={"gitlab_ip": GOOD, "other_ips": [MAVEN]},
                        gitlab={"url": GIT_URL, "access": "datacenter", "username": "alice",
                                "project": "group/app"},
                        maven=[{"url": MVN_URL, "artifact": "commons-io:commons-io:2.11.0"}]),
        "links": section(links=[{"index": index + 2, "name": link, "up": True}
                                for index, link in enumerate(links)]),
        "endpoints": section(
            source={"asked": "eth1", "binding": "device", "dev": "eth1",
                    "address": "192.168.1.20", "error": None},
            name_servers=list(servers), names=list(names),
            targets=targets, attempts=attempts, **climbed(targets, attempts))}
    made["plan"].update(plan)
    if "gitlab" in plan:
        made["plan"]["gitlab"] = {"username": "alice", "project": "group/app", **plan["gitlab"]}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in made.items()]
    (FOLDER / f"{label}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (FOLDER / f"{label}.expect").write_text(expected + "\n")


def pair(label, expected, sick, healthy=(GIT_GOOD, MVN_GOOD), **more):
    write(label, expected, sick, **more)
    write(f"{label}-twin", "ready", healthy, **more)


def unanswered():
    for label, cause, outcome, more in (
            ("dns02-no-such-name", "DNS-02", "nxdomain", {}),
            ("dns09-cut-and-no-tcp", "DNS-09", "truncated", {"error": "ECONNREFUSED"}),
            ("dns12-resolver-fails", "DNS-12", "servfail", {"tries": 2}),
            ("dns12-damaged-answer", "DNS-12", "malformed", {}),
            ("dns13-resolver-refuses", "DNS-13", "refused", {}),
            ("dns14-no-address", "DNS-14", "empty", {}),
            ("dns15-resolver-silent", "DNS-15", "timed-out", {"tries": 3}),
            ("dns15-resolver-closed", "DNS-15", "unreachable", {"error": "ECONNREFUSED"})):
        pair(label, f"not-ready {cause}", [name(GIT, outcome, **more), MVN_GOOD])
    # the C library throws it away: what it holds helps nobody
    pair("dns09-cut-answer-holds-some", "not-ready DNS-09",
         [name(GIT, "truncated", GOOD, used=False, error="ECONNREFUSED"), MVN_GOOD],
         [name(GIT, "answered", GOOD, over_tcp=True), MVN_GOOD])
    pair("dns14-ipv6-alone", "not-ready DNS-14",
         [name(GIT, "empty"), name(GIT, "answered", "2001:db8::10", kind="AAAA"), MVN_GOOD])
    # the first that knows decides, even that there is no such name
    pair("dns02-second-server-knows", "not-ready DNS-02",
         [name(GIT, "nxdomain"), name(GIT, "answered", GOOD, server=SECOND),
          MVN_GOOD, name(MVN, "answered", MAVEN, server=SECOND)],
         [GIT_GOOD, name(GIT, "answered", GOOD, server=SECOND),
          MVN_GOOD, name(MVN, "answered", MAVEN, server=SECOND)], servers=(CLOUD, SECOND))
    pair("dns02-known-beside", "not-ready DNS-02",
         [name(GIT, "nxdomain"), name(GIT, "answered", GOOD, server=BESIDE), MVN_GOOD])
    pair("dns02-hosts-file-knows", "not-ready DNS-02 DNS-07",
         [name(GIT, "nxdomain"), name(GIT, "answered", GOOD, server="hosts", used=True), MVN_GOOD],
         [GIT_GOOD, name(GIT, "answered", GOOD, server="hosts", used=True), MVN_GOOD])


    pair("dns05-overlay-drops-answers", "not-ready DNS-05 DNS-15",
         [name(GIT, "timed-out", tries=3), name(MVN, "timed-out", tries=3)],
         links=("eth1", "tailscale0"))


def listed():
    pair("dns01-public-answer", "not-ready DNS-01 DNS-10",
         [name(GIT, "answered", PUBLIC), MVN_GOOD])
    pair("dns08-alias-to-public", "not-ready DNS-01 DNS-08 DNS-10",
         [name(GIT, "answered", PUBLIC, aliases=["lb.cdn.example"]), MVN_GOOD],
         [name(GIT, "answered", GOOD, aliases=["lb.corp.example"]), MVN_GOOD])
    pair("dns01-public-known-private-beside", "not-ready DNS-01 DNS-10",
         [name(GIT, "answered", PUBLIC), name(GIT, "answered", GOOD, server=BESIDE), MVN_GOOD])
    write("dns01-public-answer-undeclared", "not-ready DNS-01",
          [name(GIT, "answered", PUBLIC), MVN_GOOD], link={})
    write("dns01-public-answer-undeclared-twin", "ready", [GIT_GOOD, MVN_GOOD], link={})
    pair("dns10-second-address", "not-ready DNS-10",
         [name(GIT, "answered", GOOD, "172.20.5.11"), MVN_GOOD])
    pair("dns10-moved", "not-ready DNS-10", [name(GIT, "answered", "172.20.5.11"), MVN_GOOD])
    write("dns10-address-in-url", "not-ready DNS-10", [MVN_GOOD],
          [target("https://172.20.5.11", "gitlab"), MVN_TARGET], gitlab={"url": "https://172.20.5.11"})
    write("dns10-address-in-url-twin", "ready", [MVN_GOOD],
          [target("https://172.20.5.10", "gitlab"), MVN_TARGET], gitlab={"url": "https://172.20.5.10"})
    pair("dep01-maven-unlisted", "not-ready DEP-01",
         [GIT_GOOD, name(MVN, "answered", "172.20.5.21")])
    pair("dep11-one-maven-node-listed", "not-ready DEP-11",
         [GIT_GOOD, name(MVN, "answered", MAVEN, "172.20.5.21")])


def elsewhere():
    """Where URLs lead: unlisted, and in the twin the same target on a listed address."""
    store = "objects.corp.example"
    for label, cause, extra in (
            ("gl01-redirect-unlisted", "GL-01",
             below_gitlab(f"https://{store}/users/sign_in", "redirect",
                          f"Location of 302 from {GIT_URL}")),
            ("gl03-clone-host-unlisted", "GL-03",
             below_gitlab(f"https://{store}/group/app.git", "clone", "http_url_to_repo")),
            ("gl14-lfs-unlisted", "GL-14",
             below_gitlab(f"https://{store}/lfs/1", "lfs", "LFS batch answer")),
            ("gl17-submodule-unlisted", "GL-17",
             below_gitlab(f"https://{store}/group/lib.git", "submodule", ".gitmodules")),
            ("dep02-redirect-unlisted", "DEP-02",
             target(f"http://{store}/jar", "redirect", MVN_URL, "maven",
                    f"Location of 307 from {MVN_URL}"))):
        pair(label, f"not-ready {cause}",
             [GIT_GOOD, MVN_GOOD, name(store, "answered", "198.51.100.7")],
             [GIT_GOOD, MVN_GOOD, name(store, "answered", MAVEN)],
             targets=[GIT_TARGET, MVN_TARGET, extra])
    # a redirect goes by what redirects, here a link of GitLab's own host
    link, end = f"{GIT_URL}/group/app.git/gitlab-lfs/objects/1", f"https://{store}/lfs/1"
    moved = attempt(link, GOOD)
    moved["http"] = ladder.page(302, None, location=end)
    pair("gl14-lfs-redirects-unlisted", "not-ready GL-14",
         [GIT_GOOD, MVN_GOOD, name(store, "answered", "198.51.100.7")],
         [GIT_GOOD, MVN_GOOD, name(store, "answered", MAVEN)],
         targets=[GIT_TARGET, MVN_TARGET, below_gitlab(link, "lfs", "LFS batch answer"),
                  below_gitlab(end, "redirect", "Location of 302")], attempts=[moved])
    # another port or scheme of the same name is no new name
    pair("dns10-redirect-to-itself", "not-ready DNS-10",
         [name(GIT, "answered", "172.20.5.11"), MVN_GOOD],
         targets=[GIT_TARGET, MVN_TARGET,
                  below_gitlab(f"http://{GIT}/", "redirect", f"Location of 301 from {GIT_URL}")])


def risks():
    two = {"servers": (CLOUD, SECOND)}
    both = [GIT_GOOD, name(GIT, "answered", GOOD, server=SECOND, used=False),
            MVN_GOOD, name(MVN, "answered", MAVEN, server=SECOND, used=False)]
    for label, cause, other in (
            ("dns01-second-server-public", "DNS-01", name(GIT, "answered", PUBLIC, server=SECOND)),
            ("dns02-second-server-knows-not", "DNS-02", name(GIT, "nxdomain", server=SECOND)),
            ("dns03-second-server-differs", "DNS-03",
             name(GIT, "answered", "172.20.5.12", server=SECOND)),
            ("dns09-second-server-cut", "DNS-09", name(GIT, "truncated", server=SECOND)),
            ("dns12-second-server-fails", "DNS-12", name(GIT, "servfail", server=SECOND)),
            ("dns13-second-server-refuses", "DNS-13", name(GIT, "refused", server=SECOND)),
            ("dns14-second-server-empty", "DNS-14", name(GIT, "empty", server=SECOND)),
            ("dns15-second-server-silent", "DNS-15", name(GIT, "timed-out", server=SECOND))):
        pair(label, f"ready-with-risks {cause}", [both[0], other, *both[2:]], both, **two)
    pair("dns15-ipv6-question-silent", "ready-with-risks DNS-15",
         [GIT_GOOD, name(GIT, "timed-out", kind="AAAA"), MVN_GOOD],
         [GIT_GOOD, name(GIT, "empty", kind="AAAA"), MVN_GOOD])
    pair("dns07-hosts-file-differs", "ready-with-risks DNS-07",
         [GIT_GOOD, name(GIT, "answered", "172.20.5.11", server="hosts", used=True), MVN_GOOD])
    by_option = name(GIT, "answered", GOOD, server="option", used=True)
    for label, said in (("differs", name(GIT, "answered", "172.20.5.11", used=False)),
                        ("hides-no-such-name", name(GIT, "nxdomain"))):
        pair(f"dns07-option-{label}", "ready-with-risks DNS-07", [by_option, said, MVN_GOOD],
             [by_option, name(GIT, "answered", GOOD, used=False), MVN_GOOD])
    short = "https://gitlab"
    pair("dns11-search-list", "ready-with-risks DNS-11",
         [name("gitlab", "answered", MAVEN, question=GIT),
          name("gitlab", "answered", GOOD, used=False), MVN_GOOD],
         [name("gitlab", "answered", GOOD, question=GIT),
          name("gitlab", "answered", GOOD, used=False), MVN_GOOD],
         targets=[target(short, "gitlab"), MVN_TARGET],
         gitlab={"url": short, "access": "datacenter"})
    pair("dns11-search-list-alone", "ready-with-risks DNS-11",
         [name("gitlab", "answered", GOOD, question=GIT), name("gitlab", "refused"), MVN_GOOD],
         [name("gitlab", "answered", GOOD, question=GIT),
          name("gitlab", "answered", GOOD, used=False), MVN_GOOD],
         targets=[target(short, "gitlab"), MVN_TARGET],
         gitlab={"url": short, "access": "datacenter"})
    six = name(GIT, "answered", "2001:db8::10", kind="AAAA")
    for label, verdict, outcome in (
            ("dns04-ipv6-without-a-way", "ready-with-risks DNS-04", "unreachable"),
            ("dns04-ipv6-without-a-way-twin", "ready", "connected")):
        write(label, verdict, [GIT_GOOD, six, MVN_GOOD],
              attempts=[attempt(GIT_URL, GOOD), attempt(GIT_URL, "2001:db8::10", outcome)])


if __name__ == "__main__":
    unanswered()
    listed()
    elsewhere()
    risks()
