#include "plugins/runtime/json.h"

#include <nlohmann/json.hpp>

#include "plugins/runtime/entry.h"
#include "plugins/runtime/value.h"

namespace bascule {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t bytes_per_entry = 64;  // of a table, about

// Nothing of what was pushed is left on an error: push_json cuts the stack back.
Result<void> push_node(lua_State* lua, const Json& node) {
  if (lua_checkstack(lua, 4) == 0) return usage_error("the JSON is nested too deeply", "flatten it");
  switch (node.type()) {
    case Json::value_t::null:
    case Json::value_t::discarded:
    case Json::value_t::binary:  // neither comes out of a text
      push_null(lua);
      return {};
    case Json::value_t::boolean:
      return push_value(lua, Value(node.get<bool>()));
    case Json::value_t::number_integer:
      return push_value(lua, Value(node.get<std::int64_t>()));
    case Json::value_t::number_unsigned:
      return push_value(lua, Value(node.get<std::uint64_t>()));
    case Json::value_t::number_float:
      return push_value(lua, Value(node.get<double>()));
    case Json::value_t::string:
      return push_value(lua, Value(node.get_ref<const std::string&>()));
    case Json::value_t::array: {
      TRY(LuaState::of(lua).reserve(bytes_per_entry * (node.size() + 1)));
      lua_createtable(lua, static_cast<int>(node.size()), 0);
      for (lua_Integer position = 0; const Json& element : node) {
        TRY(push_node(lua, element));
        lua_rawseti(lua, -2, ++position);
      }
      return {};
    }
    case Json::value_t::object: {
      TRY(LuaState::of(lua).reserve(bytes_per_entry * (node.size() + 1)));
      lua_createtable(lua, 0, static_cast<int>(node.size()));
      for (const auto& [key, value] : node.items()) {
        push_text(lua, key);
        TRY(push_node(lua, value));
        lua_rawset(lua, -3);
      }
      return {};
    }
  }
  return internal_error("a JSON value of an unknown kind");
}

}  // namespace

Result<void> push_json(lua_State* lua, std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return usage_error("the text is no JSON", "check it with a JSON tool");
  const int top = lua_gettop(lua);
  auto pushed = push_node(lua, document);
  if (!pushed.ok()) lua_settop(lua, top);
  return pushed;
}

}  // namespace bascule
