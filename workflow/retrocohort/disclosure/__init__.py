"""Disclosure control: which counts may leave the hospital, and what is made of them."""
