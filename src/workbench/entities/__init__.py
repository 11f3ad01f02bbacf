"""Departments, units and projects over the years: who is who, what became of their indicators, and who decided it."""
