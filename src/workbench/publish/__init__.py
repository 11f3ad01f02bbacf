"""Publication of a dataset: a folder that others can load, cite and check."""
