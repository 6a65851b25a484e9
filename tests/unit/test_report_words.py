"""The translations: every text that the code and the templates say, none unused, none missing."""

import ast
import re
from string import Formatter

import pytest
import report_study as rs
import yaml

LANGUAGES = {"en", "zh"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[a-z]{3}")
USED = re.compile(r"words\.(\w+)")
SAID = {"say", "template", "pieces", "phrase"}  # functions whose first argument is a text
WORDS = yaml.safe_load(rs.templates()["words.yaml"])


def calls(functions):
    """Yield file and call of every call of some functions in the package."""
    for file in sorted((rs.ROOT / "workflow").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in functions:
                yield file.name, node


def texts_of(functions):
    """Return the texts that some functions are given literally."""
    first = [call.args[0] for _, call in calls(functions) if call.args]
    return {node.value for node in first if isinstance(node, ast.Constant)}


def of_checklists():
    """Return the texts of the checklists of reporting, which are said too."""
    lists = [yaml.safe_load(rs.templates()[f"{name}.yaml"]) for name in ("strobe", "remark")]
    found = {own[key] for own in lists for key in ("title", "source")}
    items = [item for own in lists for item in own["items"]]
    return found | {item[key] for item in items for key in ("topic", "asks", "author")} - {""}


def values_of(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_what_is_said_has_a_translation_and_no_translation_is_unused():
    assert texts_of(SAID) | of_checklists() == set(WORDS["texts"])


def test_what_is_noted_in_the_results_has_a_translation_and_none_is_unused():
    assert texts_of({"noted"}) == set(WORDS["notes"])


def test_a_stored_text_is_named_literally():
    assert not [f for f, call in calls({"noted"}) if not isinstance(call.args[0], ast.Constant)]
    literal = [call.args[0] for _, call in calls({"template"})]
    assert all(isinstance(node, ast.Constant) for node in literal)


@pytest.mark.parametrize("section", ["texts", "notes"])
def test_a_translation_has_the_values_of_its_text(section):
    for english, chinese in WORDS[section].items():
        assert values_of(english) == values_of(chinese), english


@pytest.mark.parametrize("section", ["texts", "notes"])
def test_what_has_words_is_translated(section):
    names = {"log-rank", "Wald", "McShane", "R (survival"}  # they read the same
    for english, chinese in WORDS[section].items():
        prose = re.sub(r"\{\w+\}", "", english)
        if WORD.search(prose) and not any(name in english for name in names):
            assert chinese != english, english


def test_the_pages_use_these_texts_and_no_other():
    folder = rs.ROOT / "report"
    files = [*(folder / "templates").glob("*.*"), folder / "report.js"]
    used = {w for file in files for w in USED.findall(file.read_text(encoding="utf-8"))}
    assert used - {"yaml"} == set(WORDS["page"])


def test_every_text_of_the_pages_is_in_both_languages():
    for key, own in WORDS["page"].items():
        assert set(own) == LANGUAGES, key
        assert not CHINESE.search(own["en"]) and ("{n}" in own["en"]) == ("{n}" in own["zh"]), key
        assert not WORD.search(own["en"]) or CHINESE.search(own["zh"]), key
