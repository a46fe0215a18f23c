"""Editions of a result for people: workbook, Word brief and open data."""
