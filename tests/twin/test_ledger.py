"""The ledger is read by its addresses alone."""

from pathlib import Path

import pytest

from twin.ledger import read_ledger, targets
from twin.settings import read_settings

TOY = Path(__file__).parent / "toy"


@pytest.fixture(scope="module")
def settings():
    return read_settings(TOY / "twin.yaml")


@pytest.fixture
def rows():
    return read_ledger(TOY / "published.csv")


def by_key(found):
    return {(t.kind, t.population, t.variable, t.level, t.arm): t for t in found}


def test_an_address_says_what_its_number_is(rows, settings):
    found = by_key(targets(rows, settings))
    assert found["count", "full", "stage", "ii", "b"].value == 5
    assert found["count", "full", "treatment", "a", ""].value == 20
    assert found["count", "early", "", "", ""].value == 28
    assert found["q3", "early", "sex", "male", ""].value == 26
    assert found["p_logrank", "early", "sex", "", ""].decimals == 3
    assert found["hr", "full", "treatment", "b", ""].value == 0.304
    assert found["deaths", "full", "", "", ""].value == 35
    assert found["followup", "full", "", "", ""].value == 39
    assert found["lost", "lost", "", "", ""].value == 2


def test_a_number_printed_twice_is_one_target(rows, settings):
    whole = by_key(targets(rows, settings))["count", "full", "", "", ""]
    assert len(whole.ids) == 2


def test_rows_with_a_verdict_are_no_targets(rows, settings):
    judged = {row["id"] for row in rows if row["verdict"]}
    assert len(judged) == 2
    assert not judged & {i for target in targets(rows, settings) for i in target.ids}


def test_a_quartile_that_is_not_reached_has_no_value(rows, settings):
    row = next(row for row in rows if row["column"] == "q3")
    row["value"], row["value_printed"] = "", "N/A"
    assert any(t.kind == "q3" and t.value is None for t in targets(rows, settings))


def test_a_bound_is_read_from_the_comparator(rows, settings):
    row = next(row for row in rows if row["column"] == "p_logrank")
    row["comparator"] = "<"
    assert [t.ids for t in targets(rows, settings) if t.below] == [(row["id"],)]


def test_two_values_of_one_address_are_named(rows, settings):
    slip = next(row for row in rows if row["verdict"] == "impossible")
    slip["verdict"] = ""
    with pytest.raises(ValueError, match=f"{slip['id']}.*impossible"):
        targets(rows, settings)


def test_undeclared_names_in_the_settings_are_listed(tmp_path):
    text = (TOY / "twin.yaml").read_text().replace("stage: [i, ii]}", "stage: [i, iv]}")
    (tmp_path / "twin.yaml").write_text(text)
    with pytest.raises(ValueError, match="populations.early: stage = 'iv'"):
        read_settings(tmp_path / "twin.yaml")
