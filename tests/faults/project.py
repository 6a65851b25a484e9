"""A small study in a folder of its own, `make report` in it, and what the results then hold."""

import contextlib
import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import psutil

from retrocohort.checksums import sha256
from tests.bad_input.cases import ROOT, STUDY, make_project

EDITS = (  # one population and one model: a third of the jobs of the base study
    {"file": "study.yaml", "find": "  women: {label: Women, where: {sex: female}}", "put": "  {}"},
    {
        "file": "study.yaml",
        "find": "  crude:\n    kind: univariable\n    covariates: [treatment, age, sex, stage]\n",
        "put": "",
    },
)
RESULTS = f"results/{STUDY}"
RAW = f"data/{STUDY}/patients.csv"
DAC_OVERRIDE, DAC_READ_SEARCH, DROP = 1, 2, 24  # linux/capability.h, linux/prctl.h
LIMIT = 300  # seconds after which a run hangs


def empty(folder: Path) -> Path:
    """Return a folder with the delivered files and the decisions of the study, and no results."""
    folder.mkdir(parents=True)
    make_project(folder, EDITS)
    for name in ("Makefile", ".venv"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def copied(project: Path, folder: Path) -> Path:
    """Return a copy of a project with its results and the memory of Snakemake, times and all."""
    return shutil.copytree(project, folder, symlinks=True)


def start(project: Path, cores: int = 2, without_rights: bool = False, **env) -> subprocess.Popen:
    """Start `make report` in a session of its own; its words are read at the end."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "MAKEFLAGS")}
    return subprocess.Popen(
        ["make", "report", f"CORES={cores}"],
        cwd=project,
        env=environment | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=give_up_rights if without_rights else None,
    )


def ended(process: subprocess.Popen) -> tuple[int, str]:
    """Return the exit code of a run and what it said."""
    said, _ = process.communicate(timeout=LIMIT)
    return process.returncode, said


def report(project: Path, **options) -> tuple[int, str]:
    """Run `make report`; options as those of `start`."""
    return ended(start(project, **options))


def content(project: Path) -> dict[str, str]:
    """Return file -> checksum of all results but the manifests, which hold times."""
    results = project / "results"
    return {
        path.relative_to(results).as_posix(): sha256(path.as_posix())
        for path in results.rglob("*")
        if path.is_file() and path.name not in ("manifest.json", ".snakemake_timestamp")
    }


def give_up_rights() -> None:
    """Let the rights of files bind this process even if it is root's."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
        libc.prctl(DROP, capability, 0, 0, 0)


def rights_bind(folder: Path) -> bool:
    """Return whether a file without rights cannot be read by a process that gave them up."""
    secret = folder / "secret"
    secret.touch(mode=0)
    read = subprocess.run(["cat", secret], preexec_fn=give_up_rights, capture_output=True)
    secret.unlink()
    return read.returncode != 0


def processes(run: subprocess.Popen, word: str) -> list[psutil.Process]:
    """Return the Python processes of a run that have a word in their command."""
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in psutil.Process(run.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                command = process.cmdline()
                if command and "python" in command[0] and any(word in part for part in command):
                    found.append(process)
    return found
