"""What users read about trainings and inspections."""

TEXTS = {
    "trainer.pending": ("训练已排队，等待开始。", "The training is queued and waits to start."),
    "trainer.preparing": ("训练开始：正在检查数据库连接。", "The training begins: checking the database."),
    "trainer.resumed": ("训练从上次的位置继续。", "The training goes on where it stopped."),
    "trainer.paused": ("训练已暂停，进度已保存。", "The training is paused; its place is kept."),
    "trainer.cancelled": ("训练已取消。", "The training was cancelled."),
    "trainer.completed": ("训练完成。", "The training is complete."),
    "trainer.failed": ("训练失败。", "The training failed."),
    "trainer.over": (
        "训练已经结束，请求没有改变任何内容。",
        "The training was over already; the request changed nothing.",
    ),
    "trainer.gave_up": (
        "训练连续 {attempts} 次没有进展，已停止。",
        "The training was begun {attempts} times without getting any further, so it was given up.",
    ),
    "trainer.gave_up.hint": (
        "请稍后重新训练；如果再次发生，请联系管理员查看 trainer 服务的日志。",
        "Train again later; if it happens again, ask an operator to look at the trainer's log.",
    ),
    "trainer.connected": (
        "数据库已连接（{server}），读取了 {tables} 张表。",
        "Connected to the database ({server}); tables read: {tables}.",
    ),
    "trainer.learned_ddl": (
        "已学习 {done}/{total} 张表的结构。",
        "Tables whose structure is learned: {done} of {total}.",
    ),
    "trainer.learned_knowledge": (
        "已学习 {done}/{total} 条术语、说明和关系。",
        "Terms, documents and relations learned: {done} of {total}.",
    ),
    "trainer.learned_pairs": ("已学习 {done}/{total} 个示例问题。", "Example questions learned: {done} of {total}."),
    "trainer.forgot": ("另有 {count} 条过时的内容被移除。", "Removed because it is no longer true: {count}."),
    "trainer.complete": (
        "训练完成：共学习 {learned} 条，{known} 条早已掌握。",
        "The training is complete; learned: {learned}, known already: {known}.",
    ),
    "trainer.feedback_learned": ("已学习 {count} 条反馈。", "Learned from feedback: {count}."),
    "trainer.taken_back": ("已撤回 {count} 个问答对。", "Pairs taken back: {count}."),
    "trainer.given": ("训练开始：正在学习导入的问答对。", "The training begins: learning the imported pairs."),
    "trainer.learning_given": ("已学习 {done}/{total} 个导入的问答对。", "Imported pairs learned: {done} of {total}."),
    "trainer.given_learned": (
        "训练完成：已学习 {count} 个导入的问答对，{known} 个早已掌握。",
        "The training is complete; imported pairs learned: {count}, known already: {known}.",
    ),
    "trainer.table_skipped": (
        "表 {table} 无法读取，已跳过：{reason}",
        "Table {table} could not be read and was left out: {reason}",
    ),
    "trainer.not_sampled": (
        "{tables} 张表的列取值读取过慢或无法读取，没有查看。",
        "Tables whose values could not be read, or not in time: {tables}.",
    ),
    "trainer.not_tested": (
        "有 {count} 组列没有来得及比较，或无法比较，它们之间的关系沿用以前的结果。",
        "Pairs of columns that could not be compared, or not in time: {count}; what was known of their relations stays.",
    ),
    "trainer.table_lost": (
        "表 {table} 已无法读取，没有学习它的示例问题：{reason}",
        "Table {table} can no longer be read, so its example questions were not learned: {reason}",
    ),
    "trainer.table_missing": (
        "数据库中没有所选的表 {table}，已跳过。",
        "The chosen table {table} is not in the database and was left out.",
    ),
    "trainer.term_broken": (
        "业务术语「{term}」的 SQL 表达式提到了不存在的 {names}；请修改该术语。",
        "The SQL expression of the business term {term} names what does not exist: {names}. Change the term.",
    ),
    "trainer.retried": (
        "训练从上次失败处继续：已经学会的内容不会再学一遍。",
        "The training goes on from where the last one failed: what that one learned is not learned again.",
    ),
    "trainer.no_tables": ("没有可以学习的表。", "There is no table to learn."),
    "trainer.no_tables.hint": (
        "请检查所选的表是否存在，以及该用户是否有读取权限。",
        "See that the chosen tables exist and that the database user may read them.",
    ),
    "trainer.needs_missing": (
        "训练所需的最新设置没有及时到达。",
        "The newest settings that the training needs did not arrive in time.",
    ),
    "trainer.needs_missing.hint": ("请重新开始训练。", "Start the training again."),
    "trainer.dataset_missing": (
        "数据集或其数据源不存在。",
        "The dataset or its data source does not exist.",
    ),
    "trainer.dataset_missing.hint": (
        "请确认数据集和数据源没有被删除。",
        "See that neither the dataset nor its data source was deleted.",
    ),
    "trainer.embedding_failed": ("向量模型没有回应。", "The embedding model did not answer."),
    "trainer.embedding_failed.hint": (
        "请检查向量模型的地址和密钥，然后重新训练。",
        "Check the address and key of the embedding model, then train again.",
    ),
    "trainer.inspection_failed": ("无法读取数据源。", "The data source could not be read."),
    "trainer.inspection_failed.hint": ("请检查连接设置后重试。", "Check the connection settings and try again."),
    "trainer.inspection_late": (
        "数据源没有在限定时间内回应。",
        "The data source did not answer in the time allowed.",
    ),
    "trainer.inspection_late.hint": (
        "数据库可能正忙，请稍后重试；若一直如此，请检查主机、端口和防火墙。",
        "The database may be busy: try again later. If it stays so, check host, port and firewall.",
    ),
    "trainer.lesson": ("正在学习反馈。", "Learning from feedback."),
    "trainer.question.count": ("一共有多少{table}？", "How many {table} are there?"),
    "trainer.question.top": ("{table}最多的10个{target}是哪些？", "Which 10 {target} have the most {table}?"),
    "trainer.question.top_by": (
        "按{column}统计，{table}最多的10个{target}是哪些？",
        "Which 10 {target} have the most {table} by {column}?",
    ),
    "trainer.question.group": ("每个{column}各有多少{table}？", "How many {table} are there for each {column}?"),
    "trainer.question.average": ("{table}的平均{column}是多少？", "What is the average {column} of {table}?"),
}
