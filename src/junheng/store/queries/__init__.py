"""Reads: plain values out, nothing changed. Each says how many SQL queries it makes."""
