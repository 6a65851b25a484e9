"""The layout of a Kaplan-Meier figure: every place and every wrapped text, before any drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from retrocohort import format as fmt
from retrocohort.figures import canvas, curve_data, key, placing
from retrocohort.figures.curve_data import Group, is_withheld
from retrocohort.figures.looks import Look, look_of
from retrocohort.language import clauses, say, sentences, template
from retrocohort.source import WITHHELD
from retrocohort.time_axis import unit_of
from retrocohort.units import amount, unit_name
from retrocohort.wording import sentence

AXES_HEIGHT = {"single": 160.0, "double": 225.0}
MOST_TICKS = 11
KEY_SHARE = 0.75  # of the axes, for the width of a key within them
RISK_LABEL_SHARE = 0.22  # of the page: wider labels stand above the number at risk, not beside it
TICKS_APART = 4.0  # points between two censor ticks of a curve
TICK_LABELS = 13.0  # height under the time axis
Y_TICK_LABELS = 23.0  # width beside the survival axis, ticks and the gap to its label included
GAP = 5.0
SCALES = {"log": template("log"), "log-log": template("log-log"), "plain": template("plain")}
TIMES = {"": template("Time"), "landmark": template("Time from the landmark")}
EVENTS = template("{n} events")
SURVIVAL_TOP = 1.03  # of the survival axis, so that a curve at 1 is not cut


@dataclass(frozen=True)
class Frame:
    """The axes of a figure: place on the page in points, range of time, ticks, risk labels."""

    width: float
    left: float
    top: float
    axes_width: float
    axes_height: float
    start: float
    end: float
    delayed: bool
    ticks: np.ndarray
    risk_labels: Sequence[list[str]]
    stacked: bool  # each label above its numbers

    @property
    def bottom(self) -> float:
        """Return the place of the time axis."""
        return self.top + self.axes_height

    @property
    def label_heights(self) -> list[float]:
        """Return the height of what stands above the numbers at risk of each group."""
        line = canvas.line_height()
        return [len(lines) * line if self.stacked else 0.0 for lines in self.risk_labels]

    @property
    def apart(self) -> float:
        """Return the time between two censor ticks at the least."""
        return TICKS_APART / self.axes_width * (self.end - self.start)


@dataclass(frozen=True)
class Below:
    """What stands under the time axis, and where the key stands: tops in points."""

    key: key.Key
    key_place: tuple[float, float]  # upper left end
    merged: bool  # the key is the table of the number at risk: its numbers between the key's rows
    risk_top: float  # of the heading of the number at risk
    risk_tops: Sequence[float]  # of the numbers of each group
    notes_top: float


@dataclass(frozen=True)
class Layout:
    """All that is drawn: frame, texts and places."""

    frame: Frame
    below: Below
    heading: canvas.Heading
    y_label: str
    x_label: str
    remarks: Sequence[str]  # sentences at the foot
    height: float
    look: Look

    @property
    def notes(self) -> list[str]:
        """Return the wrapped remarks."""
        room = self.frame.width - 2 * canvas.MARGIN
        return canvas.wrap(sentences(self.remarks), room, canvas.small()) if self.remarks else []


def plan(
    part: Mapping[str, str],
    groups: Sequence[Group],
    test: Mapping[str, str] | None,
    curve: Mapping,
    by: Mapping | None,
    conventions: Mapping,
) -> Layout:
    """Return the layout of a figure; the arguments are those of `curves.draw`."""
    heading = _heading(part, groups, test, curve)
    look, unit = look_of(curve), unit_of(part, curve)
    y_label = look.labelled(curve.get("share") or _survival_label(part), "%")
    frame = _frame(unit, groups, curve, look, canvas.heading_height(heading))
    about = (groups, _variable(by), test, unit, conventions["confidence"], look)
    inside = key.layout(*about, KEY_SHARE * frame.axes_width)
    outlines = [outline for group in groups for outline in _outlines(group, frame, look)]
    place = placing.free_place(
        (inside.width, inside.height), (frame.axes_width, frame.axes_height), outlines
    )
    if not curve_data.anybody(groups):
        place = None  # the axes say so, and have no room for more
    if place:
        below = _below_axes(frame, look, inside, place)
    else:
        wide = key.layout(*about, frame.width - 2 * canvas.MARGIN)
        below = _below_axes(frame, look, wide, None)
    if curve_data.all_withheld(groups):
        below = replace(below, notes_top=canvas.withheld_height(heading, frame.width))
    remarks = _remarks(part, groups, curve, conventions, frame, look)
    x_label = _time_label(unit, say(TIMES[curve.get("from", "")]), look)
    bare = Layout(frame, below, heading, y_label, x_label, remarks, 0.0, look)
    foot = canvas.height_of(bare.notes, canvas.small())
    return replace(bare, height=below.notes_top + foot + canvas.MARGIN)


def _below_axes(
    frame: Frame, look: Look, shown: key.Key, place: tuple[float, float] | None
) -> Below:
    """Return the places under the axes.

    The key stands at `place` in the axes. Without a place it stands under the number at risk, or,
    when that has its labels above the numbers anyway, takes the place of these labels; its heading
    then stands beside that of the numbers, or under it where there is no room beside.
    """
    line = canvas.line_height()
    risk_top = frame.bottom + TICK_LABELS + line + GAP
    merged = place is None and frame.stacked and bool(shown.rows)
    above = shown.row_heights if merged else frame.label_heights
    heading = canvas.width_of(say(look.risk_heading), weight="bold")
    key_top = risk_top + (line if heading + GAP > shown.medians else 0.0)
    risk_tops, top = [], (key_top if merged else risk_top) + line
    for height in above:
        risk_tops.append(top + height)
        top += height + line
    corner, notes_top = (canvas.MARGIN, top + GAP), top + GAP
    if place:
        corner = (frame.left + place[0], frame.bottom - place[1] - shown.height)
    elif merged:
        corner = (canvas.MARGIN, key_top)
        notes_top += len(shown.test) * line
    else:
        notes_top += shown.height + GAP
    return Below(shown, corner, merged, risk_top, risk_tops, notes_top)


def _heading(part, groups, test, curve) -> canvas.Heading:
    """Return the wrapped title and the line under it: who, how many, how many events."""
    room = canvas.WIDTHS[curve.get("width", "double")] - 2 * canvas.MARGIN
    title = curve.get("title") or part["endpoint_label"]
    n, events = curve_data.totals(groups, test)
    about = [] if part["population_label"] in title else [part["population_label"]]
    about += [f"n = {fmt.count(n)}", say(curve.get("event", EVENTS), n=fmt.count(events))]
    if curve.get("title"):
        about.insert(0, part["endpoint_label"])
    return canvas.heading(title, clauses(about), room)


def _variable(by: Mapping | None) -> str:
    """Return the label of the variable that splits the curves, with its unit."""
    if by is None:
        return ""
    unit = by.get("unit")
    return say("{label} ({unit})", label=by["label"], unit=unit) if unit else by["label"]


def _survival_label(part: Mapping[str, str]) -> str:
    """Return the label of the survival axis, which never calls a cause-specific curve survival."""
    if part.get("note"):
        return say("Event-free, cause-specific")
    first = part["endpoint_label"].split(",")[0]
    if say("survival") in first.lower() and len(first) <= 32:
        return say("{survival}", survival=first)
    return say("Event-free")


def _time_label(unit: str, time: str, look: Look) -> str:
    """Return "Time (months)", or "Age (years)" for the unit "years of age"."""
    years = unit.removesuffix(" of age")
    return look.labelled(time if years == unit else say("Age"), unit_name(years))


def _frame(unit, groups, curve, look: Look, top) -> Frame:
    """Return the frame: margins from the labels, ticks from the room for the numbers."""
    column = curve.get("width", "double")
    width = canvas.WIDTHS[column]
    widest = max(canvas.width_of(group.label) for group in groups)
    stacked = widest > RISK_LABEL_SHARE * width
    labels = [canvas.wrap(group.label, width - 2 * canvas.MARGIN) for group in groups]
    start, end = curve_data.time_range(groups, _last_time(groups, curve))
    digits = max(canvas.width_of(text) for text in (widest_count(groups, look), f"{end:.0f}"))
    beside = 0 if stacked else widest + GAP
    axis = canvas.line_height() + Y_TICK_LABELS
    left = canvas.MARGIN + max(beside + digits / 2, axis)
    room = width - left - digits / 2 - canvas.MARGIN
    most = min(MOST_TICKS, int(room / (digits + 2 * GAP)) + 1)
    ticks = curve_data.time_ticks(start, end, unit, max(most, 2), curve.get("ticks"))
    delayed = curve_data.delayed_entry(groups)
    height = AXES_HEIGHT[column]
    return Frame(width, left, top, room, height, start, end, delayed, ticks, labels, stacked)


def _last_time(groups: Sequence[Group], curve: Mapping) -> float | None:
    """Return the end of the time axis that the study asks for, None to show all."""
    ends = [curve["max_time"]] if "max_time" in curve else []
    if "min_at_risk" in curve:
        ends.append(curve_data.last_time_with(groups, curve["min_at_risk"]))
    return min(ends, default=None)


def at_risk_texts(group: Group, ticks: np.ndarray, look: Look) -> list[str]:
    """Return the number at risk at each tick as text: "32", or "32 (12)" with those censored."""
    if is_withheld(group):
        return [WITHHELD] * len(ticks)
    texts = [fmt.count(n) for n in curve_data.at_risk(group, ticks)]
    if not look.censored_beside:
        return texts
    censored = [fmt.count(n) for n in curve_data.censored_before(group, ticks)]
    return [f"{a} ({b})" for a, b in zip(texts, censored, strict=True)]


def widest_count(groups: Sequence[Group], look: Look) -> str:
    """Return the longest text that can stand in the number at risk."""
    most = fmt.count(max(group.rows["n_risk"].max(initial=0) for group in groups))
    censored = fmt.count(max(group.rows["n_censor"].sum() for group in groups))
    return f"{most} ({censored})" if look.censored_beside else most


def _outlines(group: Group, frame: Frame, look: Look) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return curve and limits of a group in points from the lower left end of the axes."""
    outlines = []
    for column in ("survival", "ci_low", "ci_high") if look.bands else ("survival",):
        times, heights = curve_data.staircase(group, column, frame.start, frame.end)
        share = (times - frame.start) / (frame.end - frame.start)
        outlines.append((share * frame.axes_width, heights / SURVIVAL_TOP * frame.axes_height))
    return outlines


def _remarks(part, groups, curve, conventions, frame: Frame, look: Look) -> list[str]:
    """Return the sentences at the foot: what is not drawn as usual, and what the signs mean."""
    if curve_data.all_withheld(groups):
        return []
    share = f"{100 * conventions['confidence']:g}%"
    censored = sum(curve_data.censored_times(group, frame.end).size for group in groups)
    marks = sum(curve_data.censor_marks(group, frame.end, frame.apart)[0].size for group in groups)
    said = [sentence(part["note"])] if part.get("note") else []
    if look.bands:
        said.append(
            say(
                "Shaded: {share} confidence interval at each time ({interval}).",
                share=share,
                interval=say(SCALES[conventions["interval"]]),
            )
        )
    if censored and look.censor_marks:
        thinned = say("Ticks: censored (not every one is drawn).")
        said.append(thinned if marks < censored else say("Ticks: censored."))
    if look.median_lines:
        said.append(say("Lines to the axes: median."))
    if frame.delayed:
        said.append(say("Patients count as at risk from their entry on."))
    unit = unit_of(part, curve)
    return [*said, *_cut(groups, curve, frame.end, unit)]


def _cut(groups: Sequence[Group], curve: Mapping, end: float, unit: str) -> list[str]:
    """Return why and where the time axis ends before the follow-up, nothing if it does not."""
    last = max((group.rows["time"].max(initial=0.0) for group in groups), default=0.0)
    if last <= end:
        return []
    until = amount(fmt.number(last, 1, trim=True), unit)
    if "min_at_risk" in curve and end < curve.get("max_time", last):
        few = curve["min_at_risk"]
        return [
            say(
                "The axis ends where fewer than {few} patients are at risk; follow-up goes on to"
                " {until}.",
                few=few,
                until=until,
            )
        ]
    return [say("Follow-up goes on to {until}.", until=until)]
