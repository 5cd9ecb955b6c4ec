"""The log: records, their fold, and what comes next. Pure."""
