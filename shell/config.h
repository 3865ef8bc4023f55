// The user's files: profiles.toml and config.toml under $XDG_CONFIG_HOME/bascule.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace bascule {

struct PasswordSource {
  enum class Kind { literal, command, environment, file };
  Kind kind = Kind::literal;
  std::vector<std::string> words;  // the program and its arguments; or one variable, path or literal
};

struct Profile {
  std::string name;
  std::string url;
  std::string env;  // "" dev staging prod
  bool read_only = false;
  std::vector<std::string> init;
  std::optional<PasswordSource> password;
};

struct Config {
  std::map<std::string, Profile, std::less<>> profiles;
  std::map<std::string, std::string, std::less<>> variables;  // [set]: NAME = "VALUE", as \set at the start
  std::map<std::string, std::vector<std::string>, std::less<>> plugin_grants;  // [plugins.NAME] grant = [...]
};

// $XDG_CONFIG_HOME/bascule, else ~/.config/bascule.
std::string config_folder();
// $XDG_STATE_HOME/bascule, else ~/.local/state/bascule.
std::string state_folder();

// Reads both files; a missing one is empty. Errors (usage) name file, line, key and the nearest known key. A
// profiles.toml that holds a literal password and that others may read is refused.
Result<Config> load_config();

// Runs the command, reads the variable or the file; one line end is taken off. The error never holds the
// password.
Result<std::string> resolve_password(const PasswordSource& source, std::string_view profile);

}  // namespace bascule
