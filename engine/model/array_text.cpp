#include "engine/model/array_text.h"

#include "engine/base/text.h"

namespace bascule {
namespace {

constexpr int depth_limit = 16;  // PostgreSQL's is 6

class ArrayParser {
 public:
  ArrayParser(std::string_view text, const Type& element) : text_(text), element_(element) {}

  std::optional<value::Array> parse() {
    auto array = parse_level(1);
    return at_ == text_.size() ? array : std::nullopt;
  }

 private:
  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<value::Array> parse_level(int depth) {
    if (depth > depth_limit || !accept('{')) return std::nullopt;
    value::Array array;
    if (accept('}')) return array;
    do {
      auto element = parse_element(depth);
      if (!element) return std::nullopt;
      array.elements.push_back(std::move(*element));
    } while (accept(','));
    if (!accept('}')) return std::nullopt;
    return array;
  }

  std::optional<Value> parse_element(int depth) {
    if (at_ >= text_.size()) return std::nullopt;
    if (text_[at_] == '{') {
      auto inner = parse_level(depth + 1);
      if (!inner) return std::nullopt;
      return Value(std::move(*inner));
    }
    if (accept('"')) return parse_quoted();
    std::string plain;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}') {
      if (text_[at_] == '"' || text_[at_] == '{') return std::nullopt;
      if (text_[at_] == '\\' && ++at_ == text_.size()) return std::nullopt;
      plain += text_[at_++];
    }
    if (plain.empty()) return std::nullopt;
    if (equals_ignoring_case(plain, "NULL")) return Value(value::Null{});
    return parse_value(plain, element_);
  }

  std::optional<Value> parse_quoted() {
    std::string content;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && ++at_ == text_.size()) return std::nullopt;
      content += text_[at_++];
    }
    if (!accept('"')) return std::nullopt;
    return parse_value(content, element_);
  }

  std::string_view text_;
  const Type& element_;
  std::size_t at_ = 0;
};

bool needs_quotes(std::string_view text) {
  return text.empty() || equals_ignoring_case(text, "NULL") ||
         text.find_first_of("{}\",\\ \t\r\n\v\f") != std::string_view::npos;
}

void append_element(std::string& out, const Value& element) {
  if (element.is_null()) {
    out += "NULL";
    return;
  }
  const std::string text = format_value(element);
  if (element.get<value::Array>() != nullptr || !needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

std::optional<value::Array> parse_array(std::string_view text, const Type& element) {
  return ArrayParser(text, element).parse();
}

std::string format_array(const value::Array& array) {
  std::string out = "{";
  for (const auto& element : array.elements) {
    if (out.size() > 1) out += ',';
    append_element(out, element);
  }
  return out += '}';
}

}  // namespace bascule
