"""What users read about how a question was understood that goes on from the ones before."""

TEXTS = {
    "conversation.beside": ("{before}，{said}", "{before}, {said}"),
    "conversation.instead": ("{before}，改为{said}", "{before}, instead {said}"),
    "conversation.step.understood": ("理解为：{question}", "Understood as: {question}"),
    "conversation.step.shortened": (
        "这段对话很长：较早的 {older} 个问题只保留了摘要，{dropped} 个不再参考。",
        "This conversation is long: of the older questions {older} are kept in short, {dropped} are left out.",
    ),
    "conversation.unclear": (
        "我把它理解为接着“{before}”继续问，但不知道“{said}”要怎样改变那个答案。请换种说法，或提出完整的问题。",
        "I took this as going on from “{before}”, but I do not see how “{said}” is to change that answer. "
        "Put it in other words, or ask the whole question.",
    ),
    "conversation.still_answering": (
        "它接着上一个问题，而那个问题还没有答案。请等它回答后再问。",
        "This goes on from the question before, which is not answered yet. Ask again once it is.",
    ),
}
