// The module db: connections and their statements.
#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"
#include "engine/jobs/schema_json.h"
#include "plugins/runtime/api_cursor.h"
#include "plugins/runtime/json.h"
#include "plugins/runtime/modules.h"
#include "plugins/runtime/value.h"

namespace bascule {

// The script's handle: the shell may close the connection behind it.
struct ConnectionObject {
  std::weak_ptr<LiveConnection> live;
  std::string name;
};
template <>
struct ObjectTraits<ConnectionObject> {
  static constexpr const char* name = "db.connection";
};

namespace {

using LivePointer = std::shared_ptr<LiveConnection>;

int push_connection(Call& call, const LivePointer& live) {
  push_object(call.lua, ConnectionObject{live, live->name()});
  return 1;
}

Result<LivePointer> connection_of(Call& call) {
  TRY(const ConnectionObject* object, self<ConnectionObject>(call));
  if (auto live = object->live.lock()) return live;
  Error error;
  error.code = ErrorCode::connection;
  error.what = "connection \"" + object->name + "\" was closed";
  error.hint = "open it again and ask for it anew: db.connection(\"" + object->name + "\")";
  return error;
}

// --- db ---

Result<int> db_connection(Call& call) {
  TRY(const std::string_view name, call.text(1, "name"));
  TRY(const auto live, call.state.host().connection(name));
  return push_connection(call, live);
}

Result<int> db_current(Call& call) {
  TRY(const auto live, call.state.host().current());
  return push_connection(call, live);
}

Result<int> db_connections(Call& call) {
  lua_newtable(call.lua);
  lua_Integer position = 0;
  for (const auto& name : call.state.host().connection_names()) {
    push_text(call.lua, name);
    lua_rawseti(call.lua, -2, ++position);
  }
  return 1;
}

Result<int> db_open(Call& call) {
  TRY(const std::string_view url, call.text(1, "url"));
  TRY(const std::string name, call.optional_text(2, "name"));
  TRY(const auto live, call.state.host().open(url, name));
  return push_connection(call, live);
}

// --- statements ---

Result<std::unique_ptr<OpenCursor>> start(Call& call) {
  TRY(auto live, connection_of(call));
  TRY(const std::string_view sql, call.text(2, "sql"));
  return open_cursor(call, std::move(live), sql, 3);
}

Result<int> connection_query(Call& call) {
  TRY(auto cursor, start(call));
  if (!cursor->cursor->has_rows()) TRY(cursor->finish());
  push_cursor(call.lua, std::move(cursor));
  return 1;
}

Result<int> connection_all(Call& call) {
  TRY(const auto cursor, start(call));
  lua_newtable(call.lua);
  push_row_metatable(call.lua, cursor->columns);
  const int metatable = lua_gettop(call.lua);
  for (lua_Integer position = 1;; ++position) {
    TRY(const bool more, cursor->advance());
    if (!more) break;
    TRY(push_row(call.lua, *cursor, metatable));
    lua_rawseti(call.lua, metatable - 1, position);
  }
  lua_settop(call.lua, metatable - 1);
  return 1;
}

// A statement that changes rows and returns some must run to its end; a query need not.
Result<void> end_after_first_row(OpenCursor& cursor) {
  const std::string first = first_keyword(cursor.sql, *cursor.connection->server().dialect);
  if (first != "select" && first != "values" && first != "table") TRY(cursor.finish());
  cursor.close();
  return {};
}

Result<int> connection_one(Call& call) {
  TRY(const auto cursor, start(call));
  TRY(const bool found, cursor->advance());
  if (!found) {
    lua_pushnil(call.lua);
    return 1;
  }
  push_row_metatable(call.lua, cursor->columns);
  TRY(push_row(call.lua, *cursor, lua_gettop(call.lua)));
  TRY(end_after_first_row(*cursor));
  return 1;
}

Result<int> connection_value(Call& call) {
  TRY(const auto cursor, start(call));
  TRY(const bool found, cursor->advance());
  if (!found) {
    lua_pushnil(call.lua);
    return 1;
  }
  TRY(push_cell(call.lua, *cursor, 0));
  TRY(end_after_first_row(*cursor));
  return 1;
}

Result<int> connection_exec(Call& call) {
  TRY(const auto cursor, start(call));
  TRY(const std::int64_t affected, cursor->finish());
  lua_pushinteger(call.lua, affected);
  return 1;
}

// --- transaction ---

Error transaction_conflict(const LiveConnection& live, std::string_view what, std::string hint) {
  Error error;
  error.code = ErrorCode::conflict;
  error.what = "the transaction on \"" + live.name() + "\" " + std::string(what);
  error.hint = std::move(hint);
  return error;
}

// Ends what the function began and did not end, whatever happened; the first error is the one to tell.
void roll_back(Call& call, LiveConnection& live) {
  close_cursors(call.state, live);
  if (live.transaction() == TransactionState::none || live.transaction() == TransactionState::tainted) return;
  if (const auto done = live.run("ROLLBACK"); !done.ok())
    call.state.host().log(LogLevel::warning,
                          "rollback on \"" + live.name() + "\" failed: " + done.error().text());
}

Result<void> commit(Call& call, LiveConnection& live) {
  close_cursors(call.state, live);
  switch (live.transaction()) {
    case TransactionState::open: {
      auto done = live.run("COMMIT");
      if (!done.ok()) roll_back(call, live);
      return done;
    }
    case TransactionState::failed:  // COMMIT would roll back without saying so
      roll_back(call, live);
      return transaction_conflict(
          live, "was rolled back: a statement in it had failed",
          "let the error leave the function, or use a savepoint around what may fail");
    case TransactionState::none:
      return transaction_conflict(
          live, "had ended before its function did",
          "leave COMMIT and ROLLBACK to conn:transaction; on MySQL, DDL commits implicitly");
    case TransactionState::tainted:
      return transaction_conflict(live, "was lost with its connection", "\\reconnect " + live.name());
  }
  return internal_error("a transaction in an unknown state");
}

Result<int> connection_transaction(Call& call) {
  TRY(const auto live, connection_of(call));
  if (!lua_isfunction(call.lua, 2))
    return call.wrong_argument(2, "function", "a function that takes the connection");
  if (live->transaction() != TransactionState::none)
    return transaction_conflict(*live, "is already open",
                                "commit or roll it back first; transactions do not nest");
  TRY(make_free(call, *live));
  TRY(live->run("BEGIN"));
  lua_settop(call.lua, 2);
  lua_pushvalue(call.lua, 1);
  if (!call.state.protected_call(call.lua, 1, LUA_MULTRET)) {
    roll_back(call, *live);
    return raise_top;
  }
  TRY(commit(call, *live));
  return lua_gettop(call.lua) - 1;
}

// --- names, literals, state ---

Result<int> connection_quote(Call& call) {
  TRY(const auto live, connection_of(call));
  TRY(const std::string_view name, call.text(2, "name"));
  push_text(call.lua, quote_identifier(name, *live->server().dialect));
  return 1;
}

Result<int> connection_literal(Call& call) {
  TRY(const auto live, connection_of(call));
  TRY(const Value value, call.value(2, "value"));
  const std::string sql = literal(value, *live->server().dialect);
  TRY(call.state.reserve(sql.size()));
  push_text(call.lua, sql);
  return 1;
}

// conn:schema(["TABLE" or "SCHEMA.TABLE", both as glob patterns for the table]).
Result<int> connection_schema(Call& call) {
  TRY(const auto live, connection_of(call));
  TRY(const std::string pattern, call.optional_text(2, "pattern"));
  TRY(make_free(call, *live));
  InspectOptions options;
  const auto dot = pattern.find('.');
  if (dot != std::string::npos) options.schemas = {pattern.substr(0, dot)};
  options.table_glob = dot == std::string::npos ? pattern : pattern.substr(dot + 1);
  TRY(Connection * connection, live->ready());
  const auto schema = connection->inspect(options);
  live->settle(schema.ok() ? nullptr : &schema.error());
  if (!schema.ok()) return schema.error();
  TRY(push_json(call.lua, schema_to_json(schema.value())));
  return 1;
}

// One round trip: {server_time =, latency_ms =, uptime_seconds = (not on SQLite)}.
Result<int> connection_ping(Call& call) {
  TRY(const auto live, connection_of(call));
  TRY(make_free(call, *live));
  TRY(Connection * connection, live->ready());
  const auto status = connection->status();
  live->settle(status.ok() ? nullptr : &status.error());
  if (!status.ok()) return status.error();
  lua_newtable(call.lua);
  set_text(call.lua, -1, "server_time", status->server_time);
  lua_pushstring(call.lua, "latency_ms");
  lua_pushnumber(call.lua, static_cast<double>(status->latency.count()) / 1000.0);
  lua_rawset(call.lua, -3);
  if (status->uptime_seconds) {
    lua_pushstring(call.lua, "uptime_seconds");
    lua_pushinteger(call.lua, *status->uptime_seconds);
    lua_rawset(call.lua, -3);
  }
  return 1;
}

struct TextFieldOfConnection {
  std::string_view name;
  std::string (*read)(const Host& host, const LiveConnection& live);
};
constexpr TextFieldOfConnection connection_texts[] = {
    {"name", [](const Host&, const LiveConnection& live) { return live.name(); }},
    {"engine",
     [](const Host&, const LiveConnection& live) { return std::string(live.server().dialect->engine_name); }},
    {"flavor",
     [](const Host&, const LiveConnection& live) { return std::string(live.server().dialect->flavor_name); }},
    {"version", [](const Host&, const LiveConnection& live) { return live.server().version; }},
    {"env", [](const Host& host, const LiveConnection& live) { return host.environment(live); }},
};

Result<int> connection_field(Call& call) {
  TRY(const ConnectionObject* object, self<ConnectionObject>(call));
  TRY(const std::string_view name, call.text(2, "field"));
  if (name == "name") {
    push_text(call.lua, object->name);
    return 1;
  }
  std::vector<std::string> known = {"read_only",   "query",  "all",   "one",     "value", "exec",
                                    "transaction", "schema", "quote", "literal", "ping"};
  for (const auto& row : connection_texts) known.emplace_back(row.name);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    const auto nearest = nearest_name(name, known);
    return usage_error("a connection has no field \"" + std::string(name) + "\"",
                       nearest ? "did you mean \"" + *nearest + "\"?" : "it has " + join(known, ", "));
  }
  TRY(const auto live, connection_of(call));
  if (name == "read_only") {
    lua_pushboolean(call.lua, live->server().read_only);
    return 1;
  }
  for (const auto& row : connection_texts) {
    if (row.name != name) continue;
    push_text(call.lua, row.read(call.state.host(), *live));
    return 1;
  }
  return internal_error("the field \"" + std::string(name) + "\" of a connection is not built");
}

// Upvalue 1: the methods.
int connection_index(lua_State* lua) {
  lua_settop(lua, 2);
  lua_pushvalue(lua, 2);
  if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  lua_settop(lua, 2);
  return enter(lua, connection_field);
}

Result<int> connection_equal(Call& call) {
  const auto* a = find_object<ConnectionObject>(call.lua, 1);
  const auto* b = find_object<ConnectionObject>(call.lua, 2);
  const auto x = a != nullptr ? a->live.lock() : nullptr, y = b != nullptr ? b->live.lock() : nullptr;
  lua_pushboolean(call.lua, x != nullptr && x == y);
  return 1;
}

Result<int> connection_tostring(Call& call) {
  TRY(const ConnectionObject* object, self<ConnectionObject>(call));
  const auto live = object->live.lock();
  push_text(call.lua, "connection " + object->name +
                          (live ? " (" + std::string(live->server().dialect->display_name) + " " +
                                      live->server().version + ")"
                                : std::string(" (closed)")));
  return 1;
}

constexpr NamedFunction connection_events[] = {{"__gc", entry<destroy_object<ConnectionObject>>},
                                               {"__eq", entry<connection_equal>},
                                               {"__tostring", entry<connection_tostring>}};
constexpr NamedFunction connection_methods[] = {
    {"query", entry<connection_query>},     {"all", entry<connection_all>},
    {"one", entry<connection_one>},         {"value", entry<connection_value>},
    {"exec", entry<connection_exec>},       {"transaction", entry<connection_transaction>},
    {"schema", entry<connection_schema>},   {"quote", entry<connection_quote>},
    {"literal", entry<connection_literal>}, {"ping", entry<connection_ping>}};
constexpr NamedFunction db_functions[] = {{"connection", entry<db_connection>},
                                          {"current", entry<db_current>},
                                          {"connections", entry<db_connections>},
                                          {"open", entry<db_open>}};

}  // namespace

void register_db(lua_State* lua) {
  register_values(lua);
  register_cursors(lua);

  new_metatable(lua, ObjectTraits<ConnectionObject>::name);
  set_functions(lua, connection_events);
  lua_pushstring(lua, "__index");
  lua_newtable(lua);
  set_functions(lua, connection_methods);
  lua_pushcclosure(lua, connection_index, 1);
  lua_rawset(lua, -3);
  lua_pop(lua, 1);

  lua_pushstring(lua, "db");
  lua_newtable(lua);
  set_functions(lua, db_functions);
  add_value_constructors(lua);
  lua_pushstring(lua, "null");
  push_null(lua);
  lua_rawset(lua, -3);
  lua_rawset(lua, -3);
}

}  // namespace bascule
