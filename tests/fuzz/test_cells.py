"""Any text of a cell is a value in the form of its type, or a problem; and it takes no time."""

import datetime
import math
import re
import time

from hypothesis import example, given
from hypothesis import strategies as st

from retrocohort.records.clean import clean_texts

SECONDS = 5  # far above what any text takes
FORMATS = [
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d%m%Y",
    "%b %d %Y",
    "%Y.%m=15",
    "excel",
    "%d-%m-%y",
    "%H:%M %d.%m.%Y",
]
NUMBER = {
    "type": "number",
    "unit": "mm",
    "convert": {"cm": 10.0, "m²": 1e6, "10^9/l": 1.0, "(none)": 1.0},
    "reads": {"dimensions": "largest", "range": "middle", "below": "half", "letters": "digits"},
    "missing": ["NA", "999"],
    "min": None,
    "max": None,
}
NUMBERS = [
    NUMBER,
    NUMBER | {"type": "integer", "min": 0.0, "max": 300.0},
    NUMBER | {"unit": "", "convert": {}, "reads": {}},
]
LEVELS = {"type": "category", "levels": {"a": "A", "1": "One", "Ａ": "wide"}, "missing": ["?"]}
LIKE_NUMBERS = st.text(
    alphabet="0123456789.,-+eE xX*~<≤ '’o²½①０１．，％%cmNA\u00a0\u202f−–", max_size=30
)
LIKE_DATES = st.text(alphabet="0123456789./-: TJanFebMä０１日", max_size=24)
DATES = st.dates().flatmap(
    lambda day: st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%y%m%d", "%d%m%Y"]).map(day.strftime)
)
ANY = st.text(max_size=40) | st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
LONG = st.builds(
    lambda part, times, end: part * times + end,
    st.text("19.,- x*'", min_size=1, max_size=4),
    st.integers(1, 30_000),
    st.text(max_size=3),
)


def cleaned(texts, variable, spelled=None):
    """Return the verdicts on distinct texts, which come at once."""
    distinct = list(dict.fromkeys(texts))
    started = time.process_time()
    verdicts = clean_texts(distinct, variable, spelled or {})
    assert time.process_time() - started < SECONDS
    assert len(verdicts) == len(distinct)
    for text, verdict in zip(distinct, verdicts, strict=True):
        assert not (verdict.problem and verdict.clean)
        assert bool(verdict.rule) == (verdict.clean != text)  # each change has a reason
        assert verdict.clean or verdict.problem or not text.strip() or verdict.rule
    return zip(distinct, verdicts, strict=True)


@given(st.lists(LIKE_NUMBERS | ANY | LONG, min_size=1, max_size=6), st.sampled_from(NUMBERS))
@example(["1e99999999999999999999999"], NUMBER)
@example(["9e999999 cm"], NUMBER)
@example(["-0"], NUMBER)
def test_a_number_is_finite_and_reads_as_itself(texts, variable):
    for _, verdict in cleaned(texts, variable):
        if verdict.clean:
            value = float(verdict.clean)
            assert math.isfinite(value)
            assert variable["type"] == "number" or value.is_integer()
            assert variable["max"] is None or variable["min"] <= value <= variable["max"]
            plain = NUMBERS[2] | {"type": variable["type"], "missing": []}
            ((_, again),) = cleaned([verdict.clean], plain)
            assert again.clean == verdict.clean and not again.rule


@given(
    st.lists(LIKE_DATES | DATES | ANY | LONG, min_size=1, max_size=6),
    st.lists(st.sampled_from(FORMATS), unique=True, max_size=4),
)
def test_a_date_is_a_day_of_these_centuries(texts, formats):
    variable = {"type": "date", "formats": formats, "missing": []}
    for _, verdict in cleaned(texts, variable):
        if verdict.clean:
            assert re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", verdict.clean)
            assert 1800 <= datetime.date.fromisoformat(verdict.clean).year <= 2100
            ((_, again),) = cleaned([verdict.clean], variable)
            assert again.clean == verdict.clean


@given(st.lists(ANY, min_size=1, max_size=6), st.dictionaries(ANY, st.sampled_from(["a", "1", ""])))
def test_a_level_is_one_of_the_dictionary(texts, spelled):
    spelled = {raw.strip(): clean for raw, clean in spelled.items()}
    for _, verdict in cleaned(texts, LEVELS, spelled):
        assert verdict.clean in ("", *LEVELS["levels"])


@given(st.lists(ANY | st.sampled_from(["Yes", "０", "TRUE ", "ß"]), min_size=1, max_size=6))
def test_an_answer_is_yes_or_no(texts):
    for _, verdict in cleaned(texts, {"type": "yesno", "missing": []}):
        assert verdict.clean in ("", "yes", "no")
