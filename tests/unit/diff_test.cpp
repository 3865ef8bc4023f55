#include "engine/jobs/diff.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/dialect/type_map.h"
#include "engine/jobs/plan.h"

using namespace bascule;
using enum Flavor;

namespace {

Features features(Flavor flavor) {
  constexpr const char* versions[] = {"3.40.1", "15.20", "9.7.4", "10.11.19-MariaDB"};
  return compute_features(flavor, versions[static_cast<std::size_t>(flavor)]);
}

std::string default_namespace(Flavor flavor) {
  const auto row = dialect(flavor).default_schema;
  return row.empty() ? "shop" : std::string(row);
}

Schema schema_of(Flavor flavor, std::vector<Table> tables) {
  const std::string name = default_namespace(flavor);
  return {
      std::string(dialect(flavor).flavor_name), name, {Namespace{.name = name, .tables = std::move(tables)}}};
}

// Parent and child with an identity, a default, a unique and a plain index, and a foreign key: as it stands
// in an application, in the types of one engine.
Schema sample(Flavor flavor) {
  const Features target = features(flavor);
  const bool is_sqlite = flavor == sqlite;
  const auto column = [&](std::string name, Type type, bool nullable = true,
                          std::optional<std::string> value = {}) {
    Column out{.name = std::move(name),
               .type = std::move(type),
               .nullable = nullable,
               .default_sql = std::move(value)};
    out.native_type = spell_type(out.type, target);
    return out;
  };
  Table author{.name = "author"};
  author.columns = {column("id", type::Int{8}, false), column("name", type::Text{100}, false, "'nobody'"),
                    column("active", type::Bool{}, false, flavor == postgres ? "true" : "1"),
                    column("rating", type::Float{8})};
  author.columns[0].identity = is_sqlite ? Identity::rowid : Identity::by_default;
  author.primary_key = PrimaryKey{flavor == postgres ? "author_pkey" : "", {"id"}};
  author.indexes = {{.name = is_sqlite ? "" : "author_name_key",
                     .parts = {{.column = "name"}},
                     .unique = true,
                     .is_constraint = true}};
  Table book{.name = "book"};
  book.columns = {column("id", type::Int{8}, false), column("author_id", type::Int{8}),
                  column("title", type::Text{})};
  book.primary_key = PrimaryKey{flavor == postgres ? "book_pkey" : "", {"id"}};
  if (is_sqlite) book.columns[0].identity = Identity::rowid;
  book.indexes = {{.name = "book_author", .parts = {{.column = "author_id"}}}};
  book.foreign_keys = {{.name = is_sqlite ? "" : "book_author_fkey",
                        .columns = {"author_id"},
                        .referenced_schema = "",
                        .referenced_table = "author",
                        .referenced_columns = {"id"},
                        .on_delete = ForeignKeyAction::cascade}};
  return schema_of(flavor, {author, book});
}

std::vector<std::string> lines(const Difference& difference, const Schema& have) {
  std::vector<std::string> out;
  for (const auto& change : difference.changes)
    out.push_back(change_kind(change) + " " + change_object(change, have.default_namespace));
  for (const auto& notice : difference.unplannable) out.push_back(notice.object + ": " + notice.text);
  return out;
}

using Lines = std::vector<std::string>;

Table& table(Schema& schema, std::string_view name) {
  for (auto& found : schema.namespaces[0].tables)
    if (found.name == name) return found;
  FAIL("no table");
  return schema.namespaces[0].tables[0];
}

}  // namespace

TEST_CASE("a schema does not differ from what the copier makes of it, for all pairs of engines") {
  for (const auto& from : all_dialects())
    for (const auto& to : all_dialects()) {
      CAPTURE(from.flavor_name);
      CAPTURE(to.flavor_name);
      const Schema want = sample(from.flavor);
      const Features target = features(to.flavor);
      const Schema made = map_schema(want, target, default_namespace(to.flavor)).schema;
      CHECK(lines(diff_schemas(want, made, target), made) == Lines{});
    }
}

TEST_CASE("an empty database lacks everything, in an order that can be made") {
  for (const auto& from : all_dialects())
    for (const auto& to : all_dialects()) {
      CAPTURE(from.flavor_name);
      CAPTURE(to.flavor_name);
      const Schema have = schema_of(to.flavor, {});
      const auto difference = diff_schemas(sample(from.flavor), have, features(to.flavor));
      const std::string key = from.flavor == sqlite
                                  ? "author_id"
                                  : "book_author_fkey";  // an unnamed key is called after its column
      CHECK(lines(difference, have) ==
            Lines{"add_table author", "add_table book", "add_foreign_key book." + key});
      const auto& added = std::get<change::AddTable>(difference.changes[1]).table;
      CHECK(added.foreign_keys.empty());
      CHECK(added.indexes.size() == 1);
      const auto back = diff_schemas(have, sample(to.flavor), features(to.flavor));
      CHECK(lines(back, have) == Lines{"drop_table book", "drop_table author"});
      CHECK(std::get<change::DropTable>(back.changes[0]).table.foreign_keys.size() == 1);
    }
}

TEST_CASE("single differences on one engine") {
  struct DifferenceCase {
    const char* name;
    std::function<void(Schema&)> change_wanted;
    Lines expected;
  };
  const std::vector<DifferenceCase> cases{
      {"nothing", [](Schema&) {}, {}},
      {"new column",
       [](Schema& s) { table(s, "book").columns.push_back({.name = "isbn", .type = type::Text{13}}); },
       {"add_column book.isbn"}},
      {"dropped column",
       [](Schema& s) { table(s, "author").columns.pop_back(); },
       {"drop_column author.rating"}},
      {"type",
       [](Schema& s) { table(s, "book").columns[2].type = type::Text{50}; },
       {"alter_column book.title"}},
      {"nullability",
       [](Schema& s) { table(s, "book").columns[2].nullable = false; },
       {"alter_column book.title"}},
      {"default",
       [](Schema& s) { table(s, "book").columns[2].default_sql = "'x'"; },
       {"alter_column book.title"}},
      {"comment", [](Schema& s) { table(s, "book").columns[2].comment = "x"; }, {"add_comment book.title"}},
      {"identity",
       [](Schema& s) { table(s, "book").columns[0].identity = Identity::always; },
       {"alter_column book.id"}},
      {"the order of columns is none",
       [](Schema& s) { std::swap(table(s, "book").columns[1], table(s, "book").columns[2]); },
       {}},
      {"primary key",
       [](Schema& s) { table(s, "book").primary_key->columns.push_back("author_id"); },
       {"alter_primary_key book"}},
      {"no primary key", [](Schema& s) { table(s, "book").primary_key.reset(); }, {"drop_primary_key book"}},
      {"name of the primary key is none", [](Schema& s) { table(s, "book").primary_key->name = "x"; }, {}},
      {"index",
       [](Schema& s) { table(s, "book").indexes[0].unique = true; },
       {"drop_index book.book_author", "add_index book.book_author"}},
      {"name of an index",
       [](Schema& s) { table(s, "book").indexes[0].name = "x"; },
       {"drop_index book.book_author", "add_index book.x"}},
      {"default method of an index", [](Schema& s) { table(s, "book").indexes[0].method = "btree"; }, {}},
      {"condition of an index",
       [](Schema& s) { table(s, "book").indexes[0].where = "(id > 0)"; },
       {"drop_index book.book_author", "add_index book.book_author"}},
      {"action of a foreign key",
       [](Schema& s) { table(s, "book").foreign_keys[0].on_delete = ForeignKeyAction::set_null; },
       {"drop_foreign_key book.book_author_fkey", "add_foreign_key book.book_author_fkey"}},
      {"name of a foreign key is none", [](Schema& s) { table(s, "book").foreign_keys[0].name = "x"; }, {}},
      {"schema of a foreign key said",
       [](Schema& s) { table(s, "book").foreign_keys[0].referenced_schema = "public"; },
       {}},
      {"new table refers to an old one",
       [](Schema& s) {
         Table extra = table(s, "book");
         extra.name = "extra";
         extra.indexes.clear();
         s.namespaces[0].tables.push_back(extra);
       },
       {"add_table extra", "add_foreign_key extra.book_author_fkey"}},
      {"a column moves into the key",
       [](Schema& s) {
         table(s, "book").columns[0].name = "number";
         table(s, "book").primary_key->columns = {"number"};
       },
       {"add_column book.number", "alter_primary_key book", "drop_column book.id"}},
      {"check",
       [](Schema& s) {
         table(s, "book").checks = {{"c", "id > 0"}};
       },
       {"add_check book.c"}},
      {"table comment", [](Schema& s) { table(s, "book").comment = "x"; }, {"add_comment book"}},
      {"view",
       [](Schema& s) { s.namespaces[0].views = {{.name = "v", .definition = "select 1"}}; },
       {"add_view v"}},
      {"enum",
       [](Schema& s) {
         s.namespaces[0].enums = {{"mood", {"sad"}}};
       },
       {"add_enum mood"}},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const Schema have = sample(postgres);
    Schema want = have;
    row.change_wanted(want);
    const auto difference = diff_schemas(want, have, features(postgres));
    CHECK(lines(difference, have) == row.expected);
    CHECK(difference.is_equal() == row.expected.empty());
    CHECK(lines(diff_schemas(want, have, features(postgres)), have) == row.expected);  // twice the same
  }
}

TEST_CASE("what is left alone") {
  Schema have = schema_of(postgres, {});
  const Schema want = schema_of(
      sqlite,
      {{.name = "__drizzle_migrations"}, {.name = "DatabaseChangeLog"}, {.name = "tmp_1"}, {.name = "kept"}});
  CHECK(lines(diff_schemas(want, have, features(postgres), {.ignore = {"tmp_*"}}), have) ==
        Lines{"add_table kept"});
  CHECK(lines(diff_schemas(want, have, features(postgres), {.ignore = {"main.*"}}), have) == Lines{});
  CHECK(lines(diff_schemas(want, have, features(postgres),
                           {.ignore = {"tmp_*"}, .with_migration_tables = true}),
              have)
            .size() == 3);
  have.namespaces[0].tables = {{.name = "_prisma_migrations"}, {.name = "kept"}};
  CHECK(lines(diff_schemas(want, have, features(postgres), {.ignore = {"tmp_*"}}), have) == Lines{});
}

TEST_CASE("tables that refer to each other lose their keys before they are dropped") {
  const auto make = [](std::string name, std::string referenced) {
    Table made{.name = std::move(name), .columns = {{.name = "x", .type = type::Int{4}}}};
    made.foreign_keys = {{.name = "to_" + referenced,
                          .columns = {"x"},
                          .referenced_schema = "",
                          .referenced_table = referenced,
                          .referenced_columns = {"x"}}};
    return made;
  };
  const Schema have = schema_of(postgres, {make("a", "b"), make("b", "a"), make("c", "c"), make("d", "a")});
  CHECK(lines(diff_schemas(schema_of(postgres, {}), have, features(postgres)), have) ==
        Lines{"drop_foreign_key b.to_a", "drop_table c", "drop_table d", "drop_table a", "drop_table b"});
}

TEST_CASE("namespaces of PostgreSQL are compared one by one, others are joined") {
  Schema want = schema_of(postgres, {{.name = "t"}});
  want.namespaces.push_back({.name = "app", .tables = {{.name = "u"}}});
  Schema have = schema_of(postgres, {});
  have.namespaces.push_back({.name = "old", .tables = {{.name = "v"}}});
  CHECK(lines(diff_schemas(want, have, features(postgres)), have) ==
        Lines{"add_schema app", "drop_table old.v", "add_table t", "add_table app.u", "drop_schema old"});
  const Schema empty = schema_of(mysql, {});
  CHECK(lines(diff_schemas(want, empty, features(mysql)), empty) == Lines{"add_table t", "add_table u"});
}

TEST_CASE("names are compared as the engine compares them") {
  const auto make = [](Flavor flavor, std::string name, std::string column) {
    return schema_of(
        flavor, {{.name = std::move(name), .columns = {{.name = std::move(column), .type = type::Int{8}}}}});
  };
  const Schema have = make(sqlite, "Users", "Id");
  CHECK(lines(diff_schemas(make(postgres, "users", "id"), have, features(sqlite)), have) == Lines{});
  const Schema exact = make(postgres, "Users", "Id");
  CHECK(lines(diff_schemas(make(postgres, "users", "id"), exact, features(postgres)), exact) ==
        Lines{"drop_table Users", "add_table users"});
}

TEST_CASE("losses") {
  struct LossCase {
    const char* name;
    Type from, to;
    bool loses;
  };
  using namespace type;
  const std::vector<LossCase> cases{
      {"wider integer", Int{4}, Int{8}, false},
      {"narrower integer", Int{8}, Int{4}, true},
      {"unsigned into wider", Int{4, true}, Int{8}, false},
      {"unsigned into as wide", Int{8, true}, Int{8}, true},
      {"negative into unsigned", Int{4}, Int{8, true}, true},
      {"longer text", Text{20}, Text{30}, false},
      {"shorter text", Text{30}, Text{20}, true},
      {"unlimited text", Text{20}, Text{}, false},
      {"limited text", Text{}, Text{20}, true},
      {"padded text", Text{3, true}, Text{9}, true},
      {"wider decimal", Decimal{10, 2}, Decimal{12, 3}, false},
      {"fewer digits before the point", Decimal{10, 2}, Decimal{10, 4}, true},
      {"double into float", Float{8}, Float{4}, true},
      {"more fraction digits", Timestamp{3}, Timestamp{6}, false},
      {"text into number", Text{}, Int{8}, true},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const Change change =
        change::AlterColumn{{"public", "t"}, {.name = "c", .type = row.from}, {.name = "c", .type = row.to}};
    CHECK(loses_data(change) == row.loses);
  }
}

TEST_CASE("plans") {
  const Schema have = sample(mysql);
  SUBCASE("what cannot be planned is left out and named") {
    Schema want = have;
    want.not_modelled.push_back({"event purge", "CREATE EVENT purge"});
    const auto plan = make_plan(want, have, features(mysql));
    REQUIRE(plan.ok());
    REQUIRE(plan->notices.size() == 1);
    CHECK(plan->notices[0].code == "left_out");
    CHECK(plan->notices[0].object == "event purge");
    CHECK(plan->notices[0].text == "is missing, or has another definition; no statement is planned for it");
  }
  SUBCASE("what loses data is left out unless it is allowed") {
    Schema want = have;
    table(want, "author").columns.pop_back();
    const auto plan = make_plan(want, have, features(mysql));
    REQUIRE(plan.ok());
    CHECK(plan->steps.empty());
    REQUIRE(plan->notices.size() == 1);
    CHECK(plan->notices[0].code == "left_out");
    CHECK(plan->notices[0].text ==
          "drop_column may lose data and is left out; --allow drop_column:author.rating permits it");
    const auto allowed = make_plan(want, have, features(mysql), {.allow = {"drop_column:author.rating"}});
    REQUIRE(allowed.ok());
    CHECK(allowed->steps.size() == 1);
    CHECK(allowed->notices.empty());
  }
  SUBCASE("only what adds") {
    Schema want = have;
    table(want, "author").columns.pop_back();
    table(want, "author").columns.push_back({.name = "born", .type = type::Date{}});
    const auto plan = make_plan(want, have, features(mysql), {.additive = true});
    REQUIRE(plan.ok());
    REQUIRE(plan->changes.size() == 1);
    CHECK(change_kind(plan->changes[0]) == "add_column");
    CHECK(plan->steps.size() == 1);
    REQUIRE(plan->notices.size() == 2);
    CHECK(plan->notices[0].code == "target_legacy");
    CHECK(plan->notices[1].code == "left_out");
    CHECK(plan->notices[1].object == "author.rating");
  }
  SUBCASE("the same") {
    const auto plan = make_plan(have, have, features(mysql));
    REQUIRE(plan.ok());
    CHECK(plan->changes.empty());
    CHECK(plan->steps.empty());
  }
  SUBCASE("a schema that is not there") {
    Schema want = schema_of(postgres, {});
    want.namespaces.push_back({.name = "app", .tables = {{.name = "t"}}});
    const auto plan = make_plan(want, schema_of(postgres, {}), features(postgres));
    REQUIRE(plan.ok());
    REQUIRE(plan->changes.size() == 2);
    CHECK(change_kind(plan->changes[0]) == "add_schema");
  }
}

TEST_CASE("permissions are globs over kind and object") {
  const Change change = change::DropColumn{{"public", "users"}, {.name = "email", .type = type::Text{}}};
  CHECK(is_allowed(change, {"drop_column:users.email"}, "public"));
  CHECK(is_allowed(change, {"add_table:x", "drop_*:users.*"}, "public"));
  CHECK(is_allowed(change, {"drop_column:public.users.email"}, "app"));
  CHECK_FALSE(is_allowed(change, {"drop_table:*", "drop_column:users.name"}, "public"));
  CHECK_FALSE(is_allowed(change, {}, "public"));
}

TEST_CASE("names count where somebody chose them, and all of them when it is strict") {
  struct NameCase {
    const char* name;
    std::function<void(Schema&)> change_wanted;
    Lines expected, strict;
  };
  const std::vector<NameCase> cases{
      {"an index with a chosen name",
       [](Schema& s) { table(s, "book").indexes[0].name = "by_author"; },
       {"drop_index book.book_author", "add_index book.by_author"},
       {"drop_index book.book_author", "add_index book.by_author"}},
      {"an index with a generated name",
       [](Schema& s) { table(s, "book").indexes[0].name = "book_author_id_idx"; },
       {},
       {"drop_index book.book_author", "add_index book.book_author_id_idx"}},
      {"a constraint with a generated name",
       [](Schema& s) { table(s, "author").indexes[0].name = "author_name_key1"; },
       {},
       {"drop_unique author.author_name_key", "add_unique author.author_name_key1"}},
      {"the name of a foreign key",
       [](Schema& s) { table(s, "book").foreign_keys[0].name = "fk"; },
       {},
       {"drop_foreign_key book.book_author_fkey", "add_foreign_key book.fk"}},
      {"the name of a primary key",
       [](Schema& s) { table(s, "book").primary_key->name = "pk"; },
       {},
       {"alter_primary_key book"}},
      {"the spelling of a type",
       [](Schema& s) { table(s, "book").columns[2].native_type = "mytext"; },
       {},
       {"alter_column book.title"}},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const Schema have = sample(postgres);
    Schema want = have;
    row.change_wanted(want);
    CHECK(lines(diff_schemas(want, have, features(postgres)), have) == row.expected);
    CHECK(lines(diff_schemas(want, have, features(postgres), {.strict = true}), have) == row.strict);
  }
}

TEST_CASE("likely renames are suggested and never made") {
  struct SuggestionCase {
    const char* name;
    std::function<void(Schema&)> change_wanted;
    std::vector<std::string> expected;
  };
  const auto rename = [](std::string from, std::string to) {
    return [=](Schema& s) {
      for (auto& column : table(s, "author").columns)
        if (column.name == from) column.name = to;
    };
  };
  const std::vector<SuggestionCase> cases{
      {"a longer name", rename("rating", "user_rating"), {"author.rating:user_rating"}},
      {"camel case", rename("rating", "ratingValue"), {"author.rating:ratingValue"}},
      {"another name altogether", rename("rating", "shoe_size"), {}},
      {"another type",
       [&](Schema& s) {
         rename("rating", "ratings")(s);
         table(s, "author").columns.back().type = type::Date{};
       },
       {}},
      {"two that are as like",
       [&](Schema& s) {
         rename("rating", "rating1")(s);
         Column twin = table(s, "author").columns.back();
         twin.name = "rating2";
         table(s, "author").columns.push_back(twin);
       },
       {}},
      {"a table", [](Schema& s) { table(s, "book").name = "books"; }, {"book:books"}},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const Schema have = sample(mysql);
    Schema want = have;
    row.change_wanted(want);
    const auto difference = diff_schemas(want, have, features(mysql));
    std::vector<std::string> found;
    for (const auto& notice : difference.notices)
      if (notice.code == "maybe_renamed")
        found.push_back(notice.text.substr(notice.text.find("--rename ") + 9));
    CHECK(found == row.expected);
    for (const auto& change : difference.changes) CHECK_FALSE(change_kind(change).starts_with("rename_"));
  }
}
