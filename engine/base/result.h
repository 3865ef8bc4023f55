// Result<T>: a value or an Error. g++ 12 has no std::expected in C++20 mode.
#pragma once

#include <utility>
#include <variant>

#include "engine/base/error.h"

namespace bascule {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  // Lets `return derived_unique_ptr;` work for Result<unique_ptr<Base>>.
  template <typename U>
  requires(std::is_convertible_v<U, T> && !std::is_same_v<std::decay_t<U>, T> &&
           !std::is_same_v<std::decay_t<U>, Error> && !std::is_same_v<std::decay_t<U>, Result>)
      Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::in_place_index<1>, std::move(error)) {}
  bool ok() const { return error_.index() == 0; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return std::get<1>(error_); }
  Error&& error() && { return std::get<1>(std::move(error_)); }

 private:
  std::variant<std::monostate, Error> error_;
};

}  // namespace bascule

// TRY(expression) returns the error of a failed Result<void>;
// TRY(auto name, expression) also unpacks the value. A comma inside the declaration needs a type alias.
#define BASCULE_TRY_JOIN_(a, b) a##b
#define BASCULE_TRY_JOIN(a, b) BASCULE_TRY_JOIN_(a, b)
#define BASCULE_TRY_PICK(a, b, name, ...) name
#define BASCULE_TRY_VOID(expression)                                                            \
  do {                                                                                          \
    if (auto try_result = (expression); !try_result.ok()) return std::move(try_result).error(); \
  } while (false)
#define BASCULE_TRY_VALUE(declaration, expression) \
  BASCULE_TRY_VALUE_(BASCULE_TRY_JOIN(try_result_, __COUNTER__), declaration, expression)
#define BASCULE_TRY_VALUE_(result, declaration, expression) \
  auto result = (expression);                               \
  if (!result.ok()) return std::move(result).error();       \
  declaration = std::move(result).value()
#define TRY(...) BASCULE_TRY_PICK(__VA_ARGS__, BASCULE_TRY_VALUE, BASCULE_TRY_VOID, unused)(__VA_ARGS__)
