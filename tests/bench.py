"""The speed of the workflow as ratios to things timed in turn with it: `make bench`.

Times on a shared machine drift; a ratio of two commands that ran one after the other drifts less.
Works in a copy of the project, so that results/ stays as it is.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMPORT = [sys.executable, "-c", "import pandas, lifelines, matplotlib.pyplot"]
SNAKEMAKE = [sys.executable, "-m", "snakemake"]
ADJUSTED = "    label: Adjusted\n    covariates: [hormone, "


def seconds(command: list[str], folder: Path) -> float:
    """Return the wall time of a command in seconds; it must succeed."""
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    return time.perf_counter() - start


def run(study: str) -> list[str]:
    """Return the command that runs one study on two cores."""
    return [*SNAKEMAKE, "--cores", "2", "--config", f"studies=[{study}]"]


def report(what: str, measured: list[float], unit: list[float], unit_name: str, goal: str) -> None:
    """Print a ratio of medians with the figures that it was made from."""
    ratios = [a / b for a, b in zip(measured, unit, strict=True)]
    print(
        f"{what:<42} {statistics.median(ratios):5.1f} x {unit_name:<22} goal {goal:<6}"
        f" ({statistics.median(measured):.1f} s to {statistics.median(unit):.1f} s,"
        f" {min(ratios):.1f} to {max(ratios):.1f})",
        flush=True,
    )


def cold(project: Path, study: str, repeats: int, goal: str) -> None:
    """Time a study from its delivered files to its report, nothing cached."""
    measured, unit = [], []
    for _ in range(repeats):
        unit.append(seconds(IMPORT, project))
        shutil.rmtree(project / "results" / study, ignore_errors=True)
        measured.append(seconds(run(study), project))
    report(f"cold run of {study}", measured, unit, "import of the stack", goal)


def idle(project: Path, command: list[str], what: str, repeats: int) -> None:
    """Time a run that finds nothing to do."""
    seconds(command, project)
    measured, unit = [], []
    for _ in range(repeats):
        unit.append(seconds([*SNAKEMAKE, "--version"], project))
        measured.append(seconds(command, project))
    report(f"nothing to do, {what}", measured, unit, "snakemake --version", "1.5")


def changed_model(project: Path, repeats: int) -> None:
    """Time what a changed covariate list of the adjusted model of the first study costs."""
    path = project / "config/studies/rotterdam/study.yaml"
    original = path.read_text(encoding="utf-8")
    changed = original.replace(f"{ADJUSTED}age, ", ADJUSTED, 1)
    if changed == original:
        sys.exit(f"{path} no longer holds the covariates that this benchmark changes")
    measured, unit = [], []
    for turn in range(repeats):
        unit.append(seconds(IMPORT, project))
        path.write_text(original if turn % 2 else changed, encoding="utf-8")
        measured.append(seconds(run("rotterdam"), project))
    report("one model's covariates changed", measured, unit, "import of the stack", "5")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each figure")
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        skip = shutil.ignore_patterns(".venv", ".git", "results", ".snakemake", "__pycache__")
        shutil.copytree(ROOT, project, ignore=skip)
        seconds(IMPORT, project)
        cold(project, "rotterdam", repeats, "10")
        cold(project, "xu2025", repeats, "-")
        cold(project, "nafld", repeats, "-")
        idle(project, run("rotterdam"), "one study", max(repeats, 5))
        idle(project, [*SNAKEMAKE, "--cores", "2"], "all studies", max(repeats, 5))
        changed_model(project, repeats)


if __name__ == "__main__":
    main()
