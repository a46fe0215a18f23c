"""The chapters of the brief: facts in, paragraphs and tables out, every word from the wording file."""
