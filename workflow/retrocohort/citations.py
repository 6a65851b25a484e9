"""The ids by which an author cites a number of the results: "os.full.arm.new.median".

An id is made of names of the study file and codes of the dictionary, never of labels: endpoint,
population, then variable and level, or the further names of the file, then the column. What is
empty is left out, but for the variable of all patients, which is "all". Ids hold letters, digits, _
and dots; other characters of a code become _.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from retrocohort.io import read_rows
from retrocohort.source import Record

BELOW_RESULTS = re.compile(r"^(?:.*/)?results/\w+/(?:disclosed/)?(?:zh/)?")  # in any language
PLACE = r"models/(?P<population>\w+)/(?P<endpoint>\w+)/"
BASE = "{endpoint}.{population}."
# file below the results of a study -> how the ids of its rows begin
PREFIXES = [
    (rf"{PLACE}quantiles", BASE + "{variable}.{level}"),
    (rf"{PLACE}followup", BASE + "{variable}.{level}.followup"),
    (rf"{PLACE}landmarks", BASE + "{variable}.{level}.{time}"),
    (rf"{PLACE}logrank", BASE + "{variable}.logrank.{strata}.{contrast}"),
    (rf"{PLACE}cox_(?P<name>\w+)_fit", BASE + "cox.{name}.fit.{model}.{statistic}"),
    (rf"{PLACE}cox_(?P<name>\w+)_ph", BASE + "cox.{name}.ph.{variable}"),
    (rf"{PLACE}cox_(?P<name>\w+)", BASE + "cox.{name}.{variable}.{level}"),
    (rf"{PLACE}interaction_(?P<name>\w+)_tests", BASE + "interaction.{name}.{subgroups}"),
    (
        rf"{PLACE}interaction_(?P<name>\w+)_ratios",
        BASE + "interaction.{name}.{subgroup}.{variable}.{level}",
    ),
    (rf"{PLACE}landmark_(?P<name>\w+)_excluded", BASE + "landmark.{name}.{reason}"),
    (rf"{PLACE}landmark_(?P<name>\w+)_quantiles", BASE + "landmark.{name}.{variable}.{level}"),
    (
        rf"{PLACE}landmark_(?P<name>\w+)_logrank",
        BASE + "landmark.{name}.{variable}.logrank.{strata}.{contrast}",
    ),
    (rf"{PLACE}landmark_(?P<name>\w+)_cox", BASE + "landmark.{name}.cox.{variable}.{level}"),
    (rf"{PLACE}subgroups_(?P<name>\w+)_tests", BASE + "subgroups.{name}.{split}"),
    (rf"{PLACE}rmst_(?P<name>\w+)", BASE + "rmst.{name}.{variable}.{level}.{reference}"),
    (
        r"tables/(?P<population>\w+)/(?P<name>\w+)_tests",
        "{name}.{population}.{variable}.{contrast}",
    ),
    (
        r"tables/(?P<population>\w+)/(?P<name>\w+)",
        "{name}.{population}.{variable}.{level}.{arm}.{statistic}",
    ),
    (r"cohort/flow", "flow.{criterion}"),
    (r"cohort/arms", "arms.{arm}.{population}.{level}"),
    (r"cohort/populations", "populations.{population}"),
    (r"cohort/endpoints", "endpoints.{endpoint}"),
    (r"records/linkage", "files.{source}"),
    (r"records/centres", "centres.{centre}"),
    (r"audit/parity", "parity.{convention}"),
    (r"audit/warnings", "warnings.{step}.{endpoint}.{population}.{item}"),
]
COMPILED = [(re.compile(rf"{path}\.csv"), prefix) for path, prefix in PREFIXES]
WORDS = {  # column -> what stands in the id for a value of it
    "variable": lambda value: value or "all",
    "criterion": lambda value: value or "all",
    "strata": lambda value: value and f"stratified_by_{value}",
    "contrast": lambda value: value.replace("|", "_vs_"),
    "subgroups": lambda value: value.replace("|", "_vs_"),
    "time": lambda value: f"at_{value}",
    "reference": lambda value: value and f"minus_{value}",
}


def read_cited(path: str) -> list[dict[str, str]]:
    """Read a CSV of results as dictionaries of text that know their cell."""
    return cited(path, read_rows(path))


def cited(path: str, rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the rows of a results file so that their numbers can be cited.

    Rows of a file that nobody cites (the comparison with a paper) stay as they are. Two
    rows whose ids would be the same, as codes differ in signs alone, are told apart by _2, _3.
    """
    file = BELOW_RESULTS.sub("", path)
    template, names = _template(file)
    if not template:
        return list(rows)
    used: Counter = Counter()
    found = []
    for line, row in enumerate(rows, start=2):
        prefix = _filled(template, names | row | _arm(template, row))
        used[prefix] += 1
        end = f"_{used[prefix]}" if used[prefix] > 1 else ""
        found.append(Record(row, file, line, prefix + end))
    return found


def _template(file: str) -> tuple[str, dict[str, str]]:
    for path, prefix in COMPILED:
        match = path.fullmatch(file)
        if match:
            return prefix, match.groupdict()
    return "", {}


def _arm(template: str, row: Mapping[str, str]) -> dict[str, str]:
    """Return the arm of a row of a baseline table, whose empty one is that of all patients."""
    return {"arm": row["arm"] or "overall"} if "{statistic}" in template and "arm" in row else {}


def _filled(template: str, row: Mapping[str, str]) -> str:
    parts = []
    for part in template.split("."):
        if part.startswith("{"):
            name = part[1:-1]
            value = row.get(name) or ""
            part = re.sub(r"\W+", "_", WORDS.get(name, str)(value))
        parts.append(part)
    return ".".join(filter(None, parts))
