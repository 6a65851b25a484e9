"""Which files the consistency gate compares, part by part."""

from retrocohort.audit.consistency import COHORT
from retrocohort.plan.entries import FURTHER, PLACE, Plan
from retrocohort.plan.page import COX

ESTIMATED = ("quantiles", "logrank", "landmarks", "followup")


def checked_files(plan: Plan) -> list[str]:
    """Return every file that the gate reads."""
    paths = list(COHORT)
    for kind in checked_parts(plan).values():
        for part in kind:
            paths += [path for path in part.values() if str(path).endswith(".csv")]
    return [f"{plan.folder}/{path}" for path in dict.fromkeys(paths)]


def checked_parts(plan: Plan) -> dict[str, list[dict]]:
    """Return kind -> what is compared in each of its parts: paths below the results, facts."""
    study = plan.study
    return {
        "baseline": [
            _about(part)
            | {"name": name, "by": table.get("by", "")}
            | {"values": f"tables/{part['population']}/{name}.csv"}
            for name, table in study["tables"].items()
            if table["kind"] == "baseline"
            for part in plan.parts(table)
        ],
        "survival": [_estimates(plan, part) for part in plan.parts(study["survival"])],
        "curves": [
            _estimates(plan, part)
            | {
                "by": curve.get("by", ""),
                "delayed": "entry" in study["endpoints"][part["endpoint"]],
            }
            | _paths(part, km=f"km_{name}")
            for name, curve in study["curves"].items()
            for part in plan.parts(curve)
        ],
        "tables": [
            _estimates(plan, part)
            | _paths(part, model=f"cox_{table['model']}")
            | {"values": f"tables/{part['population']}/{name}.csv"}
            | {"percent_of": table.get("percent_of", "known")}
            for name, table in study["tables"].items()
            if table["kind"] == "survival"
            for part in plan.parts(table)
        ],
        "models": [
            _estimates(plan, part)
            | {"name": name, "penalty": model.get("penalty", "")}
            | _paths(part, **{key: f"cox_{name}{end}" for key, end in COX})
            for name, model in study["models"].items()
            for part in plan.parts(model)
        ],
        "further": [
            _estimates(plan, part)
            | {"name": name, "kind": entry["kind"]}
            | _paths(part, **_ends(entry["kind"], name))
            for name, entry in study["further"].items()
            for part in plan.parts(entry)
        ],
    }


def checked_rows(plan: Plan) -> dict[str, dict]:
    """Return file -> the columns that name its rows, and the rows that the study asks for."""
    study = plan.study
    arms = [
        [arm, level, population]
        for arm, entry in study["arms"].items()
        for level in study["variables"][entry["variable"]]["levels"]
        for population in study["populations"]
    ]
    criteria = ["", *(criterion["exclude"] for criterion in study["criteria"])]
    return {
        "cohort/flow.csv": _named(["criterion"], [[name] for name in criteria]),
        "cohort/populations.csv": _named(["population"], [[n] for n in study["populations"]]),
        "cohort/arms.csv": _named(["arm", "level", "population"], arms),
        "cohort/endpoints.csv": _named(["endpoint"], [[n] for n in study["endpoints"]], once=False),
    }


def _named(columns: list[str], rows: list[list[str]], once: bool = True) -> dict:
    return {"columns": columns, "rows": rows, "once": once}


def _about(part: dict) -> dict:
    return {"population": part["population"], "endpoint": part.get("endpoint", "")}


def _estimates(plan: Plan, part: dict) -> dict:
    """Return a part with the paths of its estimates, empty where survival is not estimated."""
    estimated = [_about(other) for other in plan.parts(plan.study["survival"])]
    paths = _paths(part, **{name: name for name in ESTIMATED})
    return _about(part) | (paths if _about(part) in estimated else dict.fromkeys(paths, ""))


def _paths(part: dict, **stems: str) -> dict:
    return {key: f"models/{PLACE}/{stem}.csv".format(**part) for key, stem in stems.items()}


def _ends(kind: str, name: str) -> dict[str, str]:
    """Return table -> the name of its file of a further analysis."""
    return {table: f"{kind}_{name}{end}" for table, end in FURTHER[kind].items()}
