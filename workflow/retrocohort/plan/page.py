"""What the pages over a study show, and the copies that lie beside them.

Nothing is computed here: paths of results, and the labels that stand beside them.
"""

from string import ascii_uppercase as LETTERS

from retrocohort.plan.entries import DRAWN_FURTHER, PLACE, Plan, without

DRAWN = {  # kind of picture -> the numbers that it shows
    "balance": "tables/{population}/{name}_tests",
    "missing": "tables/{population}/{name}",
    "followup": "models/{population}/{endpoint}/km_{name}",
}
ESTIMATES = ("quantiles", "logrank", "landmarks", "followup")
COX = (("estimates", ""), ("fit", "_fit"), ("ph", "_ph"))


def report_facts(plan: Plan) -> dict:
    """Return the decisions that the methods section states, and the labels it needs."""
    keys = "title data notice preset conventions time sources criteria endpoints populations"
    facts = {
        key: plan.study[key]
        for key in f"{keys} arms tables derive survival curves models further".split()
    }
    report = without(plan.study["report"], "manuscript", "language")
    return facts | {
        "report": report,
        "variables": plan.texts(plan.study["variables"]),
        "language": plan.language,
        "is_disclosed": plan.is_disclosed,
        "pages": other_pages(plan),
        "root": "" if plan.is_disclosed else "../../.." if plan.is_second else "../..",
    }


def other_pages(plan: Plan) -> dict[str, str]:
    """Return language -> address of the same report in the other languages."""
    if plan.is_disclosed:  # of a release: report.html and zh/report.html
        second = plan.study["languages"][1:]
        pages = dict.fromkeys(second, "../") if plan.is_second else {x: f"{x}/" for x in second}
        first = plan.study["languages"][:1]
        own = dict.fromkeys(first, "../") if plan.is_second else {}
        return {x: f"{to}report.html" for x, to in (pages | own).items() if x != plan.language}
    below = "../../" if plan.is_second else "../"
    pages = {lang: f"{below}{lang}/" for lang in plan.study["languages"][1:]}
    pages = {plan.study["languages"][0]: below} | pages
    return {lang: f"{to}report/report.html" for lang, to in pages.items() if lang != plan.language}


def index_facts(plan: Plan) -> dict:
    """Return what the page over all studies says of this one."""
    study = plan.study
    by = [arm["variable"] for arm in study["arms"].values()]
    return {key: study[key] for key in ("title", "data", "notice", "arms")} | {
        "name": plan.page,
        "language": plan.language,
        "endpoints": {name: {"label": e["label"]} for name, e in study["endpoints"].items()},
        "variables": plan.texts(by),
    }


def report_contents(plan: Plan) -> dict[str, list[dict]]:
    """Return what the report shows, each with the paths of its files, in the page's order."""
    study = plan.study
    return {
        "flowchart": [
            {"svg": plan.at("figures/flowchart.svg")}
            | _downloads(plan, "figures/flowchart", {"CSV": "cohort/flow"})
        ],
        "tables": [
            part | {"name": name, "kind": table["kind"], "layout": path}
            for name, table in study["tables"].items()
            for part, path in plan.paired(f"tables/{{population}}/{name}.json", table)
        ],
        "pictures": [
            picture
            | {"svg": plan.at(f"figures/{picture['path']}.svg")}
            | _downloads(
                plan, f"figures/{picture['path']}", {"CSV": DRAWN[picture["kind"]]}, picture
            )
            for picture in plan.pictures()
        ],
        "survival": [
            part | {key: plan.files(f"models/{PLACE}/{key}.csv", [part])[0] for key in ESTIMATES}
            for part in plan.parts(study["survival"])
        ],
        "curves": [
            part | {"name": name, "svg": path} | _curves(plan, f"km_{name}", part)
            for name, curve in study["curves"].items()
            for part, path in plan.paired(f"figures/{PLACE}/km_{name}.svg", curve)
        ],
        "panels": [_panels(plan, name, panels) for name, panels in study["panels"].items()],
        "models": [
            part
            | {key: model[key] for key in ("kind", "label", "role")}
            | {"name": name, "penalty": model.get("penalty", ""), "svg": path}
            | {k: plan.files(f"models/{PLACE}/cox_{name}{e}.csv", [part])[0] for k, e in COX}
            | _downloads(
                plan, f"figures/{PLACE}/forest_{name}", {"CSV": f"models/{PLACE}/cox_{name}"}, part
            )
            for name, model in study["models"].items()
            for part, path in plan.paired(f"figures/{PLACE}/forest_{name}.svg", model)
        ],
        "further": [
            part | {"name": name, "kind": entry["kind"]} | shown
            for name, entry in study["further"].items()
            for part, shown in zip(plan.parts(entry), _shown_further(plan, name), strict=True)
        ],
    }


def _shown_further(plan: Plan, name: str) -> list[dict]:
    """Return what a further analysis shows in each of its parts: tables, and the figure."""
    entry, files = plan.study["further"][name], plan.further_files(name)
    shown = [dict(zip(files, paths, strict=True)) for paths in zip(*files.values(), strict=True)]
    if entry["kind"] in DRAWN_FURTHER:
        stem = f"{entry['kind']}_{name}"
        for (part, path), own in zip(
            plan.paired(f"figures/{PLACE}/{stem}.svg", entry), shown, strict=True
        ):
            rows = f"models/{PLACE}/{stem}{DRAWN_FURTHER[entry['kind']]}"
            links = _downloads(plan, f"figures/{PLACE}/{stem}", {"CSV": rows}, part)
            own |= {"svg": path} | links
    return shown


def _curves(plan: Plan, stem: str, part: dict) -> dict:
    """Return the rows behind a figure of curves, and links to its files."""
    rows = f"models/{PLACE}/{stem}"
    found = _downloads(plan, f"figures/{PLACE}/{stem}", {"CSV": rows}, part)
    return found | {"km": plan.files(f"{rows}.csv", [part])[0]}


def _panels(plan: Plan, name: str, panels: dict) -> dict:
    """Return a figure of several panels, with the rows behind each of them."""
    parts = plan.parts({**panels, "endpoints": [panels["endpoint"]]})
    stem = f"models/{PLACE}/km_{panels['curve']}"
    rows = {f"CSV {a}": stem.format(**part) for a, part in zip(LETTERS, parts, strict=False)}
    return {
        "name": name,
        "title": panels["title"],
        **{key: parts[0][key] for key in ("unit", "days_per_unit", "note")},
        "curve": panels["curve"],
        "populations": [part["population_label"] for part in parts],
        "places": ["{population}-{endpoint}".format(**part) for part in parts],
        "svg": plan.at(f"figures/{name}.svg"),
        "km": plan.files(f"{stem}.csv", parts),
    } | _downloads(plan, f"figures/{name}", rows)


def _downloads(plan: Plan, figure: str, numbers: dict, part: dict | None = None) -> dict:
    """Return links from the page to copies of a figure and of the numbers behind it."""
    files = {"PDF": f"{figure}.pdf"} | {what: f"{n}.csv" for what, n in numbers.items()}
    paths = {what: path.format(**(part or {})) for what, path in files.items()}
    links = {what: (plan.at(path), _copied(path)) for what, path in paths.items()}
    for what, path in plan.tiffs(figure.format(**(part or {}))).items():
        links[what] = (path, path.rpartition("/")[2])
    return {
        "links": [
            {"label": what, "href": f"files/{name}", "source": source}
            for what, (source, name) in links.items()
        ]
    }


def copies(plan: Plan) -> dict[str, str]:
    """Return copy -> file of all that the report links to, so that its folder can be sent."""
    contents = report_contents(plan).values()
    links = [link for items in contents for item in items for link in item.get("links", ())]
    return {plan.at(f"report/{link['href']}"): link["source"] for link in links}


def copied_from(plan: Plan) -> list[str]:
    """Return what the copies are made from: files, and the folder of the manuscript's figures."""
    submission = plan.submission()
    sources = copies(plan).values()
    return list(dict.fromkeys(submission if s.startswith(f"{submission}/") else s for s in sources))


def shown_files(plan: Plan) -> list[str]:
    """Return the path of every file that the report reads."""
    values = [v for items in report_contents(plan).values() for i in items for v in i.values()]
    values += [each for value in values if isinstance(value, list) for each in value]
    return [v for v in values if isinstance(v, str) and v.startswith(f"{plan.folder}/")]


def _copied(path: str) -> str:
    """Return the name of a copy: "km_by_arm-full-os.pdf" of "figures/full/os/km_by_arm.pdf"."""
    _, *places, name = path.split("/")
    stem, _, ending = name.rpartition(".")
    return f"{'-'.join((stem, *places))}.{ending}"
