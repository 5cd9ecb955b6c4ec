"""Run `mlgate rollback-model` by path, with no install."""

from mlgate.main import script

if __name__ == "__main__":
    script(__file__)
