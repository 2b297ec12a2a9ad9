# SPDX-License-Identifier: Apache-2.0
"""
Operations of style ROA: told by method and path, parameters in the path, the query and a body of
JSON. None of them is documented for links; a world names some in `source_link`.
"""

import json
import re

import signature
from ask import Ask

JSON = "application/json; charset=utf-8"
# a body's keys with the types that they must have
TYPES = {"GitLabIp": str, "OtherIps": list, "Network": dict, "Purge": bool, "Ports": list}


def not_found():
    return signature.Refused(404, "InvalidAction.NotFound", "Specified api is not found, please "
                             "check your url and method.")


def _bad(name):
    return signature.Refused(400, f"InvalidParameter.{name}", f"{name} is not valid.")


def _body(request, call):
    if not request.body:
        return {}
    if request.headers.get("content-type") != JSON:
        call.complaints.append(f"a body of type {request.headers.get('content-type')}")
    try:
        body = json.loads(request.body)
    except ValueError as error:
        call.complaints.append(f"a body that is no JSON: {error}")
        raise _bad("Body") from error
    for name, value in body.items():
        if name not in TYPES or not isinstance(value, TYPES[name]):
            call.complaints.append(f"body: {name} is {value!r}")
            raise _bad(name)
    return body


def parameters(request, call, row):
    """As the operation reads them: those of the path, the query and the body, flat."""
    method, template = row.route
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
    match = re.fullmatch(pattern, request.path)
    if request.method != method or not match:
        call.complaints.append(f"{row.name} by {request.method} {request.path}")
        raise not_found()
    body = _body(request, call)
    network, others = body.pop("Network", {}), body.pop("OtherIps", [])
    call.parameters = {**match.groupdict(), **request.parameters, **network,
                       **{key: value for key, value in body.items() if isinstance(value, str)},
                       "OtherIps": ",".join(others)}
    return Ask(call.parameters)
