#include "engine/dialect/narrowing.h"

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"

namespace bascule {
namespace {

using Condition = std::optional<std::string>;

struct Range {
  std::string low, high;
};

Range range_of(const type::Int& type) {
  constexpr std::string_view signed_high[] = {"127", "32767", "8388607", "2147483647", "9223372036854775807"};
  constexpr std::string_view signed_low[] = {"-128", "-32768", "-8388608", "-2147483648",
                                             "-9223372036854775808"};
  constexpr std::string_view unsigned_high[] = {"255", "65535", "16777215", "4294967295",
                                                "18446744073709551615"};
  const std::size_t place = type.bytes == 8 ? 4 : static_cast<std::size_t>(type.bytes - 1);
  if (type.is_unsigned) return {"0", std::string(unsigned_high[place])};
  return {std::string(signed_low[place]), std::string(signed_high[place])};
}

class Prober {
 public:
  Prober(const Column& from, const Column& to, const Dialect& dialect)
      : from_(from), to_(to), dialect_(dialect), name_(quote_identifier(from.name, dialect)) {}

  Condition type_condition() const {
    if (from_.type == to_.type) return "";
    if (dialect_.flavor == Flavor::sqlite) return by_affinity();
    return std::visit([&](const auto& to) { return becomes(to); }, to_.type.kind);
  }

 private:
  bool is_postgres() const { return dialect_.flavor == Flavor::postgres; }

  // Whether a text is the same after the new affinity as before
  // (https://www.sqlite.org/datatype3.html#column_affinity).
  Condition by_affinity() const {
    const std::string declared = to_lower(to_.native_type);
    const auto has = [&](std::string_view word) { return declared.find(word) != std::string::npos; };
    std::string affinity = "NUMERIC";
    if (has("int"))
      affinity = "INTEGER";
    else if (has("char") || has("clob") || has("text"))
      affinity = "TEXT";
    else if (has("blob") || declared.empty())
      return "";
    else if (has("real") || has("floa") || has("doub"))
      affinity = "REAL";
    return fmt::format("CAST(CAST({0} AS {1}) AS TEXT) IS NOT CAST({0} AS TEXT)", name_, affinity);
  }

  Condition outside(const Range& range) const {
    return fmt::format("{0} < {1} OR {0} > {2}", name_, range.low, range.high);
  }
  std::string text_form() const { return is_postgres() ? name_ + "::text" : "CAST(" + name_ + " AS CHAR)"; }
  Condition not_like(std::string_view pattern) const {
    return fmt::format(fmt::runtime(is_postgres() ? "{} !~ {}" : "{} NOT REGEXP {}"), name_,
                       quote_literal(pattern, dialect_));
  }
  Condition not_among(const std::vector<std::string>& labels) const {
    std::string list;
    for (const auto& label : labels) list += (list.empty() ? "" : ", ") + quote_literal(label, dialect_);
    if (list.empty()) return std::nullopt;
    return fmt::format("{} NOT IN ({})", text_form(), list);
  }
  bool was_number() const {
    return from_.type.is<type::Int>() || from_.type.is<type::Decimal>() || from_.type.is<type::Float>();
  }

  Condition becomes(const type::Int& to) const {
    const Range range = range_of(to);
    if (from_.type.is<type::Int>()) return outside(range);
    if (from_.type.is<type::Bool>()) return "";
    if (was_number()) return fmt::format("{0} <> round({0}) OR {1}", name_, *outside(range));
    // One digit less than the greatest has, so that any number of that many digits fits.
    if (from_.type.is<type::Text>())
      return not_like(fmt::format("^{}[0-9]{{1,{}}}$", to.is_unsigned ? "" : "-?", range.high.size() - 1));
    return std::nullopt;
  }
  Condition becomes(const type::Decimal& to) const {
    if (!was_number()) return std::nullopt;
    if (!to.precision) return "";
    const int scale = to.scale.value_or(0);
    const std::string limit = "1" + std::string(static_cast<std::size_t>(*to.precision - scale), '0');
    return fmt::format("abs({0}) >= {1} OR {0} <> round({0}, {2})", name_, limit, scale);
  }
  Condition becomes(const type::Float& to) const {
    if (from_.type.is<type::Float>() && to.bytes == 8) return "";
    if (is_postgres() && was_number())
      return fmt::format("{0}::{1}::numeric <> {0}::numeric", name_,
                         to.bytes == 4 ? "real" : "double precision");
    return std::nullopt;
  }
  Condition becomes(const type::Text& to) const {
    if (from_.type.is<type::Bytes>()) return std::nullopt;
    if (from_.type.is<type::Text>() || from_.type.is<type::Enum>()) {
      if (!to.max_chars) return "";
      return fmt::format("char_length({}) > {}", text_form(), *to.max_chars);
    }
    const bool is_plain = from_.type.is<type::Int>() || from_.type.is<type::Decimal>() ||
                          from_.type.is<type::Uuid>() || from_.type.is<type::Date>();
    if (!is_plain) return std::nullopt;
    if (!to.max_chars) return "";
    return fmt::format("char_length({}) > {}", text_form(), *to.max_chars);
  }
  Condition becomes(const type::Bytes& to) const {
    if (!from_.type.is<type::Bytes>()) return std::nullopt;
    if (!to.max_bytes || to.fixed) return to.fixed ? Condition() : Condition("");
    return fmt::format("octet_length({}) > {}", name_, *to.max_bytes);
  }
  Condition becomes(const type::Bool&) const {
    if (from_.type.is<type::Int>()) return fmt::format("{} NOT IN (0, 1)", name_);
    return std::nullopt;
  }
  Condition becomes(const type::Enum& to) const {
    if (from_.type.is<type::Text>() || from_.type.is<type::Enum>()) return not_among(to.labels);
    return std::nullopt;
  }
  Condition becomes(const type::Uuid&) const {
    if (from_.type.is<type::Text>())
      return not_like("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$");
    return std::nullopt;
  }
  Condition becomes(const type::Timestamp& to) const {
    const auto* from = from_.type.get<type::Timestamp>();
    if (from == nullptr || from->zoned != to.zoned) return std::nullopt;
    const int full = is_postgres() ? 6 : 0;
    const int had = from->digits.value_or(full), gets = to.digits.value_or(full);
    if (gets >= had) return "";
    if (is_postgres()) return fmt::format("{0}::timestamp{2}({1}) <> {0}", name_, gets, to.zoned ? "tz" : "");
    return fmt::format("CAST({0} AS DATETIME({1})) <> {0}", name_, gets);
  }
  Condition becomes(const type::Date&) const {
    const auto* from = from_.type.get<type::Timestamp>();
    if (from == nullptr || from->zoned) return std::nullopt;
    return is_postgres() ? fmt::format("{0}::date::timestamp <> {0}", name_)
                         : fmt::format("CAST({0} AS DATE) <> {0}", name_);
  }
  template <typename Other>
  Condition becomes(const Other&) const {
    return std::nullopt;
  }

  const Column& from_;
  const Column& to_;
  const Dialect& dialect_;
  std::string name_;
};

}  // namespace

std::optional<std::string> misfit_condition(const Column& from, const Column& to, const Dialect& dialect) {
  Condition condition = Prober(from, to, dialect).type_condition();
  if (!condition) return std::nullopt;
  if (!from.nullable || to.nullable) return condition;
  std::string all = quote_identifier(from.name, dialect) + " IS NULL";
  if (!condition->empty()) all += " OR " + *condition;
  return all;
}

}  // namespace bascule
