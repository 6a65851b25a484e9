"""Snakemake takes checksums once a state of a file, sizes once, and waits for no timer."""

import asyncio
import base64
import hashlib
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

from snakemake.scheduling.job_scheduler import JobScheduler

import thrift

SNAKEFILE = """\
import hashlib, sys
sys.path.insert(0, {package!r})
from thrift import remember_checksums

digest = hashlib.file_digest

def counted(file, algorithm):
    with open("taken.txt", "a") as taken:
        print(getattr(file, "name", "nothing"), file=taken)
    return digest(file, algorithm)

hashlib.file_digest = counted
remember_checksums()

rule last:
    input: "read.txt", "changed.txt", "x.txt"
    output: "y.txt"
    shell: "touch {{output}}"

rule first:
    input: "read.txt", "changed.txt"
    output: [f"{{letter}}.txt" for letter in "xabcdefgh"]
    shell: "echo more >> changed.txt; touch {{output}}"
"""


def remembered(folder, output):
    """Return the checksums of the inputs that Snakemake keeps of an output."""
    name = base64.urlsafe_b64encode(output.encode()).decode()
    return json.loads((folder / ".snakemake/metadata" / name).read_text())["input_checksums"]


def test_each_state_of_a_file_is_read_once(tmp_path):
    package = str(Path(thrift.__file__).parent)
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(package=package))
    for name in ("read.txt", "changed.txt"):
        (tmp_path / name).write_text("some\n")
    command = [sys.executable, "-m", "snakemake", "--cores", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    taken = (tmp_path / "taken.txt").read_text().split()
    assert taken.count("read.txt") == 1
    new = "sha256:" + hashlib.sha256(b"some\nmore\n").hexdigest()
    old = "sha256:" + hashlib.sha256(b"some\n").hexdigest()
    for output in ("x.txt", "h.txt", "y.txt"):
        assert remembered(tmp_path, output)["changed.txt"] == new
        assert remembered(tmp_path, output)["read.txt"] == old


class Input(str):
    """A path that counts how often it is asked for its size."""

    asked: list[str] = []

    async def exists(self):
        return self != "lost"

    async def size(self):
        self.asked.append(str(self))
        return 7


def test_sizes_are_asked_for_once(monkeypatch):
    monkeypatch.setattr(JobScheduler, "update_input_sizes", JobScheduler.update_input_sizes)
    thrift.remember_sizes()
    scheduler = JobScheduler.__new__(JobScheduler)
    scheduler._input_sizes = {}
    first = SimpleNamespace(input=[Input("a"), Input("lost")])
    second = SimpleNamespace(input=[Input("b")])
    with ThreadPoolExecutor() as elsewhere:  # a browser's tests leave a loop in this thread
        for jobs in ([first], [first, second], [first, second]):
            elsewhere.submit(asyncio.run, scheduler.update_input_sizes(jobs)).result()
    assert Input.asked == ["a", "b"]
    assert scheduler._input_sizes == {"a": 7, "lost": None, "b": 7}


def test_nobody_waits_for_a_timer():
    rung = []
    timer = threading.Timer(60, lambda: rung.append(True))
    timer.start()
    thrift.end_timers()
    timer.join(timeout=20)
    assert not timer.is_alive() and not rung
