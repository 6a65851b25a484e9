"""Row-level files are closed before a byte is written, whatever the umask or an earlier run did."""

import os
import stat
from pathlib import Path

import pandas as pd
import pytest

from retrocohort import io
from retrocohort.private import private_part

FRAME = pd.DataFrame({"record_id": ["a"]})
WRITERS = {
    "write_rows": lambda path: io.write_rows(path, ["a"], [{"a": 1}]),
    "write_text": lambda path: io.write_text(path, "a"),
    "write_bytes": lambda path: io.write_bytes(path, b"a"),
    "write_frame": lambda path: io.write_frame(path, FRAME),
    "write_frame_csv": lambda path: io.write_frame_csv(path, FRAME),
    "write_columns": lambda path: io.write_columns(path, {"a": [1]}),
    "write_json": lambda path: io.write_json(path, {}),
    "copy_file": lambda path: io.copy_file("open.csv", path),
}
PRIVATE = ["results/a/records/x.csv", "results/a/cohort/counts/x.csv", "history/a/snapshots/x.gz"]
SHARED = ["results/a/report/x.csv", "results/a/zh/cohort/x.csv", "results/records/x.csv", "x.csv"]


def mode(path):
    return stat.S_IMODE(Path(path).stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("open.csv").touch(0o644)
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("path", PRIVATE)
def test_private_files_are_closed(umask, path, writer):
    folder = Path(path).parent
    old = os.umask(0)
    folder.mkdir(parents=True)
    Path(path).write_text("of an earlier run")
    Path(path).chmod(0o666)
    folder.joinpath(f".{Path(path).name}.part").write_text("of a killed run")
    os.umask(old)
    WRITERS[writer](path)
    assert mode(path) == 0o600
    for each in (folder, *folder.parents):
        if each.is_relative_to(private_part(path)):
            assert mode(each) == 0o700


@pytest.mark.parametrize("path", SHARED)
def test_what_may_be_shared_is_as_the_umask_says(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    old = os.umask(0o027)
    try:
        io.write_text(path, "a")
    finally:
        os.umask(old)
    assert private_part(path) is None and mode(path) == 0o640


def test_a_file_is_closed_while_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with io.replacing("results/a/records/x.csv") as aside:
        assert mode(aside) == 0o600 and mode(aside.parent) == 0o700
        aside.write_text("a")
        assert mode(aside) == 0o600
    assert mode("results/a/records/x.csv") == 0o600
