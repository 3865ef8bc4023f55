// std::visit with one lambda per alternative; a forgotten alternative does not compile.
#pragma once

namespace bascule {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

}  // namespace bascule
