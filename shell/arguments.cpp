#include "shell/arguments.h"

#include <algorithm>

#include "engine/base/text.h"

namespace bascule {
namespace {

const OptionRow* find_option(std::span<const OptionRow> options, std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const OptionRow& row) {
    return row.name == name || (!row.short_name.empty() && row.short_name == name);
  });
  return found == options.end() ? nullptr : &*found;
}

Error unknown_option(std::span<const OptionRow> options, std::string_view name, std::string_view owner) {
  std::vector<std::string> names;
  for (const auto& row : options) names.emplace_back(row.name);
  const auto nearest = nearest_name(name, names);
  std::string hint = nearest ? "did you mean " + *nearest + "?" : "";
  if (!nearest) {
    hint = names.empty() ? std::string(owner) + " has no options" : "its options are " + join(names, " ");
  }
  return usage_error(std::string(owner) + ": unknown option \"" + std::string(name) + "\"", std::move(hint));
}

}  // namespace

bool Arguments::has(std::string_view option) const {
  return value(option).has_value();
}

std::optional<std::string> Arguments::value(std::string_view option) const {
  const auto found = std::find_if(options.rbegin(), options.rend(),
                                  [&](const auto& given) { return given.first == option; });
  if (found == options.rend()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  std::vector<std::string> out;
  for (const auto& [name, value] : options)
    if (name == option) out.push_back(value);
  return out;
}

std::string_view Arguments::word(std::size_t index) const {
  return index < words.size() ? std::string_view(words[index].text) : std::string_view();
}

Result<Arguments> parse_arguments(std::span<const OptionRow> options, std::span<const Word> words,
                                  std::string_view owner) {
  Arguments out;
  bool options_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Word& word = words[i];
    const bool is_option = !options_ended && !word.quoted && word.text.size() > 1 && word.text[0] == '-' &&
                           !parse_double(word.text).has_value();
    if (is_option && word.text == "--") {
      options_ended = true;
      continue;
    }
    // "-1" is a number, and also the program's option for one transaction.
    const OptionRow* exact = options_ended || word.quoted ? nullptr : find_option(options, word.text);
    if (!is_option && exact == nullptr) {
      out.words.push_back(word);
      continue;
    }
    const auto equals = word.text.starts_with("--") ? word.text.find('=') : std::string::npos;
    const std::string name = word.text.substr(0, equals);
    const OptionRow* row = exact != nullptr ? exact : find_option(options, name);
    if (row == nullptr) return unknown_option(options, name, owner);
    if (row->value.empty()) {
      if (equals != std::string::npos)
        return usage_error(std::string(owner) + ": option " + name + " takes no value", "write only " + name);
      out.options.emplace_back(row->name, "");
    } else if (equals != std::string::npos) {
      out.options.emplace_back(row->name, word.text.substr(equals + 1));
    } else if (i + 1 < words.size()) {
      out.options.emplace_back(row->name, words[++i].text);
    } else {
      return usage_error(std::string(owner) + ": option " + name + " needs a value",
                         "write " + name + " " + std::string(row->value));
    }
  }
  return out;
}

}  // namespace bascule
