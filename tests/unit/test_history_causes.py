"""Why a result differs: each kind of evidence, alone and together, and none."""

import history_runs as hr
import pytest

from retrocohort.history import causes
from retrocohort.history.causes import Cause, Causes
from retrocohort.history.comparison import Comparison
from retrocohort.history.decisions import differing, parsed

COX = f"results/a/{hr.COX}"
MOVED = hr.other(hr.COX, "0.6065", "0.7")
ALL = (hr.CLEANED, hr.COHORT)  # what stands between the delivered file and the numbers


@pytest.fixture
def before():
    return hr.run()


def why(before, after, path=COX):
    return [(cause.kind, cause.what) for cause in Causes(before, after).of(path)]


def test_a_delivered_file_far_upstream(before):
    after = hr.later(before, hr.RAW, *ALL, tables=MOVED)
    assert Causes(before, after).of(COX) == (
        Cause(causes.DATA, hr.RAW, f"old {hr.RAW}"[:12], f"new {hr.RAW}"[:12]),
    )


def test_a_difference_without_effect_on_the_way_is_no_cause(before):
    after = hr.later(before, hr.RAW, hr.CLEANED, hr.FITTING, tables=MOVED)  # the same cohort
    assert why(before, after) == [(causes.CODE, hr.FITTING)]
    assert [(c.what, n) for c, n in Comparison(before, after).causes] == [
        (hr.FITTING, 1),
        (hr.RAW, 0),  # the records alone
    ]


@pytest.mark.parametrize(
    ("code", "between"),
    [(hr.FITTING, ()), (hr.BUILDING, [hr.COHORT]), (hr.CLEANING, ALL), (hr.SHARED, ())],
)
def test_code_of_the_job_or_of_one_before_it(before, code, between):
    assert why(before, hr.later(before, code, *between, tables=MOVED)) == [(causes.CODE, code)]


def test_code_that_the_job_no_longer_imports(before):
    after = hr.later(before, tables=MOVED)
    after["jobs"]["results/a/logs/fit.log"]["reads"].remove(hr.SHARED)
    (cause,) = Causes(before, after).of(COX)
    assert (cause.kind, cause.what, cause.new) == (causes.CODE, hr.SHARED, "–")


def test_a_package_stands_for_the_lock_file(before):
    after = hr.later(before, hr.LOCK, tables=MOVED)
    after["environment"]["packages"] = {"lifelines": "0.31.0", "new": "1"}
    package = causes.PACKAGE
    assert Causes(before, after).of(COX) == (
        Cause(package, "lifelines", "0.30.3", "0.31.0"),
        Cause(package, "new", "–", "1"),
    )
    after["environment"] = before["environment"]  # a comment in the file
    assert why(before, after) == [(causes.CODE, hr.LOCK)]


def test_python_is_a_package_and_runs_everything(before):
    after = hr.later(before, tables=MOVED)
    after["environment"] = before["environment"] | {"python": "3.11.9"}
    (cause,) = Causes(before, after).of(COX)
    assert (cause.what, cause.old, cause.new) == ("python", "3.11.7", "3.11.9")


def decided(before, old, new, *changed, tables=MOVED):
    after = hr.later(before, hr.KEYS, *changed, tables=tables)
    assert old in hr.DECIDED
    after["decisions"][hr.KEYS] = hr.DECIDED.replace(old, new)
    return after


def test_a_key_that_changed_as_the_parameter_did(before):
    after = decided(before, "ties: efron", "ties: breslow")
    after["jobs"]["results/a/logs/fit.log"]["params"]["model"]["ties"] = "breslow"
    assert Causes(before, after).of(COX) == (
        Cause(causes.DECISION, f"{hr.KEYS}: models.mod_adj.ties", "efron", "breslow"),
    )


def test_a_key_names_what_the_parameters_no_longer_have(before):
    after = decided(before, "[arm_x, age_x]", "[arm_x]")
    params = after["jobs"]["results/a/logs/fit.log"]["params"]
    params["model"]["covariates"] = ["arm_x"]
    del params["variables"]["age_x"]
    assert Causes(before, after).of(COX) == (
        Cause(causes.DECISION, f"{hr.KEYS}: models.mod_adj.covariates", "arm_x, age_x", "arm_x"),
    )


def test_a_key_that_nobody_was_told_is_not_the_cause(before):
    after = decided(before, "above: 80", "above: 75", hr.FITTING)
    assert why(before, after) == [(causes.CODE, hr.FITTING)]
    (other,) = [c for c in Comparison(before, after).unused if c.kind == causes.DECISION]
    what = f"{hr.KEYS}: criteria[too_old].where.age_x.above"
    assert other == Cause(causes.DECISION, what, "80", "75")


def test_a_parameter_that_no_key_explains(before):
    after = hr.later(before, hr.PLAN, tables=MOVED)
    after["jobs"]["results/a/logs/fit.log"]["params"]["model"]["ties"] = "breslow"
    assert Causes(before, after).of(COX) == (
        Cause(causes.PARAMETER, "model.ties", "efron", "breslow"),
    )
    assert [c.what for c in Comparison(before, after).unused] == [hr.PLAN]


def test_a_row_of_the_codes(before):
    after = hr.later(before, hr.CODES, *ALL, tables=MOVED)
    after["decisions"][hr.CODES] += "a,sex_x,w,sex_f\n"
    after["jobs"]["results/a/logs/clean.log"]["params"]["codes"]["w"] = "sex_f"
    (cause,) = Causes(before, after).of(COX)
    assert cause.what == f"{hr.CODES}: a[sex_x, w]" and "raw: w" in cause.new


def test_several_are_all_named(before):
    after = decided(before, "ties: efron", "ties: breslow", hr.RAW, *ALL, hr.FITTING)
    after["jobs"]["results/a/logs/fit.log"]["params"]["model"]["ties"] = "breslow"
    after["environment"] = before["environment"] | {"python": "3.12"}
    kinds = {kind for kind, _ in why(before, after)}
    assert kinds == {causes.DECISION, causes.DATA, causes.CODE, causes.PACKAGE}


def test_nothing_differs_upstream(before):
    assert why(before, hr.later(before, tables=MOVED)) == [(causes.NOTHING, COX)]


def test_the_first_result_that_nothing_explains_is_named(before):
    after = hr.later(before, hr.COHORT, tables=MOVED)
    assert why(before, after) == [(causes.NOTHING, hr.COHORT)]


def test_a_file_that_was_altered_by_hand(before):
    after = hr.later(before)
    after["altered"] = [COX]
    assert Causes(before, after).of(COX) == (Cause(causes.ALTERED, COX, "fit"),)
    assert Causes(after, before).of(COX) == (Cause(causes.ALTERED, COX, "fit"),)


def test_a_step_that_one_run_alone_has(before):
    old = "models:\n"
    after = decided(before, old, old + "  mod_new:\n    covariates: [sex_x]\n", tables=())
    new, text = "models/full/end_os/cox_mod_new.csv", "variable,p\nsex_x,0.5\n"
    log = "results/a/logs/fit_new.log"
    after["jobs"][log] = hr.job("fit_new", [hr.COHORT], [f"results/a/{new}"], {"model": "mod_new"})
    after["files"][f"results/a/{new}"] = {"sha256": "1", "role": "output", "job": log}
    after["tables"][new] = text
    (table,) = Comparison(before, after).tables
    assert (table.is_new, table.is_gone, table.n) == (True, False, 1)
    for both in ((before, after), (after, before)):
        (cause,) = Causes(*both).of(f"results/a/{new}")
        assert cause.what == f"{hr.KEYS}: models.mod_new"
    after["decisions"] = before["decisions"]
    for both in ((before, after), (after, before)):
        assert Causes(*both).of(f"results/a/{new}") == (Cause(causes.STEP, "fit_new"),)


def test_a_result_that_the_step_makes_in_one_run_alone(before):
    men = "  pop_men: {where: {sex_x: sex_m}}\n"
    after = decided(before, "criteria:", f"populations:\n{men}criteria:", tables=())
    after["jobs"]["results/a/logs/fit.log"]["params"]["parts"] = [{"population": "pop_men"}]
    path = "results/a/models/pop_men/end_os/cox_mod_adj.csv"
    after["files"][path] = {"sha256": "1", "role": "output", "job": "results/a/logs/fit.log"}
    assert why(before, after, path) == [(causes.DECISION, f"{hr.KEYS}: populations")]
    after["decisions"] = before["decisions"]
    assert why(before, after, path) == [(causes.PARAMETER, "parts")]  # nothing says why


def test_a_result_that_the_step_reads_in_one_run_alone(before):
    after = hr.later(before, tables=MOVED)
    after["jobs"]["results/a/logs/fit.log"]["reads"].append(hr.CLEANED)
    assert why(before, after) == [(causes.READ, hr.CLEANED)]


def told(old, new):
    return [(one.key, one.old, one.new) for one in differing({"parts": old}, {"parts": new})]


def test_items_of_lists_are_compared_by_their_names():
    old, new = ([{"population": p} for p in own] for own in (["full", "men"], ["full", "old"]))
    assert told(old, new) == [
        ("parts[men]", "{population: men}", "–"),
        ("parts[old]", "–", "{population: old}"),
    ]
    names = [one.names for one in differing({"parts": old}, {"parts": new})]
    assert names == [{"men"}, {"old"}]
    old = [{"exclude": "minor", "where": {"age": {"below": 18}}}, {"exclude": "lost"}]
    new = [{"exclude": "minor", "where": {"age": {"below": 21}}}, {"exclude": "lost"}]
    assert told(old, new) == [("parts[minor].where.age.below", "18", "21")]
    assert told(old, old[::-1]) == [("parts", "[minor], [lost]", "[lost], [minor]")]


def test_items_without_a_name_are_compared_by_place_if_there_are_as_many():
    assert told([{"time": "a"}, {"time": "b"}], [{"time": "a"}, {"time": "c"}]) == [
        ("parts[2].time", "b", "c")
    ]
    assert told([{"time": "a"}], [{"time": "a"}, {"time": "c"}]) == [
        ("parts", "{time: a}", "{time: a}, {time: c}")
    ]


def test_the_order_of_levels_is_a_decision():
    head = "name,levels\n"
    old, new = (parsed("dictionary.csv", f"{head}sex,{t}\n") for t in ("f=W|m=M", "m=M|f=W"))
    (one,) = differing(old, new)
    assert (one.key, one.old, one.new) == ("sex.levels", "f, m", "m, f")


def test_of_keys_that_changed_alike_the_nearest_is_named(before):
    after = hr.later(before, hr.KEYS, tables=MOVED)
    for run, ties in ((before, "efron"), (after, "breslow")):
        run["decisions"][hr.KEYS] = f"a: {{ties: {ties}}}\nb: {{model: {{ties: {ties}}}}}\n"
        run["jobs"]["results/a/logs/fit.log"]["params"]["model"]["ties"] = ties
    assert why(before, after) == [(causes.DECISION, f"{hr.KEYS}: b.model.ties")]


def test_what_no_key_names_follows_from_a_key_if_the_same_code_planned_both(before):
    after = decided(before, "above: 80", "above: 75")
    after["jobs"]["results/a/logs/fit.log"]["params"]["model"] |= {"look": "dark", "wide": True}
    key = (causes.DECISION, f"{hr.KEYS}: criteria[too_old].where.age_x.above")
    assert why(before, after) == [key]
    after["files"][hr.PLAN]["sha256"] = "new"
    (cause,) = Causes(before, after).of(COX)
    assert (cause.kind, cause.what) == (causes.PARAMETER, "model")
    assert (cause.old, cause.new) == ("look: –; wide: –", "look: dark; wide: true")


def test_missing_null_and_empty_are_the_same_decision():
    assert list(differing({"min": None, "unit": ""}, {"unit": None})) == []
    (told,) = differing({"min": None}, {"min": 0})
    assert (told.key, told.old, told.new) == ("min", "–", "0")
    (told,) = differing({"is": True}, {"is": False})
    assert (told.old, told.new) == ("true", "false")


def test_levels_of_the_dictionary_are_compared_code_by_code():
    head = "name,label,levels\n"
    old, new = (parsed("dictionary.csv", f"{head}sex,Sex,f={f}|m=Men\n") for f in ("Wom.", "Women"))
    (told,) = differing(old, new)
    assert (told.key, told.old, told.new) == ("sex.levels.f", "Wom.", "Women")


def test_a_file_that_cannot_be_read_is_compared_as_a_whole():
    assert list(differing(parsed("a.yaml", "a: 1"), parsed("a.yaml", "a: [")))
    assert list(differing(parsed("a.yaml", "a: 1 # x"), parsed("a.yaml", "a: 1"))) == []
