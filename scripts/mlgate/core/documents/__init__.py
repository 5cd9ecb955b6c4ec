"""The documents of a run folder: what each step writes and the next ones read.

One frozen class a document. `core.codec` writes and reads them; `schemas/` is generated from them (`make schemas`), so
the attribute descriptions here are the reference. Machine JSON is snake_case. A field, once released, keeps its name.

Shared by all: `schema` names the shape and its version, `mlgate` the version that wrote it, `reads` holds the sha256 of
every document that the step read, `error` says why the step could not finish.
"""
