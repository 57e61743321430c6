"""What users read about fields of a request that are not as they should be; the keys are pydantic's types of errors."""

_TEXT = ("应为文本", "This must be a text")
_NUMBER = ("应为整数", "This must be a whole number")
_DECIMAL = ("应为数字", "This must be a number")
_BOOL = ("应为 true 或 false", "This must be true or false")
_DATE = ("应为 RFC 3339 格式的日期或时间", "This must be a date or time as RFC 3339 has it")
_FORM = ("格式不正确，请参阅 /docs 中的说明", "This is not of the form that is expected; /docs describes it")
_LIST = ("应为列表", "This must be a list")
_OBJECT = ("应为 JSON 对象", "This must be a JSON object")

TEXTS: dict[str, tuple[str, str]] = {
    "invalid.other": ("无效的值，请参阅 /docs 中的说明", "This value is not valid; /docs describes it"),
    "invalid.content_type": (
        "请以 Content-Type: {kind} 发送请求体。",
        "Send the body with Content-Type: {kind}.",
    ),
    "invalid.missing": ("缺少此字段", "This field is missing"),
    "invalid.extra_forbidden": (
        "没有这个字段，请检查拼写；/docs 列出了所有字段",
        "There is no such field; check the spelling, /docs lists the fields",
    ),
    "invalid.nul": ("不能包含 NUL 字符", "It must not hold the character NUL"),
    "invalid.blank": ("不能为空白", "It must not be blank"),
    "invalid.null": ("不能为 null", "It must not be null"),
    "invalid.string_type": _TEXT,
    "invalid.string_sub_type": _TEXT,
    "invalid.string_unicode": ("包含无法保存的字符", "It holds a character that cannot be stored"),
    "invalid.string_too_short": ("至少需要 {min_length} 个字符", "Too short: give {min_length} characters at least"),
    "invalid.string_too_long": ("最多 {max_length} 个字符", "Too long: give {max_length} characters at most"),
    "invalid.string_pattern_mismatch": _FORM,
    "invalid.string_pattern_mismatch.type": (
        "应为 qa、ddl、document 中的一个或多个，用逗号分隔",
        "Give one or more of qa, ddl, document, with commas between",
    ),
    "invalid.string_pattern_mismatch.grant_type": ("应为 password", "This must be: password"),
    "invalid.literal_error": ("应为以下之一：{expected}", "This must be one of: {expected}"),
    "invalid.enum": ("应为以下之一：{expected}", "This must be one of: {expected}"),
    "invalid.union_tag_invalid": ("应为以下之一：{expected_tags}", "This must be one of: {expected_tags}"),
    "invalid.int_type": _NUMBER,
    "invalid.int_parsing": _NUMBER,
    "invalid.int_from_float": _NUMBER,
    "invalid.int_parsing_size": ("数字过大", "The number is too large"),
    "invalid.float_type": _DECIMAL,
    "invalid.float_parsing": _DECIMAL,
    "invalid.decimal_type": _DECIMAL,
    "invalid.decimal_parsing": _DECIMAL,
    "invalid.finite_number": ("应为有限的数字", "This must be a finite number"),
    "invalid.bool_type": _BOOL,
    "invalid.bool_parsing": _BOOL,
    "invalid.greater_than": ("应大于 {gt}", "This must be greater than {gt}"),
    "invalid.greater_than_equal": ("不能小于 {ge}", "This must be {ge} or more"),
    "invalid.less_than": ("应小于 {lt}", "This must be less than {lt}"),
    "invalid.less_than_equal": ("不能大于 {le}", "This must be {le} or less"),
    "invalid.multiple_of": ("应为 {multiple_of} 的倍数", "This must be a multiple of {multiple_of}"),
    "invalid.too_short": ("至少需要 {min_length} 项", "Too few: give {min_length} at least"),
    "invalid.too_long": ("最多 {max_length} 项", "Too many: give {max_length} at most"),
    "invalid.list_type": _LIST,
    "invalid.tuple_type": _LIST,
    "invalid.set_type": _LIST,
    "invalid.dict_type": _OBJECT,
    "invalid.model_type": _OBJECT,
    "invalid.model_attributes_type": _OBJECT,
    "invalid.node_depth": ("节点嵌套超过 {most} 层", "A node is nested deeper than {most} levels"),
    "invalid.node_bytes": ("一个节点最多 {most} 字节", "A node may have {most} bytes at most"),
    "invalid.nodes_bytes": ("所有节点合计最多 {most} 字节", "All nodes together may have {most} bytes at most"),
    "invalid.json_invalid": ("请求体不是有效的 JSON", "The body is not valid JSON"),
    "invalid.json_type": ("请求体不是有效的 JSON", "The body is not valid JSON"),
    "invalid.date_type": _DATE,
    "invalid.date_parsing": _DATE,
    "invalid.date_from_datetime_parsing": _DATE,
    "invalid.datetime_type": _DATE,
    "invalid.datetime_parsing": _DATE,
    "invalid.datetime_from_date_parsing": _DATE,
    "invalid.timezone_aware": ("时间应带时区", "The time must have a time zone"),
    "invalid.uuid_parsing": _FORM,
    "invalid.url_parsing": _FORM,
}
