# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: docs/architecture.md, and which room sees which library."""
import re

_COHORT = {"base", "genotype", "clinical", "cohort"}
# Room: the rooms whose headers it may include, besides its own.
ALLOWED = {
    "base": set(),
    "genotype": {"base"},
    "clinical": {"base"},
    "cohort": {"base", "genotype", "clinical"},
    "io": _COHORT,
    "preprocess": _COHORT,
    "select": _COHORT,
    "nn": {"base"},
    "backends": {"base", "nn"},
    "models": _COHORT | {"nn"},
    "federate": _COHORT | {"nn"},
    "evaluate": _COHORT,
    "explain": _COHORT,
    "recommend": _COHORT,
    "report": _COHORT,
}
ALLOWED["pipeline"] = set(ALLOWED) - {"backends"}
ALLOWED["tools"] = ALLOWED["pipeline"] | {"pipeline"}
# tools/gcrisk talks to pipeline and to base alone: commands are data.
ALLOWED["tools/gcrisk"] = {"pipeline", "base"}

# First folder or file of a library's headers: the one place that may include it.
LIBRARIES = {
    "htslib": "src/io/",
    "simdjson.h": "src/io/",
    "CLI": "tools/gcrisk/",
    "spdlog": "src/base/",
    "fmt": "src/base/",
    "torch": "src/backends/",
    "c10": "src/backends/",
    "ATen": "src/backends/",
}

_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(name):
    """The room that a file belongs to, or None where everything may be included (tests)."""
    for pattern in (r"include/gcrisk/([^/]+)/", r"src/([^/]+)/", r"(tools/gcrisk)/"):
        match = re.match(pattern, name)
        if match:
            return match.group(1)
    return None


def _included_room(path, style, rooms):
    """The room whose header `path` names: "gcrisk/base/log.hpp" or, within src/, "io/bgzf.hpp"."""
    if path.startswith("gcrisk/"):
        return path.split("/")[1]
    first = path.split("/")[0]
    return first if style == '"' and "/" in path and first in rooms else None


def find(tree):
    findings = []
    for name in tree.cpp():
        room = room_of(name)
        if room is None:
            continue
        if room not in ALLOWED:
            findings.append(f"{name}: the room {room} is not in the design")
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            match = _INCLUDE.match(line)
            if not match:
                continue
            style, path = match.groups()
            other = _included_room(path, style, ALLOWED)
            if other and other != room and other not in ALLOWED[room]:
                findings.append(f"{name}:{number}: {room} includes {path}, it may include only "
                                f"{', '.join(sorted(ALLOWED[room])) or 'itself'}")
            if (other and other != room and not path.startswith("gcrisk/")):
                findings.append(f"{name}:{number}: includes {path}, which is private to {other}")
            place = LIBRARIES.get(path.split("/")[0])
            if place and not name.startswith(place):
                findings.append(f"{name}:{number}: includes {path}, only {place} may")
    return findings
