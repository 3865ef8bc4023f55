#include "engine/jobs/plan_json.h"

#include <utility>

#include "engine/base/overloaded.h"
#include "engine/jobs/model_json.h"

namespace bascule {
namespace {

Json comment_side(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

// Before and after; null where there is nothing.
std::pair<Json, Json> sides(const Change& change) {
  using namespace change;
  using Sides = std::pair<Json, Json>;
  const auto key_or_null = [](const std::optional<PrimaryKey>& key) {
    return key ? primary_key_json(*key) : Json(nullptr);
  };
  return std::visit(overloaded{[](const AddSchema& c) {
                                 return Sides{nullptr, Json{{"name", c.name.schema}}};
                               },
                               [](const DropSchema& c) {
                                 return Sides{Json{{"name", c.name.schema}}, nullptr};
                               },
                               [](const AddTable& c) {
                                 return Sides{nullptr, table_json(c.table)};
                               },
                               [](const DropTable& c) {
                                 return Sides{table_json(c.table), nullptr};
                               },
                               [](const RenameTable& c) {
                                 return Sides{Json{{"name", c.name.table}}, Json{{"name", c.to}}};
                               },
                               [](const AlterTable& c) {
                                 return Sides{table_options_json(c.from), table_options_json(c.to)};
                               },
                               [](const AddColumn& c) {
                                 return Sides{nullptr, column_json(c.column)};
                               },
                               [](const DropColumn& c) {
                                 return Sides{column_json(c.column), nullptr};
                               },
                               [](const RenameColumn& c) {
                                 return Sides{Json{{"name", c.column.name}}, Json{{"name", c.to}}};
                               },
                               [](const AlterColumn& c) {
                                 return Sides{column_json(c.from), column_json(c.to)};
                               },
                               [](const AddIndex& c) {
                                 return Sides{nullptr, index_json(c.index)};
                               },
                               [](const DropIndex& c) {
                                 return Sides{index_json(c.index), nullptr};
                               },
                               [](const AddForeignKey& c) {
                                 return Sides{nullptr, foreign_key_json(c.key)};
                               },
                               [](const DropForeignKey& c) {
                                 return Sides{foreign_key_json(c.key), nullptr};
                               },
                               [&](const AlterPrimaryKey& c) {
                                 return Sides{key_or_null(c.from), key_or_null(c.to)};
                               },
                               [](const AddCheck& c) {
                                 return Sides{nullptr, check_json(c.check)};
                               },
                               [](const DropCheck& c) {
                                 return Sides{check_json(c.check), nullptr};
                               },
                               [](const AddEnum& c) {
                                 return Sides{nullptr, enum_json(c.type)};
                               },
                               [](const DropEnum& c) {
                                 return Sides{enum_json(c.type), nullptr};
                               },
                               [](const AlterEnum& c) {
                                 return Sides{enum_json(c.from), enum_json(c.to)};
                               },
                               [](const AddObject& c) {
                                 return Sides{nullptr, object_json(c.object)};
                               },
                               [](const DropObject& c) {
                                 return Sides{object_json(c.object), nullptr};
                               },
                               [](const AlterObject& c) {
                                 return Sides{object_json(c.from), object_json(c.to)};
                               },
                               [](const SetComment& c) {
                                 return Sides{comment_side(c.from), comment_side(c.to)};
                               }},
                    change);
}

Json changes_json(const std::vector<Change>& changes, std::string_view default_schema) {
  Json list = Json::array();
  for (const auto& change : changes) {
    auto [from, to] = sides(change);
    list.push_back(Json{{"kind", change_kind(change)},
                        {"object", change_object(change, default_schema)},
                        {"from", std::move(from)},
                        {"to", std::move(to)},
                        {"loses_data", loses_data(change)}});
  }
  return list;
}

Json steps_json(const std::vector<Step>& planned) {
  Json steps = Json::array();
  for (const auto& step : planned) {
    Json json{{"sql", step.sql},
              {"undo_sql", step.undo_sql},
              {"comment", step.comment},
              {"loses_data", step.loses_data},
              {"in_transaction", step.in_transaction},
              {"reversible", step.is_reversible}};
    if (!step.session_setting.empty()) json["session_setting"] = step.session_setting;
    if (step.must_be_empty) json["must_be_empty"] = true;
    if (step.change) json["change"] = *step.change;
    steps.push_back(std::move(json));
  }
  return steps;
}

Json notices_json(const std::vector<Notice>& notices) {
  Json list = Json::array();
  for (const auto& notice : notices)
    list.push_back(Json{{"code", notice.code}, {"object", notice.object}, {"text", notice.text}});
  return list;
}

}  // namespace

std::string difference_to_json(const Difference& difference, const std::vector<Step>& steps,
                               std::string_view default_schema) {
  return dump_json(Json{{"equal", difference.is_equal()},
                        {"changes", changes_json(difference.changes, default_schema)},
                        {"steps", steps_json(steps)},
                        {"notices", notices_json(difference.notices)},
                        {"unplannable", notices_json(difference.unplannable)}});
}

Json plan_json(const Plan& plan, std::string_view default_schema) {
  return Json{{"equal", plan.changes.empty() && !leaves_out(plan)},
              {"changes", changes_json(plan.changes, default_schema)},
              {"steps", steps_json(plan.steps)},
              {"notices", notices_json(plan.notices)}};
}

std::string plan_to_json(const Plan& plan, std::string_view default_schema) {
  return dump_json(plan_json(plan, default_schema));
}

}  // namespace bascule
