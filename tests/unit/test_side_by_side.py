"""Parts of a job in forks: their results in order, no values in messages, nobody left behind."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

import retrocohort
from retrocohort.side_by_side import side_by_side

WORKFLOW = str(Path(retrocohort.__file__).parents[1])
CODE = """\
import os, time
from retrocohort.side_by_side import side_by_side

def slow():
    with open("fork", "w") as file:
        file.write(str(os.getpid()))
    time.sleep(1.5)
    return "x" * 1_000_000

side_by_side([slow, lambda: time.sleep(60)])
"""


def test_results_stand_in_the_order_of_the_parts():
    large = "x" * 1_000_000  # more than a pipe holds
    assert side_by_side([lambda: (1, large), lambda: 2, lambda: 3]) == [(1, large), 2, 3]


def test_all_but_the_last_are_other_processes():
    first, second, last = side_by_side([os.getpid] * 3)
    assert len({first, second, last}) == 3 and last == os.getpid()


def test_a_part_that_fails_says_what_it_is_and_no_value(capfd):
    def fails(value):
        raise KeyError(value)

    with pytest.raises(RuntimeError, match="exit code 1"):
        side_by_side([partial(fails, "Zhang Wei"), lambda: 2])
    told = capfd.readouterr().err
    assert "KeyError" in told and "test_side_by_side.py" in told
    assert "Zhang" not in told


def test_a_fork_ends_with_its_part_where_the_job_was_killed(tmp_path):
    env = os.environ | {"PYTHONPATH": WORKFLOW}
    job = subprocess.Popen([sys.executable, "-c", CODE], cwd=tmp_path, env=env)
    deadline = time.monotonic() + 20
    while not (tmp_path / "fork").exists() or not (tmp_path / "fork").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    fork = psutil.Process(int((tmp_path / "fork").read_text()))
    job.send_signal(signal.SIGKILL)
    job.wait()
    try:
        fork.wait(timeout=20)
    except psutil.NoSuchProcess:
        return
