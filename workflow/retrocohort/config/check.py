"""Check of sense: do all names exist, do levels fit, does nothing go in a circle."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from retrocohort.config.dictionary import LEVELLED, NUMERIC
from retrocohort.faults import Fault, suggest
from retrocohort.where import COMBINATIONS, COMPARISONS, variables_of

FULL = "full"


def cross_faults(file: str, dictionary_file: str, study: dict, variables: dict) -> list[Fault]:
    """Return every fault between the parts of a study whose shape is right."""
    check = _Check(file, dictionary_file, study, variables)
    check.sources()
    check.derivations()
    check.cohort()
    check.results()
    return check.faults


def inputs_of(operation: dict) -> set[str]:
    """Return the variables that a derivation reads."""
    ((name, spec),) = operation.items()
    if name in ("equals", "first_of"):
        return set(spec)
    if name == "where":
        return variables_of(spec)
    if name == "choose":
        return set().union(*(variables_of(item["where"]) for item in spec))
    names = {spec[key] for key in ("of", "among", "value") if key in spec}
    if name == "duration":
        names |= {spec["from"], spec["to"]}
    if name == "reduce":
        names |= variables_of(spec.get("where", {}))
        names |= {spec["window"]["of"]} if "window" in spec else set()
    return names


def _leaves(condition: dict, place: str) -> Iterator[tuple[str, str, object]]:
    """Yield (place, variable, what is asked) of every condition inside a condition."""
    for key, asked in condition.items():
        at = f"{place}.{key}"
        if key not in COMBINATIONS:
            yield at, key, asked
            continue
        for part in [asked] if key == "not" else asked:
            yield from _leaves(part, at)


class _Check:
    """Collects the faults of one study."""

    def __init__(self, file: str, dictionary_file: str, study: dict, variables: dict):
        self.file, self.dictionary_file = file, dictionary_file
        self.study, self.variables = study, variables
        self.faults: list[Fault] = []
        self.long = {name for name, s in study["sources"].items() if s.get("rows") == "many"}
        self.populations = {FULL, *study.get("populations", {})}

    def fault(self, place: str, problem: str, remedy: str = "") -> None:
        self.faults.append(Fault(self.file, place, problem, remedy))

    def choice(self, place: str, name: str, valid: Iterable[str], what: str) -> bool:
        valid = list(valid)
        if name in valid:
            return True
        self.fault(place, f"'{name}' is not {what}.", suggest(name, valid))
        return False

    def of_patients(self, name: str) -> bool:
        """Tell whether a variable has one value a patient."""
        return not set(self.variables[name]["columns"]) or bool(
            set(self.variables[name]["columns"]) - self.long
        )

    def variable(self, place: str, name: str, types: tuple = (), source: str = "") -> bool:
        """Check that a variable exists, stands once a patient (or in `source`), and its type."""
        if not self.choice(place, name, self.variables, "in the dictionary"):
            return False
        entry = self.variables[name]
        if source and source not in entry["columns"]:
            self.fault(place, f"'{name}' is not a column of the source '{source}'.")
            return False
        if not source and not self.of_patients(name):
            problem = f"'{name}' has several rows a patient."
            self.fault(place, problem, "Reduce it under derive first.")
            return False
        if types and entry["type"] not in types:
            self.fault(place, f"'{name}' is {entry['type']}; needed: {' or '.join(types)}.")
            return False
        return True

    def level(self, place: str, name: str, level) -> None:
        levels = self.variables[name]["levels"]
        if self.variables[name]["type"] in LEVELLED and str(level) not in levels:
            self.fault(place, f"'{level}' is no level of '{name}'.", suggest(str(level), levels))

    def condition(self, place: str, condition: dict, source: str = "") -> None:
        for at, name, asked in _leaves(condition, place):
            if not self.variable(at, name, source=source):
                continue
            tests = asked if isinstance(asked, dict) else {"one_of": asked}
            numeric = self.variables[name]["type"] in (*NUMERIC, "date")
            for test, value in tests.items():
                if test in COMPARISONS and not numeric:
                    kind = self.variables[name]["type"]
                    self.fault(at, f"'{test}' needs a number; '{name}' is {kind}.", "Name levels.")
                elif test in ("is", "one_of"):
                    for level in value if isinstance(value, list) else [value]:
                        self.level(at, name, level)

    def sources(self) -> None:
        if set(self.study["sources"]) <= self.long:
            self.fault("sources", "every source has rows: many.", "One must have a row a patient.")
        derived = self.study.get("derive", {})
        for name, entry in self.variables.items():
            for source in entry["columns"]:
                if source not in self.study["sources"]:
                    problem = f"'{source}' is no source of the study."
                    remedy = suggest(source, self.study["sources"])
                    self.faults.append(Fault(self.dictionary_file, name, problem, remedy))
            if not entry["columns"] and name not in derived:
                problem = "has neither a column nor a derivation."
                remedy = "Give its columns, or derive it in the study file."
                self.faults.append(Fault(self.dictionary_file, name, problem, remedy))
            if entry["columns"] and name in derived:
                self.fault(f"derive.{name}", "is both a column and derived.", "Keep one of them.")

    def derivations(self) -> None:
        derived = self.study.get("derive", {})
        for name, operation in derived.items():
            place = f"derive.{name}"
            self.choice(place, name, self.variables, "in the dictionary")
            ((kind, spec),) = operation.items()
            getattr(self, f"_{kind}", self._plain)(place, name, spec, operation)
        graph = {n: inputs_of(op) & set(derived) for n, op in derived.items()}
        self._no_circle("derive", graph, "A variable cannot be derived from itself.")

    def _no_circle(self, place: str, graph: dict, remedy: str) -> None:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = " -> ".join(reversed(error.args[1]))
            self.fault(place, f"circular definition {circle}.", remedy)

    def _plain(self, place, name, spec, operation) -> None:
        for each in sorted(inputs_of(operation)):
            self.variable(place, each)

    def _where(self, place, name, spec, operation) -> None:
        self.condition(f"{place}.where", spec)

    def _power(self, place, name, spec, operation) -> None:
        self.variable(f"{place}.power", spec["of"], NUMERIC)

    def _duration(self, place, name, spec, operation) -> None:
        for end in ("from", "to"):
            self.variable(f"{place}.duration.{end}", spec[end], ("date",))

    def _choose(self, place, name, spec, operation) -> None:
        for item in spec:
            self.condition(f"{place}.choose", item["where"])
            if name in self.variables:
                self.level(f"{place}.choose", name, item["level"])

    def _cut(self, place, name, spec, operation) -> None:
        self.variable(f"{place}.cut", spec["of"], NUMERIC)
        if len(spec["levels"]) != len(spec["at"]) + 1:
            problem = f"{len(spec['at'])} thresholds make {len(spec['at']) + 1} levels, "
            self.fault(f"{place}.cut", f"{problem}{len(spec['levels'])} are given.")
        if spec["at"] != sorted(set(spec["at"])):
            self.fault(f"{place}.cut", "the thresholds do not rise.")
        for level in spec["levels"] if name in self.variables else []:
            self.level(f"{place}.cut", name, level)

    def _reduce(self, place, name, spec, operation) -> None:
        place = f"{place}.reduce"
        if not self.choice(f"{place}.from", spec["from"], self.long, "a source with rows: many"):
            return
        self.condition(f"{place}.where", spec.get("where", {}), spec["from"])
        for key, used in (
            ("window", spec.get("window", {}).get("of")),
            ("value", spec.get("value")),
        ):
            if used is not None:
                self.variable(f"{place}.{key}", used, (*NUMERIC, "date"), spec["from"])
        if spec["take"] not in ("any", "count") and "value" not in spec:
            self.fault(place, f"take: {spec['take']} needs a value.", "Name the variable to take.")
        if spec["take"] in ("first", "last", "nearest") and "window" not in spec:
            self.fault(
                place, f"take: {spec['take']} needs a window.", "Say which day orders the rows."
            )

    def cohort(self) -> None:
        study = self.study
        for criterion in study["criteria"]:
            self.condition(f"criteria.{criterion['exclude']}.where", criterion["where"])
        names = [criterion["exclude"] for criterion in study["criteria"]]
        for name in {n for n in names if names.count(n) > 1}:
            self.fault("criteria", f"'{name}' stands twice.", "Give each criterion its own name.")
        for name, endpoint in study["endpoints"].items():
            self._endpoint(f"endpoints.{name}", endpoint)
        for name, arm in study["arms"].items():
            self.variable(f"arms.{name}.variable", arm["variable"], LEVELLED)
        for name, population in study.get("populations", {}).items():
            place = f"populations.{name}"
            if name == FULL:
                self.fault(place, "'full' is always the whole cohort.", "Choose another name.")
            self.condition(f"{place}.where", population["where"])
            if "parent" in population:
                self.choice(
                    f"{place}.parent", population["parent"], self.populations, "a population"
                )

    def _endpoint(self, place: str, endpoint: dict) -> None:
        for key in ("events", "censor"):
            for number, item in enumerate(endpoint.get(key, [])):
                self.variable(f"{place}.{key}.{number}.time", item["time"], NUMERIC)
                self.condition(f"{place}.{key}.{number}.where", item.get("where", {}))
        self.variable(f"{place}.followup", endpoint["followup"], NUMERIC)
        for number, item in enumerate(endpoint.get("not_at_risk", [])):
            self.condition(f"{place}.not_at_risk.{number}.where", item["where"])
        if "entry" in endpoint:
            self.variable(f"{place}.entry.variable", endpoint["entry"]["variable"], NUMERIC)

    def results(self) -> None:
        study = self.study
        survival = study["survival"]
        self._selection("survival", survival, study["endpoints"], "an endpoint")
        for name in survival["variables"]:
            self.variable("survival.variables", name, LEVELLED)
        for name in survival.get("logrank_strata", []):
            self.variable("survival.logrank_strata", name, LEVELLED)
        for name, curve in study.get("curves", {}).items():
            self._selection(f"curves.{name}", curve, survival["endpoints"], "in survival.endpoints")
            if "by" in curve:
                self.variable(f"curves.{name}.by", curve["by"], LEVELLED)
        for name, model in study.get("models", {}).items():
            self._model(f"models.{name}", model)
        for name, table in study.get("tables", {}).items():
            self._table(f"tables.{name}", table)

    def _selection(self, place: str, entry: dict, endpoints: Iterable[str], what: str) -> None:
        for name in entry.get("endpoints", []):
            self.choice(f"{place}.endpoints", name, endpoints, what)
        for name in entry.get("populations", []):
            self.choice(f"{place}.populations", name, self.populations, "a population")

    def _model(self, place: str, model: dict) -> None:
        self._selection(place, model, self.study["endpoints"], "an endpoint")
        for name in model["covariates"]:
            self.variable(f"{place}.covariates", name, (*LEVELLED, *NUMERIC))
            if name in model.get("strata", []):
                self.fault(f"{place}.strata", f"'{name}' is a covariate too.", "Keep one of them.")
        for name in model.get("strata", []):
            self.variable(f"{place}.strata", name, LEVELLED)
        for name, level in model.get("reference", {}).items():
            if self.variable(f"{place}.reference", name, LEVELLED):
                self.level(f"{place}.reference.{name}", name, level)
        select = model.get("select")
        for name in select.get("always", []) if isinstance(select, dict) else []:
            self.choice(
                f"{place}.select.always", name, model["covariates"], "a covariate of the model"
            )

    def _table(self, place: str, table: dict) -> None:
        self._selection(place, table, (), "")
        needed = {"baseline": ["by"], "survival": ["endpoint", "model"]}[table["kind"]]
        for key in needed:
            if key not in table:
                self.fault(place, f"a {table['kind']} table needs the key '{key}'.")
        if "by" in table:
            self.variable(f"{place}.by", table["by"], LEVELLED)
        for name in table["variables"]:
            types = LEVELLED if table["kind"] == "survival" else (*LEVELLED, *NUMERIC)
            self.variable(f"{place}.variables", name, types)
            if table["kind"] == "survival" and name not in self.study["survival"]["variables"]:
                problem = f"'{name}' is not estimated."
                self.fault(f"{place}.variables", problem, "Add it to survival.variables.")
        if "endpoint" in table:
            valid = self.study["survival"]["endpoints"]
            self.choice(f"{place}.endpoint", table["endpoint"], valid, "in survival.endpoints")
        if "model" in table:
            self._table_model(f"{place}.model", table)

    def _table_model(self, place: str, table: dict) -> None:
        """Check that the model of a survival table is fitted to its endpoint and populations."""
        models = self.study.get("models", {})
        if not self.choice(place, table["model"], models, "a model"):
            return
        model = models[table["model"]]
        if table.get("endpoint") not in model.get("endpoints", self.study["survival"]["endpoints"]):
            self.fault(place, f"'{table['model']}' is not fitted to '{table.get('endpoint')}'.")
        fitted = model.get("populations", self.populations)
        for name in sorted(set(table.get("populations", self.populations)) - set(fitted)):
            self.fault(place, f"'{table['model']}' is not fitted in the population '{name}'.")
