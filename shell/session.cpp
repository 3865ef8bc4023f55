#include "shell/session.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"

namespace bascule {
namespace {

bool is_connection_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::size_t terminal_width() {
  struct winsize size {};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

struct LinePlace {
  std::size_t number = 1;  // from 1
  std::size_t begin = 0, end = 0;
  std::size_t column = 0;  // in display columns, from 0
};

LinePlace line_at(std::string_view sql, std::size_t offset) {
  LinePlace place;
  offset = std::min(offset, sql.size());
  for (std::size_t i = 0; i < offset; ++i)
    if (sql[i] == '\n') {
      ++place.number;
      place.begin = i + 1;
    }
  place.end = std::min(sql.find('\n', offset), sql.size());
  place.column = display_width(sql.substr(place.begin, offset - place.begin));
  return place;
}

}  // namespace

OpenRequest split_target(std::string_view text) {
  OpenRequest request;
  const auto equals = text.find('=');
  if (equals != std::string_view::npos && equals > 0 && is_connection_name(text.substr(0, equals))) {
    request.name = std::string(text.substr(0, equals));
    text.remove_prefix(equals + 1);
  }
  request.target = std::string(text);
  return request;
}

Result<Format> parse_format(std::string_view name) {
  if (const auto format = find_format(name)) return *format;
  std::vector<std::string> names;
  for (const auto& row : formats()) names.emplace_back(row.name);
  const auto nearest = nearest_name(name, names);
  return usage_error("unknown format \"" + std::string(name) + "\"",
                     nearest ? "did you mean " + *nearest + "?" : "formats: " + join(names, " "));
}

std::string_view format_name(Format format) {
  return formats()[static_cast<std::size_t>(format)].name;
}

bool is_for_people(Format format) {
  return formats()[static_cast<std::size_t>(format)].for_people;
}

Session::Session() : standard_(Output::standard_output()), output_(&standard_) {}

Result<ConnectOptions> Session::connect_options(const OpenRequest& request, std::string& env) const {
  ConnectOptions options;
  std::string target = request.target;
  if (const auto found = config.profiles.find(target); found != config.profiles.end()) {
    const Profile& profile = found->second;
    env = profile.env;
    target = profile.url;
    options.read_only = profile.read_only;
    options.init = profile.init;
    if (profile.password) {
      TRY(options.password, resolve_password(*profile.password, profile.name));
    }
  } else if (!looks_like_url(target) && !std::filesystem::exists(target) && is_connection_name(target) &&
             !request.create) {
    std::vector<std::string> names;
    for (const auto& [name, profile] : config.profiles) names.push_back(name);
    const auto nearest = nearest_name(target, names);
    return usage_error(
        "\"" + target + "\" is no profile, no URL and no file",
        nearest ? "did you mean the profile \"" + *nearest + "\"?"
                : "a new SQLite file needs --create; profiles are in " + config_folder() + "/profiles.toml");
  }
  TRY(options.url, parse_url(target));
  options.read_only = options.read_only || request.read_only || read_only;
  options.create = request.create;
  return options;
}

std::string Session::free_name(const ConnectionUrl& url) const {
  std::string base =
      url.flavor == Flavor::sqlite ? std::filesystem::path(url.path).stem().string() : url.database;
  if (url.path == ":memory:") base = "memory";
  for (char& c : base)
    if (!is_connection_name(std::string_view(&c, 1))) c = '_';
  if (base.empty()) base = std::string(dialect(url.flavor).flavor_name);
  std::string name = base;
  const auto taken = [&] {
    return std::any_of(members_.begin(), members_.end(),
                       [&](const auto& m) { return m->live->name() == name; });
  };
  for (int i = 2; taken(); ++i) name = base + std::to_string(i);
  return name;
}

Result<Member*> Session::open(const OpenRequest& request) {
  if (!request.name.empty() && !is_connection_name(request.name))
    return usage_error("\"" + request.name + "\" cannot be a connection's name",
                       "a name has letters, digits, _ and -");
  for (const auto& member : members_)
    if (member->live->name() == request.name)
      return Error{ErrorCode::conflict, "there is a connection \"" + request.name + "\" already",
                   "choose another name, or \\disconnect " + request.name + " first", ""};
  auto member = std::make_unique<Member>();
  TRY(auto options, connect_options(request, member->env));
  const bool is_profile = config.profiles.contains(request.target);
  std::string name = request.name;
  if (name.empty()) name = is_profile ? request.target : free_name(options.url);
  member->url = options.url.redacted();
  auto opened = LiveConnection::open(name, std::move(options));
  if (!opened.ok()) return std::move(opened).error().in("cannot connect \"" + name + "\"");
  member->live = std::move(opened).value();
  member->live->on_message([this](const std::string& message) { warn(message); });
  member->live->on_notice([this](const ServerNotice& notice) {
    say(to_lower(notice.severity) + ": " + notice.text +
        (notice.hint.empty() ? "" : "\n  hint: " + notice.hint));
  });
  members_.push_back(std::move(member));
  current_ = members_.back().get();
  return current_;
}

Result<void> Session::close(std::string_view name) {
  TRY(Member * member, find(name));
  if (member->live->transaction() == TransactionState::open)
    return Error{ErrorCode::refused, "connection \"" + member->live->name() + "\" has an open transaction",
                 "commit or roll back first", ""};
  if (current_ == member) current_ = nullptr;
  std::erase_if(members_, [&](const auto& m) { return m.get() == member; });
  if (current_ == nullptr && !members_.empty()) current_ = members_.back().get();
  return {};
}

Result<void> Session::use(std::string_view name) {
  TRY(current_, find(name));
  return {};
}

Result<Member*> Session::find(std::string_view name) {
  if (name.empty()) {
    if (current_ != nullptr) return current_;
    return usage_error("no connection is open", "open one with \\connect URL");
  }
  std::vector<std::string> names;
  for (const auto& member : members_) {
    if (member->live->name() == name) return member.get();
    names.push_back(member->live->name());
  }
  const auto nearest = nearest_name(name, names);
  return usage_error("there is no connection \"" + std::string(name) + "\"",
                     nearest         ? "did you mean @" + *nearest + "?"
                     : names.empty() ? "open one with \\connect NAME=URL"
                                     : "open connections: " + join(names, ", "));
}

Result<const Schema*> Session::schema(Member& member) {
  TRY(Connection * connection, member.live->ready());
  const std::size_t version = member.live->catalog_version();
  TRY(member.schema, connection->inspect({}));
  member.schema_version = version;
  return &*member.schema;
}

Result<const Schema*> Session::known_schema(Member& member) {
  if (member.schema && member.schema_version == member.live->catalog_version()) return &*member.schema;
  return schema(member);
}

Result<void> Session::redirect(std::optional<Output> output) {
  output_ = &standard_;
  if (redirected_) {
    auto closed = redirected_->close();
    redirected_.reset();
    TRY(std::move(closed));
  }
  if (output) {
    redirected_.emplace(std::move(*output));
    output_ = &*redirected_;
  }
  return {};
}

void Session::say(std::string_view text) const {
  if (!quiet) warn(text);
}

void Session::warn(std::string_view text) const {
  // What was printed before must be seen before.
  (void)output_->flush();
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void Session::complain(const Error& error) const {
  (void)output_->flush();
  std::string text = error_text(error);
  // The terminal has echoed ^C on the same line.
  if (interactive && error.code == ErrorCode::cancelled) std::fputc('\n', stderr);
  if (color) text = "\033[1;31merror:\033[0m" + text.substr(6);
  std::fputs(text.c_str(), stderr);
  if (json) std::fprintf(stderr, "%s\n", error_json(error).c_str());
}

RenderOptions Session::render_options() const {
  RenderOptions options;
  options.format = expanded == ExpandedMode::on && format == Format::aligned ? Format::expanded : format;
  options.null_text = null_text;
  options.insert_table = insert_table;
  if (current_ != nullptr) options.dialect = current_->live->server().dialect;
  if (output_->is_terminal()) {
    options.color = color;
    options.max_width = terminal_width();
  }
  return options;
}

std::string error_text(const Error& error) {
  std::string code =
      error.sqlstate.empty() && error.native_code != 0 ? std::to_string(error.native_code) : error.sqlstate;
  std::string text = "error: ";
  append_escaped(text, redact_urls(error.text()));
  if (!code.empty()) text += " (" + code + ")";
  text += "\n";
  if (!error.sql.empty() && error.sql_offset) {
    const LinePlace place = line_at(error.sql, *error.sql_offset);
    const std::string label = "  line " + std::to_string(place.number) + ": ";
    text += label;
    append_escaped(text, std::string_view(error.sql).substr(place.begin, place.end - place.begin));
    text += "\n" + std::string(label.size() + place.column, ' ') + "^\n";
  }
  for (const auto& line : split(error.detail, '\n')) {
    if (line.empty()) continue;
    text += "  detail: ";
    append_escaped(text, line);
    text += "\n";
  }
  if (!error.hint.empty()) {
    text += "  hint: ";
    append_escaped(text, error.hint);
    text += "\n";
  }
  return text;
}

std::string error_json(const Error& error) {
  nlohmann::ordered_json object;
  object["code"] = error_code_name(error.code);
  object["what"] = redact_urls(error.text());
  object["hint"] = error.hint;
  if (!error.sqlstate.empty()) object["sqlstate"] = error.sqlstate;
  if (error.native_code != 0) object["native_code"] = error.native_code;
  if (!error.detail.empty()) object["detail"] = error.detail;
  if (error.sql_offset) object["sql_offset"] = *error.sql_offset;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace bascule
