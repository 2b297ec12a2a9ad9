# SPDX-License-Identifier: Apache-2.0
"""The vSwitch host's facts for golden fixtures: GitLab and Maven answer, rung by rung, over https
with a certificate that everybody trusts. A fixture changes what its defect changes."""

import copy
import json

from world import FOLDER, section

GITLAB = "https://gitlab.corp.example/"
MAVEN = "https://maven.corp.example/repository/maven-public/"
GITLAB_IP = "172.20.5.10"
MAVEN_IP = "172.20.5.20"
SOURCE = "192.168.1.5"
NOW = "2026-11-20T12:00:00Z"


def plan(**more):
    made = section(schema="reachback.plan/1", vantage="vswitch-host",
                   link={"vswitch_cidr": "192.168.1.0/24", "gitlab_ip": GITLAB_IP,
                         "other_ips": [MAVEN_IP]},
                   gitlab={"url": "https://gitlab.corp.example", "access": "datacenter",
                           "username": "alice", "project": "group/app"},
                   maven=[{"url": MAVEN, "artifact": "commons-io:commons-io:2.11.0"}])
    made.update(more)
    made["from"] = "eth0"
    return made


def certificate(host, **more):
    return {"subject": f"CN={host}", "issuer": "CN=Public Issuing CA", "names": [f"DNS:{host}"],
            "not_before": "2026-09-01T00:00:00Z", "not_after": "2027-03-01T00:00:00Z",
            "self_issued": False, "self_signed": False, "fingerprint": "aa" * 32,
            "ocsp_hosts": [], "issuer_hosts": [], **more}


ISSUER = certificate("x", subject="CN=Public Issuing CA", issuer="CN=Public Root", names=[])


def tls(host, **more):
    return {"outcome": "done", "sni": host, "version": "TLSv1.3",
            "cipher": "TLS_AES_256_GCM_SHA384", "alert": None, "error": None, "spoken": None,
            "received": 3120, "took_us": 2100, "chain_system": 0, "chain_given": None,
            "chain_error": None, "depth": None, "name_matches": True, "in_order": True,
            "certificate_wanted": False, "stapled": False,
            "certificates": [certificate(host), ISSUER], **more}


def unmade(outcome, **more):
    """A handshake that did not come to a certificate."""
    return {**tls("x"), "version": None, "cipher": None, "received": 0, "chain_system": None,
            "name_matches": False, "in_order": False, "certificates": [], "outcome": outcome,
            **more}


def answer(status, **more):
    return {"outcome": "answered", "method": "GET", "status": status,
            "content_type": "application/json", "server": "nginx",
            "date": "Fri, 20 Nov 2026 12:00:00 GMT", "body": "json", "length": 30, "received": 30,
            "first_byte_us": 12000, "total_us": 12100, **more}


def page(status, title, **more):
    return answer(status, content_type="text/html", body="html", title=title, **more)


def silent(outcome, **more):
    """An answer that was none."""
    return {"outcome": outcome, "method": "GET", "status": None, "received": 0, **more}


def connected(**more):
    return {"outcome": "connected", "error": None, "source": SOURCE, "took_us": 900, "rtt_us": 850,
            "retransmissions": 0, "mss": 1448, **more}


def attempt(url, address, host, **more):
    secure = url.startswith("https:")
    return {"url": url, "address": address, "port": 443 if secure else 80, "tcp": connected(),
            "tls": tls(host) if secure else unmade("none", sni=None), "http": answer(401), **more}


def target(url, purpose, **more):
    scheme, rest = url.split("://")
    host = rest.split("/")[0]
    return {"url": url, "purpose": purpose, "root": url, "root_purpose": purpose, "found_in": None,
            "scheme": scheme, "host": host, "port": 443 if scheme == "https" else 80,
            "literal": host[0].isdigit(), "refused": None, **more}


def redirected(url, root, purpose="gitlab", status=301):
    return target(url, "redirect", root=root, root_purpose=purpose,
                  found_in=f"Location of {status}")


def name(host, address):
    return {"name": host, "server": "100.100.2.136:53", "kind": "A", "outcome": "answered",
            "rcode": 0, "addresses": [address], "aliases": [], "used": True, "took_us": 500,
            "tries": 1}


def exchange(url, path, rung, address, credentials="token", **more):
    return {"url": url, "path": path, "rung": rung, "address": address,
            "credentials": credentials, "http": answer(200), **more}


def gitlab(url=GITLAB, **more):
    return {"url": url, "address": GITLAB_IP, "is_gitlab": 1, "api": 1,
            "recognised_by": "JSON 401 of /api/v4/version",
            "version": "17.5.1", "token": "valid", "active": 1, "revoked": 0, "scopes": ["api"],
            "scopes_known": True, "expires": "2027-06-01", "expires_known": True,
            "username": "alice", "user_state": "active", "project": 200,
            "project_path": "group/app", "default_branch": "main",
            "clone_url": f"{url.rstrip('/')}/group/app.git", "lfs_enabled": 0, "lfs_urls": [],
            "submodules_read": 0, "submodules": [], "refs_plain": 401, "refs_basic": 200,
            "refs_read": 1, "head": "1" * 40, "references": 2, "pack_status": 200, "pack_us": 20000,
            "pack": 1, **more}


def maven(url=MAVEN, **more):
    return {"url": url, "address": MAVEN_IP, "kind": "nexus",
            "artifact": "commons-io:commons-io:2.11.0",
            "metadata": 200, "metadata_is_xml": True, "version_named": 1,
            "artifact_path": "/commons-io/commons-io/2.11.0/commons-io-2.11.0.jar",
            "artifact_status": 200, "artifact_us": 9000, "checksum": "sha1", "checksum_matches": 1,
            "checksum_given": "2" * 40, "checksum_seen": "2" * 40, **more}


def ladder():
    """All is well."""
    clone = f"{GITLAB}group/app.git"
    return section(
        source={"asked": "eth0", "binding": "device", "dev": "eth0", "address": SOURCE,
                "error": None},
        proxy_variables=[], trust_variables=[], trust="/usr/lib/ssl/certs", cacert=False,
        deep=False, name_servers=["100.100.2.136:53"], limits=[],
        names=[name("gitlab.corp.example", GITLAB_IP), name("maven.corp.example", MAVEN_IP)],
        targets=[target(GITLAB, "gitlab"), target(MAVEN, "maven"),
                 target(clone, "clone", root=GITLAB, root_purpose="gitlab",
                        found_in="http_url_to_repo")],
        attempts=[attempt(GITLAB, GITLAB_IP, "gitlab.corp.example"),
                  attempt(MAVEN, MAVEN_IP, "maven.corp.example",
                          http=page(200, "Index of /repository/maven-public/")),
                  attempt(clone, GITLAB_IP, "gitlab.corp.example",
                          http=page(302, None, location=f"{GITLAB}users/sign_in"))],
        hops=[], exchanges=[exchange(GITLAB, "/api/v4/version", "api", GITLAB_IP)],
        gitlab=[gitlab()], maven=[maven()], registry=[], experiments=[])


def plain():
    """The same by plain http, at GitLab."""
    made = json.loads(json.dumps(ladder()).replace(GITLAB, GITLAB.replace("https", "http")))
    for row in made["targets"]:
        if row["url"].startswith("http:"):
            row.update(scheme="http", port=80)
    for row in made["attempts"]:
        if row["url"].startswith("http:"):
            row.update(port=80, tls=unmade("none", sni=None))
    return made


def facts(endpoints, planned=None):
    return {"schema": "reachback.facts/1", "version": "0.1.0", "started": NOW, "took_ms": 900,
            "plan": planned or plan(),
            "host": section(name="vsw1", machine="0123456789abcdef", kernel="6.1.0",
                            netns="4026531840", netns_known_init=True, netns_is_init=True,
                            netns_name=None, uid=0, capabilities=["net_admin", "net_raw"],
                            container=None, forwarding=False, packet_filters=[]),
            "links": section(links=[]), "addresses": section(addresses=[]),
            "rules": section(rules=[]), "services": section(services=[]),
            "routes": section(classes=[], entries=[]), "neighbours": section(neighbours=[]),
            "sysctls": section(sysctls=[]), "xfrm": section(policies=[]),
            "counters": section(counters=[]), "listeners": section(listeners=[], published=[]),
            "configs": section(read=[], denied=[], configs=[]),
            "exceptions": section(exceptions=[]), "endpoints": endpoints}


def write(file, endpoints, expected, planned=None):
    lines = [f"{json.dumps(key)}: {json.dumps(value)}"
             for key, value in facts(endpoints, planned).items()]
    (FOLDER / f"{file}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (FOLDER / f"{file}.expect").write_text(expected + "\n")


def one(file, expected, change=None, planned=None):
    """`change` is told a copy of the good world."""
    world = copy.deepcopy(ladder())
    if change:
        world = change(world) or world
    write(file, world, expected, planned)


def pair(file, expected, sick, healthy=None, verdict="ready", planned=None):
    """`sick` and `healthy` change a copy of the good world; without `healthy` it is the twin."""
    one(file, expected, sick, planned)
    one(f"{file}-twin", verdict, healthy, planned)
