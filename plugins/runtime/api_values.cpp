#include "plugins/runtime/api_values.h"

#include <cmath>

#include "engine/base/text.h"
#include "plugins/runtime/decimal.h"
#include "plugins/runtime/entry.h"
#include "plugins/runtime/value.h"

namespace bascule {
namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;

Result<int> push_result(Call& call, const Value& value) {
  TRY(push_value(call.lua, value));
  return 1;
}

Result<int> value_tostring(Call& call) {
  TRY(const Value value, call.value(1, "value"));
  push_text(call.lua, format_value(value));
  return 1;
}

// "..": what tostring gives, so that messages are easy to write.
Result<int> value_concat(Call& call) {
  std::string joined;
  for (int index = 1; index <= 2; ++index) {
    if (is_null_value(call.lua, index))
      return usage_error("NULL cannot be joined to a text", "use tostring(value), or test for db.null first");
    TRY(const Value value, call.value(index, "operand"));
    joined += format_value(value);
  }
  TRY(call.state.reserve(joined.size()));
  push_text(call.lua, joined);
  return 1;
}

bool is_number(const Value& value) {
  return value.get<std::int64_t>() != nullptr || value.get<double>() != nullptr ||
         value.get<value::Decimal>() != nullptr;
}

// The order of two values that Lua could not compare itself: of the same kind, or both numbers.
Result<int> order(Call& call) {
  TRY(const Value a, call.value(1, "operand"));
  TRY(const Value b, call.value(2, "operand"));
  if (a.kind.index() != b.kind.index() && !(is_number(a) && is_number(b)))
    return usage_error("the values are of different kinds and have no order", "convert one of them first");
  return compare(a, b);
}

Result<int> value_less(Call& call) {
  TRY(const int sign, order(call));
  lua_pushboolean(call.lua, sign < 0);
  return 1;
}

Result<int> value_less_or_equal(Call& call) {
  TRY(const int sign, order(call));
  lua_pushboolean(call.lua, sign <= 0);
  return 1;
}

Result<int> value_equal(Call& call) {
  const auto a = read_value(call.lua, 1), b = read_value(call.lua, 2);
  lua_pushboolean(
      call.lua, a.ok() && b.ok() && a->kind.index() == b->kind.index() && compare(a.value(), b.value()) == 0);
  return 1;
}

Error no_field(Call& call, const char* type) {
  auto name = call.text(2, "field");
  return usage_error(std::string("a ") + type + " has no field " +
                         (name.ok() ? "\"" + std::string(*name) + "\"" : "like that"),
                     "its fields and methods are in the reference");
}

// __index: a method from the table in upvalue 1, else a field.
template <Result<int> (*field)(Call& call)>
int value_index(lua_State* lua) {
  lua_settop(lua, 2);
  lua_pushvalue(lua, 2);
  if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  lua_settop(lua, 2);
  return enter(lua, field);
}

// --- db.decimal ---

Result<DecimalNumber> operand(Call& call, int index) {
  TRY(const Value value, call.value(index, "operand"));
  std::optional<DecimalNumber> number;
  if (const auto* integer = value.get<std::int64_t>())
    number = DecimalNumber::parse(std::to_string(*integer));
  if (const auto* decimal = value.get<value::Decimal>()) {
    number = DecimalNumber::parse(decimal->digits);
    if (!number)
      return unsupported_error(decimal->digits + " has no exact arithmetic",
                               "test for it before calculating");
  }
  if (value.get<double>() != nullptr)
    return usage_error("a decimal and a float cannot be calculated with exactly",
                       "write db.decimal(\"0.1\") for the float, or decimal:tonumber()");
  if (!number) return call.wrong_argument(index, "operand", "a decimal or an integer");
  return std::move(*number);
}

Result<int> push_decimal(Call& call, const DecimalNumber& number) {
  return push_result(call, Value(value::Decimal{number.text()}));
}

Result<int> decimal_add(Call& call) {
  TRY(const auto a, operand(call, 1));
  TRY(const auto b, operand(call, 2));
  return push_decimal(call, a + b);
}

Result<int> decimal_subtract(Call& call) {
  TRY(const auto a, operand(call, 1));
  TRY(const auto b, operand(call, 2));
  return push_decimal(call, a - b);
}

Result<int> decimal_multiply(Call& call) {
  TRY(const auto a, operand(call, 1));
  TRY(const auto b, operand(call, 2));
  TRY(const auto product, DecimalNumber::multiply(a, b));
  return push_decimal(call, product);
}

Result<int> decimal_negate(Call& call) {
  TRY(const auto a, operand(call, 1));
  return push_decimal(call, a.negated());
}

Result<int> decimal_no_division(Call&) {
  return unsupported_error("a decimal division has no exact result in general",
                           "say how many digits to keep: a:divide(b, 2)");
}

Result<int> scale_argument(Call& call, int index) {
  TRY(const std::int64_t scale, call.integer(index, "scale"));
  if (scale < 0 || scale > DecimalNumber::max_scale)
    return usage_error("the scale " + std::to_string(scale) + " is out of range", "give 0 to 16383");
  return static_cast<int>(scale);
}

Result<int> decimal_divide(Call& call) {
  TRY(const auto a, operand(call, 1));
  TRY(const auto b, operand(call, 2));
  TRY(const int scale, scale_argument(call, 3));
  TRY(const auto quotient, DecimalNumber::divide(a, b, scale));
  return push_decimal(call, quotient);
}

Result<int> decimal_round(Call& call) {
  TRY(const auto a, operand(call, 1));
  TRY(const int scale, scale_argument(call, 2));
  return push_decimal(call, a.rounded(scale));
}

// The nearest float.
Result<int> decimal_tonumber(Call& call) {
  TRY(const Value value, call.value(1, "decimal"));
  const auto* decimal = value.get<value::Decimal>();
  const auto number = decimal != nullptr ? parse_double(decimal->digits) : std::nullopt;
  if (!number) return usage_error("the decimal is beyond the range of a float", "keep it as a decimal");
  lua_pushnumber(call.lua, *number);
  return 1;
}

// The integer if it is one of 64 bits, else nil.
Result<int> decimal_tointeger(Call& call) {
  TRY(const Value value, call.value(1, "decimal"));
  const auto* decimal = value.get<value::Decimal>();
  const auto digits = decimal != nullptr ? canonical_decimal(decimal->digits) : std::nullopt;
  const auto integer = digits ? parse_integer(*digits) : std::nullopt;
  if (integer)
    lua_pushinteger(call.lua, *integer);
  else
    lua_pushnil(call.lua);
  return 1;
}

Result<int> decimal_field(Call& call) {
  return no_field(call, decimal_metatable);
}

Result<int> make_decimal(Call& call) {
  TRY(const Value value, call.value(1, "number"));
  if (const auto* integer = value.get<std::int64_t>())
    return push_result(call, Value(value::Decimal{std::to_string(*integer)}));
  if (value.get<value::Decimal>() != nullptr) return push_result(call, value);
  const auto* text = value.get<std::string>();
  if (text == nullptr) return call.wrong_argument(1, "number", "its digits as a string, or an integer");
  if (*text == "NaN" || *text == "Infinity" || *text == "-Infinity")
    return push_result(call, Value(value::Decimal{*text}));
  const auto number = DecimalNumber::parse(*text);
  if (!number) return usage_error("\"" + *text + "\" is no decimal number", "give digits like \"-12.50\"");
  return push_decimal(call, *number);
}

// --- db.bytes ---

Result<value::Bytes> bytes_self(Call& call) {
  TRY(const Value value, call.value(1, "bytes"));
  if (const auto* bytes = value.get<value::Bytes>()) return *bytes;
  return call.wrong_argument(1, "bytes", "a db.bytes; call it as bytes:string()");
}

Result<int> bytes_length(Call& call) {
  lua_pushinteger(call.lua, static_cast<lua_Integer>(lua_rawlen(call.lua, 1)));
  return 1;
}

Result<int> bytes_string(Call& call) {
  TRY(const auto bytes, bytes_self(call));
  TRY(call.state.reserve(bytes.data.size()));
  push_text(call.lua, bytes.data);
  return 1;
}

Result<int> bytes_hex(Call& call) {
  TRY(const auto bytes, bytes_self(call));
  TRY(call.state.reserve(bytes.data.size() * 2));
  push_text(call.lua, to_hex(bytes.data));
  return 1;
}

Result<int> bytes_field(Call& call) {
  return no_field(call, bytes_metatable);
}

Result<int> make_bytes(Call& call) {
  TRY(const std::string_view data, call.text(1, "data"));
  return push_result(call, Value(value::Bytes{std::string(data)}));
}

// --- db.date, db.time, db.timestamp ---

using Field = std::optional<std::int64_t>;

Field date_number(const value::Date& date, std::string_view name) {
  if (name == "year") return date.year;
  if (name == "month") return date.month;
  if (name == "day") return date.day;
  return std::nullopt;
}

// Of the time without its sign: MySQL's -01:30:00 has hour 1, minute 30 and negative = true.
Field time_number(std::int64_t microseconds, std::string_view name) {
  const std::int64_t amount = std::abs(microseconds);
  const std::int64_t seconds = amount / microseconds_per_second;
  if (name == "hour") return seconds / 3600;
  if (name == "minute") return seconds / 60 % 60;
  if (name == "second") return seconds % 60;
  if (name == "microsecond") return amount % microseconds_per_second;
  return std::nullopt;
}

Result<int> push_number(Call& call, Field number) {
  if (number)
    lua_pushinteger(call.lua, *number);
  else
    lua_pushnil(call.lua);
  return 1;
}

Field offset_number(const std::optional<std::int32_t>& offset) {
  if (!offset) return std::nullopt;
  return *offset;
}

// "infinity", "-infinity" or nil.
Result<int> push_special(Call& call, value::Special special) {
  if (special == value::Special::none)
    lua_pushnil(call.lua);
  else
    push_text(call.lua, special == value::Special::positive_infinity ? "infinity" : "-infinity");
  return 1;
}

template <typename T>
Result<T> field_owner(Call& call) {
  TRY(const Value value, call.value(1, "value"));
  if (const T* found = value.get<T>()) return *found;
  return call.wrong_argument(1, "value", "a value of its own kind");
}

Result<int> date_field(Call& call) {
  TRY(const auto date, field_owner<value::Date>(call));
  TRY(const std::string_view name, call.text(2, "field"));
  if (name == "special") return push_special(call, date.special);
  if (const Field number = date_number(date, name)) return push_number(call, number);
  return no_field(call, date_metatable);
}

Result<int> time_field(Call& call) {
  TRY(const auto time, field_owner<value::Time>(call));
  TRY(const std::string_view name, call.text(2, "field"));
  if (name == "offset") return push_number(call, offset_number(time.offset_seconds));
  if (name == "negative") {
    lua_pushboolean(call.lua, time.microseconds < 0);
    return 1;
  }
  if (const Field number = time_number(time.microseconds, name)) return push_number(call, number);
  return no_field(call, time_metatable);
}

Result<int> timestamp_field(Call& call) {
  TRY(const auto timestamp, field_owner<value::Timestamp>(call));
  TRY(const std::string_view name, call.text(2, "field"));
  if (name == "special") return push_special(call, timestamp.date.special);
  if (name == "offset") return push_number(call, offset_number(timestamp.offset_seconds));
  if (name == "epoch_microseconds") return push_number(call, epoch_microseconds(timestamp));
  if (const Field number = date_number(timestamp.date, name)) return push_number(call, number);
  if (const Field number = time_number(timestamp.microseconds, name)) return push_number(call, number);
  return no_field(call, timestamp_metatable);
}

Error bad_text(std::string_view text, const char* type, const char* example) {
  return usage_error("\"" + std::string(text) + "\" is no " + type,
                     std::string("give it as \"") + example + "\"");
}

Result<int> make_date(Call& call) {
  if (call.count() < 2) {
    TRY(const std::string_view text, call.text(1, "date"));
    const auto date = parse_date(text);
    if (!date) return bad_text(text, "date", "2024-02-29");
    return push_result(call, Value(*date));
  }
  TRY(const std::int64_t year, call.integer(1, "year"));
  TRY(const std::int64_t month, call.integer(2, "month"));
  TRY(const std::int64_t day, call.integer(3, "day"));
  const bool in_range = std::abs(year) < 1'000'000 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  const value::Date date{static_cast<std::int32_t>(year), static_cast<std::int8_t>(month),
                         static_cast<std::int8_t>(day)};
  if (!in_range || civil_from_days(days_from_civil(date.year, date.month, date.day)) != date)
    return usage_error("there is no such day in the calendar", "give year, month and day of one that exists");
  return push_result(call, Value(date));
}

Result<int> make_time(Call& call) {
  TRY(const std::string_view text, call.text(1, "time"));
  const auto time = parse_time(text);
  if (!time) return bad_text(text, "time", "23:59:59.5");
  return push_result(call, Value(*time));
}

Result<int> make_timestamp(Call& call) {
  TRY(const std::string_view text, call.text(1, "timestamp"));
  const auto timestamp = parse_timestamp(text);
  if (!timestamp) return bad_text(text, "timestamp", "2024-02-29 12:30:00.5+00");
  return push_result(call, Value(*timestamp));
}

// --- registration ---

constexpr NamedFunction common[] = {{"__tostring", entry<value_tostring>},
                                    {"__concat", entry<value_concat>},
                                    {"__eq", entry<value_equal>},
                                    {"__lt", entry<value_less>},
                                    {"__le", entry<value_less_or_equal>}};
constexpr NamedFunction arithmetic[] = {
    {"__add", entry<decimal_add>},         {"__sub", entry<decimal_subtract>},
    {"__mul", entry<decimal_multiply>},    {"__unm", entry<decimal_negate>},
    {"__div", entry<decimal_no_division>}, {"__idiv", entry<decimal_no_division>},
    {"__mod", entry<decimal_no_division>}, {"__pow", entry<decimal_no_division>}};
constexpr NamedFunction decimal_methods[] = {{"divide", entry<decimal_divide>},
                                             {"round", entry<decimal_round>},
                                             {"tonumber", entry<decimal_tonumber>},
                                             {"tointeger", entry<decimal_tointeger>}};
constexpr NamedFunction bytes_methods[] = {{"string", entry<bytes_string>}, {"hex", entry<bytes_hex>}};

// Ends with the metatable on the stack and, above it, the table of methods.
void begin_type(lua_State* lua, const char* name) {
  new_metatable(lua, name);
  set_functions(lua, common);
  lua_newtable(lua);
}

void end_type(lua_State* lua, lua_CFunction index) {
  lua_pushcclosure(lua, index, 1);
  lua_pushstring(lua, "__index");
  lua_insert(lua, -2);
  lua_rawset(lua, -3);
  lua_pop(lua, 1);
}

}  // namespace

void register_value_types(lua_State* lua) {
  begin_type(lua, decimal_metatable);
  set_functions(lua, decimal_methods);
  end_type(lua, value_index<decimal_field>);
  luaL_getmetatable(lua, decimal_metatable);
  set_functions(lua, arithmetic);
  lua_pop(lua, 1);

  begin_type(lua, bytes_metatable);
  set_functions(lua, bytes_methods);
  end_type(lua, value_index<bytes_field>);
  luaL_getmetatable(lua, bytes_metatable);
  set_function(lua, -1, "__len", entry<bytes_length>);
  lua_pop(lua, 1);

  begin_type(lua, date_metatable);
  end_type(lua, value_index<date_field>);
  begin_type(lua, time_metatable);
  end_type(lua, value_index<time_field>);
  begin_type(lua, timestamp_metatable);
  end_type(lua, value_index<timestamp_field>);
}

void add_value_constructors(lua_State* lua) {
  static constexpr NamedFunction constructors[] = {{"decimal", entry<make_decimal>},
                                                   {"bytes", entry<make_bytes>},
                                                   {"date", entry<make_date>},
                                                   {"time", entry<make_time>},
                                                   {"timestamp", entry<make_timestamp>}};
  set_functions(lua, constructors);
}

}  // namespace bascule
