"""The parts of a trace that need no results: text, private files, keys, chains of steps."""

import os
import stat

import pytest

from retrocohort.checksums import sha256
from retrocohort.faults import FaultsFound
from retrocohort.trace.keys import keys_of
from retrocohort.trace.lines import WIDTH, quoted, table, width, wrapped
from retrocohort.trace.private import check_private, write_private
from retrocohort.trace.required import check_current, require
from retrocohort.trace.steps import Step, chain, steps_lines


def test_lines_fit_a_terminal_also_with_chinese_signs():
    text = wrapped("肿瘤 " * 60, 6, "  row: ")
    assert len(text) > 2 and all(width(line) <= WIDTH for line in text)
    assert text[0].startswith("  row: 肿瘤") and text[1].startswith("      肿瘤")
    lines = table([["a", "b", "c " * 60], ["诊断", "", "x"]])
    assert all(width(line) <= WIDTH for line in lines)
    assert lines[-1] == "  诊断     x" and lines[0].startswith("  a     b  c c")


def test_a_cell_can_neither_move_the_cursor_nor_hide_its_blanks():
    assert quoted(" a\x1b[2J\n\u3000") == r"' a\x1b[2J\n\u3000'"
    assert wrapped("a\x07b") == [r"a\x07b"]


@pytest.fixture
def project(tmp_path):
    """Return a project with results, in no repository of git."""
    for folder in ("records", "tables", "models", "figures", "report", "audit", "zh/report"):
        (tmp_path / "project/results/lung" / folder).mkdir(parents=True)
    (tmp_path / "project/config").mkdir()
    (tmp_path / "home").mkdir()
    return tmp_path / "project"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        *((f"results/lung/{folder}/a.txt", "among the results")
          for folder in ("tables", "models", "figures", "report", "audit", "zh/report")),
        ("results/a.txt", "among the results"),
        ("results/lung/records", "among the results"),
        ("results/lung/records/../audit/a.txt", "among the results"),
        ("a.txt", "git shares"),
        ("config/a.txt", "git shares"),
        ("../home/none/a.txt", "there is no folder"),
    ],
)  # fmt: skip
def test_where_the_data_of_a_patient_may_not_be(project, path, problem):
    with pytest.raises(FaultsFound, match=problem):
        check_private(str(project / path), str(project))


def test_a_link_is_followed_and_another_repository_is_no_better(project):
    (project.parent / "home/link").symlink_to(project / "results/lung/report")
    with pytest.raises(FaultsFound, match="among the results"):
        check_private(str(project.parent / "home/link/a.txt"), str(project))
    (project.parent / "home/.git").mkdir()
    with pytest.raises(FaultsFound, match="git shares"):
        check_private(str(project.parent / "home/a.txt"), str(project))


@pytest.mark.parametrize("path", ["../home/a.txt", "results/lung/records/a.txt"])
def test_a_private_file_is_new_and_its_owners(project, path):
    file = project / path
    before = os.umask(0)
    try:
        check_private(str(file), str(project))
        write_private(str(file), "35岁\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text(encoding="utf-8") == "35岁\n"
    with pytest.raises(FaultsFound, match="exists already"):
        check_private(str(file), str(project))
    with pytest.raises(FileExistsError):
        write_private(str(file), "")


STUDY = {
    "criteria": [{"exclude": "late", "label": "Late", "where": {"age": {"above": 9}}}],
    "endpoints": {
        "os": {"label": "Survival", "unit": "months", "days_per_unit": 30.4375, "followup": "days"},
        "rfs": {"label": "Relapse", "unit": "months", "days_per_unit": 30.4375, "followup": "time"},
    },
    "models": {"crude": {"label": "Crude", "ties": "efron", "covariates": ["age", "sex"]}},
    "curves": {"by_sex": {"by": "sex", "endpoints": ["os"]}},
    "conventions": {"ties": "efron", "confidence": 0.95, "alpha": 0.05},
    "variables": {
        "age": {"label": "Age", "type": "integer", "levels": {}},
        "sex": {"label": "Sex", "type": "category", "levels": {"f": "Women", "m": "Men"}},
    },
    "codes": [{"source": "", "variable": "sex", "raw": "1", "clean": "f"}],
    "chinese": {"models": {}},
}


@pytest.mark.parametrize(
    ("params", "keys"),
    [
        ({"model": {"ties": "efron", "covariates": ["age", "sex"]}},
         {"study.yaml": ["models.crude"]}),
        ({"conventions": {"confidence": 0.95}}, {"study.yaml": ["conventions"]}),
        ({"variables": {"sex": {"type": "category"}}}, {"dictionary.csv": ["sex"]}),
        ({"variables": {"sex": {"type": "integer"}}}, {}),
        ({"codes": STUDY["codes"]}, {"codes.csv": []}),
        (
            {"study": {"criteria": [{"exclude": "late", "where": {"age": {"above": 9}}}],
                       "endpoints": {"os": {"followup": "days"}, "rfs": {"followup": "time"}}}},
            {"study.yaml": ["criteria", "endpoints"]},
        ),
        ({"endpoints": {"os": {"followup": "days", "more": []}}}, {"study.yaml": ["endpoints.os"]}),
        ({"curves": [{"name": "by_sex", "by": "sex", "population": "full"}]},
         {"study.yaml": ["curves.by_sex"]}),
        ({"endpoint": "os", "parts": [{"endpoint": "os"}], "empty": {}, "none": None}, {}),
        ({"labels": {"criteria": {"late": "Late"}}}, {"study.yaml": ["criteria.late"]}),
    ],
)  # fmt: skip
def test_the_keys_behind_parameters(params, keys):
    assert keys_of(params, STUDY) == keys


def step(rule, inputs, stale=""):
    return Step(rule, rule, f"{rule}.py", [f"{rule}.py"], {}, inputs, stale)


def test_each_step_stands_once_behind_a_file():
    read, clean = step("read", ["raw", "raw"]), step("clean", ["records"])
    join = step("join", ["cleaned", "log", "config"])
    draw = step("draw", ["table", "cleaned"])
    made_by = {"records": read, "cleaned": clean, "log": clean, "table": join, "figure": draw}
    found = [(each.rule, outputs) for each, outputs in chain("figure", made_by)]
    assert found == [
        ("draw", ["figure"]),
        ("join", ["table"]),
        ("clean", ["cleaned", "log"]),
        ("read", ["records"]),
    ]
    assert chain("raw", made_by) == []


def test_results_that_a_run_would_change_are_refused():
    check_current({"a": step("read", []), "b": step("clean", [])})
    with pytest.raises(FaultsFound, match="clean: is to run again: other parameters. Run make"):
        check_current({"a": step("read", []), "b": step("clean", [], "other parameters")})


def test_every_missing_file_is_named(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(FaultsFound) as found:
        require([str(tmp_path / name) for name in "abc"])
    assert [fault.file[-1] for fault in found.value.faults] == ["b", "c"]


def test_of_a_secret_key_no_hash_is_shown(tmp_path):
    """A short key could be guessed from its hash."""
    key = tmp_path / "key.txt"
    key.write_text("secret")
    read = step("read", [str(key)])
    study = {"key_file": str(key), "data": "private"}
    told = "\n".join(steps_lines([(read, [])], study, "rotterdam"))
    assert f"{key}\n            SHA-256 not shown" in told and sha256(str(key)) not in told
    told = "\n".join(steps_lines([(read, [])], study | {"data": "public"}, "rotterdam"))
    assert sha256(str(key)) in told
