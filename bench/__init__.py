"""Measurements of this machine: `make bench`. Never assertions, for machines are noisy."""
