"""Texts go through Snakemake and come back as they were written."""

import re

import pytest
from snakemake.io import apply_wildcards
from snakemake.iocontainers import InputFiles, Log, OutputFiles, Params, Snakemake, Wildcards

from retrocohort import io
from retrocohort.inert import as_written, inert

WRITTEN = ["</script>", "<!-- <b>", "{grade}", "{{id}} { x }", "a < 5", "<", "{\u2060<\u2060x"]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_text_begins_neither_markup_nor_a_wildcard_and_comes_back(text):
    held = inert(text)
    assert not re.search("<[A-Za-z/!?]", held) and apply_wildcards(held, {}) == held
    assert as_written(held) == text


def test_what_needs_nothing_is_not_changed():
    study = {"label": "Age < 65, > 18", "levels": {"1": "a & b"}, "at": [1, 2.5, None, True]}
    assert inert(study) == study


def test_a_script_is_given_what_the_study_says(tmp_path):
    written = {"title": "{a}", "levels": {"<b>": ["</b>", 1]}}
    log = Log(fromdict={"log": str(tmp_path / "logs/step.log")})
    params = Params(fromdict=inert(written))
    job = Snakemake(InputFiles(), OutputFiles(), params, Wildcards(), 1, {}, log, {}, "rule", None)
    given = {}
    io.run_logged(lambda smk: given.update(smk.params.items()), job)
    assert given == written
