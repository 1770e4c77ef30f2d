# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Options named in the text of a page exist: blocks are run elsewhere, sentences are not."""
import os
import re
import subprocess
from pathlib import Path

import pytest

GCRISK = os.environ["GCRISK"]
DOCS = Path(os.environ["GCRISK_SOURCE"]) / "docs"


@pytest.mark.parametrize("page", ["tutorial.md", "simulate.md"])
def test_the_page_names_no_option_that_is_not_there(page):
    words = subprocess.run([GCRISK, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", words, re.M)
    assert "simulate" in commands
    known = "".join(subprocess.run([GCRISK, "help", *command.split()], capture_output=True,
                                   text=True, check=True).stdout for command in commands)
    options = re.findall(r"`(--[a-z-]+)", (DOCS / page).read_text())
    assert options
    for option in options:
        assert re.search(rf"{option}\b", known), option
