"""Decisions can neither run anything, nor reach outside, nor fill memory."""

import pytest

from tests.bad_input.cases import STUDY, make_project
from tests.hostile.decisions import CASES
from tests.hostile.outcome import judge


@pytest.mark.parametrize("name", CASES)
def test_hostile_decisions(tmp_path, name):
    judge(make_project(tmp_path), STUDY, CASES[name])
