# SPDX-License-Identifier: Apache-2.0
"""What real gateways do to a reply without warning: other types, more fields, other letters."""

KNOWN = {"numbers-as-strings", "bools-as-strings", "strings-as-numbers", "more-fields",
         "lower-case-errors", "xml-errors", "empty-for-absent", "nulls"}


def _value(words, value):
    if isinstance(value, bool):
        return str(value).lower() if "bools-as-strings" in words else value
    if isinstance(value, int) and "numbers-as-strings" in words:
        return str(value)
    if isinstance(value, str):
        if value.isdigit() and len(value) < 10 and "strings-as-numbers" in words:
            return int(value)
        if value == "" and "nulls" in words:
            return None
    return value


def _walk(words, value):
    if isinstance(value, dict):
        found = {key: _walk(words, item) for key, item in value.items()}
        if "more-fields" in words:
            found["AFieldOfTomorrow"] = {"Of": ["another", {"Shape": 1.5}], "Nothing": None}
        return found
    if isinstance(value, list):
        return [_walk(words, item) for item in value]
    return _value(words, value)


def applied(words, body, status):
    unknown = set(words) - KNOWN
    if unknown:
        raise ValueError(f"quirks: {unknown}")
    if status >= 400 and "lower-case-errors" in words:
        return {key[0].lower() + key[1:]: value for key, value in body.items()}
    return _walk(words, body)


def as_xml(body):
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in body.items()
                    if isinstance(value, str))
    return f"<?xml version='1.0' encoding='UTF-8'?><Error>{inner}</Error>"
