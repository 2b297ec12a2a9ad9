# SPDX-License-Identifier: Apache-2.0
"""Hands a listing out in pages as the operation's row says, truthfully or as a scenario wants."""

import base64

import signature

# What `lie` may be; the first two are no lies: the documents allow them. `short` leaves an item out
# where a total tells of it.
LIES = ("small-pages", "empty-page", "total-high", "total-low", "loop", "endless", "repeat", "short")


def placed(path, items):
    """{"A": {"B": items}} for "A.B"."""
    for word in reversed(path.split(".")):
        items = {word: items}
    return items


def _size(paging, ask, lie):
    asked = ask.number(paging.size, 0)
    if asked > paging.most or 0 < asked < paging.least:
        raise signature.Refused(400, f"InvalidParameter.{paging.size}",
                                f"{paging.size} must be {paging.least} to {paging.most}.")
    return 1 if lie == "small-pages" else asked or paging.default


def _offset_of(token):
    try:
        return int(base64.b64decode(token, validate=True).decode().rpartition(":")[2])
    except ValueError as error:
        raise signature.Refused(400, "InvalidParameter.NextToken",
                                "NextToken is not valid.") from error


def _token(offset):
    return base64.b64encode(f"page:{offset}".encode()).decode()


def _by_token(paging, ask, listing, lie):
    size, token = _size(paging, ask, lie), ask.get("NextToken")
    start = _offset_of(token) if token else 0
    if lie == "empty-page":  # offset 0 is asked for twice: the first page is empty
        if not token:
            return [], _token(0)
    end = start + size
    items, follow = listing.items[start:end], _token(end) if end < len(listing.items) else ""
    if lie == "loop":
        follow = _token(0)
    elif lie == "endless":
        items, follow = listing.items, _token(start + 1)
    elif lie == "repeat":
        items, follow = listing.items[:size], _token(end) if start < 3 * size else ""
    return items, follow


def _by_number(paging, ask, listing, lie):
    size = _size(paging, ask, lie)
    if paging.kind == "offset":
        start, page = ask.number(paging.page, 0), 1
    else:
        page = ask.number(paging.page, 1)
        if page < 1:
            raise signature.Refused(400, f"InvalidParameter.{paging.page}", "pages begin at 1.")
        start = (page - 1) * size
    items, total = listing.items[start:start + size], len(listing.items)
    if lie == "total-high":
        total += 7
    elif lie == "total-low":
        total = max(0, total - 1)
    elif lie in ("loop", "repeat", "endless"):
        items, total = listing.items[:size], total + 100 * page if lie == "endless" else total * 2
    elif lie == "short" and len(items) > 1:
        items = items[:-1]
    return items, page, size, total


def paged(paging, shape, ask, listing, lie=None):
    """The reply's fields for this page; `shape`: field -> type, for counts are strings here and
    numbers there."""
    reply = _page(paging, ask, listing, lie)
    for name in ("PageNumber", "PageNo", "PageSize", "TotalCount", "TotalItems", "TotalPages"):
        if name in reply and shape.get(name) == "string":
            reply[name] = str(reply[name])
    return reply


def _page(paging, ask, listing, lie):
    if paging is None:
        return {**listing.more, **placed(listing.path, listing.items)}
    if paging.kind == "token":
        items, follow = _by_token(paging, ask, listing, lie)
        reply = {**listing.more, **placed(listing.path, items), "NextToken": follow}
        if paging.size == "MaxResults" and "TotalCount" in listing.more:
            reply["TotalCount"] = len(listing.items)
        return reply
    items, page, size, total = _by_number(paging, ask, listing, lie)
    reply = {**listing.more, **placed(listing.path, items), "PageSize": size,
             paging.total: total}
    if paging.kind == "number":
        reply[paging.page] = page
    if paging.total == "TotalItems":
        reply["TotalPages"] = (total + size - 1) // size
    return reply
