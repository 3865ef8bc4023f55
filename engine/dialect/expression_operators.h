// The operators of expressions with what they mean and how tight they bind on each engine, and the words that
// are no names. https://www.postgresql.org/docs/current/sql-syntax-lexical.html (table 4.2),
// https://www.sqlite.org/lang_expr.html, https://dev.mysql.com/doc/refman/8.4/en/operator-precedence.html
#pragma once

#include <string_view>

namespace bascule::expression {

struct OperatorRow {
  std::string_view symbol, meaning;
  int sqlite, postgres, mysql;  // how tight it binds, 0 where there is none
};

inline constexpr int not_level = 40;
inline constexpr OperatorRow operators[] = {
    {"or", "or", 10, 10, 10},     {"xor", "xor", 0, 0, 20},  {"and", "and", 30, 30, 30},
    {"&&", "and", 0, 0, 30},      {"=", "=", 50, 60, 60},    {"==", "=", 50, 0, 0},
    {"<>", "<>", 50, 60, 60},     {"!=", "<>", 50, 60, 60},  {"<=>", "is not distinct from", 0, 0, 60},
    {"<", "<", 60, 60, 60},       {">", ">", 60, 60, 60},    {"<=", "<=", 60, 60, 60},
    {">=", ">=", 60, 60, 60},     {"~", "~", 0, 80, 0},      {"~*", "~*", 0, 80, 0},
    {"!~", "!~", 0, 80, 0},       {"!~*", "!~*", 0, 80, 0},  {"|", "|", 80, 80, 72},
    {"&", "&", 80, 80, 74},       {"<<", "<<", 80, 80, 76},  {">>", ">>", 80, 80, 76},
    {"@>", "@>", 0, 80, 0},       {"<@", "<@", 0, 80, 0},    {"->", "->", 120, 80, 120},
    {"->>", "->>", 120, 80, 120}, {"+", "+", 90, 90, 90},    {"-", "-", 90, 90, 90},
    {"*", "*", 100, 100, 100},    {"/", "/", 100, 100, 100}, {"%", "%", 100, 100, 100},
    {"mod", "%", 0, 0, 100},      {"div", "div", 0, 0, 100},
};

// Words that are no column where an operand is expected.
inline constexpr std::string_view reserved[] = {"and",
                                                "or",
                                                "not",
                                                "in",
                                                "is",
                                                "like",
                                                "between",
                                                "case",
                                                "when",
                                                "then",
                                                "else",
                                                "end",
                                                "select",
                                                "from",
                                                "where",
                                                "exists",
                                                "interval",
                                                "distinct",
                                                "all",
                                                "any",
                                                "some",
                                                "union",
                                                "order",
                                                "group",
                                                "over",
                                                "filter",
                                                "current_user",
                                                "session_user",
                                                "user",
                                                "current_role",
                                                "current_schema",
                                                "current_catalog",
                                                "binary",
                                                "row",
                                                "collate",
                                                "on",
                                                "default",
                                                "values",
                                                "using",
                                                "as",
                                                "for",
                                                "glob",
                                                "regexp",
                                                "rlike",
                                                "match",
                                                "ilike",
                                                "similar",
                                                "isnull",
                                                "notnull",
                                                "escape",
                                                "limit",
                                                "returning",
                                                "having",
                                                "set",
                                                "div",
                                                "xor",
                                                "convert",
                                                "array",
                                                "cast",
                                                "unknown"};

inline constexpr std::string_view bare_clocks[] = {"current_timestamp", "current_date", "current_time",
                                                   "localtimestamp", "localtime"};

}  // namespace bascule::expression
