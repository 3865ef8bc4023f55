// PostgreSQL's types by OID and type modifier, without asking the server: the OIDs of the types that come
// with the server never change (https://www.postgresql.org/docs/15/catalog-pg-type.html).
#pragma once

#include <optional>
#include <string>

#include "engine/model/type.h"

namespace bascule::postgres {

using Oid = unsigned int;

constexpr Oid bytea_oid = 17;

// How a value in text format becomes a cell.
enum class CellForm { text, bytes, spelled };

struct KnownType {
  Type type;
  std::string name;  // as format_type() spells it: "character varying(20)", "timestamp(3) with time zone"
  CellForm form = CellForm::spelled;
};

// The type `oid` with its modifier (-1: none); nothing if it is no type of the server itself.
std::optional<KnownType> builtin_type(Oid oid, int modifier);

}  // namespace bascule::postgres
