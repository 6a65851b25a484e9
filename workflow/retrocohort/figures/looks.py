"""Looks of the figures after the journals' own: what is drawn, in which colours.

How a journal writes numbers and P, and where it says so, stands in `retrocohort.styles`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from matplotlib import rcParams

from retrocohort import styles
from retrocohort.language import say, template


@dataclass(frozen=True)
class Look:
    """One look; a key of the study file overrules what it says of bands and lines."""

    numbers: str = "plain"  # how they are written: a key of `retrocohort.styles`
    unit: str = template("{label} ({unit})")  # a label and its unit
    colours: tuple[str, ...] = ()  # those of the style file, with its dashes, where there are none
    bands: bool = True  # the interval of each curve
    censor_marks: bool = True
    median_lines: bool = False
    risk_heading: str = template("Number at risk")
    censored_beside: bool = False  # "32 (12)": at risk, and censored until then

    def line(self, position: int) -> dict:
        """Return colour and dash of a group."""
        if self.colours:
            return {"color": self.colours[position % len(self.colours)], "linestyle": "-"}
        styles = list(rcParams["axes.prop_cycle"])
        return styles[position % len(styles)]

    def written(self, write: Callable[..., str], *values) -> str:
        """Return what a function of `retrocohort.format` writes, in the style of the look."""
        with styles.styled(self.numbers):
            return str(write(*values))

    def tick(self, value: float) -> str:
        """Return the number at a tick of an axis."""
        return f"{value:.10g}".replace(".", styles.STYLES[self.numbers].decimal)

    def labelled(self, label: str, unit: str) -> str:
        """Return a label with its unit: "Time (months)" or "Time, months"."""
        return say(self.unit, label=label, unit=unit)


# the journals' colours, darkened until letters in them read well on white (contrast 4.5 : 1)
LOOKS = {
    "plain": Look(),
    "jama": Look(
        numbers="jama",
        unit=template("{label}, {unit}"),
        colours=("#374E55", "#A86411", "#00799D", "#B24745", "#4F7F60", "#6A6599"),
        bands=False,
        censor_marks=False,
        risk_heading=template("No. at risk"),
    ),
    "nejm": Look(
        numbers="nejm",
        colours=("#BC3C29", "#0072B5", "#9A6400", "#1D784D", "#6F6DA5", "#4E7A8B"),
        bands=False,
        risk_heading=template("No. at Risk"),
    ),
    "lancet": Look(
        numbers="lancet",
        colours=("#00468B", "#D80000", "#2E842D", "#007A90", "#925E9F", "#AD002A"),
        bands=False,
        risk_heading=template("Number at risk (number censored)"),
        censored_beside=True,
    ),
}


def look_of(entry: Mapping) -> Look:
    """Return the look of an entry of the study: its preset `look`, and what the entry overrules."""
    own = {key: entry[key] for key in ("bands", "median_lines", "censor_marks") if key in entry}
    return replace(LOOKS[entry.get("look", "plain")], **own)
