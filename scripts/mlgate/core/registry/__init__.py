"""The registry, decided: records, their fold, and what comes next. Pure."""
