"""Files of statistics programs (sav of SPSS, dta of Stata): the stored codes as text."""


def read_columns(path: str, encoding: str | None, only_names: bool = False) -> tuple[list, dict]:
    """Return the column names of a sav or dta file, and the stored values of each column.

    Value labels are not applied: the dictionary names what codes mean. Values declared as missing
    by the user of SPSS or Stata are kept, as the dictionary decides what is missing.
    """
    import pyreadstat  # here, because a study without such a file need not pay for it

    read = pyreadstat.read_sav if path.lower().endswith(".sav") else pyreadstat.read_dta
    options = {"metadataonly": only_names, "user_missing": True, "output_format": "dict"}
    try:
        values, meta = read(path, encoding=encoding, **options)
    except pyreadstat.ReadstatError as error:
        raise OSError(f"{path} cannot be read") from error
    return list(meta.column_names), values


def read_statfile(spec: dict) -> list[tuple]:
    """Read a sav or dta file.

    Returns
    -------
    list of (sheet, first_row, frame)
        One part without a sheet name; rows are case numbers, from 1.
    """
    import pandas as pd

    from retrocohort.records.cells import cell_text, text_column

    names, values = read_columns(spec["path"], spec.get("encoding"))
    columns = {name: text_column([cell_text(cell) for cell in values[name]]) for name in names}
    return [("", 1, pd.DataFrame(columns))]
