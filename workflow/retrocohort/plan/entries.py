"""The plan of a study: which parts each entry of its study file has, and where their files are.

The rules ask; nothing is computed here. Paths are those of the contract between the steps.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import product

from retrocohort.language import ENGLISH
from retrocohort.private import DISCLOSED

WORDS = "report/words.yaml"
SHOWN = re.compile(  # files of the results that readers see: they have the texts of a language
    r"(figures|report|submission)/|cohort/(flow|endpoints|populations|arms)\.csv$|tables/.*\.json$"
)
TEXTS = ("label", "type", "unit", "levels")
FORMATS = ("svg", "pdf")
DRAWN_FURTHER = {"landmark": "_km", "subgroups": "_effects"}  # kind -> the numbers of its figure
PLACE = "{population}/{endpoint}"
FURTHER = {  # kind -> its tables and how their files end
    "interaction": {"tests": "_tests", "ratios": "_ratios"},
    "landmark": {name: f"_{name}" for name in ("excluded", "quantiles", "logrank", "cox", "km")},
    "rmst": {"means": ""},
    "subgroups": {"tests": "_tests", "effects": "_effects"},
}


class Plan:
    """One study, as `config.study.load_study` returns it, and the names of its files.

    Attributes
    ----------
    name, study : as given.
    language : str
        Of what is shown.
    page : str
        "study", or "study/zh" of the second language: what is shown is below `results/<page>`, the
        numbers are below `results/<study>` for all languages.
    rule : str
        The same in the names of rules.
    is_disclosed : bool
        Whether its numbers are those that may be told: what a release is made from.
    """

    def __init__(
        self,
        name: str,
        study: dict,
        language: str = ENGLISH,
        is_second: bool = False,
        is_disclosed: bool = False,
    ):
        """Keep the study, whose texts are in the language; nothing is read."""
        self.name, self.study, self.language, self.is_second = name, study, language, is_second
        self.is_disclosed = is_disclosed
        whose = [name, *([DISCLOSED] if is_disclosed else [])]
        self.page = "/".join([*whose, *([language] if is_second else [])])
        self.rule = self.page.replace("/", "_")
        self.folder, self.shown = f"results/{'/'.join(whose)}", f"results/{self.page}"

    def owns(self, path: str) -> bool:
        """Return whether a file is of this page, not of the numbers behind several."""
        return path.startswith(f"{self.shown}/")

    @property
    def words(self) -> list[str]:
        """Return the translations that are needed: none for English."""
        return [] if self.language == ENGLISH else [WORDS]

    @property
    def terms(self) -> dict[str, str]:
        """Return what the notes in the results may quote, and how it is called."""
        return self.study.get("terms", {})

    def at(self, path: str) -> str:
        """Return where a file of the results is: what readers see has a place in each language."""
        return f"{self.shown if SHOWN.match(path) else self.folder}/{path}"

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
        return [self.at(pattern.format(**part, **more)) for part in parts]

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
        return without(entry, "followup") | {"look": self.study["figures"]["look"]}

    def followed(self, curve: dict) -> list[dict]:
        """Return the parts of a curve whose follow-up is drawn too."""
        asked = curve.get("followup", [])
        return [part for part in self.parts(curve) if part["population"] in asked]

    def submitted(self) -> dict[str, str]:
        """Return name, with its number, of each figure of the manuscript -> its path as above."""
        chosen = self.study["figures"]["submit"].items()
        return {f"figure{i}_{name}": path for i, (name, path) in enumerate(chosen, 1)}

    def submission(self) -> str:
        """Return the folder of the figures of the manuscript."""
        return self.at("submission/figures")

    def tiffs(self, figure: str) -> dict[str, str]:
        """Return label -> TIFF file of a figure, none of one that is not in the manuscript."""
        asked = self.study["figures"]
        return {
            f"TIFF {dpi} dpi": f"{self.submission()}/{name}_{dpi}dpi.tiff"
            for name, path in self.submitted().items()
            for dpi in asked["dpi"]
            if f"figures/{path}" == figure and "tiff" in asked["rasters"]
        }

    # records and cohort

    def source_rules(self) -> dict[str, dict]:
        """Return the delivered files without their labels, which change nothing that is read."""
        return {name: without(source, "label") for name, source in self.study["sources"].items()}

    def reading_rules(self) -> dict:
        """Return of each variable what the reader of the delivered files must know."""
        return self.texts(self.study["variables"], "type", "columns", "missing", "protect")

    def declared_centres(self) -> list[str]:
        """Return the centres that the sources name, and the levels of the variable `centre`."""
        named = [source.get("centre") for source in self.study["sources"].values()]
        levels = self.study["variables"].get("centre", {}).get("levels", {})
        return sorted({name for name in named if isinstance(name, str)} | set(levels))

    def cleaning_rules(self) -> dict:
        """Return of each variable all but its labels: a changed label cleans nothing anew."""
        return {
            name: without(entry, "label") | {"levels": {code: code for code in entry["levels"]}}
            for name, entry in self.study["variables"].items()
        }

    def cohort_decisions(self) -> dict:
        """Return what decides who is in the cohort; labels and other texts are no part of it."""
        study, shown = self.study, ("label", "unit", "competing", "landmarks")
        variables = self.study["variables"]
        return {
            "criteria": [without(criterion, "label") for criterion in study["criteria"]],
            "populations": {n: without(p, "label") for n, p in study["populations"].items()},
            "arms": {
                name: {
                    "variable": arm["variable"],
                    "levels": list(variables[arm["variable"]]["levels"]),
                }
                for name, arm in study["arms"].items()
            },
            "endpoints": {
                name: without(endpoint, *shown)
                | {"not_at_risk": [without(r, "label") for r in endpoint.get("not_at_risk", [])]}
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
        stem = f"models/{{}}/cox_{model.get('beside', '')}.csv"
        return both, [self.at(stem.format(place)) for place in both]

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

    def paired(self, pattern: str, entry: dict) -> list[tuple[dict, str]]:
        """Return each part of an entry with its path below the results of the study."""
        parts = self.parts(entry)
        return list(zip(parts, self.files(pattern, parts), strict=True))


def without(entry: dict, *keys: str) -> dict:
    """Return an entry without some of its keys."""
    return {key: value for key, value in entry.items() if key not in keys}


def _described(name: str, endpoint: dict) -> dict:
    """Return what a figure or table says of an endpoint."""
    return {
        "endpoint": name,
        "endpoint_label": endpoint["label"],
        "unit": endpoint["unit"],
        "days_per_unit": endpoint["days_per_unit"],
        "note": endpoint.get("competing", ""),
    }
