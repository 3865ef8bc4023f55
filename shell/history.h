// What a person typed, kept in the state database under the XDG state folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace bascule {

class Connection;

struct HistoryEntry {
  std::int64_t id = 0;
  std::string at;  // UTC
  std::string connection;
  std::string text;
};

class History {
 public:
  // Makes the folder (0700) and the database (0600) if they are missing.
  static Result<std::unique_ptr<History>> open();
  ~History();

  // Leaves out what may hold a password; passwords in URLs are replaced.
  Result<void> add(std::string_view connection, std::string_view text);
  // The newest `limit` that contain `pattern` (a glob between stars, case ignored), oldest first.
  Result<std::vector<HistoryEntry>> recent(std::string_view pattern, std::size_t limit);

 private:
  explicit History(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

// For \history: opens, reads, closes.
Result<std::vector<HistoryEntry>> read_history(std::string_view pattern);

// True for a statement that sets or shows a password, which is neither kept nor logged.
bool may_hold_password(std::string_view text);

}  // namespace bascule
