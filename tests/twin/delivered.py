"""The records of a twin, delivered under a seed of the mess, cleaned by the study's files."""

import csv
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import pandas as pd
from tests.workflow.built_records import build_records

from retrocohort.cohort import build
from retrocohort.config.study import load_study
from retrocohort.plan.entries import Plan
from twin.records import load_settings, make_delivery, truth_text, write_raw_files

STUDY = "xu2025"
CONFIG = Path(f"config/studies/{STUDY}")
SETTINGS = f"{CONFIG}/twin_records.yaml"
CALIBRATED = f"{CONFIG}/calibrated.csv"
COMMITTED = ""
UNSEEN = ("2002", "3003", "4004")  # nobody looked at these while the cleaning was written


class Cleaned(NamedTuple):
    """What was delivered, what it meant, and what the study makes of it."""

    data: Path
    records: Path
    truth: list[dict]
    cohort: build.Cohort


def read_csv(path) -> list[dict]:
    """Return the rows of a CSV as dictionaries."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def deliver(folder: Path, mess_seed: str) -> None:
    """Write the raw files and the truth of a seed."""
    settings = load_settings(SETTINGS)
    settings["mess_seed"] = mess_seed or settings["mess_seed"]
    delivery = make_delivery(CALIBRATED, settings)
    write_raw_files(folder, delivery, settings)
    (folder / "truth.csv").write_text(truth_text(delivery), encoding="utf-8")


@cache
def cleaned(mess_seed: str) -> Cleaned:
    """Return a delivery cleaned by the dictionary and the codes; "" is the committed one."""
    folder = Path(mkdtemp(prefix=f"twin-{mess_seed}-"))
    data, truth = Path("data") / STUDY, Path("tests/twin") / STUDY / "truth.csv"
    if mess_seed:
        data, truth = folder, folder / "truth.csv"
        deliver(folder, mess_seed)
    study = load_study(str(CONFIG), str(data))
    records = folder / "records"
    records.mkdir()
    build_records(study, records)
    cohort = build.cohort(
        pd.read_parquet(records / "cleaned.parquet"), Plan(STUDY, study).cohort_decisions()
    )
    return Cleaned(data, records, read_csv(truth), cohort)
