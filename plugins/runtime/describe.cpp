#include "plugins/runtime/describe.h"

#include <algorithm>
#include <vector>

#include "engine/base/text.h"
#include "plugins/runtime/api_cursor.h"
#include "plugins/runtime/value.h"

namespace bascule {
namespace {

constexpr int max_depth = 5;
constexpr std::size_t max_entries = 1000;
constexpr std::size_t max_line = 100;

int to_text(lua_State* lua) {  // runs inside protected_call: __tostring may fail
  luaL_tolstring(lua, 1, nullptr);
  return 1;
}

std::string_view string_at(lua_State* lua, int index) {
  std::size_t size = 0;
  const char* data = lua_tolstring(lua, index, &size);
  return {data, size};
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (byte < 0x20 || byte == 0x7f)
      out += "\\x" + to_hex(std::string_view(&c, 1));
    else
      out += c;
  }
  return out + "\"";
}

bool is_name(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

class Describer {
 public:
  Describer(LuaState& state, lua_State* lua) : state_(state), lua_(lua) {}

  std::string value(int index, int depth) {
    index = lua_absindex(lua_, index);
    if (lua_checkstack(lua_, 10) == 0) return cut("...");
    if (lua_type(lua_, index) == LUA_TSTRING) return quoted(string_at(lua_, index));
    if (!lua_istable(lua_, index)) return text(index);
    if (push_row_columns(lua_, index)) {
      std::string out = row(index, depth);
      lua_pop(lua_, 1);
      return out;
    }
    if (luaL_getmetafield(lua_, index, "__tostring") != LUA_TNIL) {
      lua_pop(lua_, 1);
      return text(index);
    }
    return table(index, depth);
  }

  // As tostring gives it.
  std::string text(int index) {
    lua_pushvalue(lua_, index);
    lua_pushcfunction(lua_, to_text);
    lua_insert(lua_, -2);
    const bool done = state_.protected_call(lua_, 1, 1);
    std::string out = done ? std::string(string_at(lua_, -1)) : "<its tostring fails>";
    lua_pop(lua_, 1);
    return out;
  }

  std::string note() const {
    return was_cut_ ? "\n(cut: at most " + std::to_string(max_depth) + " levels and " +
                          std::to_string(max_entries) + " entries are shown)"
                    : "";
  }

 private:
  struct Key {
    int rank;  // numbers, strings, others
    double number;
    std::string shown;
    std::string value;
  };

  std::string cut(std::string mark) {
    was_cut_ = true;
    return mark;
  }
  bool is_full() const { return entries_ >= max_entries; }

  // The row's columns are the list on top of the stack.
  std::string row(int index, int depth) {
    const int columns = lua_gettop(lua_);
    std::vector<std::string> parts;
    const auto size = static_cast<lua_Integer>(lua_rawlen(lua_, columns));
    for (lua_Integer i = 1; i <= size; ++i) {
      if (is_full()) {
        parts.push_back(cut("..."));
        break;
      }
      ++entries_;
      lua_rawgeti(lua_, columns, i);
      const std::string name(string_at(lua_, -1));
      lua_rawgeti(lua_, index, i);
      parts.push_back(key_text(name) + " = " + value(-1, depth + 1));
      lua_pop(lua_, 2);
    }
    return braced(parts, depth);
  }

  static std::string key_text(std::string_view name) {
    return is_name(name) ? std::string(name) : "[" + quoted(name) + "]";
  }

  std::string table(int index, int depth) {
    if (depth > max_depth) return cut("{...}");
    std::vector<std::string> parts;
    const auto size = static_cast<lua_Integer>(lua_rawlen(lua_, index));
    for (lua_Integer i = 1; i <= size && !is_full(); ++i) {
      ++entries_;
      lua_rawgeti(lua_, index, i);
      parts.push_back(value(-1, depth + 1));
      lua_pop(lua_, 1);
    }
    for (Key& key : other_keys(index, size, depth)) parts.push_back(key.shown + " = " + key.value);
    if (is_full()) parts.push_back(cut("..."));
    return braced(parts, depth);
  }

  std::vector<Key> other_keys(int index, lua_Integer list_size, int depth) {
    std::vector<Key> keys;
    for (lua_pushnil(lua_); lua_next(lua_, index) != 0; lua_pop(lua_, 1)) {
      if (lua_isinteger(lua_, -2)) {
        const lua_Integer number = lua_tointeger(lua_, -2);
        if (number >= 1 && number <= list_size) continue;
      }
      if (is_full()) {
        lua_pop(lua_, 2);
        break;
      }
      ++entries_;
      keys.push_back(key_at(-2));
      keys.back().value = value(-1, depth + 1);
    }
    std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
      if (a.rank != b.rank) return a.rank < b.rank;
      if (a.rank == 0 && a.number != b.number) return a.number < b.number;
      return a.shown < b.shown;
    });
    return keys;
  }

  Key key_at(int index) {
    index = lua_absindex(lua_, index);
    if (lua_type(lua_, index) == LUA_TSTRING) return {1, 0, key_text(string_at(lua_, index)), ""};
    const bool is_number = lua_type(lua_, index) == LUA_TNUMBER;
    return {is_number ? 0 : 2, is_number ? lua_tonumber(lua_, index) : 0, "[" + text(index) + "]", ""};
  }

  static std::string braced(const std::vector<std::string>& parts, int depth) {
    std::string line = "{" + join(parts, ", ") + "}";
    if (line.size() <= max_line && line.find('\n') == std::string::npos) return line;
    const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
    std::string out = "{\n";
    for (const std::string& part : parts) out += indent + part + ",\n";
    return out + std::string(indent.size() - 2, ' ') + "}";
  }

  LuaState& state_;
  lua_State* lua_;
  std::size_t entries_ = 0;
  bool was_cut_ = false;
};

}  // namespace

std::string describe(LuaState& state, lua_State* lua, int first, int last) {
  Describer describer(state, lua);
  std::string out;
  for (int index = first; index <= last; ++index) {
    if (index > first) out += '\t';
    out +=
        lua_type(lua, index) == LUA_TSTRING ? std::string(string_at(lua, index)) : describer.value(index, 1);
  }
  return out + describer.note();
}

}  // namespace bascule
