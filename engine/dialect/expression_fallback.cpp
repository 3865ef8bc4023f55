// Token by token: what is left for expressions that the parser does not know.
#include "engine/dialect/expression_fallback.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/expression.h"
#include "engine/dialect/lexer.h"

namespace bascule {
namespace {

struct Piece {
  TokenKind kind;
  std::string text;  // words in lower case
  bool operator==(const Piece&) const = default;
};
using Pieces = std::vector<Piece>;

bool is_text(const Piece& piece, std::string_view text) {
  return piece.text == text && piece.kind != TokenKind::string && piece.kind != TokenKind::quoted_identifier;
}

// "name" and `name` are name where the quotes change nothing: SQLite puts them around what it renames in
// views and triggers.
bool needs_no_quotes(std::string_view quoted) {
  const std::string_view name = quoted.substr(1, quoted.size() - 2);
  return !name.empty() && (name[0] < '0' || name[0] > '9') &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// The tokens without blanks and comments.
Pieces read_pieces(std::string_view sql, Flavor flavor) {
  Pieces pieces;
  for (const auto& token : tokenize(sql, dialect(flavor).lexer)) {
    const std::string_view text = sql.substr(token.offset, token.size);
    if (token.kind == TokenKind::space || token.kind == TokenKind::comment) continue;
    if (token.kind == TokenKind::quoted_identifier && text.size() > 2 && needs_no_quotes(text)) {
      pieces.push_back({TokenKind::word, std::string(text.substr(1, text.size() - 2))});
      continue;
    }
    const bool is_plain = token.kind == TokenKind::word || token.kind == TokenKind::number;
    pieces.push_back({token.kind, is_plain ? to_lower(text) : std::string(text)});
  }
  return pieces;
}

// The index after the parenthesis that closes the one at `open`.
std::size_t skip_parentheses(const Pieces& pieces, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < pieces.size(); ++i) {
    if (is_text(pieces[i], "(")) ++depth;
    if (is_text(pieces[i], ")") && --depth == 0) return i + 1;
  }
  return pieces.size();
}

void strip_outer_parentheses(Pieces& pieces) {
  while (pieces.size() >= 2 && is_text(pieces.front(), "(") && skip_parentheses(pieces, 0) == pieces.size() &&
         is_text(pieces.back(), ")")) {
    pieces.erase(pieces.begin());
    pieces.pop_back();
  }
}

// The index after the type name of a cast (::character varying(20)[], ::timestamp with time zone).
std::size_t skip_type_name(const Pieces& pieces, std::size_t at) {
  constexpr std::array<std::string_view, 7> tails{"varying", "precision", "with", "without",
                                                  "time",    "zone",      "."};
  if (at < pieces.size()) ++at;
  while (at < pieces.size()) {
    if (std::any_of(tails.begin(), tails.end(), [&](auto tail) { return is_text(pieces[at], tail); })) {
      at += is_text(pieces[at], ".") ? 2 : 1;
    } else if (is_text(pieces[at], "(") && at + 1 < pieces.size() &&
               pieces[at + 1].kind == TokenKind::number) {
      at = skip_parentheses(pieces, at);
    } else if (is_text(pieces[at], "[") && at + 1 < pieces.size() && is_text(pieces[at + 1], "]")) {
      at += 2;
    } else {
      break;
    }
  }
  return std::min(at, pieces.size());
}

bool is_literal(const Piece& piece) {
  return piece.kind == TokenKind::string || piece.kind == TokenKind::number || is_text(piece, "null") ||
         is_text(piece, "true") || is_text(piece, "false");
}

void erase_pieces(Pieces& pieces, std::size_t begin, std::size_t end) {
  pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(begin),
               pieces.begin() + static_cast<std::ptrdiff_t>(end));
}

// Takes away the cast after the literal at `at`. '-1'::integer is a number then.
void strip_cast(Pieces& pieces, std::size_t at) {
  constexpr std::array<std::string_view, 6> numeric_types{"smallint", "integer", "bigint",
                                                          "numeric",  "real",    "double"};
  const std::string type = at + 2 < pieces.size() ? pieces[at + 2].text : std::string();
  erase_pieces(pieces, at + 1, skip_type_name(pieces, at + 2));
  const bool is_number = std::find(numeric_types.begin(), numeric_types.end(), type) != numeric_types.end();
  if (!is_number || pieces[at].kind != TokenKind::string) return;
  std::string digits = pieces[at].text.substr(1, pieces[at].text.size() - 2);
  const bool is_negative = digits.starts_with('-');
  if (is_negative) digits.erase(0, 1);
  if (digits.empty() || digits[0] < '0' || digits[0] > '9') return;  // 'NaN'
  pieces[at] = {TokenKind::number, digits};
  if (is_negative)
    pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(at), {TokenKind::punctuation, "-"});
}

// PostgreSQL writes 'x'::text and ('x'::character varying)::text for what was written 'x'.
void strip_literal_casts(Pieces& pieces) {
  for (std::size_t i = 0; i < pieces.size();) {
    const bool is_wrapped = i + 2 < pieces.size() && is_text(pieces[i], "(") && is_literal(pieces[i + 1]) &&
                            is_text(pieces[i + 2], ")") &&
                            (i == 0 || pieces[i - 1].kind == TokenKind::punctuation);
    if (is_wrapped) {
      erase_pieces(pieces, i + 2, i + 3);
      erase_pieces(pieces, i, i + 1);
    } else if (is_literal(pieces[i]) && i + 1 < pieces.size() && is_text(pieces[i + 1], "::")) {
      strip_cast(pieces, i);
      i = i >= 2 ? i - 2 : 0;  // the parentheses around it may be superfluous now
    } else {
      ++i;
    }
  }
}

// _utf8mb4'x' is 'x' in the character set that the connection has anyway.
void strip_introducers(Pieces& pieces) {
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i)
    if (pieces[i].kind == TokenKind::word && pieces[i].text.starts_with("_utf8") &&
        pieces[i + 1].kind == TokenKind::string)
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(i));
}

struct ClockRow {
  std::string_view word;
  std::string_view normal;
  bool is_function;  // only with parentheses
};
constexpr ClockRow clock_rows[] = {
    {"current_timestamp", "current_timestamp", false},
    {"now", "current_timestamp", true},
    {"localtimestamp", "current_timestamp", false},
    {"current_date", "current_date", false},
    {"curdate", "current_date", true},
    {"current_time", "current_time", false},
    {"curtime", "current_time", true},
};

// now(), CURRENT_TIMESTAMP, current_timestamp() become current_timestamp; a number of digits stays.
void unite_clocks(Pieces& pieces) {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].kind != TokenKind::word) continue;
    const auto found = std::find_if(std::begin(clock_rows), std::end(clock_rows),
                                    [&](const auto& row) { return row.word == pieces[i].text; });
    if (found == std::end(clock_rows)) continue;
    const bool is_call = i + 1 < pieces.size() && is_text(pieces[i + 1], "(");
    if (found->is_function && !is_call) continue;
    pieces[i].text = std::string(found->normal);
    if (is_call && i + 2 < pieces.size() && is_text(pieces[i + 2], ")")) erase_pieces(pieces, i + 1, i + 3);
  }
}

Pieces normal_pieces(std::string_view sql, Flavor flavor) {
  Pieces pieces = read_pieces(sql, flavor);
  if (flavor == Flavor::mysql || flavor == Flavor::mariadb) strip_introducers(pieces);
  strip_outer_parentheses(pieces);
  if (flavor == Flavor::postgres) strip_literal_casts(pieces);
  strip_outer_parentheses(pieces);
  unite_clocks(pieces);
  for (auto& piece : pieces) {
    if (piece.kind != TokenKind::string) continue;
    if (const auto text = literal_text(piece.text, flavor))
      piece.text = fmt::format("'{}'", replace_all(*text, "'", "''"));
  }
  return pieces;
}

bool is_word_like(const Piece& piece) {
  return piece.kind == TokenKind::word || piece.kind == TokenKind::number;
}

std::string join_pieces(const Pieces& pieces) {
  std::string out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool tight = i == 0 || is_text(pieces[i], ")") || is_text(pieces[i], ",") ||
                       is_text(pieces[i], ".") || is_text(pieces[i - 1], "(") ||
                       is_text(pieces[i - 1], ".") ||
                       (is_text(pieces[i], "(") && is_word_like(pieces[i - 1]));
    if (!tight) out += ' ';
    out += pieces[i].text;
  }
  return out;
}

}  // namespace

std::string token_form(std::string_view sql, Flavor flavor) {
  return join_pieces(normal_pieces(sql, flavor));
}

}  // namespace bascule
