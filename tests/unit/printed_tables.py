"""Readers and a dictionary for the tests of printed tables."""

import csv
import io as text_io

from retrocohort.tables.layout import Layout


def rows(text: str) -> list[dict]:
    """Return a CSV text as the reader of the package does."""
    return list(csv.DictReader(text_io.StringIO(text.strip())))


VARIABLES = {
    "arm": {
        "label": "Treatment",
        "type": "category",
        "unit": "",
        "levels": {"x": "Old", "y": "New <b>"},
    },
    "age": {"label": "Age", "type": "integer", "unit": "years", "levels": {}},
    "bmi": {"label": "BMI", "type": "number", "unit": "kg/m²", "levels": {}},
    "smoker": {
        "label": "Smoker",
        "type": "yesno",
        "unit": "",
        "levels": {"no": "No", "yes": "Yes"},
    },
    "grade": {"label": "Grade", "type": "ordinal", "unit": "", "levels": {"1": "Low", "2": "High"}},
}
FULL = {"population": "full", "population_label": "Full cohort"}


def printed(layout: Layout) -> list[list[str]]:
    """Return each row as header, then cells with the letter after the text."""
    return [
        [row.header, *(f"{cell.text}{cell.mark}" for cell in row.cells)]
        for block in layout.blocks
        for row in block
    ]
