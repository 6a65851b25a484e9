"""What a forest plot shows, from the rows of a Cox model: no drawing here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, floor, isfinite, log, log10

from retrocohort import format as fmt
from retrocohort.figures.looks import Look
from retrocohort.io import as_number
from retrocohort.language import say, told
from retrocohort.wording import singular

Rows = Sequence[Mapping[str, str]]
WIDEST = 10.0  # an axis reaches this factor from 1 for the sake of limits,
FARTHEST = 50.0  # and this one for the ratios themselves: a ratio beyond is an arrow
EMPTY_AXIS = (0.5, 2.0)  # where nothing is estimable


@dataclass(frozen=True)
class Row:
    """One line of the plot: texts, and the ratio with its limits (NaN when there is none)."""

    label: str
    indent: int = 0  # 1 under the line of its variable
    n: str = ""
    events: str = ""
    hr: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    ratio: str = ""
    p: str = ""
    note: str = ""
    key: tuple[str, str | None] = ("", None)  # variable, level; None in the line of the variable
    beside: "Row | None" = None  # the same of another model
    is_withheld: bool = False

    @property
    def drawn(self) -> bool:
        """Return whether there is a ratio to draw."""
        return isfinite(self.hr) and not self.note


def read_rows(estimates: Rows, variables: Mapping[str, Mapping], look: Look) -> Iterator[Row]:
    """Yield the lines of a plot in the order of the estimates.

    Parameters
    ----------
    estimates : rows of cox_<model>.csv
    variables : mapping
        Label, unit and levels of every variable.
    look : Look
        How numbers read.
    """
    last = None
    for row in estimates:
        about = variables[row["variable"]]
        if row["level"] and row["variable"] != last:
            unit = about.get("unit")
            label = about["label"]
            label = say("{label} ({unit})", label=label, unit=unit) if unit else label
            yield Row(label, key=(row["variable"], None))
        last = row["variable"]
        yield _row(row, about, look)


def _row(row: Mapping[str, str], about: Mapping, look: Look) -> Row:
    """Return the line of one estimate."""
    label = about["levels"].get(row["level"], row["level"]) if row["level"] else _per_unit(about)
    hr, low, high, p = (as_number(row[column]) for column in ("hr", "hr_low", "hr_high", "p"))
    n, events = (fmt.count(as_number(row[column])) for column in ("n", "events"))
    common = {"label": label, "indent": int(row["level"] != ""), "n": n, "events": events}
    common["key"] = (row["variable"], row["level"])
    is_reference = row["level"] and row["level"] == row["reference"]
    if row.get("note") and not (is_reference and row["note"] == fmt.WITHHELD_NOTE):
        hidden = row["note"] == fmt.WITHHELD_NOTE
        return Row(**common, note=told(row["note"]), is_withheld=hidden)
    if is_reference:
        return Row(**common, ratio=say("Reference"))
    ratio = look.written(fmt.ratio_interval, hr, low, high)
    return Row(**common, hr=hr, low=low, high=high, ratio=ratio, p=look.written(fmt.p_value, p))


def paired(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """Return the rows of a model, each with that of another model beside it.

    What only one of them holds stands too, with a dash for the other.
    """
    own, beside = ({row.key: row for row in some} for some in (rows, others))
    variables = dict.fromkeys(row.key[0] for row in (*others, *rows))
    keys = dict.fromkeys(key for name in variables for key in (*own, *beside) if key[0] == name)
    found = []
    for key in keys:
        first, second = own.get(key), beside.get(key)
        line = _in_column(first or second)
        if first is None:
            line = replace(line, hr=float("nan"), ratio=_absent(key), p="", note="")
        other = _in_column(second) if second else Row("", ratio=_absent(key))
        found.append(replace(line, beside=other))
    return found


def _absent(key: tuple[str, str | None]) -> str:
    return "" if key[1] is None else fmt.MISSING


def _in_column(row: Row) -> Row:
    """Return a row whose reason, which has no room beside another ratio, is two words."""
    why = fmt.WITHHELD if row.is_withheld else say("Not estimable")
    return replace(row, note="", ratio=why, hr=float("nan")) if row.note else row


def all_withheld(rows: Iterable[Row]) -> bool:
    """Return whether there is no ratio to draw, as some that there are may not be told."""
    every = [*rows]
    hidden = any(row.is_withheld for row in every)
    return hidden and not any(row.drawn for row in every)


def lined(rows: Sequence[Row]) -> list[bool]:
    """Return where the line of no difference is drawn.

    Not beside a reason why there is no ratio, nor beside a heading of such.
    """
    found, last = [], True
    for row in reversed(rows):
        last = not row.note if row.note or row.ratio else last
        found.append(last)
    return found[::-1]


def explained(share: str) -> str:
    """Return what the signs of a forest plot mean."""
    return say(
        "HR: hazard ratio, above 1 for a higher hazard of the event; bars: {share} "
        "confidence interval (CI), an arrow where it goes on beyond the axis.",
        share=share,
    )


def _per_unit(about: Mapping) -> str:
    """Return the label of a continuous variable, whose ratio is that of one unit."""
    unit = about.get("unit") or say("unit")
    return say("{label} (per {unit})", label=about["label"], unit=singular(unit))


def axis_limits(rows: Sequence[Row]) -> tuple[float, float]:
    """Return the limits of the axis: 1, ratios up to `FARTHEST` and limits up to `WIDEST` in it."""
    drawn = [row for row in rows if row.drawn]
    if not drawn:
        return EMPTY_AXIS
    ratios = [1.0, *(min(max(row.hr, 1 / FARTHEST), FARTHEST) for row in drawn)]
    lows = [max(row.low, 1 / WIDEST) for row in drawn if row.low == row.low]
    highs = [min(row.high, WIDEST) for row in drawn if row.high == row.high]
    low, high = min(ratios + lows), max(ratios + highs)
    room = max(0.06 * log(high / low), 0.002)
    return low * exp(-room), high * exp(room)


def axis_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Return round ratios between two limits, 1 among them, at most `most`.

    Halves and doubles where they fit, else powers of ten; tenths or smaller steps where all ratios
    are near 1.
    """
    if high / low < 2:
        power = floor(log10(high - low)) - 1
        for step in (factor * 10.0 ** (power + p) for p in (0, 1) for factor in (1, 2, 5)):
            count = floor((high - 1) / step) + floor((1 - low) / step) + 1
            if count <= most:
                first = -floor((1 - low) / step)
                return [round(1 + (first + i) * step, 10) for i in range(count)]
    for factors in ((1, 1.5, 2, 3, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        ticks = [factor * 10.0**power for power in range(-9, 10) for factor in factors]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) <= most:
            return ticks
    return [1.0]


def fit_number(fit: Rows, statistic: str, column: str = "value") -> float:
    """Return a number of cox_<model>_fit.csv, NaN where there is none or one for each covariate."""
    found = [row[column] for row in fit if row["statistic"] == statistic]
    return as_number(found[0]) if len(found) == 1 else float("nan")
