"""The registry, decided. Pure.

`log` folds records and plans the next, `audit` finds what is wrong, `promotion` decides what is promoted, `bundle` says
what a version consists of, `people` what they ask and read, `formats` what a model file is.
"""
