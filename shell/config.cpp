#include "shell/config.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "engine/base/text.h"

extern char** environ;

namespace bascule {
namespace {

std::string folder_of(const char* variable, std::string_view below_home) {
  if (const char* base = std::getenv(variable); base != nullptr && *base != '\0')
    return std::string(base) + "/bascule";
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "." : home) + std::string(below_home) + "/bascule";
}

// Where in a file a key stands, for errors.
struct Place {
  std::string file;
  Error at(const toml::node& node, std::string what, std::string hint) const {
    const auto line = node.source().begin.line;
    return usage_error(file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + std::move(what),
                       std::move(hint));
  }
};

Error unknown_key(const Place& place, std::string_view key, const toml::node& node, std::string_view owner,
                  const std::vector<std::string>& known) {
  const auto nearest = nearest_name(key, known);
  return place.at(node, "unknown key \"" + std::string(key) + "\" in " + std::string(owner),
                  nearest ? "did you mean \"" + *nearest + "\"?" : "its keys are " + join(known, ", "));
}

Result<std::string> text_of(const Place& place, std::string_view key, const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  return place.at(node, "\"" + std::string(key) + "\" must be a string",
                  "write " + std::string(key) + " = \"...\"");
}

Result<std::vector<std::string>> texts_of(const Place& place, std::string_view key, const toml::node& node) {
  const toml::array* array = node.as_array();
  if (array == nullptr)
    return place.at(node, "\"" + std::string(key) + "\" must be a list of strings",
                    "write " + std::string(key) + " = [\"...\"]");
  std::vector<std::string> out;
  for (const auto& element : *array) {
    TRY(auto text, text_of(place, key, element));
    out.push_back(std::move(text));
  }
  return out;
}

Result<PasswordSource> password_of(const Place& place, const toml::node& node) {
  PasswordSource source;
  if (const auto literal = node.value_exact<std::string>()) {
    source.words = {*literal};
    return source;
  }
  static const std::vector<std::string> known{"command", "env", "file"};
  const toml::table* table = node.as_table();
  if (table == nullptr || table->size() != 1)
    return place.at(
        node, "\"password\" must be a string or one of {command = [...]}, {env = \"X\"}, {file = \"X\"}",
        "write password = { env = \"DB_PASSWORD\" }");
  for (const auto& [key, value] : *table) {
    if (key == "command") {
      source.kind = PasswordSource::Kind::command;
      if (const auto line = value.value_exact<std::string>()) {
        source.words = {"/bin/sh", "-c", *line};
      } else {
        TRY(source.words, texts_of(place, "command", value));
      }
      if (source.words.empty()) return place.at(value, "\"command\" is empty", "name a program");
    } else if (key == "env" || key == "file") {
      source.kind = key == "env" ? PasswordSource::Kind::environment : PasswordSource::Kind::file;
      TRY(auto name, text_of(place, key.str(), value));
      source.words = {std::move(name)};
    } else {
      return unknown_key(place, key.str(), value, "password", known);
    }
  }
  return source;
}

Result<Profile> profile_of(const Place& place, std::string_view name, const toml::node& node) {
  static const std::vector<std::string> known{"url", "env", "read_only", "init", "password"};
  const std::string owner = "[profiles." + std::string(name) + "]";
  const toml::table* table = node.as_table();
  if (table == nullptr)
    return place.at(node, owner + " must be a table", "write " + owner + " on a line of its own");
  Profile profile;
  profile.name = std::string(name);
  for (const auto& [key, value] : *table) {
    if (key == "url") {
      TRY(profile.url, text_of(place, "url", value));
    } else if (key == "env") {
      TRY(profile.env, text_of(place, "env", value));
      static const std::vector<std::string> envs{"dev", "staging", "prod"};
      if (std::find(envs.begin(), envs.end(), profile.env) == envs.end())
        return place.at(value, "\"env\" of " + owner + " must be dev, staging or prod",
                        "write env = \"" + nearest_name(profile.env, envs).value_or("dev") + "\"");
    } else if (key == "read_only") {
      const auto flag = value.value_exact<bool>();
      if (!flag)
        return place.at(value, "\"read_only\" of " + owner + " must be true or false",
                        "write read_only = true");
      profile.read_only = *flag;
    } else if (key == "init") {
      TRY(profile.init, texts_of(place, "init", value));
    } else if (key == "password") {
      TRY(profile.password, password_of(place, value));
    } else {
      return unknown_key(place, key.str(), value, owner, known);
    }
  }
  if (profile.url.empty()) return place.at(node, owner + " has no url", "write url = \"postgres://...\"");
  return profile;
}

// Nothing if the file does not exist.
Result<std::optional<toml::table>> parse_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) return std::optional<toml::table>();
  std::stringstream text;
  text << in.rdbuf();
  try {
    return std::optional<toml::table>(toml::parse(text.str(), path));
  } catch (const toml::parse_error& error) {
    return usage_error(
        path + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description()),
        "the file is TOML; see \\? config");
  }
}

Result<void> refuse_open_secrets(const std::string& path, const Profile& profile) {
  if (!profile.password || profile.password->kind != PasswordSource::Kind::literal) return {};
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    return usage_error(path + " holds a password and can be read by others",
                       "run chmod 600 " + path + ", or use password = { command = [...] }");
  return {};
}

Result<void> load_profiles(Config& config) {
  const std::string path = config_folder() + "/profiles.toml";
  TRY(auto table, parse_file(path));
  if (!table) return {};
  const Place place{path};
  for (const auto& [key, value] : *table) {
    if (key != "profiles") return unknown_key(place, key.str(), value, "the file", {"profiles"});
    const toml::table* profiles = value.as_table();
    if (profiles == nullptr) return place.at(value, "\"profiles\" must be a table", "write [profiles.NAME]");
    for (const auto& [name, node] : *profiles) {
      TRY(auto profile, profile_of(place, name.str(), node));
      TRY(refuse_open_secrets(path, profile));
      config.profiles.emplace(name.str(), std::move(profile));
    }
  }
  return {};
}

Result<void> load_settings(Config& config) {
  const std::string path = config_folder() + "/config.toml";
  TRY(auto table, parse_file(path));
  if (!table) return {};
  const Place place{path};
  static const std::vector<std::string> known{"set", "plugins"};
  for (const auto& [key, value] : *table) {
    const toml::table* section = value.as_table();
    if (section == nullptr || (key != "set" && key != "plugins"))
      return unknown_key(place, key.str(), value, "the file", known);
    for (const auto& [name, node] : *section) {
      if (key == "set") {
        TRY(config.variables[std::string(name.str())], text_of(place, name.str(), node));
        continue;
      }
      const toml::table* plugin = node.as_table();
      if (plugin == nullptr) return place.at(node, "\"plugins\" holds tables", "write [plugins.NAME]");
      for (const auto& [plugin_key, grants] : *plugin) {
        if (plugin_key != "grant")
          return unknown_key(place, plugin_key.str(), grants, "[plugins." + std::string(name.str()) + "]",
                             {"grant"});
        TRY(config.plugin_grants[std::string(name.str())], texts_of(place, "grant", grants));
      }
    }
  }
  return {};
}

Result<std::string> first_line_of_command(const std::vector<std::string>& words, std::string_view profile) {
  const auto failed = [&](std::string why) {
    return usage_error("the password command of profile \"" + std::string(profile) + "\" " + std::move(why),
                       "run it by hand: " + words.front());
  };
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) return failed("could not be started");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got;
       error == 0 && ((got = ::read(out[0], buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR));)
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
  ::close(out[0]);
  if (error != 0) return failed("could not be started: " + std::string(std::strerror(error)));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return failed("failed");
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string config_folder() {
  return folder_of("XDG_CONFIG_HOME", "/.config");
}

std::string state_folder() {
  return folder_of("XDG_STATE_HOME", "/.local/state");
}

Result<Config> load_config() {
  Config config;
  TRY(load_profiles(config));
  TRY(load_settings(config));
  return config;
}

Result<std::string> resolve_password(const PasswordSource& source, std::string_view profile) {
  switch (source.kind) {
    case PasswordSource::Kind::literal:
      return source.words.front();
    case PasswordSource::Kind::command:
      return first_line_of_command(source.words, profile);
    case PasswordSource::Kind::environment: {
      const char* value = std::getenv(source.words.front().c_str());
      if (value == nullptr)
        return usage_error("profile \"" + std::string(profile) +
                               "\" takes its password from the environment variable " + source.words.front() +
                               ", which is not set",
                           "export " + source.words.front());
      return std::string(value);
    }
    case PasswordSource::Kind::file: {
      std::ifstream in(source.words.front());
      std::string line;
      if (!in || !std::getline(in, line))
        return usage_error("cannot read the password file \"" + source.words.front() + "\" of profile \"" +
                               std::string(profile) + "\"",
                           "check its path and mode");
      return line;
    }
  }
  return internal_error("unknown password source");
}

}  // namespace bascule
