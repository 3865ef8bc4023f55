// Random schemas of one engine, always the same ones for the same seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "engine/dialect/features.h"
#include "engine/model/schema.h"

namespace bascule::test {

class RandomSchema {
 public:
  RandomSchema(std::uint32_t seed, const Features& target, std::string space);

  // Up to four tables with keys, indexes, foreign keys, checks, defaults and comments.
  Schema make();
  // The same with a few things added, dropped and altered.
  Schema mutate(const Schema& schema);

 private:
  std::size_t below(std::size_t limit);
  bool chance(int percent);
  Type random_type();
  std::string default_for(const Type& type);
  Column random_column(std::string name);
  Table random_table(std::string name);
  void add_index(Table& table);
  void add_check(Table& table);
  void add_foreign_keys(Namespace& space);
  void alter_column(Table& table);
  void drop_column(Table& table);
  bool is_used(const Table& table, const std::string& column) const;
  void settle(Namespace& space);

  std::mt19937 random_;
  Features target_;
  std::string space_;
};

}  // namespace bascule::test
