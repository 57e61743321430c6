"""Texts about the language model."""

TEXTS = {
    "model.unreachable": (
        "无法连接语言模型。请检查 ESPALIER_MODEL_BASE_URL 以及该服务是否在运行。",
        "The language model cannot be reached. Check ESPALIER_MODEL_BASE_URL, and that its server runs.",
    ),
    "model.silent": (
        "语言模型没有在规定时间内答完。可换用更快的模型，或调大 ESPALIER_MODEL_SECONDS。",
        "The language model did not answer in time. Take a faster one, or raise ESPALIER_MODEL_SECONDS.",
    ),
    "model.busy": (
        "语言模型正忙（429）。请稍后再试，或提高其调用额度。",
        "The language model is busy (429). Ask again later, or raise its quota.",
    ),
    "model.failing": (
        "语言模型的服务出错。请稍后再试，并查看该服务的日志。",
        "The language model's server fails. Ask again later, and look at that server's logs.",
    ),
    "model.key_refused": (
        "语言模型拒绝了密钥。请检查 ESPALIER_MODEL_KEY。",
        "The language model refused the key. Check ESPALIER_MODEL_KEY.",
    ),
    "model.not_found": (
        "该地址没有这个语言模型。请检查 ESPALIER_MODEL_BASE_URL（通常以 /v1 结尾）和 ESPALIER_MODEL_NAME。",
        "There is no such language model at that address. Check ESPALIER_MODEL_BASE_URL, which often ends in /v1, "
        "and ESPALIER_MODEL_NAME.",
    ),
    "model.too_long": (
        "问题及其背景超出语言模型的上下文窗口。请把 ESPALIER_MODEL_WINDOW_TOKENS 设为该模型真实的窗口大小。",
        "The question with what belongs to it does not fit the language model's context window. Set "
        "ESPALIER_MODEL_WINDOW_TOKENS to what the model really has.",
    ),
    "model.rejected": (
        "语言模型拒绝了请求。请确认该地址提供与 OpenAI 兼容的对话接口。",
        "The language model rejected the request. Make sure that the address is an OpenAI-compatible chat endpoint.",
    ),
    "model.unreadable": (
        "该地址的回复不是语言模型的回复。请检查 ESPALIER_MODEL_BASE_URL。",
        "What the address answered is no language model's answer. Check ESPALIER_MODEL_BASE_URL.",
    ),
    "model.empty": ("语言模型的回复是空的。", "The language model answered nothing."),
    "model.cut_off": (
        "语言模型答到一半连接就断了。请查看该服务的日志。",
        "The connection ended before the language model's answer did. Look at its server's logs.",
    ),
    "model.unfinished": (
        "语言模型的回复超过了允许的长度。若它会先思考，请调大 ESPALIER_MODEL_ANSWER_TOKENS。",
        "The language model's answer is longer than it may be. If the model thinks first, raise "
        "ESPALIER_MODEL_ANSWER_TOKENS.",
    ),
    "model.shortened": (
        "语言模型的上下文窗口放不下全部内容，最不相关的已略去：{tables} 张表、{joins} 个关联、{terms} 个术语、{examples} 个示例。",
        "The language model's context window does not hold everything; left out as least relevant: tables "
        "{tables}, joins {joins}, terms {terms}, examples {examples}.",
    ),
}
