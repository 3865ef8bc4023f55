// What each portable type becomes on another engine, as rows. From the top; the first row that matches
// counts.
#pragma once

#include <span>
#include <string_view>

namespace bascule {

// What a row asks for beyond the type's name.
enum class When {
  always,
  in_key,           // of a primary, unique or foreign key
  too_long_in_key,  // in a key, and longer than MySQL's index has room for
  short_enough,     // a length that a row of MySQL has room for
  fits_decimal,     // of MySQL: at most 65 digits, 30 of them after the point
  fits_bits,        // a length that MySQL's BIT has
  bare,             // without arguments
  plain_labels,     // of an enum: there are some, and none ends in a blank
  has_uuid,         // the target has a type for it
};

struct Loss {
  std::string_view code, text;  // see the letters below
};

struct TypeRow {
  std::string_view source;    // portable names without arguments: "int1|int2", "*" for any
  std::string_view from, to;  // engines by their first letters: s(qlite) p(ostgres) m(ysql) (m)a(riadb)
  When when;
  // The portable name of what it becomes; "=" is the same type. In it and in the texts stand
  // %a for the arguments as they are, "(10,2)"; %d for the digits of a second that a bare type means on its
  // engine, "(6)"; %c and %b for the characters and bytes that a MySQL key has room for; %n for a native
  // name.
  std::string_view becomes;
  Loss loss = {}, second_loss = {};
  // A condition in the source's dialect that holds for the values that cannot be carried; $1 is the column.
  std::string_view probe = {};
};

std::span<const TypeRow> type_rows();

}  // namespace bascule
