"""Makes test scans: real forms typeset from their structured truth, then put through a poor scanner."""
