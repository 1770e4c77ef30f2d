# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`ingest vcf` when things go wrong around it: cut and damaged files, a full disk, signals."""

import gzip
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time

import pytest

GCRISK = os.environ["GCRISK"]
BGZIP = shutil.which("bgzip")


def text(n_samples=40, n_variants=3000, seed=1):
    rng = random.Random(seed)
    lines = ["##fileformat=VCFv4.2",
             "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" +
             "\t".join(f"s{i}" for i in range(n_samples))]
    rows = ["\t".join(rng.choices(("0|0", "0|1", "1|1"), k=n_samples)) for _ in range(200)]
    for v in range(n_variants):
        lines.append(f"1\t{v + 1}\t.\tA\tC\t.\tPASS\t.\tGT\t" + rng.choice(rows))
    return ("\n".join(lines) + "\n").encode()


def run(folder, *options, **keywords):
    return subprocess.run([GCRISK, "ingest", "vcf", "--out", "out", "--threads", "2", *options],
                          cwd=folder, capture_output=True, text=True, timeout=60, **keywords)


def nothing_is_left(folder):
    return not [name for name in os.listdir(folder) if "out" in name]


@pytest.fixture(scope="module")
def bgzf(tmp_path_factory):
    if BGZIP is None:
        pytest.skip("bgzip is not installed")
    return subprocess.run([BGZIP, "-c"], input=text(), capture_output=True, check=True).stdout


def test_every_cut_of_a_bgzf_file_is_refused(tmp_path, bgzf):
    rng = random.Random(2)
    cuts = [len(bgzf) - 1, len(bgzf) - 28, len(bgzf) - 29, 30, 17, 5]
    cuts += [rng.randrange(100, len(bgzf)) for _ in range(12)]
    for cut in cuts:
        (tmp_path / "in.vcf.gz").write_bytes(bgzf[:cut])
        result = run(tmp_path, "--vcf", "in.vcf.gz")
        assert result.returncode == 4, (cut, result.stderr)
        assert "in.vcf.gz" in result.stderr and "cut short" in result.stderr, (cut, result.stderr)
        assert nothing_is_left(tmp_path)


def test_a_damaged_byte_in_bgzf_is_found_by_its_checksum(tmp_path, bgzf):
    rng = random.Random(3)
    for _ in range(10):
        at = rng.randrange(30, len(bgzf) - 30)
        damaged = bytearray(bgzf)
        damaged[at] ^= 1 << rng.randrange(8)
        (tmp_path / "in.vcf.gz").write_bytes(damaged)
        result = run(tmp_path, "--vcf", "in.vcf.gz")
        # One bit may lie in a header field that nobody reads (time, operating system).
        assert result.returncode == 4 or at % 65536 < 18, (at, result.stderr)
        if result.returncode:
            assert nothing_is_left(tmp_path)
        else:
            for name in list(tmp_path.glob("out.*")):
                name.unlink()


def test_a_cut_gzip_file_is_refused(tmp_path):
    whole = gzip.compress(text())
    for cut in (len(whole) - 1, len(whole) // 2, 40):
        (tmp_path / "in.vcf.gz").write_bytes(whole[:cut])
        result = run(tmp_path, "--vcf", "in.vcf.gz")
        assert result.returncode == 4 and "cut short" in result.stderr
        assert nothing_is_left(tmp_path)


def test_a_cut_bcf_is_refused(tmp_path):
    if shutil.which("bcftools") is None:
        pytest.skip("bcftools is not installed")
    head = b'##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="G">\n'
    body = text().split(b"\n", 1)[1]
    (tmp_path / "in.vcf").write_bytes(head + body)
    subprocess.run(["bcftools", "view", "-Ob", "-o", "in.bcf", "in.vcf"], cwd=tmp_path, check=True)
    whole = (tmp_path / "in.bcf").read_bytes()
    for cut in (len(whole) // 2, len(whole) - 100, len(whole) - 28):
        (tmp_path / "in.bcf").write_bytes(whole[:cut])
        result = run(tmp_path, "--vcf", "in.bcf")
        assert result.returncode == 4, result.stderr
        assert nothing_is_left(tmp_path)


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path):
    (tmp_path / "in.vcf").write_bytes(text())

    def limit():  # a write beyond this fails, as on a full disk
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    result = run(tmp_path, "--vcf", "in.vcf", preexec_fn=limit, restore_signals=False)
    assert result.returncode == 7, result.stderr
    assert "out.bed: cannot be written" in result.stderr
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize("stop, code", [(signal.SIGKILL, -9), (signal.SIGTERM, 143)])
def test_a_stopped_process_leaves_nothing(tmp_path, stop, code):
    process = subprocess.Popen([GCRISK, "ingest", "vcf", "--vcf", "-", "--out", "out"],
                               cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    data = text()
    process.stdin.write(data)
    process.stdin.flush()
    time.sleep(0.3)
    process.send_signal(stop)
    if stop == signal.SIGTERM:  # it looks when the next block arrives, or the input ends
        process.stdin.close()
    process.wait(timeout=30)
    process.stderr.close()
    assert process.returncode == code
    assert nothing_is_left(tmp_path)


def test_one_and_two_threads_write_the_same_bytes(tmp_path, bgzf):
    (tmp_path / "in.vcf.gz").write_bytes(bgzf)
    files = {}
    for threads in ("1", "2", "3"):
        result = subprocess.run([GCRISK, "ingest", "vcf", "--out", "out", "--threads", threads,
                                 "--vcf", "in.vcf.gz", "--force"], cwd=tmp_path)
        assert result.returncode == 0
        files[threads] = [(tmp_path / f"out{e}").read_bytes() for e in (".bed", ".bim", ".fam")]
    assert files["1"] == files["2"] == files["3"]


def test_memory_does_not_grow_with_variants(tmp_path):
    peaks = []
    for n_variants in (2000, 8000):
        (tmp_path / "in.vcf").write_bytes(text(n_samples=1000, n_variants=n_variants))
        result = run(tmp_path, "--vcf", "in.vcf", "--force")
        assert result.returncode == 0, result.stderr
        peaks.append(json.loads((tmp_path / "out.run.json").read_text())["peak_memory_bytes"])
    assert peaks[1] < peaks[0] + 8e6  # 24 MB more of text, 1.5 MB more of .bed
