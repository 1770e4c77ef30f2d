# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Formatting: clang-format of one pinned version must change nothing."""
import re
import shutil
import subprocess

VERSION = 14


def formatter():
    """The pinned clang-format, or None; another version would format otherwise."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        path = shutil.which(name)
        if path:
            told = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
            if re.search(rf"version {VERSION}\.", told):
                return path
    return None


def unavailable(_tree):
    return None if formatter() else f"clang-format {VERSION} is not installed"


def find(tree):
    files = tree.cpp()
    if not files:
        return []
    run = subprocess.run([formatter(), "--dry-run", "--style=file", *files], cwd=tree.root,
                         capture_output=True, text=True)
    changed = sorted({line.split(":")[0] for line in run.stderr.splitlines() if "warning:" in line})
    return [f"{name}: clang-format {VERSION} would change it (tools/dev/format)" for name in changed]
