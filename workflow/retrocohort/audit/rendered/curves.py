"""What a reader finds on the curves of a page, against the rows of the curves."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from retrocohort.audit.rendered.figures import Figure, Rows
from retrocohort.audit.rendered.ledger import Ledger, Place
from retrocohort.audit.rendered.numerals import numerals, plain
from retrocohort.audit.rendered.paths import Line, Plot, departs

HALF = 0.5 + 1e-6  # of the last printed digit, and a hair of binary arithmetic
BESIDE = 0.05 + 1e-6  # of a point, to whose tenths x and y are written
COLUMNS = ("survival", "ci_low", "ci_high")


class Curve:
    """The rows of one curve, found by their time in the unit of the axis."""

    def __init__(self, rows: Rows, scale: float):
        """Sort nothing: rows stand in order of time."""
        self.rows, self.times = rows, [float(row["time"]) * scale for row in rows]

    def matches(self, time: str, shares: Sequence[str], n: str) -> list[tuple[float, float]]:
        """Return time and survival of the rows that read like a point."""
        half = HALF * 10.0 ** -_decimals(time)
        if "." not in time:  # ".0" is left out: to a hundredth, or to a tenth
            half = HALF * 0.1
        i, found = bisect_left(self.times, float(time) - half), []
        while i < len(self.times) and self.times[i] <= float(time) + half:
            if self._reads(self.rows[i], shares, n):
                found.append((self.times[i], float(self.rows[i]["survival"])))
            i += 1
        return found

    def steps(self) -> list[tuple[float, float]]:
        """Return time and survival of each row that has an estimate."""
        pairs = zip(self.times, self.rows, strict=True)
        return [(time, float(row["survival"])) for time, row in pairs if row["survival"]]

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
    figure: Figure,
    shown: Sequence[Mapping],
    plots: Sequence[Plot],
    lines: Sequence[Line],
    ledger: Ledger,
    places: tuple[Place, Place],
) -> None:
    """Compare the curves of a figure: what is read on them, and how they are drawn.

    Parameters
    ----------
    figure : with the curves that it is to show.
    shown : what the page holds to be read: label, colour and points "x|y|time|survival and
        interval|number at risk".
    plots : those of the file.
    lines : those of the drawing in the page.
    places : in the page and in the file.
    """
    page, wanted, left = places[0], figure.curves, list(lines)
    if len(shown) != len(wanted):
        told = f"{len(shown)} curves, not {len(wanted)}"
        ledger.broken(page, told, "; ".join(curve["label"] for curve in shown))
        return
    for curve, (labels, rows, i, position) in zip(shown, wanted, strict=True):
        own, plot = Curve(rows, figure.scale), plots[i] if i < len(plots) else None
        if not curve["points"] or not _is_named(curve["label"], labels):
            told = f"not the curve of {' '.join(labels)}, or without a point"
            ledger.broken(page.of(curve["label"]), told)
        drawn = plot.curves.get(position) if plot else None
        if drawn is None or drawn.colour != curve["colour"]:
            told = f"there is no curve-{position} of the colour that the page tells"
            ledger.broken(places[1].of(curve["label"]), told, curve["colour"])
        else:
            same = [line for line in left if line.colour == drawn.colour]
            _drawn(plot, own, [drawn], ledger, places[1].of(curve["label"]))
            found = _drawn(plot, own, same, ledger, page.of(curve["label"]))
            left = [line for line in left if line is not found]
        for point in curve["points"]:
            _point(point, own, plot, ledger, page.of(curve["label"]))


def _drawn(
    plot: Plot, curve: Curve, lines: Sequence[Line], ledger: Ledger, at: Place
) -> Line | None:
    """Return the line that is drawn as a curve; list it as broken, with the time, if none is."""
    steps = curve.steps()
    corners, latest = plot.corners(steps) if steps else [], 0.0
    for line in lines if corners else ():
        time = departs(line, corners, plot.left)
        if time is None:
            ledger.agree(Place(at.artefact, at.place), len(corners))
            return line
        latest = max(latest, time)
    if corners:
        told = "the line that is drawn is not the curve of its rows"
        ledger.broken(at.of(at.row, f"{latest:.10g}"), told)
    return None


def _point(point: str, curve: Curve, plot: Plot | None, ledger: Ledger, at: Place) -> None:
    """Compare what is read at a point of a curve, and where the point stands."""
    x, y, time, said, n = point.split("|")
    shares = [_signed(numeral) for numeral in numerals(said)]
    found = curve.matches(_signed(time), shares, plain(n))
    places = [plot.place(*each) for each in found] if plot else []
    if not found:
        told = "no row of the curve reads so"
        ledger.broken(at.of(at.row, time), told, f"{time}|{said}|{n}")
    elif not any(abs(float(x) - a) <= BESIDE and abs(float(y) - b) <= BESIDE for a, b in places):
        ledger.broken(at.of(at.row, time), "the point stands elsewhere in the drawing", f"{x}|{y}")
    else:
        ledger.agree(Place(at.artefact, at.place), len(shares) + 4)


def _is_named(name: str, labels: Sequence[str]) -> bool:
    """Return whether the name of a curve is its label, or has all of several."""
    return name == labels[0] if len(labels) == 1 else all(label in name for label in labels)


def _signed(numeral: str) -> str:
    return plain(numeral).replace("−", "-")
