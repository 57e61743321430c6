"""Words of both languages that say what is to be done with data: count, compare, group, order."""

from functools import cache
from typing import Literal

from services.query.composer.language.directions import directions
from services.query.composer.language.words import keys

CueName = Literal[
    "count", "distinct", "sum", "avg", "min", "max", "most", "least", "top", "bottom", "ascending", "descending",
    "each", "more", "less", "at_least", "at_most", "equal", "not_equal", "between", "and", "or", "not", "order",
    "from", "to", "missing", "forecast", "having", "label", "without", "contains", "share",
]  # fmt: skip

_MORE = ("more", "later", "above", "higher", "newer", "greater", "after", "longer", "older", "larger", "over", "up")
_LESS = ("less", "earlier", "below", "lower", "fewer", "before", "shorter", "younger", "smaller", "under", "down")
OR_MORE = frozenset(
    {*(f"{word} {more}" for more in _MORE for word in ("or", "and")), "onwards", "onward"} - {"and more"}
)
OR_LESS = frozenset({f"{word} {less}" for less in _LESS for word in ("or", "and")} - {"and less"})
"""What stands behind a number, and counts it in: `2010 or later`."""

_PHRASES: dict[CueName, str] = {
    "count": "统计, how many, number of, total number of, count of, count, count the number of, quantity of, amount of times, "
    "how many times, 有多少, 多少, 是多少, 为多少, 多少个, 多少条, 多少位, 多少次, 多少家, 多少名, 多少人, 多少架, 多少起, 多少笔, 多少辆, 有多少起, 有多少笔, 有多少辆, "
    "几起, 几笔, 几辆, 有几起, 有几笔, 有几辆, 有几个, 几个, 几位, 几家, "
    "有几, 数, 数量, 的数量, 个数, 次数, 总数, 人数, 数目, 有多少个, 有多少条, 有多少位, 有多少次, 有多少家, 有多少名, 有多少架, "
    "一共有多少, 总共有多少, 一共多少, 总共多少, 共多少, 一共有多少条, 一共有多少首, 共有多少",
    "distinct": "distinct, without repeating, without repetition, without duplicates, different, unique, 不同, 不同的, 不重复的, 去重, 去重后的",
    "sum": "sum, sum of, total, total amount of, combined, overall, 总和, 的总和, 合计, 总计, 总额, 总, 总的, 累计, 加起来",
    "avg": "average, avg, mean, average of, on average, mean of, 平均水平, 平均, 平均值, 的平均值, 均值, 平均的",
    "min": "minimum, min, minimum of, 最小值, 的最小值, 最低值, 的最低值",
    "max": "maximum, max, maximum of, 最大值, 的最大值, 最高值, 的最高值",
    "most": "most, the most, highest, largest, biggest, longest, greatest, latest, most recent, oldest, heaviest, tallest, "
    "farthest, hottest, busiest, most expensive, newest, maximal, fastest, highest-rated, 最年长, 年龄最大, 年纪最大, 最老, 最快, 最多, 最高, 最大, 最长, 最远, 最新, 最贵, 最热, 最晚, 最重, 最久, 最忙, 最繁忙, 最常, 最常见, 最频繁, 最热门, 最受欢迎",
    "least": "least, fewest, lowest, smallest, shortest, earliest, youngest, nearest, coldest, cheapest, "
    "least expensive, minimal, lightest, slowest, 最年轻, 年龄最小, 年纪最小, 最慢, 最少, 最低, 最小, 最短, 最近, 最早, 最便宜, 最冷, 最轻",
    "top": "top, first, 前, 排名前, 排名前的",
    "bottom": "bottom, last, 后, 倒数",
    "ascending": "ascending, ascending order, in ascending order, increasing order, alphabetical order, "
    "in alphabetical order, alphabetically, lexicographical order, 升序",
    "descending": "descending, descending order, in descending order, decreasing order, reverse alphabetical order, "
    "降序, 倒序",
    "order": "order by, ordered by, sorted by, sort by, ranked by, in order of, sort, ordered, sorted, 排序, 按照, 排列",
    "each": "per, by, each, for each, every, for every, for each of the, grouped by, group by, in each, of each, at each, "
    "broken down by, corresponding, 每个, 每, 各, 各个, 每一, 每种, 每家, 每位, 每条, 每一个, 每名, 每类, 按, 分别",
    "more": "more than, greater than, higher than, larger than, above, over, exceed, exceeding, longer than, older than, "
    "bigger than, heavier than, taller than, faster than, more expensive than, newer than, after, later than, exceeds, 超过, 大于, 高于, 多于, 不止, 以后, 之后, 长于, 晚于",
    "less": "less than, lower than, fewer than, smaller than, lighter than, cheaper than, slower than, less expensive than, below, under, shorter than, before, earlier than, younger than, "
    "小于, 低于, 少于, 不到, 不足, 以前, 之前, 短于, 早于",
    "at_least": "at least, no less than, not less than, greater than or equal to, {behind_least}, since, starting from, 以来, 自从, 自, 起, minimum of at least, "
    "至少, 不少于, 不小于, 不低于, 大于等于, 以上, 及以上",
    "at_most": "at most, no more than, not more than, less than or equal to, {behind_most}, up to, until, till, 截至, 截止, "
    "至多, 最多有, 不超过, 不大于, 不高于, 不多于, 小于等于, 以下, 及以下",
    "equal": "来自, equal to, equal, exactly, is, are, was, equals, named, called, with name, 等于, 为, 叫, 名为, 名叫, 是",
    "not_equal": "not equal to, other than, outside, outside of, except for, except, is not, are not, excluding, not in, 不等于, 不是, 除了, 除, 不为, 之外, 以外, 既不是, 也不是",
    "between": "between, ranging from, from between, in the range of, within the range of, in the range, in the range from, range from, 介于, 之间",
    "and": "and, as well as, along with, together with, and also, with, 和, 与, 及, 以及, 并, 且",
    "or": "or, either, 或, 或者",
    "not": "尚未, 还未, 从来没有, 从没, 从未, 都没有, 也没有, 都没, 都未, 并没有, 都没有, 并未, 没, not, never, not any, not a single, no, don't, doesn t, do not, does not, did not, didn t, don t, didnt, dont, doesnt, cannot, can not, have not, has not, had not, haven t, hasn t, isn t, aren t, neither, nor, non, 非, wasn t, weren t, 没有, 不, 未, 从未",
    "without": "without, without any, that have no, who have no, which have no, 没有任何",
    "from": "from, departing from, departed from, depart from, leaving from, leaving, depart, departed, departing, "
    "originating, originating from, starting, start from, starting from, starting at, 从, 出发, 出发的, 起飞, 离开, 起飞的, 始发, 发出, 发出的, "
    "寄出, 寄出的",
    "to": "to, arriving at, arriving, arrived at, arrive at, going to, landing at, landing in, heading to, ending at, "
    "flying to, bound for, 到达, 到达的, 前往, 飞往, 发往, 运往, 送往, 开往, 寄往, "
    "抵达, 去, 到, 至",
    "missing": "missing, null value, null, unknown, empty, not recorded, do not have a, does not have a, 为空, 没有填写, 未填写, 缺失",
    "having": "have, has, had, having, contain, containing, there are, there is, 有",
    "contains": "start with, starting with, begin with, begins with, beginning with, end with, ends with, ending with, ending in, ends in, includes the word, contain the letter, contains the letter, containing the letter, containing the word, contains the word, contain the word, containing, starts with, including the word, 包含, 含有, 里带, 中带, 带有, 里有",
    "forecast": "predict, forecast, will, will there be, expect next, next month, next year, next week, 预测, 预计, 下个月, 明年, 下周",
    "share": "as a percentage, as percentage, as percentages, as a percent, in percent, as a share, 按百分比, 以百分比, 用百分比, percentage of, percent of, share of, proportion of, fraction of, 占比, 比例, 百分比, 占所有, 占全部, 占",
    "label": "name, names, 名称, 名字",
}  # fmt: skip


@cache
def phrases() -> dict[tuple[str, ...], CueName]:
    """Tokens of each phrase -> what it says."""
    found: dict[tuple[str, ...], CueName] = {}
    behind = {"behind_least": ", ".join(sorted(OR_MORE)), "behind_most": ", ".join(sorted(OR_LESS))}
    for name, line in _PHRASES.items():
        for phrase in line.format(**behind).split(","):
            found.setdefault(keys(phrase.strip()), name)
            if name in ("most", "least") and phrase.strip().isascii():
                found.setdefault(keys(f"the {phrase.strip()}"), name)
    for phrase, way in directions():
        found.setdefault(keys(phrase), way)
    return found


@cache
def longest_phrase() -> int:
    """How many tokens the longest of them has."""
    return max(map(len, phrases()))
