"""The tables of an archive: their promised columns, how forms become rows, how they are written and opened."""
