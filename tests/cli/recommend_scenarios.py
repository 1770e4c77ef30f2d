# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""People whose plan must say some things and must not say others.

What each has to say was worked out from guideline tables, product labels and safety rules, not from
the program: `must` and `must_not` are (about, code), with words of the explanation and identifiers
behind them. A code is a finding or an action; FIRM_STANDARD, CLEAN_STANDARD and BARE_DOSE stand for
a firm usual dose, a usual dose without any warning, and a dose that does not name the INR.
"""
from recommend_cases import (ATC, LOINC, RXNORM, SNOMED, Record, coding, concept)

# Genotypes. CYP2C19 *1 has G at rs3758581, the base sequence of GRCh38 is *38.
C19_NORMAL = {"rs3758581": "G/G"}
C19_12 = {"rs4244285": "G/A", "rs12769205": "A/G", "rs3758581": "G/G"}
C19_22 = {"rs4244285": "A/A", "rs12769205": "G/G", "rs3758581": "G/G"}
C19_1717 = {"rs12248560": "T/T", "rs3758581": "G/G"}
C19 = {"genes": ["CYP2C19"]}
NOTHING = {"genes": ["IFNL3"]}
BRCA1, BRCA2 = "rs80357906", "rs80359351"
BRCA2_VUS, BRCA2_HARMLESS = "BRCA2:c.476-2A>G", "rs11571833"


def man(born="1960-03-15", race=None):
    return Record("male", born, race)


def woman(born="1980-03-15", race=None):
    return Record("female", born, race)


def warfarin(record, weight=80, height=170):
    record.drug("warfarin", status="draft", intent="proposal")
    if weight:
        record.lab("29463-7", weight, "kg")
    if height:
        record.lab("8302-2", height, "cm")
    return record


WARFARIN = {"genes": ["CYP2C9", "VKORC1", "CYP4F2"]}
STATINS = {"genes": ["SLCO1B1", "ABCG2", "CYP2C9"]}
THIOPURINES = {"genes": ["TPMT", "NUDT15"]}
ANAESTHETICS = {"genes": ["RYR1", "CACNA1S"]}
LUNG = ("Non-small cell lung cancer, metastatic", "C34.90", "254637007")

# name: (genotypes, record, outside calls, options, must, must_not)
SCENARIOS = {
    # ---- one drug, one gene -----------------------------------------------------------------
    "citalopram in an ultrarapid metabolizer: another drug": (
        C19 | {"calls": C19_1717}, woman().drug("citalopram", intent="plan"), None, [],
        [("citalopram", "ALTERNATIVE", ["CYP2C19", "*17/*17", "Ultrarapid"], ["PA166297336"])],
        [("citalopram", "STANDARD")]),
    "citalopram in an intermediate metabolizer: slow titration": (
        C19 | {"calls": C19_12}, woman().drug("Celexa 20 mg"), None, [],
        [("citalopram", "STANDARD_SLOW_TITRATION", ["*1/*2"], ["PA166297340"])],
        [("citalopram", "ALTERNATIVE_OR_REDUCE")]),
    "omeprazole in an ultrarapid metabolizer: more": (
        C19 | {"calls": C19_1717}, woman().drug("omeprazole"), None, [],
        [("omeprazole", "INCREASE", ["*17/*17"], ["PA166298270"])], [("omeprazole", "STANDARD")]),
    "capecitabine with DPYD *2A on one strand: half": (
        {"genes": ["DPYD"], "calls": {"rs3918290": "C/T"}}, woman().drug("capecitabine"), None, [],
        [("capecitabine", "REDUCE", ["DPYD", "c.1905+1G>A"], ["PA166297901"])],
        [("capecitabine", "STANDARD")]),
    "fluorouracil with two no-function variants: never": (
        {"genes": ["DPYD"], "calls": {"rs3918290": "T/T"}}, man().drug("5-FU"), None, [],
        [("fluorouracil", "AVOID", ["DPYD", "Poor Metabolizer"])], [("fluorouracil", "REDUCE")]),
    "azathioprine in a TPMT poor metabolizer": (
        THIOPURINES | {"calls": {"rs1800460": "T/T", "rs1142345": "C/C"}},
        man().drug("Imuran"), None, [],
        [("azathioprine", "ALTERNATIVE_OR_REDUCE", ["TPMT", "*3A/*3A"], ["PA166297284"])],
        [("azathioprine", "STANDARD")]),
    "mercaptopurine in a child with NUDT15 *3 twice": (
        THIOPURINES | {"calls": {"rs116855232": "T/T"}}, man("2018-01-01").drug("mercaptopurine"),
        None, [], [("mercaptopurine", "ALTERNATIVE_OR_REDUCE", ["NUDT15"], ["PA166298228"])],
        [("mercaptopurine", "STANDARD")]),
    "azathioprine, TPMT normal, NUDT15 not in the file": (
        {"genes": ["TPMT"]}, man().drug("azathioprine"), None, [],
        [("azathioprine", "STANDARD_OTHER_GENE_UNKNOWN", ["NUDT15"]), ("NUDT15", "NOT_DETERMINED")],
        [("azathioprine", "STANDARD"), ("azathioprine", "FIRM_STANDARD")]),
    "irinotecan with UGT1A1 *28 twice: 70 %": (
        {"genes": ["UGT1A1"], "calls": {"rs3064744": "CATAT/CATAT", "rs887829": "T/T"}},
        woman().drug("irinotecan", status="draft"), None, [],
        [("irinotecan", "REDUCE", ["UGT1A1", "70 %"], ["X-IRI-PM"])], [("irinotecan", "STANDARD")]),
    "irinotecan with one UGT1A1 *28: usual": (
        {"genes": ["UGT1A1"], "calls": {"rs3064744": "CAT/CATAT", "rs887829": "C/T"}},
        woman().drug("irinotecan"), None, [], [("irinotecan", "STANDARD", [], ["X-IRI-IM"])],
        [("irinotecan", "REDUCE")]),
    "atazanavir in a UGT1A1 poor metabolizer": (
        {"genes": ["UGT1A1"], "calls": {"rs3064744": "CATAT/CATAT", "rs887829": "T/T"}},
        man().drug("atazanavir"), None, [], [("atazanavir", "ALTERNATIVE", [], ["PA166297198"])],
        [("atazanavir", "STANDARD")]),
    "tacrolimus in a CYP3A5 expresser: more": (
        {"genes": ["CYP3A5"], "calls": {"rs776746": "T/C"}}, man().drug("Prograf"), None, [],
        [("tacrolimus", "INCREASE", ["CYP3A5", "*1/*3"], ["PA166298512"])],
        [("tacrolimus", "STANDARD")]),
    "efavirenz in a poor metabolizer": (
        {"genes": ["CYP2B6"], "calls": {"rs3745274": "T/T", "rs2279343": "G/G"}},
        man().drug("efavirenz"), None, [],
        [("efavirenz", "REDUCE", ["*6/*6"], ["PA166297894"])], [("efavirenz", "STANDARD")]),
    "simvastatin with SLCO1B1 *5 twice": (
        STATINS | {"calls": {"rs4149056": "C/C"}}, man().drug("simvastatin 40 MG"), None, [],
        [("simvastatin", "ALTERNATIVE", ["SLCO1B1", "*5/*5"], ["PA166298505"])],
        [("simvastatin", "STANDARD")]),
    "atorvastatin with one SLCO1B1 *5: at most 40 mg": (
        STATINS | {"calls": {"rs4149056": "T/C"}}, man().drug("Lipitor"), None, [],
        [("atorvastatin", "CAP_DOSE", ["40 mg"], ["PA166297248"])], [("atorvastatin", "STANDARD")]),
    "celecoxib in a CYP2C9 poor metabolizer": (
        {"genes": ["CYP2C9"], "calls": {"rs1057910": "C/C"}}, woman().drug("celecoxib"), None, [],
        [("celecoxib", "REDUCE", ["*3/*3"], ["PA166297317"])], [("celecoxib", "STANDARD")]),
    "siponimod with CYP2C9 *3 twice": (
        {"genes": ["CYP2C9"], "calls": {"rs1057910": "C/C"}}, woman().drug("siponimod"), None, [],
        [("siponimod", "CONTRAINDICATED", ["*3/*3"], ["X-SIP-33"])], [("siponimod", "STANDARD")]),
    "siponimod with one CYP2C9 *3: half in the long run": (
        {"genes": ["CYP2C9"], "calls": {"rs1057910": "A/C"}}, woman().drug("Mayzent"), None, [],
        [("siponimod", "REDUCE", ["*1/*3"], ["X-SIP-IM"])], [("siponimod", "CONTRAINDICATED")]),
    "voriconazole in a child, ultrarapid": (
        C19 | {"calls": C19_1717}, man("2017-05-05").drug("voriconazole"), None, [],
        [("voriconazole", "ALTERNATIVE", ["pediatric"], ["PA166298806"])],
        [("voriconazole", "STANDARD")]),
    "hydralazine in a slow acetylator": (
        {"genes": ["NAT2"], "calls": {"rs1799930": "A/A", "rs1208": "G/G"}},
        man().drug("hydralazine"), None, [],
        [("hydralazine", "LOWEST_START", ["NAT2"], ["X-HYD-POOR"])], [("hydralazine", "STANDARD")]),
    "rasburicase in a man without enzyme": (
        {"genes": ["G6PD"], "calls": {"rs5030868": "A"}}, man().drug("rasburicase"), None, [],
        [("rasburicase", "AVOID", ["G6PD", "Deficient"], ["PA166297620"])],
        [("rasburicase", "STANDARD")]),
    "rasburicase in a heterozygous woman: the enzyme first": (
        {"genes": ["G6PD"], "calls": {"rs5030868": "G/A"}}, woman().drug("rasburicase"), None, [],
        [("rasburicase", "TEST_FIRST", ["G6PD"], ["PA166297622"])], [("rasburicase", "STANDARD")]),
    "sevoflurane with a variant of malignant hyperthermia": (
        ANAESTHETICS | {"calls": {"rs118192172": "C/T"}}, man().drug("sevoflurane", intent="plan"),
        None, [], [("sevoflurane", "CONTRAINDICATED_RELATIVE", ["RYR1"]),
                   ("genetic counselling and testing of relatives", "DISCUSS")],
        [("sevoflurane", "STANDARD")]),
    "succinylcholine, nothing found: that rules nothing out": (
        ANAESTHETICS, man().drug("succinylcholine", intent="plan"), None, [],
        [("succinylcholine", "CLINICAL_JUDGEMENT", ["does not rule out malignant hyperthermia"])],
        [("succinylcholine", "STANDARD")]),
    "desflurane, nothing found, but a sister had it": (
        ANAESTHETICS, woman().drug("desflurane", intent="plan")
        .family("Malignant hyperthermia", "T88.3"), None, [],
        [("desflurane", "CONTRAINDICATED", ["malignant hyperthermia"])],
        [("desflurane", "STANDARD")]),
    "ivacaftor for a carrier without cystic fibrosis: no topic": (
        {"genes": ["CFTR"], "calls": {"rs75527207": "G/A"}}, woman().drug("ivacaftor",
                                                                         intent="proposal"),
        None, [], [("ivacaftor", "NOT_INDICATED", ["cystic fibrosis"])],
        [("ivacaftor", "INDICATED"), ("ivacaftor", "RECOMMENDED"), ("ivacaftor", "STANDARD")]),
    "ivacaftor with cystic fibrosis on record": (
        {"genes": ["CFTR"], "calls": {"rs75527207": "G/A"}},
        woman().drug("Kalydeco").condition("Cystic fibrosis", "E84.0"), None, [],
        [("ivacaftor", "INDICATED", ["CFTR", "cystic fibrosis"], ["PA166298188"])],
        [("ivacaftor", "AVOID")]),
    # ---- outside calls -----------------------------------------------------------------------
    "abacavir, HLA-B*57:01 positive": (
        NOTHING, man().drug("abacavir"), "HLA-B\t*57:01/*44:02\n", [],
        [("abacavir", "AVOID", ["HLA-B", "*57:01"], ["PA166296759"])], [("abacavir", "STANDARD")]),
    "abacavir, the laboratory says negative": (
        NOTHING, man().drug("abacavir"), "HLA-B\t*57:01 negative\n", [],
        [("abacavir", "STANDARD", [], ["PA166296758"])], [("abacavir", "AVOID")]),
    "abacavir, HLA-B not typed": (
        NOTHING, man().drug("abacavir"), None, [],
        [("HLA-B", "NOT_TESTED"), ("abacavir", "NOT_DECIDED_FOR_HLA", ["HLA-B"])],
        [("abacavir", "STANDARD"), ("abacavir", "FIRM_STANDARD")]),
    "allopurinol, HLA-B*58:01": (
        NOTHING, man().drug("allopurinol"), "HLA-B\t*58:01/*07:02\n", [],
        [("allopurinol", "CONTRAINDICATED", ["*58:01"], ["PA166296961"])],
        [("allopurinol", "STANDARD")]),
    "carbamazepine new, HLA-A*31:01 positive, *15:02 not typed": (
        NOTHING, man().drug("carbamazepine", status="draft", intent="plan"),
        "HLA-A\t*31:01 positive\n", [],
        [("carbamazepine", "AVOID", ["*31:01"], ["PA166297295"])], [("carbamazepine", "STANDARD")]),
    "carbamazepine taken for years, HLA-B*15:02 positive": (
        NOTHING, man().drug("carbamazepine", date="2020-01-01"),
        "HLA-A\t*31:01 negative\nHLA-B\t*15:02/*40:01\n", [],
        [("carbamazepine", "PRIOR_USE_CAUTION", ["*15:02"], ["PA166297308"])],
        [("carbamazepine", "STANDARD")]),
    "amikacin with m.1555A>G": (
        NOTHING, man().drug("amikacin"), "MT-RNR1\tm.1555A>G\n", [],
        [("amikacin", "AVOID", ["MT-RNR1"], ["PA166296962"])], [("amikacin", "STANDARD")]),
    "gentamicin, MT-RNR1 not tested": (
        NOTHING, man().drug("gentamicin"), None, [], [("MT-RNR1", "NOT_TESTED")],
        [("gentamicin", "STANDARD"), ("gentamicin", "FIRM_STANDARD")]),
    "codeine in a poor metabolizer; tramadol is no way out": (
        NOTHING, woman().drug("codeine"), "CYP2D6\t*4/*5\n", [],
        [("codeine", "AVOID", ["CYP2D6", "Poor Metabolizer"], ["PA166297602"])],
        [("codeine", "STANDARD"), ("tramadol", "NAMED_AS_OPTION")]),
    "tramadol in an ultrarapid metabolizer; codeine is no way out": (
        NOTHING, woman().drug("tramadol"), "CYP2D6\t*1/*2x3\n", [],
        [("tramadol", "AVOID", ["CYP2D6"])], [("codeine", "NAMED_AS_OPTION")]),
    "codeine, CYP2D6 not tested": (
        NOTHING, woman().drug("codeine"), None, [],
        [("CYP2D6", "NOT_TESTED"), ("codeine", "NOT_TESTED", ["CYP2D6"])],
        [("codeine", "STANDARD"), ("codeine", "AVOID")]),
    "metoprolol in a poor metabolizer": (
        NOTHING, man().drug("metoprolol succinate 50 mg"), "CYP2D6\t\tPoor Metabolizer\n", [],
        [("metoprolol", "LOWEST_START", ["CYP2D6"], ["X-MET-PM"])], [("metoprolol", "STANDARD")]),
    "outside calls that contradict each other are open": (
        NOTHING, woman().drug("codeine"), "CYP2D6\t*1/*1\nCYP2D6\t*4/*4\n", [],
        [("CYP2D6", "OPEN", ["contradict"]), ("codeine", "OPEN")],
        [("codeine", "STANDARD"), ("codeine", "FIRM_STANDARD")]),
    # ---- open calls --------------------------------------------------------------------------
    "clopidogrel, the site of CYP2C19 *2 not called": (
        C19 | {"calls": C19_NORMAL, "drop": ["rs4244285", "rs12769205"]},
        man().drug("clopidogrel").condition("Acute coronary syndrome", "I24.9", "394659003"),
        None, [], [("CYP2C19", "OPEN", ["rs4244285"])],
        [("clopidogrel", "STANDARD"), ("clopidogrel", "FIRM_STANDARD")]),
    "capecitabine, the site of DPYD *2A not in the file": (
        {"genes": ["DPYD"], "drop": ["rs3918290"]}, woman().drug("capecitabine"), None, [],
        [("DPYD", "OPEN", ["rs3918290"])],
        [("capecitabine", "STANDARD"), ("capecitabine", "FIRM_STANDARD")]),
    "azathioprine, TPMT *3A or *3B/*3C without phase": (
        THIOPURINES | {"calls": {"rs1800460": "C/T", "rs1142345": "T/C"}},
        man().drug("azathioprine"), None, [],
        [("azathioprine", "REDUCE", ["*1/*3A", "*3B/*3C"], ["PA166297271"])],
        [("azathioprine", "STANDARD")]),
    "nothing of the gene in the file": (
        NOTHING, woman().drug("citalopram"), None, [],
        [("CYP2C19", "NOT_DETERMINED"), ("citalopram", "NOT_TESTED", ["CYP2C19"])],
        [("citalopram", "STANDARD"), ("citalopram", "FIRM_STANDARD")]),
    # ---- clopidogrel and its alternatives ----------------------------------------------------
    "poor metabolizer with a stent: prasugrel and ticagrelor are named": (
        C19 | {"calls": C19_22}, man().drug("Plavix 75 mg").condition("Coronary stent", "Z95.5")
        .lab("29463-7", 82, "kg"), None, [],
        [("clopidogrel", "AVOID", ["*2/*2"], ["PA166297572"]),
         ("prasugrel", "NAMED_AS_OPTION"), ("ticagrelor", "NAMED_AS_OPTION")],
        [("clopidogrel", "STANDARD")]),
    "the same after a transient ischaemic attack in the history": (
        C19 | {"calls": C19_22}, man().drug("clopidogrel").condition("STEMI", "I21.3")
        .condition("Personal history of TIA", "Z86.73"), None, [],
        [("prasugrel", "CONTRAINDICATED", ["stroke"], ["PRA-STROKE"]),
         ("ticagrelor", "NAMED_AS_OPTION")],
        [("prasugrel", "NAMED_AS_OPTION"), ("prasugrel", "RECOMMENDED")]),
    "the same at 78 years and 52 kg": (
        C19 | {"calls": C19_22}, woman("1947-01-01").drug("clopidogrel")
        .condition("Myocardial infarction", None, "22298006").lab("29463-7", 52, "kg"), None, [],
        [("prasugrel", "INTERACTION_MAJOR", ["75"], ["PRA-AGE"]),
         ("prasugrel", "INTERACTION_MODERATE", ["60 kg"], ["PRA-WEIGHT"])],
        [("prasugrel", "NAMED_AS_OPTION")]),
    "the same with an intracranial haemorrhage": (
        C19 | {"calls": C19_22}, man().drug("clopidogrel").condition("NSTEMI", "I21.4")
        .condition("Intracerebral haemorrhage", "I61.9"), None, [],
        [("ticagrelor", "CONTRAINDICATED", ["intracranial"], ["TIC-ICH"])],
        [("ticagrelor", "NAMED_AS_OPTION")]),
    "clopidogrel with omeprazole": (
        C19 | {"calls": C19_NORMAL}, man().drug("clopidogrel").drug("omeprazole 20 mg")
        .condition("Coronary stent", "Z95.5"), None, [],
        [("clopidogrel+omeprazole", "INTERACTION_MAJOR", ["CYP2C19"], ["CLO-PPI"])],
        [("clopidogrel", "CLEAN_STANDARD")]),
    "clopidogrel with pantoprazole": (
        C19 | {"calls": C19_NORMAL}, man().drug("clopidogrel").drug("pantoprazole")
        .condition("Coronary stent", "Z95.5"), None, [],
        [("clopidogrel", "STANDARD", [], ["PA166297567"])],
        [("clopidogrel+pantoprazole", "INTERACTION_MAJOR")]),
    "clopidogrel with active bleeding": (
        C19 | {"calls": C19_NORMAL}, man().drug("clopidogrel")
        .condition("Gastrointestinal haemorrhage", "K92.2", "74474003"), None, [],
        [("clopidogrel", "CONTRAINDICATED", ["bleeding"], ["P2Y12-BLEED"])],
        [("clopidogrel", "CLEAN_STANDARD")]),
    # ---- phenoconversion ---------------------------------------------------------------------
    "codeine with paroxetine, genetically normal": (
        NOTHING, woman().drug("codeine").drug("paroxetine"), "CYP2D6\t*1/*1\n", [],
        [("codeine", "PHENOCONVERTED", ["Normal Metabolizer", "Poor Metabolizer", "paroxetine"]),
         ("codeine+paroxetine", "INTERACTION_MAJOR", ["CYP2D6"], ["COD-2D6"])],
        [("codeine", "STANDARD"), ("codeine", "CLEAN_STANDARD")]),
    "tamoxifen with fluoxetine": (
        NOTHING, woman().drug("tamoxifen").drug("Prozac").condition("Breast cancer", "C50.912"),
        "CYP2D6\t*1/*2\n", [],
        [("tamoxifen+fluoxetine", "INTERACTION_MAJOR", ["endoxifen"], ["TAM-2D6"]),
         ("tamoxifen", "PHENOCONVERTED")], [("tamoxifen", "STANDARD")]),
    "atomoxetine with duloxetine: half of the score": (
        NOTHING, man("1990-01-01").drug("atomoxetine").drug("duloxetine"), "CYP2D6\t*1/*1\n", [],
        [("atomoxetine", "PHENOCONVERTED", ["moderate CYP2D6 inhibitor", "1"])],
        [("atomoxetine", "STANDARD")]),
    "codeine with a fluoxetine that was stopped": (
        NOTHING, woman().drug("codeine").drug("fluoxetine", status="stopped", date="2024-01-01"),
        "CYP2D6\t*1/*1\n", [], [("codeine", "STANDARD", [], ["PA166297600"])],
        [("codeine", "PHENOCONVERTED"), ("codeine+fluoxetine", "INTERACTION_MAJOR")]),
    # ---- interactions and the record ---------------------------------------------------------
    "simvastatin with clarithromycin": (
        STATINS, man().drug("simvastatin").drug("clarithromycin 500 mg"), None, [],
        [("simvastatin+clarithromycin", "CONTRAINDICATED", ["CYP3A"], ["SIM-CYP3A"])],
        [("simvastatin", "CLEAN_STANDARD")]),
    "simvastatin with amlodipine: at most 20 mg": (
        STATINS, man().drug("simvastatin").drug("amlodipine"), None, [],
        [("simvastatin+amlodipine", "INTERACTION_MODERATE", ["20 mg"], ["SIM-AML"])],
        [("simvastatin", "CLEAN_STANDARD")]),
    "azathioprine with allopurinol and a TPMT reduction: both are shown": (
        THIOPURINES | {"calls": {"rs1142345": "T/C"}}, man().drug("azathioprine")
        .drug("allopurinol"), "HLA-B\t*58:01 negative\n", [],
        [("azathioprine+allopurinol", "INTERACTION_MAJOR", ["xanthine", "on top of"], ["THIO-XO"]),
         ("azathioprine", "REDUCE", ["TPMT"], ["PA166297271"])], [("azathioprine", "STANDARD")]),
    "tacrolimus: the genotype says more, clarithromycin says less": (
        {"genes": ["CYP3A5"], "calls": {"rs776746": "T/T"}}, man().drug("tacrolimus")
        .drug("clarithromycin"), None, [],
        [("tacrolimus", "CONFLICT", ["opposite"]),
         ("tacrolimus+clarithromycin", "INTERACTION_MAJOR", ["trough"], ["TAC-CYP3A"])],
        [("tacrolimus", "STANDARD")]),
    "capecitabine with brivudine": (
        {"genes": ["DPYD"]}, woman().drug("capecitabine").drug("brivudine"), None, [],
        [("capecitabine+brivudine", "CONTRAINDICATED", ["dihydropyrimidine"], ["FU-BRIV"])],
        [("capecitabine", "CLEAN_STANDARD")]),
    "capecitabine with a creatinine clearance of 38.96": (
        # Cockcroft-Gault, woman of 74, 60 kg, 1.2 mg/dL: (140-74)*60*0.85/(72*1.2) = 38.958
        {"genes": ["DPYD"]}, woman("1951-01-01").drug("capecitabine").lab("2160-0", 1.2, "mg/dL")
        .lab("29463-7", 60, "kg"), None, [],
        [("capecitabine", "INTERACTION_MODERATE", ["38.96", "75 %"], ["CAPE-RENAL"])],
        [("capecitabine", "CLEAN_STANDARD"), ("capecitabine", "CONTRAINDICATED")]),
    "metformin with an eGFR of 24": (
        NOTHING, man().drug("metformin").lab("98979-8", 24, "mL/min/{1.73_m2}"), None, [],
        [("metformin", "CONTRAINDICATED", ["eGFR", "kidney"], ["MET-RENAL"])], []),
    "metformin with creatinine in umol/L": (
        # 309.4 umol/L * 0.0113122 = 3.5 mg/dL: CKD-EPI 2021 of a man of 65 is about 18.6.
        NOTHING, man().drug("metformin").lab("14682-9", 309.4, "umol/L"), None, [],
        [("metformin", "CONTRAINDICATED", ["CKD-EPI", "3.5"], ["MET-RENAL"])], []),
    "metformin without any kidney value": (
        NOTHING, man().drug("metformin"), None, [],
        [("metformin", "NOT_RECORDED", ["kidney"])], [("metformin", "CONTRAINDICATED")]),
    "ibuprofen at an eGFR of 20": (
        {"genes": ["CYP2C9"]}, man().drug("ibuprofen").lab("62238-1", 20, "mL/min/{1.73_m2}"),
        None, [], [("ibuprofen", "INTERACTION_MAJOR", ["eGFR"], ["NSAID-RENAL"])],
        [("ibuprofen", "CLEAN_STANDARD")]),
    "lisinopril in pregnancy": (
        NOTHING, woman("1995-01-01").drug("lisinopril").condition("Pregnancy", None, "77386006",
                                                                  date="2025-03-01"), None, [],
        [("lisinopril", "CONTRAINDICATED", ["pregnan"], ["ACE-PREG"])], []),
    "methotrexate, the pregnancy ended": (
        NOTHING, woman("1995-01-01").drug("methotrexate")
        .condition("Normal pregnancy", "Z34.90", clinical="resolved", date="2023-01-01",
                   abatementDateTime="2023-09-20"), None, [], [],
        [("methotrexate", "CONTRAINDICATED")]),
    "simvastatin in pregnancy": (
        STATINS, woman("1995-01-01").drug("simvastatin").pregnant(), None, [],
        [("simvastatin", "INTERACTION_MAJOR", ["pregnan"], ["STAT-PREG"])],
        [("simvastatin", "CLEAN_STANDARD")]),
    "codeine for a child of eight": (
        NOTHING, man("2017-01-01").drug("codeine"), "CYP2D6\t*1/*1\n", [],
        [("codeine", "CONTRAINDICATED", ["12"], ["COD-CHILD"])], [("codeine", "CLEAN_STANDARD")]),
    "tramadol while breastfeeding": (
        NOTHING, woman("1995-01-01").drug("tramadol").condition("Breastfeeding", None, "169741004"),
        "CYP2D6\t*1/*1\n", [],
        [("tramadol", "INTERACTION_MAJOR", ["reastfeeding"], ["COD-BF"])],
        [("tramadol", "CLEAN_STANDARD")]),
    "hydrocodone with lorazepam": (
        NOTHING, man().drug("hydrocodone").drug("lorazepam"), "CYP2D6\t*1/*1\n", [],
        [("hydrocodone+lorazepam", "INTERACTION_MAJOR", ["reath"], ["OPI-BZD"])],
        [("hydrocodone", "CLEAN_STANDARD")]),
    "tamoxifen after a lung embolism": (
        NOTHING, woman().drug("tamoxifen").condition("Pulmonary embolism", "I26.99"),
        "CYP2D6\t*1/*1\n", [], [("tamoxifen", "INTERACTION_MAJOR", ["thrombosis"], ["TAM-VTE"])],
        [("tamoxifen", "CLEAN_STANDARD")]),
    "an allergy to the drug itself": (
        THIOPURINES, man().drug("mercaptopurine", intent="plan").allergy("azathioprine"), None, [],
        [("mercaptopurine", "CONTRAINDICATED", ["allergy"], ["ALLERGY"])],
        [("mercaptopurine", "CLEAN_STANDARD")]),
    "an allergy that was refuted": (
        THIOPURINES, man().drug("mercaptopurine", intent="plan")
        .allergy("mercaptopurine", verification="refuted"), None, [],
        [("mercaptopurine", "STANDARD", [], ["PA166298222"])],
        [("mercaptopurine", "CONTRAINDICATED")]),
    "factor V Leiden and the pill, 0/0 on GRCh37": (
        {"genes": ["IFNL3"], "build": 37, "variants": {"rs6025": 2}},
        woman().drug("ethinylestradiol"), None, [],
        [("ethinylestradiol", "AVOID", ["F5", "two copies"], ["CV-F5-ESTROGEN"])], []),
    "no factor V Leiden, 1/1 on GRCh37": (
        {"genes": ["IFNL3"], "build": 37, "variants": {"rs6025": 0}},
        woman().drug("ethinylestradiol"), None, [], [], [("ethinylestradiol", "AVOID")]),
    "a drug that nobody knows": (
        NOTHING, man().drug("zzyzzomab"), None, [], [], [("zzyzzomab", "STANDARD")]),
    "a drug that is taken and named as an option: its dose is checked": (
        C19 | {"calls": C19_22}, man().drug("clopidogrel").drug("ticagrelor")
        .condition("STEMI", "I21.3"), None, [],
        [("ticagrelor", "ALREADY_TAKEN", ["dose"], ["DUP"])], [("clopidogrel", "STANDARD")]),
    # ---- warfarin ----------------------------------------------------------------------------
    "warfarin, three worked values, the third": (
        WARFARIN | {"calls": {"rs9923231": "T/T", "rs1057910": "A/C"}},
        warfarin(woman("1953-01-01", "2028-9"), 50, 155).drug("amiodarone"), None, [],
        [("warfarin", "DOSE", ["INR", "6.103"]),
         ("warfarin+amiodarone", "INTERACTION_MAJOR", [], ["WAR-AMIO"])],
        [("warfarin", "BARE_DOSE")]),
    "warfarin without a weight": (
        WARFARIN, warfarin(man(race="2106-3"), None), None, [], [("warfarin", "NO_DOSE", ["weight"])],
        [("warfarin", "DOSE")]),
    "warfarin for a child": (
        WARFARIN, warfarin(man("2014-01-01", "2106-3"), 30, 130), None, [],
        [("warfarin", "NO_DOSE", ["adults"])], [("warfarin", "DOSE")]),
    "warfarin in pregnancy": (
        WARFARIN, warfarin(woman("1992-01-01", "2106-3")).pregnant(), None, [],
        [("warfarin", "CONTRAINDICATED", ["pregnan"], ["WAR-PREG"])], [("warfarin", "DOSE")]),
    "warfarin, African ancestry, CYP2C9 *11 not read": (
        WARFARIN | {"drop": ["rs28371685"]}, warfarin(man(race="2054-5")), None, [],
        [("warfarin", "DOSE_CLINICALLY", ["*11"])], [("warfarin", "DOSE")]),
    "warfarin in a CYP2C9 poor metabolizer": (
        WARFARIN | {"calls": {"rs1057910": "C/C"}}, warfarin(man(race="2106-3")), None, [],
        [("warfarin", "ALTERNATIVE", ["*3/*3", "anticoagulant"])], [("warfarin", "BARE_DOSE")]),
    "warfarin with fluconazole and naproxen": (
        WARFARIN, warfarin(man(race="2106-3")).drug("fluconazole").drug("naproxen"), None, [],
        [("warfarin+fluconazole", "INTERACTION_MAJOR", ["INR"], ["WAR-AZOLE"]),
         ("warfarin+naproxen", "INTERACTION_MAJOR", ["bleeding"], ["WAR-NSAID"])],
        [("warfarin", "BARE_DOSE")]),
    # ---- hereditary cancer -------------------------------------------------------------------
    "BRCA1 and the whole context: olaparib": (
        {"variants": [BRCA1]}, woman().condition("Metastatic breast cancer", "C50.911")
        .answer("85319-2", "Negative", "260385009").drug("paclitaxel", status="completed",
                                                         date="2024-03-01").pregnant(False),
        None, [], [("BRCA1", "PATHOGENIC", ["c.5266dup"]),
                   ("olaparib", "RECOMMENDED", ["HER2"], ["ONC-BRCA-PARP-BREAST"])],
        [("olaparib", "CONTRAINDICATED")]),
    "BRCA1 and a HER2-positive breast cancer: no olaparib": (
        {"variants": [BRCA1]}, woman().condition("Metastatic breast cancer", "C50.911")
        .answer("85319-2", "Positive (3+)", "10828004"), None, [],
        [("BRCA1", "PATHOGENIC"), ("trastuzumab", "RECOMMENDED", [], ["ONC-HER2-BREAST"])],
        [("olaparib", "RECOMMENDED"), ("olaparib", "NAMED_AS_OPTION")]),
    "trastuzumab with an ejection fraction of 45 %": (
        NOTHING, woman().condition("Breast cancer", "C50.911").lab("10230-1", 45, "%")
        .answer("85319-2", "Positive (3+)", "10828004"), None, [],
        [("trastuzumab", "INTERACTION_MAJOR", ["50 %"], ["TRA-LVEF"])],
        [("trastuzumab", "RECOMMENDED")]),
    "BRCA2 and an ovarian cancer that answered to platinum": (
        {"variants": [BRCA2]}, woman("1965-01-01")
        .condition("Ovarian cancer, stage IIIC, platinum-sensitive", "C56.1"), None, [],
        [("olaparib", "RECOMMENDED", [], ["ONC-BRCA-PARP-OVARY"])], []),
    "BRCA2 in a man with castration-resistant prostate cancer": (
        {"variants": [BRCA2]}, man("1950-01-01")
        .condition("Metastatic castration-resistant prostate cancer", "C61")
        .drug("enzalutamide", status="completed", date="2024-01-01"), None, [],
        [("olaparib", "RECOMMENDED", [], ["ONC-BRCA-PARP-PROST"]),
         ("prostate screening", "SCREENING", [], ["ONC-BRCA-MALE"])],
        [("risk-reducing salpingo-oophorectomy", "RISK_REDUCTION")]),
    "BRCA1 without a cancer: screening, no drug": (
        {"variants": [BRCA1]}, woman("1992-01-01").drug("olaparib", intent="proposal"), None, [],
        [("olaparib", "NO_INDICATION", [], ["ONC-BRCA-NOCANCER"]),
         ("breast MRI", "SCREENING", [], ["ONC-BRCA-MRI"]),
         ("mammography", "SCREENING", [], ["ONC-BRCA-MRI"]),
         ("genetic counselling and testing of relatives", "DISCUSS", [], ["ONC-CASCADE"])],
        [("olaparib", "RECOMMENDED"), ("olaparib", "NAMED_AS_OPTION")]),
    "BRCA1 at 27: imaging by resonance, mammography not yet": (
        {"variants": [BRCA1]}, woman("1998-01-01"), None, [],
        [("breast MRI", "SCREENING", [], ["ONC-BRCA-MRI"])], [("mammography", "SCREENING")]),
    "BRCA1 and both breasts removed": (
        {"variants": [BRCA1]}, woman("1982-01-01").procedure("Bilateral mastectomy", "27865001"),
        None, [], [("breast MRI", "NOT_NEEDED")],
        [("breast MRI", "SCREENING"), ("risk-reducing mastectomy", "RISK_REDUCTION")]),
    "BRCA1 in pregnancy: olaparib is contraindicated, surgery waits": (
        {"variants": [BRCA1]}, woman("1988-01-01").pregnant()
        .condition("Metastatic HER2-negative breast cancer", "C50.911"), None, [],
        [("olaparib", "CONTRAINDICATED", ["unborn"], ["OLA-PREG"]),
         ("risk-reducing salpingo-oophorectomy", "DEFER"),
         ("gadolinium contrast", "INTERACTION_MAJOR", ["regnan"], ["GAD-PREG"])],
        [("olaparib", "RECOMMENDED"), ("olaparib", "NAMED_AS_OPTION")]),
    "a BRCA2 variant of uncertain significance": (
        {"variants": [BRCA2_VUS]}, woman().condition("Metastatic HER2-negative breast cancer",
                                                     "C50.911").drug("docetaxel"), None, [],
        [("BRCA2", "UNCERTAIN_SIGNIFICANCE", [], ["ONC-VUS"])],
        [("olaparib", "RECOMMENDED"), ("olaparib", "NAMED_AS_OPTION"), ("BRCA2", "PATHOGENIC")]),
    "BRCA2 p.Lys3326Ter": (
        {"variants": [BRCA2_HARMLESS]}, woman().condition("Metastatic HER2-negative breast cancer",
                                                          "C50.911").drug("docetaxel"), None, [],
        [("BRCA2", "BENIGN", ["p.Lys3326Ter"])],
        [("olaparib", "RECOMMENDED"), ("olaparib", "NAMED_AS_OPTION"), ("BRCA2", "PATHOGENIC")]),
    "olaparib with itraconazole": (
        {"variants": [BRCA1]}, woman().condition("Breast cancer", "C50.911").drug("olaparib")
        .drug("itraconazole"), None, [],
        [("olaparib+itraconazole", "INTERACTION_MAJOR", ["CYP3A"], ["OLA-CYP3A-S"])], []),
    "olaparib with a creatinine clearance of 41": (
        # Man of 70, 65 kg, 1.55 mg/dL: 70*65/(72*1.55) = 40.77
        {"variants": [BRCA2]}, man("1955-01-01").condition("Prostate cancer", "C61")
        .drug("olaparib").lab("2160-0", 1.55, "mg/dL").lab("29463-7", 65, "kg"), None, [],
        [("olaparib", "INTERACTION_MODERATE", ["40.77", "200 mg"], ["OLA-RENAL"])], []),
    # ---- the tumour --------------------------------------------------------------------------
    "EGFR L858R on record, advanced lung cancer": (
        NOTHING, woman("1955-01-01").condition(*LUNG).tumour("EGFR", "c.2573T>G", "p.Leu858Arg"),
        None, [], [("osimertinib", "RECOMMENDED", ["EGFR"], ["ONC-EGFR-1L"])], []),
    "EGFR L858R on record, marked as germline": (
        NOTHING, woman("1955-01-01").condition(*LUNG).tumour("EGFR", "c.2573T>G", "p.Leu858Arg",
                                                             source="LA6683-2"), None, [], [],
        [("osimertinib", "RECOMMENDED"), ("gefitinib", "NAMED_AS_OPTION"),
         ("osimertinib", "NAMED_AS_OPTION")]),
    "EGFR T790M after gefitinib": (
        NOTHING, woman("1955-01-01").condition(*LUNG).tumour("EGFR", "c.2369C>T", "p.Thr790Met")
        .drug("gefitinib"), None, [],
        [("osimertinib", "RECOMMENDED", ["T790M"], ["ONC-EGFR-T790M"]),
         ("gefitinib", "RESISTANCE")], [("gefitinib", "NAMED_AS_OPTION")]),
    "EGFR exon 20 insertion": (
        NOTHING, man("1955-01-01").condition(*LUNG).tumour("EGFR", "exon 20 insertion", "")
        .drug("erlotinib", intent="proposal"), None, [],
        [("erlotinib", "RESISTANCE", ["exon 20"], ["ONC-EGFR-EX20"])],
        [("osimertinib", "RECOMMENDED"), ("erlotinib", "NAMED_AS_OPTION")]),
    "osimertinib with rifampin and a long QT": (
        NOTHING, woman("1955-01-01").condition(*LUNG).tumour("EGFR", "exon 19 deletion", "")
        .drug("osimertinib").drug("rifampin").condition("Long QT syndrome", "I45.81"), None, [],
        [("osimertinib+rifampin", "INTERACTION_MAJOR", ["CYP3A"], ["OSI-IND"]),
         ("osimertinib", "INTERACTION_MAJOR", ["QT"], ["OSI-QT"])], []),
    "a tumour mutational burden of 14 and a transplanted kidney": (
        NOTHING, man("1955-01-01").condition("Metastatic colon cancer", "C18.9")
        .lab("94076-7", 14, "1/1000000{Base}").condition("Kidney transplant", "Z94.0"), None, [],
        [("pembrolizumab", "INTERACTION_MAJOR", ["transplant"], ["PEM-AUTO"])],
        [("pembrolizumab", "RECOMMENDED")]),
    "high microsatellite instability, metastatic": (
        NOTHING, man("1955-01-01").condition("Metastatic colon cancer", "C18.9")
        .answer("81695-9", "MSI-H", "LA26203-2", LOINC), None, [],
        [("pembrolizumab", "RECOMMENDED", [], ["ONC-MSI"])], []),
    # ---- heart, vessels, way of life ---------------------------------------------------------
    "PCSK9 gain of function: a statin, and SLCO1B1 counts": (
        STATINS | {"variants": ["rs137852912"], "calls": {"rs4149056": "C/C"}}, man("1975-01-01"),
        None, [], [("PCSK9", "PATHOGENIC"),
                   ("high-intensity statin", "FAMILIAL_HYPERCHOLESTEROLAEMIA", ["SLCO1B1"],
                    ["CV-FH"]),
                   ("genetic counselling and testing of relatives", "DISCUSS")], []),
    "LDLR, on GRCh37: familial hypercholesterolaemia": (
        STATINS | {"build": 37, "variants": ["LDLR:g.11089560G>A"]}, woman("1975-01-01"), None, [],
        [("LDLR", "PATHOGENIC"), ("high-intensity statin", "FAMILIAL_HYPERCHOLESTEROLAEMIA", [],
                                  ["CV-FH"]), ("rosuvastatin", "NAMED_AS_OPTION")], []),
    "APOB, pregnant: a statin is a specialist's question": (
        STATINS | {"variants": ["APOB:g.21006288C>T"]}, woman("1995-01-01").pregnant(), None, [],
        [("APOB", "PATHOGENIC"),
         ("rosuvastatin", "INTERACTION_MAJOR", ["pregnan"], ["STAT-PREG"])], []),
    "LDL 120 on a statin after an infarction": (
        NOTHING, man().drug("rosuvastatin").condition("Myocardial infarction", "I25.2")
        .condition("Coronary artery disease", "I25.10").lab("13457-7", 3.1, "mmol/L"), None, [],
        [("evolocumab", "NAMED_AS_OPTION", ["LDL"], ["CV-PCSK9-INHIB"])], []),
    "APOE e4/e4, not asked for": (
        {"variants": {"rs429358": 2, "rs7412": 0}}, man(), None, [], [], [("APOE", "INFORM")]),
    "APOE e4/e4, asked for": (
        {"variants": {"rs429358": 2, "rs7412": 0}}, man(), None, ["--also", "apoe"],
        [("APOE", "INFORM", ["e4/e4", "Alzheimer"], ["CV-APOE-E4"])], []),
    "APOE e2/e2, asked for": (
        {"variants": {"rs429358": 0, "rs7412": 2}}, man(), None, ["--also", "apoe"],
        [("APOE", "INFORM", ["type III"], ["CV-APOE-E2E2"])], []),
    "BRCA2, but the question is a drug for depression": (
        C19 | {"calls": C19_22, "variants": [BRCA2]}, woman(), None, ["--drugs", "citalopram"],
        [("citalopram", "ALTERNATIVE_OR_REDUCE")], [("BRCA2", "PATHOGENIC"),
                                                    ("breast MRI", "SCREENING")]),
    "the same, and findings beside the question are asked for": (
        C19 | {"calls": C19_22, "variants": [BRCA2]}, woman(), None,
        ["--drugs", "citalopram", "--also", "incidental"],
        [("citalopram", "ALTERNATIVE_OR_REDUCE"), ("BRCA2", "PATHOGENIC")], []),
    "diabetes, a smoker, overweight": (
        NOTHING, man().condition("Type 2 diabetes", "E11.9").lab("39156-5", 31, "kg/m2")
        .answer("72166-2", "Current every day smoker", "449868002")
        .condition("Hypertension", "I10"), None, [],
        [("Mediterranean diet", "LIFESTYLE", [], ["LIFE-MED-DIET"]),
         ("DASH diet", "LIFESTYLE", [], ["LIFE-DASH"]),
         ("smoking", "LIFESTYLE", [], ["LIFE-SMOKING"]),
         ("physical activity", "LIFESTYLE", [], ["LIFE-EXERCISE"])], []),
    "prediabetes with a BMI of 29": (
        NOTHING, man().condition("Prediabetes", "R73.03").lab("29463-7", 89, "kg")
        .lab("8302-2", 175, "cm"), None, [],
        [("structured lifestyle programme", "LIFESTYLE", [], ["LIFE-DPP"])], []),
    "prediabetes with a BMI of 22": (
        NOTHING, man().condition("Prediabetes", "R73.03").lab("29463-7", 67, "kg")
        .lab("8302-2", 175, "cm"), None, [], [], [("structured lifestyle programme", "LIFESTYLE")]),
    # ---- shapes of the record ----------------------------------------------------------------
    "drugs by RxNorm alone, diagnoses by SNOMED alone": (
        C19 | {"calls": C19_22},
        man().add("MedicationStatement", status="active", effectiveDateTime="2025-05-01",
                  medicationCodeableConcept=coding(RXNORM, "32968"))
        .add("Condition", code=coding(SNOMED, "394659003"), onsetDateTime="2025-04"), None, [],
        [("clopidogrel", "AVOID", ["*2/*2"], ["PA166297572"])], [("clopidogrel", "STANDARD")]),
    "drugs by ATC alone, in a contained resource": (
        {"genes": ["CYP2C9"], "calls": {"rs1057910": "C/C"}},
        woman().add("MedicationRequest", status="active", intent="order", authoredOn="2025-05-01",
                    contained=[{"resourceType": "Medication", "id": "m",
                                "code": coding(ATC, "M01AH01")}],
                    medicationReference={"reference": "#m"}), None, [],
        [("celecoxib", "REDUCE", ["*3/*3"])], [("celecoxib", "STANDARD")]),
    "a course that is completed but runs to July": (
        STATINS, man().drug("simvastatin").add(
            "MedicationStatement", status="completed",
            effectivePeriod={"start": "2025-05-25", "end": "2025-07-01"},
            medicationCodeableConcept=concept("clarithromycin")), None, [],
        [("simvastatin+clarithromycin", "CONTRAINDICATED")], []),
    "a stroke by words alone, and one that is denied": (
        C19 | {"calls": C19_22}, man().drug("clopidogrel").condition("STEMI", "I21.3")
        .condition("no history of stroke"), None, [], [("prasugrel", "NAMED_AS_OPTION")],
        [("prasugrel", "CONTRAINDICATED")]),
    "a laboratory value in a unit that cannot be converted": (
        NOTHING, man().drug("metformin").lab("2160-0", 300, "parsec"), None, [],
        [("metformin", "NOT_RECORDED")], [("metformin", "CONTRAINDICATED")]),
    "an entry in error and one of next year": (
        NOTHING, man().drug("metformin").lab("98979-8", 10, "mL/min/{1.73_m2}", date="2026-01-01")
        .add("Observation", status="entered-in-error", code=coding(LOINC, "98979-8"),
             effectiveDateTime="2025-05-01", valueQuantity={"value": 9, "unit": "mL/min",
                                                            "code": "mL/min"}), None, [],
        [("metformin", "NOT_RECORDED")], [("metformin", "CONTRAINDICATED")]),
    "two builds, one person": (
        STATINS | {"build": 37, "calls": {"rs4149056": "C/C"}}, man().drug("simvastatin"), None, [],
        [("simvastatin", "ALTERNATIVE", ["*5/*5"], ["PA166298505"])], [("simvastatin", "STANDARD")]),
}
