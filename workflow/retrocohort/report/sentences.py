"""Plain sentences for the text of a paper; each number carries the id of the cell it comes from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrocohort.format import (
    count,
    p_statement,
    percent,
    ratio_interval,
    survival_time,
    within_sentence,
)
from retrocohort.io import as_number, number_text
from retrocohort.report.blocks import Block, Sheet, heading, text
from retrocohort.report.coefficients import exposure_rows
from retrocohort.report.estimates import MEDIAN, Rows, are_whole, length_unit
from retrocohort.report.findings import FULL, exposure
from retrocohort.report.labels import exact
from retrocohort.report.outcomes import is_whole
from retrocohort.source import Number, in_percent, numbers_of, shown

STATED = "stated"  # end of the id of a P value as a sentence says it: "P < 0.001"


@dataclass(frozen=True)
class Part:
    """A piece of a sentence: its text and, if it is a number, that number and the id to cite."""

    text: str
    id: str = ""
    number: Number | None = None

    @property
    def exact(self) -> str:
        """Return the number at full precision, empty for none."""
        return number_text(self.number.value) if self.number else ""

    @property
    def placeholder(self) -> str:
        """Return what an author writes for it: "{{os.full.arm.new.median}}"."""
        return f"{{{{{self.id}}}}}" if self.id else self.text


Sentence = list[Part]


def cite(value: str) -> Part:
    """Return the part of a shown number; of a P statement the id has a further word."""
    (number,) = numbers_of(value)
    if number.source is None:
        return Part(str(value))
    stated = "" if value == number.shown else f".{STATED}"
    return Part(str(value), f"{number.source.id}{stated}", number)


def say(*pieces: str | Part | Sequence[Part]) -> Sentence:
    """Return a sentence of texts, parts and lists of parts."""
    found: Sentence = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(Part(piece))
        else:
            found += [piece] if isinstance(piece, Part) else piece
    return found


def listed(parts: Sequence[Part | Sequence[Part]], last: str = " and ") -> Sentence:
    """Return "a, b and c"."""
    found: Sentence = []
    for i, part in enumerate(parts):
        if i:
            found.append(Part(last if i == len(parts) - 1 else ", "))
        found += say(part)
    return found


def sentences_section(
    sheet: Sheet, files: Mapping[str, Rows], contents: Mapping[str, Sequence[Mapping]]
) -> list[Block]:
    """Return sentences on the cohort, on each endpoint, and on the exposure in each main model."""
    said = (
        "To copy, or to cite in a manuscript: each number stands in report/numbers.json under the"
        " id that “For a manuscript” shows, and “make manuscript” puts it where a Word or Markdown"
        " file has that id in double braces."
    )
    variable = exposure(sheet.study)
    cohort = [*_cohort(sheet, files, variable)]
    blocks = [text(said), {"kind": "sentences", "sentences": cohort}]
    for endpoint in sheet.study["survival"]["endpoints"]:
        parts = [part for part in contents["survival"] if part["endpoint"] == endpoint]
        models = [part for part in contents["models"] if part["endpoint"] == endpoint]
        found = [s for part in parts for s in _survival(sheet, part, variable)]
        found += [s for part in models for s in _hazard(sheet, part, variable)]
        blocks += [
            heading(f"sentences-{endpoint}", sheet.labels.endpoint(endpoint)),
            {"kind": "sentences", "sentences": found},
        ]
    return blocks


def _by(sheet: Sheet, variable: str, levels: Iterable[str]) -> str:
    """Return "treatment (old and new)"."""
    names = "".join(p.text for p in listed([Part(sheet.labels.level(variable, x)) for x in levels]))
    return f"{within_sentence(sheet.labels.variable(variable))} ({names})"


def _cohort(sheet: Sheet, files: Mapping[str, Rows], variable: str) -> Iterable[Sentence]:
    flow = files["flow"]
    first, last = (cite(count(as_number(flow[i]["n_after"]))) for i in (0, -1))
    rows = [r for r in files["arms"] if r["variable"] == variable and r["population"] == FULL]
    sizes = listed([cite(count(as_number(row["n"]))) for row in rows])
    by = _by(sheet, variable, [row["level"] for row in rows])
    yield say("Of ", first, " delivered records ", last, " patients form the cohort; ") + say(
        f"by {by}: ", sizes, "."
    )
    left_out = [
        say(cite(count(as_number(row["n_excluded"]))), f" ({within_sentence(row['label'])})")
        for row in flow[1:]
    ]
    if left_out:
        yield say("Excluded were ", listed(left_out), ".")


def _survival(sheet: Sheet, part: Mapping, variable: str) -> Iterable[Sentence]:
    """Return events, follow-up, medians and survival at fixed times of one population."""
    where = f"{part['population_label']}: "
    name = within_sentence(part["endpoint_label"])
    own = [row for row in part["quantiles"] if row["variable"] == variable]
    follow = {(row["variable"], row["level"]): row for row in part["followup"]}["", ""]
    trim = are_whole(part["quantiles"], MEDIAN) and are_whole(part["followup"], MEDIAN)
    unit = length_unit(part["unit"])
    events, n = (cite(count(as_number(part["quantiles"][0][k]))) for k in ("events", "n"))
    yield say(where, events, " events (", name, ") in ", n, " patients; ") + say(
        "median follow-up ", *_time_with_limits(sheet, follow, trim, unit), "."
    )
    if own and not any(_not_estimable(row) for row in own):
        times = listed([cite(survival_time(as_number(r["median"]), 1, trim)) for r in own])
        by = _by(sheet, variable, [row["level"] for row in own])
        yield say(where, f"the median {name}, in {part['unit']}, was ", times, f" by {by}") + say(
            _log_rank(part["logrank"], variable), "."
        )
    if is_whole(part):
        yield from _fixed_times(sheet, part, variable, name)


def _not_estimable(row: Mapping[str, str]) -> bool:
    return row["note"].startswith("not estimable")


def _time_with_limits(sheet: Sheet, row: Mapping, trim: bool, unit: str) -> Sentence:
    median, low, high = (survival_time(as_number(row[key]), 1, trim) for key in MEDIAN)
    if not row["median"]:
        return say(cite(median))
    return say(cite(median), f" {unit} ({sheet.level} CI, ", cite(low), " to ", cite(high), ")")


def _log_rank(tests: Rows, variable: str) -> Sentence:
    """Return "; log-rank P < 0.001", nothing for a test that could not be done."""
    for row in tests:
        if row["variable"] == variable and not row["contrast"] and not row["strata"] and row["p"]:
            return say("; log-rank ", cite(p_statement(as_number(row["p"]))))
    return []


def _fixed_times(sheet: Sheet, part: Mapping, variable: str, name: str) -> Iterable[Sentence]:
    rows = [row for row in part["landmarks"] if row["variable"] == variable]
    for moment in dict.fromkeys(row["time"] for row in rows):
        own = [row for row in rows if row["time"] == moment]
        if all(row["survival"] and not _not_estimable(row) for row in own):
            shares = [percent(in_percent(as_number(row["survival"]))) for row in own]
            by = _by(sheet, variable, [row["level"] for row in own])
            at = f"{exact(as_number(moment))} {part['unit']}"
            yield say(f"{part['population_label']}: {name} at {at} was ") + say(
                listed([say(cite(share), "%") for share in shares]), f" by {by}."
            )


def _hazard(sheet: Sheet, part: Mapping, variable: str) -> Iterable[Sentence]:
    """Return the hazard ratios of the exposure in a main model."""
    found = []
    for row in exposure_rows(part["estimates"], variable) if part["role"] == "main" else []:
        ratio = ratio_interval(*(as_number(row[key]) for key in ("hr", "hr_low", "hr_high")))
        if not row["hr"] or _not_estimable(row):
            continue
        hr, low, high = (cite(shown(n.shown, n)) for n in numbers_of(ratio))
        p = p_statement(as_number(row["p"]))
        versus = ""
        if row["level"]:
            names = [sheet.labels.level(variable, row[key]) for key in ("level", "reference")]
            versus = f" for {' versus '.join(names)}"
        limits = say(f" ({sheet.level} CI, ", low, " to ", high, "; ", cite(p), ")") if p else []
        found.append(say(hr, limits, versus))
    if found:
        label = within_sentence(sheet.labels.variable(variable))
        where = f"{part['population_label']}: in the Cox model “{part['label']}” "
        yield say(where, f"the hazard ratio of {label} was ", listed(found), ".")
