"""Copy the files that the report links to into a folder beside it."""

from retrocohort import io


def main(smk):
    for target, source in smk.params.copies.items():
        io.copy_file(source, target)
    return f"{len(smk.params.copies)} files"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
