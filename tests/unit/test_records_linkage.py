"""Sums of the delivered files as `sha256sum` lists them."""

from retrocohort.records.linkage import listed_sums


def test_listed_sums_in_text_and_binary_mode_and_with_blanks_in_a_name():
    text = "ab  a file.csv\n\ncd *b.csv.gz\nbroken\n"
    assert listed_sums(text) == {"a file.csv": "ab", "b.csv.gz": "cd"}
