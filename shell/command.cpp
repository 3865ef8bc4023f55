#include "shell/command.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "engine/base/text.h"

namespace bascule {
namespace {

std::vector<CommandRow> gather() {
  std::vector<CommandRow> all;
  for (auto* family :
       {&connection_commands, &schema_commands, &plan_commands, &apply_commands, &data_commands,
        &migrate_commands, &script_commands, &result_commands, &general_commands}) {
    auto rows = (*family)();
    all.insert(all.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  }
  return all;
}

}  // namespace

std::string_view effects_name(Effects effects) {
  constexpr std::array<std::string_view, 4> names{"none", "read", "write", "ddl"};
  return names[static_cast<std::size_t>(effects)];
}

std::span<const CommandRow> commands() {
  static const std::vector<CommandRow> all = gather();
  return all;
}

const CommandRow* find_command(std::string_view name) {
  for (const auto& row : commands())
    if (row.name == name || std::find(row.aliases.begin(), row.aliases.end(), name) != row.aliases.end())
      return &row;
  return nullptr;
}

Error unknown_command(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& row : commands()) {
    names.emplace_back(row.name);
    for (const auto alias : row.aliases)
      if (alias.size() > 2) names.emplace_back(alias);
  }
  const auto nearest = nearest_name(name, names);
  return usage_error("unknown command \\" + std::string(name),
                     nearest ? "did you mean \\" + *nearest + "?" : "\\? lists the commands");
}

Error usage_of(const CommandRow& row, std::string what) {
  return usage_error(
      "\\" + std::string(row.name) + ": " + std::move(what),
      "usage: \\" + std::string(row.name) + (row.usage.empty() ? "" : " ") + std::string(row.usage));
}

Error usage_of(std::string_view command, std::string what) {
  const CommandRow* row = find_command(command);
  return row == nullptr ? unknown_command(command) : usage_of(*row, std::move(what));
}

TableSource::TableSource(std::vector<ResultColumn> columns, std::vector<std::vector<Value>> rows)
    : columns_(std::move(columns)), rows_(std::move(rows)) {}

Result<bool> TableSource::next(Batch& out, std::size_t max_rows) {
  out.reset(columns_.size());
  for (std::size_t n = 0; n < max_rows && at_ < rows_.size(); ++n, ++at_)
    for (const auto& value : rows_[at_]) out.add(value);
  return !out.empty();
}

std::unique_ptr<TableSource> make_table(std::span<const std::string_view> columns,
                                        std::vector<std::vector<Value>> rows) {
  std::vector<ResultColumn> out;
  for (const auto column : columns) {
    const auto colon = column.find(':');
    const auto kind = colon == std::string_view::npos ? std::string_view() : column.substr(colon + 1);
    Type type = type::Text{};
    if (kind == "int") type = type::Int{};
    if (kind == "bool") type = type::Bool{};
    if (kind == "real") type = type::Float{};
    out.push_back({std::string(column.substr(0, colon)), std::move(type), ""});
  }
  return std::make_unique<TableSource>(std::move(out), std::move(rows));
}

}  // namespace bascule
