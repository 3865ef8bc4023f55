// How the shell reads what is typed: options, words, addresses, variables, prompts.
#include <doctest/doctest.h>

#include <algorithm>

#include "shell/address.h"
#include "shell/arguments.h"
#include "shell/command.h"
#include "shell/command_line.h"
#include "shell/exit_code.h"
#include "shell/history.h"
#include "shell/session.h"
#include "shell/variables.h"

using namespace bascule;

namespace {

std::string shown(const std::vector<Word>& words) {
  std::string text;
  for (const auto& word : words) text += (word.quoted ? "<" : "[") + word.text + (word.quoted ? ">" : "]");
  return text;
}

std::string shown(const Arguments& arguments) {
  std::string text = shown(arguments.words);
  for (const auto& [name, value] : arguments.options) text += " " + name + "=" + value;
  return text;
}

}  // namespace

TEST_CASE("options and words by a table") {
  static constexpr OptionRow options[] = {{"--format", "", "FORMAT", ""},
                                          {"--single-transaction", "-1", "", ""},
                                          {"--output", "-o", "FILE", ""},
                                          {"--dry-run", "", "", ""}};
  struct Row {
    const char* name;
    std::vector<Word> words;
    std::string expected;
  };
  const Row rows[] = {
      {"value after a blank", {{"--format"}, {"csv"}, {"a.db"}}, "[a.db] --format=csv"},
      {"value after =", {{"--format=a=b"}}, " --format=a=b"},
      {"short with a value", {{"-o"}, {"x"}, {"-1"}}, " --output=x --single-transaction="},
      {"order is kept", {{"--dry-run"}, {"a"}, {"-o"}, {"1"}, {"b"}}, "[a][b] --dry-run= --output=1"},
      {"-- ends options", {{"--"}, {"--format"}}, "[--format]"},
      {"a quoted word is no option", {{"--format", true}}, "<--format>"},
      {"a negative number is no option", {{"-2.5"}}, "[-2.5]"},
      {"unknown", {{"--fromat"}, {"csv"}}, "x: unknown option \"--fromat\" | did you mean --format?"},
      {"flag with a value", {{"--dry-run=yes"}}, "x: option --dry-run takes no value | write only --dry-run"},
      {"value missing", {{"--format"}}, "x: option --format needs a value | write --format FORMAT"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto parsed = parse_arguments(options, row.words, "x");
    CHECK((parsed.ok() ? shown(*parsed) : parsed.error().what + " | " + parsed.error().hint) == row.expected);
  }
}

TEST_CASE("words of a command line") {
  Variables variables;
  variables.set("n", "it's");
  struct Row {
    const char *name, *text, *expected;
  };
  const Row rows[] = {
      {"blanks", "  a  b\t", "[a][b]"},
      {"single quotes group", "'a b' c", "<a b>[c]"},
      {"doubled quotes", "'it''s' \"a\"\"b\"", "<it's><a\"b>"},
      {"quotes are not escaped by a backslash", "'a\\' b", "<a\\>[b]"},
      {"variable", ":n x:n", "[it's][xit's]"},
      {"quoted variable", ":'n' :\"n\"", "['it''s'][\"it's\"]"},
      {"unknown variable stays", ":m ::n", "[:m][::n]"},
      {"no variables inside single quotes", "':n'", "<:n>"},
      {"query in parentheses", "(select ')' , (1)) on @a", "[(select ')' , (1))][on][@a]"},
      {"address with a quoted name", "@a.\"b c\".d", "[@a.\"b c\".d]"},
      {"open quote", "a 'b", "a ' is not closed: 'b"},
      {"open parenthesis", "(a", "a ( is not closed: (a"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto words = split_words(row.text, variables, dialect(Flavor::postgres));
    CHECK((words.ok() ? shown(*words) : words.error().what) == row.expected);
  }
}

TEST_CASE("commands of a line") {
  struct Row {
    const char *name, *line, *command, *arguments, *rest;
  };
  const Row rows[] = {
      {"alone", "dt", "dt", "", ""},
      {"with words", "dt  @a.x ", "dt", "@a.x", ""},
      {"one letter sign", "? copy", "?", "copy", ""},
      {"two commands", "gset \\echo :x", "gset", "", "echo :x"},
      {"a backslash in quotes", "echo 'a \\b' \\q", "echo", "'a \\b'", "q"},
      {"the whole line", "! ls \\x", "!", "ls \\x", ""},
      {"a path with a backslash", "i a\\b", "i", "a\\b", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    std::string rest;
    const auto command = take_command(
        row.line, [](std::string_view name) { return name == "!"; }, rest);
    CHECK(command.name == row.command);
    CHECK(command.arguments == row.arguments);
    CHECK(rest == row.rest);
  }
}

TEST_CASE("addresses") {
  struct Row {
    const char *name, *text, *expected;
  };
  const Row rows[] = {
      {"one", "@src", "src |"},
      {"several", "@a,b-2,c", "a b-2 c |"},
      {"several with @ each", "@a,@b", "a b |"},
      {"all", "@*", "* |"},
      {"table", "@src.orders", "src | orders"},
      {"schema and table", "@src.public.orders", "src | public orders"},
      {"quoted", "@src.\"a.b\".\"c\"\"d\"", "src | a.b c\"d"},
      {"pattern", "@src.ord*", "src | ord*"},
      {"nothing after the dot", "@src.", "error"},
      {"quote not closed", "@src.\"a", "error"},
      {"a MySQL variable", "@@x", "error"},
      {"no name", "@", "error"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto address = parse_address(row.text);
    std::string text = "error";
    if (address.ok()) {
      text.clear();
      for (const auto& name : address->connections) text += name + " ";
      text += "|";
      for (const auto& part : address->path) text += " " + part;
    }
    CHECK(text == row.expected);
  }
}

TEST_CASE("the address in front of a statement") {
  struct Row {
    const char *name, *text;
    std::size_t expected;
  };
  const Row rows[] = {
      {"one", "@src SELECT 1", 4},        {"two", "@a,b SELECT", 4}, {"line feed", "@a\nSELECT", 2},
      {"command", "@a\\dt", 2},           {"object", "@a.b", 0},     {"MySQL variable", "@x:=1", 0},
      {"user variable", "@@a SELECT", 0}, {"none", "SELECT @a", 0}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(address_prefix_size(row.text) == row.expected);
  }
}

TEST_CASE("variables in SQL") {
  Variables variables;
  variables.set("id", "7");
  variables.set("name", "O'Brien");
  struct Row {
    const char *name, *sql, *expected;
  };
  const Row rows[] = {
      {"plain", "select :id", "select 7"},
      {"literal", "select :'name'", "select 'O''Brien'"},
      {"identifier", "select :\"name\"", "select \"O'Brien\""},
      {"cast", "select '1'::id", "select '1'::id"},
      {"in a string", "select ':id'", "select ':id'"},
      {"in a comment", "select 1 -- :id", "select 1 -- :id"},
      {"unknown", "select :nope", "select :nope"},
      {"slice", "select a[1:2]", "select a[1:2]"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(interpolate(row.sql, dialect(Flavor::postgres), variables) == row.expected);
  }
}

TEST_CASE("targets of \\connect") {
  struct Row {
    const char *name, *text, *connection, *target;
  };
  const Row rows[] = {{"URL", "postgres://u@h/d?a=b", "", "postgres://u@h/d?a=b"},
                      {"named URL", "src=mysql://u@h/d?a=b", "src", "mysql://u@h/d?a=b"},
                      {"named file", "a=./x=y.db", "a", "./x=y.db"},
                      {"file with =", "dir/x=y.db", "", "dir/x=y.db"}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const OpenRequest request = split_target(row.text);
    CHECK(request.name == row.connection);
    CHECK(request.target == row.target);
  }
}

TEST_CASE("every command is whole, and its names are its own") {
  std::vector<std::string_view> names;
  for (const auto& row : commands()) {
    CAPTURE(row.name);
    CHECK(!row.summary.empty());
    CHECK(!row.group.empty());
    names.push_back(row.name);
    names.insert(names.end(), row.aliases.begin(), row.aliases.end());
    for (const auto& option : row.options) CHECK(option.name.starts_with("--"));
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  CHECK_MESSAGE(twice == names.end(), (twice == names.end() ? "" : std::string(*twice)));
}

TEST_CASE("exit codes by the kind of error") {
  const std::pair<ErrorCode, int> rows[] = {
      {ErrorCode::usage, 2},       {ErrorCode::connection, 3}, {ErrorCode::sql, 1},
      {ErrorCode::unsupported, 1}, {ErrorCode::conflict, 1},   {ErrorCode::data_loss, 1},
      {ErrorCode::mismatch, 4},    {ErrorCode::refused, 5},    {ErrorCode::cancelled, 130},
      {ErrorCode::io, 1},          {ErrorCode::internal, 1}};
  for (const auto& [code, exit] : rows) {
    CAPTURE(error_code_name(code));
    Error error;
    error.code = code;
    CHECK(static_cast<int>(exit_code_of(error)) == exit);
  }
  Error lost_in_commit;
  lost_in_commit.code = ErrorCode::connection;
  lost_in_commit.outcome_unknown = true;
  CHECK(exit_code_of(lost_in_commit) == ExitCode::outcome_unknown);
}

TEST_CASE("errors as a person sees them") {
  Error error{ErrorCode::sql, "column \"nope\" does not exist", "did you mean \"name\"?",
              "select 1,\n  nope"};
  error.sql_offset = 12;
  error.sqlstate = "42703";
  CHECK(error_text(error) ==
        "error: column \"nope\" does not exist (42703)\n  line 2:   nope\n            ^\n"
        "  hint: did you mean \"name\"?\n");
  const Error leaky{ErrorCode::connection, "cannot open postgres://u:s3cret@h/d", "", ""};
  CHECK(error_text(leaky) == "error: cannot open postgres://u:***@h/d\n");
  const Error hostile{ErrorCode::sql, "bad \x1b[2J value", "", ""};
  CHECK(error_text(hostile) == "error: bad \\x1b[2J value\n");
}

TEST_CASE("what is kept out of the history") {
  CHECK(may_hold_password("ALTER USER a PASSWORD 'x'"));
  CHECK(may_hold_password("create user a identified by 'x'"));
  CHECK(!may_hold_password("select * from users"));
}
