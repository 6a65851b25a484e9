"""Lay the figures of the manuscript in one folder, named by number and content, with rasters."""

from retrocohort import io
from retrocohort.figures import rasters


def main(smk):
    given = smk.params
    for name, pdf, svg in zip(given.names, smk.input.pdf, smk.input.svg, strict=True):
        stem = f"{smk.output.folder}/{name}"
        for path in (pdf, svg):
            io.copy_file(path, f"{stem}.{path.rpartition('.')[2]}")
        for dpi in given.dpi:
            image = rasters.of_pdf(pdf, dpi)
            for ending in given.rasters:
                io.save_raster(image, f"{stem}_{dpi}dpi.{ending}", dpi)
    if given.notice:
        io.write_text(f"{smk.output.folder}/NOTICE.txt", given.notice + "\n")
    return f"{len(given.names)} figures"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
