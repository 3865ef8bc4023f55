#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"

namespace bascule {
namespace {

// Below this it is not worth moving the rest of the buffer to its front.
constexpr std::size_t compact_above = 1 << 16;

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank_byte(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank_byte(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t count_lines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// The argument of a DELIMITER line: up to a blank, quotes taken off.
std::string_view delimiter_argument(std::string_view line) {
  line = trim_blanks(line);
  const auto end = std::find_if(line.begin(), line.end(), is_blank_byte);
  std::string_view argument = line.substr(0, static_cast<std::size_t>(end - line.begin()));
  const bool is_quoted = argument.size() > 2 && argument.front() == argument.back() &&
                         std::string_view("'\"`").find(argument.front()) != std::string_view::npos;
  return is_quoted ? argument.substr(1, argument.size() - 2) : argument;
}

Open open_token(const Token& token, std::string_view text) {
  switch (token.kind) {
    case TokenKind::comment:
    case TokenKind::code_comment:
      return Open::comment;
    case TokenKind::quoted_identifier:
      return Open::identifier;
    case TokenKind::string:
      return text.starts_with('$') ? Open::dollar_quote : Open::string;
    case TokenKind::space:
    case TokenKind::word:
    case TokenKind::number:
    case TokenKind::semicolon:
    case TokenKind::backslash:
    case TokenKind::punctuation:
      return Open::statement;
  }
  return Open::statement;
}

}  // namespace

StatementSplitter::StatementSplitter(const Dialect& dialect, Backslash backslash)
    : dialect_(&dialect), backslash_(backslash), progress_(start_progress()) {}

StatementSplitter::Progress StatementSplitter::start_progress() const {
  Progress progress{TokenScanner(dialect_->lexer, delimiter()), BodyTracker(dialect_->lexer)};
  progress.scanner.seek(begin_);
  if (consumed_ > 0) progress.scanner.leave_input_start();
  return progress;
}

void StatementSplitter::feed(std::string_view text) {
  if (begin_ > compact_above && begin_ > buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    progress_.scanner.shift(begin_);
    if (progress_.text_begin) *progress_.text_begin -= begin_;
    if (progress_.delimiter_line) *progress_.delimiter_line -= begin_;
    begin_ = 0;
  }
  buffer_ += text;
}

std::optional<StatementSplitter::End> StatementSplitter::scan(Progress& progress, bool is_whole) const {
  const LexerFlags& flags = dialect_->lexer;
  while (const auto token = progress.scanner.next(buffer_, is_whole)) {
    const std::string_view text = std::string_view(buffer_).substr(token->offset, token->size);
    if (token->kind == TokenKind::space) continue;
    if (!progress.text_begin) progress.text_begin = token->offset;
    if (!token->terminated) progress.unterminated = open_token(*token, text);
    if (token->kind == TokenKind::comment) continue;
    if (token->kind == TokenKind::backslash && backslash_ == Backslash::ends_statement)
      return End{token->offset, 0};
    if (token->kind == TokenKind::semicolon) {
      const bool is_held = delimiter() == ";" && progress.body.holds_semicolon();
      if (!is_held) return End{token->offset, token->size};
    }
    if (!progress.has_content && flags.delimiter_command && equals_ignoring_case(text, "delimiter")) {
      progress.delimiter_line = token->offset + token->size;
      return std::nullopt;
    }
    progress.has_content = true;
    progress.body.add(token->kind, text);
  }
  return std::nullopt;
}

std::optional<SplitStatement> StatementSplitter::next() {
  return advance(false);
}

std::optional<SplitStatement> StatementSplitter::finish() {
  if (auto statement = advance(true)) return statement;
  const bool has_content = progress_.has_content;
  const End end{buffer_.size(), 0};
  if (has_content) return take(end);
  drop(buffer_.size());
  return std::nullopt;
}

std::optional<SplitStatement> StatementSplitter::advance(bool is_whole) {
  while (true) {
    if (!progress_.delimiter_line) {
      if (const auto end = scan(progress_, is_whole)) return take(*end);
      if (!progress_.delimiter_line) return std::nullopt;
    }
    const std::size_t before = consumed_;
    if (auto statement = take_delimiter_line(is_whole)) return statement;
    if (consumed_ == before) return std::nullopt;
  }
}

// Obeys the line if it is complete; a line without an argument is given back as a statement.
std::optional<SplitStatement> StatementSplitter::take_delimiter_line(bool is_whole) {
  const std::size_t argument_begin = *progress_.delimiter_line;
  std::size_t line_end = buffer_.find('\n', argument_begin);
  if (line_end == std::string::npos) {
    if (!is_whole) return std::nullopt;
    line_end = buffer_.size();
  }
  const std::string argument(
      delimiter_argument(std::string_view(buffer_).substr(argument_begin, line_end - argument_begin)));
  if (argument.empty()) {
    SplitStatement statement = take(End{line_end, 0});
    statement.terminator = std::string(delimiter());
    return statement;
  }
  delimiter_ = argument;
  drop(line_end);
  return std::nullopt;
}

SplitStatement StatementSplitter::take(End end) {
  const std::string_view buffer = buffer_;
  const std::size_t text_begin = std::min(progress_.text_begin.value_or(end.text_end), end.text_end);
  SplitStatement statement;
  statement.text = std::string(trim_blanks(buffer.substr(text_begin, end.text_end - text_begin)));
  statement.offset = consumed_ + text_begin - begin_;
  statement.line = line_ + count_lines(buffer.substr(begin_, text_begin - begin_));
  statement.terminator = end.terminator_size > 0
                             ? std::string(buffer.substr(end.text_end, end.terminator_size))
                         : end.text_end < buffer.size() ? "\\"
                                                        : "";
  drop(end.text_end + end.terminator_size);
  return statement;
}

// Moves on to `end` of the buffer, where a new statement begins.
void StatementSplitter::drop(std::size_t end) {
  line_ += count_lines(std::string_view(buffer_).substr(begin_, end - begin_));
  consumed_ += end - begin_;
  begin_ = end;
  progress_ = start_progress();
}

Open StatementSplitter::open() const {
  Progress progress = progress_;
  while (const auto end = scan(progress, true)) {
    const std::size_t next = end->text_end + std::max<std::size_t>(end->terminator_size, 1);
    progress = start_progress();
    progress.scanner.seek(std::min(next, buffer_.size()));
  }
  if (progress.delimiter_line) return Open::statement;
  if (progress.unterminated) return *progress.unterminated;
  if (progress.body.open_parentheses() > 0) return Open::parenthesis;
  if (progress.body.is_inside_body()) return Open::body;
  return progress.has_content ? Open::statement : Open::nothing;
}

std::string StatementSplitter::take_line() {
  const std::size_t newline = buffer_.find('\n', begin_);
  const std::size_t end = newline == std::string::npos ? buffer_.size() : newline;
  std::string line = buffer_.substr(begin_, end - begin_);
  if (line.ends_with('\r')) line.pop_back();
  drop(newline == std::string::npos ? end : end + 1);
  return line;
}

void StatementSplitter::clear() {
  drop(buffer_.size());
}

void StatementSplitter::set_dialect(const Dialect& dialect) {
  if (dialect_ == &dialect) return;  // what has been read stays read
  dialect_ = &dialect;
  progress_ = start_progress();
}

std::vector<SplitStatement> split_statements(std::string_view text, const Dialect& dialect) {
  StatementSplitter splitter(dialect, StatementSplitter::Backslash::is_text);
  splitter.feed(text);
  std::vector<SplitStatement> statements;
  const auto has_code = [&](const SplitStatement& statement) {
    TokenScanner scanner(dialect.lexer);
    while (const auto token = scanner.next(statement.text, true))
      if (token->kind != TokenKind::space && token->kind != TokenKind::comment) return true;
    return false;
  };
  while (auto statement = splitter.next())
    if (has_code(*statement)) statements.push_back(std::move(*statement));
  if (auto statement = splitter.finish()) statements.push_back(std::move(*statement));
  return statements;
}

}  // namespace bascule
