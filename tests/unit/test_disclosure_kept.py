"""Every packet names the number of its record, which is kept before there is a packet."""

import pytest

from retrocohort import io
from retrocohort.disclosure import kept
from retrocohort.faults import FaultsFound
from retrocohort.plan.entries import DISCLOSED


@pytest.fixture
def made(tmp_path):
    io.write_text(f"{tmp_path}/x/releases/next.json", "first")
    return f"{tmp_path}/x/releases/next.json"


def test_a_record_is_numbered_once(made):
    kept.keep(made)
    kept.keep(made)
    assert kept.required_number(made) == "0001"
    io.write_text(made, "second")
    assert kept.number_of(made) == ""
    kept.keep(made)
    assert kept.required_number(made) == "0002"


def test_the_number_of_a_lost_record_is_not_given_again(made):
    for text in ("first", "second", "third"):
        io.write_text(made, text)
        kept.keep(made)
    (lost, *_) = sorted(kept._kept(made))
    lost.unlink()
    io.write_text(made, "fourth")
    kept.keep(made)
    assert kept.required_number(made) == "0004"


def test_nothing_is_packed_of_a_record_that_is_not_kept(made):
    with pytest.raises(FaultsFound, match="not kept under a number. .* make release STUDY=x"):
        kept.required_number(made)


@pytest.mark.parametrize("page", ["x", "x/zh", f"x/{DISCLOSED}", f"x/{DISCLOSED}/zh"])
def test_a_job_says_of_which_study_it_is(page, tmp_path):
    assert io._page(tmp_path / "results" / page) == page
