"""One thing changes in a finished project: which jobs does a run plan? For the rerun matrices."""

import csv
import io
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "workflow/retrocohort"
# jobs that write numbers, which are then compared with each other
COUNTED = ("build_cohort", "label_cohort", "describe_", "build_survival_table_")
VERIFIED = ("build_cohort", "describe_")  # which a second engine computes again
ESTIMATED = ("estimate_", "fit_cox_", "analyse_", "compare_effects_", "compare_subgroups_")
AGREEMENT = {"check_consistency", "require_agreement"}
VERIFICATION = {"verify_numbers", "require_verification"}
CHECKS = AGREEMENT | VERIFICATION


def snakemake(project, studies, *arguments, fails=False):
    """Return what a run of some studies prints; whatever else config.yaml runs stays out."""
    chosen = ["--config", f"studies=[{','.join(studies)}]"]
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments, *chosen]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert (run.returncode != 0) == fails, run.stdout + run.stderr
    return run.stdout + run.stderr if fails else run.stdout


def finished_copy(folder, studies):
    """Return a copy of the project and its finished results, in another folder."""
    project = folder / "project"
    skip = shutil.ignore_patterns(".venv*", ".git", "__pycache__", "tests", "locks", "twin")
    shutil.copytree(ROOT, project, ignore=skip, symlinks=True)
    snakemake(project, studies)  # the index lists the studies of a run
    return project


def planned(project, studies):
    """Return (path, rule, is it to run again) of every output, by `snakemake --summary`."""
    rows = csv.DictReader(io.StringIO(snakemake(project, studies, "--summary")), delimiter="\t")
    rows = [(Path(row["output_file"]), row["rule"], row["plan"]) for row in rows]
    assert {plan for _, _, plan in rows} <= {"no update", "update pending"}
    return [(path, rule, plan == "update pending") for path, rule, plan in rows]


@contextmanager
def restored(project):
    """Put every file that a run tracks back as it was."""
    before = {path: path.read_bytes() for path in tracked_files(project)}
    try:
        yield
    finally:
        for path in tracked_files(project):
            if path not in before:
                path.unlink()
            elif path.read_bytes() != before[path]:
                path.write_bytes(before[path])


def tracked_files(project):
    folders = ("workflow", "config", "data", "report", "envs", "profiles")
    found = [p for folder in folders for p in (project / folder).rglob("*") if p.is_file()]
    return [project / "Snakefile", *(p for p in found if "__pycache__" not in p.parts)]


def replace(path, old, new):
    """Return a change: one text for another in one file, which must hold it."""

    def change(project):
        text = (project / path).read_text(encoding="utf-8")
        assert old in text, f"{path} no longer holds {old!r}"
        (project / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def append(path, text):
    def change(project):
        with open(project / path, "a", encoding="utf-8") as file:
            file.write(text)

    return change


def checks(jobs):
    """Return the jobs of the gates if one of some jobs writes numbers."""
    jobs = tuple(jobs)
    compared = any(job.startswith((*COUNTED, *ESTIMATED)) for job in jobs)
    verified = any(job.startswith((*VERIFIED, *ESTIMATED)) for job in jobs)
    return (AGREEMENT if compared else set()) | (VERIFICATION if verified else set())
