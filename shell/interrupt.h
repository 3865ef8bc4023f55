// Ctrl-C: the signal handler only wakes a thread, which cancels what runs on the servers.
#pragma once

namespace bascule {

class LiveConnection;

namespace interrupt {

// Once, at the start of the program.
void install();
// True since the last Ctrl-C until clear().
bool is_pending();
void clear();

// While it lives, Ctrl-C cancels the statement that runs on the connection.
class Guard {
 public:
  explicit Guard(LiveConnection& connection);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  LiveConnection* connection_;
};

}  // namespace interrupt
}  // namespace bascule
