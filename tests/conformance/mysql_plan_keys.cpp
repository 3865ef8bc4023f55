#include "tests/conformance/mysql_plan_cases.h"

namespace bascule::test {
namespace {

// Keys, indexes, foreign keys, and columns that count by themselves.
constexpr PlanCase cases[] = {
    {"indexes of every kind", on_both("create table t(a int, b varchar(99), c text, d int)"),
     on_both("create table t(a int, b varchar(99), c text, d int, unique u (a, d), key p (b(5), c(7)), "
             "fulltext f (c), key e (a desc) comment 'why')"),
     "add_index add_index add_index add_unique"},
    {"indexes go", on_both("create table t(a int, b text, unique u (a), key p (b(5)), fulltext f (b))"),
     on_both("create table t(a int, b text)"), "drop_index drop_index drop_unique"},
    {"an index on an expression", on_mysql("create table t(a int, b varchar(9), key k ((a + 1)))"),
     on_mysql("create table t(a int, b varchar(9), key k ((a + 2), b), key l ((lower(b))))"),
     "drop_index add_index add_index"},
    {"a parser of words", on_mysql("create table t(a text, fulltext f (a))"),
     on_mysql("create table t(a text, fulltext f (a) with parser ngram)"), "drop_index add_index"},
    {"an index made anew under its name", on_both("create table t(a int, b int, key k (a))"),
     on_both("create table t(a int, b int, key k (b))"), "drop_index add_index"},
    {"a foreign key beside a descending index, which serves it on MariaDB alone",
     on_both("create table p(id int primary key); create table t(a int, b int, unique k (a desc, b))"),
     on_both("create table p(id int primary key); create table t(a int, b int, unique k (a desc, b), "
             "constraint f foreign key (a) references p (id))"),
     "add_foreign_key"},
    {"an index with another name", on_both("create table t(a int, key k (a))"),
     on_both("create table t(a int, key l (a))"), "drop_index add_index"},
    {"an index that the optimizer is to ignore",
     on_mysql("create table t(a int, key k (a), key l (a) invisible)"),
     on_mysql("create table t(a int, key k (a) invisible, key l (a))"),
     "drop_index drop_index add_index add_index"},
    {"an index that the optimizer is to ignore (MariaDB)",
     on_mariadb("create table t(a int, key k (a), key l (a) ignored)"),
     on_mariadb("create table t(a int, key k (a) ignored, key l (a))"),
     "drop_index drop_index add_index add_index"},
    {"the comment of an index", on_both("create table t(a int, key k (a), key l (a) comment 'old')"),
     on_both("create table t(a int, key k (a) comment 'new', key l (a))"), "add_comment drop_comment"},
    {"a primary key comes", on_both("create table t(a int, b int); insert into t values (1, 1)"),
     on_both("create table t(a int not null, b int, primary key (a))"), "add_primary_key"},
    {"a primary key goes and its column becomes nullable",
     on_both("create table t(a int primary key, b int)"), on_both("create table t(a int, b int)"),
     "alter_column drop_primary_key"},
    {"another primary key", on_both("create table t(a int not null, b int not null, primary key (a))"),
     on_both("create table t(a int not null, b int not null, primary key (b, a))"), "alter_primary_key"},
    {"a column that counts is added with its primary key",
     on_both("create table t(a int); insert into t values (5), (6)"),
     on_both("create table t(a int, id int not null auto_increment primary key)"),
     "add_column add_primary_key", "select count(distinct id) from t", "2"},
    {"a column that counts is added with an index",
     on_both("create table t(a int primary key); insert into t values (5), (6)"),
     on_both("create table t(a int primary key, id bigint unsigned not null auto_increment, b int, "
             "key k (id, b))"),
     "add_column add_column add_index", "select count(distinct id) from t", "2"},
    {"a column that counts takes the primary key over",
     on_both("create table t(a int primary key); insert into t values (5), (6)"),
     on_both("create table t(a int not null, id int not null auto_increment primary key)"),
     "add_column alter_primary_key", "select count(distinct id) from t", "2"},
    {"a column begins to count", on_both("create table t(id int primary key); insert into t values (7)"),
     on_both("create table t(id int primary key auto_increment)"), "alter_column"},
    {"a column begins to count and gets its key",
     on_both("create table t(id int not null, b int); insert into t values (7, 1)"),
     on_both("create table t(id int not null auto_increment, b int, unique k (id))"),
     "alter_column add_unique"},
    {"a column ends to count", on_both("create table t(id int primary key auto_increment)"),
     on_both("create table t(id int primary key)"), "alter_column"},
    {"a column ends to count and loses its index",
     on_both("create table t(a int primary key, id int not null auto_increment, key k (id))"),
     on_both("create table t(a int primary key, id int not null)"), "drop_index alter_column"},
    {"a column ends to count and loses the primary key",
     on_both("create table t(id int not null auto_increment primary key, a int)"),
     on_both("create table t(id int, a int)"), "alter_column drop_primary_key"},
    {"a column that counts goes with its primary key",
     on_both(
         "create table t(id int not null auto_increment primary key, a int); insert into t(a) values (1)"),
     on_both("create table t(a int)"), "drop_primary_key drop_column"},
    {"a column that counts goes with its index",
     on_both("create table t(a int primary key, id int not null auto_increment, key k (id))"),
     on_both("create table t(a int primary key)"), "drop_index drop_column"},
    {"another primary key, and an index for the column that counts",
     on_both("create table t(id int not null auto_increment, a int not null, primary key (id)); "
             "insert into t(a) values (4)"),
     on_both("create table t(id int not null auto_increment, a int not null, primary key (a), key k (id))"),
     "alter_primary_key add_index"},
    {"a longer primary key of a column that counts",
     on_both("create table t(id int not null auto_increment, a int not null, primary key (id))"),
     on_both("create table t(id int not null auto_increment, a int not null, primary key (id, a))"),
     "alter_primary_key"},
    {"another index for the column that counts",
     on_both("create table t(a int primary key, id int not null auto_increment, key k (id))"),
     on_both("create table t(a int primary key, id int not null auto_increment, key l (id, a))"),
     "drop_index add_index"},
    {"the column that counts gets another type",
     on_both("create table t(id int not null auto_increment primary key); insert into t values (3)"),
     on_both("create table t(id bigint unsigned not null auto_increment primary key)"), "alter_column"},
    {"foreign keys come and go",
     on_both("create table p(id int primary key); "
             "create table c(a int, b int, constraint f foreign key (a) references p(id))"),
     on_both("create table p(id int primary key); create table c(a int, b int, "
             "constraint g foreign key (b) references p(id) on delete cascade on update set null)"),
     "drop_foreign_key add_foreign_key"},
    {"another action of a foreign key",
     on_both("create table p(id int primary key); "
             "create table c(a int, constraint f foreign key (a) references p(id))"),
     on_both("create table p(id int primary key); "
             "create table c(a int, constraint f foreign key (a) references p(id) on delete cascade)"),
     "drop_foreign_key add_foreign_key"},
    {"tables that refer to each other", on_both("create table x(a int)"),
     on_both("create table x(a int); create table p(id int primary key, c int); "
             "create table c(id int primary key, p int, constraint f foreign key (p) references p(id)); "
             "alter table p add constraint g foreign key (c) references c(id)"),
     "add_table add_table add_foreign_key add_foreign_key"},
    {"the type of a column that a foreign key is made of",
     on_both("create table p(id int primary key); create table c(a int, constraint f foreign key (a) "
             "references p(id)); insert into p values (1); insert into c values (1)"),
     on_both("create table p(id bigint primary key); create table c(a bigint, constraint f foreign key (a) "
             "references p(id))"),
     "alter_column alter_column", "select a from c", "1"},
    {"the collation of a column that a foreign key is made of",
     on_both("create table p(id varchar(9) primary key); create table c(a varchar(9), constraint f foreign "
             "key (a) references p(id) on update cascade)"),
     on_both("create table p(id varchar(9) collate utf8mb4_bin primary key); create table c(a varchar(9) "
             "collate utf8mb4_bin, constraint f foreign key (a) references p(id) on update cascade)"),
     "alter_column alter_column"},
    {"the collation of tables that refer to each other",
     on_both("create table p(id varchar(9) primary key); create table c(a varchar(9), constraint f foreign "
             "key (a) references p(id))"),
     on_both("create table p(id varchar(9) primary key) collate utf8mb4_bin; create table c(a varchar(9), "
             "constraint f foreign key (a) references p(id)) collate utf8mb4_bin"),
     "alter_table alter_table"},
    {"an index that a foreign key needs goes",
     on_both("create table p(id int primary key); create table c(a int, b int, key k (a, b), "
             "constraint f foreign key (a) references p(id))"),
     on_both("create table p(id int primary key); create table c(a int, b int, "
             "constraint f foreign key (a) references p(id))"),
     "drop_index"},
    {"an index that serves a foreign key comes",
     on_both("create table p(id int primary key); create table c(a int, b int, "
             "constraint f foreign key (a) references p(id))"),
     on_both("create table p(id int primary key); create table c(a int, b int, key k (a, b), "
             "constraint f foreign key (a) references p(id))"),
     "add_index"},
    {"an index that serves a foreign key takes another one's place",
     on_both("create table p(id int primary key); create table c(a int, b int, key k (a, b), "
             "constraint f foreign key (a) references p(id))"),
     on_both("create table p(id int primary key); create table c(a int, b int, unique l (a), "
             "constraint f foreign key (a) references p(id))"),
     "drop_index add_unique"},
    {"the key that a foreign key refers to is another one",
     on_both("create table p(id int not null, u int not null, primary key (id), unique k (id, u)); "
             "create table c(a int, constraint f foreign key (a) references p(id))"),
     on_both("create table p(id int not null, u int not null, primary key (u), unique l (id)); "
             "create table c(a int, constraint f foreign key (a) references p(id))"),
     "drop_unique alter_primary_key add_unique"},
    {"a foreign key to the table itself",
     on_both("create table t(id int primary key, up int, constraint f foreign key (up) references t(id))"),
     on_both(
         "create table t(id bigint primary key, up bigint, constraint f foreign key (up) references t(id))"),
     "alter_column alter_column"},
    {"a column and its foreign key go",
     on_both("create table p(id int primary key); create table c(id int, a int, "
             "constraint f foreign key (a) references p(id))"),
     on_both("create table p(id int primary key); create table c(id int)"), "drop_foreign_key drop_column"},
};

}  // namespace

std::span<const PlanCase> mysql_key_cases() {
  return cases;
}

}  // namespace bascule::test
