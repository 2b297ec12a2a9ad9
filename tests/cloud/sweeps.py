# SPDX-License-Identifier: Apache-2.0
"""
What is tried for every operation, byte or habit of a gateway, not for one planted cause: each
permission removed, each lie about pages, answers cut short, throttled, late, in other types.

A sweep is a function of the options that yields (label, work); work returns what was wrong.
"""

import copy
import functools
import ipaddress
import json
import pathlib
import subprocess

import actions
import key_canary
import oracle
import paging
import program
import rows

KINDS = ("ecs", "slb", "datacenter", "transit")
# A world of each kind in which much fails, and in which what the healthy one lacks is to be read:
# what fails there must not turn into well.
BROKEN = {kind: json.loads((pathlib.Path(__file__).parent / "broken" / f"{kind}.json").read_text())
          for kind in (*KINDS, "alb")}

# Scenarios in which a second place decides what a first one means; by kind.
DECIDED_TWICE = {
    "datacenter": ("two-vpcs-behind-one-data-center",), "transit": ("peer-with-many-routes",),
    "ecs": ("vswitch-of-another-network", "acl-unlisted"),
}


@functools.cache
def _planted():
    return {name: row.runs[0] for name, row in rows.load().items()}


def world_of(kind, broken):
    """A run of the healthy world, of the broken one, or of the scenario of that name."""
    if isinstance(broken, str):
        return copy.deepcopy(_planted()[broken])
    return healthy(kind, BROKEN[kind] if broken else None)


def healthy(kind, patch=None):
    row = rows.scenario(kind, {"world": kind, "causes": ""})
    run = row.runs[0]
    run.world = rows.worlds.merged(run.world, patch or {})
    return run


def ask(options, label, run, arguments=()):
    folder = pathlib.Path(options.scratch) / label.replace(" ", "-").replace("*", "all")
    return program.Program(options.program, folder).live(run, arguments)


def by_subject(answer):
    found = {}
    for finding in answer.findings:
        found.setdefault(finding["code"], set()).add(finding["status"])
    return found


def first(options, kind, broken=False):
    """(answer, operations asked) of the world without the sweep's fault; asked once."""
    with options.lock:
        if (kind, broken) not in options.firsts:
            run = world_of(kind, broken)
            answer, gateway = ask(options, f"first {kind} {broken}", run)
            options.firsts[kind, broken] = answer, sorted({
                (call.product, call.action) for call in gateway.journal
                if (call.product, call.action) in actions.ACTIONS})
        return options.firsts[kind, broken]


# They say how asking went, not what was seen.
ABOUT_CALLS = ("cloud-calls-unthrottled", "cloud-credentials-accepted")


def unsound(before, after, may_fail=()):
    """Differences that not having seen something cannot make."""
    may_fail = (*may_fail, *ABOUT_CALLS)
    old, new = by_subject(before), by_subject(after)
    for code, statuses in sorted(new.items()):
        was = old.get(code, set())
        if "fail" in statuses and "fail" not in was and code not in may_fail:
            yield f"{code} fails and did not"
        if statuses == {"pass"} and was & {"fail", "warn"} and code not in ABOUT_CALLS:
            yield f"{code} passes and did not"
        if "warn" in statuses and not was & {"warn", "fail"} and code not in may_fail:
            yield f"{code} warns and did not"
    if before.verdict == "not-ready" and after.verdict in ("ready", "ready-with-risks"):
        yield f"the verdict is {after.verdict}"


def _denied(options, kind, broken, product, name):
    before, _ = first(options, kind, broken)
    permission = actions.ACTIONS[product, name].ram
    run = world_of(kind, broken)
    run.world["deny"] = [permission]
    after, gateway = ask(options, f"deny {kind} {broken} {permission.replace(':', '-')}", run)
    wrong = list(unsound(before, after))
    if not any(call.code for call in gateway.journal):
        wrong.append("it was not asked")
    if not any(call["permission"] == permission and call["outcome"] == "denied"
               for call in after.calls):
        wrong.append("no call of the facts names it")
    unknown = [found for found in after.findings if found["status"] == "unknown"]
    if unknown and not any(permission in str(found) for found in unknown):
        wrong.append("no unknown names the permission")
    return wrong


def deny_each(options):
    """Each permission removed in turn, in a healthy and in a broken world, and where two decide."""
    for kind in (*KINDS, "alb"):
        for broken in (False, True, *DECIDED_TWICE.get(kind, ())):
            word = broken if isinstance(broken, str) else "broken" if broken else "healthy"
            _, seen = first(options, kind, broken)
            for product, name in seen:
                if kind == "alb" and product not in ("alb", "nlb"):
                    continue  # as in the world of a classic one
                label = f"{kind} {word} {product}:{name}"
                yield label, functools.partial(_denied, options, kind, broken, product, name)
    yield "all of them", functools.partial(_all_were_denied, options)


def _all_were_denied(options):
    """Every action of the policy that the program prints was asked in one of the worlds."""
    policy = json.loads(subprocess.run([options.program, "docs", "ram-policy"], check=True,
                                       capture_output=True, text=True).stdout)
    wanted = {word for row in policy["Statement"] for word in row["Action"]}
    seen = {actions.ACTIONS[one].ram for kind in (*KINDS, "alb") for broken in (False, True)
            for one in first(options, kind, broken)[1]}
    return [f"{word} was asked in no world" for word in sorted(wanted - seen)]


def _all_denied(options, kind, deny, code=None):
    before, _ = first(options, kind)
    run = healthy(kind)
    run.world["deny"] = deny
    if code:
        run.world["deny_code"] = code
    after, _ = ask(options, f"deny {kind} {'-'.join(deny)} {code}".replace(":", "-"), run)
    wrong = list(unsound(before, after))
    if after.verdict != "undetermined":
        wrong.append(f"the verdict is {after.verdict}")
    return wrong


def deny_all(options):
    """Nothing permitted at all, and each word that a product may say it with."""
    for kind in KINDS:
        yield f"{kind} all", functools.partial(_all_denied, options, kind, ["*"])
    for product in ("ecs", "vpc", "cr"):
        yield f"ecs {product}", functools.partial(_all_denied, options, "ecs", [f"{product}:*"])
    for code in ("Forbidden", "Forbidden.RAM", "NoPermission", "NoPrivilege", "Forbidden.NotAuthorized",
                 "AccessDenied"):
        yield f"ecs word {code}", functools.partial(_all_denied, options, "ecs", ["*"], code)


def _same(options, kind, label, patch, broken=False):
    before, _ = first(options, kind, broken)
    run = healthy(kind, BROKEN[kind] if broken else None)
    run.world = rows.worlds.merged(run.world, copy.deepcopy(patch))
    after, gateway = ask(options, f"{label} {kind} {broken}", run)
    wrong = []
    if after.essence() != before.essence():
        wrong.append(f"says otherwise: {sorted(set(after.essence()) ^ set(before.essence()))[:4]}")
    return wrong + gateway.complaints()[:3]


def quirks_each(options):
    """Other types, more fields, pages of one: nothing of it changes what is said."""
    for kind in KINDS:
        for broken in (False, True):
            for word in ("numbers-as-strings", "strings-as-numbers", "bools-as-strings",
                         "more-fields", "nulls"):
                yield f"{kind} {broken} {word}", functools.partial(
                    _same, options, kind, f"quirk {word}", {"quirks": [word]}, broken)
            for lie in paging.LIES[:2]:
                yield f"{kind} {broken} {lie}", functools.partial(
                    _same, options, kind, f"page {lie}", {"faults": [{"lie": lie}]}, broken)


def _recovers(options, kind, label, fault):
    return _same(options, kind, label, {"faults": [fault]})


def recover_each(options):
    """What a retry mends: one cut at each place, one late, throttled or failed answer of each call."""
    places = [*range(0, 40, 4), 60, 100, 140, 180, 220, 260, 300, 400]
    for place in places:
        yield f"cut at {place}", functools.partial(
            _recovers, options, "ecs", f"cut once {place}", {"cut": place, "times": 3})
    for status, code in ((429, "Throttling.User"), (400, "Throttling"), (503, "ServiceUnavailable"),
                         (500, "InternalError"), (502, "BadGateway"), (504, "GatewayTimeout")):
        for kind in ("ecs", "transit"):
            fault = {"status": status, "code": code, "times": 2, "retry_after_ms": 50}
            yield f"{kind} {status} {code}", functools.partial(
                _recovers, options, kind, f"once {status} {code}", fault)
    yield "late", functools.partial(_recovers, options, "ecs", "late", {"late_ms": 150})
    yield "drip", functools.partial(_recovers, options, "ecs", "drip", {"drip_ms": 1, "times": 1})
    yield "reset", functools.partial(_recovers, options, "ecs", "reset", {"reset": True, "cut": 0,
                                                                        "times": 2})


def _saved(options, kind, label, patch):
    before, _ = first(options, kind)
    run = healthy(kind, patch)
    folder = pathlib.Path(options.scratch) / f"saved {label} {kind}".replace(" ", "-")
    after = program.Program(options.program, folder).saved_by_itself(run)
    if after.essence() != before.essence():
        return [f"says otherwise: {sorted(set(after.essence()) ^ set(before.essence()))[:4]}"]
    return []


def save_each(options):
    """What `collect` saves says the same later: in one piece, in pages, after a second try."""
    for kind in KINDS:
        yield f"{kind} as it is", functools.partial(_saved, options, kind, "plain", {})
        yield f"{kind} in pages", functools.partial(_saved, options, kind, "pages",
                                                    {"faults": [{"lie": paging.LIES[0]}]})
        yield f"{kind} throttled once", functools.partial(
            _saved, options, kind, "throttled", {"faults": [
                {"status": 429, "code": "Throttling.User", "times": 2, "retry_after_ms": 50}]})


def _undecided(options, kind, label, fault, broken=False, patch=None):
    """A fault that no retry mends: what was not seen is neither well nor wrong."""
    before, _ = first(options, kind, broken)
    run = healthy(kind, BROKEN[kind] if broken else None)
    run.world = rows.worlds.merged(run.world, {"faults": [fault], **(patch or {})})
    after, _ = ask(options, f"{label} {kind} {broken}", run)
    wrong = list(unsound(before, after))
    if not fault.get("lie") and after.verdict != "undetermined" and not broken:
        wrong.append(f"the verdict is {after.verdict}")
    return wrong


def fail_each(options):
    """Every answer cut at a place, garbage, or failed for good; every kind of lie about pages."""
    for place in (0, 1, 12, 60, 150, 240, 330):
        yield f"cut at {place} for good", functools.partial(
            _undecided, options, "ecs", f"cut {place}", {"cut": place})
    for body in ("", "{", "[]", "null", "\"x\"", "{}x", "{\"Code\": 5}", "<html>proxy</html>",
                 "{\"a\":" * 200 + "1" + "}" * 200):
        yield f"body {body[:20]}", functools.partial(
            _undecided, options, "ecs", f"body {len(body)} {abs(hash(body)) % 9999}", {"body": body})
    for status, code in ((500, "InternalError"), (503, "ServiceUnavailable"), (400, "InvalidParameter"),
                         (429, "Throttling.User"), (404, "InvalidAction.NotFound")):
        yield f"{status} {code} for good", functools.partial(
            _undecided, options, "ecs", f"always {status}", {"status": status, "code": code})
    for kind in KINDS:
        for broken in (False, True):
            for lie in paging.LIES[2:]:
                yield f"{kind} {broken} pages {lie}", functools.partial(
                    _undecided, options, kind, f"lie {lie}", {"lie": lie}, broken)


RANDOM_GROUPS = 60


def _random(options, seed):
    run = healthy("ecs", oracle.random_patch(seed))
    address = int(ipaddress.IPv4Address("192.168.2.10"))
    wanted = oracle.refused(run.world, ["sg-bp1gitlab", "sg-bp1more"], address, 443) / oracle.SIZE
    answer, _ = ask(options, f"random {seed}", run)
    seen = answer.shares().get("192.168.2.10:443")
    if seen != wanted:
        return [f"share {seen}, brute force says {wanted}"]
    if (answer.verdict == "not-ready") != (wanted > 0):
        return [f"share {wanted}, but {answer.verdict}"]
    return []


def random_groups(options):
    """Random groups, against brute force over the vendor's words."""
    for seed in range(RANDOM_GROUPS):
        yield str(seed), functools.partial(_random, options, seed)


SWEEPS = {function.__name__.replace("_", "-"): function
          for function in (deny_each, deny_all, quirks_each, recover_each, save_each,
                           fail_each, random_groups, key_canary.canary_each,
                           key_canary.reply_canary_each)}
