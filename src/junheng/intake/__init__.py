"""Files in: a workbook becomes checked frames, rejects and source cells."""
