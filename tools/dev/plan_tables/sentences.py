# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Our own sentences for the contraindications and interactions of the source, and the code of what
they ask for. {drug} is the drug in question, {with} the other one, {class} what the other one is."""

# id: (action, sentence)
INTERACTIONS = {
    "OLA-CYP3A-S": ("AVOID", "{drug} with {with}, {class}: exposure to {drug} rises; avoid the "
                    "combination. Where it cannot be avoided the label lowers the tablets to "
                    "100 mg twice daily (figure unverified)."),
    "OLA-CYP3A-M": ("AVOID", "{drug} with {with}, {class}: exposure to {drug} rises; avoid the "
                    "combination. Where it cannot be avoided the label lowers the tablets to "
                    "150 mg twice daily (figure unverified)."),
    "OLA-IND": ("AVOID", "{drug} with {with}, {class}: exposure to {drug} falls (by 87 % with "
                "rifampicin); avoid the combination."),
    "OLA-RENAL": ("REDUCE", "Kidney function is moderately reduced: {drug} tablets 200 mg twice "
                  "daily."),
    "OLA-RENAL-SEV": ("SPECIALIST", "Kidney function (renal) is severely reduced: no dose "
                      "of {drug} is established; not to be begun without a specialist's advice."),
    "OLA-PREG": ("CONTRAINDICATED", "{drug} harms the unborn child (fetal harm): not in pregnancy. "
                 "A pregnancy test comes first; contraception until 6 months after the last dose in women, "
                 "3 months in men."),
    "OLA-MYELO": ("MONITOR_CLOSELY", "{drug} with {with}: effects on the bone marrow "
                  "(myelosuppression) add up and last longer."),
    "TAL-PGP": ("REDUCE", "{drug} with {with}, {class}: lower the dose of {drug} where the "
                "combination cannot be avoided."),
    "GEF-IND": ("INCREASE", "{drug} with {with}, {class}: exposure falls; the label raises {drug} "
                "to 500 mg daily where the inducer has to stay."),
    "GEF-ACID": ("AVOID", "{drug} with {with}, an acid reducer: absorption falls; avoid it, or "
                 "keep 12 hours between the two."),
    "ERL-ACID": ("AVOID", "{drug} with {with}, an acid reducer: absorption falls; avoid the "
                 "combination."),
    "ERL-CYP3A": ("REDUCE", "{drug} with {with}, {class}: exposure rises; avoid it, or reduce "
                  "{drug} in steps of 50 mg."),
    "OSI-IND": ("AVOID", "{drug} with {with}, {class}: exposure falls; avoid it, or {drug} 160 mg "
                "daily."),
    "OSI-QT": ("AVOID", "{drug} prolongs the QT interval: avoid it or watch the "
               "electrocardiogram."),
    "TRA-LVEF": ("SPECIALIST", "The ejection fraction is under 50 %: {drug} is not begun without "
                 "a cardiologist's advice."),
    "TRA-PREG": ("CONTRAINDICATED", "{drug} causes too little amniotic fluid (oligohydramnios) and "
                 "harms the unborn child: not in pregnancy."),
    "PEM-AUTO": ("SPECIALIST", "{drug} can set off a flare of an autoimmune disease or the "
                 "rejection of a transplant: a specialist decides."),
    "PEM-PREG": ("CONTRAINDICATED", "{drug} may harm the unborn child (fetal harm): not in "
                 "pregnancy."),
    "CLO-PPI": ("AVOID", "{drug} with {with}: {with} inhibits CYP2C19 and lowers the active form "
                "of {drug}; another acid reducer is preferred."),
    "PRA-STROKE": ("CONTRAINDICATED", "{drug} is contraindicated after a stroke or transient "
                   "ischaemic attack; it is not named as the alternative."),
    "PRA-AGE": ("AVOID", "{drug} is generally not advised at an age of 75 or more."),
    "PRA-WEIGHT": ("REDUCE", "Body weight is under 60 kg: consider a maintenance dose of {drug} of "
                   "5 mg."),
    "TIC-ICH": ("CONTRAINDICATED", "{drug} is contraindicated with intracranial haemorrhage or "
                "active bleeding; it is not named as the alternative."),
    "TIC-CYP3A": ("AVOID", "{drug} with {with}, {class}: exposure to {drug} rises; avoid the "
                  "combination."),
    "P2Y12-BLEED": ("CONTRAINDICATED", "Active bleeding: no P2Y12 inhibitor such as {drug}."),
    "SIM-CYP3A": ("CONTRAINDICATED", "{drug} with {with}, {class}: risk of muscle damage "
                  "(myopathy); another statin (pravastatin, rosuvastatin), or a pause during the course of {with}, is "
                  "to be discussed."),
    "SIM-GEM": ("CONTRAINDICATED", "{drug} with {with}: risk of muscle damage (myopathy); "
                "another statin is to be discussed."),
    "SIM-AML": ("CAP_DOSE", "{drug} with {with}: at most 20 mg of {drug} a day."),
    "ATO-CLAR": ("CAP_DOSE", "{drug} with {with}, a strong CYP3A inhibitor: at most 20 mg of "
                 "{drug} a day."),
    "STAT-CYA": ("CAP_DOSE", "{drug} with {with}: at most 5 mg of {drug} a day."),
    "STAT-RENAL": ("CAP_DOSE", "Kidney function is severely reduced: begin {drug} with 5 mg, at "
                   "most 10 mg a day."),
    "STAT-PREG": ("SPECIALIST", "{drug} is usually paused in pregnancy; in familial "
                  "hypercholesterolaemia it is an individual decision."),
    "WAR-AMIO": ("MONITOR_CLOSELY", "{drug} with {with}: the INR rises over weeks. The dose "
                 "equations have a term for amiodarone: it counts once, the dose is not reduced a "
                 "second time."),
    "WAR-AZOLE": ("REDUCE", "{drug} with {with}: expect a higher INR; lower the dose and check the "
                  "INR within days."),
    "WAR-CAPE": ("AVOID", "{drug} with {with}: the INR can rise strongly; avoid it or check the "
                 "INR closely."),
    "WAR-PREG": ("CONTRAINDICATED", "{drug} harms the unborn child (teratogenic): not in "
                 "pregnancy. Mechanical heart valves are a specialist's decision."),
    "WAR-NSAID": ("AVOID", "{drug} with {with}: the risks of bleeding add up."),
    "THIO-XO": ("REDUCE", "{drug} with {with}, a xanthine oxidase inhibitor: cut {drug} to 25 to "
                "33 % of the dose and watch the blood count, on top of any reduction for TPMT or "
                "NUDT15."),
    "THIO-FEB": ("CONTRAINDICATED", "{drug} with {with}, a xanthine oxidase inhibitor: the "
                 "breakdown of {drug} is blocked; the combination is contraindicated."),
    "TAM-2D6": ("AVOID", "{drug} with {with}, {class}: less endoxifen, the active form, is made; "
                "avoid the combination. Venlafaxine or another weak inhibitor is preferred."),
    "TAM-VTE": ("SPECIALIST", "{drug} raises the risk of thrombosis after a deep vein thrombosis "
                "or lung embolism; with factor V Leiden weigh again."),
    "COD-2D6": ("AVOID", "{drug} with {with}, {class}: activation by CYP2D6 is blocked; expect "
                "weak pain relief. An opioid that needs no activation is to be discussed."),
    "COD-CHILD": ("CONTRAINDICATED", "{drug} is contraindicated under 12 years of age."),
    "COD-BF": ("AVOID", "Breastfeeding: avoid {drug}, above all in ultrarapid metabolizers."),
    "OPI-BZD": ("AVOID", "{drug} with {with}, a benzodiazepine: breathing can be depressed "
                "(respiratory depression)."),
    "FU-BRIV": ("CONTRAINDICATED", "{drug} with {with}: dihydropyrimidine dehydrogenase (DPD) is "
                "blocked and toxicity can be fatal; at least 4 weeks lie between the two."),
    "CAPE-RENAL": ("REDUCE", "Kidney function is moderately reduced: 75 % of the starting dose of "
                   "{drug}, combined with any reduction for DPYD."),
    "CAPE-RENAL-SEV": ("CONTRAINDICATED", "Kidney function is severely reduced: {drug} is "
                       "contraindicated."),
    "FU-PREG": ("CONTRAINDICATED", "{drug} harms the unborn child (fetal harm): not in pregnancy."),
    "IRI-CYP3A": ("AVOID", "{drug} with {with}, {class}: the inhibitor ends at least one week "
                  "before {drug} is given."),
    "IRI-UGT": ("AVOID", "{drug} with {with}, {class}: acts like a UGT1A1 genotype of reduced "
                "function; avoid the combination."),
    "ATV-PPI": ("AVOID", "{drug} with {with}, an acid reducer: absorption falls; avoid it in "
                "people treated before."),
    "TAC-CYP3A": ("REDUCE", "{drug} with {with}, {class}: lower the dose and follow the trough "
                  "level; a higher dose for the CYP3A5 genotype does not apply unchanged."),
    "TAC-IND": ("INCREASE", "{drug} with {with}, {class}: the level falls; raise the dose by "
                "level."),
    "EFV-PREG": ("ALTERNATIVE", "Pregnancy: discuss alternatives to {drug} in the first three "
                 "months."),
    "MET-RENAL": ("CONTRAINDICATED", "eGFR is under 30: {drug} is contraindicated (and is not "
                  "begun between 30 and 45)."),
    "NSAID-RENAL": ("AVOID", "eGFR is under 30: avoid {drug}, a non-steroidal anti-inflammatory "
                    "drug."),
    "GAD-RENAL": ("AVOID", "eGFR is under 30: {drug} only as a group II agent and after "
                  "discussion."),
    "GAD-PREG": ("AVOID", "Pregnancy: avoid {drug} unless the result changes what is done."),
    "MTX-PREG": ("CONTRAINDICATED", "{drug} harms the unborn child (fetal harm): not in "
                 "pregnancy."),
    "ACE-PREG": ("CONTRAINDICATED", "{drug} harms the kidneys of the unborn child (fetal "
                 "renal harm): not in pregnancy."),
}
# Rules that speak about any drug are part of the program, not of the file.
BUILT_IN = ["ALLERGY", "DUP"]
# The sentence of the source speaks of more drugs than its list.
ALSO_ABOUT = {"P2Y12-BLEED": ["prasugrel", "ticagrelor"]}
