"""What users read about files that they send in."""

TEXTS: dict[str, tuple[str, str]] = {
    "problem.lines.title": ("文件中有错误", "The file has errors"),
    "problem.lines": (
        "有 {count} 处错误，未导入任何内容。请按 errors 修改后重新上传。",
        "Nothing was imported; errors: {count}. Correct what `errors` names and send the file again.",
    ),
    "problem.file_type.title": ("不支持的文件格式", "Unsupported file type"),
    "problem.file_type": (
        "请用 Content-Type 说明文件格式，可以是：{kinds}。",
        "Say in Content-Type what the file is; it may be: {kinds}.",
    ),
    "problem.too_much.title": ("内容过多", "Too much at once"),
    "problem.too_much": (
        "一次训练的内容最多 {limit} 字节，请拆分文件，依次导入。",
        "One training takes {limit} bytes at most; split the file and import the parts one after the other.",
    ),
    "problem.structure_unknown.title": ("尚未读取数据库结构", "The structure is not known yet"),
    "problem.structure_unknown": (
        "尚不知道数据库有哪些表。请先读取：GET /api/v1/datasources/{datasource_id}/tables。",
        "The tables of the database are not known yet. Read them first: GET /api/v1/datasources/{datasource_id}/tables.",
    ),
    "problem.import_again.title": ("请重新导入", "Import it again"),
    "problem.import_again": (
        "失败的是一次导入，请重新上传文件。已学会的问答对不会丢失。",
        "What failed is an import: send its file again. The pairs that were learned are kept.",
    ),
    "line.encoding": (
        "无法按 UTF-8 或 GB18030 读取。请另存为 UTF-8 编码。",
        "This is neither UTF-8 nor GB18030. Save the file in UTF-8.",
    ),
    "line.malformed": (
        "引号不匹配，从此行起无法读取。",
        "The quotation marks do not match; nothing can be read from this line on.",
    ),
    "line.no_column": ("缺少该列。", "This column is missing."),
    "line.unknown_column": ("没有这样的列。可以有的列：{columns}。", "There is no such column. There are: {columns}."),
    "line.unknown_field": (
        "没有这样的字段。会读取的字段：{fields}。",
        "There is no such field. What is read: {fields}.",
    ),
    "line.column_twice": ("该列出现了多次。", "This column is there more than once."),
    "line.too_many_cells": ("单元格多于 {most} 个。", "There are more than {most} cells."),
    "line.too_many": (
        "一个文件最多 {most} 行内容，请拆分文件。",
        "A file may have {most} lines of content; split it.",
    ),
    "line.empty": ("不能为空。", "It must not be empty."),
    "line.no_text": ("含有不允许的字符。", "It holds a character that is not allowed."),
    "line.too_long": ("最多 {most} 个字符。", "It may have {most} characters at most."),
    "line.too_many_synonyms": ("最多 {most} 个同义词。", "There may be {most} synonyms at most."),
    "line.twice": ("与第 {line} 行重复，请只保留一行。", "Line {line} says it already; keep one of the two."),
    "line.no_json": (
        "不是有效的 JSON。每行应为一个 JSON 对象，含 question 和 sql。",
        "This is not valid JSON. Each line is one JSON object with question and sql.",
    ),
    "line.no_object": (
        "应为一个 JSON 对象，含 question 和 sql。",
        "It must be a JSON object with question and sql.",
    ),
    "line.no_pair": (
        "只能导入问答对；导出时请用 ?type=qa。",
        "Only question/SQL pairs can be imported; export them with ?type=qa.",
    ),
    "line.no_pairs": (
        "文件中没有问答对。每行需要一个 question 和一个 sql。",
        "The file holds no question/SQL pair. Each line needs a question and its sql.",
    ),
    "line.unknown": (
        "数据集中没有：{names}。请检查拼写；如果数据库刚刚修改过，请先用 GET /datasources/(id)/tables?refresh=true 重新读取。",
        "The dataset does not have: {names}. Check the spelling; if the database was changed just now, read it again with GET /datasources/(id)/tables?refresh=true.",
    ),
    "line.sql": ("出于安全考虑，该 SQL 不能学习：{why}。", "For safety this SQL is not learned: {why}."),
    "line.sql_expression": (
        "SQL 表达式无法使用：{why}。请写成一个条件、一列或一个度量，例如 sum(orders.paid)。",
        "The SQL expression cannot be used: {why}. Write a condition, a column or a measure, as in sum(orders.paid).",
    ),
}
