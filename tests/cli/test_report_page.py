# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The page of evaluate in a real browser, and the commands of docs/evaluate.md."""
import html.parser
import math
import os
import pathlib
import random
import re
import shutil
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
BROWSER = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
                if p), None)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Runs the commands of the documentation on a cohort; the page of the second."""
    folder = tmp_path_factory.mktemp("page")
    rng = random.Random(2)
    files = {name: open(folder / f"{name}.predictions.tsv", "w", encoding="utf-8")
             for name in ("lr", "gcin")}
    clinical = open(folder / "cohort.clinical.tsv", "w", encoding="utf-8")
    clinical.write("#IID\tsex\n")
    for file in files.values():
        file.write("#IID\tSET\tOUTCOME\tRISK\n")
    for i in range(400):
        lp = rng.gauss(-1, 1.4)
        y = int(rng.random() < 1 / (1 + math.exp(-lp)))
        clinical.write(f"P{i}\t{'<f>&' if i % 2 else 'm'}\n")
        for name, noise in (("lr", 1.0), ("gcin", 0.4)):
            risk = 1 / (1 + math.exp(-(lp + rng.gauss(0, noise))))
            files[name].write(f"P{i}\t{['validation', 'test'][i % 2 if i < 40 else 1]}\t{y}\t"
                              f"{risk:.6f}\n")
    for file in (*files.values(), clinical):
        file.close()
    text = (SOURCE / "docs" / "evaluate.md").read_text(encoding="utf-8")
    commands = re.search(r"```sh\n(.*?)```", text, re.S).group(1).splitlines()
    assert len(commands) == 2
    for command in commands:
        words = command.split()
        assert words[0] == "gcrisk"
        done = subprocess.run([GCRISK, *words[1:], "--bootstrap", "100"], cwd=folder,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return folder / "both.html"


class Balance(html.parser.HTMLParser):
    """Every tag is closed in order; nothing refers to anything outside the page."""
    VOID = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open = []
        self.images = 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert tag != "script" and "src" not in attrs
        assert attrs.get("href", "#").startswith("#")
        if tag == "svg" and attrs.get("class") == "chart":
            assert attrs["role"] == "img" and len(attrs["aria-label"]) > 20
            self.images += 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        pass


def test_page_is_well_formed_and_self_contained(page):
    text = page.read_text(encoding="utf-8")
    parser = Balance()
    parser.feed(text)
    assert parser.open == [] and parser.images >= 7
    assert "nan" not in re.sub(r"<[^>]*style.*?</style>", "", text).lower().split()
    assert "sex &lt;f&gt;&amp;" in text and "<f>" not in text


@pytest.mark.skipif(BROWSER is None, reason="no chromium")
def test_browser_shows_it_without_a_complaint_or_a_request(page, tmp_path):
    log = tmp_path / "net.json"
    shot = tmp_path / "page.png"
    done = subprocess.run(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr",
         f"--log-net-log={log}", "--window-size=390,2000", f"--screenshot={shot}",
         page.as_uri()], capture_output=True, text=True, timeout=120, check=False)
    assert shot.exists() and shot.stat().st_size > 20000, done.stderr
    assert "CONSOLE" not in done.stderr
    asked = set(re.findall(r'"url":"(https?://[^"]*)"', log.read_text(errors="replace")))
    hosts_of_the_browser = ("google", "gstatic", "chromium", "gvt1")
    assert [url for url in asked if not any(h in url for h in hosts_of_the_browser)] == []
