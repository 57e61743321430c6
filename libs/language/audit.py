"""What people read of who did what."""

TEXTS: dict[str, tuple[str, str]] = {
    "audit.datasource.created": ("添加了数据源", "Registered a data source"),
    "audit.datasource.changed": ("修改了数据源", "Changed a data source"),
    "audit.datasource.deleted": ("删除了数据源", "Deleted a data source"),
    "audit.dataset.created": ("创建了数据集", "Made a dataset"),
    "audit.dataset.changed": ("修改了数据集", "Changed a dataset"),
    "audit.dataset.deleted": ("删除了数据集", "Deleted a dataset"),
    "audit.term.created": ("添加了术语", "Added a business term"),
    "audit.term.changed": ("修改了术语", "Changed a business term"),
    "audit.term.deleted": ("删除了术语", "Deleted a business term"),
    "audit.knowledge.removed": ("清理了训练数据", "Removed what was learned"),
    "audit.training.requested": ("请求了训练", "Asked for a training"),
    "audit.training.pause": ("请求暂停训练", "Asked to pause a training"),
    "audit.training.resume": ("请求恢复训练", "Asked to resume a training"),
    "audit.training.cancel": ("请求取消训练", "Asked to cancel a training"),
    "audit.question.asked": ("提出了问题", "Asked a question"),
    "audit.conversation.deleted": ("删除了对话", "Deleted a conversation"),
    "audit.feedback.given": ("给出了反馈", "Gave feedback"),
}
