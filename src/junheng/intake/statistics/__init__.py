"""National statistics forms in: pages, headings, schools, values with their cells, and what is left to ask."""
