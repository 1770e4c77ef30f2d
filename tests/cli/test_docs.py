# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Every command in the documentation works: the bash blocks of a page run in order.

A block is run when its fence says bash. Pages may rely on these files of a small cohort:
cohort.vcf.gz, records.csv, outcome.tsv (column disease), study/, chosen.selected.tsv.
"""
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from chain import GCRISK, run

SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.M | re.S)
PAGES = {path.relative_to(SOURCE).as_posix(): blocks
         for path in [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
         if (blocks := BLOCK.findall(path.read_text()))}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documentation")
    run(folder, "simulate", "--samples", "400", "--variants", "1000", "--causal", "20", "--out", "sim")
    for made, name in [("vcf.gz", "cohort.vcf.gz"), ("clinical.csv", "records.csv"),
                       ("pheno.tsv", "outcome.tsv")]:
        (folder / f"sim.{made}").rename(folder / name)
    for left in folder.glob("sim.*"):
        left.unlink()
    made = folder / "made"
    made.mkdir()
    run(made, "ingest", "vcf", "--vcf", "../cohort.vcf.gz", "--out", "g")
    run(made, "ingest", "ehr", "--table", "../records.csv", "--out", "r")
    run(folder, "preprocess", "--bfile", "made/g", "--clinical", "made/r.clinical.tsv", "--pheno",
        "outcome.tsv", "--pheno-name", "disease", "--out", "study/")
    run(folder, "select", "--study", "study/", "--method", "chi2", "--top", "100", "--out", "chosen")
    return folder


def shell(script, folder):
    path = f"{pathlib.Path(GCRISK).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, text=True,
                          env={**os.environ, "PATH": path}, capture_output=True, check=False)


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(page, cohort, tmp_path):
    folder = tmp_path / "here"
    # README makes the study itself; the other pages find it.
    skipped = ("study", "chosen.*", "made") if page == "README.md" else ()
    shutil.copytree(cohort, folder, ignore=shutil.ignore_patterns(*skipped))
    for block in PAGES[page]:
        done = shell(block, folder)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


def test_a_command_that_fails_would_be_seen(tmp_path):
    assert shell("gcrisk ingest vcf --vcf absent.vcf --out x\ntrue", tmp_path).returncode == 3


def test_the_readme_shows_the_main_job():
    assert "README.md" in PAGES
