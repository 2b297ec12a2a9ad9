# SPDX-License-Identifier: Apache-2.0
"""The second way to a world: what a server answered, written as the program's saved replies."""

import json
import pathlib


def write(journal, folder):
    """One file a call, as `check --cloud DIR` reads them; the last answer to a call counts."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    last = {}
    for call in journal:
        if call.product not in ("metadata", "server", "") and call.status:
            last[json.dumps([call.product, call.action, call.parameters], sort_keys=True)] = call
    for number, call in enumerate(last.values()):
        name = f"{call.product}-{call.action}-{number:03d}.json"
        (folder / name).write_text(json.dumps({
            "request": {"product": call.product, "action": call.action,
                        "parameters": call.parameters},
            "status": call.status, "reply": call.reply}, indent=1))
