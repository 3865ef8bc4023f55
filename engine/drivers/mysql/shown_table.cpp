#include "engine/drivers/mysql/shown_table.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"

namespace bascule::mysql {
namespace {

const Dialect& mysql_dialect() {
  return dialect(Flavor::mysql);
}

// A token that is not blank, with its text and how deep in parentheses it stands.
struct Piece {
  std::string_view text;
  std::size_t offset;
  int depth;
  bool is_word;
};

std::vector<Piece> pieces_of(std::string_view sql) {
  std::vector<Piece> pieces;
  int depth = 0;
  for (const Token& token : tokenize(sql, mysql_dialect().lexer)) {
    if (token.kind == TokenKind::space) continue;
    const std::string_view text = sql.substr(token.offset, token.size);
    if (text == ")") --depth;
    pieces.push_back({text, token.offset, depth, token.kind == TokenKind::word});
    if (text == "(") ++depth;
  }
  return pieces;
}

bool is_word(const Piece& piece, std::string_view word) {
  return piece.is_word && equals_ignoring_case(piece.text, word);
}

// MySQL puts the clause into a version comment, MariaDB does not; it is the last thing of the statement.
std::string_view partition_clause(std::string_view create_table) {
  constexpr std::string_view words = "PARTITION BY ";
  const auto plain = create_table.rfind("\n PARTITION BY ");
  const auto comment = create_table.rfind("\n/*!");
  if (comment != create_table.npos) {
    const auto begin = create_table.find(words, comment);
    const auto end = create_table.rfind("*/");
    if (begin != create_table.npos && begin < comment + 16 && end != create_table.npos && end > begin)
      return trim(create_table.substr(begin + words.size(), end - begin - words.size()));
  }
  if (plain == create_table.npos) return {};
  return trim(create_table.substr(plain + 2 + words.size()));
}

// In one line, names in quotes, and without the ENGINE = InnoDB that each partition repeats.
std::string normal_partition_clause(std::string_view clause) {
  const auto pieces = pieces_of(clause);
  std::string out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool is_engine = is_word(pieces[i], "ENGINE") && i + 2 < pieces.size() && pieces[i + 1].text == "=";
    if (is_engine) {
      i += 2;
      continue;
    }
    const bool is_name = i > 0 && pieces[i].is_word && !is_word(pieces[i], "BY") &&
                         (is_word(pieces[i - 1], "PARTITION") || is_word(pieces[i - 1], "SUBPARTITION"));
    const std::string_view text = pieces[i].text;
    const bool closes = text == ")" || text == ",";
    const bool opens = !out.empty() && out.back() == '(';
    const bool is_call =
        text == "(" && i > 0 && pieces[i].offset == pieces[i - 1].offset + pieces[i - 1].text.size();
    if (!out.empty() && !closes && !opens && !is_call) out += ' ';
    out += is_name ? quote_identifier(text, mysql_dialect()) : std::string(text);
  }
  return out;
}

std::vector<Partition> partition_list(std::string_view clause) {
  std::vector<Partition> partitions;
  const auto pieces = pieces_of(clause);
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    if (pieces[i].depth != 1 || !is_word(pieces[i], "PARTITION")) continue;
    const Piece& name = pieces[i + 1];
    std::size_t end = i + 2;
    while (end < pieces.size() && pieces[end].depth >= 1 &&
           !(pieces[end].depth == 1 && pieces[end].text == ","))
      ++end;
    const std::size_t from = name.offset + name.text.size();
    const std::size_t to = end < pieces.size() ? pieces[end].offset : clause.size();
    const std::string_view quoted = name.text;
    const bool is_quoted = quoted.size() > 1 && quoted.front() == '`';
    partitions.push_back(
        {is_quoted ? replace_all(quoted.substr(1, quoted.size() - 2), "``", "`") : std::string(quoted),
         std::string(trim(clause.substr(from, to - from)))});
  }
  return partitions;
}

}  // namespace

ShownPartitions read_partitions(std::string_view create_table) {
  ShownPartitions out;
  out.partition_by = normal_partition_clause(partition_clause(create_table));
  out.partitions = partition_list(out.partition_by);
  return out;
}

std::string parser_of(std::string_view create_table, std::string_view index_name) {
  const std::string key = "\n  FULLTEXT KEY " + quote_identifier(index_name, mysql_dialect()) + " (";
  const auto at = create_table.find(key);
  if (at == create_table.npos) return {};
  const std::string_view line = create_table.substr(at + 1, create_table.find('\n', at + 1) - at - 1);
  constexpr std::string_view words = "WITH PARSER ";
  const auto begin = line.find(words);
  if (begin == line.npos) return {};
  const auto pieces = pieces_of(line.substr(begin));
  return pieces.size() < 3 ? std::string() : std::string(words) + std::string(pieces[2].text);
}

std::string without_definer(std::string_view create) {
  const auto pieces = pieces_of(create.substr(0, std::min<std::size_t>(create.size(), 1000)));
  std::size_t at = 0;
  while (at < pieces.size() && at < 6 && !is_word(pieces[at], "DEFINER")) ++at;
  if (at + 2 >= pieces.size() || pieces[at + 1].text != "=") return std::string(create);
  std::size_t end = at + 3;  // after the user, or the role
  if (end + 1 < pieces.size() && pieces[end].text == "@") end += 2;
  if (end >= pieces.size()) return std::string(create);
  return std::string(create.substr(0, pieces[at].offset)) + std::string(create.substr(pieces[end].offset));
}

}  // namespace bascule::mysql
