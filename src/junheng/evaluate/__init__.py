"""Findings from checked frames and a rulebook; no files, clocks or random numbers."""
