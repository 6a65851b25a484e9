"""What a reader finds on the curves of a page, against the rows of the curves."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from retrocohort.audit.rendered.ledger import Ledger, Place
from retrocohort.audit.rendered.numerals import numerals, plain

HALF = 0.5 + 1e-6  # of the last printed digit, and a hair of binary arithmetic
Rows = Sequence[Mapping[str, str]]
COLUMNS = ("survival", "ci_low", "ci_high")


class Curve:
    """The rows of one curve, found by their time in the unit of the axis."""

    def __init__(self, rows: Rows, scale: float):
        """Sort nothing: rows stand in order of time."""
        self.rows, self.times = rows, [float(row["time"]) * scale for row in rows]

    def matches(self, time: str, shares: Sequence[str], n: str) -> bool:
        """Return whether a row reads like a point."""
        half = HALF * 10.0 ** -_decimals(time)
        if "." not in time:  # ".0" is left out: to a hundredth, or to a tenth
            half = HALF * 0.1
        i = bisect_left(self.times, float(time) - half)
        while i < len(self.times) and self.times[i] <= float(time) + half:
            if self._reads(self.rows[i], shares, n):
                return True
            i += 1
        return False

    def _reads(self, row: Mapping[str, str], shares: Sequence[str], n: str) -> bool:
        wanted = [row[column] for column in COLUMNS if row[column]]
        return (
            float(row["n_risk"]) == float(n)
            and len(wanted) == len(shares)
            and all(
                abs(100 * float(cell) - float(share)) <= HALF * 10.0 ** -_decimals(share)
                and _decimals(share) == 1
                for cell, share in zip(wanted, shares, strict=True)
            )
        )


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def check_curves(
    figure: str,
    curves: Sequence[Mapping],
    wanted: Sequence[tuple[Sequence[str], Rows]],
    scale: float,
    ledger: Ledger,
    artefact: str,
) -> None:
    """Compare the points of the curves of a figure.

    Parameters
    ----------
    figure : id of the figure.
    curves : what the page holds: label and points "x|y|time|survival and interval|number at risk".
    wanted : labels in the name of each curve, and its rows, in the order in which they are drawn.
    scale : units of the axis in one unit of the rows.
    """
    at = Place(artefact, f"curves of {figure}")
    if len(curves) != len(wanted):
        told = f"{len(curves)} curves, not {len(wanted)}"
        ledger.broken(at, told, "; ".join(curve["label"] for curve in curves))
        return
    for curve, (labels, rows) in zip(curves, wanted, strict=True):
        own, here = Curve(rows, scale), at.of(curve["label"])
        if not curve["points"] or not _is_named(curve["label"], labels):
            ledger.broken(here, f"not the curve of {' '.join(labels)}, or without a point")
        for point in curve["points"]:
            _, _, time, said, n = point.split("|")
            shares = [_signed(numeral) for numeral in numerals(said)]
            if own.matches(_signed(time), shares, plain(n)):
                ledger.agree(at, len(shares) + 2)
            else:
                told = "no row of the curve reads so"
                ledger.broken(here.of(curve["label"], time), told, f"{time}|{said}|{n}")


def _is_named(name: str, labels: Sequence[str]) -> bool:
    """Return whether the name of a curve is its label, or has all of several."""
    return name == labels[0] if len(labels) == 1 else all(label in name for label in labels)


def _signed(numeral: str) -> str:
    return plain(numeral).replace("−", "-")
