# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Registries: every entry has its line and every line its file, under the same name."""
import re

_LINE = re.compile(r"^GCRISK_REGISTER(_FAMILY)?\((\w+)\)$")
_DEFINITION = re.compile(r"^(?:const\s+)?[\w:<>\s]+&?\s*\b(\w+)_(entry|commands?)\(\)\s*\{", re.M)


def find(tree):
    findings = []
    for registry in tree.names("/registry.inc", under="src/"):
        room = registry.rsplit("/", 1)[0]
        registered = set()
        for number, line in enumerate(tree.text(registry).splitlines(), 1):
            if not line.strip() or line.startswith("//"):
                continue
            match = _LINE.match(line.strip())
            if not match:
                findings.append(f"{registry}:{number}: '{line}' is not GCRISK_REGISTER(name)")
                continue
            name = match.group(2)
            if name in registered:
                findings.append(f"{registry}:{number}: {name} is there twice")
            registered.add(name)
            if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
                findings.append(f"{registry}:{number}: {name} is not snake_case")
        defined = {}
        for source in tree.names(".cpp", under=room + "/"):
            if source.endswith("/registry.cpp"):
                continue
            for match in _DEFINITION.finditer(tree.text(source)):
                defined[match.group(1)] = source
        for name in sorted(registered - set(defined)):
            findings.append(f"{registry}: {name} is listed, no file under {room} defines it")
        for name in sorted(set(defined) - registered):
            findings.append(f"{defined[name]}: defines {name}, {registry} has no line for it")
        for name in sorted(registered & set(defined)):
            stem = defined[name].rsplit("/", 1)[-1].removesuffix(".cpp")
            if stem != name:
                findings.append(f"{defined[name]}: defines {name}, the file should be {name}.cpp")
    return findings
