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
    singular,
)
from retrocohort.io import as_number
from retrocohort.report.estimates import Rows, by_variable
from retrocohort.report.labels import Labels
from retrocohort.tables.layout import COEFFICIENT_TESTS, Cell, Column, Footnotes, Layout, Row

REFERENCE = "1 (reference)"
GLOBAL = "GLOBAL"
# statistic of the fit -> its name and how it is printed
FIT = {
    "n": ("Patients", count),
    "events": ("Events", count),
    "n_missing": ("Left out for missing values", count),
    "strata": ("Strata", count),
    "loglik_null": ("Log-likelihood without covariates", lambda v: number(v, 2)),
    "loglik": ("Log-likelihood", lambda v: number(v, 2)),
    "lr": ("Likelihood-ratio test", lambda v: number(v, 2)),
    "wald": ("Wald test", lambda v: number(v, 2)),
    "score": ("Score test", lambda v: number(v, 2)),
    "concordance": ("Concordance", lambda v: number(v, 3)),
    "concordance_se": ("Concordance, standard error", lambda v: number(v, 3)),
    "aic": ("AIC", lambda v: number(v, 2)),
    "epv": ("Events per variable", lambda v: number(v, 1)),
    "converged": ("Converged", lambda v: "yes" if v else "no"),
    "engines_agree": ("Second engine gives the same coefficients", lambda v: "yes" if v else "no"),
    "not_estimable": ("Rows not estimable", count),
    "entered": ("Entered", lambda v: "yes" if v else "no"),
}


# the same of several models side by side -> head of the column
SIDE_BY_SIDE = {
    "n": ("Patients", ""),
    "events": ("Events", ""),
    "n_missing": ("Left out", "missing"),
    "loglik": ("Log-likelihood", ""),
    "concordance": ("Concordance", ""),
    "concordance_se": ("SE", ""),
    "lr": ("LR", "chi-square"),
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
            detail = f"per {singular(labels.variables[name]['unit'] or 'unit')}"
            blocks.append(
                [Row(labels.variable(name), _cells(row, footnotes), detail) for row in own]
            )
    columns = [
        Column("Patients"),
        Column("Events"),
        Column("HR", f"({level} CI)"),
        Column("Coefficient"),
        Column("SE"),
        Column("z"),
        Column("P", COEFFICIENT_TESTS[penalty]),
    ]
    notes = ["HR, hazard ratio; CI, confidence interval; SE, standard error of the coefficient."]
    if penalty:
        notes.append("z, signed root of the penalised likelihood ratio (LR) statistic.")
    return Layout(place, caption, "Covariate", columns, blocks, notes, footnotes)


def _cells(row: Mapping[str, str], footnotes: Footnotes) -> list[Cell]:
    """Return the cells of one row: numbers, the reference, or a dash with the reason."""
    value = {key: as_number(row[key]) for key in ("n", "events", "coef", "se", "z", "p")}
    sizes = [Cell(count(value["n"])), Cell(count(value["events"]))]
    if row["level"] and row["level"] == row["reference"]:
        return [*sizes, Cell(REFERENCE, footnotes.mark(row["note"])), *[Cell()] * 4]
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
        name, show = FIT[row["statistic"]]
        head = f"{name}: {labels.variable(row['model'])}" if row["model"] else name
        value = show(as_number(row["value"])) if row["value"] else missing()
        cells = [
            Cell(value, footnotes.mark(row["note"])),
            Cell(count(as_number(row["df"])) if row["df"] else ""),
            Cell(p_value(as_number(row["p"])) if row["p"] else ""),
        ]
        blocks.setdefault(bool(row["model"]), []).append(Row(head, cells))
    columns = [Column("Value"), Column("df"), Column("P")]
    notes = ["df, degrees of freedom."] + ["Likelihoods are penalised."] * bool(penalty)
    return Layout(place, caption, "Statistic", columns, list(blocks.values()), notes, footnotes)


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
    columns = [Column(head, detail) for head, detail in SIDE_BY_SIDE.values()]
    columns += [Column("df"), Column("P", "LR test")]
    notes = ["SE, standard error of the concordance; LR, likelihood ratio; df, degrees of freedom."]
    notes += ["Likelihoods are penalised."] * bool(penalty)
    return Layout(place, caption, "Covariate", columns, [lines], notes, footnotes)


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
            Row("All terms (global)" if whole else labels.with_unit(row["variable"]), cells)
        )
    columns = [Column("Chi-square"), Column("df"), Column("P")]
    notes = ["A small P speaks against proportional hazards."]
    return Layout(place, caption, "Term", columns, [lines], notes, footnotes)


def summary(fit: Rows, tests: Rows) -> str:
    """Return a sentence on the size and fit of one multivariable model."""
    values = {row["statistic"]: as_number(row["value"]) for row in fit}
    parts = [f"{count(values['n'])} patients, {count(values['events'])} events"]
    if values["n_missing"]:
        parts.append(f"{count(values['n_missing'])} left out for missing values")
    if not is_missing(values["concordance"]):
        parts.append(f"concordance {number(values['concordance'], 3)}")
    overall = [row["p"] for row in tests if row["variable"] == GLOBAL and row["p"]]
    if overall:
        parts.append(f"global test of proportional hazards {p_statement(as_number(overall[0]))}")
    return "; ".join(parts) + "."


def exposure_rows(estimates: Rows, variable: str) -> Sequence[Mapping[str, str]]:
    """Return the rows of the levels of a variable other than its reference."""
    own = [row for row in estimates if row["variable"] == variable]
    return [row for row in own if row["level"] != row["reference"]]
