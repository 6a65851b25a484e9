"""These tests look at finished results: `make test` runs the workflow first."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def results():
    """Stop with a clear word where the workflow has not run."""
    if not list(Path("results").glob("*/report/report.html")):
        pytest.exit("No results: run `make report` first, or `make test`.", returncode=1)
