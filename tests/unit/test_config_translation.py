"""The texts of a study in each language: what is plain, what is given in two, what lacks."""

from retrocohort.config import translation as tr
from retrocohort.language import ENGLISH, OTHER

STUDY = {
    "title": {"en": "A study", "zh": "一项研究"},
    "endpoints": {"os": {"label": "OS", "events": [{"label": {"en": "death", "zh": "死亡"}}]}},
    "populations": {"old": {"label": "Old patients"}},
    "models": {"crude": {}},
    "report": {"language": "both", "notes": ["说明"]},
}
ENTRY = {"label": "Sex", "unit": "", "levels": {"f": "Women", "m": "Men"}}


def row(**cells):
    return {"name": "sex", "label_zh": "", "unit_zh": "", "levels_zh": ""} | cells


def test_a_study_becomes_a_plain_one_for_each_language():
    english, chinese = (tr.resolved(STUDY, language) for language in (ENGLISH, OTHER))
    assert (english["title"], chinese["title"]) == ("A study", "一项研究")
    assert chinese["endpoints"]["os"] == {"label": "OS", "events": [{"label": "死亡"}]}
    assert STUDY["title"] == {"en": "A study", "zh": "一项研究"}
    assert tr.terms_of(STUDY) == {"A study": "一项研究", "death": "死亡"}


def test_both_languages_want_every_text_in_both_unless_it_reads_the_same():
    found = tr.text_faults("study.yaml", STUDY, tr.languages_of(STUDY))
    assert [(f.place, f.problem) for f in found] == [
        ("populations.old.label", "'Old patients' has no Chinese."),
        ("models.crude.label", "'Crude' has no Chinese."),
        ("report.notes.0", "'说明' has no English."),
    ]


def test_a_study_written_in_chinese_alone_lacks_nothing():
    study = {
        "title": "研究",
        "models": {"crude": {"label": "未校正"}},
        "report": {"language": "zh"},
    }
    assert tr.text_faults("study.yaml", study, tr.languages_of(study)) == []


def test_the_language_is_english_unless_told():
    assert tr.languages_of({}) == [ENGLISH] and tr.languages_of({"report": {}}) == [ENGLISH]


def test_labels_of_the_dictionary_come_from_its_chinese_columns():
    rows = [(2, row(label_zh="性别", levels_zh="f=女|m=男"), True)]
    found, terms, faults = tr.chinese_variables("d.csv", rows, {"sex": ENTRY}, [OTHER])
    assert found["sex"] == {"label": "性别", "unit": "", "levels": {"f": "女", "m": "男"}}
    assert terms == {"Sex": "性别", "Women": "女", "Men": "男"} and faults == []


def test_every_missing_or_unknown_level_is_told_at_once():
    rows = [(2, row(levels_zh="f=女|x=男"), True)]
    faults = tr.chinese_variables("d.csv", rows, {"sex": ENTRY}, [OTHER])[2]
    assert [str(fault).partition(".")[0] for fault in faults] == [
        "row 2 (sex), label: 'Sex' has no Chinese",
        "row 2 (sex): 'x' in levels_zh is no level",
        "row 2 (sex), level m: 'Men' has no Chinese",
    ]


def test_yes_and_no_need_no_translation():
    entry = {"label": "死亡", "unit": "", "levels": {"no": "No", "yes": "Yes"}}
    found, _, faults = tr.chinese_variables("d.csv", [(2, row(), True)], {"sex": entry}, [OTHER])
    assert found["sex"]["levels"] == {"no": "否", "yes": "是"} and faults == []


def test_a_text_of_the_paper_without_translation_is_told():
    texts = {"findings.csv": "place,finding\nTable 1,Wrong sum\n", "published_zh.csv": "text,zh\n"}
    texts["published_zh.csv"] += "Table 1,表1\n"
    terms, faults = tr.paper_terms("config/studies/x", texts)
    assert terms == {"Table 1": "表1"}
    assert [fault.problem for fault in faults] == ["'Wrong sum' has no Chinese."]
