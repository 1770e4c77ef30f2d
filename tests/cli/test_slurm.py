# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""tools/slurm/ on a real Slurm of one node: every command of docs/hpc.md, as it stands there."""
import os
import pathlib
import re

import pytest
import slurm_cluster
from chain import GCRISK, rows, run

SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
MODULE = pathlib.Path(GCRISK).parent.parent / "lib/libgcrisk_torch.so"
PAGE = (SOURCE / "docs/hpc.md").read_text()
BLOCKS = dict(re.findall(r"^#+ ([^\n]*)\n(?:(?!^#|^```)[^\n]*\n)*?```slurm\n(.*?)^```$", PAGE, re.M | re.S))
STUDY = BLOCKS.pop("Clusters: batch jobs, several processes, GPUs")

pytestmark = pytest.mark.skipif(slurm_cluster.why_not() is not None, reason=str(slurm_cluster.why_not()))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder where the page's commands work: a clone's tools/ and the page's own study."""
    folder = tmp_path_factory.mktemp("hpc")
    (folder / "tools").symlink_to(SOURCE / "tools")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{pathlib.Path(GCRISK).parent}{os.pathsep}{os.environ['PATH']}")
        slurm = tmp_path_factory.mktemp("slurm")
        with slurm_cluster.Cluster(slurm) as cluster:
            cluster.run(STUDY, cwd=folder)
            yield folder, cluster


def submit(home, script):
    """Runs a script that submits jobs: their facts when all have ended."""
    folder, cluster = home
    before = cluster.jobs()
    cluster.run(script, cwd=folder)
    return [facts for number, facts in sorted(cluster.wait().items()) if number not in before]


def log_of(facts):
    return pathlib.Path(facts["StdOut"]).read_text()


def weights(folder):
    return (folder / "weights.safetensors").read_bytes()


def completed(jobs):
    for facts in jobs:
        assert facts["JobState"] == "COMPLETED", log_of(facts)


def test_a_job_on_cpus(home):
    folder, _ = home
    jobs = submit(home, BLOCKS["A job on CPUs"])
    completed(jobs)
    assert "threads " in log_of(jobs[0])
    run(folder, "train", "lr", "--study", "study", "--out", "risk.alone")
    assert weights(folder / "risk") == weights(folder / "risk.alone")


def test_an_array_and_its_merge_make_the_table_of_one_run(home):
    folder, _ = home
    jobs = submit(home, BLOCKS["A table in parts"])
    completed(jobs)
    names = [facts["JobName"] for facts in jobs]
    assert sorted(names) == ["gcrisk-compare"] * 3 + ["gcrisk-merge"]
    assert "joining 3 parts" in log_of(jobs[names.index("gcrisk-merge")])
    run(folder, "compare", "--study", "study", "--models", "lr,tree", "--cv", 3, "--no-permuted",
        "--bootstrap", 0, "--out", "table.alone")
    measured = ("FIT_S", "PREDICT_S", "HOURS", "PEAK_MIB")  # of this run, not of the models

    def table(name):
        return [{key: value for key, value in row.items() if key not in measured}
                for row in rows(folder / f"{name}.tsv")]

    assert len(table("table")) == 2 and table("table") == table("table.alone")


def test_a_net_is_stopped_queued_again_and_ends_with_the_same_weights(home):
    folder, _ = home
    jobs = submit(home, BLOCKS["Stopped and queued again"])
    completed(jobs)
    assert [facts["Restarts"] for facts in jobs] == ["1"]
    said = log_of(jobs[0])
    assert "stopped" in said and "going on from the checkpoint" in said
    command = re.search(r"train_cpu.sbatch (.*) --out net\)", BLOCKS["Stopped and queued again"])[1]
    run(folder, "train", *command.split(), "--out", "net.alone")
    assert weights(folder / "net") == weights(folder / "net.alone")


def test_several_processes(home):
    folder, _ = home
    facts, = submit(home, BLOCKS["Several processes"])
    if not MODULE.exists():
        assert facts["ExitCode"] == "9:0" and "no torch backend" in log_of(facts)
        return
    completed([facts])
    said = log_of(facts)
    assert "training in 2 processes (SLURM_STEP_NUM_TASKS), which meet at 127.0.0.1:" in said
    assert said.count("wrote shared/") == 1
    run(folder, "train", "gcin", "--study", "study", "--epochs", 5, "--backend", "torch", "--device",
        "cpu", "--out", "shared.alone")
    safetensors = pytest.importorskip("safetensors.numpy")
    several, one = [safetensors.load_file(folder / name / "weights.safetensors")
                    for name in ("shared", "shared.alone")]
    assert all(abs(several[name] - one[name]).max() <= 2e-6 for name in one if one[name].size > 0)


@pytest.mark.skipif(os.path.exists("/proc/driver/nvidia/version"), reason="there is a GPU")
def test_jobs_for_gpus_end_with_a_sentence_where_there_are_none(home):
    folder, _ = home
    jobs = submit(home, BLOCKS["GPUs"])
    expected = "this machine has no NVIDIA driver" if MODULE.exists() else "no torch backend"
    for facts, n in zip(jobs, (1, 2), strict=True):
        assert facts["ExitCode"] == "9:0" and facts["JobState"] == "FAILED"
        assert log_of(facts).count(expected) == n


def test_what_cannot_be_shared_is_refused_and_a_batch_script_is_one_process(home):
    folder, cluster = home
    said = cluster.run("srun --ntasks=2 gcrisk train lr --study study --out twice && echo done",
                       cwd=folder, check=False)
    assert "train lr: SLURM_STEP_NUM_TASKS says that 2 processes were started, expected one" in said
    assert "done" not in said and not (folder / "twice").exists()
    script = "#!/bin/bash\ngcrisk train lr --study study --out once\n"
    (folder / "once.sbatch").write_text(script)
    completed(submit(home, "sbatch --ntasks=2 once.sbatch"))


def test_the_page_has_no_block_that_is_not_run():
    assert set(BLOCKS) == {"A job on CPUs", "A table in parts", "Stopped and queued again",
                           "Several processes", "GPUs"}
    assert PAGE.count("```slurm") == len(BLOCKS) + 1
