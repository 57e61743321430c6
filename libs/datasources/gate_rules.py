"""What the gate lets pass: syntax and functions, by name. Whatever is not listed here is refused."""

from sqlglot import exp

SYNTAX: frozenset[type[exp.Expression]] = frozenset(
    {
        exp.Select, exp.Subquery, exp.Union, exp.Intersect, exp.Except, exp.With, exp.CTE, exp.From, exp.Join, exp.Lateral,
        exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.LimitOptions, exp.Offset, exp.Distinct, exp.Fetch,
        exp.Table, exp.TableAlias, exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Boolean, exp.Null,
        exp.Paren, exp.Tuple, exp.Values, exp.Dot,
        exp.And, exp.Or, exp.Xor, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between,
        exp.Like, exp.ILike, exp.SimilarTo, exp.Glob, exp.Escape, exp.RegexpLike, exp.RegexpILike,
        exp.NullSafeEQ, exp.NullSafeNEQ, exp.Exists, exp.Any, exp.All,
        exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.Collate,
        exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift, exp.BitwiseRightShift,
        exp.Case, exp.If, exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Var, exp.Interval,
        exp.Window, exp.WindowSpec, exp.WithinGroup, exp.Filter, exp.AtTimeZone, exp.Array, exp.Bracket,
        exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey, exp.JSONPathSubscript, exp.JSONPathPart,
        exp.HexString, exp.UnicodeString, exp.ByteString, exp.National, exp.RawString, exp.Kwarg, exp.Rollup, exp.Cube, exp.GroupingSets, exp.Grouping, exp.Extract, exp.JSONKeyValue,
    }
)  # fmt: skip

FUNCTIONS: frozenset[type[exp.Expression]] = frozenset(
    {
        # aggregates
        exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.GroupConcat, exp.ArrayAgg, exp.Stddev, exp.StddevPop,
        exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Corr, exp.CovarPop, exp.CovarSamp, exp.PercentileCont,
        exp.PercentileDisc, exp.LogicalOr, exp.LogicalAnd, exp.Mode, exp.Median,
        # windows
        exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead,
        exp.FirstValue, exp.LastValue, exp.NthValue,
        # numbers
        exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Sign, exp.Sqrt, exp.Pow, exp.Exp, exp.Ln, exp.Log, exp.Greatest,
        exp.Least, exp.Rand, exp.WidthBucket, exp.Trunc, exp.Pi, exp.Cbrt, exp.BitwiseCount,
        # text
        exp.Length, exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.Replace, exp.Concat, exp.ConcatWs, exp.Left,
        exp.Right, exp.StrPosition, exp.SplitPart, exp.RegexpReplace, exp.Initcap, exp.Reverse,
        exp.Chr, exp.Unicode, exp.Hex, exp.MD5, exp.Typeof, exp.Ascii, exp.Translate, exp.RegexpExtract, exp.Pad, exp.Format, exp.Overlay, exp.SubstringIndex, exp.Elt, exp.NumberToStr,
        # missing values
        exp.Coalesce, exp.Nullif,
        # dates
        exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.Localtime, exp.Localtimestamp, exp.MakeInterval, exp.Date, exp.Time, exp.Timestamp, exp.Datetime,
        exp.DateTrunc, exp.TimestampTrunc, exp.TimeToStr, exp.StrToDate, exp.StrToTime, exp.TsOrDsToTimestamp,
        exp.TsOrDsToDate, exp.TsOrDsToTime, exp.ToChar, exp.DateDiff, exp.DateAdd, exp.DateSub, exp.DateFromParts,
        exp.UnixToTime, exp.TimeToUnix, exp.Year, exp.Quarter, exp.Month, exp.Week, exp.WeekOfYear, exp.Day, exp.DayOfMonth,
        exp.DayOfWeek, exp.DayOfYear, exp.Dayname, exp.Monthname,  exp.Hour, exp.Minute, exp.Second, exp.LastDay, exp.TimestampAdd, exp.TimestampDiff,
        exp.JustifyDays, exp.JustifyHours,
        # JSON, reading only
        exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar, exp.JSONType,
        exp.JSONBContains, exp.JSONArrayAgg, exp.JSONObjectAgg, exp.JSONArray, exp.JSONObject, exp.ArrayContainsAll,
        exp.ArrayContainedBy, exp.ArrayOverlaps,
    }
)  # fmt: skip

# ruff: noqa: E501
NAMED: dict[str, frozenset[str]] = {
    "sqlite": frozenset(
        {"date", "time", "datetime", "strftime", "julianday", "unixepoch", "total", "printf", "format", "quote", "likely", "unlikely",
         "json", "json_array", "json_object", "json_group_array", "json_group_object", "json_quote", "concat", "glob", "like",
         "json_array_length", "json_type", "json_valid", "timediff", "octet_length", "sinh", "cosh", "acos", "asin",
         "atan", "atan2", "cos", "sin", "tan", "degrees", "radians", "log2", "log10", "mod", "ltrim", "rtrim", "soundex"}
    ),
    "postgres": frozenset(
        {"age", "make_date", "make_interval", "date_part", "to_number", "to_timestamp", "bool_and", "every", "regr_slope",
         "regr_intercept", "regr_r2", "bit_length", "char_length", "octet_length", "btrim", "overlay", "starts_with",
         "jsonb_array_length", "json_array_length", "jsonb_typeof", "json_typeof", "array_length", "cardinality",
         "array_to_string", "string_to_array", "isfinite", "date_bin", "clock_timestamp", "statement_timestamp",
         "num_nonnulls", "num_nulls", "log10", "div", "degrees", "radians", "sin", "cos", "tan", "asin", "acos", "atan",
         "atan2", "row", "format", "quote_literal", "to_hex", "regexp_count", "regexp_like", "regexp_substr", "make_time",
         "make_timestamp", "justify_interval", "array_position", "to_jsonb", "to_json"}
    ),
    "mariadb": frozenset(
        {"abs", "acos", "adddate", "addtime", "asin", "atan", "atan2", "bin", "bit_count", "bit_length", "char_length",
         "character_length", "conv", "cos", "cot", "crc32", "degrees", "elt", "export_set", "field", "find_in_set",
         "from_days", "hour", "instr", "isnull", "json_array", "json_arrayagg", "json_contains", "json_depth", "json_keys",
         "json_length", "json_object", "json_objectagg", "json_overlaps", "json_quote", "json_search", "json_type",
         "json_unquote", "json_valid", "json_value", "json_contains_path", "last_day", "lcase", "locate", "log10", "log2", "ltrim",
         "makedate", "maketime", "mid", "microsecond", "minute", "mod", "octet_length", "ord", "period_add", "period_diff",
         "position", "quarter", "quote", "radians", "regexp_instr", "regexp_like", "regexp_substr", "rtrim", "sec_to_time", "second",
         "sin", "soundex", "strcmp", "subdate", "substring_index", "subtime", "tan", "time_format", "time_to_sec", "timediff",
         "timestampadd", "timestampdiff", "to_days", "to_seconds", "truncate", "ucase", "unix_timestamp", "utc_date",
         "utc_time", "utc_timestamp", "weekday", "weekofyear", "yearweek", "any_value", "bit_and", "bit_or", "bit_xor",
         "std", "now", "sysdate", "rlike", "inet_ntoa", "inet_aton", "dayname", "monthname", "format", "char"}
    ),
}  # fmt: skip
"""Functions that the parser knows no class of, by dialect and lower-case name."""

HIDDEN_SCHEMAS: dict[str, frozenset[str]] = {
    "sqlite": frozenset({"temp", "sqlite_temp", "information_schema"}),
    "postgres": frozenset({"pg_catalog", "information_schema", "pg_toast"}),
    "mariadb": frozenset({"mysql", "information_schema", "performance_schema", "sys"}),
}
HIDDEN_PREFIXES = ("pg_", "sqlite_", "pragma_")
HIDDEN_TABLES: dict[str, frozenset[str]] = {
    "sqlite": frozenset({"dbstat", "fsdir", "bytecode", "tables_used", "completion"}),
    "postgres": frozenset(),
    "mariadb": frozenset({"dual"}),
}
"""Tables of the system itself; SQLite reads its pragmas and some files as tables."""

SESSION_NAMES: dict[str, frozenset[str]] = {
    "sqlite": frozenset(),
    "postgres": frozenset({"user", "current_user", "session_user", "system_user", "current_role", "current_catalog"}),
    "mariadb": frozenset({"current_user", "current_role"}),
}
"""Words that look like columns and answer who is asking."""
