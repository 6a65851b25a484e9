"""Write what is said of the data into every folder of results."""

from retrocohort import io


def main(smk):
    for path in smk.output.notices:
        io.write_text(path, f"{smk.params.notice}\n")


if __name__ == "__main__":
    io.run_logged(main, snakemake)
