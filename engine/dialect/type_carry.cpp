#include "engine/dialect/type_carry.h"

#include <algorithm>

#include "engine/base/overloaded.h"

namespace bascule {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

// The characters that a VARCHAR may declare so that a few of them fit into a row of 65,535 bytes, 4 bytes
// each.
constexpr std::int64_t max_varchar = 16'383;
// https://dev.mysql.com/doc/refman/8.4/en/precision-math-decimal-characteristics.html
constexpr int max_decimal_precision = 65, max_decimal_scale = 30;
constexpr int max_datetime_digits = 6;

// One visitor per target: each says for every portable type what the engine has for it.
struct Carrier {
  Flavor from;
  const Features& target;
  const KeyRole& role;
  std::vector<TypeNote> notes = {};

  void note(std::string code, std::string text) { notes.push_back({std::move(code), std::move(text)}); }
  void note_as_text(std::string what) {
    note("type_as_text", std::move(what) + " becomes text in its own text form");
  }
  void note_labels(std::string_view what) {
    note("labels_not_enforced", std::string(what) + " becomes text; its labels are not enforced");
  }
  // A bare type means these digits: 6 on PostgreSQL, 0 on MySQL.
  int digits(const std::optional<int>& declared) const {
    return declared.value_or(from == Flavor::postgres ? max_datetime_digits : 0);
  }
};

// --- SQLite: five storage classes. Exact decimals, dates and JSON need TEXT, because NUMERIC affinity turns
// '0.10' into 0.1, '2024' into 2024 and the JSON text '5' into a number.
struct ToSqlite : Carrier {
  Type text(std::string_view what) {
    note("type_widened", std::string(what) + " becomes TEXT, which keeps its exact text");
    return type::Text{};
  }
  Type operator()(const type::Any& t) { return t; }
  Type operator()(const type::Bool& t) { return t; }
  Type operator()(const type::Int& t) {
    if (t.is_unsigned && t.bytes == 8)
      note("range_narrowed", "values above 9223372036854775807 do not fit an INTEGER and are refused");
    return type::Int{8};
  }
  Type operator()(const type::Decimal&) { return text("a decimal"); }
  Type operator()(const type::Float&) { return type::Float{8}; }
  Type operator()(const type::Text&) { return type::Text{}; }
  Type operator()(const type::Bytes&) { return type::Bytes{}; }
  Type operator()(const type::Date&) { return text("a date"); }
  Type operator()(const type::Time&) { return text("a time"); }
  Type operator()(const type::Timestamp&) { return text("a timestamp"); }
  Type operator()(const type::Interval&) { return text("an interval"); }
  Type operator()(const type::Uuid&) { return text("a UUID"); }
  Type operator()(const type::Json&) { return text("JSON"); }
  Type operator()(const type::Enum&) { return note_labels("an enum"), type::Text{}; }
  Type operator()(const type::Set&) { return note_labels("a set"), type::Text{}; }
  Type operator()(const type::Array&) { return note_as_text("an array"), type::Text{}; }
  Type operator()(const type::Bits&) { return note_as_text("a bit string"), type::Text{}; }
  Type operator()(const type::Network&) { return text("a network address"); }
  Type operator()(const type::Year&) { return type::Int{8}; }
  Type operator()(const type::Native& t) { return note_as_text("the type " + t.spelling), type::Text{}; }
};

struct ToPostgres : Carrier {
  Type operator()(const type::Any&) {
    note("type_undeclared", "a column without a declared type becomes text");
    return type::Text{};
  }
  Type operator()(const type::Bool& t) { return t; }
  Type operator()(const type::Int& t) {
    if (!t.is_unsigned) return type::Int{t.bytes == 1 ? 2 : t.bytes == 3 ? 4 : t.bytes};
    if (t.bytes < 8) return type::Int{t.bytes == 1 ? 2 : t.bytes == 4 ? 8 : 4};
    if (!role.in_key) return type::Decimal{20, 0};
    // Keys that refer to each other must agree, and an identity cannot be numeric.
    note("range_narrowed", "values above 9223372036854775807 do not fit a bigint and are refused");
    return type::Int{8};
  }
  Type operator()(const type::Decimal& t) { return t; }
  Type operator()(const type::Float& t) { return t; }
  Type operator()(const type::Text& t) {
    if (from == Flavor::sqlite) return type::Text{};  // SQLite does not enforce the length
    return type::Text{t.max_chars};  // MySQL's CHAR has no trailing blanks, which PostgreSQL's would pad
  }
  Type operator()(const type::Bytes&) { return type::Bytes{}; }
  Type operator()(const type::Date& t) { return t; }
  Type operator()(const type::Time& t) {
    if (is_mysql_family(from))
      note("range_narrowed", "times below 00:00:00 or above 24:00:00 do not fit a time and are refused");
    return type::Time{digits(t.digits), t.zoned};
  }
  Type operator()(const type::Timestamp& t) { return type::Timestamp{digits(t.digits), t.zoned}; }
  Type operator()(const type::Interval& t) { return t; }
  Type operator()(const type::Uuid& t) { return t; }
  Type operator()(const type::Json& t) { return t; }
  Type operator()(const type::Enum&) { return note_labels("an enum"), type::Text{}; }
  Type operator()(const type::Set&) { return note_labels("a set"), type::Text{}; }
  Type operator()(const type::Array& t) { return t; }
  Type operator()(const type::Bits& t) { return t; }
  Type operator()(const type::Network&) { return type::Network{type::NetworkKind::inet}; }
  Type operator()(const type::Year&) { return type::Int{2}; }
  Type operator()(const type::Native& t) { return note_as_text("the type " + t.spelling), type::Text{}; }
};

struct ToMysql : Carrier {
  bool is_mariadb() const { return target.flavor == Flavor::mariadb; }

  Type text(std::optional<std::int64_t> max_chars) {
    if (role.in_key && max_chars.value_or(role.max_chars + 1) > role.max_chars) {
      note("length_limited", "text in a key becomes varchar(" + std::to_string(role.max_chars) +
                                 "), longer values are refused");
      return type::Text{role.max_chars};
    }
    if (max_chars && *max_chars <= max_varchar) return type::Text{max_chars};
    return type::Text{};
  }
  Type as_text(std::string what) { return note_as_text(std::move(what)), text({}); }

  Type operator()(const type::Any&) {
    note("type_undeclared", "a column without a declared type becomes text");
    return text({});
  }
  Type operator()(const type::Bool& t) { return t; }
  Type operator()(const type::Int& t) { return t; }
  Type operator()(const type::Decimal& t) {
    const int scale = t.scale.value_or(0);
    const bool fits = t.precision && *t.precision <= max_decimal_precision && scale >= 0 &&
                      scale <= max_decimal_scale && scale <= *t.precision;
    if (fits) return type::Decimal{t.precision, scale};
    note("range_narrowed",
         "becomes decimal(65,30): more than 35 digits before or 30 after the point are refused");
    return type::Decimal{max_decimal_precision, max_decimal_scale};
  }
  Type operator()(const type::Float& t) { return t; }
  Type operator()(const type::Text& t) {
    if (t.fixed) note("padding_kept", "a padded char becomes varchar, which keeps trailing blanks");
    return text(t.max_chars);
  }
  Type operator()(const type::Bytes& t) {
    if (role.in_key && t.max_bytes.value_or(role.max_bytes + 1) > role.max_bytes) {
      note("length_limited", "bytes in a key become varbinary(" + std::to_string(role.max_bytes) +
                                 "), longer values are refused");
      return type::Bytes{role.max_bytes};
    }
    if (t.max_bytes && *t.max_bytes <= max_varchar) return type::Bytes{t.max_bytes};
    return type::Bytes{};
  }
  Type operator()(const type::Date& t) {
    note("range_narrowed", "infinity and dates before 0001-01-01 or after 9999-12-31 are refused");
    return t;
  }
  Type operator()(const type::Time& t) {
    if (t.zoned) return as_text("a time with time zone");
    return type::Time{std::min(digits(t.digits), max_datetime_digits)};
  }
  // TIMESTAMP ends in 2038, so that an instant becomes a DATETIME in UTC.
  Type operator()(const type::Timestamp& t) {
    if (t.zoned) note("zone_as_utc", "becomes a datetime that holds UTC");
    note("range_narrowed", "infinity and years before 1 or after 9999 are refused");
    return type::Timestamp{std::min(digits(t.digits), max_datetime_digits)};
  }
  Type operator()(const type::Interval&) { return as_text("an interval"); }
  Type operator()(const type::Uuid& t) {
    if (target.uuid_type) return t;
    return type::Text{36, true};
  }
  Type operator()(const type::Json& t) {
    if (!is_mariadb() && !t.binary)
      note("json_normalised",
           "MySQL reorders keys, drops duplicate ones and rounds numbers of more than 17 digits");
    if (!is_mariadb()) return type::Json{true};
    return type::Json{false};
  }
  Type operator()(const type::Enum& t) {
    const bool has_trailing_blank = std::any_of(
        t.labels.begin(), t.labels.end(), [](const std::string& label) { return label.ends_with(' '); });
    if (!t.labels.empty() && !has_trailing_blank) return type::Enum{"", t.labels};
    note_labels("an enum");
    return text({});
  }
  Type operator()(const type::Set& t) { return t; }
  Type operator()(const type::Array&) { return as_text("an array"); }
  Type operator()(const type::Bits& t) {
    const bool fits = !t.varying && t.length.value_or(1) <= 64;
    if (fits) return type::Bits{t.length.value_or(1)};
    return as_text("a bit string");
  }
  Type operator()(const type::Network& t) {
    const bool is_known =
        is_mariadb() && (t.kind == type::NetworkKind::inet4 || t.kind == type::NetworkKind::inet6);
    if (is_known) return t;
    note_as_text("a network address");
    return type::Text{43};  // the longest inet: an IPv6 address with its mask
  }
  Type operator()(const type::Year& t) { return t; }
  Type operator()(const type::Native& t) { return as_text("the type " + t.spelling); }
};

}  // namespace

CarriedType carry_type(const Type& type, Flavor from, const Features& target, const KeyRole& role) {
  if (from == target.flavor) return {type};
  const auto carry = [&](auto carrier) {
    Type carried = std::visit([&](const auto& kind) { return carrier(kind); }, type.kind);
    return CarriedType{std::move(carried), std::move(carrier.notes)};
  };
  switch (target.flavor) {
    case Flavor::sqlite:
      return carry(ToSqlite{{from, target, role}});
    case Flavor::postgres:
      return carry(ToPostgres{{from, target, role}});
    case Flavor::mysql:
    case Flavor::mariadb:
      return carry(ToMysql{{from, target, role}});
  }
  return {type};
}

}  // namespace bascule
