// Dates and times: reading, writing and the calendar.
#include <fmt/format.h>

#include <cstdlib>

#include "engine/base/text.h"
#include "engine/model/value.h"

namespace bascule {
namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::int64_t microseconds_per_day = 86'400 * microseconds_per_second;
constexpr std::string_view before_christ = " BC";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int days_in_month(std::int32_t year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : days[month - 1];
}

// MySQL's 0000-00-00 and 2024-05-00: fields that name no day.
bool is_partial(const value::Date& date) {
  return date.month == 0 || date.day == 0;
}

// Reads from the front of a text; a failed reader stays failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool accept(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Between `least` and `most` digits, as many as there are; nothing if the next character is a digit too.
  std::optional<std::int64_t> digits(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    if (count < least || count > most) return std::nullopt;
    const auto number = parse_integer(rest_.substr(0, count));
    rest_.remove_prefix(count);
    return number;
  }
  // The digits after the decimal point as microseconds; nothing if there are finer ones.
  std::optional<std::int64_t> fraction() {
    std::int64_t microseconds = 0, unit = 100'000;
    bool any = false;
    for (; is_digit(peek()); rest_.remove_prefix(1), unit /= 10, any = true) {
      if (unit == 0 && peek() != '0') return std::nullopt;
      microseconds += (peek() - '0') * unit;
    }
    if (!any) return std::nullopt;
    return microseconds;
  }

 private:
  std::string_view rest_;
};

std::optional<std::int64_t> scan_sixty(Scanner& scanner) {
  const auto number = scanner.digits(2, 2);
  return number && *number < 60 ? number : std::nullopt;
}

// +00, +05:30, +05:30:15, +0530, Z
std::optional<std::int32_t> scan_offset(Scanner& scanner) {
  if (scanner.accept('Z')) return 0;
  const bool west = scanner.accept('-');
  if (!west && !scanner.accept('+')) return std::nullopt;
  auto hours = scanner.digits(2, 4);
  if (!hours) return std::nullopt;
  std::int64_t minutes = 0, seconds = 0;
  if (*hours > 99) {
    minutes = *hours % 100;
    hours = *hours / 100;
  } else if (scanner.accept(':')) {
    const auto read = scan_sixty(scanner);
    if (!read) return std::nullopt;
    minutes = *read;
    if (scanner.accept(':')) {
      const auto more = scan_sixty(scanner);
      if (!more) return std::nullopt;
      seconds = *more;
    }
  }
  if (*hours > 23 || minutes > 59) return std::nullopt;
  const auto total = static_cast<std::int32_t>(*hours * 3600 + minutes * 60 + seconds);
  return west ? -total : total;
}

// [-]H:MM[:SS[.ffffff]][offset], to the end of the text.
std::optional<value::Time> scan_time(Scanner& scanner) {
  const bool negative = scanner.accept('-');
  const auto hours = scanner.digits(2, 7);
  if (!hours || !scanner.accept(':')) return std::nullopt;
  const auto minutes = scan_sixty(scanner);
  if (!minutes) return std::nullopt;
  value::Time time;
  time.microseconds = (*hours * 3600 + *minutes * 60) * microseconds_per_second;
  if (scanner.accept(':')) {
    const auto seconds = scan_sixty(scanner);
    if (!seconds) return std::nullopt;
    time.microseconds += *seconds * microseconds_per_second;
    if (scanner.accept('.')) {
      const auto fraction = scanner.fraction();
      if (!fraction) return std::nullopt;
      time.microseconds += *fraction;
    }
  }
  if (negative) time.microseconds = -time.microseconds;
  if (scanner.at_end()) return time;
  time.offset_seconds = scan_offset(scanner);
  if (!time.offset_seconds || !scanner.at_end()) return std::nullopt;
  return time;
}

std::optional<value::Special> special_of(std::string_view text) {
  if (text == "infinity") return value::Special::positive_infinity;
  if (text == "-infinity") return value::Special::negative_infinity;
  return std::nullopt;
}

value::Date special_date(value::Special special) {
  value::Date date;
  date.special = special;
  return date;
}

// Takes " BC" off the end; true if it was there.
bool take_era(std::string_view& text) {
  if (!text.ends_with(before_christ)) return false;
  text.remove_suffix(before_christ.size());
  return true;
}

// Year-month-day; `bc` tells that the year counts backwards from 1 BC. SQLite writes years before 0 with a
// minus.
std::optional<value::Date> scan_date(Scanner& scanner, bool bc) {
  const bool negative = scanner.accept('-');
  const auto year = scanner.digits(4, 7);
  if (!year || !scanner.accept('-')) return std::nullopt;
  const auto month = scanner.digits(2, 2);
  if (!month || *month > 12 || !scanner.accept('-')) return std::nullopt;
  const auto day = scanner.digits(2, 2);
  if (!day || *day > 31) return std::nullopt;

  value::Date date;
  date.year = static_cast<std::int32_t>(bc ? 1 - *year : negative ? -*year : *year);
  date.month = static_cast<std::int8_t>(*month);
  date.day = static_cast<std::int8_t>(*day);
  if (bc && (*year == 0 || negative)) return std::nullopt;
  if (is_partial(date)) return bc || negative ? std::nullopt : std::optional(date);
  if (date.day > days_in_month(date.year, date.month)) return std::nullopt;
  return date;
}

// The fields without the era.
std::string format_fields(const value::Date& date) {
  const bool bc = !is_partial(date) && date.year <= 0;
  return fmt::format("{:04}-{:02}-{:02}", bc ? 1 - date.year : date.year, static_cast<int>(date.month),
                     static_cast<int>(date.day));
}

std::string_view era(const value::Date& date) {
  return !is_partial(date) && date.year <= 0 ? before_christ : std::string_view();
}

std::string format_offset(std::optional<std::int32_t> offset) {
  if (!offset) return "";
  const int seconds = std::abs(*offset);
  std::string out = fmt::format("{}{:02}", *offset < 0 ? '-' : '+', seconds / 3600);
  if (seconds % 3600 != 0) out += fmt::format(":{:02}", seconds / 60 % 60);
  if (seconds % 60 != 0) out += fmt::format(":{:02}", seconds % 60);
  return out;
}

}  // namespace

std::optional<value::Date> parse_date(std::string_view text) {
  if (const auto special = special_of(text)) return special_date(*special);
  const bool bc = take_era(text);
  Scanner scanner(text);
  const auto date = scan_date(scanner, bc);
  return scanner.at_end() ? date : std::nullopt;
}

std::optional<value::Time> parse_time(std::string_view text) {
  Scanner scanner(text);
  return scan_time(scanner);
}

std::optional<value::Timestamp> parse_timestamp(std::string_view text) {
  if (const auto special = special_of(text)) return value::Timestamp{special_date(*special), 0, {}};
  const bool bc = take_era(text);
  Scanner scanner(text);
  const auto date = scan_date(scanner, bc);
  if (!date || !(scanner.accept(' ') || scanner.accept('T'))) return std::nullopt;
  const auto time = scan_time(scanner);
  if (!time || time->microseconds < 0 || time->microseconds >= microseconds_per_day) return std::nullopt;
  return value::Timestamp{*date, time->microseconds, time->offset_seconds};
}

std::string format_date(const value::Date& date) {
  switch (date.special) {
    case value::Special::negative_infinity:
      return "-infinity";
    case value::Special::positive_infinity:
      return "infinity";
    case value::Special::none:
      break;
  }
  return format_fields(date) + std::string(era(date));
}

std::string format_time(const value::Time& time) {
  const bool negative = time.microseconds < 0;
  const std::int64_t total = negative ? -time.microseconds : time.microseconds;
  const std::int64_t seconds = total / microseconds_per_second;
  std::string out = fmt::format("{}{:02}:{:02}:{:02}", negative ? "-" : "", seconds / 3600, seconds / 60 % 60,
                                seconds % 60);
  if (const auto fraction = total % microseconds_per_second; fraction != 0) {
    out += fmt::format(".{:06}", fraction);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + format_offset(time.offset_seconds);
}

std::string format_timestamp(const value::Timestamp& timestamp) {
  if (timestamp.date.special != value::Special::none) return format_date(timestamp.date);
  return format_fields(timestamp.date) + " " +
         format_time({timestamp.microseconds, timestamp.offset_seconds}) + std::string(era(timestamp.date));
}

std::int64_t days_from_civil(std::int32_t year, int month, int day) {
  const std::int64_t y = static_cast<std::int64_t>(year) - (month <= 2 ? 1 : 0);
  const std::int64_t era_number = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era_number * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era_number * 146'097 + day_of_era - 719'468;
}

value::Date civil_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era_number = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era_number * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  value::Date date;
  date.day = static_cast<std::int8_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  date.month = static_cast<std::int8_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  date.year = static_cast<std::int32_t>(year_of_era + era_number * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

std::optional<std::int64_t> epoch_microseconds(const value::Timestamp& timestamp) {
  const auto& date = timestamp.date;
  if (date.special != value::Special::none || is_partial(date)) return std::nullopt;
  std::int64_t total = 0;
  if (__builtin_mul_overflow(days_from_civil(date.year, date.month, date.day), microseconds_per_day,
                             &total) ||
      __builtin_add_overflow(total, timestamp.microseconds, &total) ||
      __builtin_sub_overflow(total, timestamp.offset_seconds.value_or(0) * microseconds_per_second, &total))
    return std::nullopt;
  return total;
}

}  // namespace bascule
