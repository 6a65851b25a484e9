"""From the calibrated cohort to the raw files of the hospitals and what each cell meant."""

import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

from retrocohort.config import strict_yaml
from twin.calls import follow_up
from twin.deliver import write_sources
from twin.identities import name_people
from twin.mess import TRUTH, Delivery, make_mess
from twin.people import draw_people


def load_settings(path: str) -> dict:
    """Return the settings of a twin's records."""
    return strict_yaml.load(path, Path(path).read_text(encoding="utf-8"))


def make_delivery(cohort_csv: str, settings: Mapping) -> Delivery:
    """Return the cells of all raw files, and what each meant."""
    with open(cohort_csv, encoding="utf-8", newline="") as file:
        people = draw_people(list(csv.DictReader(file)), settings)
    name_people(people, settings)
    return make_mess(people, follow_up(people, settings), settings)


def write_raw_files(folder: Path, delivery: Delivery, settings: Mapping) -> None:
    """Write the raw files with the papers that go with them: SHA256SUMS and PROVENANCE.md."""
    folder.mkdir(parents=True, exist_ok=True)
    files = write_sources(folder, delivery, settings["sources"], settings["note"])
    sums = [f"{hashlib.sha256((folder / f).read_bytes()).hexdigest()}  {f}\n" for f in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    (folder / "PROVENANCE.md").write_text(settings["provenance"], encoding="utf-8")


def truth_text(delivery: Delivery) -> str:
    """Return the meaning of every cell as CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, TRUTH, lineterminator="\n")
    writer.writeheader()
    writer.writerows(delivery.truth)
    return text.getvalue()
