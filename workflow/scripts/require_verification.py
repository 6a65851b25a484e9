"""Stop the run where two engines differ; the file that names the terms stays."""

from retrocohort import io
from retrocohort.faults import Fault, FaultsFound
from retrocohort.verify.check import disagreeing

REMEDY = "One of the engines, or the file, is wrong: compare both with R before using the number."


def main(smk):
    rows = io.read_rows(smk.input.checked)
    faults = [Fault(smk.input.checked, "", f"{text}.", REMEDY) for text in disagreeing(rows)]
    if faults:
        raise FaultsFound(faults)
    both = sum(row["agrees"] == "yes" for row in rows)
    io.write_text(smk.output.passed, f"by two engines: {both} of {len(rows)}\n")
    return f"by two engines: {both} of {len(rows)}"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
