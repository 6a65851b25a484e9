"""Invented identities: names, hospital numbers and national numbers that nobody can have.

The area code 000000 has never been given out, and the check digit (ISO 7064 MOD 11-2, as GB 11643
prescribes) is wrong on purpose.
"""

from collections.abc import Mapping, Sequence
from random import Random

NO_AREA = "000000"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"


def check_digit(digits: str) -> str:
    """Return the right check digit of the 17 digits of a national number."""
    return CHECK[sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11]


def invalid_number(birth_date: str, order: int) -> str:
    """Return a number with this day of birth (ISO) and order, of no area and wrongly checked."""
    digits = f"{NO_AREA}{birth_date.replace('-', '')}{order:03d}"
    wrong = (CHECK.index(check_digit(digits)) + 5) % 11
    return digits + CHECK[wrong]


def name_people(people: Sequence[dict], settings: Mapping) -> None:
    """Add `name`, `national_id` and `hospital_number` to everybody."""
    rng = Random(f"{settings['seed']} identities")
    numbers = rng.sample(range(100_000, 1_000_000), k=len(people))
    for order, (row, number) in enumerate(zip(people, numbers, strict=True), start=1):
        row["name"] = rng.choice(settings["names"]["family"]) + rng.choice(
            settings["names"]["given"]
        )
        row["national_id"] = invalid_number(row["birth_date"], order)
        row["hospital_number"] = f"Z{number}"
