"""Stop the run where numbers that must agree do not; the file that names them stays."""

from retrocohort import io
from retrocohort.audit.agreement import broken
from retrocohort.faults import Fault, FaultsFound

REMEDY = "Run again with the files as the workflow made them; if it stays, a step is wrong."


def main(smk):
    rows = io.read_rows(smk.input.checked)
    faults = [Fault(smk.input.checked, "", f"{text}.", REMEDY) for text in broken(rows)]
    if faults:
        raise FaultsFound(faults)
    io.write_text(smk.output.passed, f"checked: {len(rows)} of {len(rows)}\n")
    return f"checked: {len(rows)} of {len(rows)}"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
