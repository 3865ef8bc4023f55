#include "engine/dialect/expression_tokens.h"

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/dialect/expression.h"
#include "engine/dialect/lexer.h"

namespace bascule::expression {
namespace {

// Longer ones first.
constexpr std::array<std::string_view, 37> symbols{
    "!~~*", "<=>", "->>", "#>>", "!~~", "~~*", "!~*", "::", "<=", ">=", "<>", "!=", "==",
    "||",   "&&",  "->",  "<<",  ">>",  "~~",  "~*",  "!~", "#>", "@>", "<@", "?|", "?&",
    "@@",   "=",   "<",   ">",   "+",   "-",   "*",   "/",  "%",  "!",  "~"};

constexpr std::size_t longest_symbol = 4;

std::string unquote_identifier(std::string_view text) {
  const char closing = text.back();
  const std::string_view inside = text.substr(1, text.size() - 2);
  if (closing == ']') return std::string(inside);
  return replace_all(inside, std::string(2, closing), std::string(1, closing));
}

std::optional<Piece> read_string(std::string_view text, Flavor flavor) {
  const char prefix = text.front();
  if ((prefix == 'x' || prefix == 'X') && text.size() >= 3 && flavor != Flavor::postgres)
    return Piece{Part::bytes, to_lower(text.substr(2, text.size() - 3)), ""};
  const auto meaning = literal_text(text, flavor);
  if (!meaning) return std::nullopt;
  return Piece{Part::text, *meaning, ""};
}

// _utf8mb4'x' is 'x' in the character set that the connection has anyway, _utf8mb4 X'78' spells its bytes.
// The index of the string after the introducer at `at`; 0 if there is none.
std::size_t after_introducer(std::string_view sql, const std::vector<Token>& tokens, std::size_t at) {
  const std::string word = to_lower(sql.substr(tokens[at].offset, tokens[at].size));
  if (!word.starts_with("_utf8") && word != "_ascii") return 0;
  std::size_t next = at + 1;
  while (next < tokens.size() && tokens[next].kind == TokenKind::space) ++next;
  return next < tokens.size() && tokens[next].kind == TokenKind::string ? next : 0;
}

}  // namespace

std::optional<std::vector<Piece>> read_pieces(std::string_view sql, Flavor flavor) {
  std::vector<Piece> pieces;
  const bool is_mysql_family = flavor == Flavor::mysql || flavor == Flavor::mariadb;
  const auto tokens = tokenize(sql, dialect(flavor).lexer);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const std::string_view text = sql.substr(token.offset, token.size);
    if (!token.terminated) return std::nullopt;
    switch (token.kind) {
      case TokenKind::space:
      case TokenKind::comment:
        continue;
      case TokenKind::word: {
        const std::size_t string = is_mysql_family ? after_introducer(sql, tokens, i) : 0;
        if (string == 0) {
          pieces.push_back({Part::word, to_lower(text), std::string(text)});
          continue;
        }
        i = string;
        auto piece = read_string(sql.substr(tokens[i].offset, tokens[i].size), flavor);
        if (!piece || !tokens[i].terminated) return std::nullopt;
        if (piece->part == Part::bytes) piece = Piece{Part::text, from_hex(piece->text).value_or(""), ""};
        pieces.push_back(std::move(*piece));
        continue;
      }
      case TokenKind::number:
        pieces.push_back({Part::number, to_lower(text), ""});
        continue;
      case TokenKind::string: {
        auto piece = read_string(text, flavor);
        if (!piece) return std::nullopt;
        pieces.push_back(std::move(*piece));
        continue;
      }
      case TokenKind::quoted_identifier:
        if (text.size() < 2 || text.front() == 'U' || text.front() == 'u') return std::nullopt;
        pieces.push_back({Part::name, unquote_identifier(text), ""});
        continue;
      case TokenKind::punctuation:
        break;
      case TokenKind::code_comment:
      case TokenKind::semicolon:
      case TokenKind::backslash:
        return std::nullopt;
    }
    // Characters that stand side by side may be one operator.
    std::size_t last = i;
    while (last + 1 < tokens.size() && last - i < longest_symbol &&
           tokens[last + 1].kind == TokenKind::punctuation)
      ++last;
    const std::string_view run =
        sql.substr(token.offset, tokens[last].offset + tokens[last].size - token.offset);
    const auto found = std::find_if(symbols.begin(), symbols.end(),
                                    [&](std::string_view symbol) { return run.starts_with(symbol); });
    const std::string_view symbol = found != symbols.end() ? *found : text;
    pieces.push_back({Part::symbol, std::string(symbol), ""});
    for (std::size_t taken = token.size; taken < symbol.size();) taken += tokens[++i].size;
  }
  return pieces;
}

}  // namespace bascule::expression
