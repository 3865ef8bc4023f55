// Steps for what stands beside the tables: databases, views, sequences, triggers, routines.
#pragma once

#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/mysql/table_sql.h"
#include "engine/model/change.h"

namespace bascule::mysql {

class ObjectPlanner {
 public:
  ObjectPlanner(std::span<const Change> changes, const Schema& have, const TableSql& sql)
      : changes_(changes), have_(have), sql_(sql) {}

  Result<std::vector<Step>> plan(const change::AddSchema& change) const;
  Result<std::vector<Step>> plan(const change::DropSchema& change) const;
  Result<std::vector<Step>> plan(const change::AddObject& change) const;
  Result<std::vector<Step>> plan(const change::DropObject& change) const;
  Result<std::vector<Step>> plan(const change::AlterObject& change) const;
  Result<std::vector<Step>> plan(const change::SetComment& change) const;

 private:
  Result<void> require_known(const TableName& name, const NamedObject& object) const;
  std::string drop(const NamedObject& object) const;
  std::vector<std::string> create(const TableName& name, const NamedObject& object) const;
  std::string in_its_place(const TableName& name, const NamedObject& trigger) const;
  std::string comment_on(ObjectKind kind, const std::string& name, const std::string& comment) const;

  std::span<const Change> changes_;
  const Schema& have_;
  const TableSql& sql_;
};

}  // namespace bascule::mysql
