"""The texts of the page: every one in both languages, none unused, none missing."""

import re

import report_study as rs
import yaml

LANGUAGES = {"en", "zh"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
USED = re.compile(r"words\.(\w+)")


def texts():
    return yaml.safe_load(rs.templates()["words.yaml"])


def test_every_text_is_translated():
    for key, own in texts().items():
        assert set(own) == LANGUAGES and all(own.values()), key
        assert CHINESE.search(own["zh"]) and not CHINESE.search(own["en"]), key


def test_the_pages_use_these_texts_and_no_other():
    folder = rs.ROOT / "report"
    files = [*(folder / "templates").glob("*.*"), folder / "report.js"]
    used = {w for file in files for w in USED.findall(file.read_text(encoding="utf-8"))}
    assert used - {"yaml"} == set(texts())


def test_what_is_filled_in_stays_in_both():
    for key, own in texts().items():
        assert ("{n}" in own["en"]) == ("{n}" in own["zh"]), key
