# SPDX-License-Identifier: Apache-2.0
"""SLB 2014-05-15, NLB 2022-04-30 and ALB 2020-06-16: balancers, listeners, ACLs, health."""

from ask import Listing, own, region

CONFIG = {"tcp": "TCPListenerConfig", "udp": "UDPListenerConfig", "http": "HTTPListenerConfig",
          "https": "HTTPSListenerConfig"}


def _clb(world, name, row):
    return {"LoadBalancerId": name, "RegionId": region(world, row), "AddressIPVersion": "ipv4",
            "MasterZoneId": "cn-hangzhou-i", "SlaveZoneId": "cn-hangzhou-h", "Bandwidth": 5120,
            "PayType": "PayOnDemand", "CreateTime": "2026-03-01T08:00Z", "RegionIdAlias": "",
            **{key: row[key] for key in ("Address", "AddressType", "LoadBalancerStatus", "NetworkType",
                                         "VpcId", "VSwitchId", "LoadBalancerName")}}


def balancers(world, ask):
    return Listing("LoadBalancers.LoadBalancer", [
        _clb(world, name, row) for name, row in sorted(world["load_balancers"].items())
        if ask.get("LoadBalancerId") in ("", name) and
        ask.fits(row, ("Address", "AddressType", "VpcId", "VSwitchId", "NetworkType",
                       "LoadBalancerStatus"))])


def _balancer(world, ask):
    return own(world["load_balancers"], ask.get("LoadBalancerId"), "InvalidLoadBalancerId.NotFound",
               "LoadBalancerId")


def balancer_attribute(world, ask):
    row = _balancer(world, ask)
    ports = [{"ListenerPort": listener["ListenerPort"],
              "ListenerProtocol": listener["ListenerProtocol"], "Description": "",
              "ListenerForward": listener.get("ListenerForward", "off")}
             for listener in row["listeners"]]
    old = [{"ListenerPort": port["ListenerPort"], "ListenerProtocal": port["ListenerProtocol"]}
           for port in ports]
    shown = _clb(world, ask.get("LoadBalancerId"), row)
    return {**{key: shown[key] for key in (
        "LoadBalancerId", "Address", "AddressType", "AddressIPVersion", "LoadBalancerStatus",
        "NetworkType", "VpcId", "VSwitchId")},
            "ListenerPorts": {"ListenerPort": [port["ListenerPort"] for port in ports]},
            "ListenerPortsAndProtocol": {"ListenerPortAndProtocol": ports},
            "ListenerPortsAndProtocal": {"ListenerPortAndProtocal": old},
            "BackendServers": {"BackendServer": [{"Description": "", **server}
                                                 for server in row["backends"]]}}


def _acl_fields(listener):
    found = listener.get("AclId", "")
    shown = {"AclStatus": listener.get("AclStatus", "off"), "AclType": listener.get("AclType", "")}
    return {**shown, "AclId": found}, found.split(",") if found else []


def listeners(world, ask):
    wanted = ask.repeated("LoadBalancerId")
    items = []
    for name, row in sorted(world["load_balancers"].items()):
        for listener in row["listeners"]:
            protocol = listener["ListenerProtocol"]
            if (wanted and name not in wanted or
                    not ask.fits(listener, ("ListenerPort", "ListenerProtocol"))):
                continue
            acl, ids = _acl_fields(listener)
            config = {"HealthCheck": listener.get("HealthCheck", "on")}
            if protocol == "http":
                config["ListenerForward"] = listener.get("ListenerForward", "off")
                if "ForwardPort" in listener:
                    config["ForwardPort"] = listener["ForwardPort"]
            items.append({
                "LoadBalancerId": name, "ListenerPort": listener["ListenerPort"],
                "ListenerProtocol": protocol, "Status": listener["Status"], **acl, "AclIds": ids,
                "BackendServerPort": listener.get("BackendServerPort", 0), "Bandwidth": -1,
                "Description": "", "Scheduler": "wrr",
                "VServerGroupId": listener.get("VServerGroupId", ""), CONFIG[protocol]: config})
    return Listing("Listeners", items)


def _listener(world, ask, protocol):
    for listener in _balancer(world, ask)["listeners"]:
        if (str(listener["ListenerPort"]) == ask.get("ListenerPort") and
                listener["ListenerProtocol"] == protocol):
            return listener
    return own({}, "", "InvalidParameter", "listener")


def _attribute(protocol):
    def answer(world, ask):
        listener = _listener(world, ask, protocol)
        acl, ids = _acl_fields(listener)
        shown = {"ListenerPort": listener["ListenerPort"], "Status": listener["Status"], **acl,
                 "AclIds": {"AclId": ids}, "BackendServerPort": listener.get("BackendServerPort", 0),
                 "HealthCheck": listener.get("HealthCheck", "on"), "Bandwidth": -1,
                 "LoadBalancerId": ask.get("LoadBalancerId"), "Scheduler": "wrr",
                 "VServerGroupId": listener.get("VServerGroupId", ""), "Description": ""}
        if protocol == "http":
            shown["ListenerForward"] = listener.get("ListenerForward", "off")
        return shown
    return answer


tcp_listener, udp_listener = _attribute("tcp"), _attribute("udp")
http_listener, https_listener = _attribute("http"), _attribute("https")


def acl_attribute(world, ask):
    name = ask.get("AclId")
    row = own(world["acls"], name, "InvalidParameter.AclId", "AclId")
    return {"AclId": name, "AclName": row.get("AclName", ""), "ResourceGroupId": "",
            "AddressIPVersion": "ipv4", "TotalAclEntry": len(row["entries"]),
            "AclEntrys": {"AclEntry": [{"AclEntryIP": entry, "AclEntryComment": ""}
                                       for entry in row["entries"]]},
            "RelatedListeners": {"RelatedListener": []}}


def health(world, ask):
    row = _balancer(world, ask)
    found = []
    for listener in row["listeners"]:
        if ask.get("ListenerPort") not in ("", str(listener["ListenerPort"])):
            continue
        for server, state in listener.get("health", {}).items():
            address = next((backend.get("ServerIp", "") for backend in row["backends"]
                            if backend["ServerId"] == server), "")
            found.append({
                "ServerId": server, "ServerIp": address, "ServerHealthStatus": state,
                "Port": listener.get("BackendServerPort", 0), "Type": "ecs", "EniHost": "",
                "ListenerPort": listener["ListenerPort"],
                "Protocol": listener["ListenerProtocol"]})
    return {"BackendServers": {"BackendServer": found}}


def vserver_group(world, ask):
    name = ask.get("VServerGroupId")
    row = own(world["server_groups"], name, "InvalidParameter", "VServerGroupId")
    return {"VServerGroupId": name, "VServerGroupName": "", "LoadBalancerId": row["LoadBalancerId"],
            "BackendServers": {"BackendServer": [{"Description": "", "Type": "ecs", **server}
                                                 for server in row["servers"]]}}


def _mappings(row, fields):
    return [{"VSwitchId": row["VSwitchId"], "ZoneId": row.get("ZoneId", "cn-hangzhou-i"),
             "Status": "Active", "LoadBalancerAddresses": [fields(address)]}
            for address in row["Addresses"]]


def nlbs(world, ask):
    vpcs, ids = ask.repeated("VpcIds"), ask.repeated("LoadBalancerIds")
    return Listing("LoadBalancers", [
        {"LoadBalancerId": name, "LoadBalancerStatus": row.get("Status", "Active"),
         "LoadBalancerBusinessStatus": row.get("BusinessStatus", "Normal"), "LoadBalancerType": "Network", "VpcId": row["VpcId"],
         "LoadBalancerName": "", "AddressType": row.get("AddressType", "Intranet"),
         "RegionId": region(world, row), "DNSName": f"{name}.cn-hangzhou.nlb.aliyuncs.com",
         "SecurityGroupIds": row.get("SecurityGroupIds", []), "CrossZoneEnabled": True,
         "ZoneMappings": _mappings(row, lambda address: {
             "PrivateIPv4Address": address, "EniId": row.get("EniId", "eni-bp1nlb"),
             "PrivateIPv4HcStatus": "Healthy"})}
        for name, row in sorted(world["nlbs"].items())
        if (not vpcs or row["VpcId"] in vpcs) and (not ids or name in ids)])


def _rows(world, ask, collection):
    ids, balancers_wanted = ask.repeated("ListenerIds"), ask.repeated("LoadBalancerIds")
    for name, row in sorted(world[collection].items()):
        for listener in row.get("listeners", []):
            shown = {"LoadBalancerId": name, "ListenerStatus": "Running", "ListenerDescription": "",
                     "ListenerId": f"lsn-bp1{name[4:]}{listener['ListenerPort']}",
                     "IdleTimeout": 900, **listener}
            if ((not ids or shown["ListenerId"] in ids) and
                    (not balancers_wanted or name in balancers_wanted) and
                    ask.fits(shown, ("ListenerProtocol", "ListenerId"))):
                yield shown


def _visible(shown):
    return {key: value for key, value in shown.items()
            if key not in ("unhealthy", "AclConfig", "rules", "check", "action")}


def nlb_listeners(world, ask):
    return Listing("Listeners", [
        {"StartPort": "0", "EndPort": "0", "RegionId": world["region"], "Cps": 0, "Mss": 0,
         "ProxyProtocolEnabled": False, **_visible(shown)}
        for shown in _rows(world, ask, "nlbs")])


def _health(world, ask, collection, named):
    return Listing("ListenerHealthStatus", [
        {"ListenerId": shown["ListenerId"], "ListenerPort": shown["ListenerPort"],
         "ListenerProtocol": shown["ListenerProtocol"], "ServerGroupInfos": [{
             "ServerGroupId": shown.get("ServerGroupId", ""), **named,
             "NonNormalServers": [
                 {"ServerId": server["ServerId"], "ServerIp": server["ServerIp"],
                  "Port": server["Port"], "Status": server.get("Status", "Unhealthy"),
                  "Reason": {"ReasonCode": "CONNECT_TIMEOUT"}}
                 for server in shown.get("unhealthy", [])]}]}
        for shown in _rows(world, ask, collection)])


def nlb_health(world, ask):
    return _health(world, ask, "nlbs", {"HeathCheckEnabled": True})


def _alb_infos(shown):
    """Of a listener, or of one of its rules: only what forwards to a group is in it."""
    if not shown.get("ServerGroupId"):
        return []
    return [{"ServerGroupId": shown["ServerGroupId"], "ActionType": "ForwardGroup",
             "HealthCheckEnabled": shown.get("check", "on"),
             "NonNormalServers": [{"Status": "Unhealthy", "Reason": {"ReasonCode": "CONNECT_TIMEOUT"},
                                   **server} for server in shown.get("unhealthy", [])]}]


def alb_health(world, ask):
    own(world["albs"], *_of_listener(world, ask))
    found = list(_rows(world, ask, "albs"))
    rules = [rule for shown in found for rule in shown.get("rules", [])]
    return Listing("ListenerHealthStatus", [
        {"ListenerId": shown["ListenerId"], "ListenerPort": shown["ListenerPort"],
         "ListenerProtocol": shown["ListenerProtocol"], "ServerGroupInfos": _alb_infos(shown)}
        for shown in found], {"RuleHealthStatus": [
            {"RuleId": f"rule-bp1{number}", "ServerGroupInfos": _alb_infos(rule)}
            for number, rule in enumerate(rules)]} if ask.get("IncludeRule") == "true" else {})


def _of_listener(world, ask):
    name = next((shown["LoadBalancerId"] for shown in _rows(world, ask, "albs")), "")
    return name, "ResourceNotFound.Listener", "listener"


def group_servers(world, ask):
    found = [(name, row) for name, row in sorted(world["server_groups"].items())
             if ask.get("ServerGroupId") in ("", name)]
    return Listing("Servers", [
        {"ServerGroupId": name, "ServerType": "Ecs", "Status": "Available", "Weight": 100,
         "Description": "", "ZoneId": "cn-hangzhou-i", **server}
        for name, row in found for server in row["servers"]])


def _alb(world, name, row):
    return {"LoadBalancerId": name, "LoadBalancerStatus": row.get("Status", "Active"),
            "LoadBalancerBussinessStatus": row.get("BusinessStatus", "Normal"), "VpcId": row["VpcId"], "LoadBalancerName": "",
            "AddressType": row.get("AddressType", "Intranet"), "LoadBalancerEdition": "Standard",
            "DNSName": f"{name}.cn-hangzhou.alb.aliyuncs.com", "AddressAllocatedMode": "Fixed",
            "SecurityGroupIds": row.get("SecurityGroupIds", [])}


def albs(world, ask):
    vpcs, ids = ask.repeated("VpcIds"), ask.repeated("LoadBalancerIds")
    return Listing("LoadBalancers", [
        _alb(world, name, row) for name, row in sorted(world["albs"].items())
        if (not vpcs or row["VpcId"] in vpcs) and (not ids or name in ids)])


def alb_attribute(world, ask):
    name = ask.get("LoadBalancerId")
    row = own(world["albs"], name, "ResourceNotFound.LoadBalancer", "load balancer")
    return {**_alb(world, name, row), "RegionId": region(world, row), "AddressIpVersion": "IPv4",
            "ZoneMappings": _mappings(row, lambda address: {
                "Address": address, "IntranetAddress": address,
                "IntranetAddressHcStatus": "Healthy"})}


def _actions(shown):
    if not shown.get("ServerGroupId"):
        return [{"Type": "Redirect"}]
    return [{"Type": "ForwardGroup", "ForwardGroupConfig": {"ServerGroupTuples": [
        {"ServerGroupId": shown.get("ServerGroupId", "")}]}}]


def alb_listeners(world, ask):
    return Listing("Listeners", [
        {**{key: value for key, value in _visible(shown).items() if key != "ServerGroupId"},
         "RequestTimeout": 60, "DefaultActions": _actions(shown)}
        for shown in _rows(world, ask, "albs")])


def alb_listener(world, ask):
    for shown in _rows(world, ask, "albs"):
        return {**{key: shown[key] for key in ("ListenerId", "ListenerPort", "ListenerProtocol",
                                               "ListenerStatus", "LoadBalancerId")},
                "AclConfig": shown.get("AclConfig", {}), "DefaultActions": _actions(shown)}
    return own({}, "", "ResourceNotFound.Listener", "listener")


def alb_acl(world, ask):
    row = own(world["alb_acls"], ask.get("AclId"), "ResourceNotFound.Acl", "ACL")
    return Listing("AclEntries", [
        {"Entry": entry, "Description": "", "Status": row.get("Status", "Available")}
        for entry in row["entries"]])
