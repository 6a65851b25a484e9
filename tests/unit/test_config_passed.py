"""What passed its checks is kept, until anything that they read has changed."""

import pytest

from retrocohort.config.passed import digest_of, kept


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.yaml").write_text("title: A\n")
    return tmp_path


def test_the_digest_changes_with_content_name_and_facts_alone(folder):
    file = folder / "study" / "study.yaml"
    first = digest_of([folder], "key")
    file.touch()
    assert digest_of([folder], "key") == first
    assert digest_of([folder], "other key") != first
    file.rename(folder / "study" / "study.yml")
    assert digest_of([folder], "key") != first
    (folder / "study" / "study.yml").rename(file)
    file.write_text("title: B\n")
    assert digest_of([folder], "key") != first


def test_a_new_file_changes_the_digest_and_compiled_code_does_not(folder):
    first = digest_of([folder])
    (folder / "study" / "check.pyc").write_bytes(b"\0")
    assert digest_of([folder]) == first
    (folder / "study" / "codes.csv").write_text("")
    assert digest_of([folder]) != first


def test_a_file_may_stand_for_a_folder(folder):
    file = folder / "study" / "study.yaml"
    first = digest_of([file])
    (folder / "study" / "codes.csv").write_text("")
    assert digest_of([file]) == first
    file.write_text("title: B\n")
    assert digest_of([file]) != first


def test_a_value_is_made_once(tmp_path):
    made = []

    def make():
        made.append(1)
        return [{"a": [1, 2.5, None, "é"]}]

    assert kept(tmp_path / "x" / "k.json", make) == kept(tmp_path / "x" / "k.json", make)
    assert len(made) == 1
    assert [p.name for p in (tmp_path / "x").iterdir()] == ["k.json"]


@pytest.mark.parametrize(
    "damaged",
    [b"", b"[1]", b"1", b'{"value": 2}', b"\xff", b'{"digest": "", "value": {"below": 58}}'],
)
def test_what_is_damaged_is_made_again(tmp_path, damaged):
    for _ in range(2):
        assert kept(tmp_path / "k.json", lambda: {"below": 18}) == {"below": 18}
        (tmp_path / "k.json").write_bytes(damaged)


def test_an_altered_byte_is_seen(tmp_path):
    kept(tmp_path / "k.json", lambda: {"below": 18})
    text = (tmp_path / "k.json").read_text()
    (tmp_path / "k.json").write_text(text.replace("18", "58"))
    assert kept(tmp_path / "k.json", lambda: {"below": 18}) == {"below": 18}
    assert (tmp_path / "k.json").read_text() == text


def test_what_json_would_change_is_made_each_time(tmp_path):
    assert kept(tmp_path / "k.json", lambda: {"a": (1, 2)}) == {"a": (1, 2)}
    assert not (tmp_path / "k.json").exists()


def test_a_fault_is_not_kept(tmp_path):
    def fail():
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):
            kept(tmp_path / "k.json", fail)
