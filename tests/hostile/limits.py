"""A project is read in a process of its own that may take so much time and memory, and no more.

A server that has imported the readers once forks for each case, so that a case costs milliseconds.
"""

import multiprocessing
import os
import resource
import signal
import sys
from functools import cache
from multiprocessing.forkserver import ensure_running

MEMORY = 900 << 20  # bytes beyond those of the imports
SECONDS = 20  # of the processor
WAITING = 300  # seconds on the clock until a process that waits for ever is ended
READERS = ["retrocohort.config.study", "retrocohort.records.patients", "openpyxl", "pyreadstat"]
IMPORTED = [*READERS, "retrocohort.records.delivered", "retrocohort.records.headers", "pandas"]

server = multiprocessing.get_context("forkserver")


@cache
def started_server() -> None:
    """Start the server; it finds modules by the environment alone (Python issue 117378)."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    server.set_forkserver_preload(["tests.hostile.limits", *IMPORTED])
    ensure_running()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


def told_of(project, study: str) -> dict:
    """Return what becomes of a project.

    Returns
    -------
    dict
        "faults", the message of a study that is not read; or "patients", "problems" and "cells" of
        one that is; "seconds" of the processor and "memory" in bytes; "crash" where it died.
    """
    started_server()
    here, there = server.Pipe(duplex=False)
    process = server.Process(target=_read, args=(there, str(project), study))
    process.start()
    there.close()
    if not here.poll(WAITING):
        os.kill(process.pid, signal.SIGKILL)
    try:
        told = here.recv()
    except EOFError:
        told = {}
    process.join()
    if "faults" not in told and "patients" not in told:
        told["crash"] = f"the process ended with {process.exitcode}"
    return told


def _read(pipe, project: str, study: str) -> None:
    """Read a project as the workflow does: decisions, delivered files, records, patients."""
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(project)
    told = _outcome(study)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told |= {"memory": used.ru_maxrss * 1024, "seconds": used.ru_utime + used.ru_stime}
    pipe.send(told)


def _outcome(study: str) -> dict:
    from retrocohort.config.study import load_config, load_studies
    from retrocohort.faults import FaultsFound
    from retrocohort.places import folder_faults
    from retrocohort.records.delivered import read_records
    from retrocohort.records.headers import check_source_files
    from retrocohort.records.patients import clean_records

    def check(name, sources, variables):
        return folder_faults(name) or check_source_files(sources, variables)

    try:
        read = load_studies(load_config({})["studies"], check)[study]
        sources, variables = read["sources"], read["variables"]
        records, _, _ = read_records(sources, variables, b"not a secret")
    except FaultsFound as found:
        return {"faults": str(found)}
    patients, logs = clean_records(
        records, sources, variables, read["codes"], read["derive"], read["checks"]
    )
    problems = logs.columns("problems")
    return {
        "patients": len(patients),
        "problems": list(zip(problems["variable"], problems["problem"], strict=True)),
        "cells": {name: patients[name].astype(str).tolist() for name in ("size", "sex", "age")},
        "study": {"title": read["title"], "labels": [v["label"] for v in variables.values()]},
    }
