// A second connection of the same account, through which a running statement is stopped. The connection that
// runs statements is never touched from another thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bascule::mysql {

// What the main session was really connected with (option files and defaults included). Holds the password.
struct ControlSettings {
  std::string host, socket, user, password;  // socket wins if not empty
  unsigned port = 0;
  bool tls = false;          // the main session is encrypted, so this one must be
  bool verify_host = false;  // the certificate must name the host
  std::string ca, certificate, key;
  bool pinned = false;  // the main session trusts a fingerprint, which the connector cannot check
  unsigned timeout_seconds = 10;
  // Sends the KILL QUERY another way where the connector cannot: it knows fewer of TLS's options than
  // libmariadb. The reason if that fails, too.
  std::function<std::optional<std::string>(unsigned long connection_id)> otherwise;
};

class ControlSession {
 public:
  explicit ControlSession(ControlSettings settings);
  ~ControlSession();
  ControlSession(const ControlSession&) = delete;
  ControlSession& operator=(const ControlSession&) = delete;

  // KILL QUERY on the connection of that id. Connects at the first call. The reason if it could not be sent,
  // nothing if it was. Calls must not overlap.
  std::optional<std::string> kill_query(unsigned long connection_id) noexcept;

 private:
  struct Connector;
  std::optional<std::string> kill_by_connector(unsigned long connection_id) noexcept;
  std::unique_ptr<Connector> connect() const;

  ControlSettings settings_;
  std::unique_ptr<Connector> connector_;
};

}  // namespace bascule::mysql
