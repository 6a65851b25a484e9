"""What of Cox models may be told: which have room enough, and the statistics of their fits."""

from collections.abc import Collection, Iterable

from retrocohort.disclosure.rows import Rows, rounded
from retrocohort.source import WITHHELD

FREEDOM = 10  # residual degrees of freedom below which ACRO lets no model go
KEPT = ("strata", "converged", "engines_agree")  # decisions, no numbers
SIZES = ("n", "events", "n_missing")  # of a model
TESTED = ("lr", "wald", "score")  # with degrees of freedom and P
ENTERED = "entered"  # whether a covariate is in a model for its P in one of its own


def too_small(estimates: Rows, fit: Rows) -> set[str]:
    """Return the models with a size that is withheld or leaves too few degrees of freedom.

    A model of one covariate has its name, one of several the empty one.
    """
    terms = sum(row["coef"] not in ("", WITHHELD) for row in estimates)
    sizes = [row for row in fit if row["statistic"] in ("n", "events")]
    hidden = {row["model"] for row in sizes if row["value"] == WITHHELD}
    n = {row["model"]: row["value"] for row in sizes if row["statistic"] == "n"}
    known = n.keys() - hidden
    return hidden | {m for m in known if float(n[m]) - (1 if m else terms) < FREEDOM}


def settle_fit(
    fit: Rows, unsafe: Collection[str], untested: Collection[str], is_rounding: bool
) -> None:
    """Withhold the statistics of models, or round them.

    Parameters
    ----------
    fit : rows of cox_<model>_fit.csv with their sizes as they may be told.
    unsafe : models of which nothing but decisions is told.
    untested : variables whose P is not told.
    is_rounding : whether counts are rounded: events per variable would tell them.
    """
    for row in fit:
        if row["statistic"] == ENTERED:
            row["p"] = WITHHELD if row["p"] and row["model"] in untested else rounded(row["p"])
        elif row["statistic"] in (*SIZES, *KEPT):
            continue
        elif row["model"] in unsafe:
            is_test = row["statistic"] in TESTED
            row |= dict.fromkeys(("value", "df", "p") if is_test else ("value",), WITHHELD)
            row["note"] = ""
        else:
            row |= {column: rounded(row[column]) for column in ("value", "p")}
            if row["statistic"] == "epv" and is_rounding:
                row["value"] = WITHHELD


def named(rows: Iterable[dict], entry: dict, model: str = "") -> set[str]:
    """Return the variables that a model depends on: those of its estimates, and its strata."""
    return {model or row["variable"] for row in rows} | set(entry["strata"])
