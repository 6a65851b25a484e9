"""No fault of the machine changes a byte of a result: one kill of each kind, other faults once.

`make faults` tries some 140.
"""

import pytest

from tests.faults import campaign, kinds
from tests.faults.project import finished_study

SECONDS = 10  # about as long as a run takes
# what the two runs elsewhere try together, and what damaged notes and records do
APART = (kinds.another_place, kinds.read_only_data, kinds.two_at_once, kinds.memory_lost)
FEW = {
    **{name: fault for name, fault in campaign.ONCE.items() if fault not in APART},
    **dict(campaign.kills(len(kinds.KILLED), SECONDS)),
    **{name: f for name, f in campaign.of_jobs(["estimate_survival_os"]) if "truncated" in name},
    **{name: f for name, f in campaign.of_jobs(["build_report"]) if "flipped" in name},
    **{name: f for name, f in campaign.of_jobs(["draw_flowchart"]) if "lost" in name},
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return finished_study(tmp_path_factory.mktemp("faults") / "finished", small=True)[0]


@pytest.mark.parametrize("name", FEW)
def test_no_fault_changes_a_byte(finished, tmp_path, name):
    try:
        FEW[name](finished, tmp_path / "project")
    except kinds.Skipped as why:
        pytest.skip(str(why))
