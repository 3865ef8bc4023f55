#include "engine/drivers/postgres/pinned_settings.h"

#include <string_view>

#include <fmt/format.h>

#include "engine/dialect/sql_writer.h"

namespace bascule::postgres {
namespace {

struct Setting {
  std::string_view name, value;
};

constexpr Setting settings[] = {
    {"DateStyle", "ISO, YMD"},   {"IntervalStyle", "postgres"}, {"TimeZone", "UTC"},
    {"extra_float_digits", "1"}, {"bytea_output", "hex"},       {"lc_monetary", "C"},
};

}  // namespace

Result<PinnedSettings> PinnedSettings::pin(Session& session) {
  std::string read = "SELECT ", write = "SELECT ";
  for (const Setting& setting : settings) {
    const std::string_view comma = &setting == settings ? "" : ", ";
    read += fmt::format("{}current_setting('{}')", comma, setting.name);
    write += fmt::format("{}set_config('{}', '{}', FALSE)", comma, setting.name, setting.value);
  }
  TRY(const Rows rows, session.run(read));
  TRY(session.run(write));
  PinnedSettings pinned;
  for (int column = 0; column < static_cast<int>(std::size(settings)); ++column)
    pinned.previous_.push_back(rows.string(0, column));
  return pinned;
}

Result<void> PinnedSettings::restore(Session& session) {
  if (session.transaction() == TransactionState::failed) return {};
  std::string write = "SELECT ";
  for (std::size_t at = 0; at < previous_.size(); ++at)
    write += fmt::format("{}set_config('{}', {}, FALSE)", at == 0 ? "" : ", ", settings[at].name,
                         quote_literal(previous_[at], *session.info().dialect));
  TRY(session.run(write));
  return {};
}

}  // namespace bascule::postgres
