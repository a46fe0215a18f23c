"""The sheets of the results workbook, one module per group of them."""
