"""What users of the API read."""

TEXTS: dict[str, tuple[str, str]] = {
    "training.started": ("训练已开始", "The training has started"),
    "training.pause_requested": ("训练暂停请求已发送", "The request to pause the training was sent"),
    "training.resume_requested": ("训练恢复请求已发送", "The request to resume the training was sent"),
    "training.cancel_requested": ("训练取消请求已发送", "The request to cancel the training was sent"),
    "training.pause_under_way": (
        "训练正在暂停，无需再次请求",
        "The training is about to pause already; nothing more was sent",
    ),
    "training.resume_under_way": (
        "训练正在恢复，无需再次请求",
        "The training is about to go on already; nothing more was sent",
    ),
    "training.cancel_under_way": (
        "训练正在取消，无需再次请求",
        "The training is being cancelled already; nothing more was sent",
    ),
    "training.refused.none": (
        "该数据集还没有训练。请用 POST train 开始训练。",
        "The dataset has no training yet. Start one with POST train.",
    ),
    "training.refused.over": (
        "最近一次训练已经结束（{state}）。请用 POST train 开始新的训练。",
        "The last training is over ({state}). Start a new one with POST train.",
    ),
    "training.refused.failed": (
        "最近一次训练已经失败。请用 POST training/retry 从中断处继续，或用 POST train 重新开始。",
        "The last training has failed. Go on from there with POST training/retry, or start anew with POST train.",
    ),
    "training.refused.running": (
        "训练没有暂停（当前：{state}），无需恢复。可以暂停（POST training/pause）或取消（POST training/cancel）。",
        "The training is not paused (now: {state}), so there is nothing to resume. It can be paused (POST training/pause) or cancelled (POST training/cancel).",
    ),
    "training.refused.paused": (
        "训练已经暂停。可以恢复（POST training/resume）或取消（POST training/cancel）。",
        "The training is paused already. It can be resumed (POST training/resume) or cancelled (POST training/cancel).",
    ),
    "training.refused.cancelling": (
        "训练正在取消。请等待其结束，然后用 POST train 开始新的训练。",
        "The training is being cancelled. Wait for its end, then start a new one with POST train.",
    ),
    "training.removed": ("训练数据已清理", "What was learned has been removed"),
    "feedback.accept_requested": ("采纳请求已发送", "The request to accept it was sent"),
    "feedback.drop_requested": ("放弃请求已发送", "The request to drop it was sent"),
    "feedback.revert_requested": ("撤回请求已发送", "The request to take it back was sent"),
    "feedback.status.received": ("已收到", "received"),
    "feedback.status.accepted": ("已接受", "accepted"),
    "feedback.status.learned": ("已学习", "learned"),
    "feedback.status.kept": ("已保留", "kept"),
    "feedback.status.rejected": ("已拒绝", "rejected"),
    "feedback.status.held": ("暂缓", "held"),
    "feedback.status.dropped": ("已放弃", "dropped"),
    "feedback.status.reverted": ("已撤回", "reverted"),
    "learning.explanation": (
        "测量的是已验证的问题（修正和导入的问答对）：提问时不使用它自己的问答对，看其余知识能否答对；按原样提问时，它仍用自己的问答对回答。"
        "{verified} 个已验证的问题中已测量 {measured} 个，答对 {right} 个；其余的在学到相近内容或训练后测量。",
        "Verified questions (corrections and imported pairs) are measured, each asked without its own pair: it tells what the "
        "rest of the knowledge makes of it. Asked in its own words, each is still answered from its pair. Verified: "
        "{verified}, measured so far: {measured}, right: {right}. The others are measured once something near them is "
        "learned, or by a training.",
    ),
    "cache.cleared": ("缓存已清理", "The cache was cleared"),
    "answer.waiting": (
        "尚无答案，问题仍在等待。请稍后在 location 处查看。",
        "There is no answer yet; the question is still waiting. Look at `location` in a while.",
    ),
    "live.too_slow": (
        "接收太慢，连接已结束。请带上最后收到的事件 id 重新连接，不会遗漏任何内容。",
        "You took the events too slowly. Come back with the id of the last one you had; nothing is missed.",
    ),
    "live.signed_out": (
        "令牌已失效，请重新登录。",
        "The token is over; sign in again.",
    ),
    "live.deleted": (
        "数据集已被删除，推送结束。",
        "The dataset was deleted; there is nothing more to follow.",
    ),
    "live.interrupted": (
        "推送中断。请带上最后收到的事件 id 重新连接，不会遗漏任何内容。",
        "Following was interrupted. Come back with the id of the last event you had; nothing is missed.",
    ),
    "feedback.received": ("感谢您的反馈", "Thank you for the feedback"),
    "status.pending": ("等待训练", "Waiting"),
    "status.training": ("训练中", "Training"),
    "status.completed": ("训练完成", "Completed"),
    "status.failed": ("训练失败", "Failed"),
    "status.paused": ("已暂停", "Paused"),
    "status.cancelled": ("已取消", "Cancelled"),
    "status.held": ("待人工确认", "Held for review"),
    "problem.bad_request.title": ("请求有误", "Bad request"),
    "problem.bad_request": (
        "该请求无法处理，请检查参数。",
        "The request cannot be served as it is; check its parameters.",
    ),
    "problem.not_signed_in.title": ("未登录", "Not signed in"),
    "problem.not_signed_in": (
        "请先登录：POST /api/v1/auth/login，然后在 Authorization 头中携带令牌。",
        "Sign in at POST /api/v1/auth/login and send the token as `Authorization: Bearer ...`.",
    ),
    "problem.login_failed.title": ("登录失败", "Login failed"),
    "problem.login_failed": (
        "用户名或密码不正确，或账号已停用。请检查后重试；仍不成功请联系管理员。",
        "The username or the password is wrong, or the account is closed. Check both and try again; else ask an administrator.",
    ),
    "problem.login_slowed_down.title": ("登录过于频繁", "Too many failed logins"),
    "problem.login_slowed_down": (
        "失败次数过多，请在 {seconds} 秒后再试。",
        "There were too many failures; try again in {seconds} s.",
    ),
    "problem.wrong_password.title": ("密码不正确", "Wrong password"),
    "problem.wrong_password": (
        "原密码不正确，密码未修改。请检查 old_password 后重试。",
        "The old password is wrong; the password was not changed. Check `old_password` and try again.",
    ),
    "problem.last_administrator.title": ("最后一名管理员", "The last administrator"),
    "problem.last_administrator": (
        "这是最后一名管理员，不能停用或降级。请先指定另一名管理员。",
        "This is the last administrator, who can be neither closed nor demoted. Make another account one first.",
    ),
    "problem.not_allowed.title": ("没有权限", "Not allowed"),
    "problem.not_allowed": ("只有管理员可以这样做，请联系管理员。", "Only an administrator may do this; ask one."),
    "problem.not_found.title": ("未找到", "Not found"),
    "problem.not_found": (
        "没有这样的对象，或它不属于您。请检查路径和 id，以及是否用正确的账号登录。",
        "There is no such thing, or it is not yours. Check the path and the id, and which account you are signed in with.",
    ),
    "problem.method_not_allowed.title": ("方法不允许", "Method not allowed"),
    "problem.method_not_allowed": (
        "该路径不支持此方法；/docs 列出了它支持的方法。",
        "This path does not support this method; /docs lists those that it does.",
    ),
    "problem.not_acceptable.title": ("无法按此格式回答", "Not acceptable"),
    "problem.not_acceptable": (
        "无法按所请求的格式回答，请在 Accept 中改用 application/json。",
        "The answer cannot be given in the format asked for; accept application/json.",
    ),
    "problem.media_type.title": ("不支持的格式", "Unsupported media type"),
    "problem.media_type": ("请以 application/json 发送请求体。", "Send the body as application/json."),
    "problem.too_large.title": ("请求体过大", "Body too large"),
    "problem.too_large": (
        "请求体最多 {limit} 字节，请缩短或分几次发送。",
        "A body may have {limit} bytes at most; shorten it, or send it in parts.",
    ),
    "problem.invalid.title": ("参数无效", "Invalid request"),
    "problem.invalid": ("有字段缺失或无效，详见 errors。", "Fields are missing or invalid; `errors` names them."),
    "problem.name_taken.title": ("名称已被占用", "Name taken"),
    "problem.name_taken": ("用户名 {name} 已存在，请换一个。", "The username {name} exists; choose another."),
    "problem.training_active.title": ("训练正在进行", "A training is active"),
    "problem.training_active": (
        "该数据集已有训练在进行（{training_id}）。请等待其完成，或先取消（POST training/cancel）。",
        "The dataset has an active training ({training_id}). Wait for its end, or cancel it first (POST training/cancel).",
    ),
    "problem.not_failed.title": ("没有可重试的训练", "Nothing to retry"),
    "problem.not_failed": (
        "没有失败的训练可以重试（当前：{state}）。请用 POST train 开始训练。",
        "There is no failed training to retry (now: {state}); start one with POST train.",
    ),
    "problem.not_training.title": ("训练状态不允许此操作", "The training does not allow this now"),
    "problem.not_accept.title": ("没有可采纳的内容", "Nothing to accept"),
    "problem.not_accept": (
        "只能采纳暂缓的内容（当前：{state}）。GET /datasets/(id)/learning 列出暂缓的内容。",
        "Only what is held can be accepted (now: {state}). GET /datasets/(id)/learning tells what is.",
    ),
    "problem.not_drop.title": ("没有可放弃的内容", "Nothing to drop"),
    "problem.not_drop": (
        "只能放弃暂缓的内容（当前：{state}）。要撤回已学习的更正，请用 POST revert。",
        "Only what is held can be dropped (now: {state}). To take back a learned correction, POST revert.",
    ),
    "problem.not_revert.title": ("没有可撤回的内容", "Nothing to take back"),
    "problem.not_revert": (
        "只能撤回已学习的更正（当前：{state}）。尚在处理的请等待其结果；暂缓的请用 POST drop 放弃。",
        "Only a correction that was learned can be taken back (now: {state}). Wait until it is; drop what is held with POST drop.",
    ),
    "problem.changed.title": ("对象已被修改", "Changed meanwhile"),
    "problem.changed": (
        "版本已是 {version}，请重新读取后再修改。",
        "It is at version {version} by now: read it again, then change it.",
    ),
    "problem.unavailable.title": ("暂时不可用", "Away for a moment"),
    "problem.unavailable": (
        "系统自己的数据库暂时没有应答，它会自动恢复。请稍后再试。",
        "The system's own database does not answer at the moment; it comes back by itself. Try again in a few seconds.",
    ),
    "problem.in_use.title": ("仍在使用", "In use"),
    "problem.in_use": (
        "仍有 {count} 个数据集使用该数据源，请先删除它们。",
        "Datasets that use this data source: {count}. Delete them first.",
    ),
    "problem.timed_out.title": ("等待超时", "Took too long"),
    "problem.timed_out": ("在规定时间内没有得到回答，请稍后再试。", "No answer came in time; try again later."),
    "problem.datasource_late.title": ("数据库没有应答", "The database did not answer"),
    "problem.datasource_late": (
        "数据库在 {seconds} 秒内没有应答。请检查主机、端口和防火墙；如果数据库正常，请稍后再试。",
        "The database did not answer within {seconds} seconds. Check host, port and firewall; if it is well, try again later.",
    ),
    "problem.position.title": ("位置无效", "Invalid position"),
    "problem.position": (
        "after 应为写入请求返回的 Espalier-Position。",
        "`after` is the Espalier-Position that a write answered with.",
    ),
    "problem.datasource.title": ("数据源有问题", "The data source has a problem"),
    "problem.datasource": (
        "无法使用该数据源。POST /datasources/(id)/test 会说明原因和解决办法。",
        "The data source cannot be used; POST /datasources/(id)/test says why and what to do.",
    ),
    "problem.key_reused.title": ("幂等键已用于其他请求", "Idempotency-Key used otherwise"),
    "problem.key_reused": (
        "该 Idempotency-Key 已用于内容不同的请求，请换一个。",
        "This Idempotency-Key was used for a request of other content; use a new one.",
    ),
    "problem.too_slow.title": ("请求体未按时到达", "The body came too slowly"),
    "problem.too_slow": (
        "请求体未在 30 秒内到达；未执行任何操作，请重新发送。",
        "The body did not come within 30 seconds; nothing was done. Send it again.",
    ),
    "problem.still_running.title": ("请求仍在处理", "Still running"),
    "problem.still_running": ("同一请求仍在处理，请稍后再试。", "The same request still runs; try again in a moment."),
    "problem.no_question.title": ("没有可评价的问题", "No question to judge"),
    "problem.no_question": (
        "请给出 question_id，或 dataset_id、question 和 sql。",
        "Give question_id, or dataset_id with question and sql.",
    ),
    "problem.sql_expression.title": ("术语的 SQL 表达式无法使用", "The term's SQL expression cannot be used"),
    "problem.sql_expression": (
        "SQL 表达式无法使用：{why}。请写成一个条件、一列或一个度量，例如 sum(orders.paid)。",
        "The SQL expression cannot be used: {why}. Write a condition, a column or a measure, as in sum(orders.paid).",
    ),
    "problem.term_taken.title": ("术语已存在", "Term exists"),
    "problem.term_taken": (
        "该数据集中已有术语“{name}”。请修改已有的术语，或换一个名称。",
        "The dataset has a term {name} already. Change that one, or choose another name.",
    ),
    "problem.datasource_taken.title": ("数据源已存在", "Data source exists"),
    "problem.datasource_taken": (
        "您已有名为“{name}”的数据源（{id}）。请使用或修改它，或换一个名称。",
        "You have a data source named {name} already ({id}). Use or change that one, or choose another name.",
    ),
    "problem.dataset_taken.title": ("数据集已存在", "Dataset exists"),
    "problem.dataset_taken": (
        "您已有名为“{name}”的数据集（{id}）。请使用或修改它，或换一个名称。",
        "You have a dataset named {name} already ({id}). Use or change that one, or choose another name.",
    ),
    "problem.unknown_columns.title": ("表或列不存在", "Unknown tables or columns"),
    "problem.unknown_columns": (
        "数据集中没有：{names}。请检查拼写；如果数据库刚刚修改过，请先用 GET /datasources/(id)/tables?refresh=true 重新读取。",
        "The dataset does not have: {names}. Check the spelling; if the database was changed just now, read it again with GET /datasources/(id)/tables?refresh=true.",
    ),
    "problem.unknown_tables.title": ("表不存在", "Unknown tables"),
    "problem.unknown_tables": (
        "数据库中没有这些表：{names}。请检查拼写；如果刚刚新建了表，请先用 GET /datasources/(id)/tables?refresh=true 重新读取。",
        "The database has no such tables: {names}. Check the spelling; if they are new, read the database again with GET /datasources/(id)/tables?refresh=true.",
    ),
    "problem.no_conversation.title": ("没有这个对话", "No such conversation"),
    "problem.no_conversation": (
        "没有这个对话，或它不属于您。要开始新的对话，请不要填写 conversation_id，回答中会给出它。",
        "There is no such conversation, or it is not yours. To begin one, leave conversation_id out; the answer names it.",
    ),
    "problem.other_dataset.title": ("对话属于另一个数据集", "Conversation about another dataset"),
    "problem.other_dataset": (
        "该对话针对数据集 {dataset_id}。请向该数据集提问，或不填 conversation_id 以开始新的对话。",
        "This conversation is about the dataset {dataset_id}. Ask that one, or leave conversation_id out to begin another.",
    ),
    "problem.not_answered.title": ("问题尚无答案", "Not answered yet"),
    "problem.not_answered": (
        "该问题还没有答案。请等待其答案，然后再次提问。",
        "The question has no answer yet. Wait for it, then ask it again.",
    ),
    "problem.replay_active.title": ("正在重新提问", "A question is being asked again"),
    "problem.replay_active": (
        "您的另一个问题正在重新提问（{question_id}）。请等待其答案。",
        "Another question of yours is being asked again ({question_id}). Wait for its answer.",
    ),
    "problem.praise_with_correction.title": ("评价与更正矛盾", "Praise and correction at once"),
    "problem.praise_with_correction": (
        "rating 为 1 表示答案正确，不能同时提交 corrected_sql。要纠正答案，请把 rating 设为 -1。",
        "A rating of 1 says that the answer is right, so corrected_sql has no place. To correct it, send the rating -1.",
    ),
    "problem.modeling.title": ("模型中有无效的关系", "The model has invalid edges"),
    "problem.modeling": (
        "有些关系与最近读取的表结构不符，详见 errors；如数据库已改变，请先刷新表结构。",
        "Some edges do not fit the tables as last read; `errors` names them. If the database changed, read it again.",
    ),
    "modeling.unknown_table": ("没有名为 {table} 的表。", "There is no table {table}."),
    "modeling.unknown_column": ("表 {table} 没有名为 {column} 的列。", "The table {table} has no column {column}."),
    "modeling.duplicate": (
        "前面的关系已连接这两列，请去掉其中一条。",
        "An earlier edge joins these two columns already; leave one of them out.",
    ),
    "modeling.types": (
        "数据库不能比较 {source}（{source_type}）与 {target}（{target_type}）。请改连类型相同的列；"
        "如果确实是同样的值，请在数据库中用视图转换类型，再连接视图的列。",
        "The database cannot compare {source} ({source_type}) with {target} ({target_type}). Join columns of the same "
        "type; if they do hold the same values, convert one in a view of the database and join the view's column.",
    ),
    "modeling.itself": (
        "{table}.{column} 不能与自己连接，请改选另一列。",
        "{table}.{column} cannot be joined with itself; choose another column.",
    ),
    "problem.policies.title": ("行策略无效", "The row policies are not valid"),
    "problem.policies": (
        "有些行策略无法使用，详见 errors；如数据库已改变，请先刷新表结构。",
        "Some row policies cannot be used; `errors` names them. If the database changed, read it again.",
    ),
    "problem.policies_read_only.title": ("行策略由管理员设置", "Row policies are set by administrators"),
    "problem.policies_read_only": (
        "您可以查看行策略，但只有管理员可以设置。如需修改，请联系管理员。",
        "You may read the row policies, but only an administrator sets them. Ask one to change them.",
    ),
    "policy.unknown_table": ("没有名为 {table} 的表。", "There is no table {table}."),
    "policy.unknown_columns": ("表 {table} 没有这些列：{columns}。", "The table {table} has no columns {columns}."),
    "policy.duplicate": (
        "前面已有针对此表和角色的策略，请用 AND 合并为一条。",
        "An earlier policy is for this table and role; join the two by AND.",
    ),
    "policy.no_filter": (
        "应为只涉及一行各列的条件，例如 region = 'EU'，不能有子查询、聚合或窗口函数。",
        "Write a condition on the columns of one row, such as region = 'EU', without sub-query, aggregate or window.",
    ),
    "policy.refused": ("该条件无法使用：{why}。", "The condition cannot be used: {why}."),
    "problem.unexpected.title": ("内部错误", "Internal error"),
    "problem.unexpected": (
        "发生了意外错误，请把 trace_id 告诉管理员。",
        "Something unexpected happened; tell an operator the trace_id.",
    ),
}
