// Splits SQL text into tokens and statements by a dialect's rules, and knows what is still open. Never fails:
// every byte belongs to exactly one token, so that joining the tokens gives the text back. Token and
// TokenKind are in token_scanner.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/body_tracker.h"
#include "engine/dialect/dialect.h"
#include "engine/dialect/token_scanner.h"

namespace bascule {

// What is open at the end of the text: the continuation prompt shows `open_mark`.
enum class Open { nothing, statement, string, identifier, parenthesis, dollar_quote, comment, body };
// '\0' for nothing, - for a statement or a routine body, ' " ( $ * for the others.
char open_mark(Open open);

// All tokens of `text`, in order and without gaps.
std::vector<Token> tokenize(std::string_view text, const LexerFlags& flags);

struct SplitStatement {
  std::string text;        // without its terminator, blanks trimmed; comments are kept. May be empty: ";;"
  std::size_t offset = 0;  // of `text` in everything that was fed, in bytes
  std::size_t line = 1;    // of `text`, from 1
  std::string
      terminator;  // ";" "\" (a shell command follows), the DELIMITER in force, or "" at the end of the input
};

// Incremental: feed() any pieces, take statements while there are any; the pieces do not change the
// statements, and the time is linear in the text. A statement ends at `;` (or the DELIMITER) outside quotes,
// comments and routine bodies, or before a backslash outside quotes and comments. A `;` inside parentheses
// ends it too, so that a forgotten parenthesis does not swallow the rest of a script; the one place where
// PostgreSQL allows it, the actions of CREATE RULE, is known. A DELIMITER line is taken out and obeyed (one
// without an argument is a statement of its own, which the server refuses). A byte order mark at the start of
// the input counts as a blank.
class StatementSplitter {
 public:
  enum class Backslash { ends_statement, is_text };
  explicit StatementSplitter(const Dialect& dialect, Backslash backslash = Backslash::ends_statement);

  void feed(std::string_view text);
  // The next complete statement, taken out of the buffer; nothing if more text is needed. After one that
  // ended at a backslash the caller takes the line (or clears) before it asks again: the backslash ends the
  // next one too.
  std::optional<SplitStatement> next();
  // After the last feed(), when next() gives nothing more: what is left as a last statement without
  // terminator; nothing if only blanks and comments are left.
  std::optional<SplitStatement> finish();
  // What is open in what is left, when next() gives nothing more.
  Open open() const;
  // What has been fed and not been taken.
  std::string_view rest() const { return std::string_view(buffer_).substr(begin_); }
  // Takes out the text up to the end of the current line (after a statement that ended at a backslash),
  // without the line end.
  std::string take_line();
  // Throws away what is left.
  void clear();
  // The connection has changed; what is in the buffer is read anew by these rules.
  void set_dialect(const Dialect& dialect);

 private:
  // How far the statement that begins at begin_ has been read. Offsets are of the buffer.
  struct Progress {
    TokenScanner scanner;
    BodyTracker body;
    std::optional<std::size_t> text_begin = {};      // the first byte that is no blank
    bool has_content = false;                        // something besides blanks and comments
    std::optional<std::size_t> delimiter_line = {};  // after the word of a DELIMITER command
    std::optional<Open> unterminated = {};           // the token that the text ends inside
  };
  struct End {
    std::size_t text_end, terminator_size;
  };
  Progress start_progress() const;
  std::string_view delimiter() const {
    return dialect_->lexer.delimiter_command ? delimiter_ : std::string_view(";");
  }
  std::optional<End> scan(Progress& progress, bool is_whole) const;
  std::optional<SplitStatement> advance(bool is_whole);
  SplitStatement take(End end);
  std::optional<SplitStatement> take_delimiter_line(bool is_whole);
  void drop(std::size_t end);

  const Dialect* dialect_;
  Backslash backslash_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what has not been taken; what is before is cut off now and then
  std::string delimiter_ = ";";
  std::size_t consumed_ = 0;  // bytes taken so far
  std::size_t line_ = 1;      // at begin_
  Progress progress_;
};

// All statements of a whole text; those of blanks and comments only are left out, and a backslash is text.
std::vector<SplitStatement> split_statements(std::string_view text, const Dialect& dialect);

// The first word of a statement in lower case, blanks, comments and opening parentheses skipped; a MySQL
// version comment counts as its contents. "" if there is none.
std::string first_keyword(std::string_view sql, const Dialect& dialect);
// The first `count` words, in lower case, or fewer: up to the first token that is no word.
std::vector<std::string> leading_keywords(std::string_view sql, const Dialect& dialect, std::size_t count);

// `?` placeholders outside quotes and comments become $1, $2, ...; `??` becomes `?`. For PostgreSQL.
std::string number_placeholders(std::string_view sql, const Dialect& dialect);

enum class VariableKind { plain, literal, identifier };  // :name :'name' :"name"

struct VariableReference {
  std::size_t offset, size;  // of the whole reference, from the colon
  std::string name;
  VariableKind kind;
};

// The places where a variable of the shell is meant: outside quotes and comments, not part of `::` or `:=`,
// the name of ASCII letters, digits, _ and bytes above 127, a plain one not beginning with a digit ([1:2] is
// a slice). Whether such a variable exists is the caller's to know: labels (x: BEGIN) and slices ([a:b]) may
// look the same.
std::vector<VariableReference> find_variables(std::string_view sql, const LexerFlags& flags);

}  // namespace bascule
