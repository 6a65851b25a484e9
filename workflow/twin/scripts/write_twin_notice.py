"""Write what the study says of its synthetic data beside what is made of them here."""

from retrocohort import io
from retrocohort.config import strict_yaml


def main(smk):
    study = strict_yaml.load(smk.input.study, io.read_text(smk.input.study))
    io.write_text(smk.output.notice, f"{study['notice']}\n")


if __name__ == "__main__":
    io.run_logged(main, snakemake)
