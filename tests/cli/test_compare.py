# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""compare: the table is what its folds say, and is the same whatever happened on the way."""
import json
import random
import signal
import subprocess
import time

import pytest
from chain import GCRISK, auroc, rows, run

MODELS = ["--models", "lr,rf,tree", "--inputs", "all,clinical", "--select", "chi2:30", "--cv", "4",
          "--set", "rf.trees=20", "--set", "lr.lambda=0.02", "--bootstrap", "100",
          "--no-provenance"]
TABLES = [".tsv", ".json", ".md", ".html"]


@pytest.fixture(scope="module", name="folder")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    run(folder, "simulate", "--samples", 400, "--variants", 300, "--causal", 15, "--heritability",
        0.5, "--format", "bed", "--prevalence", 0.3, "--out", "cohort")
    run(folder, "ingest", "ehr", "--table", "cohort.clinical.csv", "--out", "people")
    run(folder, "preprocess", "--bfile", "cohort", "--clinical", "people.clinical.tsv", "--pheno",
        "cohort.pheno.tsv", "--pheno-name", "disease", "--out", "study/")
    run(folder, "compare", "--study", "study/", *MODELS, "--out", "table")
    return folder


def same_tables(folder, name):
    for suffix in TABLES:
        one = (folder / f"table{suffix}").read_text()
        assert one == (folder / f"{name}{suffix}").read_text(), suffix


def test_figures_are_those_of_the_held_out_people(folder):
    table = {(row["MODEL"], row["INPUTS"]): row for row in rows(folder / "table.tsv")}
    assert len(table) == 6
    for (model, inputs), row in table.items():
        cells = [rows(folder / f"table.cells/{model}.{inputs}.r1.f{k}.tsv") for k in range(1, 5)]
        people = [person for cell in cells for person in cell]
        assert len({person["#IID"] for person in people}) == len(people) == 400
        expected = auroc([float(p["RISK"]) for p in people if p["OUTCOME"] == "1"],
                         [float(p["RISK"]) for p in people if p["OUTCOME"] == "0"])
        assert float(row["AUROC"]) == pytest.approx(expected, abs=1e-5)
        brier = sum((float(p["RISK"]) - float(p["OUTCOME"])) ** 2 for p in people) / len(people)
        assert float(row["BRIER"]) == pytest.approx(brier, abs=1e-5)
        assert float(row["AUROC_LO"]) < expected < float(row["AUROC_HI"])


def test_all_models_have_the_same_folds(folder):
    for k in range(1, 5):
        ids = [[row["#IID"] for row in rows(folder / f"table.cells/{model}.r1.f{k}.tsv")]
               for model in ("lr.all", "rf.all", "tree.clinical")]
        assert ids[0] == ids[1] == ids[2]


def test_value_of_the_genome_is_the_difference_of_the_two_rows(folder):
    found = json.loads((folder / "table.json").read_text())
    table = {(row["MODEL"], row["INPUTS"]): row for row in rows(folder / "table.tsv")}
    assert [g["model"] for g in found["value_of_the_genome"]] == ["lr", "rf", "tree"]
    for value in found["value_of_the_genome"]:
        difference = float(table[value["model"], "all"]["AUROC"]) - float(
            table[value["model"], "clinical"]["AUROC"])
        assert value["difference"]["difference"] == pytest.approx(difference, abs=1e-5)
    # Half of the liability's variance is genetic: the sentence has to see it.
    assert found["value_of_the_genome"][0]["sentence"].startswith(
        "With lr, genotypes raise the AUROC above that of the clinical columns by 0.")


def test_certificate(folder):
    found = json.loads((folder / "table.json").read_text())["certificate"]
    assert found["people_on_both_sides"] == 0
    assert found["folds"] == 4
    # None of these models needs people held back: each fold is fitted once, for all of the rows.
    assert [entry["fold"] for entry in found["fitted_on"]] == [1, 2, 3, 4]
    assert len({entry["parts"][-1]["hash"] for entry in found["fitted_on"]}) == 4
    for entry in found["fitted_on"]:
        assert "lr.all" in entry["rows"] and "lr-permuted.all" in entry["rows"]
        people = {part["part"]: part["people"] for part in entry["parts"]}
        assert people["select chi2"] == people["model"] == 300 and people["test"] == 100
        hashes = {part["part"]: part["hash"] for part in entry["parts"]}
        test = hashes.pop("test")
        assert len(set(hashes.values())) == 1 and test not in hashes.values()
        assert {"impute-mean", "scale-zscore"} <= set(hashes)
    assert found["kinship"]["not_looked_at"].startswith("300 autosomal variants, at least 500")
    assert not found["index_date"]["known"]
    # No leak: the area of what was done to shuffled outcomes is a coin's. With about 120 cases its
    # standard error is 0.03.
    assert 0.4 < found["permuted_outcome"]["value"] < 0.6
    assert found["permuted_outcome"]["chance"] == 0.5


def test_twins_on_both_sides_of_a_fold_are_named(folder):
    draw = random.Random(5)
    # In Hardy-Weinberg equilibrium, so that the kinship of strangers is 0 and scatters by about
    # 0.02: 0.177 is far above that.
    dosage = [[(draw.random() < 0.4) + (draw.random() < 0.4) for _ in range(2000)]
              for _ in range(40)]
    for i in range(0, 40, 4):  # ten pairs of twins
        dosage[i + 1] = dosage[i]
    code = {0: 3, 1: 2, 2: 0}
    packed = bytearray([0x6C, 0x1B, 0x01])
    for j in range(2000):
        for i in range(0, 40, 4):
            packed.append(sum(code[dosage[i + k][j]] << 2 * k for k in range(4)))
    (folder / "twins.bed").write_bytes(bytes(packed))
    (folder / "twins.bim").write_text("".join(f"1 v{j} 0 {j + 1} A G\n" for j in range(2000)))
    (folder / "twins.fam").write_text("".join(f"0 t{i:02d} 0 0 0 {1 + (i // 2) % 2}\n"
                                              for i in range(40)))
    (folder / "ill.tsv").write_text("#IID\till\n" + "".join(f"t{i:02d}\t{(i // 2) % 2}\n"
                                                           for i in range(40)))
    (folder / "pairs.tsv").write_text("#IID\tpair\n" + "".join(f"t{i:02d}\tp{i // 2}\n"
                                                              for i in range(40)))
    options = ["--models", "tree", "--cv", 4, "--no-permuted", "--bootstrap", 0]
    run(folder, "preprocess", "--bfile", "twins", "--out", "apart/")
    run(folder, "compare", "--study", "apart/", *options, "--out", "apart_table")
    apart = json.loads((folder / "apart_table.json").read_text())["certificate"]["kinship"]
    assert apart["pairs"] == 10 and 0 < apart["pairs_across_folds"] <= 10
    assert apart["largest_across_folds"] == pytest.approx(0.5)  # of twins
    assert "10 pairs of people look like first-degree relatives" in (folder / "apart_table.md").read_text()
    run(folder, "preprocess", "--bfile", "twins", "--clinical", "pairs.tsv", "--pheno", "ill.tsv",
        "--pheno-name", "ill", "--group-by", "pair", "--out", "together/")
    run(folder, "compare", "--study", "together/", *options, "--out", "together_table")
    together = json.loads((folder / "together_table.json").read_text())["certificate"]
    assert together["kinship"]["pairs"] == 10 and together["kinship"]["pairs_across_folds"] == 0
    assert together["groups_on_both_sides"] == 0


def test_relatives_are_not_claimed_where_strangers_scatter(folder):
    """Copies of 20 variants tell as much as 20 variants, however many there are."""
    draw = random.Random(6)
    people = [[(draw.random() < 0.4) + (draw.random() < 0.4) for _ in range(20)] for _ in range(40)]
    code = {0: 3, 1: 2, 2: 0}
    packed = bytearray([0x6C, 0x1B, 0x01])
    for j in range(1000):
        for i in range(0, 40, 4):
            packed.append(sum(code[people[i + k][j % 20]] << 2 * k for k in range(4)))
    (folder / "linked.bed").write_bytes(bytes(packed))
    (folder / "linked.bim").write_text("".join(f"1 v{j} 0 {j + 1} A G\n" for j in range(1000)))
    (folder / "linked.fam").write_text("".join(f"0 t{i} 0 0 0 {1 + i % 2}\n" for i in range(40)))
    run(folder, "preprocess", "--bfile", "linked", "--out", "linked/")
    run(folder, "compare", "--study", "linked/", "--models", "tree", "--cv", 2, "--no-permuted",
        "--bootstrap", 0, "--out", "linked_table")
    found = json.loads((folder / "linked_table.json").read_text())["certificate"]["kinship"]
    assert found["not_looked_at"].startswith("over 1,000 variants strangers scatter so much that")


def test_certificate_knows_the_index_date(folder):
    """Each of 60 people: a measurement, the index, a later measurement; half have the outcome."""
    events = []
    for i in range(60):
        events += [(f"e{i:02d}", "2020-01-01", "LAB/glucose", str(5 + i % 7)),
                   (f"e{i:02d}", "2020-03-01", "DRUG/start", ""),
                   (f"e{i:02d}", "2020-04-01", "LAB/glucose", "9")]
        if i % 2:
            events.append((f"e{i:02d}", "2020-04-15", "DX/bleeding", ""))
        events.append((f"e{i:02d}", "2020-12-01", "VISIT/last", ""))
    (folder / "e.tsv").write_text(
        "subject_id\ttime\tcode\tnumeric_value\ttext_value\tunit\n"
        + "".join("\t".join([*event, "", ""]) + "\n" for event in events))
    run(folder, "preprocess", "--events", "e.tsv", "--index-date", "first:DRUG/start",
        "--outcome-code", "DX/bleeding", "--risk-window", "1:90",
        "--min-time-at-risk", 30, "--washout", 30, "--out", "dated/")
    run(folder, "compare", "--study", "dated/", "--models", "tree", "--cv", 2, "--no-permuted",
        "--bootstrap", 0, "--out", "dated_table")
    found = json.loads((folder / "dated_table.json").read_text())["certificate"]["index_date"]
    assert found["known"] and found["rule"] == "first:DRUG/start"
    # The index itself, the later measurement, the last visit, and the outcome of every other one.
    assert found["events_left_out"] == 60 * 3 + 30


def test_only_methods_that_use_them_hold_people_back(folder):
    run(folder, "compare", "--study", "study/", "--models", "rf,gbm", "--cv", 4, "--no-permuted",
        "--set", "rf.trees=5", "--set", "gbm.rounds=5", "--validation", 0.2, "--bootstrap", 0,
        "--out", "held")
    cells = {name: json.loads((folder / f"held.cells/{name}.all.r1.f1.json").read_text())
             for name in ("rf", "gbm")}
    assert cells["rf"]["n_train"] == 300
    assert cells["gbm"]["n_train"] == pytest.approx(240, abs=2)  # four fifths of 300
    parts = {part["part"]: part["people"] for part in cells["gbm"]["fitted"]}
    assert parts["early stopping or choice"] == 300 - cells["gbm"]["n_train"]


@pytest.mark.parametrize("selection", ["lasso:12", "rfe:12", "rfe:rf:12"])
def test_selection_by_methods_that_see_all_variants(folder, selection):
    name = selection.replace(":", "_")
    run(folder, "compare", "--study", "study/", "--models", "lr", "--select", selection, "--set",
        "lr.lambda=0.02", "--cv", 3, "--no-permuted", "--bootstrap", 0, "--out", name)
    found = json.loads((folder / f"{name}.json").read_text())
    chosen = found["selected_variants"]
    assert sum(v["folds"] for v in chosen) == 3 * 12
    assert all(v["share"] == pytest.approx(v["folds"] / 3) for v in chosen)
    # 15 causal variants carry half of the variance: the same ones come up again and again.
    assert chosen[0]["folds"] == 3
    assert float(rows(folder / f"{name}.tsv")[0]["AUROC"]) > 0.55


def test_the_peak_in_the_manifest_is_that_of_the_whole_run(folder):
    cells = [json.loads(path.read_text())["peak_memory_bytes"]
             for path in (folder / "table.cells").glob("*.json")]
    run(folder, "compare", "--study", "study/", "--models", "lr", "--set", "lr.lambda=0.02", "--cv",
        2, "--bootstrap", 0, "--out", "peak")
    manifest = json.loads((folder / "peak.run.json").read_text())
    own = [json.loads(path.read_text())["peak_memory_bytes"]
           for path in (folder / "peak.cells").glob("*.json")]
    assert cells and manifest["peak_memory_bytes"] >= max(own)


def test_two_threads_give_the_same_bytes(folder):
    run(folder, "compare", "--study", "study/", *MODELS, "--threads", 1, "--out", "one")
    same_tables(folder, "one")


def test_tasks_joined_are_the_whole(folder):
    for task in (2, 1, 3):
        run(folder, "compare", "--study", "study/", *MODELS, "--task", f"{task}/3", "--out", "parts")
        assert not (folder / "parts.tsv").exists()
    told = run(folder, "compare", "--study", "study/", *MODELS, "--out", "parts")
    assert "0 cells fitted, 28 taken up" in told
    same_tables(folder, "parts")


def test_parts_are_merged_when_all_are_there(folder):
    part = ["compare", "--study", "study/", *MODELS, "--out", "array", "--task"]
    run(folder, *part, "1/2")
    told = run(folder, "merge", "array", code=3)
    assert "of 2 parts of array 1 are not complete: 2" in told
    run(folder, *part, "2/2")
    run(folder, *part, "2/2")  # a task that a scheduler started again
    told = run(folder, "merge", "array")
    assert "joining 2 parts of gcrisk compare" in told and "0 cells fitted, 28 taken up" in told
    same_tables(folder, "array")
    assert "--force" in run(folder, "merge", "array", code=2)


def test_parts_that_do_not_belong_together_are_not_merged(folder):
    told = run(folder, "merge", "nothing", code=3)
    assert ("no part of nothing is there, expected files such as nothing.part-1-of-20.run.json"
            in told)
    part = ["compare", "--study", "study/", *MODELS, "--out", "mixed"]
    run(folder, *part, "--task", "1/2")
    run(folder, *["3" if value == "4" else value for value in part], "--task", "2/2")
    told = run(folder, "merge", "mixed", code=5)
    assert "mixed.part-1-of-2 and mixed.part-2-of-2 differ in --cv" in told
    run(folder, *part, "--task", "1/3")
    told = run(folder, "merge", "mixed", code=5)
    assert "parts of mixed are of 2 and of 3, expected those of one job array" in told


def test_kills_at_random_moments_change_nothing(folder):
    """Each life is at most 0.3 of a whole run, so that at least three of them end by a kill."""
    begin = time.monotonic()
    run(folder, "compare", "--study", "study/", *MODELS, "--out", "whole")
    whole = time.monotonic() - begin
    seed = random.SystemRandom().randrange(2**32)
    draw = random.Random(seed)
    kills = 0
    for _ in range(12):
        process = subprocess.Popen([GCRISK, "compare", "--study", "study/", *MODELS, "--out",
                                    "killed"], cwd=folder, stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0, 0.3 * whole))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        if process.wait() == 0:
            break
    assert kills >= 3, f"seed {seed}"
    if not (folder / "killed.run.json").exists():
        run(folder, "compare", "--study", "study/", *MODELS, "--out", "killed")
    same_tables(folder, "killed")


def test_other_options_are_fitted_anew(folder):
    told = run(folder, "compare", "--study", "study/", *MODELS, "--task", "1/2", "--out", "options")
    assert "14 cells fitted, 0 taken up" in told
    other = [value.replace("rf.trees=20", "rf.trees=21") for value in MODELS]
    told = run(folder, "compare", "--study", "study/", *other, "--task", "1/2", "--out", "options")
    assert "4 cells fitted, 10 taken up" in told  # 8 cells of rf, half of them in this part


def test_published_figures_stand_beside_ours(folder):
    """78 % accuracy of logistic regression and 0.45 of log loss are Dhaliwal's table 4.1."""
    run(folder, "compare", "--study", "study/", "--models", "lr", "--set", "lr.lambda=0.02", "--cv",
        3, "--no-permuted", "--bootstrap", 100, "--paper", "dhaliwal2024", "--out", "paper")
    ours = rows(folder / "paper.tsv")[0]
    figures = {(row["#MODEL"], row["METRIC"]): row for row in rows(folder / "paper.paper.tsv")
               if row["METRIC"] != "NA"}
    accuracy = figures["logistic regression", "accuracy"]
    assert accuracy["PUBLISHED"] == "0.78" and accuracy["OURS"] == ours["ACCURACY"]
    inside = float(ours["ACCURACY_LO"]) <= 0.78 <= float(ours["ACCURACY_HI"])
    assert accuracy["VERDICT"] == ("within" if inside else "outside")
    assert figures["logistic regression", "log_loss"]["PUBLISHED"] == "0.45"
    assert figures["CNN", "accuracy"]["VERDICT"] == "cannot be judged: no row cnn.all"
    hours = [row for row in rows(folder / "paper.paper.tsv") if row["NOTE"] == "hours of training"]
    assert len(hours) == 6
    assert all(row["VERDICT"].startswith("cannot be judged") for row in hours)


def test_every_shipped_table_can_be_read(folder):
    for name, figures in [("taneja", 17), ("kalusivalingam", 3), ("boopathi_raj_murganoor", 4)]:
        run(folder, "compare", "--study", "study/", "--models", "lr", "--set", "lr.lambda=0.02",
            "--cv", 2, "--no-permuted", "--bootstrap", 0, "--paper", name, "--out", name)
        assert len(rows(folder / f"{name}.paper.tsv")) == figures


@pytest.mark.parametrize("how", [["random:3"], ["grid"], ["halving:6"],
                                 ["random:2", "--inner-cv", "3"], ["halving:5", "--inner-cv", "2"]])
def test_tuning_says_what_it_chose(folder, how):
    name = "tuned_" + "_".join(how).replace(":", "").replace("--", "")
    options = ["--study", "study/", "--models", "tree", "--select", "chi2:20", "--cv", 3, "--tune",
               *how, "--no-permuted", "--bootstrap", 0, "--no-provenance"]
    run(folder, "compare", *options, "--out", name)
    cells = [json.loads((folder / f"{name}.cells/tree.all.r1.f{k}.json").read_text())
             for k in (1, 2, 3)]
    assert any("=" in cell["tuned"] for cell in cells)
    # The choice is made on people of the training set; the last fit has all of them, since a tree
    # needs nobody held back.
    assert sum(cell["n_train"] for cell in cells) == 800
    run(folder, "compare", *options, "--threads", 1, "--out", name + "_again")
    assert (folder / f"{name}.tsv").read_text() == (folder / f"{name}_again.tsv").read_text()


def test_what_is_set_is_not_tuned(folder):
    options = ["--study", "study/", "--models", "gbm", "--select", "chi2:20", "--cv", 3, "--set",
           "gbm.rounds=40", "--no-permuted", "--bootstrap", 0]
    run(folder, "compare", *options, "--tune", "halving:9", "--inner-cv", 2, "--out", "halved")
    cells = [json.loads((folder / f"halved.cells/gbm.all.r1.f{k}.json").read_text())
             for k in (1, 2, 3)]
    assert all("rounds=" not in cell["tuned"] for cell in cells)  # what is set stays
    assert float(rows(folder / "halved.tsv")[0]["AUROC"]) > 0.55


def test_a_model_that_fails_leaves_its_row(folder):
    run(folder, "preprocess", "--clinical", "people.clinical.tsv", "--pheno", "cohort.pheno.tsv",
        "--pheno-name", "disease", "--impute", "none", "--out", "holes/")
    run(folder, "compare", "--study", "holes/", "--models", "lr,tree", "--cv", 3, "--no-permuted",
        "--bootstrap", 0, "--out", "failing")
    lr, tree = rows(folder / "failing.tsv")
    assert lr["AUROC"] == "NA" and "missing" in lr["FAILURE"]
    assert tree["FAILURE"] == "NA" and float(tree["AUROC"]) > 0.4


@pytest.mark.parametrize("options, finding", [
    (["--models", "lr,forest"], "forest"),
    (["--select", "chi2"], "--select chi2: expected none, or a method and how many variants"),
    (["--task", "4/3"], "--task 4/3: expected I/N with I from 1 to N"),
    (["--set", "trees=3"], "--set trees=3: expected MODEL.OPTION=VALUE"),
    (["--set", "gbm.rounds=3"], "--set gbm.rounds=3: gbm is not among --models"),
    (["--tune", "often"], "--tune often: expected none, grid, random:N or halving:N"),
    (["--tune", "halving"], "--tune halving: expected none, grid, random:N or halving:N"),
    (["--inner-cv", "3"], "--inner-cv chooses among candidates, --tune is none"),
    (["--inner-cv", "1", "--tune", "grid"], "--inner-cv 1: expected 0, or at least two folds"),
    (["--select", "rfe:forest:5"], "forest"),
    (["--tune", "grid", "--validation", "0"], "--tune needs people to choose by"),
    (["--paper", "smith"], "--paper smith: neither a file nor a table that is known"),
    (["--inputs", "molecular"], "--inputs molecular: the study has none"),
])
def test_options_that_make_no_sense_are_refused(folder, options, finding):
    told = run(folder, "compare", "--study", "study/", "--models", "lr", *options, "--out", "none",
               code=2)
    assert finding in told
