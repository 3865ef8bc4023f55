// Values as PostgreSQL's binary formats have them: big-endian, times counted from 2000-01-01.
// The send and receive functions in src/backend/utils/adt are their only description.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace bascule::postgres {

constexpr std::string_view copy_signature{"PGCOPY\n\377\r\n\0", 11};

constexpr std::int64_t days_to_2000 = 10957;  // from 1970-01-01
constexpr std::int64_t microseconds_per_day = 86'400'000'000;

// infinity and -infinity of date and timestamp
constexpr std::int32_t latest_date = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t earliest_date = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t latest_timestamp = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t earliest_timestamp = std::numeric_limits<std::int64_t>::min();

template <typename Integer>
void append_big_endian(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
}

// `bytes` holds at least sizeof(Integer) bytes.
template <typename Integer>
Integer read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t at = 0; at < sizeof(Integer); ++at)
    value = value << 8 | static_cast<unsigned char>(bytes[at]);
  return static_cast<Integer>(value);
}

// numeric: 12.50, NaN, Infinity. False if the bytes are none.
bool decode_numeric(std::string_view bytes, std::string& out);
// `digits` is plain: an optional sign, digits, optionally a point and digits; or NaN, Infinity, -Infinity.
// The scale is kept. False if it is something else or beyond what numeric holds.
bool encode_numeric(std::string_view digits, std::string& out);

// ISO text as format_date() and format_timestamp() make it, appended. `days` and `microseconds` count from
// 2000.
void append_date(std::string& out, std::int32_t days);
void append_time(std::string& out, std::int64_t microseconds);
void append_timestamp(std::string& out, std::int64_t microseconds, bool zoned);  // zoned: in UTC, with +00

}  // namespace bascule::postgres
