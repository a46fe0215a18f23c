"""Reasons behind findings: margins, contributions, formulas with their numbers."""
