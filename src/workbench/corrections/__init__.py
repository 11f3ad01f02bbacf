"""People's corrections: the log they are kept in, and the form that results from them."""
