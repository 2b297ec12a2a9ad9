# SPDX-License-Identifier: Apache-2.0
"""
One gateway: takes a request, checks it as the vendor does (signature, nonce, date, permission,
parameters), lets the operation answer out of the world, plants the faults of a scenario, and writes
a journal of what it was asked. What a client should not have done is a complaint in the journal,
also where a real gateway would have let it pass.
"""

import copy
import dataclasses
import datetime
import fnmatch
import json
import threading
import time
import urllib.parse
import uuid

import actions
import paging
import quirks
import roa
import signature
from answers_cr import Failed
from ask import Ask, Listing
from metadata import Metadata

# Refusals that a client must expect; others mean that it built its request wrongly.
EXPECTED = ("InvalidAccessKeyId", "InvalidTimeStamp.Expired", "InvalidSecurityToken",
            "SignatureDoesNotMatch")


@dataclasses.dataclass
class Request:
    method: str
    path: str
    parameters: dict
    headers: dict
    body: bytes
    product: str = ""  # that the endpoint's address belongs to; "" where one serves all


@dataclasses.dataclass
class Reply:
    status: int
    body: bytes
    headers: dict
    fault: dict = dataclasses.field(default_factory=dict)  # what the wire does to it


@dataclasses.dataclass
class Call:
    """A line of the journal."""

    number: int
    product: str
    action: str
    parameters: dict
    key: str = ""
    status: int = 0
    code: str = ""
    nonce: str = ""
    fault: str = ""
    reply: object = None
    at: float = 0.0  # of a clock that only goes on
    complaints: list = dataclasses.field(default_factory=list)


class Gateway:
    """`world` is the server's own copy: creating changes it."""

    def __init__(self, world):
        self.world = copy.deepcopy(world)
        self.lock = threading.Lock()
        self.nonces, self.seen, self.journal = set(), {}, []
        self.metadata = Metadata(self.world)

    def now(self):
        skew = datetime.timedelta(seconds=self.world["clock_skew"])
        return datetime.datetime.now(datetime.timezone.utc) + skew

    def complaints(self):
        return [f"{call.product} {call.action}: {word}"
                for call in self.journal for word in call.complaints]

    def serve(self, request):
        """The reply to one request; never raises."""
        with self.lock:
            call = Call(len(self.journal) + 1, request.product, "", dict(request.parameters),
                        at=time.monotonic())
            self.journal.append(call)
            if request.path.startswith("/latest/"):
                return self._metadata(request, call)
            if request.path == "/credentials":
                return self._credentials(call)
            return self._operation(request, call)

    def _metadata(self, request, call):
        call.product, call.action = "metadata", f"{request.method} {request.path}"
        status, text = self.metadata.answer(request)
        fault = self._fault(call)
        if "status" in fault:
            status, text = fault["status"], fault.get("body", "")
        call.status, call.reply = status, text
        if request.product not in ("", "metadata"):
            call.complaints.append(f"metadata was asked of {request.product}")
        return Reply(status, text.encode(), {"Content-Type": "text/plain"}, fault)

    def _credentials(self, call):
        """What ALIBABA_CLOUD_CREDENTIALS_URI points at."""
        call.product, call.action, call.status = "uri", "GET", 200
        return Reply(200, json.dumps(self.metadata.credentials("reachback")).encode(),
                     {"Content-Type": "application/json"})

    def _operation(self, request, call):
        headers = request.headers
        if request.parameters.get("Action") == "AssumeRoleWithOIDC":  # not signed, named in the query
            headers = {**headers, "x-acs-action": request.parameters["Action"],
                       "x-acs-version": request.parameters.get("Version", "")}
            request.parameters = {key: value for key, value in request.parameters.items()
                                  if key not in ("Action", "Version", "Format", "Timestamp",
                                                 "SignatureNonce")}
        call.action, call.nonce = headers.get("x-acs-action", ""), headers.get(
            "x-acs-signature-nonce", "")
        row = actions.find(self.world, headers.get("x-acs-version", ""), call.action)
        call.product = row.product if row else request.product
        fault = self._fault(call)
        try:
            status, body = 200, self._answer(request, call, row, fault)
        except signature.Refused as error:
            status, body = error.status, self._refusal(error)
            call.code = error.code
        call.status, call.reply = status, body
        text = json.dumps(quirks.applied(self.world["quirks"], body, status), ensure_ascii=False)
        kind = "application/json;charset=utf-8"
        if status >= 400 and "xml-errors" in self.world["quirks"]:
            kind, text = "text/xml", quirks.as_xml(body)
        if "body" in fault:
            text = fault["body"]
        more = {"x-acs-request-id": body.get("RequestId", "")}
        if "retry_after_ms" in fault:
            more["x-acs-retry-after"] = str(fault["retry_after_ms"])
        return Reply(status, text.encode(), {"Content-Type": kind, **more}, fault)

    def _refusal(self, error):
        return {"RequestId": self._request_id(), "HostId": "test.aliyuncs.com", "Code": error.code,
                "Message": error.message, "Recommend": f"https://example.com/?q={error.code}",
                **getattr(error, "more", {})}

    def _request_id(self):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, str(len(self.journal)))).upper()

    def _answer(self, request, call, row, fault):
        unsigned = row is not None and row.name == "AssumeRoleWithOIDC"
        self._let_in(request, call, unsigned)
        if row is None:
            raise roa.not_found()
        ask = roa.parameters(request, call, row) if row.route else self._parameters(
            request, call, row)
        if not unsigned:
            self._allow(call, row)
        if "status" in fault:
            error = signature.Refused(fault["status"], fault.get("code", "ServiceUnavailable"),
                                      fault.get("message", "planted"))
            if not fault.get("committed"):
                raise error
        reply = self._body(row, ask, fault)
        if fault.get("committed"):
            raise error
        return reply

    def _body(self, row, ask, fault):
        try:
            found = row.answer(self.world, ask)
        except Failed as error:
            return {"Code": str(error), "IsSuccess": False, "RequestId": self._request_id()}
        if isinstance(found, Listing):
            found = paging.paged(row.paging, row.shape["response"], ask, found,
                                 fault.get("lie"))
        envelope = {"RequestId": self._request_id()}
        if row.product == "cr":
            envelope.update({"Code": "success"} if row.name == "GetStorageDomainRoutingRule"
                            else {"Code": "success", "IsSuccess": True})
        elif row.product == "nlb":
            envelope.update({"Success": True, "HttpStatusCode": 200})
        return {**envelope, **found}

    def _let_in(self, request, call, unsigned):
        headers = request.headers
        if request.product not in ("", call.product):
            call.complaints.append(f"was asked of the endpoint of {request.product}")
        if "application/json" not in headers.get("accept", ""):
            call.complaints.append("no Accept: application/json, so the answer may be XML")
        if unsigned and "authorization" not in headers:
            return
        try:
            call.key = signature.verify(request, self.world["keys"], self.now(), self.nonces)
        except signature.Refused as error:
            if not error.code.startswith(EXPECTED):
                call.complaints.append(f"{error}")
            raise

    def _parameters(self, request, call, row):
        if request.path != "/" or request.method not in ("GET", "POST"):
            call.complaints.append(f"style RPC by {request.method} {request.path}")
            raise roa.not_found()
        parameters = dict(request.parameters)
        kind = headers_kind(request)
        if request.body and kind == "application/x-www-form-urlencoded":
            parameters.update(form(request.body.decode()))
        elif request.body:
            call.complaints.append(f"a body of type {kind}")
        call.parameters = parameters
        shape = row.shape
        for name in sorted(parameters):
            if shape and _general(name) not in shape["request"]:
                call.complaints.append(f"no parameter of the operation: {name}")
        for name, sort in (shape or {"request": {}})["request"].items():
            if sort.endswith("!") and not parameters.get(name):
                call.complaints.append(f"required parameter {name} is missing")
                raise signature.Refused(400, f"MissingParameter.{name}", f"{name} is mandatory.")
        return Ask(parameters)

    def _allow(self, call, row):
        if any(fnmatch.fnmatchcase(row.ram, word) for word in self.world["deny"]):
            error = signature.Refused(
                403, self.world.get("deny_code") or actions.DENIED[row.product],
                "You are not authorized to do this operation.")
            error.more = {"AccessDeniedDetail": {"AuthAction": row.ram}}
            raise error

    def _fault(self, call):
        """The first fault that matches and is not used up."""
        for index, fault in enumerate(self.world["faults"]):
            if (not fnmatch.fnmatchcase(call.action, fault.get("action", "*")) or
                    not fnmatch.fnmatchcase(call.product, fault.get("product", "*")) or
                    call.product == "metadata" and fault.get("product") != "metadata" or
                    any(call.parameters.get(key) != value
                        for key, value in fault.get("where", {}).items())):
                continue
            turn = self.seen[index] = self.seen.get(index, 0) + 1
            after = fault.get("after", 0)
            if after < turn <= after + fault.get("times", 1 << 30):
                call.fault = json.dumps({key: value for key, value in fault.items()
                                         if key not in ("body",)}, sort_keys=True)
                return fault
        return {}


def _general(name):
    """Tag.3.Key -> Tag.N.Key"""
    return ".".join("N" if word.isdigit() else word for word in name.split("."))


def headers_kind(request):
    return request.headers.get("content-type", "").partition(";")[0].strip()


def form(text):
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))
