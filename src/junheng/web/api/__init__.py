"""What programs may ask for: the same operations as the pages, as JSON."""
