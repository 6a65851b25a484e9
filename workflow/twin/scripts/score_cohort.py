"""Compare a calibrated cohort with every printed number."""

from pathlib import Path

from twin.ledger import read_ledger, targets
from twin.score import members, model_terms, read_calibrated, score, summary
from twin.settings import read_settings


def main(smk):
    settings = read_settings(Path(smk.input.settings))
    cohort = read_calibrated(smk.input.cohort)
    table = score(cohort, targets(read_ledger(Path(smk.input.ledger)), settings), settings)
    tables = (table, summary(table), members(cohort, settings), model_terms(settings))
    for frame, path in zip(tables, smk.output, strict=True):
        frame.to_csv(path, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(snakemake)
