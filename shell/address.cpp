#include "shell/address.h"

#include "engine/base/text.h"

namespace bascule {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::size_t names_end(std::string_view text) {
  std::size_t at = 1;
  if (at < text.size() && text[at] == '*') return at + 1;
  while (at < text.size() &&
         (is_name_character(text[at]) || (text[at] == ',' && at > 1 && at + 1 < text.size() &&
                                          (is_name_character(text[at + 1]) || text[at + 1] == '@'))))
    at += text[at] == ',' && text[at + 1] == '@' ? 2 : 1;  // @a,@b is what @a,b means
  return at;
}

}  // namespace

bool looks_like_address(std::string_view word) {
  return word.size() > 1 && word[0] == '@' && (is_name_character(word[1]) || word[1] == '*');
}

Result<Address> parse_address(std::string_view word) {
  const auto malformed = [&] {
    return usage_error("\"" + std::string(word) + "\" is no address",
                       "write @name, @name.table or @name.schema.table");
  };
  if (!looks_like_address(word)) return malformed();
  Address address;
  const std::size_t end = names_end(word);
  address.connections = split(replace_all(word.substr(1, end - 1), "@", ""), ',');
  std::string_view rest = word.substr(end);
  while (!rest.empty()) {
    if (rest[0] != '.' || rest.size() == 1) return malformed();
    rest.remove_prefix(1);
    std::string part;
    if (rest[0] == '"') {
      std::size_t at = 1;
      for (; at < rest.size(); ++at) {
        if (rest[at] != '"') {
          part += rest[at];
        } else if (at + 1 < rest.size() && rest[at + 1] == '"') {
          part += '"';
          ++at;
        } else {
          break;
        }
      }
      if (at >= rest.size()) return malformed();
      rest.remove_prefix(at + 1);
    } else {
      const auto dot = std::min(rest.find('.'), rest.size());
      part = std::string(rest.substr(0, dot));
      rest.remove_prefix(dot);
    }
    if (part.empty()) return malformed();
    address.path.push_back(std::move(part));
  }
  return address;
}

std::size_t address_prefix_size(std::string_view text) {
  if (!looks_like_address(text)) return 0;
  const std::size_t end = names_end(text);
  const bool ends_word = end == text.size() || text[end] == ' ' || text[end] == '\t' || text[end] == '\n' ||
                         text[end] == '\r' || text[end] == '\\';
  return ends_word ? end : 0;
}

}  // namespace bascule
