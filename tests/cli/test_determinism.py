# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The same seed gives the same bytes in every output, on one thread and on two."""
import pytest
from chain import run

CHAIN = [
    ["simulate", "--samples", "400", "--variants", "3000", "--causal", "20", "--heritability", "0.6",
     "--populations", "2", "--out", "cohort"],
    ["ingest", "vcf", "--vcf", "cohort.vcf.gz", "--out", "genotypes"],
    ["ingest", "ehr", "--table", "cohort.clinical.csv", "--out", "records"],
    ["preprocess", "--bfile", "genotypes", "--clinical", "records.clinical.tsv", "--pheno",
     "cohort.pheno.tsv", "--pheno-name", "disease", "--maf", "0.02", "--out", "study/"],
    ["select", "--study", "study/", "--method", "all", "--top", "100", "--permutations", "20",
     "--out", "chosen"],
    ["train", "lr", "--study", "study/", "--variants", "chosen.selected.tsv", "--out", "model/"],
    ["predict", "--model", "model/", "--study", "study/", "--out", "predicted"],
    ["evaluate", "--predictions", "predicted.predictions.tsv", "--bootstrap", "100", "--out",
     "evaluated"],
]

# Threads, seconds and paths are in these two, as they should be.
PROVENANCE = (".run.json", ".log", "run.json", "log")


def outputs(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.endswith(PROVENANCE)}


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    """What the chain leaves with one thread, with two, and with another seed."""
    results = []
    for name, more in [("one", ["--threads", "1"]), ("two", ["--threads", "2"]),
                       ("seed", ["--threads", "2", "--seed", "2"])]:
        folder = tmp_path_factory.mktemp(name)
        for command in CHAIN:
            run(folder, *command, *more)
        results.append(outputs(folder))
    return results


def test_one_and_two_threads_give_the_same_bytes(chains):
    one, two, _ = chains
    assert len(one) > 20
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_another_seed_gives_another_cohort_and_model(chains):
    one, _, seed = chains
    for name in ("genotypes.bed", "study/split.tsv", "model/weights.safetensors"):
        assert one[name] != seed[name]
