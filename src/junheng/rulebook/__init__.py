"""The law as data: strict loading of dated, cited rule files."""
