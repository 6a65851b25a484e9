"""Pack what may leave the hospital: pages, tables, figures, counts, what was done, checksums."""

import shutil
from pathlib import Path

from retrocohort import io
from retrocohort.checksums import checksums
from retrocohort.disclosure import kept, packet


def main(smk):
    given, folder = smk.params, smk.output.folder
    shutil.rmtree(folder, ignore_errors=True)
    record = kept.required_number(smk.input.record)
    files = {}
    for page in given.pages:
        files |= packet.files_of(page)
    for target, source in files.items():
        place = f"{folder}/{target}"
        if Path(source).is_dir():
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, place, ignore=shutil.ignore_patterns(".*"))
        else:
            io.copy_file(source, place)
    outputs = [row for page in given.pages for row in packet.outputs(page, files)]
    outputs += packet.left_out(given.ledger)
    io.write_rows(f"{folder}/outputs.csv", packet.COLUMNS, outputs)
    told = packet.checklist(given.title, given.control, given.data, outputs, record)
    io.write_text(f"{folder}/CHECKLIST.md", told)
    packed = sorted(p.as_posix() for p in Path(folder).rglob("*") if p.is_file())
    sums = checksums(packed)
    lines = [f"{sums[path]}  {path.removeprefix(f'{folder}/')}" for path in packed]
    io.write_text(f"{folder}/SHA256SUMS", "\n".join(lines) + "\n")
    return f"{len(packed)} files"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
