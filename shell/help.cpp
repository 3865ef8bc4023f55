#include "shell/help.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"
#include "shell/command.h"
#include "shell/render/renderer.h"

namespace bascule {
namespace {

struct Topic {
  std::string_view name, text;
};

constexpr Topic topics[] = {
    {"config",
     "Profiles are in $XDG_CONFIG_HOME/bascule/profiles.toml (else ~/.config/bascule):\n"
     "  [profiles.NAME]\n"
     "  url = \"postgres://app@db1/shop\"\n"
     "  env = \"prod\"                  # dev, staging or prod: shown in the prompt\n"
     "  read_only = true              # enforced by the server\n"
     "  init = [\"SET lock_timeout = '5s'\"]\n"
     "  password = { command = [\"pass\", \"show\", \"shop\"] }   # or { env = \"X\" } or { file = \"X\" }\n"
     "Variables to set at the start are in config.toml:\n"
     "  [set]\n"
     "  COMPARE_KEY = \"id\"\n"},
    {"addresses",
     "@name before a statement or command runs it on that connection: @src SELECT 1;\n"
     "@a,b SELECT ... runs on both and shows the results side by side; @* means all connections.\n"
     "@src.orders and @src.public.orders name objects in commands.\n"
     "Side by side, rows are matched by the first column (\\set COMPARE_KEY c1,c2 for others).\n"},
    {"variables",
     "\\set NAME VALUE; in SQL :NAME is replaced as it is, :'NAME' as a literal, :\"NAME\" as an "
     "identifier.\n"
     "COMPARE_KEY      columns that match rows side by side\n"
     "TYPE_MAP         a file of rules for types: orders.total = numeric(20,4), type:tinyint(1) = smallint\n"
     "COMPARE_STRICT   on: 1 and 1.00 are different\n"
     "FAIL_ON_DIFF     on: a difference ends with exit code 4\n"
     "PAGER            off: no pager; else $BASCULE_PAGER, $PAGER or less shows long results\n"},
};

struct ExitRow {
  int code;
  std::string_view meaning;
};

constexpr ExitRow exit_rows[] = {{0, "ok"},
                                 {1, "SQL or command error"},
                                 {2, "usage, configuration or plugin error"},
                                 {3, "connection failed or lost"},
                                 {4, "compared and different"},
                                 {5, "refused by a guard or a declined confirmation"},
                                 {6, "stopped at a checkpoint, resumable"},
                                 {7, "outcome unknown (lost during COMMIT)"},
                                 {130, "interrupted"}};

std::string line_of(const CommandRow& row) {
  const std::string form =
      "\\" + std::string(row.name) + (row.usage.empty() ? "" : " ") + std::string(row.usage);
  if (form.size() <= 34) return fmt::format("  {:<34}  {}\n", form, row.summary);
  return fmt::format("  {}\n  {:<34}  {}\n", form, "", row.summary);
}

std::string all_commands() {
  std::string text;
  std::string_view group;
  for (const auto& row : commands()) {
    if (row.group != group) text += (text.empty() ? "" : "\n") + std::string(row.group) + "\n";
    group = row.group;
    text += line_of(row);
  }
  text += "\nMore: \\? COMMAND";
  for (const auto& topic : topics) text += ", \\? " + std::string(topic.name);
  return text + "\nSQL ends with ; and goes to the current connection, or to @name before it.\n";
}

std::string one_command(const CommandRow& row) {
  std::string text = "\\" + std::string(row.name) + (row.usage.empty() ? "" : " ") + std::string(row.usage) +
                     "\n  " + std::string(row.summary) + "\n";
  for (const auto& option : row.options)
    text +=
        fmt::format("  {:<20} {}\n",
                    std::string(option.name) + (option.value.empty() ? "" : " ") + std::string(option.value),
                    option.summary);
  if (!row.aliases.empty()) {
    text += "  also:";
    for (const auto alias : row.aliases) text += " \\" + std::string(alias);
    text += "\n";
  }
  return text;
}

}  // namespace

Result<std::string> help_text(std::string_view topic) {
  if (topic.starts_with('\\')) topic.remove_prefix(1);
  if (topic.empty()) return all_commands();
  for (const auto& row : topics)
    if (row.name == topic) return std::string(row.text);
  if (topic == "formats") {
    std::string text;
    for (const auto& row : formats()) text += fmt::format("  {:<10} {}\n", row.name, row.summary);
    return text;
  }
  if (const CommandRow* row = find_command(topic)) return one_command(*row);
  return unknown_command(topic);
}

std::string help_json() {
  using Json = nlohmann::ordered_json;
  Json document{{"version", BASCULE_VERSION}, {"commands", Json::array()}, {"formats", Json::array()}};
  for (const auto& row : commands()) {
    Json options = Json::array();
    for (const auto& option : row.options)
      options.push_back(Json{{"name", option.name}, {"value", option.value}, {"summary", option.summary}});
    document["commands"].push_back(Json{
        {"name", row.name},
        {"aliases", row.aliases},
        {"group", row.group},
        {"usage", "\\" + std::string(row.name) + (row.usage.empty() ? "" : " ") + std::string(row.usage)},
        {"summary", row.summary},
        {"options", options},
        {"effects", effects_name(row.effects)}});
  }
  for (const auto& row : formats())
    document["formats"].push_back(Json{{"name", row.name}, {"summary", row.summary}});
  for (const auto& row : exit_rows) document["exit_codes"][std::to_string(row.code)] = row.meaning;
  return document.dump();
}

}  // namespace bascule
