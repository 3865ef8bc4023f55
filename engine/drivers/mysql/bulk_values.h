// Portable cells as parameters of an INSERT. Strict: a cell that the server would take silently as another
// value is an error here.
#pragma once

#include <mysql.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/batch.h"
#include "engine/model/schema.h"

namespace bascule::mysql {

// The values of one column for the rows of one statement, side by side, as array binding wants them.
class ColumnBuffer {
 public:
  ColumnBuffer(Column column, std::string table);

  // The text of the cell is not copied unless it must be changed: it lives until clear().
  Result<void> add(const Cell& cell);
  void clear();
  std::size_t rows() const { return indicators_.size(); }
  // About how many bytes row `row` takes on the wire.
  std::size_t wire_bytes(std::size_t row) const { return 9 + (form_ == Form::text ? sizes_[row] : 0); }

  const std::string& name() const { return column_.name; }
  // For error messages: the value of a row, shortened.
  std::string describe(std::size_t row) const;

  MYSQL_BIND bind_all();                 // of STMT_ATTR_ARRAY_SIZE rows
  MYSQL_BIND bind_row(std::size_t row);  // of one row

 private:
  enum class Form { integer, real, text };

  Result<void> add_integer(const Cell& cell);
  Result<void> add_real(const Cell& cell);
  Result<void> add_text(const Cell& cell);
  Result<void> add_bits(const Cell& cell);
  Result<void> keep(std::string_view text);
  Result<void> keep_copy(std::string text);
  Result<void> keep_time(std::string_view text, std::optional<int> digits);
  Error refuse(const Cell& cell, std::string_view reason) const;

  Column column_;
  std::string table_;
  Form form_;
  enum_field_types field_type_;
  bool is_unsigned_ = false;
  std::vector<long long> integers_;
  std::vector<double> reals_;
  std::vector<const char*> texts_;
  std::vector<unsigned long> sizes_;
  std::vector<char> indicators_;  // STMT_INDICATOR_NULL or _NONE
  std::deque<std::string> changed_;
  my_bool null_ = 1, not_null_ = 0;
};

}  // namespace bascule::mysql
