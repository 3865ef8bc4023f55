// The portable types. A Type keeps what was *declared*: a bare `timestamp` (no digits) is not `timestamp(6)`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace bascule {

struct Type;

namespace type {

struct Bool {
  bool operator==(const Bool&) const = default;
};
struct Int {
  int bytes = 8;  // 1 2 3 4 8
  bool is_unsigned = false;
  bool operator==(const Int&) const = default;
};
struct Decimal {
  std::optional<int> precision = {},
                     scale = {};  // none: as declared, unlimited (PostgreSQL) or the engine's default
  bool operator==(const Decimal&) const = default;
};
struct Float {
  int bytes = 8;  // 4 8
  bool operator==(const Float&) const = default;
};
struct Text {
  std::optional<std::int64_t> max_chars = {};
  bool fixed = false;  // char(n), blank padded
  bool operator==(const Text&) const = default;
};
struct Bytes {
  std::optional<std::int64_t> max_bytes = {};
  bool fixed = false;  // binary(n), zero padded
  bool operator==(const Bytes&) const = default;
};
struct Date {
  bool operator==(const Date&) const = default;
};
struct Time {  // of day; on MySQL also a duration of up to 838 hours
  std::optional<int> digits = {};
  bool zoned = false;
  bool operator==(const Time&) const = default;
};
struct Timestamp {
  std::optional<int> digits = {};
  bool zoned =
      false;  // true: an instant (timestamptz, MySQL TIMESTAMP); false: wall time (timestamp, DATETIME)
  bool operator==(const Timestamp&) const = default;
};
struct Interval {
  bool operator==(const Interval&) const = default;
};
struct Uuid {
  bool operator==(const Uuid&) const = default;
};
struct Json {
  bool binary = false;  // true: the engine normalises (jsonb, MySQL JSON); false: the text is kept
  bool operator==(const Json&) const = default;
};
struct Enum {
  std::string name = {};  // PostgreSQL's type name, schema-qualified outside the search path; empty on MySQL
  std::vector<std::string> labels = {};
  bool operator==(const Enum&) const = default;
};
struct Set {  // MySQL SET
  std::vector<std::string> labels = {};
  bool operator==(const Set&) const = default;
};
struct Array {
  std::vector<Type> element;  // exactly one
  bool operator==(const Array&) const;
};
struct Bits {
  std::optional<std::int64_t> length = {};
  bool varying = false;
  bool operator==(const Bits&) const = default;
};
enum class NetworkKind { inet, cidr, macaddr, macaddr8, inet4, inet6 };
struct Network {
  NetworkKind kind = NetworkKind::inet;
  bool operator==(const Network&) const = default;
};
struct Year {  // MySQL
  bool operator==(const Year&) const = default;
};
struct Any {  // SQLite: a column without a type, or one whose declared name says nothing; values decide
  bool operator==(const Any&) const = default;
};
// Everything else, by its spelling; copied only to the same engine, and the planner says so.
struct Native {
  std::string spelling = {};
  bool operator==(const Native&) const = default;
};

}  // namespace type

struct Type {
  using Kind =
      std::variant<type::Any, type::Bool, type::Int, type::Decimal, type::Float, type::Text, type::Bytes,
                   type::Date, type::Time, type::Timestamp, type::Interval, type::Uuid, type::Json,
                   type::Enum, type::Set, type::Array, type::Bits, type::Network, type::Year, type::Native>;
  Kind kind = {};

  Type() = default;
  template <typename T>
  requires(!std::is_same_v<std::decay_t<T>, Type>) Type(T&& value) : kind(std::forward<T>(value)) {}

  template <typename T>
  bool is() const {
    return std::holds_alternative<T>(kind);
  }
  template <typename T>
  const T* get() const {
    return std::get_if<T>(&kind);
  }
  bool operator==(const Type& other) const { return kind == other.kind; }
};

inline bool type::Array::operator==(const Array& other) const {
  return element == other.element;
}

// The portable name, the `type` of the schema's JSON: bool int4 uint8 decimal(10,2) float8 text varchar(20)
// char(3) bytes date time(3) timestamp timestamptz(6) interval uuid json jsonb enum set int4[] bit(3) inet
// year any, and for Native the spelling.
std::string type_name(const Type& type);
// The inverse: what type_name() gives for the returned type. The labels of enum and set are not part of the
// name and come out empty; a name that is no portable one is Native. An error of code usage for an empty name
// and for a portable name with arguments that it cannot have: int4(3), varchar(x).
Result<Type> parse_type_name(std::string_view name);
// True for types whose values are numbers, which human formats align right and JSON writes bare.
bool is_numeric(const Type& type);

}  // namespace bascule
