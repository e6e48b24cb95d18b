"""Reads a dashboard with the types of Grafana's own library, and prints what they do not have.

    python dashboard.py FILE
"""

import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard


def differences(given, read, path=""):
    """Yields what of `given` is not in `read`."""
    if isinstance(given, dict) and isinstance(read, dict):
        for key, value in given.items():
            # Grafana repeats the query of a variable here when it exports a dashboard.
            if key == "definition":
                continue
            if key in read:
                yield from differences(value, read[key], f"{path}/{key}")
            else:
                yield f"{path}/{key} is unknown"
    elif isinstance(given, list) and isinstance(read, list) and len(given) == len(read):
        for index, (value, other) in enumerate(zip(given, read)):
            yield from differences(value, other, f"{path}/{index}")
    elif given != read:
        yield f"{path} is read as {read!r} instead of {given!r}"


register_default_plugins()
with open(sys.argv[1], encoding="utf-8") as file:
    dashboard = json.load(file)
written = JSONEncoder(sort_keys=True).encode(Dashboard.from_json(dashboard))
for difference in differences(dashboard, json.loads(written)):
    print(difference)
