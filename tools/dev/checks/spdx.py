# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Licence: two SPDX lines on top of every source file."""
import re

_LINES = ("SPDX-FileCopyrightText: the gcrisk authors", "SPDX-License-Identifier: Apache-2.0")
_SUFFIXES = (".cpp", ".hpp", ".py", ".cmake", ".cmake.in", ".sh", "CMakeLists.txt")


def _is_script(tree, name):
    return "." not in name.rsplit("/", 1)[-1] and tree.text(name).startswith("#!")


def find(tree):
    findings = []
    for name in tree.names():
        if name.startswith("tests/data/") or name.startswith("tests/fuzz/corpus/"):
            continue
        if not (name.endswith(_SUFFIXES) or _is_script(tree, name)):
            continue
        lines = [re.sub(r"^(//|#)\s*", "", line).strip() for line in tree.text(name).splitlines()[:4]]
        if lines and lines[0].startswith("!"):
            lines = lines[1:]
        if tuple(lines[:2]) != _LINES:
            findings.append(f"{name}: does not begin with the two SPDX lines")
    return findings
