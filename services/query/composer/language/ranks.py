"""Words of superlatives that look at more than a column: at when rows came, and at how many there are."""

RECENT = frozenset({"last", "latest", "most recent", "newest", "最近", "最新", "最晚"})
EARLY = frozenset({"first", "earliest", "最早"})
"""Words that look at the date of rows, and at the order in which they came."""

RANKED_BY = frozenset(
    {"by", "按", "按照", "ordered by", "sorted by", "ranked by", "order by", "sort by", "in order of"}
)
"""Words before what things are ranked by."""

COUNTING = frozenset({"most", "the most", "fewest", "least", "最多", "最少"})
"""Superlatives that may speak of how many there are of something."""
