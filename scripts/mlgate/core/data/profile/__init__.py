"""Profiles as values: read what they hold, and merge two into that of all their rows."""

from mlgate.core.data.profile.buckets import buckets_of, limits
from mlgate.core.data.profile.merging import merge
from mlgate.core.data.profile.reading import cdf, distinct, histogram, quantile

__all__ = ["buckets_of", "cdf", "distinct", "histogram", "limits", "merge", "quantile"]
