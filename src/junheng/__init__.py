"""Junheng: the full verdict on balanced compulsory education from one county workbook."""

__version__ = "0.1.0"
