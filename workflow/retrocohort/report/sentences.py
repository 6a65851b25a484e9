"""Plain sentences for the text of a paper; each number carries the id of the cell it comes from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrocohort.format import (
    WITHHELD_NOTE,
    count,
    p_statement,
    percent,
    ratio_interval,
    survival_time,
)
from retrocohort.io import as_number, number_text
from retrocohort.language import pieces, say, template
from retrocohort.report.blocks import Block, Sheet, heading, text
from retrocohort.report.coefficients import exposure_rows
from retrocohort.report.estimates import MEDIAN, Rows, are_whole, length_unit
from retrocohort.report.findings import exposure
from retrocohort.report.labels import exact
from retrocohort.report.outcomes import is_whole
from retrocohort.source import Number, in_percent, numbers_of, shown
from retrocohort.units import SEVERAL, amount, unit_name
from retrocohort.where import FULL
from retrocohort.wording import within_sentence

STATED = "stated"  # end of the id of a P value as a sentence says it: "P < 0.001"

NEXT, LAST = template("{text}, {more}"), template("{text} and {more}")
COHORT = template("Of {first} delivered records {last} patients form the cohort; by {by}: {sizes}.")
FOLLOWED = template(
    "{population}: {events} events ({endpoint}) in {n} patients; median follow-up {time}."
)
MEDIANS = template("{population}: the median {endpoint}, in {unit}, was {times} by {by}.")
MEDIANS_TESTED = template(
    "{population}: the median {endpoint}, in {unit}, was {times} by {by}; log-rank {p}."
)
FIXED = template("{population}: {endpoint} at {at} was {shares} by {by}.")
LIMITS = template("{value} ({level} CI, {low} to {high})")
RATIO = template("{hr} ({level} CI, {low} to {high}; {p})")


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


def phrase(text: str, /, **values: str | Part | Sentence) -> Sentence:
    """Return a text in the language in force whose values are texts, parts or lists of parts."""
    found: Sentence = []
    for piece in pieces(text, **values):
        if isinstance(piece, str):
            found.append(Part(piece))
        else:
            found += [piece] if isinstance(piece, Part) else piece
    return found


def joined(parts: Sequence[Sentence]) -> Sentence:
    """Return "a, b and c"."""
    first, *others = parts
    for i, part in enumerate(others, start=2):
        first = phrase(LAST if i == len(parts) else NEXT, text=first, more=part)
    return first


def sentences_section(
    sheet: Sheet, files: Mapping[str, Rows], contents: Mapping[str, Sequence[Mapping]]
) -> list[Block]:
    """Return sentences on the cohort, on each endpoint, and on the exposure in each main model."""
    said = say(
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
    names = joined([[Part(sheet.labels.level(variable, level))] for level in levels])
    label = within_sentence(sheet.labels.variable(variable))
    return say("{label} ({told})", label=label, told="".join(part.text for part in names))


def _cohort(sheet: Sheet, files: Mapping[str, Rows], variable: str) -> Iterable[Sentence]:
    flow = files["flow"]
    first, last = (cite(count(as_number(flow[i]["n_after"]))) for i in (0, -1))
    rows = [r for r in files["arms"] if r["variable"] == variable and r["population"] == FULL]
    sizes = joined([[cite(count(as_number(row["n"])))] for row in rows])
    by = _by(sheet, variable, [row["level"] for row in rows])
    yield phrase(COHORT, first=first, last=last, by=by, sizes=sizes)
    left_out = [
        phrase(
            "{text} ({several})",
            text=cite(count(as_number(row["n_excluded"]))),
            several=within_sentence(row["label"]),
        )
        for row in flow[1:]
    ]
    if left_out:
        yield phrase("Excluded were {reasons}.", reasons=joined(left_out))


def _survival(sheet: Sheet, part: Mapping, variable: str) -> Iterable[Sentence]:
    """Return events, follow-up, medians and survival at fixed times of one population."""
    name = within_sentence(part["endpoint_label"])
    about = {"population": part["population_label"], "endpoint": name}
    own = [row for row in part["quantiles"] if row["variable"] == variable]
    follow = {(row["variable"], row["level"]): row for row in part["followup"]}["", ""]
    trim = are_whole(part["quantiles"], MEDIAN) and are_whole(part["followup"], MEDIAN)
    events, n = (cite(count(as_number(part["quantiles"][0][k]))) for k in ("events", "n"))
    followed = _time_with_limits(sheet, follow, trim, length_unit(part["unit"]))
    yield phrase(FOLLOWED, **about, events=events, n=n, time=followed)
    if own and not any(_not_estimable(row) for row in own):
        times = joined([[cite(survival_time(as_number(r["median"]), 1, trim))] for r in own])
        by = _by(sheet, variable, [row["level"] for row in own])
        values = {"unit": unit_name(part["unit"]), "times": times, "by": by}
        p = _log_rank(part["logrank"], variable)
        yield phrase(MEDIANS_TESTED if p else MEDIANS, **about, **values, p=p)
    if is_whole(part):
        yield from _fixed_times(sheet, part, variable, about)


def _not_estimable(row: Mapping[str, str]) -> bool:
    return row["note"].startswith("not estimable") or row["note"] == WITHHELD_NOTE


def _time_with_limits(sheet: Sheet, row: Mapping, trim: bool, unit: str) -> Sentence:
    median, low, high = (cite(survival_time(as_number(row[key]), 1, trim)) for key in MEDIAN)
    if not row["median"] or _not_estimable(row):
        return [median]
    time = phrase(SEVERAL.get(unit, "{n} {unit}"), n=median, unit=unit)
    return phrase(LIMITS, value=time, level=sheet.level, low=low, high=high)


def _log_rank(tests: Rows, variable: str) -> Sentence:
    """Return "P < 0.001", nothing for a test that could not be done."""
    for row in tests:
        own = row["variable"] == variable and not row["contrast"] and not row["strata"]
        if own and row["p"] and not _not_estimable(row):
            return [cite(p_statement(as_number(row["p"])))]
    return []


def _fixed_times(sheet: Sheet, part: Mapping, variable: str, about: Mapping) -> Iterable[Sentence]:
    rows = [row for row in part["landmarks"] if row["variable"] == variable]
    for moment in dict.fromkeys(row["time"] for row in rows):
        own = [row for row in rows if row["time"] == moment]
        if all(row["survival"] and not _not_estimable(row) for row in own):
            shares = [percent(in_percent(as_number(row["survival"]))) for row in own]
            shown_shares = joined([[cite(share), Part("%")] for share in shares])
            by = _by(sheet, variable, [row["level"] for row in own])
            at = str(amount(exact(as_number(moment)), part["unit"]))
            yield phrase(FIXED, **about, at=at, shares=shown_shares, by=by)


def _hazard(sheet: Sheet, part: Mapping, variable: str) -> Iterable[Sentence]:
    """Return the hazard ratios of the exposure in a main model."""
    found = []
    for row in exposure_rows(part["estimates"], variable) if part["role"] == "main" else []:
        if row["hr"] and not _not_estimable(row):
            found.append(_ratio(sheet, row, variable))
    if found:
        label = within_sentence(sheet.labels.variable(variable))
        yield phrase(
            "{population}: in the Cox model “{model}” the hazard ratio of {label} was {ratios}.",
            population=part["population_label"],
            model=part["label"],
            label=label,
            ratios=joined(found),
        )


def _ratio(sheet: Sheet, row: Mapping, variable: str) -> Sentence:
    """Return "0.50 (95% CI, 0.40 to 0.60; P < 0.001) for new versus old"."""
    ratio = ratio_interval(*(as_number(row[key]) for key in ("hr", "hr_low", "hr_high")))
    hr, low, high = (cite(shown(n.shown, n)) for n in numbers_of(ratio))
    p, said = p_statement(as_number(row["p"])), [hr]
    if p:
        said = phrase(RATIO, hr=hr, level=sheet.level, low=low, high=high, p=cite(p))
    if not row["level"]:
        return said
    level, reference = (sheet.labels.level(variable, row[key]) for key in ("level", "reference"))
    return phrase("{ratio} for {a} versus {b}", ratio=said, a=level, b=reference)
