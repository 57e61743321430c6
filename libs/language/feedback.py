"""What users read about their feedback."""

TEXTS = {
    "feedback.nothing_to_learn": (
        "评价已记录，没有可学习的 SQL。",
        "The verdict was recorded; it names no SQL that could be learned.",
    ),
    "feedback.nothing_to_learn.hint": (
        "如需纠正答案，请同时提交正确的 SQL。",
        "To correct the answer, send the right SQL along.",
    ),
    "feedback.newer_verdict": (
        "同一问题已有更新的评价，以较新的为准。",
        "There is a later verdict on the same question, and that one counts.",
    ),
    "feedback.newer_verdict.hint": (
        "如果这一条才是正确的，请再次提交。",
        "If this one is right after all, send it again.",
    ),
    "feedback.not_checked": (
        "暂时无法检查这条 SQL。",
        "The SQL could not be checked for now.",
    ),
    "feedback.not_checked.hint": (
        "请确认数据源可以连接，然后再次提交。",
        "See that the data source can be reached, then send the feedback again.",
    ),
    "feedback.dataset_unknown": (
        "数据集不存在或其结构尚未读取。",
        "The dataset does not exist, or its structure was not read yet.",
    ),
    "feedback.dataset_unknown.hint": (
        "请先测试数据源并训练数据集，然后再次提交。",
        "Read the data source's tables or train the dataset first, then send the feedback again.",
    ),
    "feedback.sql_refused": (
        "这条 SQL 不被允许：{reason}",
        "This SQL is not allowed: {reason}",
    ),
    "feedback.sql_refused.hint": (
        "只能使用一条只读查询，且只涉及该数据集的表。",
        "Send one reading query that uses only tables of this dataset.",
    ),
    "feedback.sql_failed": (
        "这条 SQL 在数据库上执行失败：{reason}",
        "The database refused this SQL: {reason}",
    ),
    "feedback.sql_failed.hint": (
        "请检查列名和语法后再次提交。",
        "Check names and syntax, then send it again.",
    ),
    "feedback.too_slow": (
        "这条 SQL 在限定时间内没有完成。",
        "This SQL did not finish in the time allowed.",
    ),
    "feedback.too_slow.hint": (
        "请缩小时间范围或增加条件后再次提交。",
        "Narrow the time range or add a condition, then send it again.",
    ),
}
