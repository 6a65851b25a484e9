"""What was noticed on the way, in counts: nothing is dropped or left out in silence."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from retrocohort.language import noted

# Notes that are results, complete as they stand: the curve stays above one half. Any other note is
# a warning: no estimate and why, engines that differ, small expected counts, whatever comes later.
RESULTS = frozenset({"not reached"})
RECORDS, COHORT = noted("records"), noted("cohort")
COLUMNS = ["step", "population", "endpoint", "item", "warning", "n"]


def _warning(step: str, item: str, warning: str, n: int, population="", endpoint="") -> dict:
    return {
        "step": step,
        "population": population,
        "endpoint": endpoint,
        "item": item,
        "warning": warning,
        "n": n,
    }


def listed_sums(text: str) -> dict[str, str]:
    """Return file -> SHA-256 of a SHA256SUMS file, as `sha256sum` writes it."""
    pairs = (line.split(maxsplit=1) for line in text.splitlines() if len(line.split()) > 1)
    return {name.strip().lstrip("*"): digest for digest, name in pairs}


def of_files(rows: Iterable[dict], listed: Mapping[str, str]) -> Iterator[dict]:
    """Yield the delivered files whose SHA-256, as read, is not the one that was listed."""
    for row in rows:
        if row["sha256"] != listed.get(row["file"]):
            text = noted("the file is not the one that SHA256SUMS lists")
            yield _warning(RECORDS, row["source"], text, 1)


def of_linkage(rows: Iterable[dict]) -> Iterator[dict]:
    """Yield what linkage.csv tells of keys that match nobody or stand twice."""
    texts = {
        "unmatched_keys": noted("persons without a row in the patients' source"),
        "duplicated_keys": noted("persons with several rows in a source of one row a patient"),
        "rows_without_key": noted("rows without a patient's number, each taken for a patient"),
    }
    for row in rows:
        for column, text in texts.items():
            relevant = column == "unmatched_keys" or row["rows_a_patient"] == "one"
            if column == "rows_without_key" and row.get("patients") == "known":
                relevant = False  # they are left out, which problems.csv tells
            if relevant and int(row[column] or 0):
                yield _warning(RECORDS, row["source"], text, int(row[column]))
        if int(row.get("coloured_cells") or 0):
            text = noted("cells with a colour; what it says is not read")
            yield _warning(RECORDS, row["source"], text, int(row["coloured_cells"]))
        only_here = int(row.get("only_here_keys") or 0)
        if (
            0 < only_here < int(row["keys"])
        ):  # some are in another source too: perhaps all should be
            text = noted("patients of this source alone, though others share some of its patients")
            yield _warning(RECORDS, row["source"], text, only_here)


def of_problems(rows: Iterable[dict]) -> Iterator[dict]:
    """Yield the cells of problems.csv, counted by variable and kind of problem."""
    counts = Counter((r["variable"], r["problem"], r["action"]) for r in rows)
    for (variable, problem, action), n in sorted(counts.items()):
        yield _warning(RECORDS, variable, f"{problem}; {action}" if action else problem, n)


def of_flow(rows: Iterable[dict]) -> Iterator[dict]:
    """Yield the criteria that could not be judged for somebody."""
    for row in rows:
        if int(row["n_unknown"]):
            text = noted("criterion cannot be judged, a value is missing; the patients stay")
            yield _warning(COHORT, row["label"], text, int(row["n_unknown"]))


def of_endpoints(rows: Iterable[dict]) -> Iterator[dict]:
    """Yield who is not at risk of an endpoint, and events that came too late to count."""
    late = {}
    for row in rows:
        late[row["endpoint"]] = int(row["n_events_after_followup"])
        if int(row["n_not_at_risk"]):
            text = noted("not at risk: {reason}", reason=row["reason"])
            yield _warning(COHORT, "", text, int(row["n_not_at_risk"]), endpoint=row["endpoint"])
    for endpoint, n in late.items():
        if n:
            text = noted("event recorded after the end of follow-up; censored there")
            yield _warning(COHORT, "", text, n, endpoint=endpoint)


def of_notes(step: str, population: str, endpoint: str, rows: Iterable[dict]) -> Iterator[dict]:
    """Yield the notes of one table of results, except those that are results themselves.

    The item is the variable and level, in the fit of a univariable model its covariate.
    """
    notes = Counter()
    for row in rows:
        note = row.get("note") or ""
        if note and note not in RESULTS:
            names = (row.get("variable") or row.get("model"), row.get("level"))
            notes["=".join(filter(None, names)), note] += 1
    for (item, note), n in notes.items():
        yield _warning(step, item, note, n, population, endpoint)
