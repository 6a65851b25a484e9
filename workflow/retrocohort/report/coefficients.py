"""Tables of a Cox model: estimates, statistics of the fit, test of proportional hazards."""

from collections.abc import Mapping, Sequence

from retrocohort.format import (
    count,
    is_missing,
    missing,
    number,
    p_statement,
    p_value,
    ratio_interval,
)
from retrocohort.io import as_number
from retrocohort.language import listing, say, template
from retrocohort.report.estimates import Rows, by_variable
from retrocohort.report.labels import Labels
from retrocohort.tables.layout import COEFFICIENT_TESTS, Cell, Column, Footnotes, Layout, Row
from retrocohort.wording import sentence, singular

REFERENCE = template("1 (reference)")
GLOBAL = "GLOBAL"


def _answer(value: float) -> str:
    return say("yes") if value else say("no")


# statistic of the fit -> its name and how it is printed
FIT = {
    "n": (template("Patients"), count),
    "events": (template("Events"), count),
    "n_missing": (template("Left out for missing values"), count),
    "strata": (template("Strata"), count),
    "loglik_null": (template("Log-likelihood without covariates"), lambda v: number(v, 2)),
    "loglik": (template("Log-likelihood"), lambda v: number(v, 2)),
    "lr": (template("Likelihood-ratio test"), lambda v: number(v, 2)),
    "wald": (template("Wald test"), lambda v: number(v, 2)),
    "score": (template("Score test"), lambda v: number(v, 2)),
    "concordance": (template("Concordance"), lambda v: number(v, 3)),
    "concordance_se": (template("Concordance, standard error"), lambda v: number(v, 3)),
    "aic": (template("AIC"), lambda v: number(v, 2)),
    "epv": (template("Events per variable"), lambda v: number(v, 1)),
    "converged": (template("Converged"), _answer),
    "engines_agree": (
        template("Second engine gives the same coefficients"),
        _answer,
    ),
    "not_estimable": (template("Rows not estimable"), count),
    "entered": (template("Entered"), _answer),
}


# the same of several models side by side -> head of the column
SIDE_BY_SIDE = {
    "n": (template("Patients"), ""),
    "events": (template("Events"), ""),
    "n_missing": (template("Left out"), template("missing")),
    "loglik": (template("Log-likelihood"), ""),
    "concordance": (template("Concordance"), ""),
    "concordance_se": (template("SE"), ""),
    "lr": (template("LR"), template("chi-square")),
}


def estimate_table(
    place: str, caption: str, estimates: Rows, level: str, labels: Labels, penalty: str = ""
) -> Layout:
    """Return every coefficient with its hazard ratio, interval and test."""
    footnotes = Footnotes()
    blocks = []
    for name, own in by_variable(estimates):
        if own[0]["level"]:
            head = Row(labels.with_unit(name), [Cell()] * 7)
            lines = [
                Row(labels.level(name, row["level"]), _cells(row, footnotes), indent=True)
                for row in own
            ]
            blocks.append([head, *lines])
        else:
            detail = say("per {unit}", unit=singular(labels.variables[name]["unit"] or say("unit")))
            blocks.append(
                [Row(labels.variable(name), _cells(row, footnotes), detail) for row in own]
            )
    columns = [
        Column(say("Patients")),
        Column(say("Events")),
        Column("HR", f"({level} CI)"),
        Column(say("Coefficient")),
        Column("SE"),
        Column("z"),
        Column("P", say(COEFFICIENT_TESTS[penalty])),
    ]
    notes = [
        say("HR, hazard ratio; CI, confidence interval; SE, standard error of the coefficient.")
    ]
    if penalty:
        notes.append(say("z, signed root of the penalised likelihood ratio (LR) statistic."))
    return Layout(place, caption, say("Covariate"), columns, blocks, notes, footnotes)


def _cells(row: Mapping[str, str], footnotes: Footnotes) -> list[Cell]:
    """Return the cells of one row: numbers, the reference, or a dash with the reason."""
    value = {key: as_number(row[key]) for key in ("n", "events", "coef", "se", "z", "p")}
    sizes = [Cell(count(value["n"])), Cell(count(value["events"]))]
    if row["level"] and row["level"] == row["reference"]:
        return [*sizes, Cell(say(REFERENCE), footnotes.mark(row["note"])), *[Cell()] * 4]
    ratio = ratio_interval(*(as_number(row[key]) for key in ("hr", "hr_low", "hr_high")))
    decimals = 4 if not row["coef"] or abs(value["coef"]) >= 0.01 else 6
    return [
        *sizes,
        Cell(ratio, footnotes.mark(row["note"])),
        Cell(number(value["coef"], decimals)),
        Cell(number(value["se"], decimals)),
        Cell(number(value["z"], 2)),
        Cell(p_value(value["p"])),
    ]


def fit_table(place: str, caption: str, fit: Rows, labels: Labels, penalty: str = "") -> Layout:
    """Return the statistics of one model, and what was judged when covariates were selected."""
    footnotes = Footnotes()
    blocks: dict[bool, list[Row]] = {}
    for row in fit:
        name, show = say(FIT[row["statistic"]][0]), FIT[row["statistic"]][1]
        about = labels.variable(row["model"]) if row["model"] else ""
        head = say("{label}: {n}", label=name, n=about) if about else name
        value = show(as_number(row["value"])) if row["value"] else missing()
        cells = [
            Cell(value, footnotes.mark(row["note"])),
            Cell(count(as_number(row["df"])) if row["df"] else ""),
            Cell(p_value(as_number(row["p"])) if row["p"] else ""),
        ]
        blocks.setdefault(bool(row["model"]), []).append(Row(head, cells))
    columns = [Column(say("Value")), Column("df"), Column("P")]
    notes = [say("df, degrees of freedom.")] + [say("Likelihoods are penalised.")] * bool(penalty)
    return Layout(
        place, caption, say("Statistic"), columns, list(blocks.values()), notes, footnotes
    )


def fits_table(place: str, caption: str, fit: Rows, labels: Labels, penalty: str = "") -> Layout:
    """Return the statistics of several models of one covariate each, a row a model."""
    footnotes, lines = Footnotes(), []
    for name in dict.fromkeys(row["model"] for row in fit):
        own = {row["statistic"]: row for row in fit if row["model"] == name}
        cells = []
        for statistic in SIDE_BY_SIDE:
            row, show = own.get(statistic), FIT[statistic][1]
            value = show(as_number(row["value"])) if row and row["value"] else missing()
            cells.append(Cell(value, footnotes.mark(row["note"]) if row else ""))
        overall = own["lr"]
        cells += [Cell(count(as_number(overall["df"]))), Cell(p_value(as_number(overall["p"])))]
        lines.append(Row(labels.with_unit(name), cells))
    columns = [Column(say(a), say(b) if b else "") for a, b in SIDE_BY_SIDE.values()]
    columns += [Column("df"), Column("P", say("LR test"))]
    notes = [
        say("SE, standard error of the concordance; LR, likelihood ratio; df, degrees of freedom.")
    ]
    notes += [say("Likelihoods are penalised.")] * bool(penalty)
    return Layout(place, caption, say("Covariate"), columns, [lines], notes, footnotes)


def hazards_table(place: str, caption: str, tests: Rows, labels: Labels) -> Layout:
    """Return the test of proportional hazards of each term and of all together."""
    footnotes = Footnotes()
    lines = []
    for row in tests:
        whole = row["variable"] == GLOBAL
        statistic = number(as_number(row["statistic"]), 2)
        cells = [
            Cell(statistic, footnotes.mark(row["note"])),
            Cell(count(as_number(row["df"]))),
            Cell(p_value(as_number(row["p"]))),
        ]
        lines.append(
            Row(say("All terms (global)") if whole else labels.with_unit(row["variable"]), cells)
        )
    columns = [Column(say("Chi-square")), Column("df"), Column("P")]
    notes = [say("A small P speaks against proportional hazards.")]
    return Layout(place, caption, say("Term"), columns, [lines], notes, footnotes)


def summary(fit: Rows, tests: Rows) -> str:
    """Return a sentence on the size and fit of one multivariable model."""
    values = {row["statistic"]: as_number(row["value"]) for row in fit}
    parts = [
        say("{n} patients, {events} events", n=count(values["n"]), events=count(values["events"]))
    ]
    if values["n_missing"]:
        parts.append(say("{n} left out for missing values", n=count(values["n_missing"])))
    if not is_missing(values["concordance"]):
        parts.append(say("concordance {concordance}", concordance=number(values["concordance"], 3)))
    overall = [as_number(row["p"]) for row in tests if row["variable"] == GLOBAL]
    for p in overall:
        if not is_missing(p):
            told = p_statement(p)
            parts.append(say("global test of proportional hazards {overall}", overall=told))
    return sentence(listing(say("; "), parts))


def exposure_rows(estimates: Rows, variable: str) -> Sequence[Mapping[str, str]]:
    """Return the rows of the levels of a variable other than its reference."""
    own = [row for row in estimates if row["variable"] == variable]
    return [row for row in own if row["level"] != row["reference"]]
