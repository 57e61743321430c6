"""What users read about the rows of an answer."""

TEXTS = {
    "insight.number": ("{name}：{value}", "{name}: {value}"),
    "insight.value": ("{name} 为 {value}", "{name} {value}"),
    "insight.row": ("{pairs}。", "{pairs}."),
    "insight.row_of": ("{name} 的 {pairs}。", "{name}: {pairs}."),
    "insight.share": (
        "{name} 的 {measure} {highest}，为 {value}，占合计 {total} 的 {share}。",
        "{name} has the {highest} {measure}: {value}, {share} of the total of {total}.",
    ),
    "insight.top": ("前三名（{names}）合计占 {share}。", "The top three ({names}) make up {share}."),
    "insight.total": ("合计 {total}。", "The total is {total}."),
    "insight.highest": ("{name} 的 {measure} {highest}，为 {value}。", "{name} has the {highest} {measure}: {value}."),
    "insight.lowest": ("{name} 的 {measure} {lowest}，为 {value}。", "{name} has the {lowest} {measure}: {value}."),
    "insight.highest_lowest": (
        "{name} 的 {measure} {highest}，为 {value}；{low} {lowest}，为 {low_value}。",
        "{name} has the {highest} {measure}: {value}; {low} has the {lowest}: {low_value}.",
    ),
    "insight.far": (
        "{name} 的 {measure} {highest}，为 {value}，远高于中位数 {median}。",
        "{name} has the {highest} {measure}: {value}, far above the median of {median}.",
    ),
    "insight.highest_shown": (
        "所列结果中，{name} 的 {measure} {highest}，为 {value}。",
        "Of the rows shown, {name} has the {highest} {measure}: {value}.",
    ),
    "insight.last_shown": (
        "所列 {rows} 项的最后一项是 {last}，为 {last_value}。",
        "The last of the {rows} shown is {last} with {last_value}.",
    ),
    "insight.tied": (
        "{names} 的 {measure} 并列{highest}，均为 {value}。",
        "{names} share the {highest} {measure}: {value}.",
    ),
    "insight.tied_many": (
        "{rows} 项中有 {count} 项的 {measure} 并列{highest}，均为 {value}。",
        "{count} of {rows} share the {highest} {measure}: {value}.",
    ),
    "insight.highest.counted": ("最多", "most"),
    "insight.highest.summed": ("最高", "most"),
    "insight.highest.sized": ("最高", "highest"),
    "insight.lowest.counted": ("最少", "fewest"),
    "insight.lowest.summed": ("最低", "least"),
    "insight.lowest.sized": ("最低", "lowest"),
    "insight.equal": ("全部 {rows} 项的 {measure} 都是 {value}。", "All {rows} have the same {measure}: {value}."),
    "insight.equal_shown": (
        "所列 {rows} 项的 {measure} 都是 {value}。",
        "All {rows} that are shown have the same {measure}: {value}.",
    ),
    "insight.equal_both": ("两项的 {measure} 都是 {value}。", "Both have the same {measure}: {value}."),
    "insight.rise": (
        "{measure} 从 {first} 的 {first_value} 升至 {last} 的 {last_value}{change}。",
        "{measure} rose from {first_value} ({first}) to {last_value} ({last}){change}.",
    ),
    "insight.fall": (
        "{measure} 从 {first} 的 {first_value} 降至 {last} 的 {last_value}{change}。",
        "{measure} fell from {first_value} ({first}) to {last_value} ({last}){change}.",
    ),
    "insight.level": (
        "{measure} 在 {first} 和 {last} 相同，均为 {last_value}。",
        "{measure}: the same at {first} and at {last}, {last_value}.",
    ),
    "insight.change": ("（{change}）", ", {change}"),
    "insight.unfinished": ("{names} 尚未结束，不作比较。", "Not over, so not compared: {names}."),
    "insight.unfinished_from": (
        "{names} 起的各期尚未结束，不作比较。",
        "Not over, so not compared: {names} and later.",
    ),
    "insight.extremes": (
        "其间最高为 {high} 的 {high_value}，最低为 {low} 的 {low_value}。",
        "In between, the highest is {high_value} ({high}) and the lowest {low_value} ({low}).",
    ),
    "insight.high": ("其间最高为 {name} 的 {value}。", "In between, the highest is {value} ({name})."),
    "insight.low": ("其间最低为 {name} 的 {value}。", "In between, the lowest is {value} ({name})."),
    "insight.step_rise": (
        "最大的一次上升是从 {before} 的 {before_value} 到 {after} 的 {after_value}。",
        "The largest single rise was from {before_value} ({before}) to {after_value} ({after}).",
    ),
    "insight.step_fall": (
        "最大的一次下降是从 {before} 的 {before_value} 到 {after} 的 {after_value}。",
        "The largest single fall was from {before_value} ({before}) to {after_value} ({after}).",
    ),
    "insight.swing": (
        "{measure} 在 {high} 最高（{high_value}），在 {low} 最低（{low_value}）。",
        "{measure}: highest in {high} ({high_value}), lowest in {low} ({low_value}).",
    ),
    "insight.lead": (
        "{time} 时 {high} 的 {measure} {highest}（{high_value}），{low} {lowest}（{low_value}）。",
        "At the end ({time}), {high} has the {highest} {measure} ({high_value}), {low} the {lowest} ({low_value}).",
    ),
    "insight.moved": (
        "变化最大的是 {name}：从 {first} 的 {first_value} 到 {last} 的 {last_value}{change}。",
        "{name} changed most: from {first_value} ({first}) to {last_value} ({last}){change}.",
    ),
    "insight.together_up": ("{x} 越高，{y} 往往也越高。", "Where {x} is higher, {y} tends to be higher too."),
    "insight.together_down": ("{x} 越高，{y} 往往越低。", "Where {x} is higher, {y} tends to be lower."),
    "insight.together_not": ("{x} 与 {y} 没有明显关系。", "{x} and {y} show no clear relation."),
    "insight.of_both": ("{x} / {series}", "{x} / {series}"),
    "insight.no_value": ("（空值）", "(no value)"),
    "insight.true": ("{name} 为是", "{name} = yes"),
    "insight.false": ("{name} 为否", "{name} = no"),
    "insight.measure.count": ("数量", "count"),
    "insight.measure.distinct": ("{of} 的不同取值数", "number of different {of}"),
    "insight.measure.sum": ("{of} 合计", "total {of}"),
    "insight.measure.average": ("平均 {of}", "average {of}"),
    "insight.measure.highest": ("最大 {of}", "maximum {of}"),
    "insight.measure.lowest": ("最小 {of}", "minimum {of}"),
    "insight.measure.value": ("数值", "value"),
    "insight.months": (
        "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
        "January February March April May June July August September October November December",
    ),
    "insight.quarter": ("第{number}季度", "Q{number}"),
    "insight.week": ("第{number}周", "week {number}"),
    "insight.weekday": ("星期序号 {number}", "weekday {number}"),
    "insight.day": ("{number}日", "day {number}"),
    "insight.hour": ("{number}时", "hour {number}"),
}
