# SPDX-License-Identifier: Apache-2.0
"""Tests of the server itself: its eyes (signatures), its shapes (operations.json), its faults."""

import datetime
import email.utils
import http.client
import json
import pathlib
import re
import subprocess
import sys
import time

import actions
import signature
import world as worlds
from client import Client, signed_headers
from gateway import Request
from server import Server

HERE = pathlib.Path(__file__).resolve().parent
WORLDS = ("ecs", "slb", "alb", "datacenter", "transit", "full")
REGION = "cn-hangzhou"


def expect(what, seen, wanted):
    if seen != wanted:
        raise AssertionError(f"{what}: {seen!r}, expected {wanted!r}")


def vectors():
    lines = (HERE.parent / "unit" / "signature_vectors.jsonl").read_text().splitlines()
    expect("vectors", len(lines), 5)
    for line in lines:
        row = json.loads(line)
        headers = {**row["headers"], "authorization": row["auth"]}
        expect(row["name"], signature.authorization(
            "testAccessKeyId", "testAccessKeySecret", row["method"], row["path"], row["query"],
            row["headers"]), row["auth"])
        token = headers.get("x-acs-security-token")
        keys = {"testAccessKeyId": {"secret": "testAccessKeySecret", "token": token}}
        now = signature.parsed_date(headers["x-acs-date"])
        request = Request(row["method"], row["path"], row["query"], headers, row["body"].encode())
        expect(row["name"], signature.verify(request, keys, now, set()), "testAccessKeyId")


def published_vector():
    """The one that the vendor's page shows, and that no line of the file holds."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26", "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d", "x-acs-content-sha256":
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
    query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
             "RegionId": "cn-shanghai"}
    expect("signature", signature.authorization(
        "YourAccessKeyId", "YourAccessKeySecret", "POST", "/", query, headers)[-64:],
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def by_path():
    """Style ROA: what the path, the method, the body and its type protect."""
    world = worlds.load("ecs")
    world["source_link"] = {"create": "Make", "routes": {"create": ["PUT", "/i/{InstanceId}/l"]}}
    server = Server(world)
    client, now = Client(server), datetime.datetime.now(datetime.timezone.utc)
    good = {"GitLabIp": "192.168.2.10", "OtherIps": ["192.168.2.20"],
            "Network": {"VpcId": "vpc-bp1main", "VSwitchId": "vsw-bp1link"}}
    path, json_type = "/i/cri-bp1build/l", {"content-type": "application/json; charset=utf-8"}
    rows = [
        ("path", {"target": "/i/cri-bp1other/l"}, "SignatureDoesNotMatch"),
        ("method", {"method": "POST"}, "SignatureDoesNotMatch"),
        ("type", {"after": {"content-type": "text/plain"}}, "SignatureDoesNotMatch"),
        ("body", {"body": {**good, "GitLabIp": "192.168.2.99"}}, "IncompleteSignature"),
        ("another path", {"signed_path": "/l", "target": "/l"}, "InvalidAction.NotFound"),
        ("types", {"signed_body": {**good, "OtherIps": "192.168.2.20"}},
         "InvalidParameter.OtherIps"),
        ("none", {}, None),
    ]
    try:
        for what, row, code in rows:
            body = json.dumps(row.get("signed_body", good)).encode()
            headers = {**signed_headers(client.host, "cr", "Make", now, body), **json_type}
            headers["authorization"] = signature.authorization(
                client.key, client.secret, "PUT", row.get("signed_path", path), {}, headers)
            headers.update({"accept": "application/json", **row.get("after", {})})
            sent = json.dumps(row["body"]).encode() if "body" in row else body
            _, _, reply = client.send(row.get("method", "PUT"), row.get("target", path), headers,
                                      sent)
            expect(f"ROA {what}", json.loads(reply)["Code"], code or "success")
        expect("links", [link["InstanceId"] for link in
                         server.gateway.world["source_links"].values()], ["cri-bp1build"])
        status, reply = client.call("ecs", "DescribeSecurityGroups", RegionId=REGION)
        expect("style RPC", status, 200)
    finally:
        server.close()


def refusals():
    """Whatever is changed after signing is found, each with the vendor's code."""
    server = Server(worlds.load("ecs"))
    client, now = Client(server), datetime.datetime.now(datetime.timezone.utc)
    ask = {"RegionId": REGION}
    rows = [
        ("none", {}, 200, None),
        ("date", {"x_acs_date": "2026-01-01T00:00:00Z"}, 400, "InvalidTimeStamp.Expired"),
        ("old", {"now": now - datetime.timedelta(minutes=16)}, 400, "InvalidTimeStamp.Expired"),
        ("early", {"now": now + datetime.timedelta(minutes=16)}, 400, "InvalidTimeStamp.Expired"),
        ("in time", {"now": now - datetime.timedelta(minutes=14)}, 200, None),
        ("form of date", {"signed": {"x-acs-date": "yesterday"}}, 400, "InvalidTimeStamp.Format"),
        ("nonce", {"x_acs_signature_nonce": "1" * 32}, 400, "SignatureDoesNotMatch"),
        ("version", {"x_acs_version": "2014-05-15"}, 400, "SignatureDoesNotMatch"),
        ("unsigned", {"x_acs_more": "1"}, 400, "IncompleteSignature"),
        ("hash", {"x_acs_content_sha256": "0" * 64}, 400, "IncompleteSignature"),
        ("no signature", {"authorization": "ACS3-HMAC-SHA256 Credential=x"}, 400,
         "IncompleteSignature"),
        ("action", {"signed": {"x-acs-action": "Invent"}}, 404, "InvalidAction.NotFound"),
    ]
    for name, changes, status, code in rows:
        seen, _, body = client.request("ecs", "DescribeSecurityGroups", ask, **dict(changes))
        expect(name, (seen, json.loads(body).get("Code")), (status, code))
    for key, secret, code in (("nobody", "x", "InvalidAccessKeyId.NotFound"),
                              (None, "wrong", "SignatureDoesNotMatch")):
        status, reply = Client(server, key, secret).call("sts", "GetCallerIdentity")
        expect("key", reply["Code"], code)
    expect("missing", client.call("ecs", "DescribeSecurityGroupAttribute", RegionId=REGION)[1]["Code"],
           "MissingParameter.SecurityGroupId")
    server.close()


def nonce_and_session():
    server = Server(worlds.load("ecs"))
    client = Client(server)
    signed = {"x-acs-signature-nonce": "0123456789abcdef"}
    for code in (None, "SignatureNonceUsed"):
        _, _, body = client.request("sts", "GetCallerIdentity", signed=signed)
        expect("nonce", json.loads(body).get("Code"), code)
    _, reply = client.call("sts", "AssumeRole", RoleArn="acs:ram::1:role/reachback",
                           RoleSessionName="s", DurationSeconds=900)
    found = reply["Credentials"]
    role = Client(server, found["AccessKeyId"], found["AccessKeySecret"], found["SecurityToken"])
    expect("session", role.call("ecs", "DescribeInstances", RegionId=REGION)[0], 200)
    role.token = "another"
    expect("token", role.call("ecs", "DescribeInstances", RegionId=REGION)[1]["Code"],
           "InvalidSecurityToken.MismatchWithAccessKey")
    server.close()


def openssl_and_curl():
    """A client that shares not one line with us."""
    server = Server(worlds.load("ecs"))
    done = subprocess.run(
        ["sh", str(HERE / "curl_client.sh"), f"127.0.0.1:{server.server_port}",
         *next((key, row["secret"]) for key, row in server.gateway.world["keys"].items())],
        capture_output=True, text=True, check=False)
    expect(f"curl ({done.stderr})", json.loads(done.stdout)["RegionId"], REGION)
    server.close()


def _ids(world):
    """Parameters that make every operation answer."""
    first = lambda name, default="x": next(iter(world[name]), default)
    cen = first("cens")
    child = next(iter(world["cens"].get(cen, {"children": {"x": 0}})["children"]))
    balancer = first("load_balancers")
    return {
        "RegionId": world["region"], "SecurityGroupId": first("security_groups"),
        "PrefixListId": first("prefix_lists"), "PortRangeListId": first("port_lists"),
        "VpcId": "vpc-bp1main", "VSwitchId": "vsw-bp1link", "RouteTableId": "vtb-bp1main",
        "NetworkAclId": first("nacls"), "CenId": cen, "ChildInstanceId": child,
        "ChildInstanceType": "VPC", "ChildInstanceRegionId": world["region"],
        "TransitRouterRouteTableId": first("tr_tables"), "InstanceId": "cri-bp1build",
        "EndpointType": "internet", "RepoId": "crr-bp1app", "LoadBalancerId": balancer,
        "BuildRecordId": "3c1f5a72-0000-4000-8000-000000000001", "ListenerPort": "443",
        "AclId": first("acls", first("alb_acls")), "VServerGroupId": first("server_groups"),
        "ServerGroupId": first("server_groups"), "ListenerId": "lsn-bp1bp1edge443",
        "ZoneId": "z0build0registry", "RoleName": "reachback", "RoleSessionName": "s",
        "RoleArn": "acs:ram::1:role/reachback", "SourceId": "vsw-bp1link", "SourceType": "vsw",
        "NetworkReachableAnalysisId": "nra-0000000000000001", "VswitchId": "vsw-bp1link",
        "OIDCProviderArn": "acs:ram::1:oidc-provider/x", "OIDCToken": "test-oidc-token"}


TYPES = {"string": str, "bool": bool, "int32": int, "int64": int, "RouteItem": dict}


def _misfits(shape, value, path=""):
    """Fields that the vendor's listing does not have, or has with another type."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _misfits(shape, item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from _misfits(shape, item, path + "[]")
    else:
        # the listing writes one list as the string that it holds, and a map without its keys
        known = shape.get(path) or shape.get(path + "[]") or (
            "string" if re.sub(r"\.[^.]*$", "", path) in shape else None)
        if known is None:
            yield f"no field of the operation: {path}"
        elif not isinstance(value, TYPES.get(known, str)):
            yield f"{path} is {value!r}, not {known}"


def shapes():
    """Every operation answers in every world, with documented fields of documented types."""
    answered, wrong = set(), []
    for name in WORLDS:
        world = worlds.load(name)
        server, ids = Server(world), _ids(world)
        client = Client(server)
        for row in actions.ACTIONS.values():
            wanted = {key for key, kind in row.shape["request"].items() if kind.endswith("!")}
            extra = {"ServerGroupId"} & set(row.shape["request"])
            parameters = {key: ids[key] for key in wanted | extra if key in ids}
            if row.product == "alb" and "AclId" in parameters:
                parameters["AclId"] = next(iter(world["alb_acls"]), "x")
            if row.product == "alb" and "LoadBalancerId" in parameters:
                parameters["LoadBalancerId"] = next(iter(world["albs"]), "x")
            status, reply = client.call(row.product, row.name, **parameters)
            if status == 200:
                answered.add((row.product, row.name))
                if reply.get("IsSuccess") is not False:
                    wrong += [f"{row.product} {row.name} ({name}): {line}"
                              for line in _misfits(row.shape["response"], reply)]
        server.close()
    expect("misfits", sorted(set(wrong)), [])
    expect("never answered", sorted(set(actions.ACTIONS) - answered), [])


def pages():
    """Every paged operation hands out the same list in pages of one as in one page."""
    world = worlds.load("full")
    whole, single = Server(world), Server({**world, "faults": [{"lie": "small-pages"}]})
    for row in actions.ACTIONS.values():
        if row.paging is None:
            continue
        required = [key for key, kind in row.shape["request"].items() if kind.endswith("!")]
        parameters = {key: _ids(world)[key] for key in required}
        if row.product == "alb" and "AclId" in parameters:
            parameters["AclId"] = next(iter(world["alb_acls"]))
        lists = []
        for server in (whole, single):
            items, more = [], dict(parameters)
            for _ in range(200):
                _, reply = Client(server).call(row.product, row.name, **more)
                found = _listed(reply)
                items += found
                if row.paging.kind == "token":
                    more["NextToken"] = reply["NextToken"]
                    if not reply["NextToken"]:
                        break
                else:
                    if len(items) >= int(reply[row.paging.total]):
                        break
                    step = len(items) if row.paging.kind == "offset" else int(
                        more.get(row.paging.page, 1)) + 1
                    more[row.paging.page] = step
            lists.append(items)
        expect(f"{row.product} {row.name}", lists[1], lists[0])
    whole.close()
    single.close()


def _listed(reply):
    """The one list of a reply."""
    for value in reply.values():
        while isinstance(value, dict) and len(value) == 1:
            value = next(iter(value.values()))
        if isinstance(value, list):
            return value
    return []


def faults():
    """Cut at each byte, late, throttled, refused by permission, skewed, answer lost."""
    link = {"InstanceId": "cri-bp1build", "VpcId": "vpc-bp1main", "VswitchId": "vsw-bp1link",
            "ModuleName": "Chart"}
    world = worlds.load("ecs", {
        "deny": ["ecs:DescribeInst*"], "clock_skew": 120,
        "faults": [{"action": "GetCallerIdentity", "cut": 40, "times": 1},
                   {"action": "GetCallerIdentity", "status": 429, "code": "Throttling.User",
                    "retry_after_ms": 70, "times": 1},
                   {"action": "CreateInstanceVpcEndpointLinkedVpc", "cut": 0, "times": 1}]})
    server = Server(world)
    client = Client(server)
    try:
        client.call("sts", "GetCallerIdentity")
        expect("cut", "an answer", "none")
    except (http.client.HTTPException, OSError, ValueError):
        pass
    status, headers, _ = client.request("sts", "GetCallerIdentity")
    expect("throttled", (status, headers["x-acs-retry-after"]), (429, "70"))
    status, headers, _ = client.request("sts", "GetCallerIdentity")
    ahead = email.utils.parsedate_to_datetime(headers["Date"]) - datetime.datetime.now(
        datetime.timezone.utc)
    expect("skew", (status, 110 < ahead.total_seconds() < 130), (200, True))
    status, reply = client.call("ecs", "DescribeInstances", RegionId=REGION)
    expect("denied", (status, reply["Code"]), (403, "Forbidden.RAM"))
    try:
        client.call("cr", "CreateInstanceVpcEndpointLinkedVpc", **link)
        expect("lost", "an answer", "none")
    except (http.client.HTTPException, OSError):
        pass
    _, reply = client.call("cr", "GetInstanceVpcEndpoint", InstanceId="cri-bp1build",
                           ModuleName="Chart")
    expect("made", [row["Status"] for row in reply["LinkedVpcs"]], ["CREATING"])
    client.call("cr", "GetInstanceVpcEndpoint", InstanceId="cri-bp1build", ModuleName="Chart")
    _, reply = client.call("cr", "CreateInstanceVpcEndpointLinkedVpc", **link)
    expect("twice", reply["IsSuccess"], False)
    server.close()


def metadata():
    server = Server(worlds.load("ecs", {"metadata": {"tokens": "required", "role": "reachback"}}))
    client = Client(server)
    get = lambda path, **headers: client.send(
        "GET", f"/latest/{path}", {key.replace("_", "-"): value for key, value in headers.items()})
    expect("plain", get("meta-data/instance-id")[0], 403)
    put = {"X-aliyun-ecs-metadata-token-ttl-seconds": "60"}
    status, _, token = client.send("PUT", "/latest/api/token", put)
    key = {"X_aliyun_ecs_metadata_token": token.decode()}
    expect("token", (status, get("meta-data/instance-id", **key)[2]), (200, b"i-bp1probe"))
    expect("folder", get("meta-data/network/interfaces/macs/", **key)[2], b"00:16:3e:01:02:03/")
    role = json.loads(get("meta-data/ram/security-credentials/reachback", **key)[2])
    session = Client(server, role["AccessKeyId"], role["AccessKeySecret"], role["SecurityToken"])
    expect("role", session.call("sts", "GetCallerIdentity")[0], 200)
    status, _, _ = client.send("PUT", "/latest/api/token", {**put, "X-Forwarded-For": "1.2.3.4"})
    expect("forwarded", status, 403)
    server.close()


TESTS = [vectors, published_vector, by_path, refusals, nonce_and_session, openssl_and_curl, shapes, pages,
         faults, metadata]


def main():
    failed = 0
    for test in TESTS:
        started = time.monotonic()
        try:
            test()
            print(f"ok cloud server {test.__name__} ({time.monotonic() - started:.1f} s)")
        except Exception as error:  # one test's end is not the others'
            failed += 1
            print(f"FAIL cloud server {test.__name__}: {error!r}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
