"""Looks of the figures after the journals' own: what is drawn, in which colours, how P reads.

The numbers are those of `format.py`; a look only writes them as its journal does. Sources: AMA
Manual of Style, 11th edition (JAMA); New England Journal of Medicine, statistical reporting
guidelines; The Lancet, formatting guidelines for electronic submission.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from matplotlib import rcParams

from retrocohort import format as fmt

DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")


@dataclass(frozen=True)
class Look:
    """One look; a key of the study file overrules what it says of bands and lines."""

    p: str = "P = {}"  # of a sentence; " = " gives way to "<" or ">"
    p_digits: str = "plain"
    point: str = "."
    dash: str = fmt.DASH
    unit: str = "{} ({})"  # a label and its unit
    colours: tuple[str, ...] = ()  # those of the style file, with its dashes, where there are none
    bands: bool = True  # the interval of each curve
    censor_marks: bool = True
    median_lines: bool = False
    risk_heading: str = "Number at risk"
    censored_beside: bool = False  # "32 (12)": at risk, and censored until then

    def line(self, position: int) -> dict:
        """Return colour and dash of a group."""
        if self.colours:
            return {"color": self.colours[position % len(self.colours)], "linestyle": "-"}
        styles = list(rcParams["axes.prop_cycle"])
        return styles[position % len(styles)]

    def text(self, text: str) -> str:
        """Return a text of numbers with the decimal point and the dash of the look."""
        return DECIMAL_POINT.sub(self.point, text).replace(fmt.DASH, self.dash)

    def labelled(self, label: str, unit: str) -> str:
        """Return a label with its unit: "Time (months)" or "Time, months"."""
        return self.unit.format(label, unit)

    def p_value(self, p: float | None) -> str:
        """Return P for a cell."""
        return self.text(P_DIGITS[self.p_digits](p))

    def p_statement(self, p: float | None) -> str:
        """Return P for a sentence: "P = 0.034", "P<0.001", "" when missing."""
        if fmt.is_missing(p):
            return ""
        value, equal = self.p_value(p), self.p.removeprefix("P").removeprefix("p")[:-2]
        if value[0] in "<>":
            blank = " " if " " in equal else ""
            return f"{self.p[0]}{blank}{value[0]}{blank}{value[1:]}"
        return self.p.format(value)


def _two_or_three(p: float, smallest: float = 0.001) -> str:
    """Return P with two decimals, three below 0.01 and where two would round across 0.05."""
    if p < smallest or p > fmt.LARGEST_P:
        return fmt.p_value(p)
    crosses = p < 0.05 <= float(fmt.number(p, 2))
    return fmt.number(p, 3 if p < 0.01 or crosses else 2)


def _jama(p: float | None) -> str:
    """Return P without the zero before the point."""
    return fmt.MISSING if fmt.is_missing(p) else _two_or_three(p).replace("0.", ".", 1)


def _nejm(p: float | None) -> str:
    return fmt.MISSING if fmt.is_missing(p) else _two_or_three(p)


def _lancet(p: float | None) -> str:
    """Return P with two significant figures, "<0.0001" below."""
    if fmt.is_missing(p):
        return fmt.MISSING
    if p < 0.0001:
        return "<0.0001"
    if p > fmt.LARGEST_P:
        return fmt.p_value(p)
    return fmt.number(p, next(digits for digits in (2, 3, 4, 5) if p >= 10.0 ** (1 - digits)))


P_DIGITS = {"plain": fmt.p_value, "jama": _jama, "nejm": _nejm, "lancet": _lancet}

# the journals' colours, darkened until letters in them read well on white (contrast 4.5 : 1)
LOOKS = {
    "plain": Look(),
    "jama": Look(
        p_digits="jama",
        dash="-",
        unit="{}, {}",
        colours=("#374E55", "#A86411", "#00799D", "#B24745", "#4F7F60", "#6A6599"),
        bands=False,
        censor_marks=False,
        risk_heading="No. at risk",
    ),
    "nejm": Look(
        p="P={}",
        p_digits="nejm",
        colours=("#BC3C29", "#0072B5", "#9A6400", "#1D784D", "#6F6DA5", "#4E7A8B"),
        bands=False,
        risk_heading="No. at Risk",
    ),
    "lancet": Look(
        p="p={}",
        p_digits="lancet",
        point="·",
        colours=("#00468B", "#D80000", "#2E842D", "#007A90", "#925E9F", "#AD002A"),
        bands=False,
        risk_heading="Number at risk (number censored)",
        censored_beside=True,
    ),
}


def look_of(entry: Mapping) -> Look:
    """Return the look of an entry of the study: its preset `look`, and what the entry overrules."""
    own = {key: entry[key] for key in ("bands", "median_lines", "censor_marks") if key in entry}
    return replace(LOOKS[entry.get("look", "plain")], **own)
