"""Write the raw files of a synthetic twin, and what each of their cells meant."""

from pathlib import Path

from retrocohort import io
from twin.records import load_settings, make_delivery, truth_text, write_raw_files


def main(smk):
    settings = load_settings(smk.input.settings)
    delivery = make_delivery(smk.input.cohort, settings)
    write_raw_files(Path(smk.output.data), delivery, settings)
    io.write_text(smk.output.truth, truth_text(delivery))
    return f"{len(delivery.truth):,} cells"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
