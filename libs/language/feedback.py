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
    "feedback.made_worse": (
        "学习后，已验证的问题有 {lost} 个回答变差（例如“{question}”），{gained} 个变好，因此已暂时撤回。",
        "With it, verified questions were answered worse: {lost} (such as “{question}”), better: {gained}. So it was "
        "taken back for now.",
    ),
    "feedback.contradicts": (
        "它与已验证的问题“{question}”相矛盾：同样的问题，结果却不同。因此已暂时撤回。",
        "It contradicts the verified question “{question}”, which asks the same and gives other rows. So it was taken "
        "back for now.",
    ),
    "feedback.learned_again": (
        "与它不符的内容已不再有效，因此重新学习并再次检验。",
        "What spoke against it counts no longer, so it was learned again and is measured once more.",
    ),
    "feedback.differs_from_term": (
        "它与业务术语“{terms}”给出的结果不同。纠正已生效。",
        "It gives other rows than the business term “{terms}” would. The correction counts all the same.",
    ),
    "feedback.differs_from_term.hint": (
        "如果纠正有误，请撤回（POST revert）；如果术语有误，请修改术语。",
        "If the correction is a mistake, take it back (POST revert); if the term is wrong, change the term.",
    ),
    "feedback.held.hint": (
        "请查看证据，然后采纳（POST accept）或放弃（POST drop）。",
        "Look at the evidence, then accept it (POST accept) or drop it (POST drop).",
    ),
    "feedback.dataset_unknown": (
        "数据集不存在或其结构尚未读取。",
        "The dataset does not exist, or its structure was not read yet.",
    ),
    "feedback.dataset_unknown.hint": (
        "请先测试数据源并训练数据集，然后再次提交。",
        "Read the data source's tables or train the dataset first, then send the feedback again.",
    ),
}
