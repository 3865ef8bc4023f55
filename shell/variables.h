// The shell's variables, and their places in SQL and in command lines.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/dialect/dialect.h"

namespace bascule {

class Variables {
 public:
  void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }
  bool unset(const std::string& name) { return values_.erase(name) > 0; }
  std::optional<std::string> get(std::string_view name) const;
  // on, true, yes, 1 in any case.
  bool is_on(std::string_view name) const;
  const std::map<std::string, std::string, std::less<>>& all() const { return values_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// True for letters, digits and _, not empty.
bool is_variable_name(std::string_view name);

// :name, :'name' and :"name" outside quotes and comments replaced; an unknown name is left as it is, as psql
// does.
std::string interpolate(std::string_view sql, const Dialect& dialect, const Variables& variables);

}  // namespace bascule
