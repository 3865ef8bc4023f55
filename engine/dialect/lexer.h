// Splits SQL text into tokens and statements by a dialect's rules, and knows what is still open. Never fails: every
// byte belongs to exactly one token, so that joining the tokens gives the text back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/dialect.h"

namespace bascule {

enum class TokenKind {
  space,
  comment,             // -- # /* */; a MySQL version comment (/*! */) is `code_comment`
  code_comment,
  word,                // keyword or plain identifier; letters, digits, _ $ and all bytes above 127
  number,
  string,              // with its prefix and quotes, dollar-quoted strings too
  quoted_identifier,   // "x" `x` [x], by dialect
  semicolon,
  backslash,           // a \ outside everything: the shell's commands
  punctuation,         // one character, or :: and := as one
};

// What is open at the end of the text: the continuation prompt shows `open_mark`.
enum class Open { nothing, statement, string, identifier, parenthesis, dollar_quote, comment, body };
// '\0' for nothing, - for a statement or a routine body, ' " ( $ * for the others.
char open_mark(Open open);

struct Token {
  TokenKind kind;
  std::size_t offset, size;  // in bytes of the text
  bool terminated = true;    // false: a string, identifier or comment that the text ends inside
};

// All tokens of `text`, in order and without gaps.
std::vector<Token> tokenize(std::string_view text, const LexerFlags& flags);

struct SplitStatement {
  std::string text;         // without its terminator, blanks trimmed; comments are kept. May be empty: ";;"
  std::size_t offset = 0;   // of `text` in everything that was fed, in bytes
  std::size_t line = 1;     // of `text`, from 1
  std::string terminator;   // ";" "\" (a shell command follows), the DELIMITER in force, or "" at the end of the input
};

// Incremental: feed() any pieces, take statements while there are any. A statement ends at `;` (or the DELIMITER)
// outside quotes, comments, parentheses and routine bodies, or before a backslash outside quotes and comments.
// A DELIMITER line is taken out and obeyed.
class StatementSplitter {
 public:
  explicit StatementSplitter(const Dialect& dialect) : dialect_(&dialect) {}

  void feed(std::string_view text) { buffer_ += text; }
  // The next complete statement, taken out of the buffer; nothing if more text is needed.
  std::optional<SplitStatement> next();
  // After the last feed(): what is left as a last statement without terminator; nothing if only blanks and
  // comments are left.
  std::optional<SplitStatement> finish();
  // What is open in what is left.
  Open open() const;
  // What has been fed and not been taken.
  std::string_view rest() const { return buffer_; }
  // Takes out the text up to the end of the current line (after a statement that ended at a backslash).
  std::string take_line();
  void clear() { buffer_.clear(); }
  // The connection has changed; what is in the buffer is read anew by these rules.
  void set_dialect(const Dialect& dialect) { dialect_ = &dialect; }

 private:
  struct Scan;  // how far one look at the buffer came
  Scan scan() const;
  SplitStatement take(std::size_t text_end, std::size_t terminator_size);

  const Dialect* dialect_;
  std::string buffer_;
  std::string delimiter_ = ";";
  std::size_t consumed_ = 0;
  std::size_t line_ = 1;
};

// All statements of a whole text; empty ones are left out.
std::vector<SplitStatement> split_statements(std::string_view text, const Dialect& dialect);

// The first word of a statement in lower case, blanks, comments and opening parentheses skipped; a MySQL version
// comment counts as its contents. "" if there is none.
std::string first_keyword(std::string_view sql, const Dialect& dialect);
// The first `count` words, in lower case.
std::vector<std::string> leading_keywords(std::string_view sql, const Dialect& dialect, std::size_t count);

// `?` placeholders outside quotes and comments become $1, $2, ...; `??` becomes `?`. For PostgreSQL.
std::string number_placeholders(std::string_view sql, const Dialect& dialect);

}  // namespace bascule
