// Knows whether a `;` ends the statement or stands inside the body of a routine or trigger. Reads the tokens
// of one statement in order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/token_scanner.h"

namespace bascule {

class BodyTracker {
 public:
  explicit BodyTracker(const LexerFlags& flags) : flags_(&flags) {}

  // The next token with its text; blanks and comments may be left out.
  void add(TokenKind kind, std::string_view text);
  // Whether a `;` here is inside a body, or (CREATE RULE of PostgreSQL) in the parentheses of its actions.
  bool holds_semicolon() const;
  bool is_inside_body() const;
  int open_parentheses() const { return parentheses_; }

 private:
  enum class Mode {
    start,            // nothing but EXPLAIN was read
    seeking,          // CREATE or ALTER was read; which object it is, not yet
    plain,            // a statement without a body
    anonymous_block,  // BEGIN was read: MariaDB's block only if NOT ATOMIC follows
    mysql_routine,
    sqlite_trigger,
    postgres_function,
    postgres_rule,
  };
  enum class Block { begin, case_statement, case_expression, if_, loop, while_, repeat, for_ };
  enum class Header { none, routine, trigger, event };  // which MySQL header is being read

  void add_word(const std::string& word);
  void read_start(const std::string& word);
  void read_object(const std::string& word);
  void read_mysql(const std::string& word);
  bool opens_mysql_block(const std::string& word, bool may_start);
  bool closes_mysql_block(const std::string& word);
  void read_mysql_header(const std::string& word);
  void end_inner_statement();
  bool is_top(Block block) const { return !blocks_.empty() && blocks_.back() == block; }

  const LexerFlags* flags_;
  Mode mode_ = Mode::start;
  int parentheses_ = 0;
  std::string previous_;  // the token before, words in lower case

  // MySQL
  std::vector<Block> blocks_;
  Header header_ = Header::none;
  bool is_statement_start_ = false;  // the next word begins a statement of the body
  bool awaits_statement_ = false;  // a statement comes, but other words may come before it (characteristics)
  bool is_label_candidate_ = false;  // the last word could be a label, if a colon follows
  bool is_declaration_ = false;      // of a handler: DECLARE ... HANDLER FOR
  bool skips_name_ = false;
  std::string closing_word_;  // after END: the IF, LOOP, ... that belongs to it

  // SQLite (like sqlite3_complete): the body ends with the tokens ; END ;
  bool has_begun_ = false;
  int end_progress_ = 0;  // 1 after `;`, 2 after `; END`

  int atomic_depth_ = 0;  // PostgreSQL
};

}  // namespace bascule
