# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Variants of familial hypercholesterolaemia in ClinVar, September 2016: pathogenic or likely
pathogenic by several submitters without a conflict. GRCh38 by the constant distance of each gene."""
import gzip

FILE = "../data/annotation/clinvar_2016-09_b37_actionable_genes.vcf.gz"
# From GRCh37 to GRCh38.
OFFSETS = {"LDLR": -110_676, "APOB": -222_872, "PCSK9": -465_673}


def familial(source):
    """Rows with gene, name (by its GRCh38 position), chrom, pos38, pos37, ref, alt and note."""
    rows = []
    with gzip.open(source / FILE, "rt", encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            chrom, position, _, ref, alt, _, _, info = line.rstrip("\n").split("\t")
            facts = dict(part.split("=", 1) for part in info.split(";") if "=" in part)
            gene = facts.get("SYMBOL")
            review = facts.get("REVIEW_STATUS", "")
            if gene not in OFFSETS or facts["PATHOGENIC"] != "1" or facts["CONFLICTED"] != "0":
                continue
            if not review.endswith("multiple_submitters..no_conflicts"):
                continue
            pos38 = int(position) + OFFSETS[gene]
            certain = "Pathogenic" in facts["CLINICAL_SIGNIFICANCE"].split("|")
            rows.append({"gene": gene, "name": f"g.{pos38}{ref}>{alt}", "chrom": f"chr{chrom}",
                         "pos38": str(pos38), "pos37": position, "ref": ref, "alt": alt,
                         "note": "" if certain else "likely pathogenic"})
    return rows
