"""Delivered files can neither reach outside nor fill memory: rows, problems, or what is wrong."""

import pytest

from tests.bad_input.cases import STUDY, make_project
from tests.hostile import decisions
from tests.hostile.delivered import CASES
from tests.hostile.outcome import judge


@pytest.mark.parametrize("name", CASES)
def test_hostile_deliveries(tmp_path, name):
    judge(make_project(tmp_path), STUDY, CASES[name])


def test_there_are_many():
    assert len(CASES) + len(decisions.CASES) >= 120
