"""Files of a study: those that notes are gathered from, that are shared, that no step reads."""

from itertools import product
from pathlib import Path

from retrocohort.language import noted
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
    "quantiles": noted("survival"),
    "logrank": noted("log-rank test"),
    "landmarks": noted("landmarks"),
    "followup": noted("follow-up"),
}
COX_MODEL = noted("Cox model")
NOTED_MODELS = {"": COX_MODEL, "_fit": COX_MODEL, "_ph": noted("test of proportional hazards")}
FURTHER_ANALYSIS, TABLE = noted("further analysis"), noted("table")
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
                found |= _noted(plan, pattern, f"{FURTHER_ANALYSIS} '{name}'", entry)
    for name, table in plan.study["tables"].items():
        if table["kind"] == "baseline":
            pattern = f"tables/{{population}}/{name}_tests.csv"
            found |= _noted(plan, pattern, f"{TABLE} '{name}'", table)
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
    found = [plan.at(name) for name in (*names, "cohort/cohort.csv")]
    found += [plan.at("cohort/exclusions.csv"), plan.at("records/centres.csv")]
    found += [f"{plan.folder}/audit/{gate}.passed" for gate in ("consistency", "verification")]
    found += [plan.at(f"report/{name}") for name in WRITTEN]
    found += [plan.at(f"figures/{path}.{f}") for path in plan.figures() for f in FORMATS]
    found += [plan.submission()] if plan.submitted() else []
    for name, table in plan.study["tables"].items():
        found += plan.files(f"tables/{{population}}/{name}.csv", plan.parts(table))
    return [path for path in found if plan.owns(path)] + notices(plan) + list(copies(plan))


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
    for name, table in plan.study["tables"].items():
        found += [f"tables/{part['population']}/{name}.json" for part in plan.parts(table)]
    folders = {plan.at(path).rpartition("/")[0] for path in found if plan.owns(plan.at(path))}
    return [f"{folder}/NOTICE.txt" for folder in sorted(folders) if plan.study["notice"]]


def paper_files(plan: Plan) -> list[str]:
    """Return the comparison with a printed paper and the findings about it, if there are."""
    ledger = plan.study["ledger"]
    compared = [plan.at("audit/published.csv")] if ledger else []
    return compared + ([ledger["findings"]] if "findings" in ledger else [])


def provenance_of(plan: Plan) -> str:
    """Return what is known of the delivered files: in the language, if it is written in it."""
    own = f"data/{plan.name}/PROVENANCE.{plan.language}.md"
    return own if Path(own).is_file() else f"data/{plan.name}/PROVENANCE.md"
