#include "engine/dialect/lexer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace bascule;

namespace {

struct SplitCase {
  const char* name;
  Flavor flavor;
  std::string text;
  std::vector<std::string> statements;
};

using enum Flavor;

const std::string_view mysql_dump_trigger =
    "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW "
    "BEGIN\n"
    " SET NEW.a = '*/'; -- it's fine\n END */";

const std::vector<SplitCase>& split_cases() {
  static const std::vector<SplitCase> cases{
      // --- all dialects ---
      {"two statements", sqlite, "select 1; select 2;", {"select 1", "select 2"}},
      {"the last one has no terminator", sqlite, "select 1;\n select 2 \n", {"select 1", "select 2"}},
      {"empty ones are left out", postgres, ";; ;\n-- only a comment\n;/* x */", {}},
      {"doubled quote", sqlite, "select 'it''s; ok'; select 2", {"select 'it''s; ok'", "select 2"}},
      {"quoted identifier", postgres, "select \"a;\"\"b\"; select 2", {"select \"a;\"\"b\"", "select 2"}},
      {"line comment", postgres, "select 1 -- ; x\n+ 1; select 2", {"select 1 -- ; x\n+ 1", "select 2"}},
      {"block comment", sqlite, "select 1 /* ; */; select 2", {"select 1 /* ; */", "select 2"}},
      {"a comment belongs to what follows", sqlite, "a; -- note\nb;", {"a", "-- note\nb"}},
      {"windows line ends", sqlite, "select 1;\r\nselect 2;\r\n", {"select 1", "select 2"}},
      {"byte order mark", postgres, "\xef\xbb\xbfselect 1;", {"select 1"}},
      {"NUL bytes",
       sqlite,
       std::string("select '\0;';\0;", 14),
       {std::string("select '\0;'", 11), std::string(1, '\0')}},
      {"a semicolon ends it inside parentheses", mysql, "select (1; select 2;", {"select (1", "select 2"}},
      {"unterminated string takes the rest", sqlite, "select 'a; select 2;", {"select 'a; select 2;"}},

      // --- strings ---
      {"backslash is text in standard strings",
       postgres,
       "select '\\'; select 2",
       {"select '\\'", "select 2"}},
      {"backslash is text in SQLite", sqlite, "select '\\'; select 2", {"select '\\'", "select 2"}},
      {"backslash escapes in MySQL", mysql, "select '\\';'; select 2", {"select '\\';'", "select 2"}},
      {"and in MySQL's double quotes",
       mariadb,
       "select \"\\\";\"; select 2",
       {"select \"\\\";\"", "select 2"}},
      {"not in backticks", mysql, "select `\\`; select 2", {"select `\\`", "select 2"}},
      {"E string",
       postgres,
       "select E'\\';', e'a''\\\\'; select 2",
       {"select E'\\';', e'a''\\\\'", "select 2"}},
      {"an identifier that ends with e",
       postgres,
       "select name'\\'; select 2",
       {"select name'\\'", "select 2"}},
      {"U& string", postgres, "select U&'\\0041\\', U&\"a;\"; b", {"select U&'\\0041\\', U&\"a;\"", "b"}},
      {"bits and hex", postgres, "select B'1', X'ff', N';'; b", {"select B'1', X'ff', N';'", "b"}},
      {"backticks", sqlite, "select `a;``b`; b", {"select `a;``b`", "b"}},
      {"brackets", sqlite, "select [a;'b]; b", {"select [a;'b]", "b"}},
      {"brackets are array subscripts", postgres, "select a[1;2]; b", {"select a[1", "2]", "b"}},

      // --- dollar quotes ---
      {"empty tag", postgres, "select $$a;'b$$; b", {"select $$a;'b$$", "b"}},
      {"tag", postgres, "select $x$a;$y$;$x$; b", {"select $x$a;$y$;$x$", "b"}},
      {"tags are case-sensitive", postgres, "select $x$a;$X$;$x$; b", {"select $x$a;$X$;$x$", "b"}},
      {"no tag inside an identifier", postgres, "select a$b$; b", {"select a$b$", "b"}},
      {"a parameter is no tag", postgres, "select $1$; b", {"select $1$", "b"}},
      {"no dollar quotes in MySQL", mysql, "select $$a;$$; b", {"select $$a", "$$", "b"}},

      // --- comments ---
      {"nested comment", postgres, "a /* /* ; */ ; */; b", {"a /* /* ; */ ; */", "b"}},
      {"comments do not nest in SQLite", sqlite, "a /* /* */; b */; c", {"a /* /* */", "b */", "c"}},
      {"slash-star-slash does not close", sqlite, "a /*/; b */; c", {"a /*/; b */", "c"}},
      {"hash comment", mysql, "a # ; '\n; b", {"a # ; '", "b"}},
      {"no hash comment elsewhere", postgres, "select 1 # 2; b", {"select 1 # 2", "b"}},
      {"dashes without a blank are two signs", mysql, "select 1--1; b", {"select 1--1", "b"}},
      {"dashes with a blank", mysql, "a -- ;\n; b", {"a -- ;", "b"}},
      {"dashes at the end", mysql, "a; --", {"a"}},
      {"version comment is code", mysql, "/*!50001 a; '*/' ; */; b", {"/*!50001 a; '*/' ; */", "b"}},
      {"MariaDB's version comment", mariadb, "/*M!100500 a;`*/` */ c; b", {"/*M!100500 a;`*/` */ c", "b"}},
      {"the sandbox line of mariadb-dump",
       mariadb,
       "/*M!999999\\- enable the sandbox mode */ \na; b",
       {"/*M!999999\\- enable the sandbox mode */ \na", "b"}},
      {"a version comment alone is a statement",
       mysql,
       "/*!40101 SET NAMES utf8 */;",
       {"/*!40101 SET NAMES utf8 */"}},
      {"dumped trigger without DELIMITER",
       mysql,
       std::string(mysql_dump_trigger) + "; b",
       {std::string(mysql_dump_trigger), "b"}},

      // --- DELIMITER ---
      {"delimiter", mysql, "DELIMITER //\na; b//\nc //\ndelimiter ;\nd; e", {"a; b", "c", "d", "e"}},
      {"delimiter inside words", mysql, "delimiter $$\nselect 1; END$$\nb$$", {"select 1; END", "b"}},
      {"delimiter that is a word",
       mysql,
       "delimiter go\nselect gone\nGO\ngo\nb go",
       {"select gone\nGO", "b"}},
      {"delimiter in strings and comments",
       mysql,
       "delimiter //\na '//' /* // */ -- //\n; //\nb",
       {"a '//' /* // */ -- //\n;", "b"}},
      {"double semicolon",
       mariadb,
       "DELIMITER ;;\r\nBEGIN a; END ;;\r\nDELIMITER ;\r\nb;",
       {"BEGIN a; END", "b"}},
      {"quoted delimiter", mysql, "delimiter '//'\na; b//", {"a; b"}},
      {"delimiter without argument", mysql, "delimiter\na; b", {"delimiter", "a", "b"}},
      {"no delimiter command elsewhere", postgres, "delimiter //\na; b", {"delimiter //\na", "b"}},

      // --- transactions ---
      {"begin", mysql, "begin; commit; BEGIN WORK; a", {"begin", "commit", "BEGIN WORK", "a"}},
      {"begin in PostgreSQL", postgres, "BEGIN; select 1; END; b", {"BEGIN", "select 1", "END", "b"}},
      {"begin in SQLite", sqlite, "BEGIN IMMEDIATE; a; END; b", {"BEGIN IMMEDIATE", "a", "END", "b"}},
      {"start", mariadb, "start transaction; a", {"start transaction", "a"}},

      // --- MySQL routines ---
      {"procedure",
       mysql,
       "create procedure p() begin select 1; select 2; end; b",
       {"create procedure p() begin select 1; select 2; end", "b"}},
      {"procedure of one statement",
       mysql,
       "create procedure p(a int) select a; b",
       {"create procedure p(a int) select a", "b"}},
      {"definer, if not exists, characteristics",
       mariadb,
       "CREATE OR REPLACE DEFINER=`a`@`b.c` PROCEDURE IF NOT EXISTS p(IN a VARCHAR(20)) DETERMINISTIC "
       "COMMENT 'x;'\n"
       "BEGIN SELECT 1; END; b",
       {"CREATE OR REPLACE DEFINER=`a`@`b.c` PROCEDURE IF NOT EXISTS p(IN a VARCHAR(20)) DETERMINISTIC "
        "COMMENT 'x;'\n"
        "BEGIN SELECT 1; END",
        "b"}},
      {"definer without quotes",
       mysql,
       "create definer=root@localhost function f() returns int begin return 1; end; b",
       {"create definer=root@localhost function f() returns int begin return 1; end", "b"}},
      {"character set in the return type",
       mysql,
       "create function f() returns char(9) character set utf8 begin return ''; end; b",
       {"create function f() returns char(9) character set utf8 begin return ''; end", "b"}},
      {"nested blocks and labels",
       mysql,
       "create procedure p() `a`: begin b: loop leave b; end loop b; begin end; end a; b",
       {"create procedure p() `a`: begin b: loop leave b; end loop b; begin end; end a", "b"}},
      {"if, elseif, else if",
       mysql,
       "create procedure p() begin if a then b; elseif c then d; else if e then f; end if; end if; end; g",
       {"create procedure p() begin if a then b; elseif c then d; else if e then f; end if; end if; end",
        "g"}},
      {"if function",
       mysql,
       "create procedure p() begin set a = if(b, 1, 2); select repeat('x', 3), if(1,2,3); end; g",
       {"create procedure p() begin set a = if(b, 1, 2); select repeat('x', 3), if(1,2,3); end", "g"}},
      {"case statement and case expression",
       mysql,
       "create procedure p() begin case a when 1 then set b = case c when 2 then 3 else 4 end; else begin "
       "end; end "
       "case; end; g",
       {"create procedure p() begin case a when 1 then set b = case c when 2 then 3 else 4 end; else begin "
        "end; end "
        "case; end",
        "g"}},
      {"case in the body of a function",
       mysql,
       "create function f() returns int return case when 1 then 2 end; g",
       {"create function f() returns int return case when 1 then 2 end", "g"}},
      {"while and repeat",
       mysql,
       "create procedure p() begin while a do set b = 1; end while; repeat set c = 1; until d end repeat; "
       "end; g",
       {"create procedure p() begin while a do set b = 1; end while; repeat set c = 1; until d end repeat; "
        "end",
        "g"}},
      {"handler with a block",
       mysql,
       "create procedure p() begin declare exit handler for not found, sqlexception begin rollback; end; "
       "declare "
       "continue handler for 1062 set a = if(1,2,3); select 1; end; g",
       {"create procedure p() begin declare exit handler for not found, sqlexception begin rollback; end; "
        "declare "
        "continue handler for 1062 set a = if(1,2,3); select 1; end",
        "g"}},
      {"drop if exists and columns named begin and end",
       mysql,
       "create procedure p() begin drop table if exists t; select begin, end, t.end from t; end; g",
       {"create procedure p() begin drop table if exists t; select begin, end, t.end from t; end", "g"}},
      {"trigger",
       mysql,
       "create trigger t before update on x for each row begin set new.a = 1; end; g",
       {"create trigger t before update on x for each row begin set new.a = 1; end", "g"}},
      {"trigger after another",
       mysql,
       "create trigger t before update on x for each row follows o if new.a then set new.b = 1; end if; g",
       {"create trigger t before update on x for each row follows o if new.a then set new.b = 1; end if",
        "g"}},
      {"trigger of one statement",
       mysql,
       "create trigger t after insert on x for each row insert into y values (1); g",
       {"create trigger t after insert on x for each row insert into y values (1)", "g"}},
      {"event",
       mysql,
       "create event e on schedule every 1 day do begin a; b; end; g",
       {"create event e on schedule every 1 day do begin a; b; end", "g"}},
      {"alter event",
       mysql,
       "alter event e on completion preserve do begin a; b; end; g",
       {"alter event e on completion preserve do begin a; b; end", "g"}},
      {"event of one statement",
       mysql,
       "create event e on schedule at now() do call p(); g",
       {"create event e on schedule at now() do call p()", "g"}},
      {"block outside of routines",
       mariadb,
       "begin not atomic select 1; if a then b; end if; end; g",
       {"begin not atomic select 1; if a then b; end if; end", "g"}},
      {"for loop",
       mariadb,
       "for i in 1..3 do select i; end for; g",
       {"for i in 1..3 do select i; end for", "g"}},
      {"version comment inside the header",
       mysql,
       "create /*!50017 definer=`a`@`b` */ trigger t before insert on x for each row begin a; end; g",
       {"create /*!50017 definer=`a`@`b` */ trigger t before insert on x for each row begin a; end", "g"}},
      {"other CREATE statements have no body",
       mysql,
       "create table t (`begin` int); create view v as select 1; g",
       {"create table t (`begin` int)", "create view v as select 1", "g"}},
      {"loadable function",
       mysql,
       "create function f returns string soname 'x.so'; g",
       {"create function f returns string soname 'x.so'", "g"}},

      // --- SQLite triggers ---
      {"sqlite trigger",
       sqlite,
       "create trigger t after insert on x begin select 1; select 2; end; g",
       {"create trigger t after insert on x begin select 1; select 2; end", "g"}},
      {"sqlite temporary trigger with case",
       sqlite,
       "create temp trigger if not exists t update of a on x when case new.a when 1 then 2 end begin select "
       "case when 1 "
       "then 2 end; update y set a=1; /* c */ end; g",
       {"create temp trigger if not exists t update of a on x when case new.a when 1 then 2 end begin select "
        "case when "
        "1 then 2 end; update y set a=1; /* c */ end",
        "g"}},
      {"sqlite trigger without a body", sqlite, "create trigger t on x; g", {"create trigger t on x", "g"}},
      {"explain",
       sqlite,
       "explain query plan create temporary trigger t on x begin a; end; g",
       {"explain query plan create temporary trigger t on x begin a; end", "g"}},

      // --- PostgreSQL ---
      {"atomic body",
       postgres,
       "create or replace function f() returns int begin atomic select 1; select case when 1 then 2 end; "
       "end; g",
       {"create or replace function f() returns int begin atomic select 1; select case when 1 then 2 end; "
        "end",
        "g"}},
      {"rule with several actions",
       postgres,
       "create rule r as on insert to t do also (a; b); g",
       {"create rule r as on insert to t do also (a; b)", "g"}},
      {"function with dollar quotes",
       postgres,
       "create function f() returns int as $$ begin; end $$ language sql; g",
       {"create function f() returns int as $$ begin; end $$ language sql", "g"}},
  };
  return cases;
}

std::string join_tokens(std::string_view text, const LexerFlags& flags) {
  std::string joined;
  for (const auto& token : tokenize(text, flags)) {
    REQUIRE(token.offset == joined.size());
    REQUIRE(token.size > 0);
    joined += text.substr(token.offset, token.size);
  }
  return joined;
}

// Everything that the splitter takes out, in order: statements, and the rest of the line after a backslash.
std::vector<SplitStatement> split_in_pieces(std::string_view text, const Dialect& dialect,
                                            const std::vector<std::size_t>& cuts) {
  StatementSplitter splitter(dialect);
  std::vector<SplitStatement> found;
  const auto keep = [&](SplitStatement statement) {
    found.push_back(std::move(statement));
    if (found.back().terminator == "\\") splitter.take_line();
  };
  std::size_t begin = 0;
  bool waits_for_line = false;
  const auto drain = [&] {
    while (!waits_for_line || splitter.rest().find('\n') != std::string_view::npos) {
      if (std::exchange(waits_for_line, false)) splitter.take_line();
      auto statement = splitter.next();
      if (!statement) return;
      waits_for_line = statement->terminator == "\\";
      found.push_back(std::move(*statement));
    }
  };
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : text.size();
    splitter.feed(text.substr(begin, end - begin));
    begin = end;
    drain();
  }
  if (waits_for_line) splitter.take_line();
  while (auto statement = splitter.next()) keep(std::move(*statement));
  while (auto statement = splitter.finish()) keep(std::move(*statement));
  return found;
}

std::string show(const std::vector<SplitStatement>& statements) {
  std::string out;
  for (const auto& s : statements)
    out += std::to_string(s.offset) + ":" + std::to_string(s.line) + "[" + s.text + "]" + s.terminator + "\n";
  return out;
}

// Statements stand in the text where they say, in order, and on the line that they say.
void check_places(std::string_view text, const std::vector<SplitStatement>& statements) {
  std::size_t end = 0;
  for (const auto& s : statements) {
    REQUIRE(s.offset >= end);
    REQUIRE(text.substr(s.offset, s.text.size()) == s.text);
    const auto before = text.substr(0, s.offset);
    REQUIRE(s.line == 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')));
    end = s.offset + s.text.size();
  }
}

// Pieces of which one can open or close anything, and bytes.
std::string nasty_text(std::mt19937& random) {
  static const std::vector<std::string> pieces{"'",
                                               "''",
                                               "\"",
                                               "`",
                                               "[",
                                               "]",
                                               "$$",
                                               "$a$",
                                               "$",
                                               "\\",
                                               "\\'",
                                               ";",
                                               ";;",
                                               "--",
                                               "-- ",
                                               "-",
                                               "#",
                                               "/*",
                                               "*/",
                                               "/*!",
                                               "/*M!",
                                               "/*!999999",
                                               "*",
                                               "/",
                                               "\n",
                                               "\r\n",
                                               " ",
                                               "\t",
                                               "E'",
                                               "U&'",
                                               "U&\"",
                                               "x'",
                                               "(",
                                               ")",
                                               "::",
                                               ":=",
                                               ":",
                                               "?",
                                               "1.5e",
                                               "+3",
                                               "0xE+1",
                                               "select",
                                               "begin",
                                               "end",
                                               "case",
                                               "if",
                                               "then",
                                               "else",
                                               "end if",
                                               "loop",
                                               "repeat",
                                               "until",
                                               "while",
                                               "do",
                                               "create ",
                                               "alter ",
                                               "procedure ",
                                               "p()",
                                               "trigger ",
                                               "function ",
                                               "event ",
                                               "atomic",
                                               "for each row ",
                                               "declare handler for ",
                                               "not atomic",
                                               "rule ",
                                               "temp ",
                                               "DELIMITER //\n",
                                               "delimiter ;\n",
                                               "delimiter go\n",
                                               "delimiter",
                                               "//",
                                               "go",
                                               "\xef\xbb\xbf",
                                               "\xc3\xa9",
                                               "\xff",
                                               std::string(1, '\0'),
                                               "name",
                                               ":x",
                                               ":'x'",
                                               ":\"x\"",
                                               "[1:2]",
                                               "as",
                                               ".",
                                               "@",
                                               "=",
                                               "definer"};
  std::string text;
  const auto size = random() % 40;
  for (std::size_t i = 0; i < size; ++i) {
    if (random() % 12 == 0)
      text += static_cast<char>(random() % 256);
    else
      text += pieces[random() % pieces.size()];
  }
  return text;
}

void check_laws(const std::string& text, const Dialect& row, std::mt19937& random) {
  CAPTURE(text);
  CAPTURE(row.flavor_name);
  REQUIRE(join_tokens(text, row.lexer) == text);
  const auto whole = split_in_pieces(text, row, {});
  check_places(text, whole);
  std::vector<std::size_t> every_byte, some;
  for (std::size_t i = 1; i < text.size(); ++i) {
    every_byte.push_back(i);
    if (random() % 5 == 0) some.push_back(i);
  }
  REQUIRE(show(split_in_pieces(text, row, every_byte)) == show(whole));
  REQUIRE(show(split_in_pieces(text, row, some)) == show(whole));
  StatementSplitter splitter(row);
  splitter.feed(text);
  splitter.open();
  for (const auto& variable : find_variables(text, row.lexer)) {
    REQUIRE(text[variable.offset] == ':');
    REQUIRE(variable.offset + variable.size <= text.size());
    REQUIRE_FALSE(variable.name.empty());
  }
  number_placeholders(text, row);
  leading_keywords(text, row, 3);
}

}  // namespace

TEST_CASE("statements are split by the dialect's rules") {
  for (const auto& row : split_cases()) {
    CAPTURE(row.name);
    const auto& rules = dialect(row.flavor);
    std::vector<std::string> texts;
    for (const auto& statement : split_statements(row.text, rules)) texts.push_back(statement.text);
    CHECK(texts == row.statements);
    CHECK(join_tokens(row.text, rules.lexer) == row.text);
  }
}

TEST_CASE("any pieces give the same statements, and truncations do no harm") {
  std::mt19937 random(7);
  for (const auto& row : split_cases())
    for (std::size_t size = 0; size <= row.text.size(); ++size)
      check_laws(row.text.substr(0, size), dialect(row.flavor), random);
}

TEST_CASE("nasty texts keep the lexer's laws in every dialect") {
  std::mt19937 random(20241121);
  for (int i = 0; i < 4000; ++i) {
    const std::string text = nasty_text(random);
    for (const auto& row : all_dialects()) check_laws(text, row, random);
  }
}

TEST_CASE("statements know their place and their terminator") {
  StatementSplitter splitter(dialect(postgres));
  splitter.feed("\n select 1 ;\n-- c\nselect 2 \\gx x=1\r\nselect 3");
  auto first = splitter.next();
  REQUIRE(first);
  CHECK(first->text == "select 1");
  CHECK(first->offset == 2);
  CHECK(first->line == 2);
  CHECK(first->terminator == ";");
  auto second = splitter.next();
  REQUIRE(second);
  CHECK(second->text == "-- c\nselect 2");
  CHECK(second->line == 3);
  CHECK(second->terminator == "\\");
  CHECK(splitter.take_line() == "\\gx x=1");
  CHECK_FALSE(splitter.next());
  CHECK(splitter.rest() == "select 3");
  CHECK(splitter.open() == Open::statement);
  auto last = splitter.finish();
  REQUIRE(last);
  CHECK(last->text == "select 3");
  CHECK(last->line == 5);
  CHECK(last->terminator.empty());
  CHECK_FALSE(splitter.finish());
}

TEST_CASE("what is open is known") {
  struct OpenCase {
    const char* name;
    Flavor flavor;
    std::string text;
    Open open;
    char mark;
  };
  const std::vector<OpenCase> cases{
      {"nothing", postgres, "", Open::nothing, '\0'},
      {"blanks and a comment", postgres, " -- x\n", Open::nothing, '\0'},
      {"after a statement", postgres, "select 1;\n", Open::nothing, '\0'},
      {"statement", postgres, "select 1\n", Open::statement, '-'},
      {"a statement after another", sqlite, "select 1; select\n", Open::statement, '-'},
      {"string", mysql, "select 'a\\'\n", Open::string, '\''},
      {"closed string", mysql, "select 'a'", Open::statement, '-'},
      {"identifier", sqlite, "select \"a", Open::identifier, '"'},
      {"double quotes are a string", mysql, "select \"a", Open::string, '\''},
      {"parenthesis", sqlite, "select (1,\n", Open::parenthesis, '('},
      {"dollar quote", postgres, "select $x$ $$ (", Open::dollar_quote, '$'},
      {"comment", mariadb, "select /* x\n", Open::comment, '*'},
      {"comment alone", mariadb, "/* x\n", Open::comment, '*'},
      {"nested comment", postgres, "select /* /* */\n", Open::comment, '*'},
      {"body", mysql, "create procedure p() begin a;\n", Open::body, '-'},
      {"body of a trigger", sqlite, "create trigger t on x begin a;\n", Open::body, '-'},
      {"incomplete delimiter line", mysql, "delimiter /", Open::statement, '-'},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    StatementSplitter splitter(dialect(row.flavor));
    splitter.feed(row.text);
    CHECK(splitter.open() == row.open);
    CHECK(open_mark(splitter.open()) == row.mark);
    while (splitter.next()) {
    }
    CHECK(splitter.open() == row.open);
  }
}

TEST_CASE("clear and a change of dialect start anew") {
  StatementSplitter splitter(dialect(sqlite));
  splitter.feed("select 'open");
  CHECK_FALSE(splitter.next());
  splitter.clear();
  CHECK(splitter.open() == Open::nothing);
  splitter.feed("select '\\'';'; --x\n");
  splitter.set_dialect(dialect(mysql));
  auto statement = splitter.next();
  REQUIRE(statement);
  CHECK(statement->text == "select '\\''");
  CHECK(statement->offset == 12);
}

TEST_CASE("a long text in small pieces is read once") {
  // With a new look at everything for each piece this would be 40 GB of reading.
  const Dialect& row = dialect(mysql);
  StatementSplitter splitter(row);
  splitter.feed("insert into t values ('");
  const std::string piece(4096, 'x');
  for (int i = 0; i < 4096; ++i) {
    splitter.feed(piece);
    REQUIRE_FALSE(splitter.next());
  }
  splitter.feed("');");
  const auto statement = splitter.next();
  REQUIRE(statement);
  CHECK(statement->text.size() == 23 + 4096 * 4096 + 2);

  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "insert into t values (1, 'abc');\n";
  splitter.feed(many);
  std::size_t count = 0;
  while (splitter.next()) ++count;
  CHECK(count == 20'000);
  CHECK(splitter.rest() == "\n");
}

TEST_CASE("leading keywords") {
  struct KeywordCase {
    const char* name;
    Flavor flavor;
    std::string text;
    std::vector<std::string> words;
  };
  const std::vector<KeywordCase> cases{
      {"plain", sqlite, " SELECT 1", {"select"}},
      {"comments and parentheses", postgres, "-- x\n/* /* */ */ ((Values (1)))", {"values"}},
      {"several", mysql, "START TRANSACTION READ ONLY", {"start", "transaction", "read"}},
      {"up to something else", mysql, "create definer=x procedure", {"create", "definer"}},
      {"version comment", mysql, "/*!50003 CREATE*/ /*!50003 TRIGGER t */", {"create", "trigger", "t"}},
      {"no version comment elsewhere", postgres, "/*! create */ select", {"select"}},
      {"none", postgres, "'x'", {}},
      {"nothing", postgres, "", {}},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    CHECK(leading_keywords(row.text, dialect(row.flavor), 3) == row.words);
    CHECK(first_keyword(row.text, dialect(row.flavor)) == (row.words.empty() ? "" : row.words.front()));
  }
}

TEST_CASE("placeholders are numbered") {
  const auto& row = dialect(postgres);
  CHECK(number_placeholders("select ?, '?', \"?\", $$?$$ /* ? */ -- ?\n, ?", row) ==
        "select $1, '?', \"?\", $$?$$ /* ? */ -- ?\n, $2");
  CHECK(number_placeholders("a ?? 'b' and c ??| ? and ??", row) == "a ? 'b' and c ?| $1 and ?");
  CHECK(number_placeholders("", row).empty());
}

TEST_CASE("variables are found where they are meant") {
  struct VariableCase {
    const char* name;
    Flavor flavor;
    std::string text;
    std::string found;
  };
  const std::vector<VariableCase> cases{
      {"the three kinds", postgres, "select :a, :'b_1', :\"c\"",
       "7+2 plain a;11+6 literal b_1;19+4 identifier c;"},
      {"in MySQL too", mysql, "select :a, :'b', :\"c\"", "7+2 plain a;11+4 literal b;17+4 identifier c;"},
      {"not in quotes and comments", postgres, "':a' \":b\" $$:c$$ -- :d\n/* :e */", ""},
      {"no cast, no assignment", postgres, "a::int, b := c", ""},
      {"after a cast sign", postgres, "a:::b", "3+2 plain b;"},
      {"no slice", postgres, "a[1:2]", ""},
      {"not with a blank", postgres, ": a, : 'b'", ""},
      {"no empty or odd names", postgres, ":'', :'a b', :'a", ""},
      {"letters above 127", sqlite, ":\xc3\xa9", "0+3 plain \xc3\xa9;"},
      {"a dollar ends the name", postgres, ":a$b", "0+2 plain a;"},
      {"followed by anything", postgres, ":a.:b", "0+2 plain a;3+2 plain b;"},
  };
  const std::array<const char*, 3> kinds{"plain", "literal", "identifier"};
  for (const auto& row : cases) {
    CAPTURE(row.name);
    std::string found;
    for (const auto& variable : find_variables(row.text, dialect(row.flavor).lexer))
      found += std::to_string(variable.offset) + "+" + std::to_string(variable.size) + " " +
               kinds[static_cast<std::size_t>(variable.kind)] + " " + variable.name + ";";
    CHECK(found == row.found);
  }
}
