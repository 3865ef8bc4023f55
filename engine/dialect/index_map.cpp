#include "engine/dialect/index_map.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/table_expressions.h"

namespace bascule {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

// What an index of MySQL holds in all its parts; a character takes up to 4 bytes of it.
constexpr std::int64_t index_bytes = 3072, bytes_of_other = 16;

// The bytes that a text or bytes column takes in an index of MySQL; nothing for other types.
std::optional<std::int64_t> index_width(const Column& column) {
  constexpr std::int64_t unlimited = INT64_MAX / 8;
  if (const auto* text = column.type.get<type::Text>())
    return std::min(text->max_chars.value_or(unlimited), unlimited) * 4;
  if (const auto* bytes = column.type.get<type::Bytes>()) return bytes->max_bytes.value_or(unlimited);
  return std::nullopt;
}

class IndexMapper {
 public:
  IndexMapper(const Table& source, const Table& mapped, const Index& index, Flavor from,
              const Features& target, std::vector<Notice>& notices)
      : source_(source), mapped_(mapped), index_(index), from_(from), target_(target), notices_(notices) {}

  std::optional<Index> run() {
    Index out = index_;
    const std::string why = carry(out);
    if (!why.empty()) {
      note("index_not_carried",
           (index_.unique ? "the unique index is left out: " : "the index is left out: ") + why);
      return std::nullopt;
    }
    leave_out_options(out);
    return out;
  }

 private:
  void note(std::string code, std::string text) {
    notices_.push_back({std::move(code), source_.name + "." + index_.name, std::move(text)});
  }
  bool is_to_mysql() const { return is_mysql_family(target_.flavor); }
  bool is_within_family() const { return is_mysql_family(from_) && is_to_mysql(); }

  // Why the index cannot be carried; "" if it can.
  std::string carry(Index& out) {
    if (!index_.is_valid) return "it is not valid, as a build of it failed";
    if (!index_.where.empty()) {
      const auto condition =
          carry_index_expression(source_, mapped_, index_.where, from_, target_, ExpressionUse::condition);
      if (!condition.sql)
        return fmt::format("it covers only the rows {} ({})", index_.where, condition.reason);
      out.where = *condition.sql;
    }
    if (!is_within_family())
      if (auto why = carry_method(out); !why.empty()) return why;
    for (auto& part : out.parts)
      if (auto why = carry_part(part); !why.empty()) return why;
    return "";
  }

  std::string carry_method(Index& out) const {
    if (out.method.empty() || equals_ignoring_case(out.method, "btree")) return "";
    if (!equals_ignoring_case(out.method, "hash")) return "the target has no index of kind " + out.method;
    out.method.clear();
    return "";
  }

  std::string carry_part(IndexPart& part) {
    if (part.column.empty()) {
      const auto made =
          carry_index_expression(source_, mapped_, part.expression, from_, target_, ExpressionUse::value);
      if (!made.sql) return fmt::format("it has the expression {} ({})", part.expression, made.reason);
      part.expression = *made.sql;
      return "";
    }
    if (is_within_family()) return "";
    if (part.prefix_length && index_.unique) return "it is unique over a prefix of " + part.column;
    part.prefix_length.reset();
    const Column* column = mapped_.find_column(part.column);
    if (!is_to_mysql() || index_.unique || column == nullptr) return "";
    const auto width = index_width(*column), room = room_of_long_part();
    if (!width || !room || *width <= *room) return "";
    part.prefix_length = static_cast<int>(column->type.is<type::Text>() ? *room / 4 : *room);
    note("index_prefix", fmt::format("covers the first {} of {}", *part.prefix_length, part.column));
    return "";
  }

  // What each text may take where they do not all fit; nothing if they do.
  std::optional<std::int64_t> room_of_long_part() const {
    std::int64_t total = 0, others = 0, texts = 0;
    for (const auto& part : index_.parts) {
      const Column* column = mapped_.find_column(part.column);
      const auto width = column == nullptr ? std::nullopt : index_width(*column);
      (width ? texts : others) += 1;
      total += std::min(width.value_or(bytes_of_other), index_bytes + 1);
    }
    if (total <= index_bytes || texts == 0) return std::nullopt;
    return (index_bytes - others * bytes_of_other) / texts;
  }

  // What changes how the index is kept or checked, and not what it covers.
  void leave_out_options(Index& out) {
    if (target_.flavor == Flavor::sqlite) out.is_constraint = false;
    if (is_within_family()) return;
    const auto leave_out = [&](std::string text) { note("index_option_not_carried", std::move(text)); };
    if (!out.include.empty()) leave_out("INCLUDE (" + join(out.include, ", ") + ") is left out");
    out.include.clear();
    if (out.nulls_not_distinct)
      leave_out("several NULLs are allowed, as the target has no NULLS NOT DISTINCT");
    out.nulls_not_distinct = false;
    if (out.deferrable) leave_out("it is checked at once");
    out.deferrable = out.initially_deferred = false;
    if (out.invisible) leave_out("the optimizer uses it, as the target has no invisible indexes");
    out.invisible = false;
    if (!out.options.empty()) leave_out(out.options + " is left out");
    out.options.clear();
    for (auto& part : out.parts) {
      if (!part.operator_class.empty())
        leave_out("the operator class " + part.operator_class + " is left out");
      part.operator_class.clear();
      if (!part.collation.empty()) leave_out("the collation " + part.collation + " is left out");
      part.collation.clear();
      if (part.nulls_first)
        leave_out(*part.nulls_first ? "NULLS FIRST is left out" : "NULLS LAST is left out");
      part.nulls_first.reset();
    }
    if (target_.flavor == Flavor::sqlite && !out.comment.empty()) {
      note("comment_not_carried", "SQLite has no comments");
      out.comment.clear();
    }
  }

  const Table& source_;
  const Table& mapped_;
  const Index& index_;
  Flavor from_;
  const Features& target_;
  std::vector<Notice>& notices_;
};

}  // namespace

std::optional<Index> map_index(const Table& source, const Table& mapped, const Index& from, Flavor flavor,
                               const Features& target, std::vector<Notice>& notices) {
  return IndexMapper(source, mapped, from, flavor, target, notices).run();
}

}  // namespace bascule
