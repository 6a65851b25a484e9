"""Files of a study: those that notes are gathered from, that are shared, that no step reads."""

from itertools import product

from retrocohort.plan.entries import FORMATS, FURTHER, PLACE, Plan
from retrocohort.plan.page import COX, ESTIMATES, copies

WRITTEN = (  # of the report
    "tables.docx",
    "tables.xlsx",
    "tables.tex",
    "tables",
    "numbers.json",
    "checklists.docx",
)
# table of results with a `note` column -> the step under which its notes are listed
NOTED_ESTIMATES = {
    "quantiles": "survival",
    "logrank": "log-rank test",
    "landmarks": "landmarks",
    "followup": "follow-up",
}
NOTED_MODELS = {"": "Cox model", "_fit": "Cox model", "_ph": "test of proportional hazards"}
NOT_NOTED = ("excluded", "km")  # tables of further analyses without notes


def noted_tables(plan: Plan) -> dict[str, dict]:
    """Return path -> (step, population, endpoint) of every table with a `note` column."""
    found = {}
    for stem, step in NOTED_ESTIMATES.items():
        found |= _noted(plan, f"models/{PLACE}/{stem}.csv", step, plan.study["survival"])
    for name, model in plan.study["models"].items():
        for end, step in NOTED_MODELS.items():
            pattern = f"models/{PLACE}/cox_{name}{end}.csv"
            found |= _noted(plan, pattern, f"{step} '{name}'", model)
    for name, entry in plan.study["further"].items():
        for table, end in FURTHER[entry["kind"]].items():
            if table not in NOT_NOTED:
                pattern = f"models/{PLACE}/{entry['kind']}_{name}{end}.csv"
                found |= _noted(plan, pattern, f"further analysis '{name}'", entry)
    for name, table in plan.study["tables"].items():
        if table["kind"] == "baseline":
            pattern = f"tables/{{population}}/{name}_tests.csv"
            found |= _noted(plan, pattern, f"table '{name}'", table)
    return found


def _noted(plan: Plan, pattern: str, step: str, entry: dict) -> dict[str, dict]:
    parts = plan.parts(entry)
    places = [
        {"step": step, "population": p["population"], "endpoint": p.get("endpoint", "")}
        for p in parts
    ]
    return dict(zip(plan.files(pattern, parts), places, strict=True))


def loose_files(plan: Plan) -> list[str]:
    """Return the files that no other step reads; not asked for, a lost one stayed lost."""
    names = ("records/cleaned.csv", "records/cleaning_log.csv", "records/derivation_log.csv")
    found = [f"{plan.folder}/{name}" for name in (*names, "cohort/cohort.csv")]
    found += [
        f"{plan.folder}/audit/consistency.passed",
        f"{plan.folder}/cohort/exclusions.csv",
        f"{plan.folder}/records/centres.csv",
    ]
    found += [f"{plan.folder}/report/{name}" for name in WRITTEN]
    found += [f"{plan.folder}/figures/{path}.{f}" for path in plan.figures() for f in FORMATS]
    found += [plan.submission()] if plan.submitted() else []
    for name, table in plan.study["tables"].items():
        found += plan.files(f"tables/{{population}}/{name}.csv", plan.parts(table))
    return found + notices(plan) + list(copies(plan))


def shared_tables(plan: Plan) -> list[str]:
    """Return every aggregate table that the study makes, below its results."""
    counts = ("records/linkage", "records/centres")
    counts += tuple(f"cohort/{name}" for name in ("flow", "endpoints", "populations", "arms"))
    found = [f"{name}.csv" for name in counts]
    for name, table in plan.study["tables"].items():
        ends = ("", "_tests") if table["kind"] == "baseline" else ("",)
        for part, end in product(plan.parts(table), ends):
            found.append(f"tables/{part['population']}/{name}{end}.csv")
    entries = [(f"{stem}.csv", plan.study["survival"]) for stem in ESTIMATES]
    entries += [(f"km_{name}.csv", curve) for name, curve in plan.study["curves"].items()]
    for name, model in plan.study["models"].items():
        entries += [(f"cox_{name}{end}.csv", model) for _, end in COX]
    for file, entry in entries:
        found += [f"models/{PLACE.format(**part)}/{file}" for part in plan.parts(entry)]
    return found


def notices(plan: Plan) -> list[str]:
    """Return the file that says what the data are, in every folder that holds results."""
    found = [*shared_tables(plan), "cohort/counts/flow"]
    found += ["report/report", "report/files/_", "audit/warnings"]
    found += [f"figures/{path}" for path in plan.figures()]
    folders = {path.rpartition("/")[0] for path in found} if plan.study["notice"] else set()
    return [f"{plan.folder}/{folder}/NOTICE.txt" for folder in sorted(folders)]


def paper_files(plan: Plan) -> list[str]:
    """Return the comparison with a printed paper and the findings about it, if there are."""
    ledger = plan.study["ledger"]
    compared = [f"{plan.folder}/audit/published.csv"] if ledger else []
    return compared + ([ledger["findings"]] if "findings" in ledger else [])
