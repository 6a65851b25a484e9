"""What `make report` says of a run that cannot begin, or did not come to its end."""

import sys
from types import SimpleNamespace

import pytest

import run


def test_a_folder_in_which_snakemake_starts_no_job(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", "/home/my studies/.venv/bin/python")
    with pytest.raises(SystemExit, match="Move the project to a folder without blanks"):
        run.main([])
    assert list(tmp_path.iterdir()) == []


def test_letters_of_any_script_are_no_hindrance():
    assert not run.SHELLS & set("/home/李/研究-2025/.venv/bin/python")


@pytest.mark.parametrize(
    ("free", "code", "words"),
    [
        (10**9, 1, "What stands above says why"),
        (10**9, -9, "was killed (SIGKILL). Run `make report` again"),
        (10**3, 1, "The disk is full"),
        (10**3, -9, "The disk is full"),
    ],
)
def test_why_a_run_ended_early(monkeypatch, free, code, words):
    monkeypatch.setattr(run.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert words in run.reason(code)
