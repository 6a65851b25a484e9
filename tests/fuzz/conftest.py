"""How many examples of each: forty, always the same, or as many as `make fuzz` asks for."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.bad_input.cases import make_project

ASKED = int(os.environ.get("FUZZ", "0"))
settings.register_profile(
    "retrocohort",
    max_examples=ASKED or 40,
    derandomize=not ASKED,
    database=None,
    deadline=None,  # a busy machine is no fault
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
settings.load_profile("retrocohort")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return the folder of the base study, in which the tests of a module work."""
    before = os.getcwd()
    folder = make_project(tmp_path_factory.mktemp("fuzz"))
    os.chdir(folder)
    yield folder
    os.chdir(before)
