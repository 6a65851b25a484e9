"""Write the tables of a report in other formats, its checklists, and the numbers to cite."""

from retrocohort import io
from retrocohort.export import checklist, csvs, latex, numbers, word, workbook
from retrocohort.report.tableset import restore


def main(smk):
    tables, out = restore(io.read_json(smk.input.tables)), smk.output
    io.write_bytes(out.word, word.document(tables))
    io.write_bytes(out.checklists, checklist.document(tables))
    io.write_bytes(out.excel, workbook.workbook(tables))
    io.write_text(out.latex, latex.document(tables))
    for name, text in csvs.files(tables).items():
        io.write_text(f"{out.files}/{name}", text)
    io.write_json(out.numbers, numbers.citable(tables), indent=1)
    return f"{len(tables.tables)} tables"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
