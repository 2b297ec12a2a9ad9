# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of TLS and of the first answer: one defect a file, each with a healthy twin."""

from ladder import (GITLAB, GITLAB_IP, MAVEN, MAVEN_IP, answer, attempt, certificate, connected,
                    one, page, pair, plain, plan, redirected, silent, tls, unmade)

HOST = "gitlab.corp.example"
PRIVATE = {"chain_system": 20, "chain_error": "unable to get local issuer certificate", "depth": 0}
PRIVATE_CHAIN = [certificate(HOST, issuer="CN=Corp Issuing"),
                 certificate("x", subject="CN=Corp Issuing", issuer="CN=Corp Root", names=[])]
PLAIN = plan(gitlab={"url": "http://gitlab.corp.example", "access": "datacenter",
                     "username": "alice", "project": "group/app"})


def gitlab_tls(made):
    """GitLab's handshake is `made`; so is that of its clone URL, which is the same site."""
    def change(world):
        for row in world["attempts"]:
            if HOST in row["url"]:
                row["tls"] = made
                if not made["certificates"]:
                    row["http"] = silent("untried")
        if made["outcome"] != "done" or not made["name_matches"] or made["chain_system"]:
            without_climb(world)
    return change


def without_climb(world):
    """Nothing above the first answer was asked of GitLab."""
    world["targets"] = world["targets"][:2]
    world["attempts"] = world["attempts"][:2]
    world["exchanges"] = []
    world["gitlab"] = [{"url": world["targets"][0]["url"], "token": "untried"}]


def gitlab_answer(made):
    def change(world):
        world["attempts"][0]["http"] = made
        without_climb(world)
    return change


def clone_answer(more):
    def change(world):
        clone, = (row for row in world["attempts"] if row["url"].endswith(".git"))
        clone["http"] = answer(200, body="git", **more)
    return change


def maven_answer(made):
    def change(world):
        world["attempts"][1]["http"] = made
        world["maven"][0] = {"url": MAVEN, "artifact": "commons-io:commons-io:2.11.0"}
    return change


def given(**more):
    return {**PRIVATE, "chain_given": 0, "certificates": PRIVATE_CHAIN, **more}


def certificates():
    fail = "not-ready "
    own = certificate(HOST, issuer=f"CN={HOST}", self_issued=True, self_signed=True)
    pair("tls01-self-signed", fail + "TLS-01", gitlab_tls(tls(
        HOST, chain_system=18, chain_error="self-signed certificate", depth=0,
        certificates=[own])))
    pair("tls02-private-authority", fail + "TLS-02",
         gitlab_tls(tls(HOST, **PRIVATE, certificates=PRIVATE_CHAIN)))
    # its issuer is known and need not be sent: what is wrong is something else
    pair("tls02-not-for-servers", fail + "TLS-02", gitlab_tls(tls(
        HOST, chain_system=26, chain_error="unsuitable certificate purpose", depth=0,
        certificates=[certificate(HOST)])))
    pair("tls02-only-by-cacert", "ready-with-risks TLS-02",
         lambda world: gitlab_trusted(world, tls(HOST, **given())),
         lambda world: gitlab_trusted(world, tls(HOST, chain_given=20)))
    pair("tls03-issuer-not-sent", fail + "TLS-02 TLS-03",
         gitlab_tls(tls(HOST, **PRIVATE, certificates=[certificate(HOST)])))
    old = certificate(HOST, not_after="2026-11-19T00:00:00Z")
    pair("tls04-expired", fail + "TLS-04", gitlab_tls(tls(
        HOST, chain_system=10, chain_error="certificate has expired", depth=0,
        certificates=[old])))
    pair("tls04-private-and-expired", fail + "TLS-02 TLS-04",
         gitlab_tls(tls(HOST, **given(chain_given=10, certificates=[old]))))
    early = certificate(HOST, not_before="2026-11-21T00:00:00Z")
    pair("tls04-not-valid-yet", fail + "TLS-04", gitlab_tls(tls(
        HOST, chain_system=9, chain_error="certificate is not yet valid", depth=0,
        certificates=[early])))
    pair("tls04-clocks-differ", "ready-with-risks TLS-04", server_date("2028"),
         server_date("2026"))
    other = certificate("other.example")
    pair("tls05-other-name", fail + "TLS-05",
         gitlab_tls(tls(HOST, name_matches=False, certificates=[other])))
    pair("tls05-self-signed-other-name", fail + "TLS-01 TLS-05", gitlab_tls(tls(
        HOST, name_matches=False, chain_system=18, certificates=[
            certificate("other.example", issuer="CN=other.example", self_issued=True)])))
    pair("tls12-revocation-unlisted", "ready-with-risks TLS-12",
         revocation(["ocsp.example"], False), revocation(["ocsp.example"], True))
    pair("tls12-revocation-listed", "ready-with-risks TLS-12",
         revocation(["192.0.2.80"], False), revocation([MAVEN_IP], False))


def gitlab_trusted(world, made):
    for row in world["attempts"]:
        if HOST in row["url"]:
            row["tls"] = made
    world["cacert"] = True


def server_date(year):
    def change(world):
        world["attempts"][0]["http"]["date"] = f"Fri, 20 Nov {year} 12:00:00 GMT"
    return change


def revocation(hosts, stapled):
    def change(world):
        for row in world["attempts"]:
            row["tls"]["certificates"][0] = {**row["tls"]["certificates"][0], "ocsp_hosts": hosts}
            row["tls"]["stapled"] = stapled
    return change


def handshakes():
    fail = "not-ready "
    pair("tls06-name-unknown", fail + "TLS-06", gitlab_tls(unmade("alert", sni=HOST, alert=112)))
    pair("tls06-or-version", fail + "TLS-06 TLS-07",
         gitlab_tls(unmade("alert", sni=None, alert=80)))
    pair("tls06-works-nameless", fail + "TLS-06", nameless(1), nameless(None))
    pair("tls07-no-version", fail + "TLS-07", gitlab_tls(unmade("alert", sni=HOST, alert=70)))
    pair("tls07-refused-here", fail + "TLS-07",
         gitlab_tls(unmade("failed", sni=HOST, error="unsupported protocol")))
    pair("tls07-closed-midway", fail + "TLS-07",
         gitlab_tls(unmade("closed", sni=HOST, received=1200)))
    pair("gl25-closed-at-once", fail + "GL-25", gitlab_tls(unmade("closed", sni=HOST)))
    for file, cause, seen in CLOSERS:
        pair(f"{file}-upon-hello", fail + cause,
             closed_by(gitlab_tls(unmade("closed", sni=HOST)), seen))
    pair("tls08-certificate-wanted", fail + "TLS-08",
         gitlab_tls({**tls(HOST, alert=116, certificate_wanted=True), "outcome": "alert"}))
    pair("tls08-by-alert-40", fail + "TLS-08",
         gitlab_tls(unmade("alert", sni=HOST, alert=40, certificate_wanted=True)))
    pair("tls08-by-status-400", fail + "TLS-08", wanted(400), wanted(401))
    pair("tls08-by-reset", fail + "TLS-08", wanted("empty"), wanted(401))
    # TLS 1.3: the alert behind the handshake is what libcurl calls malformed
    pair("tls08-by-alert-after-the-handshake", fail + "TLS-08", wanted("malformed"), wanted(401))
    pair("tls11-plain-on-443", fail + "TLS-11",
         gitlab_tls(unmade("not-tls", sni=HOST, spoken="HTTP/1.1 400 Bad Request")))
    pair("tls11-tls-on-80", fail + "TLS-11", asked_plainly(page(
        400, "400 The plain HTTP request was sent to HTTPS port", wants_tls=True)),
        asked_plainly(None), "ready-with-risks TLS-11", PLAIN)
    pair("tls11-tls-record-on-80", fail + "TLS-11", asked_plainly(
        silent("malformed", spoken="\\x15\\x03\\x01", wants_tls=True)),
        asked_plainly(None), "ready-with-risks TLS-11", PLAIN)
    for file, cause, succeeded in (("tls11-shakes-hands-on-80", "TLS-11", 1),
                                   ("gl25-closed-to-tls-as-well", "GL-25", 0)):
        pair(file, fail + cause, instead(succeeded), asked_plainly(None),
             "ready-with-risks TLS-11", PLAIN)
    pair("gl24-silent-in-handshake", fail + "GL-24",
         gitlab_tls(unmade("timed-out", sni=HOST, error="handshake 2.5 s")))
    pair("dep14-silent-in-handshake", fail + "DEP-14", maven_unmade("timed-out"))
    pair("dep14-closed-at-once", fail + "DEP-14", maven_unmade("closed"))


# Reset upon the first bytes alone: time to live of the answer to a SYN, and of that RST.
CLOSERS = (("ec05-reset-nearer", "EC-05", (61, 63)), ("gl25-reset-by-target", "GL-25", (61, 61)),
           ("gl25-or-ec05-reset", "EC-05 GL-25", ()))


def closed_by(ended, seen):
    def change(world):
        ended(world)
        world["experiments"] = [
            {"url": GITLAB, "address": GITLAB_IP, "port": 443, "kind": kind, "value": value,
             "tried": 1, "succeeded": succeeded, "reached": None, "detail": None}
            for kind, value, succeeded in (("reset-idle", 0, 0), *(
                (kind, value, 1) for kind, value in zip(("answer-ttl", "reset-ttl"), seen)))]
    return change


def nameless(succeeded):
    def change(world):
        if succeeded is None:
            return
        gitlab_tls(unmade("alert", sni=HOST, alert=80))(world)
        world["experiments"] = [{"url": GITLAB, "address": GITLAB_IP, "port": 443,
                                 "kind": "no-sni", "value": 0, "tried": 1,
                                 "succeeded": succeeded, "reached": "tls", "detail": None}]
    return change


def instead(succeeded):
    """Plain HTTP ends without a word; then TLS was tried on the same port."""
    def change(_):
        world = asked_plainly(silent("empty"))(None)
        world["experiments"] = [{"url": world["targets"][0]["url"], "address": GITLAB_IP,
                                 "port": 80, "kind": "tls-instead", "value": 0, "tried": 1,
                                 "succeeded": succeeded, "reached": "tls" if succeeded else "tcp",
                                 "detail": None}]
        return world
    return change


def wanted(status):
    def change(world):
        gitlab_trusted(world, tls(HOST, certificate_wanted=True))
        world["cacert"] = False
        if status == 400:
            gitlab_answer(page(400, "400 No required SSL certificate was sent"))(world)
        elif isinstance(status, str):
            gitlab_answer(silent(status, error="Recv failure: Connection reset by peer"))(world)
    return change


def asked_plainly(made):
    def change(_):
        world = plain()
        if made:
            gitlab_answer(made)(world)
        return world
    return change


def maven_unmade(outcome):
    def change(world):
        world["attempts"][1].update(tls=unmade(outcome, sni="maven.corp.example"),
                                    http=silent("untried"))
        world["maven"][0] = {"url": MAVEN, "artifact": "commons-io:commons-io:2.11.0"}
    return change


def answers():
    fail = "not-ready "
    for file, cause, made in (
            ("gl04-no-api-here", "GL-04", page(404, "404 Not Found")),
            ("gl11-source-refused", "GL-11", page(403, "403 Forbidden")),
            ("gl13-bad-gateway", "GL-13", page(502, "502 Bad Gateway")),
            ("gl23-login-page", "GL-23", page(200, "Sign in", login=True)),
            ("gl23-proxy-answers", "GL-23", page(503, "ERROR", server="squid/5.7")),
            ("gl23-login-before", "GL-23", page(401, "401", authenticate="Basic realm=\"x\"")),
            ("gl24-never-answers", "GL-24", silent("timed-out", limit="request 3.0 s")),
            ("gl24-drips", "GL-24", {**answer(200), "outcome": "slow", "limit": "request 3.0 s"}),
            ("gl25-cut", "GL-25", {**answer(200), "outcome": "cut", "length": 1000}),
            ("gl25-empty", "GL-25", silent("empty", error="Empty reply from server")),
            ("gl25-malformed", "GL-25", silent("malformed", spoken="220 ftp.example")),
            ("gl25-header-too-large", "GL-25", silent("too-large")),
            ("gl25-redirect-nowhere", "GL-25", page(302, None))):
        pair(file, fail + cause, gitlab_answer(made))
    for file, cause, seen in CLOSERS:
        pair(f"{file}-upon-request", fail + cause, closed_by(gitlab_answer(silent("empty")), seen))
    # so much of a body is read and no more: its beginning is an answer all the same
    long = {"outcome": "too-large", "received": 262145, "length": 333000}
    pair("gl23-page-longer-than-read", fail + "GL-23",
         gitlab_answer({**page(200, "Sign in", login=True), **long}))
    one("ok-references-longer-than-read", "ready", clone_answer(long))
    limited = page(429, "Retry later", retry_after="60")
    pair("gl12-rate-limited", "ready-with-risks GL-12", limited_once(limited))
    for file, cause, made in (
            ("dep07-anonymous-off", "DEP-07", page(401, "401", authenticate="Basic")),
            ("dep13-login-page", "DEP-13", page(200, "Sign in", login=True)),
            ("dep14-bad-gateway", "DEP-14", page(502, "502 Bad Gateway")),
            ("dep14-never-answers", "DEP-14", silent("timed-out", limit="request 3.0 s"))):
        pair(file, fail + cause, maven_answer(made))
    one("ok-maven-base-forbidden", "ready", maven_base(403))
    one("ok-maven-base-not-there", "ready", maven_base(404))
    redirects()


def limited_once(made):
    """Only the first answer: what was asked later was answered."""
    def change(world):
        world["attempts"][0]["http"] = made
    return change


def maven_base(status):
    def change(world):
        world["attempts"][1]["http"] = page(status, str(status))
    return change


def redirects():
    circle = page(301, None, location=f"{GITLAB}api/v4/version")

    def endless(world):
        gitlab_answer(circle)(world)
        there = f"{GITLAB}api/v4/version"
        world["targets"].append(redirected(there, GITLAB))
        world["attempts"].append(attempt(there, GITLAB_IP, HOST, http=circle))

    def to_login(world):
        gitlab_answer(page(302, None, location=f"{GITLAB}users/sign_in"))(world)
        there = f"{GITLAB}users/sign_in"
        world["targets"].append(redirected(there, GITLAB))
        world["attempts"].append(attempt(there, GITLAB_IP, HOST, http=page(200, "Sign in")))

    def path_too_many(world):
        to_login(world)
        world["gitlab"] = [{"url": GITLAB, "address": GITLAB_IP, "is_gitlab": 1, "api": None,
                            "relative_root": "/", "recognised_by": "JSON 401 of /api/v4/version"}]

    # GitLab leads from what is none of its paths to its sign-in page
    pair("gl04-path-too-many", "not-ready GL-04", path_too_many)
    pair("gl05-endless-redirect", "not-ready GL-05", endless)
    pair("gl23-redirect-to-login", "not-ready GL-23", to_login)

    def to_https(tcp, made):
        def change(_):
            world = plain()
            without_climb(world)
            there = f"{GITLAB}api/v4/version"
            world["attempts"][0]["http"] = page(301, None, location=there)
            world["targets"].append(redirected(there, world["targets"][0]["url"]))
            world["attempts"].append(attempt(there, GITLAB_IP, HOST, tcp=tcp, **made))
            return world
        return change

    closed = {"outcome": "timed-out", "error": "ETIMEDOUT", "retransmissions": 1}
    pair("gl02-https-closed", "not-ready GL-02",
         to_https(closed, {"tls": unmade("untried"), "http": silent("untried")}),
         to_https(connected(), {}), planned=PLAIN,
         # the token goes to the plan's own origin alone, which is the one that redirects
         verdict="undetermined")


certificates()
handshakes()
answers()
