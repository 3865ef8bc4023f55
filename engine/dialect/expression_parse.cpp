// Reads an expression by precedence climbing.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/expression_calls.h"
#include "engine/dialect/expression_operators.h"
#include "engine/dialect/expression_tokens.h"
#include "engine/dialect/expression_tree.h"

namespace bascule::expression {
namespace {

bool is_one_of(std::string_view word, const auto& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

class Parser {
 public:
  Parser(std::vector<Piece> pieces, Flavor flavor) : pieces_(std::move(pieces)), flavor_(flavor) {}

  Parsed run() {
    Node tree = expression(0);
    if (reason_.empty() && at_ < pieces_.size()) fail(fmt::format("\"{}\" is not expected", here().text));
    if (!reason_.empty()) return {std::nullopt, reason_};
    return {std::move(tree), ""};
  }

 private:
  static constexpr int max_depth = 200, max_operators = 2000, max_repeated = 64;

  bool is_mysql_family() const { return flavor_ == Flavor::mysql || flavor_ == Flavor::mariadb; }
  bool is_postgres() const { return flavor_ == Flavor::postgres; }
  bool is_sqlite() const { return flavor_ == Flavor::sqlite; }

  bool fail(std::string why) {
    if (reason_.empty()) reason_ = std::move(why);
    at_ = pieces_.size();
    return false;
  }
  const Piece& here(std::size_t ahead = 0) const {
    static const Piece end{Part::symbol, "", ""};
    return at_ + ahead < pieces_.size() ? pieces_[at_ + ahead] : end;
  }
  bool is_word(std::string_view text, std::size_t ahead = 0) const {
    return here(ahead).is(Part::word, text);
  }
  bool is_symbol(std::string_view text, std::size_t ahead = 0) const {
    return here(ahead).is(Part::symbol, text);
  }
  bool take_word(std::string_view text) {
    if (!is_word(text)) return false;
    ++at_;
    return true;
  }
  bool take_symbol(std::string_view text) {
    if (!is_symbol(text)) return false;
    ++at_;
    return true;
  }
  void expect_symbol(std::string_view text) {
    if (!take_symbol(text)) fail(fmt::format("\"{}\" is missing", text));
  }
  void expect_word(std::string_view text) {
    if (!take_word(text)) fail(to_upper(text) + " is missing");
  }

  int level(const OperatorRow& row) const {
    return is_sqlite() ? row.sqlite : is_postgres() ? row.postgres : row.mysql;
  }
  int null_test_level() const { return is_mysql_family() ? 60 : 50; }
  int pattern_level() const { return is_sqlite() ? 50 : is_postgres() ? 70 : 60; }
  int concatenation_level() const { return is_sqlite() ? 120 : is_postgres() ? 80 : 10; }

  Node expression(int min_level) {
    if (++depth_ > max_depth) fail("it is nested too deep");
    Node left = prefix();
    while (reason_.empty() && (special(left, min_level) || binary(left, min_level)))
      if (++operators_ > max_operators) fail("it is too long");
    --depth_;
    return left;
  }

  bool binary(Node& left, int min_level) {
    const Piece& piece = here();
    if (piece.part != Part::symbol && piece.part != Part::word) return false;
    if (piece.is(Part::symbol, "||")) {
      const int binds = concatenation_level();
      if (binds < min_level) return false;
      ++at_;
      Node right = expression(binds + 1);
      left = is_mysql_family() ? Node{Kind::or_, "", {std::move(left), std::move(right)}}
                               : Node{Kind::call, "||", {std::move(left), std::move(right)}};
      return true;
    }
    const auto found = std::find_if(std::begin(operators), std::end(operators), [&](const OperatorRow& row) {
      return row.symbol == piece.text && level(row) > 0;
    });
    if (found == std::end(operators)) return false;
    const int binds = level(*found);
    if (binds < min_level) return false;
    ++at_;
    if (found->meaning == "=" || found->meaning == "<>")
      if (is_word("any") || is_word("some") || is_word("all")) return array_comparison(left, found->meaning);
    Node right = expression(binds + 1);
    if (found->meaning == "and")
      left = {Kind::and_, "", {std::move(left), std::move(right)}};
    else if (found->meaning == "or")
      left = {Kind::or_, "", {std::move(left), std::move(right)}};
    else
      left = {Kind::binary, std::string(found->meaning), {std::move(left), std::move(right)}};
    return true;
  }

  // = ANY (ARRAY[..]) is IN, <> ALL (ARRAY[..]) is NOT IN.
  bool array_comparison(Node& left, std::string_view comparison) {
    const bool is_all = is_word("all");
    ++at_;
    if (is_all != (comparison == "<>"))
      return fail("the operator " + std::string(comparison) + (is_all ? " ALL" : " ANY"));
    expect_symbol("(");
    Node list = expression(0);
    expect_symbol(")");
    const auto ends_with_brackets = [](const Node& node) {
      return node.is(Kind::cast) && node.text.ends_with("[]");
    };
    while (ends_with_brackets(list)) list = Node(list.children.at(0));
    if (!list.is(Kind::array)) return fail("ANY of something that is no ARRAY[...]");
    Node in{Kind::in, "", {std::move(left)}, is_all};
    for (auto& child : list.children) in.children.push_back(std::move(child));
    left = std::move(in);
    return true;
  }

  // IS ..., [NOT] IN, LIKE, BETWEEN and their kin.
  bool special(Node& left, int min_level) {
    if (here().part == Part::symbol) return symbolic_pattern(left, min_level);
    if (here().part != Part::word) return false;
    if (is_word("is") && null_test_level() >= min_level) return ++at_, is_test(left);
    if (is_sqlite() || is_postgres())
      if ((is_word("isnull") || is_word("notnull")) && null_test_level() >= min_level) {
        left = {Kind::is_null, "", {std::move(left)}, is_word("notnull")};
        ++at_;
        return true;
      }
    if (is_postgres() && is_word("at") && is_word("time", 1) && is_word("zone", 2) && min_level <= 115) {
      at_ += 3;
      left = {Kind::binary, "at time zone", {std::move(left), expression(116)}};
      return true;
    }
    const bool negated = is_word("not");
    const Piece& word = here(negated ? 1 : 0);
    if (word.part != Part::word || pattern_level() < min_level) return false;
    if (is_sqlite() && negated && word.text == "null") {
      at_ += 2;
      left = {Kind::is_null, "", {std::move(left)}, true};
      return true;
    }
    if (word.text == "in") return at_ += negated ? 2 : 1, in_list(left, negated);
    if (word.text == "between") return at_ += negated ? 2 : 1, between(left, negated);
    if (word.text == "like") return at_ += negated ? 2 : 1, pattern(left, "like", negated);
    if (word.text == "ilike" && is_postgres()) return at_ += negated ? 2 : 1, pattern(left, "ilike", negated);
    if (word.text == "glob" && is_sqlite()) return at_ += negated ? 2 : 1, pattern(left, "glob", negated);
    if ((word.text == "regexp" || word.text == "rlike") && is_mysql_family())
      return at_ += negated ? 2 : 1, pattern(left, "regexp", negated);
    return false;
  }

  bool symbolic_pattern(Node& left, int min_level) {
    struct PatternRow {
      std::string_view symbol, word;
      bool negated;
    };
    constexpr PatternRow rows[] = {
        {"~~", "like", false}, {"!~~", "like", true}, {"~~*", "ilike", false}, {"!~~*", "ilike", true}};
    if (!is_postgres() || min_level > 80) return false;
    for (const auto& row : rows)
      if (take_symbol(row.symbol)) return pattern(left, row.word, row.negated, 81);
    return false;
  }

  bool is_test(Node& left) {
    const bool negated = take_word("not");
    if (take_word("null")) {
      left = {Kind::is_null, "", {std::move(left)}, negated};
    } else if (is_word("true") || is_word("false") || is_word("unknown")) {
      left = {Kind::is_truth, here().text, {std::move(left)}, negated};
      ++at_;
    } else if (is_word("distinct") && is_word("from", 1)) {
      at_ += 2;
      left = {Kind::binary,
              negated ? "is not distinct from" : "is distinct from",
              {std::move(left), expression(null_test_level() + 1)}};
    } else if (is_sqlite()) {
      left = {Kind::binary,
              negated ? "is distinct from" : "is not distinct from",
              {std::move(left), expression(null_test_level() + 1)}};
    } else {
      return fail("IS " + to_upper(here().text));
    }
    return true;
  }

  bool in_list(Node& left, bool negated) {
    expect_symbol("(");
    Node in{Kind::in, "", {std::move(left)}, negated};
    if (is_word("select") || is_word("with")) return fail("a subquery");
    do in.children.push_back(expression(0));
    while (take_symbol(","));
    expect_symbol(")");
    left = std::move(in);
    return true;
  }

  static int size(const Node& node) {
    int nodes = 1;
    for (const auto& child : node.children) nodes += size(child);
    return nodes;
  }

  // Two comparisons, as PostgreSQL stores it.
  bool between(Node& left, bool negated) {
    if (is_word("symmetric")) return fail("BETWEEN SYMMETRIC");
    if (size(left) > max_repeated) return fail("BETWEEN of a long expression");
    Node low = expression(pattern_level() + 1);
    expect_word("and");
    Node high = expression(pattern_level() + 1);
    Node first{Kind::binary, negated ? "<" : ">=", {left, std::move(low)}};
    Node second{Kind::binary, negated ? ">" : "<=", {left, std::move(high)}};
    left = {negated ? Kind::or_ : Kind::and_, "", {std::move(first), std::move(second)}};
    return true;
  }

  bool pattern(Node& left, std::string_view word, bool negated, int binds = 0) {
    Node like{Kind::like, std::string(word), {std::move(left)}, negated};
    if (is_word("any") || is_word("all")) return fail(to_upper(word) + " ANY");
    like.children.push_back(expression(binds > 0 ? binds : pattern_level() + 1));
    if (take_word("escape")) like.children.push_back(expression(pattern_level() + 1));
    left = std::move(like);
    return true;
  }

  Node prefix() {
    if (take_word("not")) return {Kind::not_, "", {expression(not_level + 1)}};
    if (is_mysql_family() && take_symbol("!")) return {Kind::not_, "", {signed_operand("!")}};
    for (const std::string_view sign : {"-", "+", "~"})
      if (take_symbol(sign)) return signed_operand(sign);
    return postfix(primary());
  }

  Node signed_operand(std::string_view sign) {
    if (++depth_ > max_depth) fail("it is nested too deep");
    Node operand = prefix();
    --depth_;
    if (sign == "+" || sign == "!") return operand;
    if (sign == "-" && operand.is(Kind::number)) {
      operand.text = operand.text.starts_with('-') ? operand.text.substr(1) : "-" + operand.text;
      return operand;
    }
    return {Kind::unary, std::string(sign), {std::move(operand)}};
  }

  Node postfix(Node operand) {
    while (reason_.empty()) {
      if (is_postgres() && take_symbol("::")) {
        operand = {Kind::cast, type_after_colons(), {std::move(operand)}};
      } else if (take_word("collate")) {
        const Piece& collation = here();
        if (collation.part != Part::word && collation.part != Part::name && collation.part != Part::text)
          fail("COLLATE");
        operand = {Kind::collate,
                   collation.part == Part::word ? collation.given : collation.text,
                   {std::move(operand)}};
        if (at_ < pieces_.size()) ++at_;
      } else {
        break;
      }
    }
    return operand;
  }

  // character varying(20)[], timestamp(3) with time zone, app.mood
  std::string type_after_colons() {
    constexpr std::string_view tails[] = {"varying", "precision", "with", "without", "time", "zone"};
    if (here().part != Part::word && here().part != Part::name) return fail("a cast"), "";
    std::string type = pieces_[at_++].text;
    while (reason_.empty()) {
      if (is_symbol(".")) {
        if (here(1).part != Part::word && here(1).part != Part::name) return fail("a cast"), "";
        type += "." + here(1).text;
        at_ += 2;
      } else if (here().part == Part::word && is_one_of(here().text, tails)) {
        type += " " + pieces_[at_++].text;
      } else if (is_symbol("(") && here(1).part == Part::number) {
        type += arguments_of_type();
      } else if (is_symbol("[") && is_symbol("]", 1)) {
        type += "[]";
        at_ += 2;
      } else {
        break;
      }
    }
    return type;
  }

  std::string arguments_of_type() {
    std::string text;
    while (at_ < pieces_.size() && !is_symbol(")")) text += pieces_[at_++].text;
    expect_symbol(")");
    return text + ")";
  }

  // The type of CAST(x AS ...), up to the closing parenthesis.
  std::string type_of_cast() {
    std::string type;
    while (reason_.empty() && at_ < pieces_.size() && !is_symbol(")")) {
      if (is_symbol("(")) {
        type += arguments_of_type();
        continue;
      }
      // The character set of the connection is the one that texts have here anyway.
      const bool is_charset = is_word("charset") || (is_word("character") && is_word("set", 1));
      if (is_charset && !type.empty()) {
        at_ += is_word("charset") ? 1 : 2;
        if (!here().text.starts_with("utf8")) fail("the character set " + here().text);
        if (at_ < pieces_.size()) ++at_;
        continue;
      }
      const bool is_tight =
          type.empty() || is_symbol("[") || is_symbol("]") || is_symbol(".") || type.ends_with('.');
      type += (is_tight ? "" : " ") + pieces_[at_++].text;
    }
    return type;
  }

  Node primary() {
    const Piece piece = here();
    if (at_ >= pieces_.size()) return fail("it ends too early"), Node{};
    switch (piece.part) {
      case Part::number:
        ++at_;
        if (!parse_double(piece.text)) fail("the number " + piece.text);
        return {Kind::number, piece.text.starts_with('.') ? "0" + piece.text : piece.text};
      case Part::text:
        ++at_;
        return {Kind::text, piece.text};
      case Part::bytes:
        ++at_;
        return {Kind::bytes, piece.text};
      case Part::name:
        ++at_;
        if (is_symbol("(")) return call(to_lower(piece.text));
        if (is_symbol(".")) fail("a qualified name");
        return {Kind::column, piece.text};
      case Part::symbol:
        return parenthesized();
      case Part::word:
        return word(piece);
    }
    return {};
  }

  Node parenthesized() {
    if (!take_symbol("(")) return fail("the operator " + here().text), Node{};
    if (is_word("select") || is_word("with")) return fail("a subquery"), Node{};
    Node inside = expression(0);
    if (is_symbol(",")) fail("a row of values");
    expect_symbol(")");
    return inside;
  }

  Node word(const Piece& piece) {
    const std::string& text = piece.text;
    if (text == "null" || text == "true" || text == "false") {
      ++at_;
      if (text == "null") return {Kind::null};
      return {Kind::boolean, text};
    }
    if (text == "case") return ++at_, case_when();
    if (text == "array" && is_symbol("[", 1)) return at_ += 2, array();
    if (is_symbol("(", 1)) {
      if (text == "cast") return at_ += 2, cast();
      if (text == "convert" && is_mysql_family()) return at_ += 2, convert();
      if (is_one_of(text, reserved)) return fail(to_upper(text)), Node{};
      ++at_;
      return call(text);
    }
    const bool is_typed_literal =
        here(1).part == Part::text && (text == "date" || text == "time" || text == "timestamp");
    if (is_typed_literal) return at_ += 2, Node{Kind::text, pieces_[at_ - 1].text};
    if (is_one_of(text, bare_clocks) && !(is_sqlite() && text.starts_with("local")))
      return ++at_, make_call(text, {}, flavor_);
    if (is_one_of(text, reserved)) return fail(to_upper(text)), Node{};
    ++at_;
    if (is_symbol(".")) fail("a qualified name");
    return {Kind::column, is_postgres() ? text : piece.given};
  }

  Node case_when() {
    Node node{Kind::case_, "", {}};
    node.children.push_back(is_word("when") ? Node{} : expression(0));
    while (reason_.empty() && take_word("when")) {
      node.children.push_back(expression(0));
      expect_word("then");
      node.children.push_back(expression(0));
    }
    node.children.push_back(take_word("else") ? expression(0) : Node{});
    expect_word("end");
    return node;
  }

  Node array() {
    Node node{Kind::array};
    if (take_symbol("]")) return node;
    do node.children.push_back(expression(0));
    while (take_symbol(","));
    expect_symbol("]");
    return node;
  }

  Node cast() {
    Node operand = expression(0);
    expect_word("as");
    Node node{Kind::cast, type_of_cast(), {std::move(operand)}};
    expect_symbol(")");
    return node;
  }

  // convert(x using utf8mb4), convert(x, char(10))
  Node convert() {
    Node operand = expression(0);
    if (take_word("using")) {
      if (!here().text.starts_with("utf8")) fail("the character set " + here().text);
      if (at_ < pieces_.size()) ++at_;
      expect_symbol(")");
      return operand;
    }
    expect_symbol(",");
    Node node{Kind::cast, type_of_cast(), {std::move(operand)}};
    expect_symbol(")");
    return node;
  }

  Node call(const std::string& name) {
    expect_symbol("(");
    if (name == "extract") return extract();
    if (name == "trim" && (is_word("both") || is_word("leading") || is_word("trailing"))) return trim();
    if (name == "position") return position();
    std::vector<Node> arguments;
    if (is_word("distinct") || is_symbol("*")) return fail("the function " + name), Node{};
    if (!take_symbol(")")) {
      do arguments.push_back(expression(0));
      while (take_symbol(","));
      if (name == "substring" && (is_word("from") || is_word("for"))) substring(arguments);
      expect_symbol(")");
    }
    if (is_word("over") || is_word("filter")) fail("a window function");
    return make_call(name, std::move(arguments), flavor_);
  }

  Node extract() {
    const std::string field = here().part == Part::word || here().part == Part::text ? here().text : "";
    ++at_;
    expect_word("from");
    Node date = expression(0);
    expect_symbol(")");
    return make_extract(field, std::move(date));
  }

  Node trim() {
    const std::string name = is_word("both") ? "trim" : is_word("leading") ? "ltrim" : "rtrim";
    ++at_;
    if (!take_word("from")) return fail("TRIM of other characters than blanks"), Node{};
    Node node{Kind::call, name, {expression(0)}};
    expect_symbol(")");
    return node;
  }

  Node position() {
    Node part = expression(pattern_level() + 1);
    expect_word("in");
    Node whole = expression(0);
    expect_symbol(")");
    return {Kind::call, "instr", {std::move(whole), std::move(part)}};
  }

  void substring(std::vector<Node>& arguments) {
    if (!take_word("from")) {
      fail("SUBSTRING FOR");
      return;
    }
    arguments.push_back(expression(0));
    if (take_word("for")) arguments.push_back(expression(0));
  }

  std::vector<Piece> pieces_;
  Flavor flavor_;
  std::size_t at_ = 0;
  int depth_ = 0, operators_ = 0;
  std::string reason_;
};

}  // namespace

Parsed parse(std::string_view sql, Flavor flavor) {
  auto pieces = read_pieces(sql, flavor);
  if (!pieces) return {std::nullopt, "a literal whose meaning is not certain"};
  if (pieces->empty()) return {std::nullopt, "it is empty"};
  return Parser(std::move(*pieces), flavor).run();
}

bool is_same_column(std::string_view a, std::string_view b, Flavor flavor) {
  return dialect(flavor).column_names_fold_case ? equals_ignoring_case(a, b) : a == b;
}

}  // namespace bascule::expression
