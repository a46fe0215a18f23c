"""Synthetic counties, clearly marked so, drawn from a seed that the caller gives."""
