"""A project of two jobs, which note themselves as those of the workflow do."""

import json
from pathlib import Path
from types import SimpleNamespace

from retrocohort import jobs

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
    write(jobs.place(log), json.dumps(jobs.ended(job, [*outputs, log])))


def make():
    """Lay out the project in the current folder and do its jobs."""
    for path in (RAW, CODE, LOCK, PLAN):
        write(path, path)
    write("../key.txt", "secret")
    work("count", [RAW, CODE, LOCK, "../key.txt"], [COUNTS], {"labels": {"yes": "Yes"}})
    work("show", [COUNTS, LOCK], [PAGE, COPY])
