"""Wanted traits as directions between texts, in standard deviations of a baseline. Pure."""
