"""What users read about how their questions ended, and the steps on the way."""

TEXTS = {
    "question.dataset_unknown": (
        "找不到这个数据集，或它已被删除。",
        "This dataset does not exist, or it was deleted.",
    ),
    "question.not_trained": (
        "这个数据集还没有训练过，请先训练，然后再提问。",
        "This dataset has not been trained yet. Train it first, then ask again.",
    ),
    "question.not_caught_up": (
        "数据集最近的更改还在处理中，请稍后再问一次。",
        "The latest changes of this dataset are still being taken in. Please ask again in a moment.",
    ),
    "question.timed_out": (
        "这个问题没有在限定时间内得到答案。请缩小范围（例如更短的时间段）或添加筛选条件后再试。",
        "This question could not be answered in time. Try a narrower range, such as a shorter period, or a filter.",
    ),
    "question.late": (
        "未能在限定时间内得到答案：回答问题的服务当时繁忙或不可用。请再问一次。",
        "No answer came in time: what answers questions was busy or away. Please ask again.",
    ),
    "question.too_slow": (
        "数据库没有在限定时间内完成这个查询，查询已被取消。请缩小范围后再试：{proposal}。",
        "The database did not finish this query in time, so it was cancelled. Ask for less: {proposal}.",
    ),
    "question.narrower.period": ("例如只看较短的一段时间（{column}）", "for example a shorter period ({column})"),
    "question.narrower.value": (
        "例如只看其中一类（{column}：{values}）",
        "for example only one kind ({column}: {values})",
    ),
    "question.narrower.any": ("例如更短的时间段，或添加筛选条件", "for example a shorter period, or a filter"),
    "question.nothing_ran": (
        "没能写出可以执行的查询：{reason}。请换一种说法，或选择下面的一项。",
        "No query could be written that runs: {reason}. Put the question in other words, or choose one of these.",
    ),
    "question.first_rows": ("只显示前 {rows} 行，后面还有。", "Only the first {rows} rows are shown; there are more."),
    "question.limited": (
        "这条 SQL 最多返回 {rows} 行，可能还有更多。",
        "This SQL gives at most {rows} rows; there may be more.",
    ),
    "question.with_figures": ("{question}，并显示数值", "{question}, with the figures"),
    "question.changed": (
        "数据库的结构在上次训练之后变了：{reason}。请重新训练这个数据集，然后再提问。",
        "The database has changed since this dataset was trained: {reason}. Train it again, then ask.",
    ),
    "question.which_date": ("您指的是哪个日期：{columns}？", "Which date do you mean: {columns}?"),
    "question.which_column": ("您指的是哪一列：{columns}？", "Which of these do you mean: {columns}?"),
    "question.which_rows": ("按哪种记录的数量来算：{columns}？", "The number of which rows counts: {columns}?"),
    "question.which_way": (
        "这些表可以经由 {columns} 关联，您指的是哪一个？",
        "The tables can be joined over {columns}: which do you mean?",
    ),
    "question.told_year": (
        "没有说是哪一年的“{said}”，这里取最近一个已经开始的。",
        "No year was said: “{said}” is the newest one that has begun.",
    ),
    "question.told_span": (
        "“{said}”在这里是那一整周、整月、整季度或整年。",
        "“{said}” is all of that week, month, quarter or year.",
    ),
    "question.told_weekday": (
        "“{said}”在这里是每一个{said}，不只是某一周的。",
        "“{said}” is that day of every week.",
    ),
    "question.told_none": ("一个也没有的按 0 计入平均。", "Those with none count as 0 in the average."),
    "question.told_all": (
        "平均是所有的平均，一个也没有的按 0 计入。",
        "The average is that of all, those with none as 0.",
    ),
    "question.told_any": ("平均中不含一个也没有的。", "Those with none are not in the average."),
    "question.way": (
        "各表经由 {way} 关联；也可以经由 {others}。",
        "The tables were joined over {way}; they could be joined over {others} too.",
    ),
    "question.which_value": ("您指的是下面的哪一个？", "Which of these do you mean?"),
    "question.broken": (
        "回答时出现内部错误，请稍后再试；若再次出现，请联系管理员。",
        "Something went wrong inside while answering. Try again; if it happens again, tell the administrator.",
    ),
    "question.unclear": (
        "我还不确定这个问题指的是什么，请换一种说法，或选择一个相近的问题。",
        "I am not sure what is meant. Put it in other words, or choose one of these questions.",
    ),
    "question.unplaced": (
        "我不知道“{words}”在这里要怎样改变答案，请换一种说法，或选择一个相近的问题。",
        "I do not see what “{words}” does here. Put it in other words, or choose one of these questions.",
    ),
    "question.may_ask": (
        "可以询问这个数据集里的内容，例如数量、合计、排名或随时间的变化。选择下面的一项，或照样提问。",
        "Ask about what this dataset holds: how many, how much, which is the highest, how it changed. Choose one of these, "
        "or ask in the same way.",
    ),
    "question.thanks": ("不客气。", "You are welcome."),
    "question.bye": ("再见。", "Goodbye."),
    "question.ahead": (
        "我不预测未来。若要查询已登记的将来数据，请写明起止日期。",
        "I do not foretell. For what is recorded already of a time to come, name its first and its last day.",
    ),
    "question.no_rows": ("没有符合条件的数据。", "Nothing matches."),
    "question.no_rows_where": ("没有符合条件的数据（{conditions}）。", "Nothing matches ({conditions})."),
    "question.no_value": ("没有可供计算的数值。", "There is no value to compute this from."),
    "question.no_value_where": (
        "符合条件（{conditions}）的数据中没有可供计算的数值。",
        "Nothing that matches ({conditions}) has a value to compute this from.",
    ),
    "question.within_policy": (
        "行策略已生效：这里只包含您的角色可见的行。",
        "Row policies apply: only rows that your role may see are in this.",
    ),
    "question.step.result_cache": (
        "使用 5 分钟内的相同问题的结果。",
        "The result of the same question from the last five minutes is used.",
    ),
    "question.step.sql_cache": (
        "使用此前找到的 SQL，重新查询最新数据。",
        "SQL found before is run again for fresh rows.",
    ),
    "question.step.exact": ("这个问题已学过，使用学到的 SQL。", "This very question was learned; its SQL is used."),
    "question.step.retrieved": (
        "找到 {count} 个相近的已学问题，最接近：{question}（{similarity}）。",
        "Learned questions that are near: {count}; the nearest: {question} ({similarity}).",
    ),
    "question.step.retrieved_not": (
        "暂时无法查找相近的已学问题，先在没有它们的情况下回答。",
        "Learned questions that are near cannot be looked for at the moment; this is answered without them.",
    ),
    "question.step.retrieved_none": ("没有相近的已学问题。", "No learned question is near."),
    "question.step.looked_up": ("在数据库中找到：{values}。", "Found in the database: {values}."),
    "question.step.ran": ("查询返回 {rows} 行。", "Rows that the query gave: {rows}."),
    "question.step.ran_within_policy": (
        "查询返回 {rows} 行；数据集的行策略只显示您的角色可见的行。",
        "Rows that the query gave: {rows}. The dataset's row policies show your role only some rows of its tables.",
    ),
    "question.step.refused": ("SQL 未能执行：{reason}", "The SQL could not be run: {reason}"),
    "question.step.drafted": (
        "已生成 SQL：{strategy}（把握 {score}）",
        "Wrote the SQL: {strategy} (score {score})",
    ),
    "question.strategy.paraphrased": ("与已学过的一个问题意思相同", "from a learned question that asks the same"),
    "question.strategy.adapted": ("改写自已学过的相近问题", "from a learned question that is near"),
    "question.strategy.composed": ("由表结构和术语组合而成", "put together from the tables and terms"),
    "question.strategy.model": ("由语言模型写出", "written by the language model"),
    "question.step.model_wrote": ("语言模型已写出 SQL。", "The language model wrote the SQL."),
    "question.step.model_looks": (
        "语言模型需要先查看相关的取值。",
        "The language model wants to see values first.",
    ),
    "question.step.model_asks": ("语言模型需要更多信息。", "The language model needs to know more."),
    "question.step.model_gives_up": (
        "语言模型认为数据中没有这样的内容。",
        "The language model finds nothing of the sort in this data.",
    ),
    "question.step.model_unusable": (
        "语言模型的回答无法使用。",
        "What the language model answered is of no use.",
    ),
    "question.step.no_time_for_model": (
        "余下的时间不够再询问语言模型。",
        "There is not enough time left to ask the language model.",
    ),
    "question.step.intermediate": (
        "中间查询返回 {rows} 个取值，用于下一轮推理。",
        "Values that the intermediate query gave, for the next round: {rows}.",
    ),
    "question.step.intermediate_failed": (
        "中间查询失败，不使用其取值继续回答：{reason}",
        "The intermediate query failed, the question is answered without its values: {reason}",
    ),
    "question.step.overran": (
        "查询超时，已取消。",
        "The query took too long and was cancelled.",
    ),
    "question.step.chart": ("结果以{chart}展示。", "Shown as {chart}."),
    "question.chart.number": ("数字", "a number"),
    "question.chart.table": ("表格", "a table"),
    "question.chart.line": ("折线图", "a line chart"),
    "question.chart.bar": ("柱状图", "a bar chart"),
    "question.chart.pie": ("饼图", "a pie chart"),
    "question.chart.scatter": ("散点图", "a scatter chart"),
    "question.step.corrected": ("已修正 SQL", "Corrected the SQL"),
    "question.nothing_known": (
        "该数据集中没有与此相关的内容，无法回答。",
        "This dataset holds nothing of the sort, so the question cannot be answered from it.",
    ),
    "question.ask_instead": ("可以改问下面的问题。", "These questions can be answered."),
    "question.unknown_words": (
        "我不明白：{words}。请换个说法，或把它作为业务术语告诉我。",
        "I do not know what is meant by: {words}. Put it in other words, or teach it as a business term.",
    ),
}
