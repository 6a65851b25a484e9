"""The baseline table as it is printed: an overall column, the arms, P and SMD."""

from collections.abc import Mapping, Sequence
from itertools import chain, groupby

from retrocohort.format import (
    count,
    count_percent,
    difference,
    is_missing,
    mean_sd,
    median_iqr,
    missing,
    p_value,
    spread_decimals,
    whole_or_half,
)
from retrocohort.io import as_number
from retrocohort.language import say, template, told
from retrocohort.source import joined
from retrocohort.tables.layout import (
    Cell,
    Column,
    Footnotes,
    Layout,
    Row,
    addressed,
    name_with_unit,
    numbered,
    remarks,
    row_anchor,
)
from retrocohort.wording import within_sentence

OVERALL = ""
COMPARED = ("p", "smd")  # names of the last two columns, for ids
TEST_NAMES = {
    "pearson": template("Pearson chi-square test"),
    "yates": template("Chi-square test with Yates' continuity correction"),
    "fisher": template("Fisher's exact test"),
    "welch": template("Welch's t test"),
    "student": template("Student's t test"),
    "anova": template("One-way analysis of variance"),
    "mann_whitney": template("Mann-Whitney (Wilcoxon rank-sum) test"),
    "kruskal": template("Kruskal-Wallis test"),
}
SUMMARY_NAMES = {
    "mean_sd": template("mean (SD)"),
    "median_iqr": template("median (IQR)"),
    "count_percent": template("n (%)"),
}
NOTES = {
    "mean_sd": template("SD, standard deviation."),
    "median_iqr": template("IQR, interquartile range (first to third quartile)."),
}


class _Table:
    """The rows of the two files, looked up by what they are about."""

    def __init__(self, values: Sequence[Mapping], tests: Sequence[Mapping]):
        self.values = {
            (row["variable"], row["level"], row["arm"], row["statistic"]): as_number(row["value"])
            for row in values
        }
        self.overall = {row["variable"]: row for row in tests if not row["contrast"]}
        pairs = [row for row in tests if row["contrast"]]
        self.pairs = {name: list(own) for name, own in groupby(pairs, lambda r: r["variable"])}

    def get(self, variable: str, level: str, arm: str, statistic: str) -> float:
        return self.values[variable, level, arm, statistic]


def lay_out(
    values: Sequence[Mapping],
    tests: Sequence[Mapping],
    table: Mapping,
    variables: Mapping,
    population: Mapping,
) -> Layout:
    """Return the printed baseline table of one population.

    Parameters
    ----------
    values, tests : sequence of mapping
        Rows of `baseline.csv` and `baseline_tests.csv`, as text.
    table : mapping
        `by`, `variables` and, if the study gives one, `label` (title).
    variables : mapping
        Name -> label, type, unit and levels.
    population : mapping
        `population` (name) and `population_label`.
    """
    numbers, footnotes = _Table(values, tests), Footnotes()
    arms = {OVERALL: say("Overall")} | dict(variables[table["by"]]["levels"])
    columns = [
        Column(
            label,
            joined("n = ", count(numbers.get("", "", arm, "n"))),
            anchor=f"{row_anchor('')}.{arm_cell(arm)}",
        )
        for arm, label in arms.items()
    ]
    pairs = say("largest of the pairs") if len(arms) > 3 else ""
    columns += [Column("P"), Column("SMD", pairs)]
    both = table.get("all_levels", False)
    blocks = [
        _block(numbers, name, variables[name], list(arms), footnotes, both)
        for name in table["variables"]
    ]
    title = table.get("label") or say("Baseline characteristics")
    by = within_sentence(variables[table["by"]]["label"])
    return Layout(
        id=f"baseline-{population['population']}",
        caption=say(
            "{title} by {by}: {population}",
            title=title,
            by=by,
            population=numbered(population, table),
        ),
        stub=say("Characteristic"),
        columns=columns,
        blocks=blocks,
        notes=_notes(numbers, table["variables"]) + remarks(population, table),
        footnotes=footnotes,
    )


def _block(
    numbers: _Table,
    name: str,
    entry: Mapping,
    arms: list[str],
    footnotes: Footnotes,
    all_levels: bool,
) -> list[Row]:
    """Return the rows of one variable: itself, its levels, and who has no value."""
    summary = numbers.overall[name]["summary"]
    own, names = row_anchor(name), [arm_cell(arm) for arm in arms]
    compared = addressed(own, COMPARED, _comparison(numbers, name, footnotes))
    title, detail = name_with_unit(entry), say(SUMMARY_NAMES[summary])
    if summary != "count_percent":
        cells = [Cell(text) for text in _continuous(numbers, name, arms, summary)]
        rows = [Row(title, addressed(own, names, cells) + compared, detail, anchor=own)]
    elif entry["type"] == "yesno" and not all_levels:
        cells = addressed(row_anchor(name, "yes"), names, _counts(numbers, name, "yes", arms))
        rows = [Row(title, cells + compared, detail, anchor=own)]
    else:
        cells = [Cell()] * len(arms)
        rows = [Row(title, cells + compared, detail, anchor=own)]
        for level, label in entry["levels"].items():
            anchor = row_anchor(name, level)
            cells = addressed(anchor, names, _counts(numbers, name, level, arms))
            rows.append(Row(label, cells + [Cell()] * 2, indent=True, anchor=anchor))
    unknown = {arm: numbers.get(name, "", arm, "missing") for arm in arms}
    if any(unknown.values()):
        cells = [
            Cell(count_percent(n, _share(n, numbers.get("", "", arm, "n"))))
            for arm, n in unknown.items()
        ]
        cells = addressed(own, [f"missing-{end}" for end in names], cells)
        rows.append(Row(say("Missing"), cells + [Cell()] * 2, indent=True))
    return rows


def arm_cell(arm: str) -> str:
    """Return the name that the cells of an arm have in their ids."""
    return "-".join(filter(None, ("arm", arm)))


def _share(n: float, size: float) -> float | None:
    return 100 * n / size if size else None


def _counts(numbers: _Table, name: str, level: str, arms: list[str]) -> list[Cell]:
    return [
        Cell(
            count_percent(
                numbers.get(name, level, arm, "n"), numbers.get(name, level, arm, "percent")
            )
        )
        for arm in arms
    ]


def _continuous(numbers: _Table, name: str, arms: list[str], summary: str) -> list[str]:
    """Return mean (SD) or median (IQR) of each arm, with the decimals of the whole population."""
    decimals = spread_decimals(numbers.get(name, "", OVERALL, "sd"))
    shown = ("mean", "sd") if summary == "mean_sd" else ("median", "q1", "q3")
    found = [[numbers.get(name, "", arm, statistic) for statistic in shown] for arm in arms]
    if summary == "mean_sd":
        return [mean_sd(*each, decimals) for each in found]
    trim = whole_or_half(chain(*found))
    return [median_iqr(*each, decimals, trim) for each in found]


def _comparison(numbers: _Table, name: str, footnotes: Footnotes) -> list[Cell]:
    """Return the cells of P and SMD, with letters for the test and for what is not estimable."""
    row = numbers.overall[name]
    p = as_number(row["p"])
    test = "" if is_missing(p) else say(TEST_NAMES[row["test"]])
    reasons = say("; ").join(filter(None, [test, told(row["note"])]))
    p_cell = Cell(p_value(p), footnotes.mark(reasons))
    pairs = numbers.pairs.get(name, [])
    differences = [as_number(pair["smd"]) for pair in pairs if pair["smd"]]
    reasons = say("; ").join(dict.fromkeys(told(pair["note"]) for pair in pairs if pair["note"]))
    text = difference(max(differences, key=abs)) if differences else missing()
    return [p_cell, Cell(text, footnotes.mark(reasons))]


def _notes(numbers: _Table, names: Sequence[str]) -> list[str]:
    """Return what the abbreviations mean."""
    used = {numbers.overall[name]["summary"] for name in names}
    notes = [say(text) for summary, text in NOTES.items() if summary in used]
    if "count_percent" in used:
        notes.append(say("Percentages are of the patients with a value; of the missing, of all."))
    return [*notes, say("SMD, absolute standardised mean difference between the arms.")]
