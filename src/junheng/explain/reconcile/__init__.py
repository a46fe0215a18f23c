"""Which plausible cause makes figures a province published out of a county's own data."""
