// Values as parameters of a prepared statement.
#pragma once

#include <mysql.h>

#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/value.h"

namespace bascule::mysql {

// Keeps the values where libmariadb reads them until the statement is executed.
class Parameters {
 public:
  // Error for values that the engine has no form for: NaN, infinities, arrays.
  Result<void> bind(MYSQL_STMT* statement, std::span<const Value> values);

 private:
  struct Slot {
    long long integer = 0;
    double real = 0;
    std::string text;
    unsigned long size = 0;
    my_bool is_null = 0;
  };
  std::vector<Slot> slots_;
  std::vector<MYSQL_BIND> binds_;
};

}  // namespace bascule::mysql
