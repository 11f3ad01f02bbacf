"""The tables for other tools, with one module for each format."""
