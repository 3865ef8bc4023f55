#include "engine/drivers/connection.h"

namespace bascule {

std::string_view transaction_state_name(TransactionState state) {
  constexpr std::string_view names[] = {"none", "open", "failed", "tainted"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace bascule
