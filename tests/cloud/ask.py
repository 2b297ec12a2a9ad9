# SPDX-License-Identifier: Apache-2.0
"""One request's parameters as the operations read them, and what an operation answers."""

import dataclasses
import json

import signature


@dataclasses.dataclass
class Listing:
    """A reply with a list that is handed out in pages: where it stands, and what else there is."""

    path: str
    items: list
    more: dict = dataclasses.field(default_factory=dict)


class Ask:
    """Parameters of the query and of the form, flattened as they came."""

    def __init__(self, parameters):
        self.parameters = parameters

    def get(self, name, default=""):
        return self.parameters.get(name, default)

    def number(self, name, default):
        text = self.get(name)
        if text == "":
            return default
        if not text.isdigit():
            raise signature.Refused(400, f"InvalidParameter.{name}", f"{name} is not valid.")
        return int(text)

    def repeated(self, name):
        """Name.1, Name.2, ... in order."""
        return [self.parameters[key] for key in sorted(
            (key for key in self.parameters
             if key.startswith(name + ".") and key[len(name) + 1:].isdigit()),
            key=lambda key: int(key[len(name) + 1:]))]

    def json_list(self, name):
        text = self.get(name)
        if not text:
            return []
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            raise signature.Refused(400, f"InvalidParameter.{name}", f"{name} is no JSON array.")
        return found

    def filters(self):
        """Filter.N.Key with Filter.N.Value.M."""
        found = {}
        for key, value in self.parameters.items():
            words = key.split(".")
            if words[0] == "Filter" and len(words) == 3 and words[2] == "Key":
                found[value] = self.repeated(f"Filter.{words[1]}.Value")
        return found

    def fits(self, row, names):
        """Each of `names` that was asked for equals the row's field."""
        return all(self.get(name) in ("", str(row.get(name, ""))) for name in names)


def absent(code, what):
    raise signature.Refused(404, code, f"The specified {what} does not exist.")


def own(collection, name, code, what):
    row = collection.get(name)
    return row if row is not None else absent(code, what)


def region(world, row):
    return row.get("RegionId", world["region"])


def in_region(world, ask, row):
    return ask.get("RegionId") in ("", region(world, row))
