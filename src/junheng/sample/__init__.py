"""Synthetic counties, clearly marked so, drawn from a seed that the caller gives."""

from junheng.sample.county import sample_county
from junheng.sample.defects import DEFECTS, Defect, answer_key, plant_defects, write_answers
from junheng.sample.nation import sample_nation

__all__ = [
    "DEFECTS",
    "Defect",
    "answer_key",
    "plant_defects",
    "sample_county",
    "sample_nation",
    "write_answers",
]
