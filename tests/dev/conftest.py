# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the sources share."""
import os
import pathlib
import sys

import pytest

SOURCE = pathlib.Path(os.environ.get("GCRISK_SOURCE", pathlib.Path(__file__).parents[2]))
sys.path.insert(0, str(SOURCE / "tools" / "dev"))

from checks.tree import Tree  # noqa: E402


@pytest.fixture(scope="session")
def tree():
    """The project itself."""
    return Tree(SOURCE, os.environ.get("GCRISK_BUILD"))


@pytest.fixture
def tree_of(tmp_path):
    """Makes a small project out of {path: text}, to show a check something wrong."""
    def make(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Tree(tmp_path)
    return make


@pytest.fixture
def require():
    """Skips where a tool is absent; in continuous integration that is a failure."""
    def check(reason):
        if reason and os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI must have it")
        if reason:
            pytest.skip(reason)
    return check
