#include "engine/dialect/lexer.h"

#include "engine/base/text.h"

namespace bascule {
namespace {

constexpr LexerFlags no_version_comments(LexerFlags flags) {
  flags.version_comments = false;
  return flags;
}

// The leading words of `sql`, up to `count`; false once something else ended them.
bool collect_words(std::string_view sql, const LexerFlags& flags, std::size_t count,
                   std::vector<std::string>& words) {
  TokenScanner scanner(flags);
  while (words.size() < count) {
    const auto token = scanner.next(sql, true);
    if (!token) return true;
    const std::string_view text = sql.substr(token->offset, token->size);
    if (token->kind == TokenKind::space || token->kind == TokenKind::comment) continue;
    if (token->kind == TokenKind::code_comment) {
      if (!collect_words(code_comment_contents(text), no_version_comments(flags), count, words)) return false;
    } else if (token->kind == TokenKind::word) {
      words.push_back(to_lower(text));
    } else if (text != "(" || !words.empty()) {
      return false;
    }
  }
  return true;
}

bool is_variable_byte(char byte) {
  return is_word_byte(byte) && byte != '$';
}

std::string_view variable_prefix(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_variable_byte(text[size])) ++size;
  return text.substr(0, size);
}

// The variable that the token after a colon names.
std::optional<VariableReference> read_variable(std::size_t colon, const Token& token, std::string_view text) {
  if (token.kind == TokenKind::word) {
    const std::string_view name = variable_prefix(text);
    if (name.empty()) return std::nullopt;
    return VariableReference{colon, name.size() + 1, std::string(name), VariableKind::plain};
  }
  const char quote = text.front();
  if (!token.terminated || text.size() < 3 || (quote != '\'' && quote != '"')) return std::nullopt;
  const std::string_view name = text.substr(1, text.size() - 2);
  if (variable_prefix(name).size() != name.size()) return std::nullopt;
  return VariableReference{colon, text.size() + 1, std::string(name),
                           quote == '"' ? VariableKind::identifier : VariableKind::literal};
}

}  // namespace

char open_mark(Open open) {
  switch (open) {
    case Open::nothing:
      return '\0';
    case Open::statement:
    case Open::body:
      return '-';
    case Open::string:
      return '\'';
    case Open::identifier:
      return '"';
    case Open::parenthesis:
      return '(';
    case Open::dollar_quote:
      return '$';
    case Open::comment:
      return '*';
  }
  return '\0';
}

std::vector<Token> tokenize(std::string_view text, const LexerFlags& flags) {
  std::vector<Token> tokens;
  TokenScanner scanner(flags);
  while (const auto token = scanner.next(text, true)) tokens.push_back(*token);
  return tokens;
}

std::string first_keyword(std::string_view sql, const Dialect& dialect) {
  const auto words = leading_keywords(sql, dialect, 1);
  return words.empty() ? std::string() : words.front();
}

std::vector<std::string> leading_keywords(std::string_view sql, const Dialect& dialect, std::size_t count) {
  std::vector<std::string> words;
  collect_words(sql, dialect.lexer, count, words);
  return words;
}

std::string number_placeholders(std::string_view sql, const Dialect& dialect) {
  std::string out;
  std::size_t number = 0;
  TokenScanner scanner(dialect.lexer);
  while (const auto token = scanner.next(sql, true)) {
    const std::string_view text = sql.substr(token->offset, token->size);
    if (text != "?") {
      out += text;
    } else if (sql.substr(token->offset + 1).starts_with('?')) {
      out += '?';
      scanner.seek(token->offset + 2);
    } else {
      out += '$' + std::to_string(++number);
    }
  }
  return out;
}

std::vector<VariableReference> find_variables(std::string_view sql, const LexerFlags& flags) {
  std::vector<VariableReference> found;
  TokenScanner scanner(flags);
  constexpr std::size_t none = std::string_view::npos;
  std::size_t colon = none;
  while (const auto token = scanner.next(sql, true)) {
    const std::string_view text = sql.substr(token->offset, token->size);
    if (colon != none)
      if (auto reference = read_variable(colon, *token, text)) found.push_back(std::move(*reference));
    colon = text == ":" ? token->offset : none;
  }
  return found;
}

}  // namespace bascule
