"""The registry as the outside.

`log` reads and writes it in git, `stores` keep bytes, `bundle` puts versions together, `promotion` finds verdicts and
promotes what they judged, `verification` collects what `core.registry.audit` judges, and checks signatures.
"""
