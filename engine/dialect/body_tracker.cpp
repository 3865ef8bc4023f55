#include "engine/dialect/body_tracker.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "engine/base/text.h"

namespace bascule {
namespace {

template <std::size_t Size>
bool is_any(std::string_view word, const std::array<std::string_view, Size>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What may stand between CREATE and the kind of the object.
constexpr std::array<std::string_view, 6> create_options{"or",        "replace", "definer",
                                                         "aggregate", "temp",    "temporary"};
// A MySQL statement without a body of its own.
constexpr std::array<std::string_view, 14> simple_statements{
    "set",  "select", "insert", "update",   "delete", "replace", "return",
    "call", "with",   "signal", "resignal", "leave",  "iterate", "truncate"};

}  // namespace

bool BodyTracker::is_inside_body() const {
  switch (mode_) {
    case Mode::mysql_routine:
      return !blocks_.empty();
    case Mode::sqlite_trigger:
      return has_begun_ && end_progress_ != 2;
    case Mode::postgres_function:
      return atomic_depth_ > 0;
    case Mode::start:
    case Mode::seeking:
    case Mode::plain:
    case Mode::anonymous_block:
    case Mode::postgres_rule:
      return false;
  }
  return false;
}

bool BodyTracker::holds_semicolon() const {
  return is_inside_body() || (mode_ == Mode::postgres_rule && parentheses_ > 0);
}

void BodyTracker::add(TokenKind kind, std::string_view text) {
  if (kind == TokenKind::space || kind == TokenKind::comment) return;
  if (kind == TokenKind::code_comment) {
    const std::string_view code = code_comment_contents(text);
    TokenScanner scanner(*flags_);
    while (const auto token = scanner.next(code, true))
      add(token->kind, code.substr(token->offset, token->size));
    return;
  }
  if (text == "(") ++parentheses_;
  if (text == ")" && parentheses_ > 0) --parentheses_;
  if (mode_ == Mode::plain) return;

  if (kind == TokenKind::word) {
    std::string word = to_lower(text);
    add_word(word);
    previous_ = std::move(word);
    return;
  }
  if (mode_ == Mode::start && text != "(") mode_ = Mode::plain;
  if (kind == TokenKind::semicolon) {
    if (mode_ != Mode::postgres_rule) end_inner_statement();
  } else if (mode_ == Mode::mysql_routine) {
    if (text == ":" && is_label_candidate_) {
      is_statement_start_ = !awaits_statement_;
    } else {
      // The parameter list of a routine is over.
      if (text == ")" && parentheses_ == 0 && header_ == Header::routine) awaits_statement_ = true;
      is_label_candidate_ =
          kind == TokenKind::quoted_identifier && (is_statement_start_ || awaits_statement_);
      is_statement_start_ = false;
      if (kind == TokenKind::quoted_identifier) skips_name_ = false;
    }
    closing_word_.clear();
  } else {
    end_progress_ = 0;
  }
  previous_ =
      kind == TokenKind::punctuation || kind == TokenKind::semicolon ? std::string(text) : std::string();
}

void BodyTracker::end_inner_statement() {
  parentheses_ = 0;
  is_label_candidate_ = is_declaration_ = awaits_statement_ = skips_name_ = false;
  closing_word_.clear();
  header_ = Header::none;
  is_statement_start_ = true;
  while (is_top(Block::case_expression)) blocks_.pop_back();  // an expression does not go beyond a `;`
  end_progress_ = 1;
}

void BodyTracker::add_word(const std::string& word) {
  switch (mode_) {
    case Mode::start:
      return read_start(word);
    case Mode::seeking:
      return read_object(word);
    case Mode::anonymous_block:
      if (word == "not") return;
      mode_ = word == "atomic" && previous_ == "not" ? Mode::mysql_routine : Mode::plain;
      blocks_ = {Block::begin};
      is_statement_start_ = true;
      return;
    case Mode::mysql_routine:
      return read_mysql(word);
    case Mode::sqlite_trigger:
      if (word == "begin" && !has_begun_) {
        has_begun_ = true;
        end_progress_ = 1;
      } else {
        end_progress_ = word == "end" && end_progress_ == 1 ? 2 : 0;
      }
      return;
    case Mode::postgres_function:
      // END and CASE are reserved words, but they may be labels (AS end) and fields (x.end).
      if (previous_ == "as" || previous_ == ".") return;
      if (word == "atomic" && previous_ == "begin" && atomic_depth_ == 0) atomic_depth_ = 1;
      if (word == "case" && atomic_depth_ > 0) ++atomic_depth_;
      if (word == "end" && atomic_depth_ > 0) --atomic_depth_;
      return;
    case Mode::plain:
    case Mode::postgres_rule:
      return;
  }
}

void BodyTracker::read_start(const std::string& word) {
  if (word == "explain" || ((word == "query" || word == "plan") && !previous_.empty())) return;
  mode_ = Mode::plain;
  if (word == "create" || (word == "alter" && flags_->compound_bodies)) {
    mode_ = Mode::seeking;
  } else if (word == "begin" && flags_->compound_bodies) {
    mode_ = Mode::anonymous_block;
  } else if (flags_->compound_bodies && opens_mysql_block(word, true)) {
    mode_ = Mode::mysql_routine;  // MariaDB takes IF, LOOP, ... outside of routines too
  }
}

void BodyTracker::read_object(const std::string& word) {
  if (previous_ == "=" || previous_ == "@" || previous_ == "." || is_any(word, create_options)) return;
  mode_ = Mode::plain;
  if (flags_->compound_bodies) {
    if (word == "procedure" || word == "function") header_ = Header::routine;
    if (word == "trigger") header_ = Header::trigger;
    if (word == "event") header_ = Header::event;
    if (header_ != Header::none) mode_ = Mode::mysql_routine;
  } else if (flags_->trigger_bodies && word == "trigger") {
    mode_ = Mode::sqlite_trigger;
  } else if (flags_->atomic_bodies && (word == "procedure" || word == "function")) {
    mode_ = Mode::postgres_function;
  } else if (flags_->atomic_bodies && word == "rule") {
    mode_ = Mode::postgres_rule;
  }
}

void BodyTracker::read_mysql(const std::string& word) {
  if (previous_ == "." || previous_ == "@" ||
      std::exchange(skips_name_, false)) {  // a name, whatever it says
    is_statement_start_ = false;
    return;
  }
  if (!closing_word_.empty() && std::exchange(closing_word_, "") == word) return;  // END IF
  const bool may_start = is_statement_start_ || awaits_statement_;
  is_label_candidate_ = may_start;
  if (closes_mysql_block(word) || opens_mysql_block(word, may_start)) return;

  if (is_statement_start_ && word == "declare") is_declaration_ = true;
  if (is_any(word, simple_statements) && !(word == "set" && previous_.starts_with("char"))) {
    if (awaits_statement_) header_ = Header::none;
    awaits_statement_ = false;
  }
  const bool is_branch = word == "then" || word == "else";
  is_statement_start_ = (is_branch && (is_top(Block::if_) || is_top(Block::case_statement))) ||
                        (word == "do" && (is_top(Block::while_) || is_top(Block::for_)));
  read_mysql_header(word);
}

// The words after which the statement of a trigger, an event or a handler comes.
void BodyTracker::read_mysql_header(const std::string& word) {
  if (header_ == Header::trigger) {
    if (word == "row" && previous_ == "each") awaits_statement_ = true;
    if (awaits_statement_ && (word == "follows" || word == "precedes")) skips_name_ = true;
  } else if (header_ == Header::event) {
    if (word == "do") awaits_statement_ = true;
  } else if (is_declaration_ && word == "for" && previous_ == "handler") {
    awaits_statement_ = true;
  }
}

bool BodyTracker::closes_mysql_block(const std::string& word) {
  if (word != "end" || blocks_.empty() || previous_ == "as") return false;
  const Block top = blocks_.back();
  // END is no reserved word in MySQL: elsewhere it is a name.
  const bool is_case = top == Block::case_statement || top == Block::case_expression;
  if (!is_statement_start_ && !is_case && top != Block::repeat) return false;
  constexpr std::array<std::string_view, 8> closing_words{"",     "case",  "",       "if",
                                                          "loop", "while", "repeat", "for"};
  closing_word_ = closing_words[static_cast<std::size_t>(top)];
  blocks_.pop_back();
  is_statement_start_ = awaits_statement_ = false;
  return true;
}

bool BodyTracker::opens_mysql_block(const std::string& word, bool may_start) {
  constexpr std::array<std::pair<std::string_view, Block>, 7> openers{{{"begin", Block::begin},
                                                                       {"case", Block::case_statement},
                                                                       {"if", Block::if_},
                                                                       {"loop", Block::loop},
                                                                       {"while", Block::while_},
                                                                       {"repeat", Block::repeat},
                                                                       {"for", Block::for_}}};
  const auto found =
      std::find_if(openers.begin(), openers.end(), [&](const auto& row) { return row.first == word; });
  if (found == openers.end()) return false;
  Block block = found->second;
  if (!may_start) {
    if (block != Block::case_statement) return false;
    block = Block::case_expression;
  }
  blocks_.push_back(block);
  header_ = Header::none;
  awaits_statement_ = false;
  is_statement_start_ = block == Block::begin || block == Block::loop || block == Block::repeat;
  return true;
}

}  // namespace bascule
