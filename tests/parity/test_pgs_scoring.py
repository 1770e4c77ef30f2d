# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The scoring file of a model, in plink2's hands, beside predict."""
import os
import shutil
import subprocess

import numpy as np
import pytest

from plink_files import write_plink

GCRISK = os.environ["GCRISK"]


def run(folder, *command):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("plink2") is None, reason="plink2 is absent")
@pytest.mark.parametrize("model", [["lr", "--lambda", "0.02"], ["svm", "--cost", "0.01"]])
def test_plink2_gives_the_scores_of_predict(tmp_path, model):
    rng = np.random.default_rng(11)
    n, p = 200, 40
    dosage = rng.binomial(2, rng.uniform(0.1, 0.5, p), (n, p)).astype(np.int8)
    score = dosage[:, :5].sum(axis=1) + rng.normal(size=n)
    ids = [f"s{i}" for i in range(n)]
    write_plink(tmp_path / "g", dosage, ids)
    (tmp_path / "y.tsv").write_text("#IID\ty\n" + "".join(
        f"{i}\t{int(s > np.median(score))}\n" for i, s in zip(ids, score)))
    run(tmp_path, GCRISK, "preprocess", "--bfile", "g", "--pheno", "y.tsv", "--pheno-name", "y", "--out",
        "study/")
    run(tmp_path, GCRISK, "train", *model, "--study", "study/", "--out", "model/")
    run(tmp_path, GCRISK, "predict", "--model", "model/", "--study", "study/", "--out", "of")
    text = (tmp_path / "model" / "pgs.txt").read_text().splitlines()
    assert text[0].startswith("###PGS CATALOG SCORING FILE")
    weights = [line for line in text if not line.startswith("#")]
    assert f"#variants_number={len(weights) - 1}" in text
    (tmp_path / "weights.txt").write_text("\n".join(weights) + "\n")
    run(tmp_path, "plink2", "--bfile", "g", "--score", "weights.txt", 1, 4, 6, "header",
        "cols=+scoresums", "--out", "theirs")
    theirs = table(tmp_path / "theirs.sscore", "IID", "SCORE1_SUM")
    ours = table(tmp_path / "of.predictions.tsv", "IID", "SCORE")
    constant = [ours[i] - theirs[i] for i in ours]
    assert np.ptp(constant) < 1e-4 * np.ptp(list(theirs.values()))  # six printed digits


def table(path, key, value):
    lines = [line.split() for line in path.read_text().splitlines()]
    header = [name.lstrip("#") for name in lines[0]]
    return {row[header.index(key)]: float(row[header.index(value)]) for row in lines[1:]}
