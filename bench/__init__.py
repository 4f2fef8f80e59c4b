"""Repeatable measurements: ratios taken in one run on one machine, never single milliseconds."""
