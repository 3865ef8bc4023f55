// Cuts one token after the other off a text that may still grow. Every byte is looked at a bounded number of
// times: a token that the text ends inside is remembered with the place up to which it was read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/dialect/dialect.h"

namespace bascule {

enum class TokenKind {
  space,
  comment,  // -- # /* */; a MySQL version comment (/*! */) is `code_comment`
  code_comment,
  word,  // keyword or plain identifier; letters, digits, _ $ and all bytes above 127
  number,
  string,             // with its prefix and quotes, dollar-quoted strings too
  quoted_identifier,  // "x" `x` [x], by dialect
  semicolon,          // or the DELIMITER in force
  backslash,          // a \ outside everything: the shell's commands
  punctuation,        // one character, or :: and := as one
};

struct Token {
  TokenKind kind;
  std::size_t offset, size;  // in bytes of the text
  bool terminated = true;    // false: a string, identifier or comment that the text ends inside
};

class TokenScanner {
 public:
  // `delimiter` ends statements instead of `;` if it is another one.
  explicit TokenScanner(const LexerFlags& flags, std::string_view delimiter = ";")
      : flags_(flags), delimiter_(delimiter == ";" ? "" : delimiter) {}

  // The next token of `text`, which is the text of the last call or a longer one. Nothing if `text` ends
  // before it is clear where the token ends; never so with `is_whole`, until the end.
  std::optional<Token> next(std::string_view text, bool is_whole);
  // Where the next token starts.
  std::size_t offset() const { return start_; }
  void seek(std::size_t offset) {
    start_ = offset;
    pending_.reset();
  }
  // A byte order mark is a blank at the very start of the input only.
  void leave_input_start() { is_input_start_ = false; }
  // The first `size` bytes of the text have been taken away.
  void shift(std::size_t size);
  void set_delimiter(std::string_view delimiter) { delimiter_ = delimiter == ";" ? "" : delimiter; }

 private:
  enum class Form {
    run_of_blanks,
    single,
    line_comment,
    block_comment,
    code_comment,
    word,
    number,
    quoted,
    dollar
  };
  struct Pending {
    Form form;
    TokenKind kind;
    std::size_t at;  // read up to here
    char quote =
        0;  // the closing one; in a code comment: of the string inside, '\n' of the line comment inside
    bool doubles = true;       // a doubled quote stands for itself
    bool backslashes = false;  // a backslash hides the next byte
    int depth = 1;             // of nested comments
    std::string tag = {};      // $tag$
  };

  bool begin(std::string_view text, bool is_whole);
  bool begin_delimiter(std::string_view rest, bool is_whole, bool& undecided);
  bool begin_comment(std::string_view rest, bool is_whole, bool& undecided);
  bool begin_quoted(std::string_view rest, bool is_whole, bool& undecided);
  bool begin_dollar_quote(std::string_view rest, bool is_whole, bool& undecided);
  void set_pending(Form form, TokenKind kind, std::size_t size);
  bool advance(std::string_view text, bool is_whole);
  bool advance_quoted(std::string_view text, bool is_whole);
  bool advance_block_comment(std::string_view text);
  bool advance_code_comment(std::string_view text, bool is_whole);
  bool advance_word(std::string_view text);
  bool advance_number(std::string_view text, bool is_whole);
  bool is_delimiter_inside_word(std::string_view text, std::size_t at) const;

  LexerFlags flags_;
  std::string delimiter_;  // "" for ;
  std::size_t start_ = 0;
  bool is_input_start_ = true;
  std::optional<Pending> pending_;
};

// Letters, digits, _ $ and all bytes above 127.
bool is_word_byte(char byte);
bool is_blank_byte(char byte);

// The code inside a version comment: /*!50003 CREATE */ -> " CREATE ".
std::string_view code_comment_contents(std::string_view comment);

}  // namespace bascule
