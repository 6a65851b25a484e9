"""Calibrate months, deaths and covariates to the printed survival numbers, stage by stage."""

from pathlib import Path

from twin.ledger import read_ledger, targets
from twin.settings import read_settings
from twin.survival import COLUMNS, calibrate, cohort_rows, write_rows


def main(smk):
    settings = read_settings(Path(smk.input.settings))
    wanted = targets(read_ledger(Path(smk.input.ledger)), settings)
    patients = read_ledger(Path(smk.input.patients))
    columns = ["id", *settings.variables, *COLUMNS]
    with open(smk.log[0], "w", encoding="utf-8") as log:
        for stage, least, cohort in calibrate(settings, wanted, patients):
            print(f"stage {stage}: least loss {least:.3f}", file=log, flush=True)
            write_rows(Path(smk.output.cohort), columns, cohort_rows(settings, cohort))


if __name__ == "__main__":
    main(snakemake)
