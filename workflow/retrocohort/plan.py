"""The plan of a study: which parts each entry of its study file has, and where their files are.

The rules ask; nothing is computed here. Paths are those of the contract between the steps.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from string import ascii_uppercase as LETTERS

TEXTS = ("label", "type", "unit", "levels")
FORMATS = ("svg", "pdf")
DRAWN_FURTHER = {"landmark": "_km", "subgroups": "_effects"}  # kind -> the numbers of its figure
PLACE = "{population}/{endpoint}"
DRAWN = {  # kind of picture -> the numbers that it shows
    "balance": "tables/{population}/{name}_tests",
    "missing": "tables/{population}/{name}",
    "followup": "models/{population}/{endpoint}/km_{name}",
}
ESTIMATES = ("quantiles", "logrank", "landmarks", "followup")
COX = (("estimates", ""), ("fit", "_fit"), ("ph", "_ph"))
WRITTEN = ("tables.docx", "tables.xlsx", "tables.tex", "tables", "numbers.json")  # of the report
FURTHER = {  # kind -> its tables and how their files end
    "interaction": {"tests": "_tests", "ratios": "_ratios"},
    "landmark": {name: f"_{name}" for name in ("excluded", "quantiles", "logrank", "cox", "km")},
    "rmst": {"means": ""},
    "subgroups": {"tests": "_tests", "effects": "_effects"},
}

# table of results with a `note` column -> the step under which its notes are listed
NOTED_ESTIMATES = {
    "quantiles": "survival",
    "logrank": "log-rank test",
    "landmarks": "landmarks",
    "followup": "follow-up",
}
NOTED_MODELS = {"": "Cox model", "_fit": "Cox model", "_ph": "test of proportional hazards"}
NOT_NOTED = ("excluded", "km")  # tables of further analyses without notes


class Plan:
    """One study, as `config.study.load_study` returns it, and the names of its files."""

    def __init__(self, name: str, study: dict):
        """Keep the study; nothing is read."""
        self.name, self.study = name, study
        self.folder = f"results/{name}"

    def texts(self, names: Iterable[str], *keys: str) -> dict[str, dict]:
        """Return what is asked of some variables alone, so that a job tracks nothing else."""
        dictionary = self.study["variables"]
        return {n: {k: dictionary[n][k] for k in keys or TEXTS} for n in dict.fromkeys(names)}

    def conventions(self, *keys: str) -> dict:
        """Return some conventions of the numbers alone, so that a job tracks nothing else."""
        return {key: self.study["conventions"][key] for key in keys}

    def parts(self, entry: dict) -> list[dict]:
        """Return the populations of an entry, times its endpoints if it has any, with labels."""
        populations, endpoints = self.study["populations"], self.study["endpoints"]
        chosen = entry.get("endpoints") or [entry.get("endpoint")]
        return [
            {"population": population, "population_label": populations[population]["label"]}
            | (_described(name, endpoints[name]) if name else {})
            for name, population in product(chosen, entry["populations"])
        ]

    def files(self, pattern: str, parts: Sequence[dict] = ({},), **more: str) -> list[str]:
        """Return one path a part, below the results of the study."""
        return [f"{self.folder}/" + pattern.format(**part, **more) for part in parts]

    def drawings(self, stem: str, parts: Sequence[dict]) -> dict[str, list[str]]:
        """Return format -> paths of the drawings of some parts."""
        return {f: self.files(f"figures/{PLACE}/{stem}.{f}", parts) for f in FORMATS}

    def figures(self) -> list[str]:
        """Return every figure of the study: its path below `figures`, without ending."""
        study = self.study
        drawn = [("km", name, entry) for name, entry in study["curves"].items()]
        drawn += [("forest", name, entry) for name, entry in study["models"].items()]
        further = study["further"].items()
        drawn += [(e["kind"], name, e) for name, e in further if e["kind"] in DRAWN_FURTHER]
        stems = [
            f"{PLACE}/{kind}_{name}".format(**part)
            for kind, name, entry in drawn
            for part in self.parts(entry)
        ]
        pictures = [picture["path"] for picture in self.pictures()]
        return ["flowchart", *self.study["panels"], *stems, *pictures]

    def pictures(self) -> list[dict]:
        """Return the pictures of baseline tables and follow-up: kind, name, part, path as above."""
        of_tables = [
            part | {"kind": kind, "name": name, "path": f"{part['population']}/{kind}_{name}"}
            for name, table in self.study["tables"].items()
            for kind, part in product(table["draw"], self.parts(table))
        ]
        of_curves = [
            part | {"kind": "followup", "name": name}
            for name, curve in self.study["curves"].items()
            for part in self.followed(curve)
        ]
        paths = [f"{PLACE}/{{kind}}_{{name}}".format(**picture) for picture in of_curves]
        return of_tables + [p | {"path": path} for p, path in zip(of_curves, paths, strict=True)]

    def looking(self, entry: dict) -> dict:
        """Return an entry with the look of the figures, without what decides where it is drawn."""
        return _without(entry, "followup") | {"look": self.study["figures"]["look"]}

    def followed(self, curve: dict) -> list[dict]:
        """Return the parts of a curve whose follow-up is drawn too."""
        asked = curve.get("followup", [])
        return [part for part in self.parts(curve) if part["population"] in asked]

    def submitted(self) -> dict[str, str]:
        """Return name, with its number, of each figure of the manuscript -> its path as above."""
        chosen = self.study["figures"]["submit"].items()
        return {f"figure{i}_{name}": path for i, (name, path) in enumerate(chosen, 1)}

    # records and cohort

    def source_rules(self) -> dict[str, dict]:
        """Return the delivered files without their labels, which change nothing that is read."""
        return {name: _without(source, "label") for name, source in self.study["sources"].items()}

    def reading_rules(self) -> dict:
        """Return of each variable what the reader of the delivered files must know."""
        return self.texts(self.study["variables"], "type", "columns", "missing", "protect")

    def cleaning_rules(self) -> dict:
        """Return of each variable all but its labels: a changed label cleans nothing anew."""
        return {
            name: _without(entry, "label") | {"levels": {code: code for code in entry["levels"]}}
            for name, entry in self.study["variables"].items()
        }

    def cohort_decisions(self) -> dict:
        """Return what decides who is in the cohort; labels and other texts are no part of it."""
        study, shown = self.study, ("label", "unit", "competing", "landmarks")
        variables = self.study["variables"]
        return {
            "criteria": [_without(criterion, "label") for criterion in study["criteria"]],
            "populations": {n: _without(p, "label") for n, p in study["populations"].items()},
            "arms": {
                name: {
                    "variable": arm["variable"],
                    "levels": list(variables[arm["variable"]]["levels"]),
                }
                for name, arm in study["arms"].items()
            },
            "endpoints": {
                name: _without(endpoint, *shown)
                | {"not_at_risk": [_without(r, "label") for r in endpoint.get("not_at_risk", [])]}
                for name, endpoint in study["endpoints"].items()
            },
        }

    def cohort_labels(self) -> dict:
        """Return the labels that stand beside the counts of the cohort."""
        study = self.study
        by = [arm["variable"] for arm in study["arms"].values()]
        return {
            "criteria": {c["exclude"]: c["label"] for c in study["criteria"]},
            "populations": {name: p["label"] for name, p in study["populations"].items()},
            "levels": {name: entry["levels"] for name, entry in self.texts(by, "levels").items()},
            "reasons": {
                name: [reason["label"] for reason in endpoint.get("not_at_risk", [])]
                for name, endpoint in study["endpoints"].items()
            },
        }

    # models and tables

    def curves_of(self, endpoint: str) -> list[dict]:
        """Return every curve of an endpoint: its name, what it compares, its population."""
        return [
            {"name": name, "by": curve.get("by", ""), "population": population}
            for name, curve in self.study["curves"].items()
            if endpoint in curve["endpoints"]
            for population in curve["populations"]
        ]

    def survival_of(self, endpoint: str) -> dict:
        """Return what is estimated for an endpoint: variables, landmarks, strata of the tests."""
        survival = self.study["survival"]
        by = [curve["by"] for curve in self.curves_of(endpoint) if curve["by"]]
        return {
            "variables": list(dict.fromkeys(survival["variables"] + by)),
            "landmarks": self.study["endpoints"][endpoint]["landmarks"],
            "logrank_strata": survival["logrank_strata"],
        }

    def model_variables(self, name: str, *keys: str) -> dict[str, dict]:
        """Return the dictionary entries of a model's covariates and strata."""
        model = self.study["models"][name]
        return self.texts(model["covariates"] + model["strata"], *keys)

    def forest_variables(self, name: str) -> dict[str, dict]:
        """Return the dictionary entries of a model and of the one beside it."""
        beside = self.study["models"][name].get("beside")
        return self.model_variables(name) | (self.model_variables(beside) if beside else {})

    def beside(self, model: dict) -> tuple[dict[str, str], list[str]]:
        """Return where a model has another one beside it: part -> its label, and its files."""
        other = self.study["models"].get(
            model.get("beside", ""), {"populations": [], "endpoints": []}
        )
        both = {
            PLACE.format(**part): other["label"]
            for part in self.parts(model)
            if part["population"] in other["populations"] and part["endpoint"] in other["endpoints"]
        }
        stem = f"{self.folder}/models/{{}}/cox_{model.get('beside', '')}.csv"
        return both, [stem.format(place) for place in both]

    def table_variables(self, table: dict, *keys: str) -> dict[str, dict]:
        """Return the dictionary entries of the rows and columns of a table."""
        return self.texts([*filter(None, [table.get("by")]), *table["variables"]], *keys)

    def further_files(self, name: str) -> dict[str, list[str]]:
        """Return table -> its paths, one a part, of a further analysis."""
        entry = self.study["further"][name]
        kind, parts = entry["kind"], self.parts(entry)
        return {
            table: self.files(f"models/{PLACE}/{kind}_{name}{end}.csv", parts)
            for table, end in FURTHER[kind].items()
        }

    def further_variables(self, entry: dict, *keys: str) -> dict[str, dict]:
        """Return the types and levels, or other keys, of the variables of a further analysis."""
        subgroups = entry.get("subgroups")
        own = [subgroups] if isinstance(subgroups, str) else []
        asked = [entry["by"], *own, *entry["across"], *entry["covariates"]]
        return self.texts(asked, *keys or ("type", "levels"))

    # audit and report

    def noted_tables(self) -> dict[str, dict]:
        """Return path -> (step, population, endpoint) of every table with a `note` column."""
        found = {}
        for stem, step in NOTED_ESTIMATES.items():
            found |= self._noted(f"models/{PLACE}/{stem}.csv", step, self.study["survival"])
        for name, model in self.study["models"].items():
            for end, step in NOTED_MODELS.items():
                pattern = f"models/{PLACE}/cox_{name}{end}.csv"
                found |= self._noted(pattern, f"{step} '{name}'", model)
        for name, entry in self.study["further"].items():
            for table, end in FURTHER[entry["kind"]].items():
                if table not in NOT_NOTED:
                    pattern = f"models/{PLACE}/{entry['kind']}_{name}{end}.csv"
                    found |= self._noted(pattern, f"further analysis '{name}'", entry)
        for name, table in self.study["tables"].items():
            if table["kind"] == "baseline":
                pattern = f"tables/{{population}}/{name}_tests.csv"
                found |= self._noted(pattern, f"table '{name}'", table)
        return found

    def _noted(self, pattern: str, step: str, entry: dict) -> dict[str, dict]:
        parts = self.parts(entry)
        places = [
            {"step": step, "population": p["population"], "endpoint": p.get("endpoint", "")}
            for p in parts
        ]
        return dict(zip(self.files(pattern, parts), places, strict=True))

    def report_facts(self) -> dict:
        """Return the decisions that the methods section states, and the labels it needs."""
        keys = "title data notice preset conventions time sources criteria endpoints populations"
        facts = {
            key: self.study[key]
            for key in f"{keys} arms tables derive survival curves models further".split()
        }
        report = _without(self.study["report"], "manuscript")
        return facts | {"report": report, "variables": self.texts(self.study["variables"])}

    def index_facts(self) -> dict:
        """Return what the page over all studies says of this one."""
        study = self.study
        by = [arm["variable"] for arm in study["arms"].values()]
        return {key: study[key] for key in ("title", "data", "notice", "arms")} | {
            "name": self.name,
            "endpoints": {name: {"label": e["label"]} for name, e in study["endpoints"].items()},
            "variables": self.texts(by),
        }

    def report_contents(self) -> dict[str, list[dict]]:
        """Return what the report shows, each with the paths of its files, in the page's order."""
        study = self.study
        return {
            "flowchart": [
                {"svg": f"{self.folder}/figures/flowchart.svg"}
                | self._downloads("figures/flowchart", {"CSV": "cohort/flow"})
            ],
            "tables": [
                part | {"name": name, "kind": table["kind"], "layout": path}
                for name, table in study["tables"].items()
                for part, path in self._with_files(f"tables/{{population}}/{name}.json", table)
            ],
            "pictures": [
                picture
                | {"svg": f"{self.folder}/figures/{picture['path']}.svg"}
                | self._downloads(
                    f"figures/{picture['path']}", {"CSV": DRAWN[picture["kind"]]}, picture
                )
                for picture in self.pictures()
            ],
            "survival": [
                part
                | {key: self.files(f"models/{PLACE}/{key}.csv", [part])[0] for key in ESTIMATES}
                for part in self.parts(study["survival"])
            ],
            "curves": [
                part | {"name": name, "svg": path} | self._curves(f"km_{name}", part)
                for name, curve in study["curves"].items()
                for part, path in self._with_files(f"figures/{PLACE}/km_{name}.svg", curve)
            ],
            "panels": [self._panels(name, panels) for name, panels in study["panels"].items()],
            "models": [
                part
                | {key: model[key] for key in ("kind", "label", "role")}
                | {"name": name, "penalty": model.get("penalty", ""), "svg": path}
                | {k: self.files(f"models/{PLACE}/cox_{name}{e}.csv", [part])[0] for k, e in COX}
                | self._downloads(
                    f"figures/{PLACE}/forest_{name}", {"CSV": f"models/{PLACE}/cox_{name}"}, part
                )
                for name, model in study["models"].items()
                for part, path in self._with_files(f"figures/{PLACE}/forest_{name}.svg", model)
            ],
            "further": [
                part | {"name": name, "kind": entry["kind"]} | shown
                for name, entry in study["further"].items()
                for part, shown in zip(self.parts(entry), self._shown_further(name), strict=True)
            ],
        }

    def _shown_further(self, name: str) -> list[dict]:
        """Return what a further analysis shows in each of its parts: tables, and the figure."""
        entry, files = self.study["further"][name], self.further_files(name)
        shown = [
            dict(zip(files, paths, strict=True)) for paths in zip(*files.values(), strict=True)
        ]
        if entry["kind"] in DRAWN_FURTHER:
            stem = f"{entry['kind']}_{name}"
            for (part, path), own in zip(
                self._with_files(f"figures/{PLACE}/{stem}.svg", entry), shown, strict=True
            ):
                rows = f"models/{PLACE}/{stem}{DRAWN_FURTHER[entry['kind']]}"
                links = self._downloads(f"figures/{PLACE}/{stem}", {"CSV": rows}, part)
                own |= {"svg": path} | links
        return shown

    def _curves(self, stem: str, part: dict) -> dict:
        """Return the rows behind a figure of curves, and links to its files."""
        rows = f"models/{PLACE}/{stem}"
        found = self._downloads(f"figures/{PLACE}/{stem}", {"CSV": rows}, part)
        return found | {"km": self.files(f"{rows}.csv", [part])[0]}

    def _panels(self, name: str, panels: dict) -> dict:
        """Return a figure of several panels, with the rows behind each of them."""
        parts = self.parts({**panels, "endpoints": [panels["endpoint"]]})
        stem = f"models/{PLACE}/km_{panels['curve']}"
        rows = {f"CSV {a}": stem.format(**part) for a, part in zip(LETTERS, parts, strict=False)}
        return {
            "name": name,
            "title": panels["title"],
            **{key: parts[0][key] for key in ("unit", "days_per_unit", "note")},
            "curve": panels["curve"],
            "populations": [part["population_label"] for part in parts],
            "svg": f"{self.folder}/figures/{name}.svg",
            "km": self.files(f"{stem}.csv", parts),
        } | self._downloads(f"figures/{name}", rows)

    def _downloads(self, figure: str, numbers: dict, part: dict | None = None) -> dict:
        """Return links from the page to copies of a figure and of the numbers behind it."""
        files = {"PDF": f"{figure}.pdf"} | {what: f"{n}.csv" for what, n in numbers.items()}
        paths = {what: path.format(**(part or {})) for what, path in files.items()}
        return {
            "links": [
                {"label": what, "href": f"files/{_copied(path)}", "source": f"{self.folder}/{path}"}
                for what, path in paths.items()
            ]
        }

    def copies(self) -> dict[str, str]:
        """Return copy -> file of all that the report links to, so that its folder can be sent."""
        contents = self.report_contents().values()
        links = [link for items in contents for item in items for link in item.get("links", ())]
        return {f"{self.folder}/report/{link['href']}": link["source"] for link in links}

    def loose_files(self) -> list[str]:
        """Return the files that no other step reads; not asked for, a lost one stayed lost."""
        names = ("records/cleaned.csv", "records/cleaning_log.csv", "records/derivation_log.csv")
        found = [f"{self.folder}/{name}" for name in (*names, "cohort/cohort.csv")]
        found += [f"{self.folder}/cohort/exclusions.csv", f"{self.folder}/records/centres.csv"]
        found += [f"{self.folder}/report/{name}" for name in WRITTEN]
        found += [f"{self.folder}/figures/{path}.{f}" for path in self.figures() for f in FORMATS]
        found += [f"{self.folder}/submission/figures"] if self.submitted() else []
        for name, table in self.study["tables"].items():
            found += self.files(f"tables/{{population}}/{name}.csv", self.parts(table))
        return found + self.notices() + list(self.copies())

    def shared_tables(self) -> list[str]:
        """Return every aggregate table that the study makes, below its results."""
        counts = ("records/linkage", "records/centres")
        counts += tuple(f"cohort/{name}" for name in ("flow", "endpoints", "populations", "arms"))
        found = [f"{name}.csv" for name in counts]
        for name, table in self.study["tables"].items():
            ends = ("", "_tests") if table["kind"] == "baseline" else ("",)
            for part, end in product(self.parts(table), ends):
                found.append(f"tables/{part['population']}/{name}{end}.csv")
        entries = [(f"{stem}.csv", self.study["survival"]) for stem in ESTIMATES]
        entries += [(f"km_{name}.csv", curve) for name, curve in self.study["curves"].items()]
        for name, model in self.study["models"].items():
            entries += [(f"cox_{name}{end}.csv", model) for _, end in COX]
        for file, entry in entries:
            found += [f"models/{PLACE.format(**part)}/{file}" for part in self.parts(entry)]
        return found

    def notices(self) -> list[str]:
        """Return the file that says what the data are, in every folder that holds results."""
        found = [*self.shared_tables(), "cohort/counts/flow"]
        found += ["report/report", "report/files/_", "audit/warnings"]
        found += [f"figures/{path}" for path in self.figures()]
        folders = {path.rpartition("/")[0] for path in found} if self.study["notice"] else set()
        return [f"{self.folder}/{folder}/NOTICE.txt" for folder in sorted(folders)]

    def paper_files(self) -> list[str]:
        """Return the comparison with a printed paper and the findings about it, if there are."""
        ledger = self.study["ledger"]
        compared = [f"{self.folder}/audit/published.csv"] if ledger else []
        return compared + ([ledger["findings"]] if "findings" in ledger else [])

    def shown_files(self) -> list[str]:
        """Return the path of every file that the report reads."""
        values = [v for items in self.report_contents().values() for i in items for v in i.values()]
        values += [each for value in values if isinstance(value, list) for each in value]
        return [v for v in values if isinstance(v, str) and v.startswith(f"{self.folder}/")]

    def _with_files(self, pattern: str, entry: dict) -> list[tuple[dict, str]]:
        parts = self.parts(entry)
        return list(zip(parts, self.files(pattern, parts), strict=True))


def _without(entry: dict, *keys: str) -> dict:
    return {key: value for key, value in entry.items() if key not in keys}


def _copied(path: str) -> str:
    """Return the name of a copy: "km_by_arm-full-os.pdf" of "figures/full/os/km_by_arm.pdf"."""
    _, *places, name = path.split("/")
    stem, _, ending = name.rpartition(".")
    return f"{'-'.join((stem, *places))}.{ending}"


def _described(name: str, endpoint: dict) -> dict:
    """Return what a figure or table says of an endpoint."""
    return {
        "endpoint": name,
        "endpoint_label": endpoint["label"],
        "unit": endpoint["unit"],
        "days_per_unit": endpoint["days_per_unit"],
        "note": endpoint.get("competing", ""),
    }
