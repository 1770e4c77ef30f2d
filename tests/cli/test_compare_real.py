# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""compare on public sets of genotypes or expression with clinical columns."""
import json
import os
import pathlib
import subprocess
import sys

import pytest
from chain import DATA, needs_data, rows, run

pytestmark = needs_data
SCRIPT = pathlib.Path(os.environ["GCRISK_SOURCE"]) / "docs/studies/compare_inputs.py"


@pytest.fixture(scope="module", name="folder")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    subprocess.run([sys.executable, SCRIPT, DATA, folder], check=True)
    return folder


def test_asthma_is_hardly_in_these_snps(folder):
    """51 SNPs of small effect, by the description of the data: an area much above 0.6 from them
    alone would be a leak. Age, sex, body mass and country tell more."""
    run(folder, "ingest", "vcf", "--vcf", "asthma.vcf", "--out", "asthma")
    run(folder, "ingest", "ehr", "--table", "asthma.csv", "--out", "people")
    run(folder, "preprocess", "--bfile", "asthma", "--clinical", "people.clinical.tsv", "--pheno",
        "asthma.pheno.tsv", "--pheno-name", "asthma", "--out", "study/")
    run(folder, "compare", "--study", "study/", "--models", "lr", "--set", "lr.lambda=0.02",
        "--inputs", "all,genotypes,clinical", "--cv", 5, "--bootstrap", 50, "--out", "asthma.table")
    table = {row["INPUTS"]: row for row in rows(folder / "asthma.table.tsv")}
    assert {row["N"] for row in table.values()} == {"1578"}
    assert {row["EVENTS"] for row in table.values()} == {"340"}
    assert float(table["genotypes"]["AUROC"]) < 0.62
    assert float(table["clinical"]["AUROC_LO"]) > 0.5
    found = json.loads((folder / "asthma.table.json").read_text())
    permuted = found["certificate"]["permuted_outcome"]
    assert permuted["low"] < 0.5  # no leak
    assert found["certificate"]["kinship"]["not_looked_at"].startswith("51 autosomal variants")


def test_breast_cancer_by_follow_up(folder):
    run(folder, "ingest", "ehr", "--table", "breast.clinical.csv", "--out", "women")
    run(folder, "preprocess", "--molecular", "breast.molecular.tsv", "--clinical",
        "women.clinical.tsv", "--pheno", "breast.pheno.tsv", "--pheno-name", "metastasis",
        "--time-name", "days", "--out", "women/")
    run(folder, "compare", "--study", "women/", "--models", "cox,lr", "--set", "cox.lambda=0.05",
        "--inputs", "all,clinical", "--cv", 3, "--bootstrap", 50, "--no-permuted", "--out", "women.table")
    table = {(row["MODEL"], row["INPUTS"]): row for row in rows(folder / "women.table.tsv")}
    assert table["cox", "all"]["N"] == "198"
    assert float(table["cox", "all"]["C_INDEX"]) > 0.55
    assert "survival" in table["lr", "all"]["FAILURE"]
    value = json.loads((folder / "women.table.json").read_text())["value_of_the_genome"]
    assert [v["measure"] for v in value] == ["C-index"]
    difference = float(table["cox", "all"]["C_INDEX"]) - float(table["cox", "clinical"]["C_INDEX"])
    assert value[0]["difference"]["difference"] == pytest.approx(difference, abs=2e-6)
    assert "molecular values" in value[0]["sentence"]
