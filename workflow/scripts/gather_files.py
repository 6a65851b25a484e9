"""Copy the files that the report links to into a folder beside it."""

from retrocohort import io


def main(smk):
    for source, target in zip(smk.input.files, smk.output.files, strict=True):
        io.copy_file(source, target)
    return f"{len(smk.output.files)} files"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
