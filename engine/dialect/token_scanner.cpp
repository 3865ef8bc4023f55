#include "engine/dialect/token_scanner.h"

#include <algorithm>

namespace bascule {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
// Version comments of this version run on no server; mariadb-dump puts its sandbox line into one.
constexpr std::string_view never_executed = "999999";
// PostgreSQL has no limit; this one keeps a stray $ from being read again and again.
constexpr std::size_t max_tag_size = 1024;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool is_one_of(char byte, std::string_view set) {
  return set.find(byte) != std::string_view::npos;
}

// True if `rest` is the beginning of `pattern` and more text may complete it.
bool may_become(std::string_view rest, std::string_view pattern, bool is_whole) {
  return !is_whole && rest.size() < pattern.size() && pattern.starts_with(rest);
}

}  // namespace

bool is_word_byte(char byte) {
  return is_letter(byte) || is_digit(byte) || byte == '_' || byte == '$' ||
         static_cast<unsigned char>(byte) > 127;
}

bool is_blank_byte(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

std::string_view code_comment_contents(std::string_view comment) {
  std::string_view contents = comment.substr(comment.starts_with("/*M!") ? 4 : 3);
  std::size_t digits = 0;
  while (digits < 6 && digits < contents.size() && is_digit(contents[digits])) ++digits;
  if (digits >= 5) contents.remove_prefix(digits);
  if (contents.ends_with("*/")) contents.remove_suffix(2);
  return contents;
}

void TokenScanner::shift(std::size_t size) {
  start_ -= size;
  if (pending_) pending_->at -= size;
}

std::optional<Token> TokenScanner::next(std::string_view text, bool is_whole) {
  if (start_ >= text.size()) return std::nullopt;
  if (!pending_ && !begin(text, is_whole)) return std::nullopt;
  bool terminated = true;
  if (!advance(text, is_whole)) {
    if (!is_whole) return std::nullopt;
    pending_->at = text.size();
    const Form form = pending_->form;
    terminated = form == Form::word || form == Form::number || form == Form::line_comment;
  }
  const Token token{pending_->kind, start_, pending_->at - start_, terminated};
  start_ = pending_->at;
  is_input_start_ = false;
  pending_.reset();
  return token;
}

void TokenScanner::set_pending(Form form, TokenKind kind, std::size_t size) {
  pending_ = Pending{.form = form, .kind = kind, .at = start_ + size};
}

// Decides what starts at start_; false if that needs more text.
bool TokenScanner::begin(std::string_view text, bool is_whole) {
  const std::string_view rest = text.substr(start_);
  const char first = rest.front();
  bool undecided = false;
  if (is_input_start_ && start_ == 0) {
    if (may_become(rest, byte_order_mark, is_whole)) return false;
    if (rest.starts_with(byte_order_mark)) {
      set_pending(Form::single, TokenKind::space, byte_order_mark.size());
      return true;
    }
  }
  if (begin_delimiter(rest, is_whole, undecided)) return true;
  if (undecided) return false;
  if (is_blank_byte(first)) {
    set_pending(Form::run_of_blanks, TokenKind::space, 1);
    return true;
  }
  if (begin_comment(rest, is_whole, undecided) || begin_quoted(rest, is_whole, undecided)) return true;
  if (undecided) return false;
  if (first == '$' && flags_.dollar_quotes && begin_dollar_quote(rest, is_whole, undecided)) return true;
  if (undecided) return false;

  if (first == '.' && rest.size() == 1 && !is_whole) return false;
  if (is_digit(first) || (first == '.' && rest.size() > 1 && is_digit(rest[1]))) {
    set_pending(Form::number, TokenKind::number, 1);
  } else if (is_word_byte(first)) {
    set_pending(Form::word, TokenKind::word, 1);
  } else if (first == ':') {
    if (rest.size() == 1 && !is_whole) return false;
    const bool pair = rest.size() > 1 && (rest[1] == ':' || rest[1] == '=');
    set_pending(Form::single, TokenKind::punctuation, pair ? 2 : 1);
  } else {
    const TokenKind kind = first == ';' && delimiter_.empty() ? TokenKind::semicolon
                           : first == '\\'                    ? TokenKind::backslash
                                                              : TokenKind::punctuation;
    set_pending(Form::single, kind, 1);
  }
  return true;
}

// A delimiter that is a word (GO) must stand alone; any other one counts wherever it stands, as in the mysql
// client.
bool TokenScanner::begin_delimiter(std::string_view rest, bool is_whole, bool& undecided) {
  if (delimiter_.empty()) return false;
  if (may_become(rest, delimiter_, is_whole)) {
    undecided = true;
    return false;
  }
  if (!rest.starts_with(delimiter_)) return false;
  if (is_letter(delimiter_.back()) || is_digit(delimiter_.back())) {
    if (rest.size() == delimiter_.size() && !is_whole) {
      undecided = true;
      return false;
    }
    if (rest.size() > delimiter_.size() && is_word_byte(rest[delimiter_.size()])) return false;
  }
  set_pending(Form::single, TokenKind::semicolon, delimiter_.size());
  return true;
}

bool TokenScanner::begin_comment(std::string_view rest, bool is_whole, bool& undecided) {
  if (rest.front() == '#' && flags_.hash_comments) {
    set_pending(Form::line_comment, TokenKind::comment, 1);
    return true;
  }
  if (rest.front() == '-') {
    undecided =
        may_become(rest, "--", is_whole) || (flags_.dash_comment_needs_blank && !is_whole && rest == "--");
    if (undecided || !rest.starts_with("--")) return false;
    const bool is_blank_next = rest.size() == 2 || static_cast<unsigned char>(rest[2]) <= ' ';
    if (flags_.dash_comment_needs_blank && !is_blank_next) return false;
    set_pending(Form::line_comment, TokenKind::comment, 2);
    return true;
  }
  if (rest.front() != '/') return false;
  undecided = may_become(rest, "/*", is_whole);
  if (undecided || !rest.starts_with("/*")) return false;
  if (flags_.version_comments) {
    for (const std::string_view mark : {"/*!", "/*M!"}) {
      const std::string never = std::string(mark) + std::string(never_executed);
      undecided = undecided || may_become(rest, never, is_whole);
      if (!undecided && rest.starts_with(mark) && !rest.starts_with(never)) {
        set_pending(Form::code_comment, TokenKind::code_comment, mark.size());
        return true;
      }
    }
    if (undecided) return false;
  }
  set_pending(Form::block_comment, TokenKind::comment, 2);
  return true;
}

bool TokenScanner::begin_quoted(std::string_view rest, bool is_whole, bool& undecided) {
  if (undecided) return false;
  const auto start = [&](std::size_t opening, TokenKind kind, char closing, bool backslashes) {
    set_pending(Form::quoted, kind, opening);
    pending_->quote = closing;
    pending_->doubles = closing != ']';
    pending_->backslashes = backslashes;
    return true;
  };
  const char first = rest.front();
  const TokenKind double_quoted =
      flags_.double_quote_is_string ? TokenKind::string : TokenKind::quoted_identifier;
  if (first == '\'') return start(1, TokenKind::string, '\'', flags_.backslash_escapes);
  if (first == '"')
    return start(1, double_quoted, '"', flags_.double_quote_is_string && flags_.backslash_escapes);
  if (first == '`' && flags_.backtick_identifiers) return start(1, TokenKind::quoted_identifier, '`', false);
  if (first == '[' && flags_.bracket_identifiers) return start(1, TokenKind::quoted_identifier, ']', false);

  const char second = rest.size() > 1 ? rest[1] : '\0';
  if (flags_.prefixed_strings) {
    if (is_one_of(first, "eE") && second == '\'') return start(2, TokenKind::string, '\'', true);
    if (is_one_of(first, "uU") && second == '&') {
      undecided = rest.size() == 2 && !is_whole;
      if (rest.size() > 2 && rest[2] == '\'') return start(3, TokenKind::string, '\'', false);
      if (rest.size() > 2 && rest[2] == '"') return start(3, TokenKind::quoted_identifier, '"', false);
    }
  }
  if (is_one_of(first, "xXbBnN") && second == '\'')
    return start(2, TokenKind::string, '\'', flags_.backslash_escapes);
  undecided = undecided || (is_letter(first) && rest.size() == 1 && !is_whole);
  return false;
}

// $$ or $tag$, where a tag is an identifier without $ (PostgreSQL manual, 4.1.2.4).
bool TokenScanner::begin_dollar_quote(std::string_view rest, bool is_whole, bool& undecided) {
  std::size_t end = 1;
  while (end < rest.size() && end <= max_tag_size && rest[end] != '$' && is_word_byte(rest[end])) ++end;
  if (end > 1 && is_digit(rest[1])) return false;
  if (end == rest.size()) {
    undecided = !is_whole;
    return false;
  }
  if (rest[end] != '$') return false;
  set_pending(Form::dollar, TokenKind::string, end + 1);
  pending_->tag = std::string(rest.substr(0, end + 1));
  return true;
}

// Reads on to the end of the token; false if the text ends before.
bool TokenScanner::advance(std::string_view text, bool is_whole) {
  std::size_t& at = pending_->at;
  switch (pending_->form) {
    case Form::single:
      return true;
    case Form::run_of_blanks:
      while (at < text.size() && is_blank_byte(text[at])) ++at;
      return true;
    case Form::line_comment:
      // psql and the PostgreSQL server end it at a carriage return too; they are the ones with nested
      // comments.
      while (at < text.size() && text[at] != '\n' && !(text[at] == '\r' && flags_.nested_comments)) ++at;
      return at < text.size();
    case Form::block_comment:
      return advance_block_comment(text);
    case Form::code_comment:
      return advance_code_comment(text, is_whole);
    case Form::word:
      return advance_word(text);
    case Form::number:
      return advance_number(text, is_whole);
    case Form::quoted:
      return advance_quoted(text, is_whole);
    case Form::dollar: {
      const std::size_t found = text.find(pending_->tag, at);
      if (found == std::string_view::npos) {
        at = std::max(at, text.size() - std::min(text.size(), pending_->tag.size() - 1));
        return false;
      }
      at = found + pending_->tag.size();
      return true;
    }
  }
  return true;
}

bool TokenScanner::advance_quoted(std::string_view text, bool is_whole) {
  std::size_t& at = pending_->at;
  const char quote = pending_->quote;
  while (true) {
    while (at < text.size() && text[at] != quote && !(text[at] == '\\' && pending_->backslashes)) ++at;
    if (at == text.size()) return false;
    const bool is_last = at + 1 == text.size();
    if (text[at] != quote) {
      if (is_last) return false;
      at += 2;
    } else if (!pending_->doubles) {
      ++at;
      return true;
    } else if (is_last) {
      if (!is_whole) return false;
      ++at;
      return true;
    } else if (text[at + 1] == quote) {
      at += 2;
    } else {
      ++at;
      return true;
    }
  }
}

bool TokenScanner::advance_block_comment(std::string_view text) {
  std::size_t& at = pending_->at;
  while (at + 1 < text.size()) {
    if (text[at] == '*' && text[at + 1] == '/') {
      at += 2;
      if (--pending_->depth == 0) return true;
    } else if (text[at] == '/' && text[at + 1] == '*' && flags_.nested_comments) {
      at += 2;
      ++pending_->depth;
    } else {
      ++at;
    }
  }
  return false;
}

// Code up to its own */: strings, identifiers and comments inside may hold another one.
bool TokenScanner::advance_code_comment(std::string_view text, bool is_whole) {
  std::size_t& at = pending_->at;
  while (at < text.size()) {
    if (pending_->quote == '\n') {
      while (at < text.size() && text[at] != '\n') ++at;
      if (at == text.size()) return false;
      pending_->quote = 0;
    } else if (pending_->quote != 0) {
      if (!advance_quoted(text, is_whole)) return false;
      pending_->quote = 0;
      continue;
    }
    const char byte = text[at];
    if (pending_->depth == 1 && is_one_of(byte, "'\"`")) {
      pending_->quote = byte;
      pending_->backslashes = flags_.backslash_escapes && byte != '`';
      ++at;
      continue;
    }
    if (pending_->depth == 1 && byte == '#') {
      pending_->quote = '\n';
      continue;
    }
    if (is_one_of(byte, "*/-") && at + 1 == text.size()) return false;
    if (byte == '*' && text[at + 1] == '/') {
      at += 2;
      if (--pending_->depth == 0) return true;
    } else if (byte == '/' && text[at + 1] == '*' && pending_->depth == 1) {
      at += 2;
      ++pending_->depth;
    } else if (byte == '-' && text[at + 1] == '-' && pending_->depth == 1) {
      if (at + 2 == text.size()) return false;
      if (is_blank_byte(text[at + 2])) pending_->quote = '\n';
      at += 2;
    } else {
      ++at;
    }
  }
  return false;
}

bool TokenScanner::is_delimiter_inside_word(std::string_view text, std::size_t at) const {
  return !delimiter_.empty() && text[at] == delimiter_.front() && !is_letter(delimiter_.front()) &&
         !is_digit(delimiter_.front()) &&
         (text.substr(at).starts_with(delimiter_) || delimiter_.starts_with(text.substr(at)));
}

bool TokenScanner::advance_word(std::string_view text) {
  std::size_t& at = pending_->at;
  while (at < text.size() && is_word_byte(text[at])) {
    if (is_delimiter_inside_word(text, at)) return text.substr(at).starts_with(delimiter_);
    ++at;
  }
  return at < text.size();
}

bool TokenScanner::advance_number(std::string_view text, bool is_whole) {
  std::size_t& at = pending_->at;
  while (at < text.size()) {
    const char byte = text[at];
    const bool is_part = is_letter(byte) || is_digit(byte) || byte == '_' || byte == '.';
    if (is_delimiter_inside_word(text, at)) return text.substr(at).starts_with(delimiter_);
    if (is_part) {
      ++at;
      continue;
    }
    const bool is_hexadecimal = at - start_ > 1 && is_one_of(text[start_ + 1], "xX");
    const bool may_be_exponent = is_one_of(byte, "+-") && is_one_of(text[at - 1], "eE") && !is_hexadecimal;
    if (!may_be_exponent) return true;
    if (at + 1 == text.size()) return is_whole;
    if (!is_digit(text[at + 1])) return true;
    at += 2;
  }
  return false;
}

}  // namespace bascule
