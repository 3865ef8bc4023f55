// Options and words, by a table of options: for the program's command line and for every command.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace bascule {

struct OptionRow {
  std::string_view name;        // "--format"
  std::string_view short_name;  // "-o", "" for none
  std::string_view value;       // the value's name in help ("FORMAT"); "" for a flag
  std::string_view summary;
};

// One word of a command line. A quoted word is never an option or an address.
struct Word {
  std::string text;
  bool quoted = false;
};

struct Arguments {
  std::vector<Word> words;                                   // what is no option, in order
  std::vector<std::pair<std::string, std::string>> options;  // by their long names, in the order given

  bool has(std::string_view option) const;
  std::optional<std::string> value(std::string_view option) const;  // the last one
  std::vector<std::string> values(std::string_view option) const;
  // The word at `index`, "" beyond the end.
  std::string_view word(std::size_t index) const;
};

// `--name value`, `--name=value`, `-n value`; `--` ends the options. Errors (usage) name the nearest option;
// `owner` is who has the options: "bascule", "\\copy".
Result<Arguments> parse_arguments(std::span<const OptionRow> options, std::span<const Word> words,
                                  std::string_view owner);

}  // namespace bascule
