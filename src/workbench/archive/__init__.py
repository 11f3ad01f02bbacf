"""From a folder of documents to a dataset: plan a run, read the pages that are new, build the tables, clean up."""
