"""The tables of an archive, built from stored results: every document as the run left it, what the tables were made
from, and how the run ended."""
