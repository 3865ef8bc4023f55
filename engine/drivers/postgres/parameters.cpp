#include "engine/drivers/postgres/parameters.h"

#include <fmt/format.h>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"

namespace bascule::postgres {
namespace {

constexpr std::size_t most_parameters = 65535;  // the protocol counts them in 16 bits

std::string text_form(const Value& value);

// {"a","b",NULL,{"c"}}: every element quoted, so that none is taken for something else.
std::string array_form(const value::Array& array) {
  std::string out = "{";
  for (const Value& element : array.elements) {
    if (out.size() > 1) out += ',';
    if (element.is_null()) {
      out += "NULL";
    } else if (const auto* inner = element.get<value::Array>()) {
      out += array_form(*inner);
    } else {
      out += '"';
      for (const char byte : text_form(element)) {
        if (byte == '"' || byte == '\\') out += '\\';
        out += byte;
      }
      out += '"';
    }
  }
  return out + "}";
}

std::string text_form(const Value& value) {
  return std::visit(overloaded{[](const value::Null&) { return std::string(); },
                               [](bool truth) { return std::string(truth ? "t" : "f"); },
                               [](std::int64_t number) { return std::to_string(number); },
                               [](std::uint64_t number) { return std::to_string(number); },
                               [](double number) { return format_double(number); },
                               [](const value::Decimal& decimal) { return decimal.digits; },
                               [](const std::string& text) { return text; },
                               [](const value::Bytes& bytes) { return "\\x" + to_hex(bytes.data); },
                               [](const value::Date& date) { return format_date(date); },
                               [](const value::Time& time) { return format_time(time); },
                               [](const value::Timestamp& timestamp) { return format_timestamp(timestamp); },
                               [](const value::Array& array) { return array_form(array); },
                               [](const value::Spelled& spelled) { return spelled.text; }},
                    value.kind);
}

}  // namespace

Result<BoundParameters> bind_parameters(std::span<const Value> parameters) {
  if (parameters.size() > most_parameters)
    return unsupported_error(fmt::format("{} parameters are more than PostgreSQL takes", parameters.size()),
                             fmt::format("use at most {} in one statement", most_parameters));
  BoundParameters bound;
  for (const Value& parameter : parameters) {
    const auto* bytes = parameter.get<value::Bytes>();
    std::string text = bytes ? bytes->data : text_form(parameter);
    if (!bytes && text.find('\0') != std::string::npos)
      return unsupported_error(fmt::format("parameter {} holds a NUL byte, which PostgreSQL's text cannot",
                                           bound.texts.size() + 1),
                               "bind it as bytes, or take the NUL out");
    bound.types.push_back(bytes ? bytea_oid : 0);
    bound.formats.push_back(bytes ? 1 : 0);
    bound.lengths.push_back(static_cast<int>(text.size()));
    bound.texts.push_back(std::move(text));
  }
  for (std::size_t at = 0; at < parameters.size(); ++at)
    bound.values.push_back(parameters[at].is_null() ? nullptr : bound.texts[at].c_str());
  return bound;
}

}  // namespace bascule::postgres
