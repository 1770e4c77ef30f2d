# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Scans of whole cohorts: gcrisk select beside plink1.9 --assoc and plink2 --glm.

Everybody reads the same .bed. Our scan writes the allelic, genotypic and trend tests and mutual
information; plink --assoc one of them. The adjusted scans have the same four covariates.
"""

import os
import random
import subprocess

from measure import Race


def make_cohort(folder, people, variants):
    name = f"dummy_{people}_{variants}"
    if not os.path.exists(os.path.join(folder, name + ".bed")):
        subprocess.run(["plink2", "--dummy", str(people), str(variants), "0.01", "--seed", "1",
                        "--make-bed", "--out", name], cwd=folder, check=True, capture_output=True)
    draw = random.Random(1)
    with open(os.path.join(folder, name + ".fam"), encoding="utf-8") as fam:
        ids = [line.split()[:2] for line in fam]
    with open(os.path.join(folder, name + ".cov"), "w", encoding="utf-8") as out:
        out.write("#FID\tIID\tage\tsex\tpc1\tpc2\n")
        for family, person in ids:
            out.write(f"{family}\t{person}\t{draw.gauss(50, 10):.3f}\t{draw.randint(0, 1)}\t"
                      f"{draw.gauss(0, 1):.4f}\t{draw.gauss(0, 1):.4f}\n")
    return name


def races(folder):
    gcrisk = os.environ["GCRISK"]
    for people, variants in ((2000, 50000), (20000, 50000)):
        name = make_cohort(folder, people, variants)
        yield Race("scan, all table statistics", f"{people:,} × {variants:,}",
                   [gcrisk, "select", "--bfile", name, "--method", "all", "--out", "ours",
                    "--force", "--quiet"],
                   ["plink1.9", "--bfile", name, "--assoc", "--allow-no-sex", "--out", "peer"],
                   "plink1.9 --assoc", "≥ 2×", runs=7)
    for people, variants in ((2000, 50000), (20000, 50000)):
        name = make_cohort(folder, people, variants)
        yield Race("logistic scan, 4 covariates", f"{people:,} × {variants:,}",
                   [gcrisk, "select", "--bfile", name, "--method", "score", "--covar",
                    f"{name}.cov", "--out", "ours", "--force", "--quiet"],
                   ["plink2", "--bfile", name, "--glm", "hide-covar", "--covar", f"{name}.cov",
                    "--covar-variance-standardize", "--threads", "2", "--out", "peer"],
                   "plink2 --glm", "≥ 20×", runs=1)
