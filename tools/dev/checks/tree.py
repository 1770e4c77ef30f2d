# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The files of the project, as the checks see them."""
import pathlib
import subprocess


class Tree:
    """What git tracks or would track under `root`; a folder without git: every file."""

    def __init__(self, root, build=None):
        self.root = pathlib.Path(root).resolve()
        self.build = pathlib.Path(build).resolve() if build else self.root / "build"
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                cwd=self.root, capture_output=True, check=True).stdout.decode().split("\0")
            paths = [self.root / name for name in listed if name]
        else:
            paths = self.root.rglob("*")
        self.paths = sorted(path for path in paths if path.is_file())

    def names(self, *suffixes, under=""):
        """Paths relative to the root, '/' between folders; no suffixes: every file."""
        for path in self.paths:
            name = path.relative_to(self.root).as_posix()
            if name.startswith(under) and (not suffixes or name.endswith(suffixes)):
                yield name

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def cpp(self):
        return list(self.names(".cpp", ".hpp"))
