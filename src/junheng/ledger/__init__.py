"""Rectification as a ledger: what is wrong, who mends it by when, and that it is mended."""
