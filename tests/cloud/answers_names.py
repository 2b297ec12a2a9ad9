# SPDX-License-Identifier: Apache-2.0
"""PrivateZone 2018-01-01, RAM 2015-05-01, STS 2015-04-01 and NIS 2021-12-16."""

from ask import Listing, own

EXPIRATION = "2099-01-01T00:00:00Z"


def _zone(name, row):
    return {"ZoneId": name, "ZoneName": row["ZoneName"], "ZoneType": row.get("ZoneType", "AUTH_ZONE"),
            "Creator": row.get("Creator", "USER"), "RecordCount": len(row["records"]),
            "IsPtr": False, "ProxyPattern": "ZONE", "Remark": "", "ResourceGroupId": "",
            "DnsGroup": "NORMAL_ZONE", "DnsGroupChanging": False,
            "CreateTime": "2026-03-01T08:00Z", "UpdateTime": "2026-03-01T08:00Z"}


def zones(world, ask):
    keyword, exact = ask.get("Keyword"), ask.get("SearchMode") == "EXACT"
    items = []
    for name, row in sorted(world["zones"].items()):
        bound = [vpc["VpcId"] for vpc in row["BindVpcs"]]
        fits = keyword == row["ZoneName"] if exact else keyword in row["ZoneName"]
        if ((not keyword or fits) and ask.get("QueryVpcId") in ("", *bound) and
                ask.get("ZoneType") in ("", row.get("ZoneType", "AUTH_ZONE"))):
            items.append(_zone(name, row))
    return Listing("Zones.Zone", items)


def _own_zone(world, ask):
    return own(world["zones"], ask.get("ZoneId"), "Zone.NotExists", "zone")


def zone_info(world, ask):
    row = _own_zone(world, ask)
    return {**_zone(ask.get("ZoneId"), row), "BindVpcs": {"Vpc": row["BindVpcs"]},
            "BindEdgeDnsClusters": {"EdgeDnsCluster": []}, "SlaveDns": False}


def zone_records(world, ask):
    keyword, exact = ask.get("Keyword"), ask.get("SearchMode") == "EXACT"
    row = _own_zone(world, ask)
    return Listing("Records.Record", [
        {"RecordId": number + 1, "Line": "default", "Remark": "", "ZoneId": ask.get("ZoneId"),
         "Weight": 1, "Priority": 0, **record}
        for number, record in enumerate(row["records"])
        if not keyword or (keyword == record["Rr"] if exact else keyword in record["Rr"])])


def role(world, ask):
    name = ask.get("RoleName")
    row = own(world["roles"], name, "EntityNotExist.Role", "role")
    return {"Role": {"RoleName": name, "RoleId": "3001", "Description": row["Description"],
                     "Arn": f"acs:ram::{world['account']}:role/{name.lower()}",
                     "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": 3600,
                     "CreateDate": "2026-03-01T08:00:00Z", "UpdateDate": "2026-03-01T08:00:00Z"}}


def caller(world, ask):
    account = str(world["account"])
    return {"AccountId": account, "Arn": f"acs:ram::{account}:user/reachback", "RoleId": "",
            "IdentityType": "RAMUser", "PrincipalId": "2001", "UserId": "2001"}


def assume_role(world, ask):
    """The keys of the role are let in from now on."""
    name = ask.get("RoleArn").rpartition("/")[2]
    row = own(world["roles"], name, "EntityNotExist.Role", "role")
    if ask.number("DurationSeconds", 3600) < 900:
        own({}, "", "InvalidParameter.DurationSeconds", "duration")
    world["keys"][row["AccessKeyId"]] = {
        "secret": row["AccessKeySecret"], "token": row["SecurityToken"]}
    return {"AssumedRoleUser": {"Arn": f"{ask.get('RoleArn')}/{ask.get('RoleSessionName')}",
                                "AssumedRoleId": "3001:session"},
            "Credentials": {key: row[key] for key in ("AccessKeyId", "AccessKeySecret",
                                                      "SecurityToken")} | {"Expiration": EXPIRATION}}


def assume_role_oidc(world, ask):
    if ask.get("OIDCToken") != world.get("oidc_token", "test-oidc-token"):
        own({}, "", "AuthenticationFail.OIDCToken.Invalid", "token")
    return {**assume_role(world, ask), "OIDCTokenInfo": {"Subject": "s", "Issuer": "i",
                                                         "ClientIds": "c"}}


def create_path(world, ask):
    name = f"nra-{len(world['paths']) + 1:016d}"
    world["paths"][name] = dict(ask.parameters)
    return {"NetworkReachableAnalysisId": name, "Protocol": ask.get("Protocol", "tcp"),
            **{key: ask.get(key) for key in ("SourceId", "SourceType", "TargetId", "TargetType",
                                             "TargetIpAddress", "SourceIpAddress", "SourcePort",
                                             "TargetPort")}}


def path(world, ask):
    own(world["paths"], ask.get("NetworkReachableAnalysisId"), "ResourceNotFound", "analysis")
    return {"NetworkReachableAnalysisId": ask.get("NetworkReachableAnalysisId"),
            "NetworkReachableAnalysisStatus": "finish", "AliUid": world["account"],
            "Reachable": world.get("reachable", True), "NetworkReachableAnalysisResult": "{}",
            "CreateTime": "2026-03-01T08:00:00Z", "NetworkPathId": "", "NetworkPathParameter": "{}"}
