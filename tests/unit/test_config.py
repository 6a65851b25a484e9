"""Study files: strict at every level, described at every key, read without YAML's surprises."""

import copy
import csv
from pathlib import Path

import pytest
import yaml

from retrocohort.config import strict_yaml
from retrocohort.config.check import cross_faults
from retrocohort.config.dictionary import parse_dictionary
from retrocohort.config.references import References
from retrocohort.config.schema import shape_faults, sound_part
from retrocohort.config.study import load_study
from retrocohort.faults import Fault, FaultsFound, suggest

FILES = sorted(Path("workflow/schemas").glob("*.yaml"))
SCHEMAS = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
BASE = "tests/bad_input/base"


def nodes(schema, path="schema"):
    """Yield (path, subschema) of a schema and all that is in it."""
    yield path, schema
    for group in ("properties", "$defs"):
        for key, part in schema.get(group, {}).items():
            yield from nodes(part, f"{path}.{key}")
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            yield from nodes(schema[key], f"{path}.{key}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_mapping_of_a_schema_is_closed(name):
    for path, schema in nodes(SCHEMAS[name]):
        if schema.get("type") == "object" or "properties" in schema:
            assert "additionalProperties" in schema, path
            assert schema["additionalProperties"] is not True, path


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_of_a_schema_is_described(name):
    found = 0
    for path, schema in nodes(SCHEMAS[name]):
        for key, part in schema.get("properties", {}).items():
            found += 1
            text = part.get("description", "")
            if "$ref" in part and not text:
                target = SCHEMAS[name]["$defs"][part["$ref"].rsplit("/", 1)[1]]
                text = target.get("description", "")
            assert text or part.get("$ref"), f"{path}.{key}"
            assert part.get("description") or "$ref" in part, f"{path}.{key}"
    assert found >= 1


def test_an_unknown_key_is_refused_wherever_a_study_has_a_mapping():
    schema = SCHEMAS["study.schema.yaml"]
    study = strict_yaml.load("", Path("config/studies/nafld/study.yaml").read_text())
    assert shape_faults("f", study, schema) == []
    tried = 0
    for path, mapping in mappings(study):
        if is_free(path):
            continue
        mapping["unknwon"] = 1
        faults = shape_faults("f", study, schema)
        assert "unknown key 'unknwon'." in [f.problem for f in faults], path
        del mapping["unknwon"]
        tried += 1
    assert tried > 60


def mappings(value, path=()):
    """Yield (path, mapping) of all mappings in a study."""
    if isinstance(value, dict):
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in items:
        if isinstance(part, dict | list):
            yield from mappings(part, (*path, key))


def is_free(path):
    """Tell whether the keys of a mapping are names that a study chooses."""
    sections = ("sources", "derive", "endpoints", "arms", "populations", "tables", "curves")
    named = len(path) == 1 and path[0] in (*sections, "models")
    is_condition = "where" in path and path[-1] in ("where", "not", *range(9))
    return named or is_condition


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("010", "010"),
        ("12:30", "12:30"),
        ("2020-01-31", "2020-01-31"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("true", True),
        ("null", None),
        ("7", 7),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
    ],
)
def test_scalars_of_yaml_are_what_they_look_like(text, value):
    found = strict_yaml.load("f", f"key: {text}")["key"]
    assert found == value and type(found) is type(value)


def test_a_merged_key_may_be_overruled_and_a_repeated_one_not():
    merged = strict_yaml.load(
        "f", "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: {<<: *x}\nd: {<<: *x}"
    )
    assert merged["b"] == {"p": 1, "q": 3} and merged["c"] == merged["d"] == {"p": 1, "q": 2}
    with pytest.raises(FaultsFound) as found:
        strict_yaml.load("f", "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3")
    assert str(found.value.faults[0]) == (
        "line 5: 'c' stands twice, first in line 3. Keep one of them."
    )


@pytest.mark.parametrize(
    "text", ["[1]: 2", "a: !!python/name:os.system x", "a: *b", "\x07", "\t- a"]
)
def test_what_is_no_plain_yaml_is_a_fault(text):
    with pytest.raises(FaultsFound):
        strict_yaml.load("f", text)


def test_the_sound_part_is_without_faulty_entries_and_unknown_keys():
    study = strict_yaml.load("", Path(f"{BASE}/study.yaml").read_text())
    study["models"]["crude"]["ties"] = "exact"
    study["criteria"].insert(0, {"exclude": "nameless"})
    study["models"]["adjusted"]["colour"] = "red"
    study["extra"] = {}
    sound, lost = sound_part(study, SCHEMAS["study.schema.yaml"])
    assert list(sound["models"]) == ["adjusted"]
    assert "colour" not in sound["models"]["adjusted"] and "extra" not in sound
    assert [c["exclude"] for c in sound["criteria"]] == ["minor"]
    assert lost == {"crude", "0"}
    assert study["extra"] == {}  # what was given stays as it is


def places(value, path=()):
    """Yield the path of everything in a study."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in items:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


@pytest.mark.parametrize("value", [None, 1, "x", "age", [], ["sex"], {}, {"a": 1}], ids=str)
def test_whatever_stands_anywhere_is_a_fault_or_right_and_no_crash(value):
    schema = SCHEMAS["study.schema.yaml"]
    text = Path(f"{BASE}/study.yaml").read_text(encoding="utf-8")
    rows = Path(f"{BASE}/dictionary.csv").read_text(encoding="utf-8")
    variables, lost = parse_dictionary("d", rows, SCHEMAS["dictionary.schema.yaml"], [])
    faulty = 0
    for number, path in enumerate(places(strict_yaml.load("", text))):
        study = holder = strict_yaml.load("", text)
        if number % 2:
            continue
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = copy.deepcopy(value)
        faults = shape_faults("s", study, schema)
        sound, lost = sound_part(study, schema)
        faulty += bool(faults + cross_faults("s", "d", sound, variables, lost))
    assert faulty > 40


def references(**study):
    entry = {"columns": {"a": "x"}, "levels": {}, "protect": ""}
    variables = {
        "age": entry | {"type": "integer"},
        "sex": entry | {"type": "category", "levels": {"f": "Women", "m": "Men"}},
        "born": entry | {"type": "date"},
    }
    empty = {"sources": {"a": {}}, "populations": {}}
    return References("study.yaml", empty | study, variables, lost=set())


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        ({"sex": "f", "age": {"above": 3}, "born": {"below": "2000-01-01"}}, []),
        ({"sex": {"missing": True}, "age": [1, 2]}, []),
        ({"any": [{"not": {"all": [{"sex": "x"}]}}, {"agee": 1}]}, ["any.not.all.sex", "any.agee"]),
        ({"not": {"sex": ["f", "x", "y"]}}, ["not.sex", "not.sex"]),
        ({"age": "old"}, ["age"]),
        ({"age": {"is": "old"}}, ["age"]),
        ({"sex": {"above": 1}}, ["sex"]),
        ({"born": {"above": 1980}}, ["born"]),
    ],
)
def test_every_leaf_of_a_condition_is_checked(condition, places):
    refs = references()
    refs.condition("where", condition)
    assert [fault.place for fault in refs.faults] == [f"where.{place}" for place in places]


@pytest.mark.parametrize(
    ("graph", "circles"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"a"}}, ["a -> a"]),
        ({"a": {"b"}, "b": {"a"}, "c": {"a"}}, ["a -> b -> a"]),
        ({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, ["a -> b -> a", "c -> d -> c"]),
    ],
)
def test_every_circle_is_found_once(graph, circles):
    refs = references()
    refs.no_circle("derive", graph, "")
    assert [fault.problem for fault in refs.faults] == [
        f"circular definition {circle}." for circle in circles
    ]


def study_with(tmp_path, **changes):
    """Return the base study as it is read, with changes at the top of its study file."""
    for path in Path(BASE).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    study = strict_yaml.load("", (tmp_path / "study.yaml").read_text()) | changes
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    return load_study(str(tmp_path), "data/base")


PRESETS = yaml.safe_load(Path("config/defaults.yaml").read_text())["presets"]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_gives_every_convention_and_the_study_overrules_it(tmp_path, preset):
    known = set(SCHEMAS["study.schema.yaml"]["$defs"]["conventions"]["properties"])
    assert set(PRESETS[preset]) == known
    assert study_with(tmp_path, preset=preset)["conventions"] == PRESETS[preset]
    own = study_with(tmp_path, preset=preset, conventions={"alpha": 0.01})["conventions"]
    assert own == PRESETS[preset] | {"alpha": 0.01}


def test_the_presets_are_what_those_programs_do():
    assert PRESETS["r"]["ties"] == "efron" and PRESETS["spss"]["ties"] == "breslow"
    assert PRESETS["r"]["quantiles"] == "r" and PRESETS["spss"]["quantiles"] == "spss"
    assert PRESETS["r"]["interval"] == "log" and PRESETS["spss"]["interval"] == "plain"


def test_what_a_study_leaves_open_is_filled(tmp_path):
    study = study_with(tmp_path)
    assert study["conventions"] == PRESETS["r"]
    assert study["time"] == {"unit": "months", "days_per_unit": 30.4375, "index": "index date"}
    assert list(study["populations"]) == ["full", "women"]
    assert study["populations"]["women"]["parent"] == "full"
    assert study["endpoints"]["os"]["landmarks"] == [12, 36]
    source = study["sources"]["patients"]
    assert source["path"] == "data/base/patients.csv"
    assert (source["rows"], source["encoding"], source["header_row"]) == ("one", "utf-8", 1)
    assert study["sources"]["labs"]["rows"] == "many"
    for entry in (study["models"]["crude"], study["curves"]["by_treatment"]):
        assert (entry["endpoints"], entry["populations"]) == (["os"], ["full", "women"])
    assert study["models"]["crude"]["kind"] == "univariable"
    assert study["models"]["adjusted"]["kind"] == "multivariable"
    assert study["models"]["adjusted"]["ties"] == "efron"
    assert study["models"]["adjusted"]["strata"] == []


def test_what_a_study_says_itself_stays(tmp_path):
    time = {"unit": "years", "days_per_unit": 365.25}
    model = {"covariates": ["age"], "ties": "breslow", "populations": ["women"]}
    study = study_with(tmp_path, time=time, models={"adjusted": model}, tables={})
    assert study["time"] == time | {"index": "index date"}
    assert study["endpoints"]["os"]["unit"] == "years"
    adjusted = study["models"]["adjusted"]
    assert (adjusted["ties"], adjusted["populations"]) == ("breslow", ["women"])


def test_the_dictionary_is_read_into_types(tmp_path):
    variables = study_with(tmp_path)["variables"]
    with open(f"{BASE}/dictionary.csv", encoding="utf-8", newline="") as file:
        assert list(variables) == [row["name"] for row in csv.DictReader(file)]
    assert variables["died"]["levels"] == {"no": "No", "yes": "Yes"}
    assert variables["patient_id"]["protect"] == "hash"
    assert variables["patient_id"]["columns"] == {"patients": "pid", "labs": "pid"}
    assert (variables["age"]["min"], variables["age"]["max"]) == (0.0, 110.0)
    assert variables["size"]["convert"] == {"cm": 10.0, "(none)": 1.0}
    assert variables["age"]["missing"] == ["NA"]
    assert variables["operated"]["formats"] == ["%d.%m.%Y"]
    assert variables["age"]["reconcile"] == "all_equal"


def test_the_real_studies_have_no_fault():
    for folder in sorted(Path("config/studies").iterdir()):
        assert load_study(str(folder), f"data/{folder.name}")["title"]


def test_faults_are_grouped_by_file_each_once():
    faults = [Fault("a", "x", "is odd."), Fault("b", "", "is odd."), Fault("a", "x", "is odd.")]
    assert str(FaultsFound(faults)) == ("a has 1 fault:\n  x: is odd.\nb has 1 fault:\n  is odd.")


@pytest.mark.parametrize(
    ("word", "valid", "expected"),
    [
        ("stag", ["age", "stage"], "Did you mean 'stage'?"),
        ("pid", ["PID", "AGE"], "Did you mean 'PID'?"),
        ("zzz", ["age", "stage"], "Valid choices: 'age', 'stage'."),
        ("zzz", [], ""),
        ("zzz", [str(n) for n in range(13)], None),
    ],
)
def test_suggestions(word, valid, expected):
    found = suggest(word, valid)
    assert found == expected if expected is not None else found.endswith("'11', ....")
