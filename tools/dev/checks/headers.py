# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Headers: each one compiles by itself. Takes its flags from build/compile_commands.json.

A header that a source file includes before anything else has been compiled by itself when the
program was built; only the others are compiled here.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile

_DROPPED = {"-c", "-o", "-MF", "-MT", "-MD"}
_WITH_VALUE = {"-o", "-MF", "-MT"}


def unavailable(tree):
    path = tree.build / "compile_commands.json"
    return None if path.exists() else f"{path.name} is not in the build folder"


def flags(tree):
    """Compiler and flags of the core library, without those that name files."""
    entries = json.loads((tree.build / "compile_commands.json").read_text())
    entry = next(e for e in entries if "gcrisk_core" in e["command"])
    words, kept = shlex.split(entry["command"]), []
    i = 0
    while i < len(words):
        if words[i] in _WITH_VALUE:
            i += 2
            continue
        if words[i] not in _DROPPED and not words[i].endswith(".cpp"):
            kept.append(words[i])
        i += 1
    return kept


def first_includes(tree):
    """The headers that stand before all others in some source file."""
    found = set()
    for source in tree.names(".cpp", under="src/"):
        first = re.search(r'^#include (["<])(.+)[">]$', (tree.root / source).read_text(), re.M)
        if first is None or first[1] == "<":
            continue
        for folder in (pathlib.PurePosixPath(source).parent, pathlib.PurePosixPath("src"),
                       pathlib.PurePosixPath("include")):
            name = os.path.normpath(folder / first[2])
            if (tree.root / name).exists():
                found.add(name)
                break
    return found


def find(tree, compiler=None):
    compiler = compiler or flags(tree)

    def compile_alone(name):
        # Objects rather than -fsyntax-only: ccache, where it is part of the flags, then remembers
        # them. "#pragma once in main file" is about this way of compiling, hence -w.
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([*compiler, "-O0", "-w", "-x", "c++", "-c", name, "-o",
                                  os.path.join(folder, "header.o")],
                                 cwd=tree.root, capture_output=True, text=True)
        errors = [line for line in run.stderr.splitlines() if "error:" in line]
        return None if run.returncode == 0 else (
            f"{name}: does not compile alone: {(errors or [run.stderr])[0]}")

    # Those of the torch backend need LibTorch.
    compiled = first_includes(tree)
    headers = [name for under in ("include/", "src/") for name in tree.names(".hpp", under=under)
               if name not in compiled and not name.startswith("src/backends/torch/")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [finding for finding in pool.map(compile_alone, headers) if finding]
