# SPDX-License-Identifier: Apache-2.0
"""
What a gateway does with a signature of version 3 (ACS3-HMAC-SHA256): recomputes it from the request
as it came, and demands that everything it protects is in it. Written from the vendor's description;
../unit/signature_vectors.jsonl proves it. Shares nothing with the program.
"""

import datetime
import hashlib
import hmac
import re
import urllib.parse

ALGORITHM = "ACS3-HMAC-SHA256"
TOLERANCE = 15 * 60  # seconds between the request's date and the server's clock
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
AUTHORIZATION = re.compile(
    re.escape(ALGORITHM) + r" Credential=([^,\s]+),SignedHeaders=([a-z0-9;-]+),"
    r"Signature=([0-9a-f]{64})")


class Refused(Exception):
    """The request is not let in: HTTP status, code and message of the answer."""

    def __init__(self, status, code, message):
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


def encoded(text):
    return urllib.parse.quote(text, safe="-_.~")


def canonical_query(parameters):
    return "&".join(f"{encoded(name)}={encoded(value)}"
                    for name, value in sorted(parameters.items(), key=lambda item: item[0].encode()))


def canonical_path(path):
    return "/".join(encoded(urllib.parse.unquote(part)) for part in (path or "/").split("/"))


def string_to_sign(method, path, parameters, headers, signed):
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in signed)
    canonical = "\n".join([method, canonical_path(path), canonical_query(parameters), lines,
                           ";".join(signed), headers["x-acs-content-sha256"]])
    return f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


def signature(secret, text):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def must_be_signed(headers):
    """What a signature has to cover; a header left out could be changed on the way."""
    return sorted(name for name in headers
                  if name in ("host", "content-type") or name.startswith("x-acs-"))


def authorization(key, secret, method, path, parameters, headers):
    """The header that a client sends; `headers` in lower case, x-acs-content-sha256 among them."""
    signed = must_be_signed(headers)
    text = string_to_sign(method, path, parameters, headers, signed)
    return (f"{ALGORITHM} Credential={key},SignedHeaders={';'.join(signed)},"
            f"Signature={signature(secret, text)}")


def parsed_date(text):
    if not DATE.fullmatch(text):
        raise Refused(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not "
                      "well formatted.")
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(
            tzinfo=datetime.timezone.utc)
    except ValueError as error:
        raise Refused(400, "InvalidTimeStamp.Format", str(error)) from error


def fresh(headers, now, nonces):
    """Date within the tolerance, nonce never seen before."""
    date = parsed_date(headers.get("x-acs-date", ""))
    if abs((date - now).total_seconds()) > TOLERANCE:
        raise Refused(400, "InvalidTimeStamp.Expired",
                      "Specified time stamp or date value is expired.")
    nonce = headers.get("x-acs-signature-nonce", "")
    if not nonce:
        raise Refused(400, "MissingSignatureNonce", "SignatureNonce is mandatory for this action.")
    if nonce in nonces:
        raise Refused(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
    nonces.add(nonce)


def key_of(header, keys):
    """The row of the key that signed, with what the Authorization header says."""
    match = AUTHORIZATION.fullmatch(header or "")
    if not match:
        raise Refused(400, "IncompleteSignature", "The request signature does not conform to "
                      "Aliyun standards.")
    key, signed, seen = match[1], match[2].split(";"), match[3]
    if key not in keys:
        raise Refused(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    if keys[key].get("inactive"):
        raise Refused(400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.")
    return key, signed, seen


def token_fits(row, key, headers):
    wanted, seen = row.get("token"), headers.get("x-acs-security-token")
    if wanted is None and seen is None:
        return
    if wanted is None or seen is None:
        raise Refused(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    if wanted != seen:
        raise Refused(400, "InvalidSecurityToken.MismatchWithAccessKey",
                      "Specified SecurityToken mismatch with the AccessKey.")
    if headers.get("x-acs-accesskey-id") != key:
        raise Refused(400, "IncompleteSignature", "x-acs-accesskey-id is missing.")
    if row.get("expired"):
        raise Refused(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")


def verify(request, keys, now, nonces):
    """
    `request`: method, path, parameters (of the query), headers (lower case), body (bytes). Returns
    the key's name; raises Refused.
    """
    headers = request.headers
    key, signed, seen = key_of(headers.get("authorization"), keys)
    fresh(headers, now, nonces)
    token_fits(keys[key], key, headers)
    if headers.get("x-acs-content-sha256") != hashlib.sha256(request.body).hexdigest():
        raise Refused(400, "IncompleteSignature", "x-acs-content-sha256 is not the body's.")
    if signed != must_be_signed(headers):
        raise Refused(400, "IncompleteSignature", f"signed are {signed}, but should be "
                      f"{must_be_signed(headers)}")
    text = string_to_sign(request.method, request.path, request.parameters, headers, signed)
    if not hmac.compare_digest(signature(keys[key]["secret"], text), seen):
        raise Refused(400, "SignatureDoesNotMatch", "Specified signature is not matched with our "
                      f"calculation. server string to sign is:{text}")
    return key
