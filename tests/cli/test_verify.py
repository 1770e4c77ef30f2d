# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk verify`: the same again, and what is said when it is not."""
import hashlib
import json
import os
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]


def run(*words, cwd, status=0):
    done = subprocess.run([GCRISK, *map(str, words)], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == status, done.stderr
    return done.stderr


@pytest.fixture
def cohort(tmp_path):
    run("simulate", "--samples", 60, "--variants", 100, "--causal", 10, "--seed", 3, "--threads", 2,
        "--out", "c", cwd=tmp_path)
    return tmp_path


def edit_manifest(cohort, change):
    path = cohort / "c.run.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def test_says_so_when_all_outputs_are_the_same_and_leaves_nothing(cohort):
    before = sorted(path.name for path in cohort.iterdir())
    said = run("verify", "c.run.json", "--threads", 1, cwd=cohort)
    assert "the same in all 6 outputs" in said
    assert sorted(path.name for path in cohort.iterdir()) == before


def test_names_the_first_differing_line(cohort):
    run("simulate", "--samples", 60, "--variants", 100, "--causal", 10, "--checksums", "sha256",
        "--force", "--out", "c", cwd=cohort)
    # As if an earlier version had written another value: file and manifest agree with each other.
    path = cohort / "c.pheno.tsv"
    lines = path.read_text().splitlines()
    lines[4] = lines[4][:-1] + ("1" if lines[4][-1] == "0" else "0")
    path.write_text("\n".join(lines) + "\n")

    def change(manifest):
        entry = next(e for e in manifest["outputs"] if e["path"] == "c.pheno.tsv")
        entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()

    edit_manifest(cohort, change)
    said = run("verify", "c.run.json", cwd=cohort, status=10)
    assert "c.pheno.tsv:5: was 'sim00004 " in said
    assert "', the second run gave 'sim00004 " in said
    assert "(1 of 6 outputs differ)" in said
    assert "hint: --out PREFIX keeps the second run's results for a look" in said


def test_a_changed_seed_gives_other_data(cohort):
    edit_manifest(cohort, lambda m: m.update(seed=4))
    said = run("verify", "c.run.json", "--out", "again", cwd=cohort, status=10)
    assert "error: c.vcf.gz:" in said and "the second run gave" in said
    assert "5 of 6 outputs differ" in said
    assert (cohort / "again.vcf.gz").exists()


def test_an_output_that_was_edited_is_a_difference(cohort):
    with open(cohort / "c.clinical.csv", "a") as file:
        file.write("x\n")
    said = run("verify", "c.run.json", cwd=cohort, status=10)
    assert "c.clinical.csv: was changed after the run (1 of 6 outputs differ)" in said


def test_a_changed_or_absent_input_is_refused(cohort):
    run("ingest", "ehr", "--table", "c.clinical.csv", "--out", "e", cwd=cohort)
    assert "the same in all" in run("verify", "e.run.json", cwd=cohort)
    with open(cohort / "c.clinical.csv", "a") as file:
        file.write("sim99999,50,male,25,120,3,5.5,never,1.2\n")
    said = run("verify", "e.run.json", cwd=cohort, status=5)
    assert "input c.clinical.csv changed since the run: its hash is " in said
    assert "hint: nothing can be verified without the old input" in said
    (cohort / "c.clinical.csv").unlink()
    said = run("verify", "e.run.json", cwd=cohort, status=3)
    assert "input c.clinical.csv is gone" in said
    assert "hint: run verify in the folder where the command ran" in said


def test_what_is_no_manifest_is_refused(cohort):
    said = run("verify", "c.truth.json", cwd=cohort, status=4)
    assert "c.truth.json: is not the run.json of a gcrisk run" in said
    assert "each command leaves one beside its results, named PREFIX.run.json" in said
    said = run("verify", "absent.json", cwd=cohort, status=3)
    assert "absent.json: cannot be opened, expected the run.json of a run" in said
    edit_manifest(cohort, lambda m: m.update(command="conjure"))
    said = run("verify", "c.run.json", cwd=cohort, status=4)
    assert "the manifest is of 'conjure', which is no command of this version" in said


def test_an_unknown_option_or_no_out_is_refused(cohort):
    edit_manifest(cohort, lambda m: m["options"].update(wishes=3))
    said = run("verify", "c.run.json", cwd=cohort, status=4)
    assert "the manifest has --wishes, which this version of gcrisk simulate does not know" in said
    edit_manifest(cohort, lambda m: m["options"].update(out=None))
    said = run("verify", "c.run.json", cwd=cohort, status=4)
    assert "c.run.json: has no --out, so nothing can be compared" in said


def test_a_run_of_another_version_is_told(cohort):
    edit_manifest(cohort, lambda m: m.update(version="0.0.1"))
    said = run("verify", "c.run.json", cwd=cohort)
    assert "warning: the run was made by gcrisk 0.0.1, this is " in said


def test_a_dry_run_checks_the_inputs_alone(cohort):
    said = run("verify", "c.run.json", "--dry-run", cwd=cohort)
    assert "inputs are unchanged; would run gcrisk simulate again" in said
