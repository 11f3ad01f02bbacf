"""A coverage-guided fuzzer over what strangers' files are read with, and what must hold of every input."""
