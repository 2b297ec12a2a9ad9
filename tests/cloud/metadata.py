# SPDX-License-Identifier: Apache-2.0
"""The metadata service of an instance, as 100.100.100.200 speaks it: hardened mode and plain."""

import json

TTL = "x-aliyun-ecs-metadata-token-ttl-seconds"
TOKEN = "x-aliyun-ecs-metadata-token"


def _tree(world):
    """Every path below /latest/ with its text; folders list what is in them."""
    found = world["metadata"]
    leaves = {f"meta-data/{key}": value for key, value in found["items"].items()}
    for mac, items in found["interfaces"].items():
        for key, value in items.items():
            leaves[f"meta-data/network/interfaces/macs/{mac}/{key}"] = value
    if found.get("role"):
        leaves[f"meta-data/ram/security-credentials/{found['role']}"] = json.dumps({
            "Code": "Success", "LastUpdated": "2026-03-01T08:00:00Z", **_session(world, found["role"])})
    items = found["items"]
    leaves["dynamic/instance-identity/document"] = json.dumps({
        key: items.get(key, "") for key in ("instance-id", "region-id", "zone-id", "private-ipv4",
                                            "owner-account-id", "mac")})
    return leaves


def _session(world, role):
    row = world["roles"][role]
    return {"AccessKeyId": row["AccessKeyId"], "AccessKeySecret": row["AccessKeySecret"],
            "SecurityToken": row["SecurityToken"], "Expiration": "2099-01-01T00:00:00Z"}


def _folder(leaves, path):
    below = [name[len(path):] for name in leaves if name.startswith(path)]
    names = {word.split("/")[0] + ("/" if "/" in word else "") for word in below}
    return "\n".join(sorted(names)) if below else None


class Metadata:
    def __init__(self, world):
        self.world, self.tokens = world, set()

    def answer(self, request):
        """(status, text)"""
        found = self.world["metadata"]
        if not found["enabled"] or "foreign" in found:
            return 200 if "foreign" in found else 403, found.get("foreign", "")
        if request.path == "/latest/api/token":
            return self._token(request)
        known = request.headers.get(TOKEN)
        if known is not None and known not in self.tokens:
            return 401, "Unauthorized"
        if known is None and found["tokens"] == "required":
            return 403, "Forbidden"
        if request.method != "GET":
            return 405, "Method Not Allowed"
        return self._item(request.path)

    def _token(self, request):
        ttl = request.headers.get(TTL, "")
        if request.method != "PUT":
            return 405, "Method Not Allowed"
        if "x-forwarded-for" in request.headers or self.world["metadata"].get("no_token"):
            return 403, "Forbidden"
        if not ttl.isdigit() or not 1 <= int(ttl) <= 21600:
            return 400, "Bad Request"
        token = f"TestMetadataToken{len(self.tokens):04d}=="
        self.tokens.add(token)
        return 200, token

    def _item(self, path):
        leaves = _tree(self.world)
        name = path.removeprefix("/latest/")
        if name in leaves:
            if name.startswith("meta-data/ram/security-credentials/"):
                self.credentials(self.world["metadata"]["role"])
            return 200, leaves[name]
        text = _folder(leaves, name if name.endswith("/") else name + "/")
        return (404, "") if text is None else (200, text)

    def credentials(self, role):
        """Keys of the role, which are let in from now on."""
        found = _session(self.world, role)
        self.world["keys"][found["AccessKeyId"]] = {
            "secret": found["AccessKeySecret"], "token": found["SecurityToken"]}
        return found
