#include "engine/dialect/json_form.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/text.h"
#include "engine/model/value.h"

namespace bascule {
namespace {

constexpr int depth_limit = 1000;

void append_string(std::string& out, std::string_view content) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : content) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += hex[static_cast<std::size_t>(c >> 4)];
      out += hex[static_cast<std::size_t>(c & 15)];
    } else {
      out += c;
    }
  }
  out += '"';
}

class Canonicalizer {
 public:
  explicit Canonicalizer(std::string_view text) : text_(text) {}

  std::optional<std::string> run() {
    auto value = parse_value(0);
    skip_blanks();
    return at_ == text_.size() ? value : std::nullopt;
  }

 private:
  using Text = std::optional<std::string>;

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  Text parse_value(int depth) {
    skip_blanks();
    if (depth > depth_limit) return std::nullopt;
    switch (peek()) {
      case '{':
        return parse_object(depth);
      case '[':
        return parse_array(depth);
      case '"': {
        const Text content = parse_string();
        if (!content) return std::nullopt;
        std::string out;
        append_string(out, *content);
        return out;
      }
      default:
        return parse_word();
    }
  }

  // true, false, null or a number.
  Text parse_word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && std::string_view(" \t\r\n,]}:").find(text_[at_]) == std::string_view::npos)
      ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false" || word == "null") return std::string(word);
    if (word.empty() || word.front() == '+' || word.front() == '.') return std::nullopt;
    return canonical_decimal(word);
  }

  Text parse_array(int depth) {
    ++at_;
    std::string out = "[";
    skip_blanks();
    if (accept(']')) return "[]";
    do {
      const Text element = parse_value(depth + 1);
      if (!element) return std::nullopt;
      if (out.size() > 1) out += ',';
      out += *element;
      skip_blanks();
    } while (accept(','));
    if (!accept(']')) return std::nullopt;
    return out += ']';
  }

  Text parse_object(int depth) {
    ++at_;
    std::vector<std::pair<std::string, std::string>> members;
    skip_blanks();
    if (accept('}')) return "{}";
    do {
      skip_blanks();
      if (peek() != '"') return std::nullopt;
      Text key = parse_string();
      skip_blanks();
      if (!key || !accept(':')) return std::nullopt;
      Text member = parse_value(depth + 1);
      if (!member) return std::nullopt;
      members.emplace_back(std::move(*key), std::move(*member));
      skip_blanks();
    } while (accept(','));
    if (!accept('}')) return std::nullopt;
    return join_members(std::move(members));
  }

  static std::string join_members(std::vector<std::pair<std::string, std::string>> members) {
    std::stable_sort(members.begin(), members.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string out = "{";
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i + 1 < members.size() && members[i + 1].first == members[i].first) continue;
      if (out.size() > 1) out += ',';
      append_string(out, members[i].first);
      out += ':' + members[i].second;
    }
    return out + '}';
  }

  Text parse_string() {
    ++at_;
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return std::nullopt;
      if (text_[at_] != '\\') {
        out += text_[at_++];
        continue;
      }
      ++at_;
      if (!parse_escape(out)) return std::nullopt;
    }
    if (!accept('"')) return std::nullopt;
    return out;
  }

  bool parse_escape(std::string& out) {
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const char letter = peek();
    ++at_;
    if (letter != 'u') {
      const auto found = letters.find(letter);
      if (found == std::string_view::npos) return false;
      out += meanings[found];
      return true;
    }
    auto unit = parse_unit();
    if (!unit) return false;
    if (*unit >= 0xD800 && *unit < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const auto low = parse_unit();
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
      unit = 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
    }
    append_utf8(out, *unit);
    return true;
  }

  std::optional<char32_t> parse_unit() {
    const auto bytes = from_hex(text_.substr(std::min(at_, text_.size()), 4));
    if (!bytes || bytes->size() != 2) return std::nullopt;
    at_ += 4;
    return static_cast<char32_t>(static_cast<unsigned char>((*bytes)[0]) << 8 |
                                 static_cast<unsigned char>((*bytes)[1]));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> canonical_json(std::string_view text) {
  return Canonicalizer(text).run();
}

}  // namespace bascule
