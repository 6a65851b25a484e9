"""R's survival as a third engine, where R is installed: what it is asked, and the comparison."""

import csv
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from retrocohort.verify.check import Check

SCRIPT = "workflow/third_engine.R"
COLUMNS = (
    "kind", "file", "population", "endpoint", "variable", "level", "strata", "times", "references",
    "numbers", "ties", "interval", "quantiles", "confidence", "model", "fit", "ph", "by", "arms",
    "rank_test",
)  # fmt: skip
JOINED = "|"
CODED = ("category", "ordinal", "yesno")


def jobs_of(parts: Mapping, conventions: Mapping, variables: Mapping, read: Callable) -> Iterator:
    """Yield what R is to compute, one row a group, test or model.

    Parameters
    ----------
    parts, conventions : mapping
        As for `retrocohort.verify.study.checks_of`.
    variables : mapping
        Name -> type and levels.
    read : callable
        Path below the results of the study -> rows.
    """
    how = {key: conventions[key] for key in ("interval", "quantiles", "confidence")}
    for part in parts["survival"]:
        about = how | {key: part[key] for key in ("population", "endpoint")}
        yield from _of_survival(about, part, variables, read)
    for part in parts["models"]:
        if not part["asked"].get("penalty"):
            about = {key: part[key] for key in ("population", "endpoint")}
            about |= {
                "kind": "cox",
                "file": part["estimates"],
                "fit": part["fit"],
                "ph": part["ph"],
            }
            asked = {"ties": conventions["ties"]} | part["asked"]
            about |= {"ties": asked["ties"], "confidence": conventions["confidence"]}
            yield from _of_model(about, asked, part, variables, read)
    for part in parts["baseline"]:
        yield from _of_baseline(part, conventions, variables, read)


def _of_survival(about: Mapping, part: Mapping, variables: Mapping, read: Callable) -> Iterator:
    """Yield the jobs of the files of survival estimates."""
    groups = dict.fromkeys((row["variable"], row["level"]) for row in read(part["quantiles"]))
    times = dict.fromkeys(row["time"] for row in read(part["landmarks"]))
    for variable, level in groups:
        for kind in ("quantiles", "landmarks", "followup"):
            own = {"kind": kind, "file": part[kind], "variable": variable, "level": level}
            yield about | own | ({"times": JOINED.join(times)} if kind == "landmarks" else {})
    for row in read(part["logrank"]):
        if variables[row["variable"]]["type"] in CODED:
            own = {"kind": "logrank", "file": part["logrank"], "variable": row["variable"]}
            strata = row["strata"].replace("+", JOINED)
            yield about | own | {"level": row["contrast"], "strata": strata}


def _of_model(about, asked: Mapping, part: Mapping, variables, read: Callable) -> Iterator:
    """Yield the model of an entry, or one for each covariate."""
    rows = read(part["estimates"])
    references = {row["variable"]: row["reference"] for row in rows}
    every = list(references)
    for names in [[name] for name in every] if asked["kind"] == "univariable" else [every]:
        numbers = [name for name in names if variables[name]["type"] not in CODED]
        yield dict(about) | {
            "variable": JOINED.join(names),
            "model": names[0] if asked["kind"] == "univariable" else "",
            "strata": JOINED.join(asked["strata"]),
            "references": JOINED.join(references[name] or "-" for name in names),
            "numbers": JOINED.join(numbers),
        }


def _of_baseline(part: Mapping, conventions: Mapping, variables, read: Callable) -> Iterator:
    """Yield the tests of a baseline table that were made."""
    about = {"kind": "baseline", "population": part["population"], "file": part["tests"]}
    about |= {"by": part["asked"]["by"], "rank_test": conventions["rank_test"]}
    about["arms"] = JOINED.join(variables[about["by"]]["levels"])
    for row in read(part["tests"]):
        if row["test"] and row["p"]:
            numbers = "" if variables[row["variable"]]["type"] in CODED else row["variable"]
            yield about | {"variable": row["variable"], "level": row["test"], "numbers": numbers}


def ask_r(cohort: str, jobs: Iterable[Mapping], folder: Path) -> tuple[list[dict], str]:
    """Return R's numbers, and which R it was.

    Raises
    ------
    subprocess.CalledProcessError
        When R stops, as without its package survival.
    """
    asked, told = folder / "r_jobs.csv", folder / "r_numbers.csv"
    with open(asked, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(jobs)
    command = ["Rscript", SCRIPT, cohort, str(asked), str(told)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    with open(told, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), run.stdout.strip()


def compared(numbers: Iterable[Mapping], verified: Iterable[Mapping], version: str) -> list[Check]:
    """Return R's numbers beside those of the first engine, which verification.csv has.

    R's coefficients of terms that have no estimate in the results are left out.
    """
    first = {(row["file"], row["item"], row["quantity"]): row for row in verified}
    found = []
    for number in numbers:
        row = first.get((number["file"], number["item"], number["quantity"]))
        if row is not None and row["value"]:
            place = (row["kind"], row["file"], row["item"], row["quantity"])
            values = float(row["value"]), float(number["value"])
            found.append(Check(*place, *values, row["engine"], version))
    return found
