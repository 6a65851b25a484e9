"""What a run of a study would leave, from its real plan: what each job reads and is told.

Nothing runs. A result is invented: its checksum, and its only number, is made of all that its job
reads and is told, so that it differs if, and only if, something behind it does.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path

from tests.bad_input.cases import STUDY

from retrocohort.audit.manifest import role_of
from retrocohort.history.snapshot import AGGREGATE, DECISIONS
from retrocohort.inert import as_written
from retrocohort.plan.manifest import planned_with

ROOT = Path(__file__).parents[2]
LOCK, RESULTS = "envs/requirements.lock", f"results/{STUDY}/"


def planned_run(project, edited=()):
    """Return the snapshot of a run of a project; some files of the package have other contents."""
    jobs, files = _jobs(project), {}
    sources = {*_planned(project), *(path for job in jobs.values() for path in job["reads"])}
    made = {path: log for log, job in jobs.items() for path in job["outputs"]}
    for path in sorted(sources - made.keys()):
        content = (project / path).read_bytes() + (b"edited" if path in edited else b"")
        files[path] = {"sha256": sha256(content).hexdigest(), "role": role_of(path)}
    for path in made:
        _make(path, made, jobs, files)
    below = {path.removeprefix(RESULTS): path for path in made}
    decided = [p for p in files if files[p]["role"] == "config" and DECISIONS.fullmatch(p)]
    return {
        "study": STUDY,
        "environment": {"lock": LOCK, "python": "3.11", "packages": {}},
        "jobs": jobs,
        "files": files,
        "planned": [path for path in _planned(project) if role_of(path) == "code"],
        "altered": [],
        "decisions": {path: (project / path).read_text(encoding="utf-8") for path in decided},
        "tables": {
            name: f"item,value\nall,{int(files[path]['sha256'][:8], 16)}\n"
            for name, path in below.items()
            if AGGREGATE.fullmatch(name)
        },
    }


@cache
def _jobs(project):
    """Return log -> job, as Snakemake plans them for a study of which nothing is there."""
    command = [sys.executable, __file__]
    env = {"PYTHONPATH": f"{ROOT}/workflow:{ROOT}", "PATH": "/usr/bin:/bin"}
    run = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    jobs = {}
    for path, step in json.loads(run.stdout.splitlines()[-1]).items():
        job = {key: step[key] for key in ("rule", "params")}
        reads = [read for read in (*step["inputs"], *step["code"]) if not Path(read).is_absolute()]
        log = f"{RESULTS}logs/{step['rule']}.log"
        jobs.setdefault(log, job | {"reads": reads, "outputs": []})["outputs"].append(path)
    return jobs


def _planned(project):
    """Return the files with which a run is planned, as the manifest lists them."""
    own = [path.relative_to(project).as_posix() for path in (project / "data").rglob("*.*")]
    own += [path.relative_to(project).as_posix() for path in (project / "config").rglob("*.*")]
    return [*own, *(path for path in planned_with(STUDY) if role_of(path) == "code")]


def _make(path, made, jobs, files):
    """Invent a result, after those that its job reads."""
    if path not in files:
        job = jobs[made[path]]
        sums = [_make(read, made, jobs, files) for read in job["reads"]]
        told = json.dumps([path, job["params"], job["reads"], sums])
        digest = sha256(told.encode()).hexdigest()
        files[path] = {"sha256": digest, "role": "output", "job": made[path]}
    return files[path]["sha256"]


if __name__ == "__main__":
    from made_by import steps_behind

    steps = steps_behind(STUDY, [f"{RESULTS}audit/manifest.json"])
    del steps[f"{RESULTS}audit/manifest.json"]
    told = {path: as_written(asdict(step)) for path, step in steps.items()}
    print(json.dumps(told, default=list))
