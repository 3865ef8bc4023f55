#include <algorithm>
#include <array>
#include <string>

#include "engine/dialect/sql_writer.h"
#include "engine/dialect/type_carry.h"
#include "engine/dialect/type_map.h"

namespace bascule {
namespace {

// The portable name without its arguments, and each engine's word; % stands for the arguments, and what
// follows | is used when there are some. "" means that the engine has no such type (see type_carry.cpp).
struct SpellingRow {
  std::string_view portable;
  std::array<std::string_view, 4> words;  // in the order of Flavor
};

constexpr SpellingRow spellings[] = {
    // portable    SQLite    PostgreSQL          MySQL                      MariaDB
    {"any", {"", "", "", ""}},
    {"bool", {"BOOLEAN", "boolean", "tinyint(1)", "tinyint(1)"}},
    {"int1", {"INTEGER", "", "tinyint", "tinyint"}},
    {"int2", {"INTEGER", "smallint", "smallint", "smallint"}},
    {"int3", {"INTEGER", "", "mediumint", "mediumint"}},
    {"int4", {"INTEGER", "integer", "int", "int"}},
    {"int8", {"INTEGER", "bigint", "bigint", "bigint"}},
    {"uint1", {"INTEGER", "", "tinyint unsigned", "tinyint unsigned"}},
    {"uint2", {"INTEGER", "", "smallint unsigned", "smallint unsigned"}},
    {"uint3", {"INTEGER", "", "mediumint unsigned", "mediumint unsigned"}},
    {"uint4", {"INTEGER", "", "int unsigned", "int unsigned"}},
    {"uint8", {"INTEGER", "", "bigint unsigned", "bigint unsigned"}},
    {"decimal", {"", "numeric|numeric%", "decimal|decimal%", "decimal|decimal%"}},
    {"float4", {"REAL", "real", "float", "float"}},
    {"float8", {"REAL", "double precision", "double", "double"}},
    {"text", {"TEXT", "text", "longtext", "longtext"}},
    {"varchar", {"TEXT", "varchar%", "varchar%", "varchar%"}},
    {"char", {"TEXT", "char|char%", "char|char%", "char|char%"}},
    {"bytes", {"BLOB", "bytea", "longblob|varbinary%", "longblob|varbinary%"}},
    {"binary", {"BLOB", "bytea", "binary|binary%", "binary|binary%"}},
    {"date", {"", "date", "date", "date"}},
    {"time", {"", "time|time%", "time|time%", "time|time%"}},
    {"timetz", {"", "timetz|timetz%", "", ""}},
    {"timestamp", {"", "timestamp|timestamp%", "datetime|datetime%", "datetime|datetime%"}},
    {"timestamptz", {"", "timestamptz|timestamptz%", "timestamp|timestamp%", "timestamp|timestamp%"}},
    {"interval", {"", "interval", "", ""}},
    {"uuid", {"", "uuid", "", "uuid"}},
    {"json", {"", "json", "json", "json"}},
    {"jsonb", {"", "jsonb", "json", "json"}},
    {"bit", {"", "bit|bit%", "bit|bit%", "bit|bit%"}},
    {"varbit", {"", "varbit|varbit%", "", ""}},
    {"inet", {"", "inet", "", ""}},
    {"cidr", {"", "cidr", "", ""}},
    {"macaddr", {"", "macaddr", "", ""}},
    {"macaddr8", {"", "macaddr8", "", ""}},
    {"inet4", {"", "", "", "inet4"}},
    {"inet6", {"", "", "", "inet6"}},
    {"year", {"", "", "year", "year"}},
};

// The grammar takes plain strings only.
std::string spell_labels(std::string_view word, const std::vector<std::string>& labels, const Dialect& row) {
  std::string out(word);
  out += '(';
  for (std::size_t i = 0; i < labels.size(); ++i)
    out += (i > 0 ? "," : "") + quote_plain_string(labels[i], row);
  return out + ')';
}

// "" if the engine has no word for it.
std::string spell_directly(const Type& type, const Features& target) {
  const Dialect& row = dialect(target.flavor);
  const bool is_mysql_family = target.flavor == Flavor::mysql || target.flavor == Flavor::mariadb;
  if (const auto* native = type.get<type::Native>()) return native->spelling;
  if (const auto* list = type.get<type::Enum>()) {
    if (is_mysql_family) return list->labels.empty() ? "" : spell_labels("enum", list->labels, row);
    return target.flavor == Flavor::postgres ? list->name : "";
  }
  if (const auto* list = type.get<type::Set>())
    return is_mysql_family ? spell_labels("set", list->labels, row) : "";
  if (const auto* array = type.get<type::Array>()) {
    const std::string element = spell_directly(array->element.at(0), target);
    return target.flavor == Flavor::postgres && !element.empty() ? element + "[]" : "";
  }
  const std::string name = type_name(type);
  const std::size_t open = name.find('(');
  const std::string_view base = std::string_view(name).substr(0, open);
  const std::string arguments = open == std::string::npos ? "" : name.substr(open);
  const auto found = std::find_if(std::begin(spellings), std::end(spellings),
                                  [&](const auto& r) { return r.portable == base; });
  if (found == std::end(spellings)) return "";
  std::string_view word = found->words[static_cast<std::size_t>(target.flavor)];
  if (const std::size_t bar = word.find('|'); bar != std::string_view::npos)
    word = arguments.empty() ? word.substr(0, bar) : word.substr(bar + 1);
  std::string spelled(word);
  if (const std::size_t mark = spelled.find('%'); mark != std::string::npos)
    spelled.replace(mark, 1, arguments);
  return spelled;
}

}  // namespace

std::string spell_type(const Type& type, const Features& target) {
  if (type.is<type::Any>() && target.flavor == Flavor::sqlite) return "";
  if (std::string spelled = spell_directly(type, target); !spelled.empty()) return spelled;
  // The engine does not have it: what the copier takes instead. Any other flavour stands for "from
  // elsewhere".
  const Flavor elsewhere = target.flavor == Flavor::sqlite ? Flavor::postgres : Flavor::sqlite;
  return spell_directly(carry_type(type, elsewhere, target, {}).type, target);
}

}  // namespace bascule
