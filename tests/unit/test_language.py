"""What is said in a language, and stored notes told in it."""

import pytest
import report_study as rs

from retrocohort import format as fmt
from retrocohort.language import clauses, language, listed, noted, pieces, say, speaking, told
from retrocohort.source import numbers_of
from retrocohort.units import amount, unit_name
from retrocohort.wording import sentence, within_sentence

WORDS = [rs.ROOT / "report/words.yaml"]
TERMS = {"Old drug": "旧药", "New drug": "新药", "Stage unknown; kept": "分期不明；保留"}


@pytest.fixture
def chinese():
    with speaking(WORDS, TERMS):
        yield


def test_english_needs_no_translation_file():
    assert language() == "en"
    assert say("Nobody knows {this}", this=1) == "Nobody knows 1"
    assert told("not estimable: no event") == "not estimable: no event"


def test_a_text_is_said_with_its_values(chinese):
    assert language() == "zh"
    assert say("{n} events", n="12") == "12例事件"
    assert listed(["a", "b", "c"]) == "a、b、c" and clauses(["a", "b"]) == "a，b"


def test_a_text_without_translation_is_an_error_and_never_english(chinese):
    with pytest.raises(KeyError):
        say("Nobody knows {this}", this=1)


def test_the_language_ends_with_the_block():
    with speaking(WORDS):
        assert language() == "zh"
    assert language() == "en" and say("yes") == "yes"


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        (noted("not estimable: no event"), "无法估计：无事件"),
        (noted("below the minimum {low}", low="0.5"), "低于最小值0.5"),
        (noted("not estimable: no value in {empty}", empty="Old drug"), "无法估计：旧药无数据"),
        (
            noted("not estimable: no value in {empty}", empty="Old drug, New drug"),
            "无法估计：旧药、新药无数据",
        ),
        ("below the minimum 0.5; set to missing", "低于最小值0.5；设为缺失"),
        ("Stage unknown; kept; value kept", "分期不明；保留；保留原值"),
        ("what somebody wrote", "what somebody wrote"),
        ("", ""),
    ],
)
def test_a_stored_note_is_told_where_it_is_shown(chinese, note, shown):
    assert told(note) == shown


def test_a_number_is_not_lost_in_a_translated_text(chinese):
    time = amount(fmt.number(12.0, 0), "months")
    assert time == "12个月" and numbers_of(time)[0].value == 12.0
    assert pieces("{n} months", n=time)[0] is time
    assert unit_name("months") == "月"


def test_numbers_read_the_same_and_the_words_beside_them_do_not(chinese):
    assert fmt.survival_time(None) == "未达到"
    assert fmt.interval(-0.3, 0.2, 1) == "−0.3 至 0.2"
    assert fmt.ratio_interval(0.88, 0.76, 1.02) == "0.88 (0.76–1.02)"
    assert sentence("中位数") == "中位数。" and within_sentence("Ki-67") == "Ki-67"
