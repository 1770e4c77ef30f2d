# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""docs/commands/ is what the program says of itself, and every command teaches by example."""
import os
import re
import subprocess
import sys
from pathlib import Path

GCRISK = os.environ["GCRISK"]
SOURCE = Path(os.environ["GCRISK_SOURCE"])


def test_the_pages_are_current():
    done = subprocess.run([sys.executable, SOURCE / "tools" / "dev" / "make_docs", "--check",
                           GCRISK], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_has_an_example_that_names_it():
    pages = [path for path in (SOURCE / "docs" / "commands").glob("*.md")
             if path.name != "README.md"]
    assert len(pages) > 8
    for path in pages:
        name = path.stem.replace("-", " ", 1)
        assert re.search(rf"^\* `gcrisk {name} ?", path.read_text(), re.M), path.name
