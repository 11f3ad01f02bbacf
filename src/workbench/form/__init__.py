"""Cell grids become forms: `workbench.form.assemble.assemble_forms` is the way in.

A document goes through these stages, each in the module of its name: the **rows** of its grids; **sections** of rows
between two **headers**; their **columns**; the **division** of sections among forms; and for each form its **records**,
joined over page breaks (**labels**, **stitch**), its **budgets**, **goals**, **totals** and **identity**.
"""
