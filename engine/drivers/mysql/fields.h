// How a column of a result is named, typed and read into cells.
#pragma once

#include <mysql.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/batch.h"
#include "engine/model/schema.h"

namespace bascule::mysql {

constexpr unsigned vector_field_type = 242;  // MySQL 9's VECTOR, unknown to libmariadb
constexpr unsigned binary_charset = 63;

enum class CellForm {
  integer,
  unsigned_integer,
  zero_filled,   // ZEROFILL: digits padded to the declared width
  year,          // four digits
  boolean,       // an integer, and a boolean where it is 0 or 1
  float_digits,  // shortest text that reads back as the same value, as the server writes it
  double_digits,
  float_real,
  double_real,
  spelled,
  text,
  bytes,
  date,
  time,
  timestamp,
  instant,  // a timestamp read in a session whose time zone is UTC
  bits,     // 0 and 1
};

struct FieldReader {
  CellForm form = CellForm::text;
  unsigned digits = 0;  // of the fraction of time values; above 6: as many as needed
  unsigned width = 0;   // of zero_filled and bits
};

ResultColumn result_column(const MYSQL_FIELD& field);
// For people: the engine's own text forms.
FieldReader display_reader(const MYSQL_FIELD& field);
// The portable form of `column` (see connection.h).
FieldReader portable_reader(const MYSQL_FIELD& field, const Column& column);

// A value of the text protocol.
void add_text_cell(Batch& out, const FieldReader& reader, std::string_view value);

// The row of a prepared statement's result: libmariadb writes it into the buffers of this object.
class BinaryRow {
 public:
  // Binds; false if libmariadb refuses (the reason is in the statement).
  bool bind(MYSQL_STMT* statement, std::vector<FieldReader> readers);
  // After a mysql_stmt_fetch() that gave a row. False if a long value could not be fetched.
  bool append_to(Batch& out);

 private:
  struct Slot {
    union {
      long long integer;
      double real;
      float single;
    };
    MYSQL_TIME time;
    unsigned long size = 0;
    my_bool is_null = 0, is_cut = 0;
    std::size_t offset = 0, capacity = 0;  // in buffer_, for strings
    Slot() : integer(0), time() {}
  };
  bool append(Batch& out, std::size_t column);
  bool append_string(Batch& out, std::size_t column);

  MYSQL_STMT* statement_ = nullptr;
  std::vector<FieldReader> readers_;
  std::vector<Slot> slots_;
  std::vector<MYSQL_BIND> binds_;
  std::string buffer_, long_value_;
};

}  // namespace bascule::mysql
