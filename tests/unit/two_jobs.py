"""A project of two jobs, which note themselves as those of the workflow do."""

import json
import time
from pathlib import Path
from types import SimpleNamespace

from retrocohort import jobs, signed
from retrocohort.audit import remembered

RAW, CODE, LOCK = "data/a/raw.csv", "workflow/scripts/count.py", "envs/requirements.lock"
PLAN = "config/studies/a/study.yaml"
COUNTS, PAGE, COPY = "results/a/counts.csv", "results/a/page.html", "results/a/files/counts.csv"
FINAL = [PAGE, "results/a/files"]


class Named(list):
    """What Snakemake gives a script: a list whose items have names."""

    def __init__(self, items):
        super().__init__(items)
        self.names = items if isinstance(items, dict) else {}

    def items(self):
        return self.names.items()


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def work(rule, inputs, outputs, params=()):
    """Do a job as `io.run_logged` does it; it writes its own name."""
    log = f"results/a/logs/{rule}.log"
    smk = SimpleNamespace(rule=rule, input=Named(inputs), params=Named(dict(params)))
    job = jobs.begun(smk)
    for path in outputs:
        write(path, rule)
    write(log, "finished\n")
    write(jobs.place(log), signed.text(jobs.ended(job, [*outputs, log])))
    for path in outputs:
        write(remembered.place(path), json.dumps(record(rule, job["inputs"])))


def record(rule, sums):
    """Return what Snakemake remembers of each output of a job, of the keys that are read."""
    held = {"rule": rule, "input": list(sums), "params": [], "record_format_version": 6}
    held |= {"job_hash": 1, "starttime": 1.5, "endtime": time.time(), "incomplete": False}
    return held | {"input_checksums": {path: f"sha256:{s}" for path, s in sums.items()}}


def make():
    """Lay out the project in the current folder and do its jobs."""
    for path in (RAW, CODE, LOCK, PLAN):
        write(path, path)
    write("../key.txt", "secret")
    work("count", [RAW, CODE, LOCK, "../key.txt"], [COUNTS], {"labels": {"yes": "Yes"}})
    work("show", [COUNTS, LOCK], [PAGE, COPY])
