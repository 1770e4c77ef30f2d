# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""What guidelines and allele tables changed after the date of ours, in our own words: genes, drugs,
whether our tables have it all the same, and the sentence."""

# (date, kind, subject) of the source: (genes, drugs, included, sentence)
CHANGES = {
    ("2024-07-08", "recommendation", "metoprolol"): (
        "CYP2D6", "metoprolol", True,
        "recommendations for beta blockers by CYP2D6 were made; the row for metoprolol is a rule "
        "of ours"),
    ("2024-07-23", "guideline", "CYP2D6 and other genes, beta blockers"): (
        "CYP2D6", "bisoprolol;carvedilol;metoprolol;propranolol", False,
        "a guideline for beta blockers was released; only metoprolol has a row here"),
    ("2024-07-25", "guideline", "CYP2B6, methadone"): (
        "CYP2B6", "methadone", False,
        "a guideline for methadone was released; no row here answers it"),
    ("2024-06-27", "function", "CYP2B6"): (
        "CYP2B6", "", True, "the function of CYP2B6 *44 to *49 went from unknown to uncertain"),
    ("2024-09-10", "function", "TPMT, NUDT15"): (
        "NUDT15;TPMT", "", True, "new alleles of TPMT and NUDT15 were entered"),
    ("2025-09-01", "recommendation", "hydralazine"): (
        "NAT2", "hydralazine", True,
        "recommendations for hydralazine by NAT2 were made; the row here is a rule of ours"),
    ("2025-09-02", "guideline", "NAT2, hydralazine"): (
        "NAT2", "hydralazine", False,
        "a guideline for hydralazine was released; only slow acetylators have a row here"),
    ("2025-10-14", "definition", "SLCO1B1"): (
        "SLCO1B1", "", True, "alleles of SLCO1B1 were withdrawn, added and joined"),
    ("2025-10-27", "definition", "MT-RNR1"): (
        "MT-RNR1", "", True, "the name of m.930G>A was corrected"),
    ("2025-11-03", "definition", "CYP4F2, NUDT15"): (
        "CYP4F2;NUDT15", "", True,
        "protein names of CYP4F2 *12 and NUDT15 *16 were corrected; no call changes"),
    ("2026-01-29", "definition", "NUDT15"): (
        "NUDT15", "", False,
        "NUDT15 *2 became a part of *3; here it is an allele of its own, of the same function"),
    ("2026-02-03", "definition", "TPMT"): (
        "TPMT", "", False, "TPMT *45, *46 and *47 were added; they are not looked for here"),
    ("2026-02-03", "function", "TPMT"): (
        "TPMT", "azathioprine;mercaptopurine;thioguanine", False,
        "the function of TPMT *5 to *8, *10, *13, *16 to *18, *20 to *22, *25 to *28, *31, *33, "
        "*34 and *37 to *39 changed; here it is that of November 2025"),
    ("2026-02-03", "function", "NUDT15"): (
        "NUDT15", "azathioprine;mercaptopurine;thioguanine", False,
        "the function of NUDT15 *4 to *8 changed; here it is that of November 2025"),
    ("2026-02-03", "recommendation", "mercaptopurine, azathioprine, thioguanine"): (
        "NUDT15;TPMT", "azathioprine;mercaptopurine;thioguanine", False,
        "the recommendations for thiopurines were revised; the rows here are those of May 2024"),
    ("2026-02-05", "definition", "CYP2C19"): (
        "CYP2C19", "", False, "CYP2C19 *42 was added; it is not looked for here"),
}
