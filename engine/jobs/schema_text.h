// A schema for people: an entity diagram and a document.
#pragma once

#include <string>

#include "engine/model/schema.h"

namespace bascule {

// https://mermaid.js.org/syntax/entityRelationshipDiagram.html
std::string schema_to_mermaid(const Schema& schema);
// One section a table, GitHub's tables.
std::string schema_to_markdown(const Schema& schema);

}  // namespace bascule
