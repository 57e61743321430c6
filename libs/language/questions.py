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
        "这个问题没有在限定时间内得到答案。请缩小范围（例如更短的时间段）后再试。",
        "This question could not be answered in time. Try a narrower range, such as a shorter period.",
    ),
    "question.broken": (
        "回答时出现内部错误，请稍后再试；若再次出现，请联系管理员。",
        "Something went wrong inside while answering. Try again; if it happens again, tell the administrator.",
    ),
    "question.unclear": (
        "我还不确定这个问题指的是什么，请换一种说法，或选择一个相近的问题。",
        "I am not sure what is meant. Put it in other words, or choose one of these questions.",
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
    "question.step.retrieved_none": ("没有相近的已学问题。", "No learned question is near."),
    "question.step.ran": ("查询返回 {rows} 行。", "Rows that the query gave: {rows}."),
    "question.step.refused": ("SQL 未能执行：{reason}", "The SQL could not be run: {reason}"),
    "question.step.drafted": (
        "已生成 SQL：{strategy}（把握 {score}）",
        "Wrote the SQL: {strategy} (score {score})",
    ),
    "question.strategy.paraphrased": ("与已学过的一个问题意思相同", "from a learned question that asks the same"),
    "question.strategy.adapted": ("改写自已学过的相近问题", "from a learned question that is near"),
    "question.strategy.composed": ("由表结构和术语组合而成", "put together from the tables and terms"),
    "question.strategy.model": ("由语言模型写出", "written by the language model"),
    "question.step.corrected": ("已修正 SQL", "Corrected the SQL"),
    "question.nothing_known": (
        "该数据集中没有与此相关的内容，无法回答。",
        "This dataset holds nothing of the sort, so the question cannot be answered from it.",
    ),
    "question.unknown_words": (
        "我不明白：{words}。请换个说法，或把它作为业务术语告诉我。",
        "I do not know what is meant by: {words}. Put it in other words, or teach it as a business term.",
    ),
}
