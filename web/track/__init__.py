"""The tracking page: one signed link per order shows it, keeps itself up to date, and gets help."""
