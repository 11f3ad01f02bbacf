"""A research workbench for Chinese government performance self-evaluation forms (绩效自评表)."""
