"""Which figure of a page is drawn from which results."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase as LETTERS
from typing import NamedTuple

from retrocohort.audit.rendered.drawings import model_links, subgroup_links, test_links
from retrocohort.time_axis import DAYS

Rows = Sequence[Mapping[str, str]]
Read = Callable[[str], Rows]


class Wanted(NamedTuple):
    """A curve that a figure is to show.

    Attributes
    ----------
    labels : what its name has.
    rows : of km_<curve>.csv.
    plot, position : which plot of the figure, and which curve in it, from 0.
    """

    labels: list[str]
    rows: Rows
    plot: int
    position: int


@dataclass
class Figure:
    """A figure of the page.

    Attributes
    ----------
    id : in the page.
    svg : path of the drawing.
    tests : links of the P values that its words state.
    forest : links of ratios and P of a forest plot, None for another figure.
    curves : those that are drawn, as far as they can be read.
    scale : units of the axis of time in one unit of the results.
    """

    id: str
    svg: str
    tests: list[Mapping] = field(default_factory=list)
    forest: list[Mapping] | None = None
    curves: list[Wanted] = field(default_factory=list)
    scale: float = 1.0


def figures(contents: Mapping, study: Mapping, read: Read, folder: str) -> Iterator[Figure]:
    """Yield every figure that a page shows.

    Parameters
    ----------
    contents : what the page shows, from `plan.page.report_contents`.
    study : the decisions of the study, from `plan.page.report_facts`.
    read : path below `folder`, the results of the study, -> its rows.
    """
    source = _Source(study, read, folder)
    for item in contents["flowchart"]:
        yield Figure("flowchart", item["svg"])
    for item in contents["pictures"]:
        end = f"-{item['endpoint']}" if "endpoint" in item else ""
        place = f"{item['kind']}-{item['name']}-{item['population']}{end}"
        yield Figure(place, item["svg"])
    for item in contents["curves"]:
        yield source.curve(item)
    for item in contents["panels"]:
        yield source.panels(item)
    for item in contents["models"]:
        yield source.forest(item, contents["models"])
    for item in contents["further"]:
        if item["kind"] == "landmark":
            yield source.landmark(item)
        elif item["kind"] == "subgroups":
            yield source.subgroups(item)


class _Source:
    """The results behind the figures of a study."""

    def __init__(self, study: Mapping, read: Read, folder: str):
        self.study, self.folder = study, folder
        self.read = lambda path: read(self.below(path))

    def below(self, path: str) -> str:
        """Return a path below the results of the study."""
        return path.removeprefix(f"{self.folder}/")

    def curve(self, item: Mapping) -> Figure:
        entry = self.study["curves"][item["name"]]
        by, place = entry.get("by", ""), f"{item['population']}/{item['endpoint']}"
        name = "km-{name}-{population}-{endpoint}".format(**item)
        curves = self.labelled(item["km"], by)
        scale = self.scale(item, entry)
        return Figure(name, item["svg"], self.test(place, by), None, curves, scale)

    def panels(self, item: Mapping) -> Figure:
        entry = self.study["curves"][item["curve"]]
        by, tests, curves = entry.get("by", ""), [], []
        panels = zip(LETTERS, item["populations"], item["km"], strict=False)
        for i, (letter, label, path) in enumerate(panels):
            tests += self.test(self.below(path).removeprefix("models/").rpartition("/")[0], by)
            curves += self.labelled(path, by, (letter, label), i)
        scale = self.scale(item, entry)
        return Figure(f"panels-{item['name']}", item["svg"], tests, None, curves, scale)

    def landmark(self, item: Mapping) -> Figure:
        by = self.study["further"][item["name"]]["by"]
        tests = test_links(self.below(item["logrank"]), self.read(item["logrank"]))
        name = "landmark-curves-{name}-{population}-{endpoint}".format(**item)
        return Figure(name, item["svg"], tests, None, self.labelled(item["km"], by))

    def forest(self, item: Mapping, models: Sequence[Mapping]) -> Figure:
        other = self.study["models"][item["name"]].get("beside", "")
        beside = None
        for model in models:
            same = all(model[key] == item[key] for key in ("population", "endpoint"))
            if model["name"] == other and same:
                beside = self.below(model["estimates"]), self.read(model["estimates"])
        rows = self.read(item["estimates"])
        links = model_links(self.below(item["estimates"]), rows, beside)
        name = "forest-{name}-{population}-{endpoint}".format(**item)
        return Figure(name, item["svg"], forest=links)

    def subgroups(self, item: Mapping) -> Figure:
        files = self.below(item["tests"]), self.below(item["effects"])
        links = subgroup_links(files, self.read(item["tests"]), self.read(item["effects"]))
        name = "subgroups-{name}-{population}-{endpoint}".format(**item)
        return Figure(name, item["svg"], forest=links)

    def test(self, place: str, by: str) -> list[Mapping]:
        file = f"models/{place}/logrank.csv"
        return test_links(file, self.read(file), by) if by else []

    def labelled(self, path: str, by: str, before: Sequence[str] = (), plot=0) -> list[Wanted]:
        """Return the curves of a plot, in the order of the dictionary."""
        rows = self.read(path)
        levels = self.study["variables"][by]["levels"] if by else {"": ""}
        found = ([r for r in rows if r["level"] == code] for code in levels)
        named = enumerate(zip(levels.values(), found, strict=True))
        return [
            Wanted([*before, *filter(None, [label])], own, plot, i)
            for i, (label, own) in named
            if own
        ]

    def scale(self, item: Mapping, entry: Mapping) -> float:
        return item["days_per_unit"] / DAYS[entry["axis"]] if "axis" in entry else 1.0
