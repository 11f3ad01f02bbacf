"""The documentation site: hand-written pages of ``docs/site``, the documents of the repository, and what code says."""
