"""Stop the run where numbers that must agree do not; the file that names them stays."""

from retrocohort import io
from retrocohort.audit import agreement
from retrocohort.audit.rendered import ledger
from retrocohort.faults import Fault, FaultsFound
from retrocohort.verify import check

REMEDY = "Run again with the files as the workflow made them; if it stays, a step is wrong."
MOST = 50  # faults that are told
GATES = {  # gate -> what tells its broken rows, what counts the others
    "consistency": (agreement.broken, len),
    "rendered": (ledger.broken, ledger.checked),
    "verification": (check.disagreeing, check.compared),
}


def main(smk):
    broken, checked = GATES[smk.params.gate]
    path, rows = smk.input.checked, io.read_rows(smk.input.checked)
    faults = [Fault(path, "", f"{text}.", REMEDY) for text in broken(rows)]
    if len(faults) > MOST:
        more = f"and {len(faults) - MOST} more, all of which the file lists."
        faults = [*faults[:MOST], Fault(path, "", more)]
    if faults:
        raise FaultsFound(faults)
    told = f"checked: {checked(rows)} of {checked(rows)}"
    io.write_text(smk.output.passed, f"{told}\n")
    return told


if __name__ == "__main__":
    io.run_logged(main, snakemake)
