"""The sentences for a paper: each number in its place, of its group, with the id of its cell."""

import report_study as rs

from retrocohort.citations import cited
from retrocohort.report.blocks import Sheet
from retrocohort.report.sentences import sentences_section

ARMS = f"Watchful waiting and {rs.VARIABLES['arm_x']['levels']['arm_b']}"
REACHED = [
    row | {"note": row["note"].replace("not estimable: no event", "")} for row in rs.QUANTILES
]


def of_file(name, rows):
    return list(cited(f"results/any/models/full/end_os/{name}.csv", rows))


def said(rows=rs.ROWS, models=(), **part):
    """Return the sentences on the cohort, and those on the endpoint, as lists of parts."""
    names = ("quantiles", "followup", "landmarks", "logrank")
    given = {name: getattr(rs, name.upper()) for name in names} | part
    own = rs.part("full", **{name: of_file(name, given[name]) for name in names})
    contents = {"survival": [own], "models": models}
    blocks = sentences_section(Sheet.of(rs.STUDY), rows, contents)
    return [block["sentences"] for block in blocks if block["kind"] == "sentences"]


def texts(sentences):
    return ["".join(part.text for part in parts) for parts in sentences]


def test_the_cohort():
    assert texts(said()[0]) == [
        "Of 2,982 delivered records 1,546 patients form the cohort; by treatment"
        f" ({ARMS}): 1,207 and 339.",
        "Excluded were 1,436 (too old).",
    ]
    nobody = rs.ROWS | {"flow": rs.ROWS["flow"][:1]}
    assert len(said(nobody)[0]) == 1


def test_an_endpoint():
    assert texts(said()[1]) == [
        "Full cohort: 877 events (overall survival) in 1,546 patients; median follow-up 113.2"
        " months (95% CI, 110.1 to 116.9).",
        f"Full cohort: overall survival at 12 months was 96.3% and 97.3% by treatment ({ARMS}).",
    ]  # no medians, as one arm has no estimate; nor survival at 300 months


def test_medians_with_their_test():
    assert texts(said(quantiles=REACHED)[1])[1] == (
        "Full cohort: the median overall survival, in months, was 87.4 and not reached by treatment"
        f" ({ARMS}); log-rank P = 0.364."
    )
    untested = [row | {"p": ""} for row in rs.LOGRANK[:1]] + rs.LOGRANK[1:]
    (median,) = texts(said(quantiles=REACHED, logrank=untested)[1])[1:2]
    assert median.endswith(f"({ARMS}).")


def test_a_follow_up_that_has_no_median():
    unknown = [row | {"median": "", "note": "not reached"} for row in rs.FOLLOWUP]
    assert texts(said(followup=unknown)[1])[0].endswith("; median follow-up not reached.")


def test_numbers_have_the_ids_of_their_cells():
    ids = [[part.id for part in parts if part.id] for parts in said(quantiles=REACHED)[1]]
    os = "end_os.full"
    assert ids == [
        [f"{os}.all.events", f"{os}.all.n"]
        + [f"{os}.all.followup.{key}" for key in ("median", "median_low", "median_high")],
        [f"{os}.arm_x.arm_a.median", f"{os}.arm_x.arm_b.median", f"{os}.arm_x.logrank.p.stated"],
        [f"{os}.arm_x.arm_a.at_12.survival", f"{os}.arm_x.arm_b.at_12.survival"],
    ]
    first, *_ = [part for part in said()[1][0] if part.number]
    assert (first.exact, first.placeholder) == ("877", "{{end_os.full.all.events}}")


def test_hazard_ratios_of_the_exposure_in_main_models_alone():
    rows = of_file("cox_mod_adj", rs.ESTIMATES)
    about = {"estimates": rows, "label": "Adjusted", "penalty": ""}
    main = rs.part("full", name="mod_adj", role="main", **about)
    hazard = said(models=[main, main | {"role": "sensitivity"}])[1][2:]
    old, new = ARMS.split(" and ")
    assert texts(hazard) == [
        "Full cohort: in the Cox model “Adjusted” the hazard ratio of treatment was 0.72 (95% CI,"
        f" 0.60 to 0.86; P < 0.001) for {old} versus {new}."
    ]
    keys = ("hr", "hr_low", "hr_high", "p.stated")
    ids = [part.id for part in hazard[0] if part.id]
    assert ids == [f"end_os.full.cox.mod_adj.arm_x.arm_a.{key}" for key in keys]
    assert said(models=[main | {"estimates": rs.SEPARATED}])[1][2:] == []
