"""One run of the whole workflow for all tests that look at its results."""

import pytest

from tests.bad_input.cases import STUDY, cases_of, make_project, plant
from tests.bad_input.test_study_and_files import run_snakemake


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Run the study with all facts of a population and planted cells; return run and results."""
    project = make_project(
        tmp_path_factory.mktemp("facts"), cases_of("population")["facts"]["edits"]
    )
    key = plant(project)
    return run_snakemake(project, key=key), project / "results" / STUDY
