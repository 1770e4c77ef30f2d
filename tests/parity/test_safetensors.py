# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Weights that the library writes are what Python's safetensors reads, and the other way round."""
import os
import pathlib
import subprocess

import pytest

numpy = pytest.importorskip("numpy")
safetensors = pytest.importorskip("safetensors.numpy")

# The unit tests of the room hold one that reads and writes what the environment names.
COPY = pathlib.Path(os.environ.get("GCRISK_BUILD", ".")) / "bin" / "test_io"
pytestmark = pytest.mark.skipif(not COPY.exists(), reason="no test_io in this build")

KINDS = {"f32": numpy.float32, "f64": numpy.float64, "i32": numpy.int32, "i64": numpy.int64,
         "u8": numpy.uint8}


def arrays():
    random = numpy.random.default_rng(7)
    out = {"scalar": numpy.array(0.1)}
    for name, kind in KINDS.items():
        for shape in ((1,), (3, 5), (2, 0, 4), (7, 2, 3)):
            values = random.normal(size=shape) * 100
            out[f"{name}.{'x'.join(map(str, shape))}"] = values.astype(kind)
    out["ünïcode \"name\"\n"] = numpy.arange(3, dtype=numpy.float32)
    return out


def test_a_copy_of_pythons_file_is_read_by_python(tmp_path):
    written = arrays()
    safetensors.save_file(written, tmp_path / "python.safetensors", metadata={"by": "python"})
    subprocess.run([COPY, "--gtest_filter=SafetensorsCopy.*"], check=True, env={
        **os.environ, "GCRISK_COPY_FROM": str(tmp_path / "python.safetensors"),
        "GCRISK_COPY_TO": str(tmp_path / "ours.safetensors")})
    read = safetensors.load_file(tmp_path / "ours.safetensors")
    assert read.keys() == written.keys()
    for name, values in written.items():
        assert read[name].dtype == values.dtype, name
        assert read[name].shape == values.shape, name
        assert read[name].tobytes() == values.tobytes(), name
