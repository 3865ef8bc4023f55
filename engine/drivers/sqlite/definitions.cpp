#include "engine/drivers/sqlite/definitions.h"

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"

namespace bascule::sqlite {
namespace {

// Walks over the tokens that are neither blanks nor comments.
class TokenReader {
 public:
  explicit TokenReader(std::string_view sql) : sql_(sql) {
    for (const Token& token : tokenize(sql, dialect(Flavor::sqlite).lexer))
      if (token.kind != TokenKind::space && token.kind != TokenKind::comment) tokens_.push_back(token);
  }

  bool at_end() const { return at_ >= tokens_.size(); }
  std::string_view text() const { return at_end() ? std::string_view() : text_of(tokens_[at_]); }
  bool is(std::string_view word_or_sign) const {
    return !at_end() && tokens_[at_].kind != TokenKind::quoted_identifier &&
           equals_ignoring_case(text(), word_or_sign);
  }
  void skip() { ++at_; }
  bool accept(std::string_view word_or_sign) {
    if (!is(word_or_sign)) return false;
    skip();
    return true;
  }
  // The next token as a name, its quotes taken away.
  std::string take_name() {
    const std::string_view raw = text();
    skip();
    if (raw.size() < 2) return std::string(raw);
    const char open = raw.front();
    if (open == '[') return std::string(raw.substr(1, raw.size() - 2));
    if (open != '"' && open != '`' && open != '\'') return std::string(raw);
    const std::string quote(1, open);
    return replace_all(raw.substr(1, raw.size() - 2), quote + quote, quote);
  }
  // Stands at "("; gives the text between it and its ")", and goes behind that.
  std::string take_parentheses() {
    const std::size_t begin = end_of(at_);
    skip_parentheses();
    const std::size_t end = tokens_[at_ - 1].offset;
    return std::string(trim(sql_.substr(begin, end - begin)));
  }
  void skip_parentheses() {
    int depth = 0;
    do {
      depth += is("(") ? 1 : is(")") ? -1 : 0;
      skip();
    } while (depth > 0 && !at_end());
  }
  // The text from here to the end.
  std::string rest() const {
    return at_end() ? std::string() : std::string(trim(sql_.substr(tokens_[at_].offset)));
  }
  std::size_t offset() const { return at_end() ? sql_.size() : tokens_[at_].offset; }
  // The end of the token before this one.
  std::size_t previous_end() const { return end_of(at_ - 1); }
  std::string slice(std::size_t begin, std::size_t end) const {
    return std::string(trim(sql_.substr(begin, end - begin)));
  }

 private:
  std::string_view text_of(const Token& token) const { return sql_.substr(token.offset, token.size); }
  std::size_t end_of(std::size_t index) const { return tokens_[index].offset + tokens_[index].size; }

  std::string_view sql_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

// Reads the items between the parentheses of CREATE TABLE. The constraints of columns and of tables have the
// same words, and SQLite lets the comma between table constraints be left out: one loop reads both.
class TableReader {
 public:
  explicit TableReader(std::string_view sql) : tokens_(sql) {}

  TableDefinition read() {
    while (!tokens_.at_end() && !tokens_.is("(")) tokens_.skip();
    tokens_.skip();
    while (!tokens_.at_end() && !tokens_.is(")")) {
      if (!is_constraint_word()) read_column();
      while (!tokens_.at_end() && !tokens_.is(",") && !tokens_.is(")")) read_constraint();
      tokens_.accept(",");
      column_ = nullptr;
    }
    return std::move(table_);
  }

 private:
  bool is_constraint_word() const {
    constexpr std::string_view words[] = {"constraint", "primary", "unique",    "check",   "foreign",
                                          "not",        "null",    "default",   "collate", "references",
                                          "generated",  "as",      "deferrable"};
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return tokens_.is(word); });
  }

  void read_column() {
    table_.columns.push_back({tokens_.take_name(), {}, {}, false});
    column_ = &table_.columns.back();
    while (!tokens_.at_end() && !tokens_.is(",") && !tokens_.is(")") && !is_constraint_word())
      if (tokens_.is("("))
        tokens_.skip_parentheses();  // of the type
      else
        tokens_.skip();
  }

  void read_constraint() {
    if (tokens_.accept("constraint")) {
      name_ = tokens_.take_name();
      return;
    }
    std::string name = std::exchange(name_, {});
    if (tokens_.accept("check")) {
      table_.checks.push_back({std::move(name), tokens_.take_parentheses()});
    } else if (tokens_.accept("collate")) {
      const std::string collation = tokens_.take_name();
      if (column_ != nullptr) column_->collation = collation;
    } else if (tokens_.accept("as")) {
      read_generated();
    } else if (tokens_.accept("default")) {
      read_default();
    } else if (tokens_.accept("references")) {
      read_reference(std::move(name));
    } else if (tokens_.accept("foreign")) {
      tokens_.accept("key");
      if (tokens_.is("(")) tokens_.skip_parentheses();
      name_ = std::move(name);  // REFERENCES comes
    } else if (tokens_.accept("primary")) {
      tokens_.accept("key");
      table_.primary_key_name = std::move(name);
      if (tokens_.is("(")) read_key();
    } else if (tokens_.accept("unique")) {
      UniqueDefinition unique{std::move(name), {}};
      if (tokens_.is("("))
        unique.columns = read_key();
      else if (column_ != nullptr)
        unique.columns.push_back(column_->name);
      table_.uniques.push_back(std::move(unique));
    } else if (tokens_.accept("autoincrement")) {
      if (column_ != nullptr) column_->autoincrement = true;
    } else if (tokens_.accept("conflict")) {
      table_.has_conflict_clause = true;
      tokens_.skip();  // REPLACE, IGNORE, ...
    } else if (tokens_.accept("not")) {
      if (tokens_.accept("deferrable")) tokens_.accept("initially") ? tokens_.skip() : void();
    } else if (tokens_.accept("deferrable")) {
      read_deferrable();
    } else {
      tokens_.skip();  // NOT NULL, GENERATED ALWAYS, ASC, DESC, ON
    }
  }

  void read_generated() {
    Generated generated{tokens_.take_parentheses(), false};
    if (tokens_.accept("stored"))
      generated.stored = true;
    else
      tokens_.accept("virtual");
    if (column_ != nullptr) column_->generated = std::move(generated);
  }

  void read_default() {
    if (tokens_.is("(")) return tokens_.skip_parentheses();
    if (tokens_.is("-") || tokens_.is("+")) tokens_.skip();
    tokens_.skip();
  }

  // The columns of PRIMARY KEY and UNIQUE. PRIMARY KEY (a AUTOINCREMENT) is a way to write it, too.
  std::vector<std::string> read_key() {
    std::vector<std::string> columns;
    tokens_.skip();
    bool is_next = true;
    for (int depth = 1; depth > 0 && !tokens_.at_end();) {
      if (tokens_.is("(")) ++depth;
      if (tokens_.is(")")) --depth;
      if (tokens_.accept("autoincrement")) {
        for (ColumnDefinition& column : table_.columns)
          if (!columns.empty() && equals_ignoring_case(column.name, columns.back()))
            column.autoincrement = true;
        continue;
      }
      const bool is_comma = depth == 1 && tokens_.is(",");
      std::string word = tokens_.take_name();
      if (is_next && depth > 0) columns.push_back(std::move(word));
      is_next = is_comma;
    }
    return columns;
  }

  void read_reference(std::string name) {
    table_.foreign_keys.push_back({std::move(name)});
    tokens_.take_name();
    if (tokens_.is("(")) tokens_.skip_parentheses();
    for (;;) {
      if (tokens_.accept("on")) {
        tokens_.skip();  // DELETE, UPDATE
        if (tokens_.accept("set") || tokens_.accept("no")) {
        }  // the first of two words
        tokens_.skip();
      } else if (tokens_.accept("match")) {
        table_.foreign_keys.back().match_full = tokens_.is("full");
        tokens_.skip();
      } else {
        return;
      }
    }
  }

  void read_deferrable() {
    if (table_.foreign_keys.empty()) return;
    table_.foreign_keys.back().deferrable = true;
    if (!tokens_.accept("initially")) return;
    table_.foreign_keys.back().initially_deferred = tokens_.is("deferred");
    tokens_.skip();
  }

  TokenReader tokens_;
  TableDefinition table_;
  ColumnDefinition* column_ = nullptr;  // whose constraints are being read; null: the table's
  std::string name_;                    // of the constraint that comes
};

}  // namespace

const ColumnDefinition* TableDefinition::find_column(std::string_view name) const {
  for (const ColumnDefinition& column : columns)
    if (equals_ignoring_case(column.name, name)) return &column;
  return nullptr;
}

TableDefinition read_create_table(std::string_view sql) {
  return TableReader(sql).read();
}

IndexDefinition read_create_index(std::string_view sql) {
  IndexDefinition index;
  TokenReader tokens(sql);
  while (!tokens.at_end() && !tokens.is("on")) tokens.skip();
  while (!tokens.at_end() && !tokens.is("(")) tokens.skip();
  tokens.skip();
  std::size_t begin = tokens.offset(), end = begin;
  for (int depth = 1; depth > 0 && !tokens.at_end();) {
    const bool ends_part = depth == 1 && (tokens.is(",") || tokens.is(")"));
    if (ends_part) index.parts.push_back(tokens.slice(begin, end));
    depth += tokens.is("(") ? 1 : tokens.is(")") ? -1 : 0;
    const bool is_direction = depth == 1 && (tokens.is("asc") || tokens.is("desc"));
    tokens.skip();
    if (ends_part) begin = tokens.offset();
    if (!is_direction) end = tokens.previous_end();
  }
  if (tokens.accept("where")) index.where = tokens.rest();
  return index;
}

}  // namespace bascule::sqlite
