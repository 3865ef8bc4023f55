#include "plugins/runtime/entry.h"

#include <array>
#include <exception>

#include "plugins/runtime/value.h"

namespace bascule {
namespace {

constexpr const char* error_metatable = "db.error";

std::string_view text_at(lua_State* lua, int index) {
  std::size_t size = 0;
  const char* data = lua_tolstring(lua, index, &size);
  return data == nullptr ? std::string_view() : std::string_view(data, size);
}

// The file and line of the Lua code that called us: "cleanup.lua:12", "" for none. Functions in C (pcall) are
// passed by.
std::string caller_place(lua_State* lua) {
  lua_Debug frame = {};
  for (int level = 1; lua_getstack(lua, level, &frame) != 0; ++level)
    if (lua_getinfo(lua, "Sl", &frame) != 0 && frame.currentline > 0)
      return std::string(frame.short_src) + ":" + std::to_string(frame.currentline);
  return {};
}

int run_guarded(lua_State* lua, Body body) noexcept {
  const NativeSection section(LuaState::of(lua), lua);
  Error failure;
  try {
    Call call(lua);
    Result<int> outcome = body(call);
    if (outcome.ok()) return *outcome;
    failure = std::move(outcome).error();
  } catch (const std::exception& exception) {
    failure = internal_error(exception.what());
  }
  if (std::string place = caller_place(lua); !place.empty())
    failure = std::move(failure).in(std::move(place));
  push_error(lua, failure);
  return raise_top;
}

struct BooleanField {
  const char* name;
  bool Error::*field;
};
constexpr BooleanField boolean_fields[] = {{"connection_ended", &Error::connection_ended},
                                           {"transaction_ended", &Error::transaction_ended},
                                           {"outcome_unknown", &Error::outcome_unknown}};
struct TextField {
  const char* name;
  std::string Error::*field;
};
constexpr TextField optional_text_fields[] = {
    {"hint", &Error::hint}, {"sqlstate", &Error::sqlstate}, {"sql", &Error::sql}, {"detail", &Error::detail}};

constexpr std::array codes = {ErrorCode::usage,       ErrorCode::connection, ErrorCode::sql,
                              ErrorCode::unsupported, ErrorCode::conflict,   ErrorCode::data_loss,
                              ErrorCode::mismatch,    ErrorCode::refused,    ErrorCode::cancelled,
                              ErrorCode::io,          ErrorCode::internal};

// What a script wrote as code; one that is none of ours is the script's own business.
ErrorCode read_code(lua_State* lua, int table) {
  const std::string name = text_field(lua, table, "code").value_or("usage");
  for (const ErrorCode code : codes)
    if (error_code_name(code) == name) return code;
  return ErrorCode::usage;
}

std::optional<std::int64_t> integer_field(lua_State* lua, int table, const char* field) {
  table = lua_absindex(lua, table);
  lua_pushstring(lua, field);
  lua_rawget(lua, table);
  std::optional<std::int64_t> found;
  if (lua_isinteger(lua, -1)) found = lua_tointeger(lua, -1);
  lua_pop(lua, 1);
  return found;
}

bool boolean_field(lua_State* lua, int table, const char* field) {
  table = lua_absindex(lua, table);
  lua_pushstring(lua, field);
  lua_rawget(lua, table);
  const bool found = lua_toboolean(lua, -1) != 0;
  lua_pop(lua, 1);
  return found;
}

void read_trail(lua_State* lua, int table, Error& error) {
  lua_pushstring(lua, "trail");
  lua_rawget(lua, table);
  if (lua_istable(lua, -1)) {
    const auto size = static_cast<lua_Integer>(lua_rawlen(lua, -1));
    for (lua_Integer i = 1; i <= size; ++i) {
      if (lua_rawgeti(lua, -1, i) == LUA_TSTRING) error.trail.emplace_back(text_at(lua, -1));
      lua_pop(lua, 1);
    }
  }
  lua_pop(lua, 1);
}

Error read_error_table(lua_State* lua, int table) {
  Error error;
  error.code = read_code(lua, table);
  error.what = text_field(lua, table, "what").value_or("");
  for (const TextField& row : optional_text_fields)
    error.*row.field = text_field(lua, table, row.name).value_or("");
  for (const BooleanField& row : boolean_fields) error.*row.field = boolean_field(lua, table, row.name);
  if (auto offset = integer_field(lua, table, "sql_offset"); offset && *offset >= 0)
    error.sql_offset = static_cast<std::size_t>(*offset);
  error.native_code = static_cast<int>(integer_field(lua, table, "native_code").value_or(0));
  read_trail(lua, table, error);
  return error;
}

Result<int> error_tostring(Call& call) {
  if (!lua_istable(call.lua, 1)) return usage_error("this is no error", "call tostring(error)");
  const Error error = read_error_table(call.lua, 1);
  push_text(call.lua, error.hint.empty() ? error.text() : error.text() + " (" + error.hint + ")");
  return 1;
}

}  // namespace

int enter(lua_State* lua, Body body) {
  const int outcome = run_guarded(lua, body);
  return outcome == raise_top ? lua_error(lua) : outcome;
}

// --- errors ---

void push_error(lua_State* lua, const Error& error) {
  if (lua_checkstack(lua, 8) == 0) return lua_pushnil(lua);
  lua_newtable(lua);
  set_text(lua, -1, "code", error_code_name(error.code));
  set_text(lua, -1, "what", error.what);
  for (const TextField& row : optional_text_fields)
    if (!(error.*row.field).empty()) set_text(lua, -1, row.name, error.*row.field);
  for (const BooleanField& row : boolean_fields) {
    if (!(error.*row.field)) continue;
    lua_pushstring(lua, row.name);
    lua_pushboolean(lua, 1);
    lua_rawset(lua, -3);
  }
  if (error.sql_offset) {
    lua_pushstring(lua, "sql_offset");
    lua_pushinteger(lua, static_cast<lua_Integer>(*error.sql_offset));
    lua_rawset(lua, -3);
  }
  if (error.native_code != 0) {
    lua_pushstring(lua, "native_code");
    lua_pushinteger(lua, error.native_code);
    lua_rawset(lua, -3);
  }
  if (!error.trail.empty()) {
    lua_pushstring(lua, "trail");
    lua_newtable(lua);
    for (std::size_t i = 0; i < error.trail.size(); ++i) {
      push_text(lua, error.trail[i]);
      lua_rawseti(lua, -2, static_cast<lua_Integer>(i + 1));
    }
    lua_rawset(lua, -3);
  }
  luaL_setmetatable(lua, error_metatable);
}

Error read_error(lua_State* lua, int index) {
  index = lua_absindex(lua, index);
  if (lua_istable(lua, index) && text_field(lua, index, "what")) return read_error_table(lua, index);
  Error error;
  error.code = ErrorCode::usage;
  switch (lua_type(lua, index)) {
    case LUA_TSTRING:
      error.what = text_at(lua, index);
      break;
    case LUA_TNUMBER: {
      lua_pushvalue(lua, index);  // lua_tolstring changes the value in place
      error.what = "the script raised the number " + std::string(text_at(lua, -1));
      lua_pop(lua, 1);
      break;
    }
    default:
      error.what =
          "the script raised a " + std::string(luaL_typename(lua, index)) + " value that is no error";
      error.hint = "raise a text, or a table with the fields code, what and hint";
  }
  return error;
}

void register_errors(lua_State* lua) {
  new_metatable(lua, error_metatable);
  set_function(lua, -1, "__tostring", entry<error_tostring>);
  lua_pop(lua, 1);
}

// --- arguments ---

std::string Call::function_name() const {
  lua_Debug record = {};
  if (lua_getstack(lua, 0, &record) != 0 && lua_getinfo(lua, "n", &record) != 0 && record.name != nullptr)
    return "'" + std::string(record.name) + "'";
  return "the function";
}

Error Call::wrong_argument(int index, std::string_view name, std::string_view expected) const {
  const char* found = luaL_typename(lua, index);
  if (luaL_getmetafield(lua, index, "__name") == LUA_TSTRING) found = lua_tostring(lua, -1);
  return usage_error("argument " + std::string(name) + " of " + function_name() + " is " +
                         (lua_isnone(lua, index) ? "missing" : std::string("a ") + found),
                     "give " + std::string(expected));
}

Result<std::string_view> Call::text(int index, std::string_view name) const {
  if (lua_type(lua, index) != LUA_TSTRING) return wrong_argument(index, name, "a string");
  return text_at(lua, index);
}

Result<std::string> Call::optional_text(int index, std::string_view name) const {
  if (is_absent(index)) return std::string();
  TRY(const std::string_view found, text(index, name));
  return std::string(found);
}

Result<std::int64_t> Call::integer(int index, std::string_view name) const {
  int is_integer = 0;
  const lua_Integer found = lua_tointegerx(lua, index, &is_integer);
  if (is_integer == 0 || lua_type(lua, index) != LUA_TNUMBER)
    return wrong_argument(index, name, "an integer");
  return static_cast<std::int64_t>(found);
}

Result<Value> Call::value(int index, std::string_view name) const {
  auto found = read_value(lua, index);
  if (found.ok()) return found;
  return std::move(found).error().in("argument " + std::string(name) + " of " + function_name());
}

// --- tables ---

void set_text(lua_State* lua, int table, const char* field, std::string_view text) {
  table = lua_absindex(lua, table);
  lua_pushstring(lua, field);
  push_text(lua, text);
  lua_rawset(lua, table);
}

std::optional<std::string> text_field(lua_State* lua, int table, const char* field) {
  table = lua_absindex(lua, table);
  lua_pushstring(lua, field);
  lua_rawget(lua, table);
  std::optional<std::string> found;
  if (lua_type(lua, -1) == LUA_TSTRING) found = text_at(lua, -1);
  lua_pop(lua, 1);
  return found;
}

void set_function(lua_State* lua, int table, const char* field, lua_CFunction function) {
  table = lua_absindex(lua, table);
  lua_pushstring(lua, field);
  lua_pushcfunction(lua, function);
  lua_rawset(lua, table);
}

void new_metatable(lua_State* lua, const char* name) {
  luaL_newmetatable(lua, name);
  set_text(lua, -1, "__metatable", name);
}

}  // namespace bascule
