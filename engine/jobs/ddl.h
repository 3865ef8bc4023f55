// A whole schema as the statements that make it, on its own engine or mapped to another one.
#pragma once

#include "engine/base/result.h"
#include "engine/jobs/plan.h"

namespace bascule {

// What makes an empty database with these features look like `schema`; the notices say what is lost on the
// way. Pure.
Result<Plan> plan_ddl(const Schema& schema, const Features& target, const TypeRules& rules = {});
// The statements in order, each ended by `;`, the notices before them as comments.
std::string ddl_text(const Plan& plan);

}  // namespace bascule
