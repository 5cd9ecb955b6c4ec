"""The files of versions."""
