"""Checks of what could be read: is it plausible, and does it agree with itself?"""
