"""Small tables of patients that a clinician can read."""

import pandas as pd


def table(text: str) -> pd.DataFrame:
    """Return the frame of a table drawn with |; a cell of - is missing, numbers become numbers."""
    lines = [line.split("#")[0].strip() for line in text.strip().splitlines()]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line]
    frame = pd.DataFrame(rows[1:], columns=rows[0]).replace("-", None)
    for column in frame:
        numbers = pd.to_numeric(frame[column], errors="coerce")
        if numbers.notna().sum() == frame[column].notna().sum() and numbers.notna().any():
            frame[column] = numbers.astype(float)
    return frame
