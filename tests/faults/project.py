"""A small study in a folder of its own, `make report` in it, and what the results then hold."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import time
from pathlib import Path

import psutil

from retrocohort.checksums import sha256
from tests.bad_input.cases import ROOT, STUDY, make_project

STARTS = ("populations:", "tables:", "models:")  # of what a small study does without
RESULTS = f"results/{STUDY}"
RAW = f"data/{STUDY}/patients.csv"
DAC_OVERRIDE, DAC_READ_SEARCH, DROP = 1, 2, 24  # linux/capability.h, linux/prctl.h
LIMIT = 300  # seconds after which a run hangs


def finished_study(folder: Path, small: bool) -> tuple[Path, float]:
    """Return a project after an undisturbed run of the base study, and the seconds that it took.

    A small study has neither tables nor models.
    """
    folder.mkdir(parents=True)
    make_project(folder)
    if small:
        file = folder / f"config/studies/{STUDY}/study.yaml"
        blocks = file.read_text(encoding="utf-8").split("\n\n")
        kept = [block for block in blocks if not block.startswith(STARTS)]
        file.write_text("\n\n".join(kept) + "\n", encoding="utf-8")
    for name in ("Makefile", ".venv"):
        (folder / name).symlink_to(ROOT / name)
    began = time.monotonic()
    code, said = report(folder)
    assert code == 0, said
    return folder, time.monotonic() - began


def fresh(finished: Path, folder: Path) -> Path:
    """Return a copy of a finished project that has not run yet."""
    skip = shutil.ignore_patterns("results", "history", ".snakemake")
    return shutil.copytree(finished, folder, symlinks=True, ignore=skip)


def copied(finished: Path, folder: Path) -> Path:
    """Return a copy of a finished project with the memory of Snakemake, times and all."""
    return shutil.copytree(finished, folder, symlinks=True)


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
        if path.is_file() and path.name != "manifest.json"
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
