# SPDX-License-Identifier: Apache-2.0
"""
Container Registry 2018-12-01, and the two operations of source links that a scenario may publish.
Failures of this product come with status 200: the body says IsSuccess false and a code.
"""

import time

from ask import Listing


class Failed(Exception):
    """The operation answers with this code in a reply of status 200."""


def _instance(world, ask):
    row = world["registry"].get(ask.get("InstanceId"))
    if row is None or row["RegionId"] != world["region"]:
        raise Failed("INSTANCE_NOT_EXIST")
    return row


def _repository(world, ask):
    found = _instance(world, ask)["repositories"]
    row = found.get(ask.get("RepoId"))
    if row is None and ask.get("RepoName"):
        for name, other in found.items():
            if ask.fits(other, ("RepoName", "RepoNamespaceName")):
                return name, other
    if row is None:
        raise Failed("REPO_NOT_EXIST")
    return ask.get("RepoId"), row


def _shown(name, row):
    return {"InstanceId": name, "CreateTime": 1795000000000, "ModifiedTime": 1795000000000,
            **{key: row[key] for key in ("InstanceName", "InstanceStatus", "InstanceSpecification",
                                         "InstanceIssue", "ResourceGroupId")}}


def instance(world, ask):
    return _shown(ask.get("InstanceId"), _instance(world, ask))


def instances(world, ask):
    return Listing("Instances", [
        {**_shown(name, row), "RegionId": row["RegionId"], "CreateTime": "1795000000000",
         "ModifiedTime": "1795000000000"}
        for name, row in sorted(world["registry"].items())
        if ask.fits(row, ("InstanceName", "InstanceStatus")) and row["RegionId"] == world["region"]])


def usage(world, ask):
    found = {}
    for name, (quota, used) in _instance(world, ask)["usage"].items():
        found[f"{name}Quota"], found[f"{name}Usage"] = str(quota), str(used)
    return found


def _settle(world, endpoint):
    """A link that is being made is there after `polls` looks, with a record of its name."""
    for link in endpoint["LinkedVpcs"]:
        if link.get("polls", 0) > 0:
            link["polls"] -= 1
            if link["polls"] == 0:
                link["Status"] = "RUNNING"
    return [{key: value for key, value in link.items() if key != "polls"}
            for link in endpoint["LinkedVpcs"]]


def vpc_endpoint(world, ask):
    module = ask.get("ModuleName") or "Registry"
    row = _instance(world, ask)["vpc"].get(module)
    if row is None:
        raise Failed("INSTANCE_ACCESS_NOT_EXIST")
    return {"Enable": row["Enable"], "Domains": row["Domains"], "ModuleName": module,
            "LinkedVpcs": _settle(world, row)}


def _internet(row):
    found = row["internet"]
    return {"Enable": found["Enable"], "AclEnable": found["AclEnable"], "Status": "RUNNING",
            "AclEntries": [{"Entry": entry, "Comment": ""} for entry in found["AclEntries"]],
            "Domains": [{"Domain": name, "Type": "SYSTEM"} for name in found["Domains"]]}


def endpoint(world, ask):
    return _internet(_instance(world, ask))


def endpoints(world, ask):
    row = _instance(world, ask)
    module = row["vpc"].get(ask.get("ModuleName") or "Registry", {"Domains": [], "LinkedVpcs": []})
    internet = _internet(row)
    internet["AclEntries"] = [{"Entry": entry["Entry"]} for entry in internet["AclEntries"]]
    vpc = {"EndpointType": "vpc", "Enable": True, "Status": "RUNNING", "AclEnable": False,
           "AclEntries": [], "Domains": [{"Domain": name, "Type": "SYSTEM"}
                                         for name in module["Domains"]],
           "LinkedVpcs": [{"VpcId": link["VpcId"]} for link in module["LinkedVpcs"]]}
    return {"Endpoints": [{"EndpointType": "internet", "LinkedVpcs": [], **internet}, vpc]}


def _repository_shown(ask, name, row):
    return {"RepoId": name, "InstanceId": ask.get("InstanceId"), "CreateTime": 1795000000000,
            "ModifiedTime": 1795000000000, "TagImmutability": False, "ResourceGroupId": "",
            **{key: row[key] for key in ("RepoName", "RepoNamespaceName", "RepoStatus",
                                         "RepoBuildType", "RepoType", "Summary")}}


def repository(world, ask):
    name, row = _repository(world, ask)
    return {**_repository_shown(ask, name, row), "Detail": ""}


def repositories(world, ask):
    status = ask.get("RepoStatus", "ALL") or "ALL"
    return Listing("Repositories", [
        _repository_shown(ask, name, row)
        for name, row in sorted(_instance(world, ask)["repositories"].items())
        if ask.fits(row, ("RepoName", "RepoNamespaceName")) and
        status in ("ALL", row["RepoStatus"])])


def source(world, ask):
    name, row = _repository(world, ask)
    if not row.get("source"):
        raise Failed("REPO_SOURCE_REPO_NOT_EXIST")
    return {"RepoId": name, **row["source"]}


def build_rules(world, ask):
    _, row = _repository(world, ask)
    return Listing("BuildRules", [{"DestArtifactType": "IMAGE", **rule} for rule in row["rules"]])


def build_records(world, ask):
    _, row = _repository(world, ask)
    image = {"ImageTag": "latest", "RepoId": ask.get("RepoId"), "RepoName": row["RepoName"],
             "RepoNamespaceName": row["RepoNamespaceName"]}
    return Listing("BuildRecords", [
        {**{key: build[key] for key in ("BuildRecordId", "BuildStatus", "StartTime", "EndTime")},
         "Image": image} for build in row["builds"]])


def _build(world, ask):
    for row in _instance(world, ask)["repositories"].values():
        for build in row["builds"]:
            if build["BuildRecordId"] == ask.get("BuildRecordId"):
                return build
    raise Failed("BUILD_RECORD_NOT_EXIST")


def build_status(world, ask):
    return {"BuildStatus": _build(world, ask)["BuildStatus"].lower()}


def build_log(world, ask):
    return Listing("BuildRecordLogs", [
        {"BuildStage": stage, "LineNumber": number + 1, "Message": line}
        for number, (stage, line) in enumerate(_build(world, ask)["log"])])


def storage_rule(world, ask):
    domain = _instance(world, ask)["vpc"]["Registry"]["Domains"]
    return {"RuleId": "crasr-bp1one", "Success": True, "CreateTime": 1795000000000,
            "ModifyTime": 1795000000000, "Routes": [
                {"InstanceDomain": name, "EndpointType": "vpc", "StorageDomain":
                 f"{ask.get('InstanceId')}-registry.oss-{world['region']}-internal.aliyuncs.com"}
                for name in domain]}


def token(world, ask):
    _instance(world, ask)
    return {"TempUsername": "cr_temp_user", "AuthorizationToken": world.get("registry_token", "x"),
            "ExpireTime": 1795003600000}


def create_linked_vpc(world, ask):
    row = _instance(world, ask)
    module = ask.get("ModuleName") or "Registry"
    found = row["vpc"].setdefault(module, {"Enable": True, "Domains": [], "LinkedVpcs": []})
    vpc, vswitch = ask.get("VpcId"), ask.get("VswitchId")
    if vswitch not in world["vswitches"] or world["vswitches"][vswitch]["VpcId"] != vpc:
        raise Failed("VSWITCH_NOT_EXIST")
    if any(link["VpcId"] == vpc for link in found["LinkedVpcs"]):
        raise Failed("INSTANCE_VPC_ENDPOINT_LINKED_VPC_ALREADY_EXIST")
    quota, used = row["usage"]["Vpc"]
    if used >= quota:
        raise Failed("INSTANCE_VPC_ENDPOINT_LINKED_VPC_QUOTA_EXCEED")
    row["usage"]["Vpc"] = [quota, used + 1]
    address = world["vswitches"][vswitch]["CidrBlock"].rsplit(".", 1)[0] + ".101"
    found["LinkedVpcs"].append({
        "VpcId": vpc, "VswitchId": vswitch, "Ip": address, "Status": "CREATING",
        "DefaultAccess": False, "Issue": "", "polls": world.get("polls", 2)})
    if ask.get("EnableCreateDNSRecordInPvzt") == "true":
        world["zones"][f"z{len(world['zones'])}{module.lower()}"] = {
            "ZoneName": (found["Domains"] or ["unnamed"])[0], "ZoneType": "AUTH_ZONE",
            "BindVpcs": [{"VpcId": vpc, "RegionId": world["region"], "VpcName": ""}],
            "records": [{"Rr": "@", "Type": "A", "Value": address, "Status": "ENABLE", "Ttl": 60}]}
    return {}


def delete_linked_vpc(world, ask):
    row = _instance(world, ask)
    found = row["vpc"].get(ask.get("ModuleName") or "Registry", {"LinkedVpcs": []})
    kept = [link for link in found["LinkedVpcs"]
            if (link["VpcId"], link["VswitchId"]) != (ask.get("VpcId"), ask.get("VswitchId"))]
    if len(kept) == len(found["LinkedVpcs"]):
        raise Failed("INSTANCE_VPC_ENDPOINT_LINKED_VPC_NOT_EXIST")
    found["LinkedVpcs"] = kept
    row["usage"]["Vpc"][1] -= 1
    return {}


def create_source_link(world, ask):
    """
    No vendor's page describes it: a scenario's world names the operation in `source_link`. What
    comes of it is documented: a managed group and an interface on the vSwitch.
    """
    _instance(world, ask)
    number = len(world["source_links"]) + 1
    name = f"crl-bp1link{number}"
    allowed = [word for word in (ask.get("GitLabIp"), *ask.get("OtherIps").split(",")) if word]
    vswitch = world["vswitches"].get(ask.get("VSwitchId"))
    if vswitch is None:
        raise Failed("VSWITCH_NOT_EXIST")
    world["source_links"][name] = {"LinkId": name, "Status": "RUNNING", **ask.parameters,
                                   "made": time.monotonic()}
    group, eni = f"sg-bp1managed{number}", f"eni-bp1managed{number}"
    world["security_groups"][group] = {
        "SecurityGroupName": "acr-managed", "SecurityGroupType": "normal", "ServiceManaged": True,
        "ServiceID": 1, "VpcId": vswitch["VpcId"], "InnerAccessPolicy": "Drop",
        "rules": [f"out accept TCP 1/65535 {address}/32 1" for address in allowed]
        + ["out drop ALL -1/-1 0.0.0.0/0 100", "in drop ALL -1/-1 0.0.0.0/0 1"]}
    world["enis"][eni] = {
        "InstanceId": "", "Type": "Secondary", "PrivateIpAddress": vswitch["CidrBlock"].rsplit(
            ".", 1)[0] + f".{200 + number}", "SecurityGroupIds": [group], "ServiceManaged": True,
        "ServiceID": 1, "VpcId": vswitch["VpcId"], "VSwitchId": ask.get("VSwitchId"),
        "ZoneId": vswitch["ZoneId"]}
    return {"LinkId": name}


def list_source_links(world, ask):
    _instance(world, ask)
    latest = time.monotonic() - world["source_link"].get("lag_ms", 0) / 1000
    return {"Links": [{key: value for key, value in link.items() if key != "made"}
                      for link in world["source_links"].values() if link.get("made", 0) <= latest]}
