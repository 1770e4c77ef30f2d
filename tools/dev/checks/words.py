# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Words that must not stand in the sources: paths of one machine, tabs, trailing blanks."""
import re

_SUFFIXES = (".cpp", ".hpp", ".py", ".cmake", ".cmake.in", ".inc", ".md", "CMakeLists.txt")
# Put together from pieces, so that this file passes.
_MACHINE = re.compile(r"(?<![\w.$}*-])/(?:ho" r"me|wo" r"rk|ro" r"ot|op" r"t|U" r"sers|mn" r"t)/\w")
_RULES = [
    (_MACHINE, "a path of one machine"),
    (re.compile(r"\t"), "a tab"),
    (re.compile(r"[ \t]+$"), "blanks at the end"),
    (re.compile(r"^(<{7} |>{7} |={7}$)"), "a conflict marker"),
    (re.compile(r"\bTO" r"DO(?!\(#\d+\))"), "an open end without its issue number"),
]


def find(tree):
    findings = []
    for name in tree.names():
        script = "." not in name.rsplit("/", 1)[-1] and tree.text(name).startswith("#!")
        if not (name.endswith(_SUFFIXES) or script) or name.startswith("tests/data/"):
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            for rule, what in _RULES:
                if rule.search(line):
                    findings.append(f"{name}:{number}: has {what}")
    return findings
