# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""What a user can rely on when something goes wrong: exit status, message, no half file."""
import gzip
import json
import os
import re
import resource
import signal
import subprocess
import time

import pytest
from chain import GCRISK, run

HEADER = ("##fileformat=VCFv4.2\n##contig=<ID=1>\n"
          '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
          "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
          + "\t".join(f"s{i}" for i in range(50)) + "\n")


def records(begin, end):
    calls = "\t".join(["0/1", "0/0"] * 25)
    return "".join(f"1\t{i + 1}\t.\tA\tC\t.\tPASS\t.\tGT\t{calls}\n" for i in range(begin, end))


def visible(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    run(folder, "simulate", "--samples", "200", "--variants", "500", "--out", "c")
    return folder


def commands():
    """Every command, from the program's own overview."""
    text = subprocess.run([GCRISK, "help"], capture_output=True, text=True, check=True).stdout
    names = [match.group(1) for match in re.finditer(r"^  ([a-z]+(?: [a-z]+)?)  ", text, re.M)]
    return [name for name in names if name.split()[0] != "help"]


# ---- usage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", commands())
def test_a_misspelt_option_is_refused_with_the_nearest_name(command, tmp_path):
    text = run(tmp_path, *command.split(), "--lgo-level", "info", code=2)
    assert "--lgo-level" in text and "--log-level" in text
    assert text.startswith(f"gcrisk {command}: error: ")


@pytest.mark.parametrize("command", commands())
def test_help_of_a_command_goes_to_standard_output(command):
    for words in (["help", *command.split()], [*command.split(), "--help"]):
        done = subprocess.run([GCRISK, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and done.stderr == ""
        assert done.stdout.startswith(f"gcrisk {command}: ") and "--threads" in done.stdout


def test_a_misspelt_command_is_refused_with_the_nearest_name(tmp_path):
    text = run(tmp_path, "preproces", "--out", "x", code=2)
    assert "preprocess" in text


# ---- inputs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [
    ["ingest", "vcf", "--vcf", "absent.vcf.gz"],
    ["ingest", "ehr", "--table", "absent.csv"],
    ["preprocess", "--bfile", "absent"],
    ["select", "--study", "absent/", "--method", "chi2"],
    ["select", "--bfile", "absent", "--pheno", "absent.tsv", "--pheno-name", "y", "--method", "chi2"],
    ["train", "lr", "--study", "absent/"],
    ["predict", "--model", "absent/", "--study", "absent/"],
    ["evaluate", "--predictions", "absent.tsv"],
], ids=lambda words: " ".join(words[:3]))
def test_an_absent_input_is_status_3_and_is_named(arguments, tmp_path):
    text = run(tmp_path, *arguments, "--out", "x", code=3)
    assert "absent" in text
    assert visible(tmp_path) == []


def test_an_input_that_is_a_folder_is_status_3(tmp_path):
    (tmp_path / "folder").mkdir()
    run(tmp_path, "ingest", "vcf", "--vcf", "folder", "--out", "x", code=3)


# ---- outputs ----------------------------------------------------------------------------------------


def test_a_complete_result_is_overwritten_only_with_force(cohort, tmp_path):
    command = ["ingest", "vcf", "--vcf", cohort / "c.vcf.gz", "--out", "g"]
    run(tmp_path, *command)
    before = (tmp_path / "g.run.json").read_bytes()
    text = run(tmp_path, *command, code=2)
    assert "--force" in text
    assert (tmp_path / "g.run.json").read_bytes() == before
    run(tmp_path, *command, "--force")


def test_an_output_below_a_file_is_status_7(cohort, tmp_path):
    (tmp_path / "file").write_text("")
    text = run(tmp_path, "ingest", "vcf", "--vcf", cohort / "c.vcf.gz", "--out", "file/x", code=7)
    assert "file" in text


def test_a_dry_run_writes_nothing(cohort, tmp_path):
    run(tmp_path, "ingest", "vcf", "--vcf", cohort / "c.vcf.gz", "--dry-run", "--out", "g")
    assert visible(tmp_path) == []


def limited(n_bytes):
    """In the child: files may not grow beyond n_bytes."""
    def prepare():
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
    return prepare


@pytest.mark.parametrize("arguments", [
    ["ingest", "vcf", "--vcf", "{cohort}/c.vcf.gz"],
    ["ingest", "ehr", "--table", "{cohort}/c.clinical.csv"],
    ["simulate", "--samples", "200", "--variants", "500"],
], ids=lambda words: " ".join(words[:2]))
def test_an_output_that_cannot_grow_is_status_7_and_leaves_nothing(arguments, cohort, tmp_path):
    arguments = [word.format(cohort=cohort) for word in arguments]
    done = subprocess.run([GCRISK, *arguments, "--out", "x"], cwd=tmp_path, capture_output=True,
                          text=True, preexec_fn=limited(4096), check=False)
    assert done.returncode == 7, done.stderr
    assert re.search(r"error: x\.\S+: cannot be written", done.stderr), done.stderr
    assert visible(tmp_path) == []


def test_a_full_disk_is_status_7_and_leaves_nothing(cohort, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    try:
        done = subprocess.run([GCRISK, "ingest", "vcf", "--vcf", cohort / "c.vcf.gz", "--out", "x"],
                              cwd=disk, capture_output=True, text=True, check=False)
        assert done.returncode == 7, done.stderr
        assert "No space left on device" in done.stderr
        assert visible(disk) == []
    finally:
        subprocess.run(["umount", disk], check=True)


# ---- pipes and signals ------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["help"], ["help", "exit-codes"], ["--help"],
                                       ["help", "simulate"]], ids=" ".join)
def test_a_closed_pipe_is_a_quiet_success(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([GCRISK, *arguments], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_standard_output_that_is_full_is_status_7():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([GCRISK, "help", "exit-codes"], stdout=full, stderr=subprocess.PIPE,
                              check=False)
    assert done.returncode == 7
    assert b"standard output: cannot be written" in done.stderr


@pytest.fixture
def reading_half_a_file(tmp_path):
    """`ingest vcf` in the middle of its input: the first half has come, the rest has not."""
    process = subprocess.Popen([GCRISK, "ingest", "vcf", "--vcf", "-", "--out", "x"], cwd=tmp_path,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write((HEADER + records(0, 20000)).encode())
    process.stdin.flush()
    time.sleep(0.3)
    assert process.poll() is None
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def go_on(process):
    """The second half; the reader may be gone by now."""
    try:
        return process.communicate(records(20000, 40000).encode(), timeout=60)[1].decode()
    except BrokenPipeError:
        return process.communicate(timeout=60)[1].decode()


def test_without_a_signal_the_same_input_is_read_to_its_end(reading_half_a_file, tmp_path):
    text = go_on(reading_half_a_file)
    assert reading_half_a_file.returncode == 0, text
    assert len((tmp_path / "x.bim").read_text().splitlines()) == 40000


def test_a_killed_process_leaves_no_half_file(reading_half_a_file, tmp_path):
    reading_half_a_file.send_signal(signal.SIGKILL)
    assert reading_half_a_file.wait(60) == -signal.SIGKILL
    assert visible(tmp_path) == []


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGUSR1, 138),
                                            (signal.SIGINT, 143)])
def test_a_stopped_process_tells_so_and_leaves_no_half_file(reading_half_a_file, tmp_path, number,
                                                            status):
    reading_half_a_file.send_signal(number)
    time.sleep(0.1)
    text = go_on(reading_half_a_file)
    assert reading_half_a_file.returncode == status, text
    assert f"stopped by {number.name}" in text
    assert visible(tmp_path) == []


# ---- malformed --------------------------------------------------------------------------------------


def test_a_truncated_compressed_file_is_status_4(tmp_path):
    whole = gzip.compress((HEADER + records(0, 2000)).encode())
    (tmp_path / "cut.vcf.gz").write_bytes(whole[:len(whole) // 2])
    text = run(tmp_path, "ingest", "vcf", "--vcf", "cut.vcf.gz", "--out", "x", code=4)
    assert "cut.vcf.gz" in text
    assert visible(tmp_path) == ["cut.vcf.gz"]


def test_a_broken_line_is_named(tmp_path):
    (tmp_path / "a.vcf").write_text(HEADER + records(0, 3) + "1\t4\t.\tA\tC\n")
    text = run(tmp_path, "ingest", "vcf", "--vcf", "a.vcf", "--out", "x", code=4)
    assert "a.vcf:8" in text  # 4 lines of header, 3 records, then this one


def estimate_of(text):
    """Seconds and MiB of the line that a dry run ends with."""
    found = re.search(r"estimate: about ([\d.e+-]+) s on \d+ threads? and ([\d.]+) (KiB|MiB|GiB) of memory", text)
    assert found, text
    unit = {"KiB": 1 / 1024, "MiB": 1, "GiB": 1024}[found[3]]
    return float(found[1]), float(found[2]) * unit


@pytest.mark.parametrize("model", ["lr", "rf"])
def test_a_dry_run_foresees_time_and_memory(tmp_path, model):
    """Within a factor of four and, for short runs, half a second of what the run then needs: the
    estimate shall tell minutes from hours."""
    run(tmp_path, "simulate", "--samples", "2000", "--variants", "2000", "--format", "bed", "--out", "c")
    run(tmp_path, "preprocess", "--bfile", "c", "--pheno", "c.pheno.tsv", "--pheno-name", "disease",
        "--out", "s/")
    commands = {"select": ["select", "--study", "s/", "--out", "top"],
                "train": ["train", model, "--study", "s/", "--out", "m/"]}
    for name, command in commands.items():
        text = run(tmp_path, *command, "--dry-run")
        seconds, mebibytes = estimate_of(text)
        assert "people)" in text or "variants)" in text
        run(tmp_path, *command)
        manifest = json.loads((tmp_path / {"select": "top.run.json", "train": "m/run.json"}[name]).read_text())
        took = manifest["wall_s"]
        assert took / 4 - 0.5 <= seconds <= 4 * took + 4.5, (name, seconds, took)
        peak = manifest["peak_memory_bytes"] / 2**20
        assert peak / 4 <= mebibytes <= 4 * peak + 20, (name, mebibytes, peak)


def test_a_dry_run_that_did_the_work_says_so(cohort, tmp_path):
    text = run(tmp_path, "ingest", "vcf", "--vcf", cohort / "c.vcf.gz", "--dry-run", "--out", "g")
    estimate_of(text)
    assert "the dry run did all of the work but writing" in text
