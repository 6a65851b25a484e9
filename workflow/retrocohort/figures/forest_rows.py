"""What a forest plot shows, from the rows of a Cox model: no drawing here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, floor, isfinite, log, log10

from retrocohort import format as fmt
from retrocohort.figures.looks import Look
from retrocohort.io import as_number

Rows = Sequence[Mapping[str, str]]
WIDEST = 10.0  # an axis reaches this factor from 1 for the sake of limits,
FARTHEST = 50.0  # and this one for the ratios themselves: a ratio beyond is an arrow
EMPTY_AXIS = (0.5, 2.0)  # where nothing is estimable


@dataclass(frozen=True)
class Row:
    """One line of the plot: texts, and the ratio with its limits (NaN when there is none)."""

    label: str
    level: bool  # indented under the line of its variable
    n: str = ""
    events: str = ""
    hr: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    ratio: str = ""
    p: str = ""
    note: str = ""

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
            yield Row(about["label"] + (f" ({about['unit']})" if about.get("unit") else ""), False)
        last = row["variable"]
        yield _row(row, about, look)


def _row(row: Mapping[str, str], about: Mapping, look: Look) -> Row:
    """Return the line of one estimate."""
    label = about["levels"].get(row["level"], row["level"]) if row["level"] else _per_unit(about)
    hr, low, high, p = (as_number(row[column]) for column in ("hr", "hr_low", "hr_high", "p"))
    n, events = (fmt.count(as_number(row[column])) for column in ("n", "events"))
    common = {"label": label, "level": bool(row["level"]), "n": n, "events": events}
    if row.get("note"):
        return Row(**common, note=row["note"])
    if row["level"] and row["level"] == row["reference"]:
        return Row(**common, ratio="Reference")
    ratio = look.text(fmt.ratio_interval(hr, low, high))
    return Row(**common, hr=hr, low=low, high=high, ratio=ratio, p=look.p_value(p))


def _per_unit(about: Mapping) -> str:
    """Return the label of a continuous variable, whose ratio is that of one unit."""
    unit = about.get("unit") or "unit"
    return f"{about['label']} (per {fmt.singular(unit)})"


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
