# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""VCF to PLINK files: beside plink2, which does the same, and beside bgzip, which only
decompresses and is therefore the floor."""

import os
import shutil
import subprocess

from measure import Race


def races(folder):
    gcrisk = os.environ["GCRISK"]
    for n_samples, n_variants, runs in ((2000, 50000, 7), (20000, 50000, 3)):
        name = f"vcf_{n_samples}"
        vcf = f"{name}.vcf.gz"
        if not os.path.exists(os.path.join(folder, vcf)):
            subprocess.run([gcrisk, "simulate", "--samples", str(n_samples), "--variants",
                            str(n_variants), "--out", name, "--quiet"], cwd=folder, check=True)
        ours = [gcrisk, "ingest", "vcf", "--vcf", vcf, "--out", "ours", "--force", "--quiet",
                "--threads", "2"]
        size = f"{n_samples:,} × {n_variants:,}"
        if shutil.which("plink2"):
            yield Race("VCF.gz to bed", size, ours,
                       ["plink2", "--vcf", vcf, "--make-bed", "--threads", "2", "--out", "theirs"],
                       "plink2 --make-bed", "≥ 3×", runs)
        if shutil.which("bgzip"):
            yield Race("VCF.gz to bed", size, ours,
                       ["sh", "-c", f"bgzip -dc -@2 {vcf} > /dev/null"], "bgzip -dc -@2, the floor",
                       "≥ 0.67×", runs)
        for left in ("theirs.bed", "ours.bed", vcf):
            path = os.path.join(folder, left)
            if os.path.exists(path):
                os.remove(path)
