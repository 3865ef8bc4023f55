#include "shell/command_line.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"

namespace bascule {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// The end of the quoted piece that starts at `at`, behind its closing quote; npos if it is not closed.
std::size_t quoted_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] != quote) continue;
    if (i + 1 < text.size() && text[i + 1] == quote)
      ++i;
    else
      return i + 1;
  }
  return std::string_view::npos;
}

std::size_t parenthesis_end(std::string_view text, std::size_t at) {
  int depth = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (text[i] == '\'' || text[i] == '"') {
      i = quoted_end(text, i);
      if (i == std::string_view::npos) return i;
      --i;
    } else if (text[i] == '(') {
      ++depth;
    } else if (text[i] == ')' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

std::string unquote(std::string_view quoted) {
  const std::string quote(1, quoted[0]);
  return replace_all(quoted.substr(1, quoted.size() - 2), quote + quote, quote);
}

// The replaced text of the variable reference at `at` (a colon), its size in `size`; nothing if it is none.
std::optional<std::string> variable_at(std::string_view text, std::size_t at, const Variables& variables,
                                       const Dialect& dialect, std::size_t& size) {
  if (at + 1 >= text.size() || (at > 0 && text[at - 1] == ':')) return std::nullopt;
  const char next = text[at + 1];
  std::size_t begin = at + 1, end = begin;
  if (next == '\'' || next == '"') ++begin;
  end = begin;
  while (end < text.size() && is_variable_name(text.substr(end, 1))) ++end;
  const auto value = variables.get(text.substr(begin, end - begin));
  if (!value) return std::nullopt;
  if (begin == at + 1) {
    size = end - at;
    return value;
  }
  if (end >= text.size() || text[end] != next) return std::nullopt;
  size = end + 1 - at;
  return next == '\'' ? quote_literal(*value, dialect) : quote_identifier(*value, dialect);
}

}  // namespace

CommandText take_command(std::string_view line, bool (*takes_line)(std::string_view name),
                         std::string& rest) {
  CommandText command;
  std::size_t at = 0;
  while (at < line.size() && is_letter(line[at])) ++at;
  if (at == 0 && !line.empty() && !is_blank(line[0])) at = 1;  // ? ! and what is no command
  command.name = std::string(line.substr(0, at));
  rest.clear();
  std::size_t end = line.size();
  if (!takes_line(command.name)) {
    for (std::size_t i = at; i < line.size(); ++i) {
      if (line[i] == '\'' || line[i] == '"') {
        const std::size_t quoted = quoted_end(line, i);
        if (quoted == std::string_view::npos) break;
        i = quoted - 1;
      } else if (line[i] == '\\' && (i == at || is_blank(line[i - 1]))) {
        end = i;
        rest = std::string(line.substr(i + 1));
        break;
      }
    }
  }
  command.arguments = std::string(trim(line.substr(at, end - at)));
  return command;
}

Result<std::vector<Word>> split_words(std::string_view text, const Variables& variables,
                                      const Dialect& dialect) {
  std::vector<Word> words;
  const auto not_closed = [&](std::size_t at) {
    return usage_error("a " + std::string(1, text[at]) + " is not closed: " + std::string(text.substr(at)),
                       "commands end with their line");
  };
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    Word word;
    const std::size_t begin = at;
    while (at < text.size() && !is_blank(text[at])) {
      const char c = text[at];
      std::size_t size = 0;
      if (c == '(' && at == begin) {
        const std::size_t end = parenthesis_end(text, at);
        if (end == std::string_view::npos) return not_closed(at);
        word.text = interpolate(text.substr(at, end - at), dialect, variables);
        at = end;
      } else if (c == '\'' || c == '"') {
        const std::size_t end = quoted_end(text, at);
        if (end == std::string_view::npos) return not_closed(at);
        // Inside an address the quotes belong to the name.
        const bool in_address = text[begin] == '@' && c == '"';
        word.text += in_address ? std::string(text.substr(at, end - at)) : unquote(text.substr(at, end - at));
        word.quoted = word.quoted || (at == begin);
        at = end;
      } else if (c == ':') {
        if (const auto value = variable_at(text, at, variables, dialect, size)) {
          word.text += *value;
          at += size;
        } else {
          word.text += text[at++];
        }
      } else {
        word.text += text[at++];
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace bascule
